"""A small published record, exported once, and the real programs to hold it against."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coordinator.exports.package import FORMATS, Wish, export
from tests.published import honest_story, log_files, write_files

Rows = list[list[str]]


def program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def verifier_table(command: str, record: Path) -> Rows:
    """What `tally-verifier` prints for a record, as a process of its own, without the header."""
    done = subprocess.run(
        [program("tally-verifier"), command, str(record), "--processes", "1"], capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode in {0, 2}, done.stderr
    return list(csv.reader(io.StringIO(done.stdout)))[1:]


@pytest.fixture(scope="session")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two villages, three stations, a void, a correction, written-in names, determinations."""
    world = honest_story().world
    return write_files(tmp_path_factory.mktemp("record") / "public", log_files(world, world.entries))


@pytest.fixture(scope="session")
def package(record: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format of it, with batches."""
    out = tmp_path_factory.mktemp("exports") / "out"
    export(record, out, Wish(formats=tuple(FORMATS), batches=True))
    return out


@pytest.fixture(scope="session")
def table(package: Path) -> Callable[[str], list[dict[str, str]]]:
    """A table of the package, from its CSV."""

    def read(name: str) -> list[dict[str, str]]:
        with (package / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return read
