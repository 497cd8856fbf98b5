"""The committed stubs belong to the committed schema, and load with the oldest runtime that we declare.

`make proto-check` runs the pinned compiler; this test needs no compiler: `make proto` leaves the hashes of
what went in and what came out, so that neither an edited stub nor a schema without new stubs passes unseen.
"""

import hashlib
import re
import tomllib
from pathlib import Path

HASHES = "proto/stubs.sha256"


def test_stubs_and_schema_are_those_of_the_last_make_proto(root: Path) -> None:
    listed = dict(line.split("  ")[::-1] for line in (root / HASHES).read_text("utf-8").splitlines())
    present = {
        path.relative_to(root).as_posix()
        for folder, pattern in (("proto", "*.proto"), ("tally_protocol/wire", "*_pb2*.py*"))
        for path in (root / folder).rglob(pattern)
        if "__pycache__" not in path.parts
    }
    assert set(listed) == present
    found = {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in present}
    assert found == listed, "run make proto"


def test_stubs_are_made_for_the_oldest_runtime(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    (floor,) = (
        re.findall(r">=([\d.]+)", need)[0]
        for need in project["optional-dependencies"]["node"]
        if need.startswith("grpcio>")
    )
    asked = (root / "requirements-proto.in").read_text("utf-8")
    compilers = re.findall(r"^grpcio-tools==([\d.]+)$", asked, re.MULTILINE)
    stubs = sorted((root / "tally_protocol/wire").rglob("*_pb2_grpc.py"))
    assert stubs
    for path in stubs:
        made = re.findall(r"^GRPC_GENERATED_VERSION = '([\d.]+)'$", path.read_text("utf-8"), re.MULTILINE)
        assert made == compilers == [floor]


def test_proto_is_a_plain_folder(root: Path) -> None:
    """With an __init__.py it would hide the proto-plus package from everything that imports `proto`."""
    assert list((root / "proto").rglob("*.py")) == []
