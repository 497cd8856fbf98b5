"""The board as a process of its own over a county of 8,000 villages and 18,000 stations, driven by its parent.

`python -m benchmarks.board_county FOLDER UNITS STATIONS ROUNDS A_ROUND`. It reads a real store (SQLite) as the role
`board` does, up to the size that a parent lets it: notes are decoded, folded and served by the product's own code.
Signatures are of the right length and hold nothing, for the board checks none.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from benchmarks.desk import TIME, station_people
from benchmarks.record import ORIGIN, ZERO32, seal_election, seal_roster, seal_unit
from coordinator.board.feed import Feed
from coordinator.board.following import Following
from coordinator.board.records import StoreArchive
from coordinator.board.server import BoardServer
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import Heads
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.store.migrating import try_migrate
from coordinator.store.writing import enter_first
from tally_protocol.election.figures import add
from tally_protocol.election.manifest import Election
from tally_protocol.election.shape import shape
from tally_protocol.election.unit import Unit
from tally_protocol.ids import Hash32, StationId, UnitId, station_chain
from tally_protocol.log.checkpoint import Checkpoint
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.record.links import Links
from tally_protocol.record.station_kinds import Batch, Open
from tally_protocol.seal.document import encode_text, record_hash
from tally_protocol.seal.note import SignatureLine, format_note

PLACE = 20  # villages a township
SIGNED = tuple(SignatureLine(f"changpiao/bench-test/u/{who}", b"\0\0\0\0", bytes(64)) for who in ("1", "scrutineer"))


class Reached(Heads):
    """Stands where the signed checkpoint would: the parent says how far."""

    def __init__(self, database: Database, election: Election) -> None:
        """Nothing is signed yet."""
        super().__init__(Lock(database, election.origin), election)
        self.size = 0

    def read(self) -> tuple[bytes, Checkpoint | None]:
        """The size that is let through."""
        return b"", Checkpoint(ORIGIN, self.size, bytes(32)) if self.size else None


class Table:
    """One station's chain, written without papers: plausible figures that add up."""

    def __init__(self, election: Hash32, unit: Unit, unit_hash: Hash32, station: StationId, roster: Hash32) -> None:
        """Before `open`."""
        self.unit, self.unit_hash, self.station, self.roster = unit, unit_hash, station, roster
        self.links = Links(
            chain=station_chain(unit.id, station), election=election, epoch=1, prev=ZERO32, seq=0, time=TIME
        )
        paper = shape(unit, unit.layouts[0].id)
        self.running = paper.zeros
        figures = list(paper.zeros)
        figures[0] = 70
        for contest in paper.contests:
            figures[contest.figure] = 70
            for start in range(contest.candidate_figure, contest.end_figure, 4):
                figures[start], figures[start + 1], figures[start + 3] = 20, 10, 40
        self.figures = tuple(figures)

    def write(self, kind: str, body: Open | Batch) -> tuple[str, int, bytes]:
        """Chain, number, note."""
        text = encode_text(kind, body.to_body())
        found = str(self.links.chain), self.links.seq, format_note(text, SIGNED)
        self.links = Links(
            chain=self.links.chain, election=self.links.election, epoch=1, prev=record_hash(text),
            seq=self.links.seq + 1, time=TIME,
        )  # fmt: skip
        return found

    def open(self) -> tuple[str, int, bytes]:
        """Break the seal."""
        people = station_people(self.unit.id, self.station)
        return self.write("open", Open(
            links=self.links, nonce="123456789012", officials=people, roster=self.roster, unit_note=self.unit_hash
        ))  # fmt: skip

    def batch(self) -> tuple[str, int, bytes]:
        """Seventy papers."""
        self.running = add(self.running, self.figures)
        return self.write("batch", Batch(
            links=self.links, evidence=(), figures=self.figures, layout=self.unit.layouts[0].id, names=(),
            root=Hash32(sha256(self.running.__repr__().encode()).digest()), running=self.running,
            sealed=Hash32(bytes(32)), table=(), write_ins=(),
        ))  # fmt: skip


def entries_of(units: int, stations: int, batches: int) -> tuple[Election, Iterator[tuple[str, str, int, bytes]]]:
    """(kind, chain, seq, note) of the log: sealed notes, every station open with a batch, then `batches` at random."""
    election, _ = seal_election(units)
    first = format_note(encode_text("election", election.to_body()), SIGNED)
    sealed = record_hash(encode_text("election", election.to_body()))

    def tell() -> Iterator[tuple[str, str, int, bytes]]:
        yield "election", "", 0, first
        tables: list[Table] = []
        for number in range(units):
            name = UnitId(f"u{number}")
            count = stations * (number + 1) // units - stations * number // units
            rosters = {}
            for station in (StationId(str(i + 1)) for i in range(count)):
                text = encode_text("roster", seal_roster(sealed, name, station).to_body())
                rosters[station] = record_hash(text)
                yield "roster", "", 0, format_note(text, SIGNED)
            unit = seal_unit(sealed, name, f"乡{number // PLACE}", rosters)
            text = encode_text("unit", unit.to_body())
            yield "unit", "", 0, format_note(text, SIGNED)
            tables += [Table(sealed, unit, record_hash(text), station, rosters[station]) for station in rosters]
        for table in tables:
            yield "open", *table.open()
            yield "batch", *table.batch()
        dice = random.Random(1)  # noqa: S311 - an order, not a secret
        for _ in range(batches):
            yield "batch", *dice.choice(tables).batch()

    return election, tell()


def make_store(folder: Path, units: int, stations: int, batches: int) -> tuple[Database, Election, int]:
    """A store with the whole log; gives its size, too."""
    database = Database.create(folder / "store.db")
    try_migrate(database, "store")
    election, told = entries_of(units, stations, batches)
    rows = []
    for index, (kind, chain, seq, note) in enumerate(told):
        text = note[: note.rfind(b"\n\n") + 1]
        rows.append(log.Entry(index, record_hash(text), leaf_hash(note), chain, seq, kind, note))
    enter_first(database, rows)
    return database, election, len(rows)


def main() -> None:
    """Build, serve, publish when told to: one JSON line each way."""
    folder = Path(sys.argv[1])
    units, stations, rounds, a_round = (int(word) for word in sys.argv[2:6])
    database, election, size = make_store(folder, units, stations, rounds * a_round)
    feed = Feed(election, StoreArchive(database))
    heads = Reached(database, election)
    following = Following(database, heads, feed)
    heads.size = size - rounds * a_round
    began = time.process_time()
    following.look()
    seconds = time.process_time() - began
    server = BoardServer("127.0.0.1", 0, feed)
    server.start()
    print(json.dumps({"port": server.port, "size": heads.size, "start_cpu": seconds}), flush=True)
    while line := sys.stdin.readline():
        heads.size = min(size, heads.size + int(line))
        began = time.monotonic()
        following.look()
        print(json.dumps({"size": heads.size, "began": began, "told": time.monotonic()}), flush=True)
    server.stop()


if __name__ == "__main__":
    main()
