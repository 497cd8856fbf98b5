"""Every vector of spec/vectors through the producers' code [CONV-1]: exactly the stated value or the stated code."""

import json
from pathlib import Path

import pytest

from tally_protocol.errors import ProtocolError
from tests.vectors.producer import AREAS

FOLDER = Path(__file__).resolve().parents[2] / "spec" / "vectors"
FILES = sorted(path.name for path in FOLDER.glob("*.json"))


def test_there_are_vectors() -> None:
    assert len(FILES) >= 180
    assert {name.partition("-")[0] for name in FILES} == set(AREAS)


@pytest.mark.parametrize("name", FILES)
def test_vector(name: str) -> None:
    vector = json.loads((FOLDER / name).read_text("utf-8"))
    assert name.startswith(vector["area"] + "-")
    try:
        answer: dict[str, object] = {"ok": AREAS[vector["area"]](vector["input"])}
    except ProtocolError as error:
        answer = {"error": error.code}
    assert answer == vector["expect"], vector["comment"]
