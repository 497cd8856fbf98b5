"""The stream to the county over real mutual TLS, with a county that misbehaves [INTAKE-1] [INTAKE-7] [RECEIPT-2]."""

import asyncio
import random
from pathlib import Path

import pytest
from grpc import aio

from tally_node import installation
from tally_node.outbox import Outbox
from tally_node.service import Station
from tally_node.session import Player, play
from tally_node.uplink import BACKOFF_MOST, Uplink, Waiting
from tally_protocol.ids import ChainName
from tests.node.county import Book, Moods, serving
from tests.node.laptop import PASSPHRASE, VILLAGES, again, laptop, session_lines, take_in
from tests.node.sealing import Sealing
from tests.world import TIME

pytestmark = pytest.mark.fault


def quick(pauses: list[float] | None = None) -> Waiting:
    """Real connections, hardly any waiting between them."""
    kept = [] if pauses is None else pauses

    async def sleep(seconds: float) -> None:
        kept.append(seconds)
        await asyncio.sleep(0.005)

    clock = iter(range(10_000_000))
    return Waiting(monotonic=lambda: float(next(clock)) / 10, sleep=sleep, uniform=random.Random(1).uniform)  # noqa: S311


def count(station: Station, units: dict[str, list[str]] = VILLAGES) -> Player:
    """Everything counted, nothing sent."""
    player = Player(station)
    for group in player.groups(session_lines(units)):
        player.play(group)
    assert player.summary.refused == []
    return player


async def deliver(
    station: Station, outbox: Outbox, *, give_up: float = 20.0, pauses: list[float] | None = None
) -> bool:
    """Send what is owed."""
    uplink = station.uplink(outbox, give_up=give_up, waiting=quick(pauses))
    uplink.finish()
    return await uplink.run()


def meet(
    station: Station, sealing: Sealing, book: Book, moods: Moods, give_up: float = 20.0
) -> tuple[bool, Outbox, int]:
    """One county, one delivery."""

    async def both() -> tuple[bool, Outbox, int]:
        async with serving(book, moods) as (servicer, port):
            take_in(station.home, sealing, address=f"localhost:{port}")
            outbox = station.outbox()
            return await deliver(station, outbox, give_up=give_up), outbox, servicer.streams

    return asyncio.run(both())


@pytest.mark.parametrize(
    "moods",
    [
        Moods(drop_before_answer=3),
        Moods(drop_after_commit=3),
        Moods(drop_before_answer=2, drop_after_commit=2, lose_receipts=1),
        Moods(lose_receipts=2, unpublished=3),
    ],
    ids=["before", "after", "both", "receipts"],
)
def test_a_stream_that_breaks_anywhere_loses_and_doubles_nothing(tmp_path: Path, moods: Moods) -> None:
    station, sealing = laptop(tmp_path / "home")
    count(station)
    book = Book(sealing)
    breaks = moods.drop_before_answer + moods.drop_after_commit
    delivered, outbox, streams = meet(station, sealing, book, moods)
    assert delivered
    assert streams == breaks + 1
    assert sorted(book.entries) == sorted(row.note for row in station.journal.records())
    assert len(book.papers) == 360
    assert outbox.undelivered() == {}
    assert book.refused == []
    for chain, state in book.stations.items():
        assert outbox.state(ChainName(chain)).answered == state.next_seq - 1
    station.close()


def test_a_statement_waits_for_its_tables(tmp_path: Path) -> None:
    station, sealing = laptop(tmp_path / "home")
    count(station)
    book = Book(sealing)
    assert meet(station, sealing, book, Moods())[0]
    kinds = [note.split(b"\n")[0].split()[1] for note in book.entries]
    last_close = max(place for place, kind in enumerate(kinds) if kind == b"close")
    assert kinds.index(b"statement") < len(kinds)
    assert all(kind in (b"statement", b"names") for kind in kinds[last_close + 1 :])
    station.close()


