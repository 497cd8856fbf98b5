"""What a table signs: checked here with plain hashlib and counting, not with the functions that made it."""

import hashlib
from pathlib import Path

import pytest

from tally_node.marks import Paper
from tally_node.service import Station
from tally_node.table import Stack
from tally_node.voice import NodeError
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName
from tally_protocol.record.ballots import SealedPart
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.sealing import Opener
from tally_protocol.record.station_kinds import Batch, Close
from tally_protocol.record.unit_kinds import Names, Statement
from tests.node.laptop import TORN, VOTE_A, VOTE_B, WRITTEN, laptop
from tests.node.sealing import Sealing
from tests.world import TIME

ODD_TIME = TIME + 123
OTHER_NAME = bytes((0, 0, 0, 1, 0, 0, 0, 0, 0))


@pytest.fixture
def place(tmp_path: Path) -> tuple[Station, Sealing]:
    """A laptop with one unit of two tables."""
    return laptop(tmp_path / "home", {"v1": ["1", "2"]})


def batches(station: Station, chain: str) -> list[tuple[Batch, bytes, bytes]]:
    """Body, record hash and encrypted part of the batches of a chain."""
    found = []
    for row in station.journal.records(ChainName(chain)):
        body = decode_record(row.note).body
        if isinstance(body, Batch):
            found.append((body, bytes(row.hash), row.sealed))
    return found


def merkle(leaves: list[bytes]) -> bytes:
    """RFC 6962, by its definition."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + merkle(leaves[:split]) + merkle(leaves[split:])).digest()


def test_the_commitment_is_that_of_the_papers_in_their_order(place: tuple[Station, Sealing]) -> None:
    """[BALLOT-1] [BALLOT-2] [BALLOT-3] [CUT-1] recomputed from the opened sealed part."""
    station, sealing = place
    table = station.table("v1", "1")
    table.open("123456789012", ODD_TIME)
    rows = [VOTE_A] * 60 + [VOTE_B] * 40 + [TORN] * 25
    assert table.papers(Stack("village", b"".join(rows)), ODD_TIME) == 2
    made = batches(station, "s/v1/1")
    opener, seen = Opener(sealing.ballot_private), []
    for batch, digest, blob in made:
        data = opener.open(blob, digest)
        assert hashlib.sha256(data).digest() == batch.sealed
        part = SealedPart.decode(data)
        salts = hashlib.shake_256(b"changpiao/v1 salts\n" + part.secret).digest(16 * part.papers)
        leaves = [
            hashlib.sha256(b"\x02" + salts[16 * n : 16 * n + 16] + row).digest()
            for n, row in enumerate(part.row_list())
        ]
        assert merkle(leaves) == batch.root
        assert batch.figures[0] == part.papers
        own = part.row_list()
        assert batch.figures[1] == len(own) - own.count(TORN)
        assert batch.figures[7] == own.count(TORN)
        assert batch.figures[13] == own.count(VOTE_A)
        assert (part.from_time, part.to_time) == (ODD_TIME, ODD_TIME)
        seen += own
    assert seen == rows
    assert [batch.figures[0] for batch, _, _ in made] == [63, 62]
    assert made[1][0].running == tuple(map(sum, zip(*(batch.figures for batch, _, _ in made), strict=True)))


def test_ballots_leave_the_table_only_encrypted(place: tuple[Station, Sealing]) -> None:
    """[BALLOT-5] for this record, to this key, under a fresh nonce."""
    station, sealing = place
    table = station.table("v1", "1")
    table.open("123456789012", TIME)
    table.papers(Stack("village", VOTE_A * 200), TIME)
    (_, first, blob), (_, second, other) = batches(station, "s/v1/1")
    opener = Opener(sealing.ballot_private)
    assert opener.open(blob, first).startswith(b"changpiao/v1 sealed\n")
    with pytest.raises(ProtocolError):
        opener.open(blob, second)
    assert b"changpiao/v1 sealed" not in blob
    assert VOTE_A * 3 not in blob
    assert blob[32:44] != other[32:44]


def test_names_take_the_next_numbers_of_the_register(place: tuple[Station, Sealing]) -> None:
    """[NAME-1] [BALLOT-4] a name is in the register once, however many batches know it."""
    station, sealing = place
    table = station.table("v1", "1")
    table.open("123456789012", TIME)
    rows = [WRITTEN] * 60 + [OTHER_NAME] * 50 + [WRITTEN] * 10
    table.papers(Stack("village", b"".join(rows), ("王小二", "李四")), TIME)
    (one, hash_one, blob_one), (two, hash_two, blob_two) = batches(station, "s/v1/1")
    opener = Opener(sealing.ballot_private)
    parts = [SealedPart.decode(opener.open(*pair)) for pair in ((blob_one, hash_one), (blob_two, hash_two))]
    assert [(entry.number, entry.name) for entry in parts[0].names] == [(1, "王小二"), (2, "李四")]
    assert parts[1].names == ()
    assert (one.table, two.table, two.names) == ((1, 2), (1, 2), ())
    entry = parts[0].names[1]
    assert one.names[1] == hashlib.sha256(b"changpiao/v1 name\n" + entry.salt + "李四".encode()).digest()
    assert len({entry.salt for entry in parts[0].names}) == 2


def test_signers_times_and_totals(place: tuple[Station, Sealing]) -> None:
    """[SIGN-2] [KIND-2] [CLOSE-1] the station first, then the profile's officials in roster order; floored times."""
    station, _ = place
    table = station.table("v1", "1")
    table.open("123456789012", ODD_TIME)
    table.papers(Stack("village", VOTE_A * 60), ODD_TIME)
    table.close({"collected": 60}, ODD_TIME)
    names: dict[str, list[str]] = {}
    last: object = None
    for row in station.journal.records(ChainName("s/v1/1")):
        found = decode_record(row.note)
        names[found.kind] = [line.name.rsplit("/", 1)[1] for line in found.note.lines]
        assert found.links.time == (TIME if found.kind == "batch" else ODD_TIME)
        last = found.body
    assert names["batch"] == ["1", "scrutineer-1"]
    assert names["close"] == ["1", "chair-1", "chief_scrutineer-1", "scrutineer-1", "teller-1", "caller-1"]
    assert isinstance(last, Close)
    assert [layout for layout, _ in last.running] == ["village", "deputies"]
    assert last.running[0][1][0] == 60
    assert (last.batches, last.names) == (1, 0)


