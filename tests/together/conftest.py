"""The example county, played once for all tests of this room through the real programs."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "qinghe"


def program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """DIR of a rehearsal of examples/qinghe, not yet verified."""
    out = tmp_path_factory.mktemp("qinghe")
    command = [program("tally-rehearsal"), "run", str(EXAMPLE), "--out", str(out), "--no-verify", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr[-4000:]
    yield out
