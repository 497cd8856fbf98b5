"""The house reads the project as git sees it: tracked files and new ones that are not ignored."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def project_files(root: Path) -> list[Path]:
    """Every file of the project that exists, as an absolute path; nothing ignored, nothing built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, check=True,
    ).stdout.decode()
    return sorted({root / name for name in listed.split("\0") if name and (root / name).is_file()})
