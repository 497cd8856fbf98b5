"""From the record to the law and back: who a written name is, determinations, declarations, a committee's way."""

from dataclasses import replace

import pytest

from tally_protocol.errors import ProtocolError
from tally_protocol.ids import CandidateId, ContestId, Hash32
from tally_protocol.law.declared import Declared, Reason
from tally_protocol.law.person_keys import meant_candidate
from tally_protocol.law.states import Shown, UnitWord
from tally_protocol.law.tally import Stage
from tally_protocol.record.deciding import (
    check_declaration,
    check_determination,
    determination_of,
    results_of,
    tally_of,
)
from tally_protocol.record.unit_chain import UnitState
from tests.committee import Committee
from tests.world import VOTE_A, VOTE_B, WRITE_IN, StationDesk, World, papers

OTHER = Hash32(b"\xff" * 32)
UNIT = World().units["v1"][0]


def counted() -> tuple[Committee, StationDesk]:
    """Unit v2, of which 130 of 200 voted, closed."""
    world = World(registered=200)
    desk = world.desk("v2", "1")
    desk.open()
    desk.box(collected=130, issued=130, voters=130)
    desk.batch(papers(60, VOTE_A) + papers(5, WRITE_IN), ["王小二", "李四"])
    desk.batch(papers(65, VOTE_A))
    desk.close(collected=130, issued=130, voters=130)
    return Committee(world, "v2", [desk]), desk


def due(state: UnitState) -> bool:
    """Whether the county must determine now."""
    return state.awaits_determination


def test_whose_name_it_is() -> None:
    """[NAME-3] One person among the candidates of the other contests, and nobody of the own."""
    chair, member, deputy = UNIT.contests
    twins = replace(deputy, candidates=(member.candidates[0], replace(member.candidates[1], name="别人")))
    unit = replace(UNIT, contests=(chair, member, twins))
    assert meant_candidate(unit, "chair", "c") == member.candidates[0]
    assert meant_candidate(unit, "chair", "e").name == "候选人e"
    for contest, candidate in (("chair", "d"), ("chair", "a"), ("chair", "z"), ("member", "c"), ("none", "e")):
        with pytest.raises(ProtocolError, match="E_NAMES"):
            meant_candidate(unit, contest, candidate)


def test_the_facts_of_a_unit() -> None:
    """[DET-1] Statement, forms, boxes and opened names; how far the unit is."""
    committee, desk = counted()
    state = committee.state
    assert (tally_of(state).stage, state.final, state.awaits_determination) == (Stage.COUNTING, False, False)
    committee.statement()
    assert (tally_of(state).stage, state.stands, state.names_complete) == (Stage.STATED, True, False)
    body = committee.names_body()
    committee.write("names", replace(body, persons=(replace(body.persons[0], sex="f"), *body.persons[1:])))
    tally = tally_of(state)
    assert (tally.stage, state.awaits_determination) == (Stage.FINAL, True)
    assert dict(tally.totals) == dict(state.totals())
    (station,) = tally.stations
    assert dict(station.paper) == {"collected": 130, "issued": 130, "voters": 130}
    assert {box: dict(found) for box, found in station.boxes.items()} == {"box-1": dict(station.paper)}
    assert (station.closed, station.joined) == (True, False)
    assert [(one.contest, one.name, one.votes, one.sex) for one in tally.persons] == [
        ("chair", "王小二", 5, "f"),
        ("member", "李四", 5, None),
    ]
    desk.correct(2, papers(64, VOTE_A))
    assert (tally_of(state).stage, state.stands) == (Stage.COUNTING, False)
    assert dict(tally_of(state).totals) == dict(tally.totals) != dict(state.totals())


def test_names_of_candidates_reach_the_law() -> None:
    """[NAME-3] A written-in member candidate is the candidate; one who stands here has his own mark."""
    committee, _ = counted()
    committee.statement()
    body = committee.names_body()
    for candidate, code in (("a", "E_NAMES"), ("z", "E_NAMES")):
        wrong = replace(body, persons=(replace(body.persons[0], candidate=candidate), *body.persons[1:]))
        with pytest.raises(ProtocolError, match=code):
            committee.state.check(wrong)
    said = replace(body, persons=(replace(body.persons[0], candidate="c"), *body.persons[1:]))
    committee.write("names", said)
    assert tally_of(committee.state).persons[0].candidate == CandidateId("c")