def test_an_absent_official_cannot_sign_and_nothing_is_recorded(place: tuple[Station, Sealing]) -> None:
    """[CHAIN-5] [SIGN-2] those present at the opening sign; a role nobody holds stops the record."""
    station, _ = place
    table = station.table("v1", "1")
    with pytest.raises(NodeError) as unknown:
        table.open("123456789012", TIME, ["nobody"])
    assert unknown.value.code == "E_MANIFEST"
    table.open("123456789012", TIME, ["chair-1", "teller-1"])
    with pytest.raises(NodeError) as caught:
        table.papers(Stack("village", VOTE_A * 60), TIME)
    assert caught.value.code == "E_SIGNERS"
    assert station.journal.length(ChainName("s/v1/1")) == 1


def test_the_committee_adds_up_and_opens_only_who_may_be_opened(place: tuple[Station, Sealing]) -> None:
    """[STATE-1] [STATE-2] [STATE-3] [STATE-4] [STATE-5] three votes open a person here, two do not."""
    station, _ = place
    for name, written in (("1", 2), ("2", 1)):
        table = station.table("v1", name)
        table.open("123456789012", TIME)
        rows = [WRITTEN] * written + [OTHER_NAME] * 0 + [VOTE_A] * 60
        names = ("王小二", "李四") if name == "1" else ("王小二", "赵六")
        table.papers(Stack("village", b"".join(rows), names), TIME)
        table.close({}, TIME)
    committee = station.committee("v1")
    committee.statement(TIME)
    assert committee.names(TIME) == 1
    with pytest.raises(NodeError) as again:
        committee.statement(TIME)
    assert again.value.code == "N_STATE"
    statement, opened = (decode_record(row.note).body for row in station.journal.records(ChainName("u/v1")))
    assert isinstance(statement, Statement)
    assert isinstance(opened, Names)
    assert [(cited.station, cited.close_seq, cited.head_seq) for cited in statement.closes] == [
        ("1", 2, 2),
        ("2", 2, 2),
    ]
    assert statement.totals[0][1][0] == 123
    assert [(person.contest, person.name, person.votes) for person in opened.persons] == [("chair", "王小二", 3)]
    assert [(entry.station, entry.number) for entry in opened.persons[0].entries] == [("1", 1), ("2", 1)]
    assert opened.rest == (("member", 3),)


def test_a_correction_after_the_statement_wants_a_new_statement(place: tuple[Station, Sealing]) -> None:
    """[CHAIN-7] [STATE-1] [RUN-2] the new statement cites the new head."""
    station, _ = place
    for name in ("1", "2"):
        table = station.table("v1", name)
        table.open("123456789012", TIME)
        table.papers(Stack("village", VOTE_A * 60), TIME)
        table.close({}, TIME)
    committee = station.committee("v1")
    committee.statement(TIME)
    station.table("v1", "1").correct(1, Stack("village", VOTE_B * 61), "复核", TIME)
    committee.statement(TIME)
    last = [decode_record(row.note).body for row in station.journal.records(ChainName("u/v1"))][-1]
    assert isinstance(last, Statement)
    assert [cited.head_seq for cited in last.closes] == [3, 2]
    assert last.totals[0][1][0] == 121
    assert committee.names(TIME) == 0


def test_a_second_stack_of_a_layout_is_refused(place: tuple[Station, Sealing]) -> None:
    """[CUT-1] the cut is over all papers of a layout at a table."""
    station, _ = place
    table = station.table("v1", "1")
    table.open("123456789012", TIME)
    table.papers(Stack("village", VOTE_A * 60), TIME)
    with pytest.raises(NodeError) as whole:
        table.papers(Stack("village", VOTE_A * 60), TIME)
    with pytest.raises(NodeError) as single:
        table.call("village", Paper(VOTE_A, ()))
    assert (whole.value.code, single.value.code) == ("N_STATE", "N_STATE")
    table.void(1, "错叠", TIME)
    assert table.papers(Stack("village", VOTE_B * 55), TIME) == 1
    assert table.papers(Stack("deputies", bytes((0, 1, 0)) * 55), TIME) == 1


def test_rows_that_are_no_rows_are_refused(place: tuple[Station, Sealing]) -> None:
    """[CELL-1] whole rows, known codes, slots within the names."""
    station, _ = place
    table = station.table("v1", "1")
    table.open("123456789012", TIME)
    for rows in (b"", VOTE_A * 60 + b"\0", WRITTEN * 60, bytes((0, 4)) + bytes(7), bytes((6,)) + bytes(8)):
        with pytest.raises((NodeError, ProtocolError)) as caught:
            table.papers(Stack("village", rows), TIME)
        assert getattr(caught.value, "code", "") == "E_RANGE"
    assert station.journal.length(ChainName("s/v1/1")) == 1
