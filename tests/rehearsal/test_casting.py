"""Who plays: how units are spread over laptops."""

from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal import casting
from rehearsal.casting import cast_nodes
from rehearsal.folder import Folder
from rehearsal.idents import UnitId
from tests.rehearsal.folders import FILES, told, write


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return told(write(tmp_path / "in", {**FILES})).folder


def test_every_unit_is_hosted_once_and_no_laptop_is_idle(folder: Folder) -> None:
    casts = cast_nodes(folder.units, 9)
    assert len(casts) == len(folder.units)
    assert {unit.id for cast in casts for unit in cast.units} == {unit.id for unit in folder.units}


def test_a_county_of_thousands_gets_as_many_laptops_as_their_requests_need(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request above the county's limit (coordinator/sealing/requests.py) would seal nothing."""
    monkeypatch.setattr(casting, "TABLES_A_LAPTOP", 10)
    first = folder.units[0]
    units = [replace(first, id=UnitId(f"u{number}")) for number in range(95)]
    tables = len(first.stations) * len(units)
    casts = cast_nodes(units, 2)
    assert len(casts) == -(-tables // 10)
    assert max(sum(len(unit.stations) for unit in cast.units) for cast in casts) <= 10
    assert len(cast_nodes(units[:1], 2)) == 1