def test_determinations() -> None:
    """[DET-1] [DET-2] One for a statement, of what the rules give, when it is due."""
    committee, desk = counted()
    state, world = committee.state, committee.world
    committee.statement()
    with pytest.raises(ProtocolError, match="E_OUTCOME"):
        check_determination(state, determination_of(state, world.county_links()))
    committee.names()
    body = determination_of(state, world.county_links())
    check_determination(state, body)
    first = body.contests[0]
    assert (first.elected, [one.contest for one in body.contests]) == (("a",), ["chair", "member", "deputy"])
    for wrong in (
        replace(body, statement=OTHER),
        replace(body, contests=body.contests[:-1]),
        replace(body, contests=(*body.contests, first)),
        replace(body, contests=body.contests[::-1]),
        replace(body, contests=(replace(first, elected=()), *body.contests[1:])),
        replace(body, contests=(*body.contests[:-1], replace(body.contests[-1], sensitive=True))),
    ):
        with pytest.raises(ProtocolError, match="E_OUTCOME"):
            check_determination(state, wrong)
    committee.determination()
    assert due(state) is False
    with pytest.raises(ProtocolError, match="E_OUTCOME"):
        check_determination(state, replace(body, links=world.county_links()))
    desk.correct(2, papers(65, VOTE_B))
    committee.statement()
    assert due(state) is True
    committee.step("voided", "程序违法")
    assert due(state) is False
    with pytest.raises(ProtocolError, match="E_OUTCOME"):
        check_determination(state, determination_of(state, world.county_links()))


def test_a_unit_without_a_statement_has_no_determination() -> None:
    """[DET-1] Nothing is determined before the statement."""
    committee, _ = counted()
    with pytest.raises(ProtocolError, match="E_OUTCOME"):
        determination_of(committee.state, committee.world.county_links())


def test_declarations() -> None:
    """[DET-3] The last statement, its names opened; every difference from the rules' result has its reason."""
    committee, _ = counted()
    state = committee.state
    committee.statement()
    early = committee.declaration_body()
    with pytest.raises(ProtocolError, match="E_DECLARATION"):
        state.check(early)
    committee.names()
    body = committee.declaration_body()
    with pytest.raises(ProtocolError, match="E_DECLARATION"):
        state.check(replace(body, statement=OTHER))
    state.check(body)
    check_declaration(state, body)
    chair = ContestId("chair")
    silent = replace(body, contests=(Declared(contest=chair, elected=()), *body.contests[1:]))
    with pytest.raises(ProtocolError, match="E_DECLARATION"):
        check_declaration(state, silent)
    why = Reason(contest=chair, reference="a", word="disqualified", text="不符合条件")
    check_declaration(state, replace(silent, reasons=(why,)))
    with pytest.raises(ProtocolError, match="E_DECLARATION"):
        check_declaration(state, replace(body, reasons=(why,)))
    committee.declaration()
    assert state.declared == body
    assert [result.elected for result in results_of(state)] == [one.elected for one in body.contests]


def test_a_committee_on_its_way() -> None:
    """[STEP-1] What people see of a unit, from the sealed note to the archive and back to a new statement."""
    world = World(registered=200)
    desk = world.desk("v2", "1")
    committee = Committee(world, "v2", [desk])
    state = committee.state
    seen = [state.shown]
    for play in (desk.open, lambda: desk.box(collected=65), lambda: desk.batch(papers(65, VOTE_A)), desk.close):
        play()
        seen.append(state.shown)
    for play in (committee.statement, lambda: committee.step("announced"), committee.determination):
        play()
        seen.append(state.shown)
    for play in (committee.declaration, lambda: committee.step("filed"), lambda: committee.step("archived")):
        play()
        seen.append(state.shown)
    assert [one.name for one in seen] == [
        "SEALED", "OPEN", "BOXES_RECONCILED", "COUNTING", "COUNTED", "SIGNED", "ANNOUNCED", "DETERMINED", "DECLARED",
        "FILED", "ARCHIVED",
    ]  # fmt: skip
    with pytest.raises(ProtocolError, match="E_STATE"):
        committee.statement()
    committee.step("voided", "程序违法")
    assert (state.state, state.shown) == (UnitWord.VOIDED, Shown.VOIDED)
