"""Fetches the judges of deploy/: promtool and nginx from Debian's archive, npm packages from their lock.

Everything lands in `.tools/deploy`, needs no root and changes nothing of the system; a second run fetches nothing. What
cannot be had raises `Unavailable`, so that the test fails by the name of what is missing and never passes unseen.
"""

import contextlib
import fcntl
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.checkers.programs import Unavailable, run

JS = Path(__file__).parent / "js"
JS_FILES = ("package.json", "package-lock.json", ".npmrc", "check.mjs")


@dataclass(frozen=True, slots=True)
class Environment:
    """The hash-locked environment that `make k8s-check` makes: kubectl, kubernetes-validate, yaml, jsonschema."""

    root: Path

    @property
    def _programs(self) -> Path:
        if not (self.root / ".venv-deploy/.ready").is_file():
            raise Unavailable(".venv-deploy is not there: run make k8s-check")
        return self.root / ".venv-deploy/bin"

    def kustomize(self, folder: Path) -> str:
        """An overlay, rendered as YAML."""
        return run([self._programs / "kubectl", "kustomize", folder], f"kustomize {folder.name}")

    def parse(self, text: str) -> list[Any]:
        """The documents of a YAML text."""
        told = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)"
        done = subprocess.run(
            [self._programs / "python", "-I", "-c", told], input=text, capture_output=True, text=True, check=True
        )
        found: list[Any] = json.loads(done.stdout)
        return found

    def judge(self, script: str, objects: Any) -> list[str]:
        """The faults that a script of this folder finds, one a line; it runs in that environment."""
        words: list[str | Path] = [self._programs / "python", "-I", Path(__file__).parent / script]
        done = subprocess.run(
            words, input=json.dumps(objects), capture_output=True, text=True, timeout=200, check=False
        )
        if done.returncode:
            raise Unavailable(f"{script} failed: {done.stderr.strip()[-800:]}")
        return done.stdout.splitlines()


@dataclass(frozen=True, slots=True)
class CustomResources:
    """Judges custom resources by their operators' types."""

    script: Path

    def faults(self, objects: Sequence[Any]) -> list[str]:
        """One line a fault."""
        done = subprocess.run(
            ["node", self.script], input=json.dumps(objects), capture_output=True, text=True, timeout=200, check=False
        )
        if done.returncode:
            raise Unavailable(f"check.mjs failed: {done.stderr.strip()[-800:]}")
        return done.stdout.splitlines()


@contextlib.contextmanager
def one_at_a_time(cache: Path) -> Iterator[None]:
    """Two workers of one test run do not fetch the same thing twice; the system lets go when a process dies."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "fetching.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def custom_resources(cache: Path) -> CustomResources:
    """The script beside exactly the packages of the lock."""
    with one_at_a_time(cache):
        return _custom_resources(cache)


def _custom_resources(cache: Path) -> CustomResources:
    folder, lock = cache / "js", (JS / "package-lock.json").read_text("utf-8")
    ready = folder / "ready.lock"
    if not ready.is_file() or ready.read_text("utf-8") != lock:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in JS_FILES:
            shutil.copy(JS / name, folder / name)
        run(["npm", "ci"], "npm packages", cwd=folder)
        ready.write_text(lock, "utf-8")
    run(["node", "--version"], "node")
    return CustomResources(Path(shutil.copy(JS / "check.mjs", folder / "check.mjs")))


def debian(cache: Path, name: str, packages: Sequence[str]) -> Path:
    """Debian packages unpacked into a folder that appears by one rename."""
    target, half, archives = cache / name, cache / f"{name}.half", cache / f"{name}.debs"
    if target.is_dir():
        return target
    shutil.rmtree(half, ignore_errors=True)
    shutil.rmtree(archives, ignore_errors=True)
    archives.mkdir(parents=True)
    lists, apt = cache / "apt/lists", cache / "apt/cache"
    for folder in (lists / "partial", apt / "archives/partial"):
        folder.mkdir(parents=True, exist_ok=True)
    # lists of our own: no root needed, the system's stay as they are
    options = [f"-oDir::State::Lists={lists}", f"-oDir::Cache={apt}", "-oAPT::Sandbox::User=root"]
    run(["apt-get", *options, "-qq", "update"], f"{name} from Debian")
    run(["apt-get", *options, "-qq", "download", *packages], f"{name} from Debian", cwd=archives)
    for archive in sorted(archives.glob("*.deb")):
        run(["dpkg-deb", "-x", archive, half], f"{name} from Debian")
    shutil.rmtree(archives)
    half.rename(target)
    return target


def program(cache: Path, name: str, packages: Sequence[str], inside: str) -> Path:
    """The system's program, else Debian's unpacked."""
    installed = shutil.which(name)
    if installed:
        return Path(installed)
    with one_at_a_time(cache):
        found = debian(cache, name, packages) / inside
    if not found.is_file():
        raise Unavailable(f"{name}: Debian's package has no {inside}")
    return found


def promtool(cache: Path) -> Path:
    """Prometheus' judge of rules."""
    return program(cache, "promtool", ["prometheus"], "usr/bin/promtool")


def nginx(cache: Path) -> Path:
    """A real nginx."""
    return program(cache, "nginx", ["nginx"], "usr/sbin/nginx")
