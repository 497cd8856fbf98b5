"""The container image carries no pyarrow: every other format must come out, and Parquet must say what is missing."""

import subprocess
import sys
from pathlib import Path

HIDDEN = """
import sys
sys.modules["pyarrow"] = None
from coordinator.cli import main
main()
"""


def export_hidden(record: Path, out: Path, *formats: str) -> subprocess.CompletedProcess[str]:
    only = [word for name in formats for word in ("--only", name)]
    command = [sys.executable, "-c", HIDDEN, "export", str(record), "--out", str(out), *only]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_other_formats_need_no_pyarrow(record: Path, tmp_path: Path) -> None:
    done = export_hidden(record, tmp_path / "out", "csv", "sqlite", "excel", "cdf")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "manifest.json").exists()


def test_parquet_says_what_is_missing_and_leaves_nothing(record: Path, tmp_path: Path) -> None:
    done = export_hidden(record, tmp_path / "out", "parquet")
    assert done.returncode == 1
    assert "pyarrow" in done.stderr
    assert "--only" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
