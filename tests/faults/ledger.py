"""The ledger outside: what a second process saw as durable or signed while the programs ran, and what must be true.

Read-only connections show committed rows alone; whatever was seen once - a record in a journal, an entry of the store,
a receipt, a signed checkpoint - must be there at the end, in the same place [INTAKE-2] [CHECK-3] [RECEIPT-3].
"""

import base64
import contextlib
import itertools
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from coordinator.store.postgres import is_postgres
from tally_protocol.election.manifest import Election
from tally_protocol.ids import Hash32
from tally_protocol.log.checkpoint import Checkpoint, open_checkpoint
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.merkle.proofs import check_consistency
from tally_protocol.merkle.tree import consistency_proof
from tally_protocol.record.kinds import Receipt, decode_record
from tally_protocol.record.receipt import read_receipt
from tally_protocol.seal.document import decode_text
from tally_protocol.seal.note import parse_note
from tests.faults.rig import Rig
from tests.postgres import plain

POLL = 0.01
WRITTEN = 12  # where the written-in votes of a layout's only contest stand among its figures


def head_of(receipt: bytes) -> str:
    """The record that a receipt acknowledges, hex."""
    return str(json.loads(receipt.split(b"\n")[1])["head"])


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection: it commits nothing and repairs nothing."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1)
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def reading_store(rig: Rig) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """What is committed in the county's store, on either database: a function that asks, with `?`."""
    if not is_postgres(rig.url):
        with reading(rig.town.county / "store.db") as store:
            yield lambda statement, *given: store.execute(statement, given).fetchall()
        return
    with psycopg.connect(plain(make_url(rig.url)), autocommit=True, connect_timeout=5) as server:
        yield lambda statement, *given: server.execute(statement.replace("?", "%s").encode(), given).fetchall()


class Ledger:
    """Watches a rig's files from a thread."""

    def __init__(self, rig: Rig) -> None:
        """Begin with nothing seen."""
        self._rig = rig
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.entries: dict[int, bytes] = {}
        self.records: dict[str, dict[int, bytes]] = {node: {} for node in rig.town.nodes}
        self.receipts: set[bytes] = set()
        self.checkpoints: list[bytes] = []
        self.early: list[str] = []
        self.sizes: set[int] = set()

    def __enter__(self) -> "Ledger":
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(POLL):
            self.look()

    def look(self) -> None:
        """Write down what is durable now; a file that is locked or not there is looked at again later."""
        with contextlib.suppress(FileNotFoundError):
            head = (self._rig.public / "checkpoint").read_bytes()
            if not self.checkpoints or self.checkpoints[-1] != head:
                self.checkpoints.append(head)
        new: set[bytes] = set()
        for node, seen in self.records.items():
            with contextlib.suppress(sqlite3.OperationalError), reading(self._journal(node)) as journal:
                rows = journal.execute("SELECT at, hash FROM records WHERE at > ?", (len(seen),))
                seen.update({int(at): bytes(sha) for at, sha in rows})
                new |= {bytes(note) for (note,) in journal.execute("SELECT note FROM receipts")} - self.receipts
        with contextlib.suppress(sqlite3.OperationalError, psycopg.OperationalError), reading_store(self._rig) as ask:
            entries = ask("SELECT idx, hash FROM entries WHERE idx >= ? ORDER BY idx", len(self.entries))
            self.entries.update({int(idx): bytes(sha) for idx, sha in entries})
            self.sizes.add(len(self.entries))
            # the store was read after the receipts: what they acknowledge was durable before they were given
            durable = {sha.hex() for sha in self.entries.values()}
            self.early += [note.decode() for note in new if head_of(note) not in durable]
            self.receipts |= new

    def _journal(self, node: str) -> Path:
        return self._rig.town.home(node) / "journal.db"

    @property
    def progress(self) -> int:
        """A number that grows with everything that becomes durable anywhere."""
        made = sum(len(seen) for seen in self.records.values())
        return len(self.entries) + made + len(self.receipts) + len(self.checkpoints)

    def settle(self) -> "Settled":
        """Look a last time, and hold everything seen against what is there now."""
        self.look()
        settled = Settled(self._rig)
        assert not self.early, f"receipts for records that were not durable: {self.early[:1]}"
        assert self.receipts, "nothing was seen: the ledger did not watch"
        assert settled.hashes[: len(self.entries)] == [self.entries[idx] for idx in range(len(self.entries))], (
            "the store lost or changed entries that were durable"
        )
        for node, seen in self.records.items():
            with reading(self._journal(node)) as journal:
                kept = {int(at): bytes(sha) for at, sha in journal.execute("SELECT at, hash FROM records")}
            assert {at: kept.get(at) for at in seen} == seen, f"{node}: a durable record is gone"
            missing = set(kept.values()) - set(settled.hashes)
            assert not missing, f"{node}: {len(missing)} records never arrived"
        for note in self.receipts:
            settled.check_receipt(note)
        settled.check_history(self.checkpoints)
        # the record that makes a unit final and its determination become durable together
        torn = self.sizes & set(settled.check_determinations().values())
        assert not torn, f"final units without a determination at sizes {torn}"
        return settled


