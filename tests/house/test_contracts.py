"""The floors hold, and each contract notices the import it is there for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# contract, file, the line that must break it; run on a skeleton, so that the real rooms stay out of it
MEET = "Station, county and rehearsal meet only in the protocol"
BREAKS = [
    ("The verifier is an island", "verifier/checks.py", "import tally_protocol.errors"),
    ("The verifier is an island", "verifier/checks.py", "import numpy"),
    ("The verifier core needs only cryptography", "verifier/checks.py", "import rich"),
    ("Nobody leans on the verifier", "coordinator/roles/running.py", "import verifier"),
    (MEET, "coordinator/roles/running.py", "import tally_node"),
    (MEET, "rehearsal/stage.py", "import coordinator"),
    ("The protocol has floors", "tally_protocol/ids.py", "import tally_protocol.record"),
    ("The protocol has floors", "tally_protocol/undeclared.py", ""),
    ("The protocol is pure", "tally_protocol/record/clock.py", "import time"),
    ("The county has floors", "coordinator/store/rows.py", "import coordinator.intake"),
    ("The station has floors", "tally_node/keyring.py", "import tally_node.service"),
    ("The verifier has floors", "verifier/tree.py", "import verifier.checks"),
    ("Only the doors speak gRPC", "coordinator/roles/running.py", "import tally_protocol.wire.v1"),
]
ROOMS = [
    "tally_protocol", "tally_protocol/record", "tally_protocol/wire", "tally_protocol/wire/v1", "tally_node",
    "coordinator", "coordinator/intake", "coordinator/roles", "coordinator/store", "verifier", "rehearsal",
]
FILES = ["tally_node/service.py", "verifier/checks.py", "tally_protocol/errors.py"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    # PYTHONPATH goes before the editable install: the folder's own packages are read, not the checkout's
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )


def test_every_contract_is_kept(root: Path) -> None:
    done = lint(root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 broken" in done.stdout


@pytest.fixture
def skeleton(root: Path, tmp_path: Path) -> Path:
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    for name in FILES:
        (tmp_path / name).touch()
    (tmp_path / "pyproject.toml").write_bytes((root / "pyproject.toml").read_bytes())
    return tmp_path


@pytest.mark.parametrize(("contract", "name", "line"), BREAKS)
def test_a_contract_notices(skeleton: Path, contract: str, name: str, line: str) -> None:
    (skeleton / name).write_text(line + "\n", "utf-8")
    done = lint(skeleton)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout


def test_the_skeleton_itself_breaks_nothing(skeleton: Path) -> None:
    done = lint(skeleton)
    assert done.returncode == 0, done.stdout + done.stderr
