"""A unit's chain: statements cite all heads, names open what was written, small batches stay alone."""

from dataclasses import replace
from typing import Any

import pytest

from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32
from tally_protocol.record.kinds import UnitBody
from tally_protocol.record.unit_chain import SmallCells, UnitState
from tally_protocol.record.unit_kinds import Entry, Names, Statement
from tests.committee import Committee
from tests.world import TIME, VOTE_A, WRITE_IN, StationDesk, World, hash_of, papers

OTHER = Hash32(b"\xff" * 32)


def counted(*, full: bool = False) -> tuple[Committee, list[StationDesk]]:
    world = World(names_full=full)
    desks = []
    for station in ("1", "2"):
        desk = world.desk("v1", station)
        desk.open()
        desk.batch(papers(60, VOTE_A) + papers(4, WRITE_IN), ["王小二", "李四"])
        desk.batch(papers(60, VOTE_A) + papers(1, (0, 0, 0, 1, 0, 0, 0, 0)), ["赵六"])
        desk.close()
        desks.append(desk)
    return Committee(world, "v1", desks), desks


def state_of(state: UnitState) -> list[Any]:
    return [(getattr(state, name), str(getattr(state, name))) for name in UnitState.__slots__ if name != "stations"]


def expect(committee: Committee, body: UnitBody, code: str) -> None:
    before = state_of(committee.state)
    with pytest.raises(ProtocolError) as caught:
        committee.state.check(body)
    assert caught.value.code == code
    assert state_of(committee.state) == before


def test_statements() -> None:
    """[STATE-1] [STATE-2] Closes, heads and sums of every station."""
    committee, desks = counted()
    state = committee.state
    body = Statement(
        links=state.links(TIME), closes=state.cited_closes(), totals=state.totals(), unit_note=state.unit_hash
    )
    state.check(body)
    zeros = tuple((layout, (0,) * len(figures)) for layout, figures in body.totals)
    for wrong, code in (
        (replace(body, unit_note=OTHER), "E_HEAD"),
        (replace(body, closes=body.closes[1:]), "E_HEAD"),
        (replace(body, closes=body.closes[::-1]), "E_HEAD"),
        (replace(body, totals=zeros), "E_TOTAL"),
        (replace(body, links=replace(body.links, seq=1)), "E_GAP"),
        (replace(body, links=replace(body.links, prev=OTHER)), "E_CHAIN"),
        (replace(body, links=replace(body.links, election=OTHER)), "E_ELECTION"),
    ):
        expect(committee, wrong, code)
    note = committee.statement()
    assert state.statement == hash_of(note)
    desks[0].correct(1, papers(60, VOTE_A))
    expect(committee, replace(body, links=state.links(TIME)), "E_HEAD")
    committee.statement()


def test_a_station_that_has_not_closed() -> None:
    """[STATE-1] Every station's `close` is cited."""
    world = World()
    desk = world.desk("v2", "1")
    desk.open()
    committee = Committee(world, "v2", [desk])
    with pytest.raises(ProtocolError, match="E_HEAD"):
        committee.statement()
    desk.close()
    committee.statement()


def test_names() -> None:
    """[STATE-3] [STATE-4] [STATE-5] Each entry once, each with its salt, the rest accounted for."""
    committee, _ = counted()
    state = committee.state
    expect(committee, replace(_body(committee), statement=OTHER), "E_STATE")
    committee.statement()
    body = committee.names_body()
    state.check(body)
    first = body.persons[0]
    entry = first.entries[0]
    assert {person.name: person.votes for person in body.persons} == {"王小二": 8, "李四": 8}
    assert body.rest == (("chair", 2),)

    def with_entry(**fields: Any) -> Names:
        changed = replace(first, entries=(replace(entry, **fields), *first.entries[1:]))
        return replace(body, persons=(changed, *body.persons[1:]))

    low = Entry("1", 3, "赵六", b"")
    for wrong in (
        replace(body, statement=OTHER),
        replace(body, part=2, parts=2),
        replace(body, rest=()),
        replace(body, persons=body.persons[1:]),
        # hidden in the rest, though its entry alone has enough votes
        replace(body, persons=body.persons[1:], rest=(("chair", 2 + first.votes),)),
        replace(body, persons=(*body.persons, first)),
        replace(body, persons=(replace(first, votes=first.votes + 1), *body.persons[1:])),
        with_entry(station="9"),
        with_entry(number=9),
        with_entry(salt=bytes(16)),
        with_entry(name="王小三"),
        replace(body, persons=(replace(first, entries=(low,), name="赵六", votes=1), *body.persons)),
    ):
        expect(committee, wrong, "E_NAMES")
    committee.names()
    assert state.names_done
    expect(committee, replace(body, links=state.links(TIME), part=2, parts=2), "E_NAMES")


def _body(committee: Committee) -> Names:
    state = committee.state
    return Names(links=state.links(TIME), part=1, parts=1, persons=(), rest=(), statement=OTHER)


def test_names_in_parts() -> None:
    """[STATE-3] Parts MUST follow each other, all with the same `parts` and `rest`."""
    committee, _ = counted()
    committee.statement()
    body = committee.names_body()
    committee.write("names", replace(body, parts=2, persons=body.persons[:1]))
    second = replace(body, links=committee.state.links(TIME), part=2, parts=2, persons=body.persons[1:])
    for wrong in (
        replace(second, parts=3),
        replace(second, part=1),
        replace(second, rest=()),
        replace(second, persons=body.persons),
    ):
        expect(committee, wrong, "E_NAMES")
    committee.write("names", second)
    assert committee.state.names_done


def test_everybody_is_opened_where_the_profile_says_so() -> None:
    """[STATE-5] Where `names.full` is true `rest` is empty."""
    committee, _ = counted(full=True)
    committee.statement()
    expect(committee, committee.names_body(3), "E_NAMES")
    body = committee.names_body(1)
    assert (body.rest, {person.name for person in body.persons}) == ((), {"王小二", "李四", "赵六"})
    committee.write("names", body)


def test_a_small_batch_stands_alone() -> None:
    """[CUT-2] Fewer papers than the threshold: the only batch of its layout in its unit."""
    cells = SmallCells()
    cells.check("a", 10, 50)
    cells.add("a", 10, 50)
    cells.add("b", 50, 50)
    cells.check("b", 50, 50)
    for layout, count in (("a", 60), ("a", 10), ("b", 49)):
        with pytest.raises(ProtocolError, match="E_PRIVACY"):
            cells.check(layout, count, 50)
