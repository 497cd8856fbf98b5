"""How a sealed home gets into the demo's volume: whole or not at all, with its modes, never over another."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest


@pytest.fixture
def script(root: Path) -> Path:
    return root / "deploy/k8s/overlays/demo/receive.py"


def packed(files: dict[str, int]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, mode in files.items():
            member = tarfile.TarInfo(name)
            member.mode, member.size = mode, 3
            archive.addfile(member, io.BytesIO(b"abc"))
    return stream.getvalue()


def take(script: Path, volume: Path, data: bytes) -> int:
    command: list[str | Path] = [sys.executable, "-I", script, "take", volume]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False).returncode


HOME = {"./store.db": 0o600, "./keys/county.key": 0o600, "./tls/ca.pem": 0o644}


def test_a_home_arrives_with_its_modes(script: Path, tmp_path: Path) -> None:
    assert take(script, tmp_path, packed(HOME)) == 0
    assert (tmp_path / "home/keys/county.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "home/store.db").read_bytes() == b"abc"
    waited = subprocess.run([sys.executable, "-I", script, "wait", tmp_path], timeout=20, check=False)
    assert waited.returncode == 0


@pytest.mark.parametrize("data", [b"", packed(HOME)[:700], packed({"./readme": 0o600}), packed({"../out": 0o600})])
def test_a_torn_or_foreign_transfer_leaves_no_home(script: Path, tmp_path: Path, data: bytes) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    assert take(script, volume, data) != 0
    assert not (volume / "home").exists()
    assert not (tmp_path / "out").exists()
    assert take(script, volume, packed(HOME)) == 0  # and the next one is not disturbed


def test_a_home_is_never_overwritten(script: Path, tmp_path: Path) -> None:
    assert take(script, tmp_path, packed(HOME)) == 0
    assert take(script, tmp_path, packed(HOME | {"./more": 0o600})) == 1
    assert not (tmp_path / "home/more").exists()