def test_a_refused_record_stops_its_chain_and_no_other(tmp_path: Path) -> None:
    """[INTAKE-1] a refusal never ends the stream."""
    station, sealing = laptop(tmp_path / "home")
    count(station)
    book = Book(sealing)
    moods = Moods(refuse=lambda chain: "E_PRIVACY" if chain == "s/v1/2" else "")
    delivered, outbox, streams = meet(station, sealing, book, moods)
    assert delivered
    assert streams == 1
    # the unit's own records rest on the refused table
    assert outbox.stopped == {"s/v1/2": "E_PRIVACY", "u/v1": "E_PRIVACY"}
    assert outbox.undelivered() == {"s/v1/2": 5, "u/v1": 2}
    kept = station.journal.refusals()
    assert [(chain, seq, code, zh) for chain, seq, code, zh, _ in kept] == [("s/v1/2", 0, "E_PRIVACY", "拒绝")]
    assert {one.chain: one.stopped for one in station.status() if one.stopped} == {"s/v1/2": "E_PRIVACY"}
    # when the county has mended its ways, the next delivery brings the rest
    delivered, outbox, _ = meet(station, sealing, book, Moods())
    assert delivered
    assert outbox.undelivered() == {}
    assert len(book.entries) == 19
    assert not any(one.stopped for one in station.status())
    station.close()


def test_a_county_that_knows_another_history_stops_the_chain(tmp_path: Path) -> None:
    """[INTAKE-7] E_ROLLBACK: an old backup of the laptop, restored, does not write a second history."""
    station, sealing = laptop(tmp_path / "home")
    old = tmp_path / "backup.db"
    station.table("v1", "1").open("123456789012", TIME)
    station.journal._db.execute("VACUUM INTO ?", (str(old),))  # noqa: SLF001 - the backup that people make
    count(station, {"v2": ["1"]})
    station.table("v1", "1").box("box-1", {"issued": 3}, TIME)
    book = Book(sealing)
    assert meet(station, sealing, book, Moods())[0]
    station.close()
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (tmp_path / "home" / name).unlink(missing_ok=True)
    old.rename(tmp_path / "home" / "journal.db")
    station = Station.start(tmp_path / "home", PASSPHRASE)
    station.table("v1", "1").box("box-1", {"issued": 4}, TIME)
    before = list(book.entries)
    _, outbox, _ = meet(station, sealing, book, Moods())
    assert outbox.stopped[ChainName("s/v1/1")] == "E_ROLLBACK"
    assert outbox.stopped[ChainName("s/v2/1")] == "E_ROLLBACK"
    assert book.entries == before
    station.close()


def test_a_receipt_that_does_not_fit_the_journal_is_not_believed(tmp_path: Path) -> None:
    """[RECEIPT-2] head, chain and place are compared with the journal before a record counts as delivered."""
    station, sealing = laptop(tmp_path / "home", {"v1": ["1"]})
    table = station.table("v1", "1")
    table.open("123456789012", TIME)
    book = Book(sealing)
    delivered, outbox, _ = meet(station, sealing, book, Moods(wrong_receipts=1))
    assert delivered
    assert outbox.undelivered() == {}
    # the county's word was wrong, but the log's proof holds: that is what counts
    assert outbox.unreceipted() == {}
    assert [row[1:3] for row in station.journal.proofs()] == [("s/v1/1", 0)]
    assert [code for _, _, code, _, _ in station.journal.refusals()] == ["E_RECEIPT"]
    assert list(station.journal.receipts()) == []
    station.close()


def test_a_server_without_the_countys_certificate_gets_nothing(tmp_path: Path) -> None:
    station, sealing = laptop(tmp_path / "home", {"v1": ["1"]})
    station.table("v1", "1").open("123456789012", TIME)
    other = Sealing(sealing.requests)
    book = Book(other)

    async def try_it() -> bool:
        async with serving(book) as (_, port):
            take_in(station.home, sealing, address=f"localhost:{port}")
            return await deliver(station, station.outbox(), give_up=0.5)

    assert not asyncio.run(try_it())
    assert book.entries == []
    station.close()


