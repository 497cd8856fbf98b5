"""Builds the image twice without a container engine, compares, and runs it: `make image`.

    python -m tools.deploy.image context     build/image alone, the context of deploy/Dockerfile
    python -m tools.deploy.image build       base, context, two builds, smoke run; BASE=... takes another base

Needs root and Debian's buildah and mmdebstrap, which it installs if it may. What is missing is one line and exit 1.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.deploy.smoke import SmokeFailed, smoke

ROOT = Path(__file__).resolve().parents[2]
CONTEXT, CACHE, RESULT = ROOT / "build/image", ROOT / ".tools/image", ROOT / "build/image.oci"
SUITE = "bookworm"
PACKAGES = ("python3", "python3-venv", "ca-certificates", "fonts-noto-cjk")
# a third of it to print: fonts 94 MB, typst 84 MB
MOST_BYTES = 500_000_000
# of a base that would differ from day to day
DROPPED = ("var/cache/ldconfig/aux-cache", "var/log/*", "var/lib/apt/lists/*", "etc/machine-id")


class CannotBuild(Exception):
    """One line that says what is missing."""


def run(words: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """Standard output; the last lines of standard error in a CannotBuild if it fails."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ | dict(env or {}))
    if done.returncode:
        last = " | ".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise CannotBuild(f"{words[0]} {words[1]} failed: {last[-1200:]}")
    return done.stdout


def need(*programs: str) -> None:
    """Programs of Debian, installed if they are not there."""
    missing = [name for name in programs if not shutil.which(name)]
    if os.geteuid() != 0:
        raise CannotBuild(
            "only root can build (chroot, mounts)" + (f"; missing: {' '.join(missing)}" if missing else "")
        )
    if missing and not shutil.which("apt-get"):
        raise CannotBuild(f"{' '.join(missing)} missing, and there is no apt-get to install from")
    if missing:
        run(["apt-get", "-qq", "update"])
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "-qq", "-y", "--no-install-recommends", "install", *missing], env=quiet)
    still = [name for name in programs if not shutil.which(name)]
    if still:
        raise CannotBuild(f"{' '.join(still)} could not be installed")


def buildah(*words: str | Path) -> str:
    """Builder without a daemon; its storage lies in the checkout."""
    storage: list[str | Path] = ["--root", CACHE / "storage", "--runroot", CACHE / "run", "--storage-driver", "vfs"]
    return run(["buildah", *storage, *words], env={"BUILDAH_ISOLATION": "chroot"})


def make_context() -> None:
    """The wheel, the lock and every wheel that the lock names, checked by hash."""
    shutil.rmtree(CONTEXT, ignore_errors=True)
    CONTEXT.mkdir(parents=True)
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", CONTEXT], env={"SOURCE_DATE_EPOCH": "0"})
    for path in (ROOT / "requirements.lock", ROOT / "tools/deploy/image_root.py"):
        shutil.copyfile(path, CONTEXT / path.name)
    # by the lock's hash: what an older lock asked for must not lie beside
    wheels = CACHE / "wheels" / hashlib.sha256((CONTEXT / "requirements.lock").read_bytes()).hexdigest()[:16]
    if not wheels.is_dir():
        half = wheels.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes", "--no-deps"]
        run([sys.executable, "-m", "pip", "download", *options, "-r", CONTEXT / "requirements.lock", "-d", half])
        half.rename(wheels)
    shutil.copytree(wheels, CONTEXT / "wheels")


def make_base() -> str:
    """A Debian root with Python, by this machine's own Debian sources; made once, kept in the storage."""
    given = os.environ.get("BASE")
    if given:
        return given
    name = f"localhost/base-{hashlib.sha256(repr((SUITE, PACKAGES, DROPPED)).encode()).hexdigest()[:12]}"
    if name in buildah("images", "--format", "{{.Name}}").split():
        return f"{name}:latest"
    sources = Path("/etc/apt/sources.list.d/debian.sources")
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "base.tar"
        hooks = [f'--customize-hook=cd "$1" && rm -rf {" ".join(DROPPED)}']
        words = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(PACKAGES)}", *hooks]
        run([*words, SUITE, archive, *([sources] if sources.is_file() else [])], env={"SOURCE_DATE_EPOCH": "0"})
        container = buildah("from", "scratch").strip()
        buildah("add", "--quiet", container, archive, "/")
        buildah("commit", "--quiet", "--rm", "--timestamp", "0", container, name)
    return f"{name}:latest"


def build(base: str, name: str, target: Path) -> str:
    """One build from nothing; gives the digest of its manifest."""
    options = ["--network=none", "--layers=false", "--no-cache", "--timestamp", "0", "--build-arg", f"BASE={base}"]
    buildah("bud", "--quiet", *options, "--format", "oci", "-f", ROOT / "deploy/Dockerfile", "-t", name, CONTEXT)
    shutil.rmtree(target, ignore_errors=True)
    buildah("push", "--quiet", name, f"oci:{target}:changpiao")
    index = json.loads((target / "index.json").read_text("utf-8"))
    return str(index["manifests"][0]["digest"])


def explain_difference(first: str, second: str) -> str:
    """Which files two builds do not share."""
    listed = []
    for name in (first, second):
        container = buildah("from", name).strip()
        folder = Path(buildah("mount", container).strip())
        files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        listed.append(
            {(str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files}
        )
        buildah("rm", container)
    return ", ".join(sorted({name for name, _ in listed[0] ^ listed[1]})[:10])


def build_and_run() -> None:
    """The whole way."""
    need("buildah", "mmdebstrap", "setpriv", "unshare")
    make_context()
    base = make_base()
    digests = [
        build(base, f"localhost/changpiao-{turn}", RESULT.with_suffix(f".{turn}")) for turn in ("first", "second")
    ]
    if digests[0] != digests[1]:
        differing = explain_difference("localhost/changpiao-first", "localhost/changpiao-second")
        raise CannotBuild(f"two builds differ: {digests[0]} and {digests[1]}: {differing or 'only in metadata'}")
    shutil.rmtree(RESULT, ignore_errors=True)
    RESULT.with_suffix(".first").rename(RESULT)
    shutil.rmtree(RESULT.with_suffix(".second"))
    container = buildah("from", "localhost/changpiao-first").strip()
    try:
        folder = Path(buildah("mount", container).strip())
        size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        packed = sum(path.stat().st_size for path in (RESULT / "blobs/sha256").iterdir())
        if size > MOST_BYTES:
            raise CannotBuild(f"{size} bytes unpacked, at most {MOST_BYTES}")
        settings = json.loads(buildah("inspect", container))["OCIv1"]["config"]
        for line in smoke(folder, settings, ROOT / "examples/qinghe"):
            print(f"image: {line}", flush=True)
    finally:
        buildah("rm", container)
        for turn in ("first", "second"):
            buildah("rmi", "--force", f"localhost/changpiao-{turn}")
    print(
        f"image: {digests[0]}, twice the same; {size >> 20} MiB, packed {packed >> 20} MiB: {RESULT.relative_to(ROOT)}"
    )


def main(words: list[str]) -> int:
    """0 done, 1 not; one line says why."""
    try:
        if words == ["context"]:
            make_context()
            print(f"image: the context of deploy/Dockerfile is in {CONTEXT.relative_to(ROOT)}")
        elif words == ["build"]:
            build_and_run()
        else:
            raise CannotBuild("expected context or build")
    except (CannotBuild, SmokeFailed) as problem:
        print(f"image: FAILED: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
