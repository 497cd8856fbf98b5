"""kill -9 and SIGSTOP past the lease of any process of a county, and of PostgreSQL itself, again and again (P1).

One county (`up`: two intakes, two sequencers, two publishers), tables that count and deliver all the while. A round is
one strike; after each, publication must go on. At the end no acknowledged record is lost or doubled, no signed head
ever conflicted, and the verifier says VERIFIED [INTAKE-2] [PUB-2] [CHECK-3] [LOG-3]. `make faults` plays 100 rounds.
"""

import base64
import contextlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import pytest

from coordinator.ledger.rebuilding import rebuild
from coordinator.store import entries as log
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from coordinator.store.stores import open_store
from tally_protocol.ids import Hash32
from tally_protocol.log.checkpoint import Checkpoint, open_checkpoint
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.record.receipt import read_receipt
from tests.coordinator.processes import log_text, up, wait_until
from tests.coordinator.scene import Scene, new_scene
from tests.faults.crowd import Promises, Sender, Table, finish
from tests.faults.rig import ROUNDS
from tests.postgres import Server, new_database, own_server
from tests.published import authority_vkey
from tests.world import World
from verifier.checks import commands
from verifier.findings.report import Report

pytestmark = pytest.mark.fault
EPISODES = 1 if ROUNDS < 10 else 4
STRIKES = 4 if ROUNDS < 10 else -(-ROUNDS // EPISODES)
LEASE = 4.0  # seconds after which a silent leader is followed
RESUMES = 10.0  # what is promised, on a machine that is not busy with other tests
PATIENCE = 90.0  # a busy machine is not a fault


class Witness(threading.Thread):
    """Sees every checkpoint that the folder or the lock ever shows."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(name="witness", daemon=True)
        self._scene = scene
        self.end = threading.Event()
        self.seen: list[bytes] = []
        self.locked: list[bytes] = []

    def run(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        url = self._scene.url.replace("postgresql+psycopg", "postgresql")
        while not self.end.wait(0.02):
            with contextlib.suppress(FileNotFoundError):
                shown = (self._scene.path / "public" / "checkpoint").read_bytes()
                if not self.seen or self.seen[-1] != shown:
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

    def open(self, data: bytes) -> Checkpoint:
        election = self._scene.world.election
        return open_checkpoint(data, election.origin, election.log_ed25519, base64.b64decode(election.log_mldsa44))


class County:
    """`up`, its children, and its server."""

    def __init__(self, scene: Scene, server: Server) -> None:
        self.scene, self.server = scene, server
        self.up = up(scene, "--standings", "2")
        self._listen = self.up.address

    def children(self) -> list[int]:
        """The processes of the roles, as they are now."""
        pid = self.up.process.pid
        with contextlib.suppress(OSError):
            return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
        return []

    def strike(self, dice: random.Random) -> str:
        """Kill or stop somebody; what was killed comes back. Gives what was done."""
        kind = dice.choice(["kill", "kill", "kill", "two", "stop", "stop", "database", "database stops", "supervisor"])
        victims = dice.sample(self.children(), 2)
        match kind:
            case "kill" | "two":
                for pid in victims[: 1 + (kind == "two")]:
                    _send(pid, signal.SIGKILL)
            case "stop":
                _send(victims[0], signal.SIGSTOP)
                time.sleep(LEASE + 1 + dice.random())
                _send(victims[0], signal.SIGCONT)
            case "database":
                self.server.kill()
                time.sleep(dice.random() * 1.5)
                self.server.start()
            case "database stops":
                self.server.signal(signal.SIGSTOP)
                time.sleep(dice.random() * (LEASE + 2))
                self.server.signal(signal.SIGCONT)
            case "supervisor":
                self.up.process.kill()
                self.up.kill()
                port = self._listen.rsplit(":", 1)[1]
                self.up = up(self.scene, "--standings", "2", "--listen", f"127.0.0.1:{port}")
            case _:
                raise ValueError(kind)
        return kind


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


@pytest.fixture
def server() -> Iterator[Server]:
    with own_server() as made:
        yield made


@pytest.fixture
def scene(server: Server, tmp_path: Path) -> Iterator[Scene]:
    with new_database(server.url("postgres")) as url:
        database = Postgres(url)
        migrate(database, *EVERY_PART)
        database.close()
        world = World(registered=1_000_000)
        with new_scene(tmp_path, url, world) as made:
            yield made


@pytest.mark.timeout(0)
@pytest.mark.parametrize("episode", range(EPISODES))
def test_nothing_acknowledged_is_lost_and_publication_goes_on(scene: Scene, server: Server, episode: int) -> None:
    dice = random.Random(1000 + episode)  # noqa: S311 - a round must be repeatable
    promises, witness = Promises(), Witness(scene)
    county = County(scene, server)
    sender = Sender(scene.laptop, county.up.address, promises)
    tables = [Table(scene, scene.world.desk(*place), sender) for place in (("v1", "1"), ("v1", "2"), ("v2", "1"))]
    waits: list[tuple[float, str]] = []
    try:
        witness.start()
        for table in tables:
            table.start()
        wait_until(lambda: witness.size > 10, "a first checkpoint")
        for _ in range(STRIKES):
            time.sleep(dice.random() * 1.5)
            done = county.strike(dice)
            began, before = time.monotonic(), witness.size
            wait_until(lambda: witness.size > before, f"publication after {done}", PATIENCE)  # noqa: B023 - now
            waits.append((time.monotonic() - began, done))
        for table in tables:
            table.stop.set()
        finish(scene, tables, sender)
        assert county.up.end() == 0, log_text(county.up.log)[-3000:]
    finally:
        for table in tables:
            table.stop.set()
        witness.end.set()
        witness.join()
        county.up.kill()
    assert not promises.refused, promises.refused[:3]
    check_end(scene, promises, witness, tables)
    print(json.dumps({"resumed after, seconds": sorted(waits, reverse=True)[:5], "retries": promises.retries}))  # noqa: T201
    assert median(wait for wait, _ in waits) <= RESUMES, waits


def check_end(scene: Scene, promises: Promises, witness: Witness, tables: list[Table]) -> None:
    """The store, what was promised, what was seen, and the verifier's word."""
    store = open_store(scene.home, scene.url)
    rebuilt = rebuild(store, strict=True)
    entries = list(log.read_range(store, 0, log.size(store)))
    with store.read() as connection:
        records = int(connection.exec_driver_sql("SELECT count(*) FROM records").scalar_one())
    store.close()
    assert records == len(entries), "records without a place"
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
