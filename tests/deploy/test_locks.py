"""The judges are pinned: every entry of their locks has its hash and none leads to a particular index."""

import json
import re
from pathlib import Path


def test_the_python_lock_has_hashes(root: Path) -> None:
    entries = re.split(r"(?<!\\)\n", (root / "requirements-deploy.lock").read_text("utf-8").strip())
    assert entries
    assert [entry for entry in entries if not re.match(r"[\w.-]+==\S+[\s\S]*--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_the_npm_lock_has_hashes_and_no_address(root: Path) -> None:
    folder = root / "tests/deploy/js"
    text = (folder / "package-lock.json").read_text("utf-8")
    assert "resolved" not in text
    assert "omit-lockfile-registry-resolved=true" in (folder / ".npmrc").read_text("utf-8").splitlines()
    packages = json.loads(text)["packages"]
    assert [
        name for name, item in packages.items() if name and not item.get("integrity", "").startswith("sha512-")
    ] == []
    asked = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