def test_counting_goes_on_while_the_county_comes_and_goes(tmp_path: Path) -> None:
    """A session that streams through broken connections ends with everything delivered."""
    units = {f"u{number}": ["1", "2"] for number in range(6)}
    station, sealing = laptop(tmp_path / "home", units)
    book, moods = Book(sealing), Moods(drop_before_answer=4, drop_after_commit=4)

    async def both() -> tuple[bool, Outbox]:
        async with serving(book, moods) as (_, port):
            take_in(station.home, sealing, address=f"localhost:{port}")
            outbox = station.outbox()
            uplink = station.uplink(outbox, give_up=20.0, waiting=quick())
            return await play(Player(station, uplink.more), session_lines(units), uplink), outbox

    delivered, outbox = asyncio.run(both())
    assert delivered
    assert outbox.undelivered() == {}
    assert outbox.unreceipted() == {}
    assert len(book.entries) == 6 * (2 * 5 + 2)
    station.close()


def test_nothing_is_lost_in_72_hours_without_a_network(tmp_path: Path) -> None:
    """A virtual clock: three days of refused connections, a restart in between, new records, then delivery."""
    station, sealing = laptop(tmp_path / "home")
    count(station, {"v1": VILLAGES["v1"]})
    book = Book(sealing)
    hours, pauses = 72.0, list[float]()
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        pauses.append(seconds)
        now += seconds
        await asyncio.sleep(0)

    def no_network() -> aio.Channel:
        raise ConnectionError("no route")

    async def outage(until: float) -> None:
        waiting = Waiting(monotonic=lambda: now, sleep=sleep, uniform=random.Random(3).uniform)  # noqa: S311
        uplink = Uplink(station.outbox(), no_network, waiting, check_proof=station.check_proof, give_up=until - now)
        uplink.finish()
        assert not await uplink.run()

    asyncio.run(outage(hours / 2 * 3600))
    station = again(station)
    count(station, {"v2": ["1"]})
    asyncio.run(outage(hours * 3600))
    assert now >= hours * 3600
    assert max(pauses) <= BACKOFF_MOST
    # full jitter below 30 s: about 15 s on average, neither a hammer nor asleep
    assert hours * 3600 / 25 < len(pauses) < hours * 3600 / 8
    station = again(station)
    delivered, outbox, _ = meet(station, sealing, book, Moods())
    assert delivered
    assert outbox.undelivered() == {}
    assert sorted(book.entries) == sorted(row.note for row in station.journal.records())
    station.close()


def test_a_stream_that_ends_by_server_age_is_resumed(tmp_path: Path) -> None:
    """It raises InvalidStateError from write(), not AioRpcError: both mean connect again."""
    station, sealing = laptop(tmp_path / "home", {"v1": ["1"]})
    station.table("v1", "1").open("123456789012", TIME)
    book, failures = Book(sealing), [asyncio.InvalidStateError("RPC already finished")]

    async def both() -> tuple[bool, int]:
        async with serving(book) as (_, port):
            take_in(station.home, sealing, address=f"localhost:{port}")

            def dial() -> aio.Channel:
                if failures:
                    raise failures.pop()
                return installation.county(station.home, station.keyring).dial()

            uplink = Uplink(station.outbox(), dial, quick(), check_proof=station.check_proof, give_up=20.0)
            uplink.finish()
            return await uplink.run(), uplink.connections

    assert asyncio.run(both()) == (True, 2)
    assert len(book.entries) == 1
    station.close()


def test_many_chains_need_several_hellos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tally_node.uplink.HELLO_CHAINS", 2)
    station, sealing = laptop(tmp_path / "home")
    count(station)
    book = Book(sealing)
    assert meet(station, sealing, book, Moods())[0]
    assert len(book.entries) == 19
    station.close()


def test_the_pause_is_random_below_a_doubling_bound() -> None:
    seen: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        seen.append((low, high))
        return high

    async def sleep(_: float) -> None: ...

    waiting = Waiting(monotonic=lambda: 0.0, sleep=sleep, uniform=uniform)
    assert [waiting.pause(attempt) for attempt in (0, 1, 2, 6, 50)] == [0.5, 1.0, 2.0, 30.0, 30.0]
    assert all(low == 0.0 for low, _ in seen)
