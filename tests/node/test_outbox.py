"""What is owed and in which order, without any network [INTAKE-1] [INTAKE-7] [RECEIPT-2]."""

from pathlib import Path

import pytest

from tally_node.journal import Row
from tally_node.outbox import (
    GROUP_BYTES,
    AnswersDoNotFitError,
    ChainPosition,
    CountyAnswer,
    Outbox,
    Verdict,
)
from tally_node.service import Station
from tally_node.session import Player
from tally_protocol.ids import ChainName
from tests.node.laptop import VILLAGES, laptop, session_lines


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """A laptop whose whole count waits to be sent."""
    made, _ = laptop(tmp_path / "home")
    player = Player(made)
    for group in player.groups(session_lines(VILLAGES)):
        player.play(group)
    assert player.summary.refused == []
    return made


def ready(station: Station, known: dict[str, ChainPosition] | None = None) -> Outbox:
    """An outbox whose county has said where it stands: nowhere, unless told otherwise."""
    outbox = station.outbox()
    outbox.resume((known or {}).get(chain, ChainPosition(chain, 1, 0, b"")) for chain in outbox.chains)
    outbox.begin()
    return outbox


def accept(group: list[Row]) -> list[CountyAnswer]:
    """The county takes everything."""
    return [CountyAnswer(hash=row.hash, verdict=Verdict.ACCEPTED) for row in group]


def all_groups(outbox: Outbox) -> list[list[Row]]:
    """Everything that may go out before any answer."""
    found = []
    while group := outbox.next_group():
        found.append(group)
    return found


def test_a_units_records_wait_for_the_acknowledgement_of_its_tables(station: Station) -> None:
    outbox = ready(station)
    groups = all_groups(outbox)
    first = [row for group in groups for row in group]
    assert {row.kind for row in first} == {"open", "box", "batch", "close"}
    assert len(first) == 15
    assert not outbox.drained
    for group in groups:
        outbox.answered(accept(group), [])
    later = [row for group in all_groups(outbox) for row in group]
    assert [(row.chain, row.kind) for row in later] == [
        ("u/v1", "statement"), ("u/v1", "names"), ("u/v2", "statement"), ("u/v2", "names"),
    ]  # fmt: skip
    assert all(row.note for row in later)


def test_one_unanswered_table_holds_back_its_own_unit_only(station: Station) -> None:
    outbox = ready(station)
    groups = all_groups(outbox)
    rows = [row for group in groups for row in group]
    last = max(place for place, row in enumerate(rows) if row.chain == "s/v1/2")
    for group in groups:
        verdicts = [
            CountyAnswer(hash=row.hash, verdict=Verdict.REFUSED, code="E_PRIVACY") if row is rows[last] else answer
            for row, answer in zip(group, accept(group), strict=True)
        ]
        outbox.answered(verdicts, [])
    assert [row.chain for group in all_groups(outbox) for row in group] == ["u/v2", "u/v2"]
    assert outbox.stopped == {"s/v1/2": "E_PRIVACY", "u/v1": "E_PRIVACY"}


def test_answers_to_other_records_end_the_connection(station: Station) -> None:
    outbox = ready(station)
    group = outbox.next_group(3)
    for wrong in (accept(group)[:2], accept(group)[::-1]):
        with pytest.raises(AnswersDoNotFitError):
            outbox.answered(wrong, [])
        outbox = ready(station)
        assert [row.hash for row in outbox.next_group(3)] == [row.hash for row in group]
    outbox = ready(station)
    with pytest.raises(AnswersDoNotFitError):
        outbox.answered([], [])


def test_a_resume_goes_on_where_the_county_stands(station: Station) -> None:
    """[INTAKE-7] the last record goes out once more, because its receipt never came; a duplicate is legal."""
    rows = [row for row in station.journal.records() if row.chain == "s/v1/1"]
    outbox = ready(station, {"s/v1/1": ChainPosition("s/v1/1", 1, 3, rows[2].hash)})
    sent = [row.seq for group in all_groups(outbox) for row in group if row.chain == "s/v1/1"]
    assert sent == [2, 3, 4]
    assert outbox.state(rows[0].chain).answered == 2


@pytest.mark.parametrize(
    ("next_seq", "head", "epoch"), [(3, bytes(32), 1), (6, bytes(32), 1), (5, bytes(32), 1), (1, b"", 2)]
)
def test_another_history_stops_the_chain(station: Station, next_seq: int, head: bytes, epoch: int) -> None:
    """[INTAKE-7]"""
    outbox = ready(station, {"s/v1/1": ChainPosition("s/v1/1", epoch, next_seq, head)})
    assert outbox.stopped == {"s/v1/1": "E_ROLLBACK"}
    assert "s/v1/1" not in {row.chain for group in all_groups(outbox) for row in group}
    assert [code for _, _, code, _, _ in station.journal.refusals()] == ["E_ROLLBACK"]
    # a new connection does not forget it
    outbox.restart()
    assert outbox.stopped[ChainName("s/v1/1")] == "E_ROLLBACK"


def test_groups_stay_below_a_message(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    assert GROUP_BYTES < 1024 * 1024
    monkeypatch.setattr("tally_node.outbox.GROUP_BYTES", 6000)
    groups = all_groups(ready(station))
    assert sum(len(group) for group in groups) == 15
    for group in groups:
        assert len(group) == 1 or sum(len(row.note) + len(row.sealed) + 16 for row in group) <= 6000


def test_the_county_that_lost_records_gets_them_again(station: Station) -> None:
    """A county restored from a backup expects less than it had acknowledged: nothing is held back from it."""
    outbox = ready(station)
    for group in all_groups(outbox):
        outbox.answered(accept(group), [])
    outbox = ready(station)
    assert len([row for group in all_groups(outbox) for row in group if row.chain.startswith("s/")]) == 15


def test_a_county_that_lost_the_ballots_gets_them_again(station: Station) -> None:
    """[INTAKE-8]: it has every record; from `again_from` on they go out once more with their sealed parts."""
    rows = [row for row in station.journal.records() if row.chain == "s/v1/1"]
    first = next(row.seq for row in rows if row.sealed)
    whole = ChainPosition("s/v1/1", 1, len(rows), rows[-1].hash, again_from=first)
    sent = [row for group in all_groups(ready(station, {"s/v1/1": whole})) for row in group if row.chain == "s/v1/1"]
    assert [row.seq for row in sent] == list(range(first, len(rows)))
    assert [bool(row.sealed) for row in sent] == [bool(row.sealed) for row in rows[first:]]