class Settled:
    """The county's store at rest, as the verdict sees it: read with sqlite3 and the protocol alone."""

    def __init__(self, rig: Rig) -> None:
        """Read the whole log."""
        with reading_store(rig) as ask:
            rows = ask("SELECT idx, hash, note FROM entries ORDER BY idx")
        assert [row[0] for row in rows] == list(range(len(rows))), "the log has holes"
        self.hashes = [bytes(row[1]) for row in rows]
        self.notes = [bytes(row[2]) for row in rows]
        self.leaves = [leaf_hash(note) for note in self.notes]
        first = decode_record(self.notes[0])
        assert isinstance(first.body, Election)
        self.election, self.election_hash = first.body, first.hash
        self.places: dict[tuple[str, int], bytes] = {}
        for note in self.notes:
            found = decode_record(note)
            if found.kind not in ("election", "unit", "roster"):
                place = found.links.chain, found.links.seq
                assert place not in self.places, f"two records at {place}"
                self.places[place] = found.hash
        assert len(set(self.hashes)) == len(self.hashes), "a record was counted twice"

    def check_receipt(self, note: bytes) -> Receipt:
        """A receipt that the county gave is kept: its head stands where it says [RECEIPT-3]."""
        receipt = read_receipt(note, self.election, Hash32(self.election_hash))
        assert self.places.get((receipt.chain, receipt.to_seq)) == receipt.head, f"broken promise: {receipt.chain}"
        return receipt

    def open(self, checkpoint: bytes) -> Checkpoint:
        """A checkpoint under both of the log's keys."""
        mldsa = base64.b64decode(self.election.log_mldsa44)
        return open_checkpoint(checkpoint, self.election.origin, self.election.log_ed25519, mldsa)

    def check_determinations(self) -> dict[str, int]:
        """Exactly one determination for each statement that was final, directly behind what made it so [DET-1] [DET-2].

        Gives by unit where its determination stands. Read from the log alone, not by the county's own state.
        """
        due: dict[str, tuple[str, int]] = {}
        done: dict[str, int] = {}
        for index, note in enumerate(self.notes):
            kind, body = decode_text(parse_note(note).text)
            if kind == "determination":
                assert due.pop(body["unit"], None) == (body["statement"], index), f"entry {index} is not due"
                done[body["unit"]] = index
                continue
            assert all(place != index for _, place in due.values()), f"no determination at entry {index}: {due}"
            unit = str(body.get("chain", "")).removeprefix("u/")
            if kind == "statement" and not any(figures[WRITTEN] for _, figures in body["totals"]):
                due[unit] = self.hashes[index].hex(), index + 1
            elif kind == "names" and body["part"] == body["parts"]:
                due[unit] = body["statement"], index + 1
        assert not due, f"no determination: {due}"
        return done

    def root(self, size: int) -> bytes:
        """Root of the first entries."""
        return root_of(self.leaves[:size])

    def _node(self, level: int, index: int) -> bytes:
        return root_of(self.leaves[index << level : (index + 1) << level])

    def check_history(self, checkpoints: list[bytes]) -> None:
        """Every signed head ever seen extends the one before and is a prefix of the log [CHECK-3]."""
        heads = [self.open(data) for data in checkpoints]
        sizes = [head.size for head in heads]
        assert sizes == sorted(sizes), f"the log shrank: {sizes}"
        for old, new in itertools.pairwise(heads):
            check_consistency(old.size, new.size, self._proof(old.size, new.size), old.root, new.root)
        for head in heads:
            assert head.size <= len(self.notes), "a checkpoint over entries that the store does not have"
            assert head.root == self.root(head.size), f"fork at size {head.size}"

    def _proof(self, old: int, new: int) -> list[bytes]:
        return [] if old == new else consistency_proof(old, new, self._node)
