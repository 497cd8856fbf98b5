"""The committee: adjudicated names, steps, the outcome by the rules, the declaration [NAME-3] [STEP-1] [DET-3]."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tally_node.committee import Adjudicated, Committee
from tally_node.marks import Paper
from tally_node.service import Station
from tally_node.table import Stack
from tally_node.voice import NodeError
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ContestId
from tally_protocol.law.declared import Declared, Reason
from tally_protocol.law.states import StationWord, UnitWord
from tally_protocol.record.deciding import results_of
from tally_protocol.record.unit_kinds import Declaration, Names
from tests.node.laptop import TORN, VOTE_A, VOTE_B, WRITTEN, again, laptop
from tests.world import TIME

UNITS = {"v1": ["1"]}
NAMES = ("王小二", "李四")


def counted(path: Path, rows: Mapping[bytes, int], voters: int = 210) -> Station:
    """A laptop whose only table has counted and whose committee has stated; 400 electors."""
    station, _ = laptop(path, UNITS)
    table = station.table("v1", "1")
    table.open("123456789012", TIME)
    table.papers(Stack("village", b"".join(row * times for row, times in rows.items()), NAMES), TIME)
    table.close({"collected": sum(rows.values()), "voters": voters, "issued": voters}, TIME)
    station.committee("v1").statement(TIME)
    return station


def refusal(work: object, *words: object) -> str:
    with pytest.raises((NodeError, ProtocolError)) as caught:
        work(*words)  # type: ignore[operator]
    return str(caught.value.code)  # type: ignore[attr-defined]


def bodies(station: Station, kind: type) -> list[object]:
    found = [station.chains.decoded(row).body for row in station.journal.records()]
    return [body for body in found if isinstance(body, kind)]


def test_steps_of_a_table(tmp_path: Path) -> None:
    """[STEP-1] what happens at the table beside counting is a record of its chain."""
    station, _ = laptop(tmp_path / "home", UNITS)
    table = station.table("v1", "1")
    assert refusal(table.step, "polls_closed", TIME) == "N_STATE"
    table.open("123456789012", TIME)
    table.step("polls_closed", TIME)
    table.step("sorted", TIME)
    assert refusal(table.step, "polls_closed", TIME) == "N_STATE"
    assert refusal(table.step, "lunch", TIME) == "E_FIELD"
    assert refusal(table.step, "interrupted", TIME) == "E_FIELD"
    table.step("interrupted", TIME, "停电")
    assert table.state.value == "interrupted"
    assert refusal(table.box, "box-1", {"collected": 3}, TIME) == "N_STATE"
    assert refusal(table.papers, Stack("village", VOTE_A * 60), TIME) == "N_STATE"
    station = again(station)
    table = station.table("v1", "1")
    table.step("resumed", TIME)
    assert (table.chain.state.state, table.state.value) == (StationWord.SORTED, "sorted")
    table.papers(Stack("village", VOTE_A * 60), TIME)
    table.step("interrupted", TIME, "停电")
    table.step("resumed", TIME)
    assert table.chain.state.state is StationWord.COUNTING
    table.close({"present": 60, "voters": 60}, TIME)
    assert refusal(table.step, "interrupted", TIME, "停电") == "N_STATE"
    assert station.chains.verify_all() == 9


def test_papers_wait_through_an_interruption(tmp_path: Path) -> None:
    station, _ = laptop(tmp_path / "home", UNITS)
    table = station.table("v1", "1")
    table.open("123456789012", TIME)
    for _ in range(60):
        table.call("village", Paper(VOTE_A, ()))
    table.step("interrupted", TIME, "停电")
    assert refusal(table.call, "village", Paper(VOTE_A, ())) == "N_STATE"
    table.step("resumed", TIME)
    assert table.state.value == "waiting"
    assert table.cut(TIME) == 1


ROWS = {VOTE_A: 110, VOTE_B: 60, WRITTEN: 30, TORN: 5}


def test_what_the_table_adjudicated_is_in_the_names(tmp_path: Path) -> None:
    """[NAME-3] two spellings are one person, and that person is the candidate of another post, a woman."""
    station = counted(tmp_path / "home", ROWS)
    committee = station.committee("v1")
    one = Adjudicated(contest="chair", name="王小二", candidate="d")
    assert committee.names(TIME, [one, Adjudicated(contest="member", name="李四", sex="f")]) == 1
    (names,) = bodies(station, Names)
    assert isinstance(names, Names)
    assert [(p.contest, p.name, p.votes, p.candidate, p.sex) for p in names.persons] == [
        ("chair", "王小二", 30, "d", None),
        ("member", "李四", 30, None, "f"),
    ]


def test_spellings_are_merged_only_when_the_table_says_so(tmp_path: Path) -> None:
    both = bytes((0, 0, 0, 1, 1, 0, 0, 0, 0)), bytes((0, 0, 0, 2, 1, 0, 0, 0, 0))
    station = counted(tmp_path / "home", {both[0]: 2, both[1]: 2, VOTE_A: 60})
    committee = station.committee("v1")
    wrong = [
        (Adjudicated(contest="chair", name="赵六"),),
        (Adjudicated(contest="member", name="王小二"),),
        (Adjudicated(contest="chair", name="王小二", candidate="a"),),
        (Adjudicated(contest="chair", name="王小二", candidate="z"),),
        (Adjudicated(contest="chair", name="王小二", written=("李四",)), Adjudicated(contest="chair", name="李四")),
    ]
    # names with two votes each stay closed, and nothing that was refused is in the journal
    before = station.chains.verify_all()
    assert [refusal(committee.names, TIME, people) for people in wrong[:2]] == ["E_NAMES"] * 2
    assert refusal(committee.names, TIME, wrong[4]) == "E_NAMES"
    assert station.chains.verify_all() == before
    committee.names(TIME, (Adjudicated(contest="chair", name="王小二", written=("李四",)),))
    (names,) = bodies(station, Names)
    assert isinstance(names, Names)
    assert [(p.name, p.votes, [e.name for e in p.entries]) for p in names.persons] == [
        ("王小二", 4, ["王小二", "李四"])
    ]
    assert names.rest == ()


@pytest.mark.parametrize("candidate", ["a", "z", "x y"])
def test_a_candidate_who_cannot_be_meant_is_refused(tmp_path: Path, candidate: str) -> None:
    """[NAME-3] of another post, and of no other."""
    station = counted(tmp_path / "home", ROWS)
    said = (Adjudicated(contest="chair", name="王小二", candidate=candidate),)
    assert refusal(station.committee("v1").names, TIME, said) in {"E_NAMES", "E_FIELD"}
    assert station.committee("v1").names(TIME) == 1


def elected(committee: Committee) -> dict[str, tuple[str, ...]]:
    return {str(one.contest): one.elected for one in results_of(committee.decided())}


def test_the_outcome_is_known_without_a_network(tmp_path: Path) -> None:
    """2 x 110 > 205: a is chair; members c 140, d 170, e 60: d and c."""
    station = counted(tmp_path / "home", ROWS)
    committee = station.committee("v1")
    assert refusal(committee.decided) == "N_STATE"
    committee.names(TIME)
    assert elected(committee) == {"chair": ("a",), "member": ("d", "c"), "deputy": ()}


def test_a_declaration_needs_no_words_where_it_is_the_rules(tmp_path: Path) -> None:
    station = counted(tmp_path / "home", ROWS)
    committee = station.committee("v1")
    assert refusal(committee.declaration, TIME) == "N_STATE"
    committee.names(TIME)
    committee.declaration(TIME)
    (body,) = bodies(station, Declaration)
    assert isinstance(body, Declaration)
    assert body.contests == (
        Declared(contest=ContestId("chair"), elected=("a",)),
        Declared(contest=ContestId("member"), elected=("d", "c")),
        Declared(contest=ContestId("deputy"), elected=()),
    )
    assert body.reasons == ()
    assert again(station).chains.verify_all() == 8


def reason(contest: str, person: str, word: str, text: str = "") -> Reason:
    return Reason(contest=ContestId(contest), reference=person, word=word, text=text)


def test_a_difference_has_its_reason(tmp_path: Path) -> None:
    """[DET-3] one who is not qualified is not declared; one whom a runoff chose is."""
    station = counted(tmp_path / "home", ROWS)
    committee = station.committee("v1")
    committee.names(TIME)
    said = [reason("member", "d", "disqualified", "非本村选民"), reason("chair", "a", "withdrew")]
    committee.declaration(TIME, said)
    committee.declaration(TIME, [reason("deputy", "x", "runoff")])
    first, second = bodies(station, Declaration)
    assert isinstance(first, Declaration)
    assert isinstance(second, Declaration)
    assert [part.elected for part in first.contests] == [(), ("c",), ()]
    assert first.reasons == (said[1], said[0])
    assert [part.elected for part in second.contests] == [("a",), ("d", "c"), ("x",)]


@pytest.mark.parametrize(
    "said",
    [
        [reason("chair", "b", "other")],  # two for one seat
        [reason("deputy", "a", "other")],  # nobody of this contest
        [reason("nothing", "a", "other")],
        [reason("chair", "a", "death"), reason("chair", "a", "death")],
        [reason("member", "+赵六", "court")],
    ],
)
def test_a_declaration_that_cannot_be_is_refused(tmp_path: Path, said: list[Reason]) -> None:
    station = counted(tmp_path / "home", ROWS)
    committee = station.committee("v1")
    committee.names(TIME)
    assert refusal(committee.declaration, TIME, said) == "E_DECLARATION"
    assert bodies(station, Declaration) == []


def test_steps_of_a_result(tmp_path: Path) -> None:
    """[STEP-1] announced, reviewed, declared, filed, archived: each in its turn, and void at any time."""
    station = counted(tmp_path / "home", ROWS)
    committee = station.committee("v1")
    assert refusal(committee.step, "filed", TIME) == "E_STATE"
    assert refusal(committee.step, "sorted", TIME) == "E_FIELD"
    committee.names(TIME)
    committee.step("announced", TIME)
    committee.step("reviewed", TIME)
    assert refusal(committee.step, "announced", TIME) == "E_STATE"
    committee.declaration(TIME)
    committee.step("filed", TIME)
    committee.step("archived", TIME)
    assert refusal(committee.declaration, TIME) == "E_STATE"
    assert refusal(committee.step, "voided", TIME) == "E_FIELD"
    committee.step("voided", TIME, "法院判决")
    assert refusal(committee.statement, TIME) == "N_STATE"
    station = again(station)
    assert station.chains.committee("v1").state is UnitWord.VOIDED
