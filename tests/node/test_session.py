"""Session files: repeatable, and a refused line harms its own chain only."""

import json
from pathlib import Path
from typing import Any

import pytest

from tally_node.handoff import Envelope, write_file
from tally_node.service import Station, export
from tally_node.session import Player
from tally_node.voice import NodeError
from tally_protocol.errors import ProtocolError
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_kinds import Declaration, Names
from tests.node.laptop import PASSPHRASE, VILLAGES, VOTE_A, again, enrol, laptop, rows64, session_lines, take_in
from tests.node.sealing import Sealing
from tests.world import TIME


def play(station: Station, lines: list[str], stop_after: int | None = None) -> Player:
    """Play a file, or its first groups."""
    player = Player(station)
    for number, group in enumerate(player.groups(lines)):
        if number == stop_after:
            break
        player.play(group)
    return player


def records(station: Station) -> list[tuple[str, int, str]]:
    """Chain, seq and kind of everything."""
    return [(row.chain, row.seq, row.kind) for row in station.journal.records()]


def test_the_same_file_again_adds_nothing(tmp_path: Path) -> None:
    lines = session_lines({f"u{number}": ["1"] for number in range(4)}, name="evening")
    station, _ = laptop(tmp_path / "home", {f"u{number}": ["1"] for number in range(4)})
    play(station, lines, stop_after=2)
    half = records(station)
    station = again(station)
    player = play(station, lines)
    whole = records(station)
    assert whole[: len(half)] == half
    assert len(whole) == 2 * len(half)
    assert player.summary.refused == []
    assert player.summary.skipped == 12
    station = again(station)
    assert play(station, lines).summary.skipped == 24
    assert records(station) == whole
    station.close()


def test_without_a_name_the_same_file_is_refused_and_nothing_is_counted_twice(tmp_path: Path) -> None:
    station, _ = laptop(tmp_path / "home")
    play(station, session_lines(VILLAGES))
    before = records(station)
    assert play(station, session_lines(VILLAGES)).summary.refusals > 0
    assert records(station) == before
    station.close()


def test_a_refused_line_takes_its_table_and_its_statement_with_it_and_nothing_else(tmp_path: Path) -> None:
    station, _ = laptop(tmp_path / "home")
    lines = [json.loads(line) for line in session_lines(VILLAGES)]
    lines[2]["rows"] = rows64([bytes((9, 0, 0, 0, 0, 0, 0, 0, 0))] * 60)
    player = play(station, [json.dumps(line) for line in lines])
    found = [(entry["line"], entry["code"]) for entry in player.summary.refused]
    # papers, then close of v1/1, statement and names of v1
    assert found == [(3, "E_RANGE"), (4, "N_SESSION"), (9, "N_SESSION"), (10, "N_SESSION")]
    made = records(station)
    assert [kind for chain, _, kind in made if chain == "s/v1/1"] == ["open", "box"]
    assert [kind for chain, _, kind in made if chain == "s/v1/2"] == ["open", "box", "batch", "batch", "close"]
    assert [kind for chain, _, kind in made if chain == "u/v2"] == ["statement", "names"]
    station = again(station)
    station.close()


@pytest.mark.parametrize(
    "change",
    [
        {"op": "fly"}, {"unit": 3}, {"unit": "a/b"}, {"station": ""}, {"time": "now"}, {"time": 1.5}, {"time": True},
        {"nonce": 12}, {"extra": 1}, {"nonce": "12"},
    ],
)  # fmt: skip
def test_a_line_with_a_wrong_field_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    station, _ = laptop(tmp_path / "home", {"v1": ["1"]})
    line = {"op": "open", "unit": "v1", "station": "1", "nonce": "123456789012", "time": TIME} | change
    player = play(station, [json.dumps(line)])
    assert player.summary.refusals == 1
    assert records(station) == []
    station.close()


def test_void_correction_and_joined_tables(tmp_path: Path) -> None:
    """[CUT-2] a small table's papers are counted at its sibling; both closes say so."""
    station, _ = laptop(tmp_path / "home", {"v1": ["1", "2"]})
    place: dict[str, Any] = {"unit": "v1", "time": TIME}
    lines = [
        {"op": "open", **place, "station": "1", "nonce": "123456789012"},
        {"op": "papers", **place, "station": "1", "layout": "village", "rows": rows64([VOTE_A] * 130)},
        {"op": "correction", **place, "station": "1", "layout": "village", "rows": rows64([VOTE_A] * 64),
         "names": [], "target_seq": 1, "reason": "复核"},
        {"op": "void", **place, "station": "1", "target_seq": 2, "reason": "错叠"},
        {"op": "close", **place, "station": "1", "paper": {"collected": 130}, "joined_from": [["village", "2"]]},
        {"op": "open", **place, "station": "2", "nonce": "123456789012"},
        {"op": "close", **place, "station": "2", "paper": {"collected": 9}, "joined_to": [["village", "1"]]},
        {"op": "statement", **place},
        {"op": "names", **place},
    ]  # fmt: skip
    player = play(station, [json.dumps(line) for line in lines])
    assert player.summary.refused == []
    state = station.chains.table("v1", "1").state
    assert state.running["village"][0] == 64
    assert [kind for chain, _, kind in records(station) if chain == "u/v1"] == ["statement"]
    station = again(station)
    station.close()


