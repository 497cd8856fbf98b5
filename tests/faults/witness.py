"""What a county that is struck must still be: seen from outside all the while, and checked whole at the end.

The witness keeps every checkpoint that the folder or the lock ever shows, and when it was first seen. At the end the
store must hold what was promised, every head seen must be of one log, and the verifier must say VERIFIED.
"""

import base64
import bisect
import contextlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

from coordinator.ledger.rebuilding import rebuild
from coordinator.store import entries as log
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from coordinator.store.stores import open_store
from tally_protocol.ids import Hash32
from tally_protocol.log.checkpoint import Checkpoint, open_checkpoint
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.record.receipt import read_receipt
from tests.coordinator.scene import Scene, new_scene
from tests.faults.crowd import Promises, Table
from tests.postgres import Server, new_database
from tests.published import authority_vkey
from tests.world import World
from verifier.checks import commands
from verifier.findings.report import Report


class Witness(threading.Thread):
    """Sees every checkpoint that the folder or the lock ever shows."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(name="witness", daemon=True)
        self._scene = scene
        self.end = threading.Event()
        self.seen: list[bytes] = []
        self.times: list[float] = []
        self.locked: list[bytes] = []

    def run(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        url = self._scene.url.replace("postgresql+psycopg", "postgresql")
        while not self.end.wait(0.02):
            with contextlib.suppress(FileNotFoundError):
                shown = (self._scene.path / "public" / "checkpoint").read_bytes()
                if not self.seen or self.seen[-1] != shown:
                    self.times.append(time.monotonic())
                    self.seen.append(shown)
            try:
                if connection is None or connection.closed:
                    connection = psycopg.connect(url, autocommit=True, connect_timeout=2)
                (held,) = connection.execute("SELECT checkpoint FROM lock").fetchone() or (b"",)
                if held and (not self.locked or self.locked[-1] != bytes(held)):
                    self.locked.append(bytes(held))
            except psycopg.Error:
                connection = None
        if connection is not None:
            connection.close()

    @property
    def size(self) -> int:
        """Of the newest published head."""
        return self.open(self.seen[-1]).size if self.seen else 0

    def covered(self, entries: int, since: float) -> float | None:
        """When a checkpoint over more than so many entries was first seen, if it was after `since`."""
        for place in range(bisect.bisect_left(self.times, since), len(self.seen)):
            if self.open(self.seen[place]).size > entries:
                return self.times[place]
        return None

    def open(self, data: bytes) -> Checkpoint:
        election = self._scene.world.election
        return open_checkpoint(data, election.origin, election.log_ed25519, base64.b64decode(election.log_mldsa44))


def check_end(scene: Scene, promises: Promises, witness: Witness, tables: Sequence[Table]) -> None:
    """The store, what was promised, what was seen, and the verifier's word."""
    store = open_store(scene.home, scene.url)
    rebuilt = rebuild(store, strict=True)
    entries = list(log.read_range(store, 0, log.size(store)))
    with store.read() as connection:
        records = int(connection.exec_driver_sql("SELECT count(*) FROM records").scalar_one())
    store.close()
    assert records == len(entries), "records, and those with a place in the log"
    hashes = [bytes(entry.hash) for entry in entries]
    assert len(set(hashes)) == len(hashes)
    assert promises.hashes <= set(hashes), "an acknowledged record is gone"
    for table in tables:
        state = rebuilt.county.stations[table.desk.state.chain]
        assert (state.next_seq, state.head) == (table.desk.state.next_seq, table.desk.state.head)
    places = {(entry.chain, entry.seq): bytes(entry.hash) for entry in entries if entry.chain}
    for note in promises.receipts:
        receipt = read_receipt(note, scene.world.election, Hash32(scene.world.election_hash))
        assert places[receipt.chain, receipt.to_seq] == receipt.head, "a broken promise"
    leaves = [leaf_hash(entry.note) for entry in entries]
    for seen in (witness.seen, witness.locked):
        heads = [witness.open(data) for data in seen]
        assert [head.size for head in heads] == sorted(head.size for head in heads), "the log shrank"
        for head in heads:
            assert head.root == root_of(leaves[: head.size]), f"fork at {head.size}"
    assert witness.size == len(entries)
    verify(scene)


def _silent(_report: Report, _stream: Any) -> None:
    """Reports are read as JSON."""


def verify(scene: Scene) -> None:
    """The verifier, with the authority's key alone."""
    anchor, out = scene.path / "authority.vkey", scene.path / "verdict.json"
    anchor.write_text(authority_vkey(scene.world) + "\n", "utf-8")
    code = commands.verify(
        str(scene.path / "public"), key=str(anchor), ballots="", receipts="", processes=1, json_to=str(out),
        quiet=True, render=_silent,
    )  # fmt: skip
    report = json.loads(out.read_text("utf-8"))
    assert (code, report["outcome"]) == (0, "VERIFIED"), report


@contextlib.contextmanager
def sealed_on(server: Server, path: Path) -> Iterator[Scene]:
    """A sealed county whose database is on a server that is the test's to kill."""
    with new_database(server.url("postgres")) as url:
        database = Postgres(url)
        migrate(database, *EVERY_PART)
        database.close()
        with new_scene(path, url, World(registered=1_000_000)) as made:
            yield made
