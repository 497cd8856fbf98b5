"""What viewers get: the plan, all lines, what changed since a size, a unit's page, its records. Ids are log sizes."""

import json
import threading
from typing import Any

import pytest

from coordinator.board.feed import KEPT, RECENT
from coordinator.board.rows import FIELDS
from tally_protocol.record.kinds import decode_record
from tests.board.played import Played
from tests.electors import ELECTORS, ElectorsApart
from tests.published import honest_story
from tests.world import World


def named(line: list[int]) -> dict[str, int]:
    return dict(zip(FIELDS, line, strict=True))


@pytest.fixture
def played() -> Played:
    return Played()


def test_the_plan_lists_places_and_units_in_the_order_of_the_log(played: Played) -> None:
    played.until()
    plan = played.feed.plan()
    assert plan["places"] == [["清河县", "东乡"]]
    assert plan["units"] == [["v1", "村v1", 0, 400, 2], ["v2", "村v2", 0, 400, 1]]
    assert plan["election"] == {
        "id": "county-test", "title": "清河县换届选举（演练）", "date": "2026-09-21", "test": True,
    }  # fmt: skip
    assert len(plan["states"]) == 16
    assert plan["outcomes"][-1] == "full"


def test_the_electors_are_the_lawful_ones_or_told_as_unknown() -> None:
    """Of the first contest, else of the unit, else of its stations; -1 and null are printed as a dash."""
    world = ElectorsApart()
    played = Played(entries=list(world.entries)).until()
    assert {name: number for name, _, _, number, _ in played.feed.plan()["units"]} == {
        unit: -1 if number is None else number for unit, number in ELECTORS.items()
    }
    pages = {unit: json.loads(played.feed.village_bytes(unit) or b"{}") for unit in ELECTORS}
    assert {unit: page["registered"] for unit, page in pages.items()} == ELECTORS
    nobody = Played(entries=list(World(registered=0).entries)).until()
    assert [unit[3] for unit in nobody.feed.plan()["units"]] == [0, 0]


def test_every_line_names_the_shortest_prefix_that_gives_it(played: Played) -> None:
    """The same figures come out of that prefix alone."""
    played.until()
    lines = {unit: row.to_list() for unit, row in played.feed.rows().items()}
    for unit, row in played.feed.rows().items():
        shorter = Played(entries=played.entries).until(row.size)
        assert shorter.feed.rows()[unit].to_list() == lines[unit]
        assert row.size <= played.feed.size
        before = Played(entries=played.entries).until(row.size - 1)
        assert before.feed.rows()[unit].size < row.size


def test_a_viewer_who_applies_changes_has_what_a_new_one_reads(played: Played) -> None:
    sealed = 6
    played.until(sealed)
    mine: dict[int, list[int]] = dict(enumerate(played.feed.now()["rows"]))
    size = sealed
    for reached in played.each():
        changes = played.feed.since(size)
        assert changes is not None
        assert changes["size"] == reached
        mine |= {index: row for index, *row in changes["rows"]}
        size = reached
        assert list(mine.values()) == played.feed.now()["rows"]


def test_coming_back_late_gives_each_unit_once(played: Played) -> None:
    played.until(6)
    list(played.each())
    found = played.feed.since(6)
    assert found is not None
    assert sorted(row[0] for row in found["rows"]) == [0, 1]
    assert {index: row for index, *row in found["rows"]} == dict(enumerate(played.feed.now()["rows"]))


def test_what_is_no_longer_kept_or_not_of_this_log_asks_for_a_new_start(played: Played) -> None:
    played.until(6)
    list(played.each())
    assert played.feed.since(5) is None  # before the plan that stands
    assert played.feed.since(len(played.entries) + 1) is None
    nothing = played.feed.since(len(played.entries))
    assert nothing is not None
    assert nothing["rows"] == []


def test_the_memory_of_changes_is_bounded() -> None:
    played = Played(entries=list(honest_story(fillers=KEPT + 40).world.entries)).until(6)
    list(played.each())
    assert played.feed.since(6) is None
    recent = played.feed.recent()
    assert recent["from"] == len(played.entries) - RECENT
    again = played.feed.since(recent["from"])
    assert again is not None
    assert again | {"from": recent["from"]} == recent


def test_a_new_version_of_a_unit_makes_a_new_plan(played: Played) -> None:
    played.until(3)  # election, roster, roster
    first = played.feed.plan()["plan"]
    played.until(6)
    assert played.feed.plan()["plan"] == first + 1
    played.until()
    assert played.feed.plan()["plan"] == first + 1