def test_steps_adjudicated_names_and_a_declaration(tmp_path: Path) -> None:
    """[STEP-1] [NAME-3] [DET-3] in a session file."""
    station, _ = laptop(tmp_path / "home", {"v1": ["1"]})
    lines = [json.loads(line) for line in session_lines({"v1": ["1"]}, papers=400, declared=True)]
    table = {"unit": "v1", "station": "1", "time": TIME}
    lines[1:1] = [
        {"op": "step", **table, "step": "interrupted", "reason": "停电"},
        {"op": "step", **table, "step": "resumed"},
    ]
    names = next(line for line in lines if line["op"] == "names")
    names["people"] = [
        {"contest": "chair", "name": "王小二", "candidate": "d"},
        {"contest": "member", "name": "李四", "sex": "f", "written": []},
    ]
    # 2 x 100 > 400: no; nobody is chair, and the committee declares one who has since won the runoff
    lines[-1]["differences"] = [["chair", "a", "runoff", "再次投票 210 票"]]
    player = play(station, [json.dumps(line) for line in lines])
    assert player.summary.refused == []
    bodies = [station.chains.decoded(row).body for row in station.journal.records()]
    (opened,) = [body for body in bodies if isinstance(body, Names)]
    assert [(p.name, p.candidate, p.sex) for p in opened.persons] == [("王小二", "d", None), ("李四", None, "f")]
    (declared,) = [body for body in bodies if isinstance(body, Declaration)]
    assert [part.elected for part in declared.contests] == [("a",), (), ()]
    assert [part.to_list() for part in declared.reasons] == lines[-1]["differences"]
    steps = [body.step for body in bodies if isinstance(body, Step)]
    assert steps == ["interrupted", "resumed", "polls_closed", "announced"]
    station = again(station)
    station.close()


@pytest.mark.parametrize(
    "line",
    [
        {"op": "step", "step": 3},
        {"op": "step"},
        {"op": "step", "step": "announced", "reason": 1},
        {"op": "step", "step": "announced", "why": "x"},
        {"op": "step", "step": "announced", "station": 3},
        {"op": "names", "people": {}},
        {"op": "names", "people": [3]},
        {"op": "names", "people": [{"contest": "chair"}]},
        {"op": "names", "people": [{"contest": "chair", "name": "王", "age": 3}]},
        {"op": "names", "people": [{"contest": "chair", "name": "王", "written": "李"}]},
        {"op": "names", "people": [{"contest": "chair", "name": "王", "written": [3]}]},
        {"op": "declaration", "differences": "none"},
        {"op": "declaration", "differences": [["chair", "a", "because", ""]]},
        {"op": "declaration", "differences": [["chair", "a", "death"]]},
        {"op": "declaration", "station": "1"},
    ],
)
def test_a_line_of_the_committee_with_a_wrong_field_is_refused(tmp_path: Path, line: dict[str, Any]) -> None:
    station, _ = laptop(tmp_path / "home", {"v1": ["1"]})
    player = play(station, [json.dumps({"unit": "v1", "time": TIME} | line)])
    assert [entry["code"] for entry in player.summary.refused] == ["N_SESSION"]
    assert records(station) == []
    station.close()


def test_a_statement_over_tables_of_another_laptop(tmp_path: Path) -> None:
    """The same bytes by hand: the other laptop's chain is taken over record by record, verified, and cited."""
    first, one = enrol(tmp_path / "first", "n1", {"v1": ["1"]})
    second, two = enrol(tmp_path / "second", "n2", {"v1": ["2"]})
    two["units"] = []
    sealing = Sealing([one, two])
    take_in(first, sealing, "n1")
    take_in(second, sealing, "n2")
    other = Station.start(second.path, PASSPHRASE)
    lines = session_lines({"v1": ["1"]})
    theirs = [line.replace('"station": "1"', '"station": "2"').replace("box-1", "box-2") for line in lines[:4]]
    assert play(other, theirs).summary.refused == []
    assert export(second, tmp_path / "stick.changpiao") == 5
    other.close()
    station = Station.start(first.path, PASSPHRASE)
    assert play(station, lines[:4]).summary.refused == []
    with pytest.raises(ProtocolError) as early:
        station.committee("v1").statement(TIME)
    assert early.value.code == "E_HEAD"
    assert station.take_over(tmp_path / "stick.changpiao") == 5
    assert station.take_over(tmp_path / "stick.changpiao") == 0
    station.committee("v1").statement(TIME)
    assert station.chains.committee("v1").totals()[0][1][0] == 240
    # names that only the other laptop knows cannot be opened here
    with pytest.raises(NodeError) as caught:
        station.committee("v1").names(TIME)
    assert caught.value.code == "N_NOT_OURS"
    # what is not ours is not sent by us
    assert "s/v1/2" not in station.outbox().chains
    station = again(station)
    station.close()


def test_a_foreign_record_that_does_not_fit_is_not_taken_over(tmp_path: Path) -> None:
    first, one = enrol(tmp_path / "first", "n1", {"v1": ["1"]})
    second, two = enrol(tmp_path / "second", "n2", {"v1": ["2"]})
    two["units"] = []
    sealing = Sealing([one, two])
    take_in(first, sealing, "n1")
    take_in(second, sealing, "n2")
    other = Station.start(second.path, PASSPHRASE)
    other.table("v1", "2").open("123456789012", TIME)
    (row,) = other.journal.records()
    other.close()
    station = Station.start(first.path, PASSPHRASE)
    forged = row.note.replace(b"123456789012", b"123456789013")
    write_file(tmp_path / "forged.changpiao", [Envelope(forged, b"")])
    with pytest.raises(NodeError) as caught:
        station.take_over(tmp_path / "forged.changpiao")
    assert caught.value.code == "N_FILE"
    assert records(station) == []
    station = again(station)
    station.close()
