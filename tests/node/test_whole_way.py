"""From a session file to receipted records over real mutual TLS: the station's whole way in one process."""

import asyncio
from pathlib import Path

from tally_node.outbox import Outbox
from tally_node.service import Station
from tally_node.session import Player, play
from tests.node.county import Book, Moods, serving
from tests.node.laptop import VILLAGES, again, laptop, session_lines, take_in
from tests.node.sealing import Sealing


async def play_all(
    station: Station, sealing: Sealing, lines: list[str], book: Book, moods: Moods
) -> tuple[Player, Outbox]:
    """Count and deliver."""
    async with serving(book, moods) as (_, port):
        take_in(station.home, sealing, address=f"localhost:{port}")
        outbox = station.outbox()
        uplink = station.uplink(outbox, give_up=20.0)
        player = Player(station, uplink.more)
        assert await play(player, lines, uplink)
    return player, outbox


def test_a_session_is_counted_delivered_receipted_and_proved(tmp_path: Path) -> None:
    station, sealing = laptop(tmp_path / "home")
    book = Book(sealing)
    player, outbox = asyncio.run(
        play_all(station, sealing, session_lines(VILLAGES, declared=True), book, Moods(unpublished=2))
    )
    assert player.summary.refused == []
    assert (player.summary.papers, player.summary.batches) == (360, 6)
    # open, step, box, 2 batches, close for three stations; statement, names, step, declaration for two units
    assert len(book.entries) == 3 * 6 + 2 * 4
    assert player.summary.declarations == 2
    assert book.refused == []
    assert outbox.undelivered() == {}
    assert outbox.unreceipted() == {}
    assert len(list(station.journal.proofs())) == 3
    assert len(book.papers) == 360
    state = book.stations["s/v1/1"]
    assert state.closed
    assert state.running_of("village")[0] == 120
    # a statement waits for its tables' acknowledgements, so the county's order may differ; the bytes may not
    assert sorted(row.note for row in station.journal.records()) == sorted(book.entries)
    station = again(station)
    assert station.chains.verify_all() == 26
    station.close()
