"""The results tree: kept incrementally it is what building it anew gives, and a person can add it up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol.election.shape import shape
from tally_protocol.log.results import ResultsTree, StationStanding, unit_standing
from tests.committee import counted_world
from tests.vectors.replay import replay
from tests.world import World

WORLD = World()
UNIT = WORLD.units["v1"][0]
places = st.lists(st.sampled_from(["县", "乡", "村", "u/a"]), max_size=3).map(tuple)
moves = st.lists(st.tuples(st.sampled_from("abcd"), places, st.integers(0, 9)), min_size=1, max_size=12)


def standing(name: str, papers: int) -> dict[str, object]:
    value = unit_standing(UNIT, {}, bytes(range(32)) if papers % 2 else None)
    return {**value, "unit": name, "papers": papers, "closed": papers % 3}


@pytest.mark.property
@given(moves)
def test_incremental_is_rebuilt(some: list[tuple[str, tuple[str, ...], int]]) -> None:
    """[STAND-2] [STAND-4] Places are exactly the prefixes of the units' places, whatever moved before."""
    kept = ResultsTree()
    newest: dict[str, tuple[tuple[str, ...], int]] = {}
    for name, place, papers in some:
        kept.set_unit(place, standing(name, papers))
        newest[name] = place, papers
        fresh = ResultsTree()
        for unit in sorted(newest, reverse=True):
            fresh.set_unit(newest[unit][0], standing(unit, newest[unit][1]))
        assert kept.root() == fresh.root()
        totals = kept.root()[1]
        assert totals["units"] == len(newest)
        assert totals["papers"] == sum(papers for _, papers in newest.values())


def test_an_empty_tree() -> None:
    _, totals = ResultsTree().root()
    assert set(totals.values()) == {0}


def test_a_unit_is_the_sum_of_its_stations() -> None:
    """[STAND-2] Contests in unit order, stations with records and heads."""
    village, deputies = shape(UNIT, "village"), shape(UNIT, "deputies")
    ones = tuple(range(village.figures))
    tables = {
        "1": StationStanding(records=3, head=b"\x01" * 32, closed=True, running={"village": ones}),
        "2": StationStanding(records=1, head=b"\x02" * 32, running={"village": ones, "deputies": deputies.zeros}),
    }
    value = unit_standing(UNIT, tables, None)
    assert value["contests"][0] == ["chair", [2 * i for i in range(1, 21)]]
    assert [entry[0] for entry in value["contests"]] == ["chair", "member", "deputy"]
    assert value["closed"] == 1
    assert value["stations"] == [["1", 3, "01" * 32], ["2", 1, "02" * 32]]
    assert (value["papers"], value["registered"], value["statement"]) == (0, 400, "0" * 64)


def test_a_replayed_county_adds_up() -> None:
    """[STAND-1] [STAND-3] Whoever replays the log gets every prefix's totals."""
    walk = replay(counted_world().entries)
    papers = [totals["papers"] for _, totals in walk.standings_at.values()]
    assert papers[-1] == sum(
        station.running_of(layout.id)[0]
        for unit in walk.units.values()
        for station in unit.stations.values()
        for layout in unit.note.layouts
    )
    assert walk.standings_at[len(walk.roots)][1]["statements"] == 2
    assert walk.heads()["u/v1"][0] == 2