def test_the_page_of_a_unit_has_its_figures_outcome_and_explanation(played: Played) -> None:
    played.until()
    data: dict[str, Any] = json.loads(played.feed.village_bytes("v1") or b"")
    chair, member, deputy = data["contests"]
    assert [person["name"] for person in chair["candidates"]] == ["张䶮", "买买提·阿不都"]
    figures = dict(played.states()["v1"].totals())["village"]
    assert chair["candidates"][0]["approve"] == figures[1 + 12]
    assert chair["papers"] == figures[0] == chair["figures"]["valid"] + chair["figures"]["blank"] + sum(
        chair["figures"][name] for name in ("over", "duplicate", "illegible", "unpaired", "torn", "not_official",
                                            "marked", "unidentifiable", "unstated")
    )  # fmt: skip
    assert chair["result"]["outcome"] == played.feed.rows()["v1"].outcomes[0].value
    assert all(len(line) == 2 and all(line) for line in chair["explanation"])
    assert chair["explanation"][-1][1].startswith(f"outcome: {chair['result']['outcome']}")
    assert {member["layout"], deputy["layout"]} == {"village", "deputies"}
    assert data["size"] == played.feed.rows()["v1"].size
    assert len(data["findings"]) == played.feed.rows()["v1"].findings
    assert [station["state"] for station in data["stations"]] == ["COUNTED", "COUNTED"]


def test_before_the_result_nothing_is_said_of_it(played: Played) -> None:
    played.until(12)
    data = json.loads(played.feed.village_bytes("v1") or b"")
    assert [contest["result"] for contest in data["contests"]] == [None] * 3
    assert [contest["explanation"] for contest in data["contests"]] == [[]] * 3


def test_records_carry_hash_place_and_signers_with_their_roles(played: Played) -> None:
    played.until()
    found = json.loads(played.feed.records_bytes("v2") or b"")
    progress = played.feed.unit("v2")
    assert progress is not None
    assert played.archive.asked == [progress.entries]
    assert [record["index"] for record in found["records"]] == list(progress.entries)
    for record in found["records"]:
        decoded = decode_record(played.entries[record["index"]])
        assert record["hash"] == decoded.hash.hex()
        assert record["kind"].split()[0] == decoded.kind
        assert len(record["signers"]) == len(decoded.note.lines)
        if decoded.kind == "batch":
            assert record["signers"][0] == ["1", ""]
            assert {role for _, role in record["signers"][1:]} <= {"scrutineer", "teller", "caller", "chair",
                                                                   "chief_scrutineer"}  # fmt: skip
    batches = [record for record in found["records"] if record["kind"] == "batch"]
    assert all(record.keys() >= {"papers"} and "figures" not in record for record in batches)


def test_a_unit_that_is_not_there_has_no_page(played: Played) -> None:
    played.until()
    assert played.feed.village_bytes("v3") is None
    assert played.feed.records_bytes("../v1") is None


def test_bytes_are_made_once_until_they_change(played: Played) -> None:
    played.until(20)
    first = played.feed.now_bytes(), played.feed.village_bytes("v1"), played.feed.plan_bytes()
    again = played.feed.now_bytes(), played.feed.village_bytes("v1"), played.feed.plan_bytes()
    assert all(one is other for one, other in zip(first, again, strict=True))
    zipped = played.feed.zipped("now", first[0])
    assert played.feed.zipped("now", first[0]) is zipped
    played.until()
    assert played.feed.now_bytes() != first[0]
    assert played.feed.plan_bytes() is first[2]
    assert played.feed.zipped("now", played.feed.now_bytes()) != zipped


def test_readers_never_see_half_a_change(played: Played) -> None:
    """While the publisher publishes, every answer is of one size: sums over it equal a fold of that prefix."""
    played.until(6)
    stop, wrong = threading.Event(), list[str]()
    papers = {size: sum(named(row)["papers"] for row in Played(entries=played.entries).until(size).feed.now()["rows"])
              for size in range(6, len(played.entries) + 1)}  # fmt: skip

    def read() -> None:
        while not stop.is_set():
            now = json.loads(played.feed.now_bytes())
            if sum(named(row)["papers"] for row in now["rows"]) != papers[now["size"]]:
                wrong.append(f"size {now['size']}")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    list(played.each())
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
