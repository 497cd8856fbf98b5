"""Lays out the root of the image: a virtual environment, its Python, the libraries that they load, fonts, and no more.

    python image_root.py ENVIRONMENT TARGET        (runs inside the build stage of deploy/Dockerfile)

Libraries are found by `ldd` over every program and extension. Byte code is made by hash, not by time, so that two
builds are equal; the image is read-only, and without it every start would compile everything.
"""

import compileall
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

UID = 10001
# of the standard library: what no program of ours imports
LEFT_OUT = {
    "__pycache__", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "test", "tkinter", "turtledemo", "venv",
    "site-packages", "dist-packages",
}  # fmt: skip
# installed by the lock, needed to build, not to run
BUILDERS = re.compile(
    r"(pip|setuptools|_distutils_hack|pkg_resources|distutils-precedence|hatchling|editables|trove_classifiers|pathspec"
    r"|pluggy)(-.*|\.pth)?"
)
# installed by the lock, needed by `export` alone, which reads a published folder anywhere: 170 MB
ELSEWHERE = re.compile(r"pyarrow(-.*|\.libs)?")
# what forms are set in, where the base has Debian's fonts-noto-cjk; the other weights stay outside
FONTS = ("NotoSerifCJK-Regular", "NotoSerifCJK-Bold", "NotoSansCJK-Regular", "NotoSansCJK-Bold")
PROGRAMS = re.compile(r"python[0-9.]*|tally-[a-z]+")
# loaded by name at run time, so that ldd does not see them
BY_NAME = ("libgcc_s.so.1", "libnss_dns.so.2", "libnss_files.so.2")
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
FOLDERS = {"tmp": 0o1777, "county": 0o755, "public": 0o755, "run/changpiao": 0o755}
FILES = {
    "etc/passwd": f"root:x:0:0:root:/:/nologin\nchangpiao:x:{UID}:{UID}:changpiao:/tmp:/nologin\n",
    "etc/group": f"root:x:0:\nchangpiao:x:{UID}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def copy_tree(source: Path, target: Path, left_out: set[str]) -> None:
    """A folder with its links as links."""

    def skip(folder: str, names: list[str]) -> set[str]:
        inner = {"__pycache__"} if Path(folder) != source else left_out
        return {name for name in names if name in inner}

    shutil.copytree(source, target, symlinks=True, ignore=skip)


def lay_environment(environment: Path, root: Path) -> None:
    """The environment without what installed it."""
    target = root / environment.relative_to("/")
    copy_tree(environment, target, {"include", "share", "lib64"})
    for folder in target.glob("lib/python3*/site-packages"):
        for path in folder.iterdir():
            if BUILDERS.fullmatch(path.name) or ELSEWHERE.fullmatch(path.name):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        # a path of the build, and never read again
        for path in folder.glob("*.dist-info/direct_url.json"):
            path.unlink()
    for path in (target / "bin").iterdir():
        if not PROGRAMS.fullmatch(path.name):
            path.unlink()
    for path in list(target.glob("lib/python3*/site-packages/*/**/tests")):
        shutil.rmtree(path, ignore_errors=True)


def lay_python(root: Path) -> None:
    """The interpreter at the end of every link, and its library."""
    link = Path(sys.executable)
    while link.is_symlink():
        link = link.parent / link.readlink()
        place = root / link.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            shutil.copy2(link, place, follow_symlinks=False)
    source = Path(sysconfig.get_path("stdlib"))
    copy_tree(source, root / source.relative_to("/"), LEFT_OUT)
    for path in (root / source.relative_to("/")).glob("config-*"):
        shutil.rmtree(path)


def needed(root: Path) -> Iterator[Path]:
    """Paths of the shared libraries that anything in the root loads from outside itself."""
    programs = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink() and is_elf(path)]
    places = {Path("/") / path.relative_to(root) for path in programs}
    for place in sorted(places):
        said = subprocess.run(["ldd", place], capture_output=True, text=True, check=False).stdout
        for line in said.splitlines():
            found = re.search(r"(/\S+) \(0x", line)
            if "not found" in line:
                raise SystemExit(f"image_root: {place} needs {line.strip()}")
            if found and Path(os.path.normpath(found[1])) not in places:
                yield Path(os.path.normpath(found[1]))
    for folder in {Path(f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}"), Path("/usr/lib64")}:
        yield from (folder / name for name in BY_NAME if (folder / name).exists())


def is_elf(path: Path) -> bool:
    """Whether it is a program or a library."""
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def lay_libraries(root: Path) -> list[Path]:
    """Copy them to the very paths where the loader looks; /lib is a link to usr/lib, as in the base."""
    for name in ("lib", "lib64"):
        ours = Path("/") / name
        if ours.is_symlink() and not (root / name).exists():
            (root / name).symlink_to(ours.readlink())
            (root / ours.readlink()).mkdir(parents=True, exist_ok=True)
    laid = sorted(set(needed(root)))
    for path in laid:
        place = root / path.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            shutil.copyfile(path.resolve(), place)
            place.chmod(0o755)
    return laid


def lay_fonts(root: Path, system: Path = Path("/usr/share/fonts")) -> list[Path]:
    """The fonts of forms, to where the program looks; none from a base without them, and no form is printed then."""
    laid = sorted(path for name in FONTS for path in system.rglob(f"{name}.tt[cf]"))
    for path in laid:
        place = root / path.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return laid


def lay_licences(root: Path, libraries: list[Path]) -> None:
    """For each Debian package that something came from: its licence, and its entry for scanners of images."""
    if not shutil.which("dpkg"):
        return
    bare = [str(path).removeprefix("/usr") for path in {Path(sys.executable).resolve(), *libraries}]
    owned = [prefix + path for path in bare for prefix in ("", "/usr")]  # a package may name either
    said = subprocess.run(["dpkg", "-S", *owned], capture_output=True, text=True, check=False).stdout
    packages = {line.split(":")[0] for line in said.splitlines()} | {"ca-certificates"}
    entries = root / "var/lib/dpkg/status.d"
    entries.mkdir(parents=True)
    for package in sorted(packages):
        entry = subprocess.run(["dpkg", "-s", package], capture_output=True, text=True, check=False).stdout
        licence = Path(f"/usr/share/doc/{package}/copyright")
        if not entry or not licence.exists():
            continue
        (entries / package).write_text(entry, "utf-8")
        place = root / licence.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(licence.resolve(), place)


def main(environment: Path, root: Path) -> None:
    """Everything, in order."""
    root.mkdir()
    lay_environment(environment, root)
    lay_python(root)
    lay_licences(root, [*lay_libraries(root), *lay_fonts(root)])
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    certificates = root / CERTIFICATES
    certificates.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(f"/{CERTIFICATES}", certificates)
    for name, mode in FOLDERS.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name).chmod(mode)
    for name in ("proc", "sys", "dev"):
        (root / name).mkdir(exist_ok=True)
    compiled = compileall.compile_dir(
        root, quiet=1, workers=1, stripdir=str(root), prependdir="/",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )  # fmt: skip
    if not compiled:
        raise SystemExit("image_root: some files do not compile")
    for path in root.rglob("*"):
        if not path.is_symlink() and path.is_file():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
