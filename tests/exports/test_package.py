"""The package: complete, listed with its sums, the same bytes twice, nothing half-made, nothing overwritten."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from coordinator.exports.package import FORMATS, SUMS, Wish, export
from coordinator.settings import CountyError
from tests.exports.conftest import program

ALL = tuple(FORMATS)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_file_is_in_the_manifest_with_its_hash(package: Path) -> None:
    found = files_of(package)
    manifest = json.loads(found.pop("manifest.json"))
    sums = found.pop(SUMS).decode()
    assert {one["path"]: (one["sha256"], one["bytes"]) for one in manifest["files"]} == {
        name: (hashlib.sha256(data).hexdigest(), len(data)) for name, data in found.items()
    }
    assert all(one["zh"] and one["en"] for one in manifest["files"])
    assert manifest["record"]["size"] == 36
    done = subprocess.run(["sha256sum", "--check", "--quiet"], input=sums.encode(), cwd=package, check=False)
    assert done.returncode == 0


def test_the_same_record_gives_the_same_bytes(record: Path, package: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    export(record, again, Wish(formats=ALL, batches=True))
    assert files_of(again) == files_of(package)


def test_a_formats_alone(record: Path, tmp_path: Path) -> None:
    export(record, tmp_path / "out", Wish(formats=("parquet",)))
    assert {name.partition("/")[0] for name in files_of(tmp_path / "out")} == {"parquet", "manifest.json", SUMS}


def test_nothing_is_overwritten_and_nothing_is_left_of_a_failure(record: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "old").write_text("old")
    with pytest.raises(CountyError, match="not empty"):
        export(record, out, Wish(formats=ALL))
    assert files_of(tmp_path) == {"out/old": b"old"}
    broken = tmp_path / "broken"
    shutil.copytree(record, broken)
    (broken / "tile" / "entries" / "000.p" / "36").unlink()
    with pytest.raises(CountyError, match="is missing"):
        export(broken, tmp_path / "new", Wish(formats=ALL))
    assert not list(tmp_path.glob("new*"))


@pytest.mark.parametrize("place", [40, 4_000, -40])
def test_a_record_that_was_changed_is_refused(record: Path, tmp_path: Path, place: int) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(record, broken)
    path = broken / "tile" / "entries" / "000.p" / "36"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(CountyError) as raised:
        export(broken, tmp_path / "new", Wish(formats=ALL))
    assert raised.value.code.startswith("E_")
    assert "tally-verifier verify" in raised.value.zh


def test_a_checkpoint_that_was_changed_is_refused(record: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(record, broken)
    lines = (broken / "checkpoint").read_text().split("\n")
    for lie in ([lines[0], "35", *lines[2:]], [lines[0], lines[1], "A" * 43 + "=", *lines[3:]]):
        (broken / "checkpoint").write_text("\n".join(lie))
        with pytest.raises(CountyError):
            export(broken, tmp_path / "new", Wish(formats=ALL))


def test_the_command(record: Path, tmp_path: Path) -> None:
    command = [program("tally-coordinator"), "export", str(record), "--only", "csv", "--bom"]
    done = subprocess.run([*command, "--out", str(tmp_path / "out")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["size"] == 36
    assert (tmp_path / "out" / "csv" / "votes.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    again = subprocess.run([*command, "--out", str(tmp_path / "out")], capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (1, "")
    assert "已存在" in again.stderr
    assert "not empty" in again.stderr
    wrong = subprocess.run([*command, "--only", "pdf", "--out", "x"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert "csv parquet sqlite excel cdf" in wrong.stderr
