"""Decisions are pure: they get their facts as arguments and return a value; the shell does and logs."""

from pathlib import Path

import pytest

from tests.house.imports import roots

PURE = [
    "tally_protocol",
    "coordinator/intake/admission.py",
    "coordinator/tally",
    "tally_node/batcher.py",
    "tally_node/desk.py",
    "tally_node/marks.py",
]
IMPURE = {
    "asyncio", "http", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3", "ssl",
    "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
    "google", "grpc", "prometheus_client", "sqlalchemy",
}


def impure(room: Path) -> dict[str, list[str]]:
    paths = [room] if room.suffix else sorted(room.rglob("*.py"))
    return {
        path.name: sorted(bad)
        for path in paths
        if path.exists() and "wire" not in path.parts and (bad := roots(path) & IMPURE)
    }


@pytest.mark.parametrize("name", PURE)
def test_a_pure_room_touches_no_world(root: Path, name: str) -> None:
    assert impure(root / name) == {}


def test_a_clock_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "matrix.py").write_text("def f():\n    from time import monotonic\n", "utf-8")
    assert impure(tmp_path) == {"matrix.py": ["time"]}
