"""The digests on a proof sheet: whatever the sheet says stands behind one of them, and nothing else does."""

from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.centre.planning import PROOFS
from coordinator.forms.catalogue import FORMS
from coordinator.forms.proving import planned, proof_data, proof_digest
from coordinator.sealing.folder import read_folder
from coordinator.sealing.notes import make_unit
from tally_protocol.fields import JsonObject
from tally_protocol.ids import Hash32
from tests.coordinator.sealing_folder import SealingFolder

RULES = "unit,path,value,decided_by\nv1,proxy.limit,2,村民会议 2026-09-01\n"
RELATIONS = "unit,person,other,relation\nv1,b,c,spouse\n"


def good(path: Path) -> SealingFolder:
    folder = SealingFolder(path)
    folder.files = {name: text for name, text in folder.files.items() if not name.startswith("enrolments/")}
    return folder


def sheet(folder: SealingFolder) -> JsonObject:
    return proof_data(FORMS["proof"], planned(folder.write()), "v1", english=False)


def digests(folder: SealingFolder) -> dict[str, str]:
    found: dict[str, str] = sheet(folder)["digests"]
    return found


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        ("units.csv", "400,p1", "401,p1", {"candidates"}),
        ("units.csv", "甲县,东乡", "甲县,西乡", {"candidates"}),
        ("units.csv", "400,p1", "400,p2", {"candidates", "layout", "rules"}),
        ("contests.csv", "委员,2,2,village,1,,1,", "委员,2,2,village,1,,1,true", {"candidates"}),
        ("contests.csv", "主任,1,1,village,1,,1", "主任,1,1,village,1,,2", {"candidates"}),
        ("contests.csv", "v1,member,委员,2,2,village", "v1,member,委员,2,2,second", {"layout"}),
        ("stations.csv", "v1,1,200,n1\nv1,2,200", "v1,1,150,n1\nv1,2,250", {"candidates"}),
        ("stations.csv", "v1,2,200", "v1,3,200", {"candidates"}),
        ("boxes.csv", "mobile,mobile,village,2", "mobile,station,village,2", {"candidates"}),
        ("boxes.csv", "mobile,mobile,village,2", "mobile,mobile,village,1", {"candidates"}),
        ("candidates.csv", "a,张䶮,f", "a,张䶮,m", {"candidates"}),
        ("rules.csv", "", RULES, {"candidates", "layout", "rules"}),
        ("relations.csv", "", RELATIONS, {"candidates"}),
        ("profiles/p1.json", '"dup_post": "ballot"', '"dup_post": "columns"', {"rules"}),
        ("election.toml", "2026-09-21", "2026-09-22", {"rules"}),
        ("election.toml", "县换届选举（演练）", "县补选（演练）", {"rules"}),
    ],
)  # fmt: skip
def test_whatever_the_sheet_says_stands_behind_a_digest(
    tmp_path: Path, file: str, old: str, new: str, parts: set[str]
) -> None:
    folder = good(tmp_path)
    folder.files["profiles/p2.json"] = folder.files["profiles/p1.json"].replace('"id": "p1"', '"id": "p2"')
    # a column for the women's seats
    rows = folder.files["contests.csv"].splitlines()
    folder.files["contests.csv"] = "\n".join([f"{rows[0]},female_only", *(f"{row}," for row in rows[1:]), ""])
    folder.swap("election.toml", '"profiles/p1.json",', '"profiles/p1.json", "profiles/p2.json",')
    before = digests(folder)
    if old:
        folder.swap(file, old, new)
    else:
        folder.files[file] = new
    after = digests(folder)
    assert {part for part in before if before[part] != after[part]} == parts


def test_printing_again_gives_the_same_digests(tmp_path: Path) -> None:
    folder = good(tmp_path)
    first = sheet(folder)
    assert sheet(folder)["digests"] == first["digests"]
    assert proof_data(FORMS["proof"], planned(folder.path), "v1", english=True)["digests"] == first["digests"]
    # another laptop counts: no word of the sheet
    folder.swap("units.csv", "p1,n1", "p1,n2")
    assert sheet(folder)["digests"] == first["digests"]


def test_the_desk_finds_in_the_sealed_note_what_the_village_signed(tmp_path: Path) -> None:
    """Hashes, laptop, committee and version of the note are not known when the sheet is printed."""
    printed = digests(good(tmp_path / "before"))
    folder = SealingFolder(tmp_path / "whole")
    read = read_folder(folder.write())
    rosters = {name: Hash32(bytes([number]) * 32) for number, name in enumerate(("1", "2"), 7)}
    sealed = make_unit(read, "v1", Hash32(bytes([9]) * 32), rosters)
    assert sealed.committee
    for note in (sealed, replace(sealed, version=2, prev=Hash32(bytes([3]) * 32))):
        assert {what: proof_digest(note, what) for what in PROOFS} | {"rules": printed["rules"]} == printed
