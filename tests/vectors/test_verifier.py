"""Every vector of spec/vectors through the independent verifier's own command line [CONV-1]."""

import re
import subprocess
import sys
from pathlib import Path


def test_verifier_agrees_with_every_vector(root: Path) -> None:
    folder = root / "spec" / "vectors"
    run = subprocess.run(
        [sys.executable, "-m", "verifier", "conformance", str(folder)],
        cwd=root, capture_output=True, text=True, check=False, timeout=250,
    )  # fmt: skip
    said = run.stdout + run.stderr
    count = re.search(r"(\d+) passed, (\d+) failed", said)
    assert count is not None, said[-4000:]
    files = len(list(folder.glob("*.json")))
    assert (int(count[1]), int(count[2]), run.returncode) == (files, 0, 0), said[-8000:]


def test_a_wrong_vector_is_noticed(root: Path, tmp_path: Path) -> None:
    """The runner compares: a vector that says the opposite fails, by its name."""
    good = (root / "spec/vectors/tree-stations-003.json").read_text("utf-8")
    (tmp_path / "tree-wrong.json").write_text(re.sub(r'("root_hex": ")..', r"\1zz", good), "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "verifier", "conformance", str(tmp_path)],
        cwd=root, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "0 passed, 1 failed" in run.stdout + run.stderr
    assert "tree-wrong" in run.stdout + run.stderr
    assert run.returncode != 0
