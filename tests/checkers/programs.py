"""Fetches what the checkers are made of: Go with golang/mod from Debian's archive, npm packages at pinned versions.

Everything lands in `.tools/checkers`, needs no root and changes nothing of the system; a second run fetches nothing.
What cannot be had raises `Unavailable`, so that the test fails by the name of what is missing and never passes unseen.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NPM = ("@noble/curves@2.4.0", "@noble/post-quantum@0.7.1", "@sigstore/verify@3.1.1")
SECONDS = 400


class Unavailable(Exception):
    """A foreign program could not be had on this machine."""


def run(
    words: Sequence[str | Path], what: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """A program's output; Unavailable if it is not there or fails."""
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=SECONDS, check=True, cwd=cwd, env=env
        )
    except FileNotFoundError:
        raise Unavailable(f"{what}: there is no {words[0]} on this machine") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{what}: {words[0]} did not end within {SECONDS} s") from None
    except subprocess.CalledProcessError as problem:
        raise Unavailable(f"{what}: {words[0]} failed: {problem.stderr.strip()[-800:]}") from None
    return done.stdout


@dataclass(frozen=True, slots=True)
class Go:
    """A compiler and the folder whose src/golang.org/x/mod it compiles with."""

    compiler: Path
    gopath: Path
    scratch: Path

    def run(self, *words: str | Path) -> str:
        """Run the compiler without modules: nothing is fetched, what Debian packs is what is used."""
        environment = {
            "PATH": os.environ.get("PATH", ""), "HOME": str(self.scratch), "GOCACHE": str(self.scratch / "go-build"),
            "GOPATH": str(self.gopath), "GO111MODULE": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
        }  # fmt: skip
        return run([self.compiler, *words], "Go", env=environment)

    def built(self, source: Path) -> Path:
        """The program of one file."""
        program = self.scratch / "check"
        self.run("vet", source)
        self.run("build", "-o", program, source)
        return program


def go(cache: Path) -> Go:
    """The system's Go and golang/mod if both are installed, else Debian's packages unpacked into the cache."""
    cache.mkdir(parents=True, exist_ok=True)
    installed, system = shutil.which("go"), Path("/usr/share/gocode")
    if installed and (system / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        return Go(Path(installed), system, cache)
    unpacked = cache / "debian"
    if not unpacked.is_dir():
        _unpack_debian(cache, unpacked)
    compilers = sorted(unpacked.glob("usr/lib/go-*/bin/go"))
    if not compilers:
        raise Unavailable(f"Go: no compiler in {unpacked}; remove that folder and try again")
    return Go(compilers[-1], unpacked / "usr/share/gocode", cache)


def _unpack_debian(cache: Path, target: Path) -> None:
    """Download and unpack; the target appears by one rename, so a run that dies half-way leaves no broken compiler."""
    lists, archives, half = cache / "apt/lists", cache / "apt/cache", cache / "debian.half"
    for folder in (lists / "partial", archives / "archives/partial"):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(half, ignore_errors=True)
    # lists of our own: no root needed, the system's stay as they are
    options = [f"-oDir::State::Lists={lists}", f"-oDir::Cache={archives}", "-oAPT::Sandbox::User=root"]
    run(["apt-get", *options, "-qq", "update"], "Go from Debian")
    needs = run(["apt-cache", *options, "depends", "golang-go", "golang-src"], "Go from Debian")
    packages = sorted(set(re.findall(r"Depends: (golang-[0-9.]+-(?:go|src))$", needs, re.MULTILINE)))
    if len(packages) != 2:
        raise Unavailable(f"Go from Debian: golang-go depends on {packages}, expected a compiler and its sources")
    run(["apt-get", *options, "-qq", "download", *packages, "golang-golang-x-mod-dev"], "Go from Debian", cwd=cache)
    for archive in sorted(cache.glob("*.deb")):
        run(["dpkg-deb", "-x", archive, half], "Go from Debian")
        archive.unlink()
    half.rename(target)


def npm(cache: Path, script: Path) -> Path:
    """The script, lying beside its node_modules."""
    folder, pins = cache / "npm", "\n".join(NPM)
    ready = folder / "pins.txt"
    if not ready.is_file() or ready.read_text("utf-8") != pins:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text("{}", "utf-8")  # or npm walks up and installs into the project
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--no-save"]
        run(["npm", "install", *options, *NPM], "npm packages", cwd=folder)
        ready.write_text(pins, "utf-8")
    run(["node", "--version"], "npm packages")
    return Path(shutil.copy(script, folder / script.name))
