"""The journal: one append-only SQLite file a laptop, durable before it answers (P1).

Records of many chains, papers called and not yet cut, written-in names, what the county has answered. How it is
durable and how edits are found is in `durable.py`; the chains are re-verified besides (`chains.py`). Not covered: who
restores an older copy of the whole file; the county's resume finds that (E_ROLLBACK). Papers and names rest encrypted
(P4). Read-only opening needs no keys: export always works.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tally_node.durable import Durable, Value
from tally_node.schema import SCHEMA_VERSION, create_file
from tally_node.voice import NodeError
from tally_protocol.ids import ChainName, Hash32

EPOCH = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it stands in the journal; `at` is its place in the order of making."""

    at: int
    chain: ChainName
    seq: int
    kind: str
    hash: Hash32
    note: bytes
    sealed: bytes
    own: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """How far the county has a chain: durable there up to seq `answered`, receipted up to `receipted`; -1 none."""

    answered: int = -1
    receipted: int = -1


class Journal(Durable):
    """An open journal; all SQL of the station is in this room and in `durable`."""

    # the manifest

    def add_manifest(self, digest: Hash32, place: tuple[str, str, str], version: int, note: bytes) -> None:
        """Keep an installed note at its kind, unit and station; the same note again is no change."""
        if not any(self._get("manifest", "WHERE hash = ?", (digest,))):
            self._put("manifest", (digest, *place, version, note))

    def manifest(self, kind: str, unit: str = "", station: str = "") -> bytes | None:
        """The newest installed note of a kind for a unit and station."""
        tail = "WHERE kind = ? AND unit = ? AND station = ? ORDER BY version DESC LIMIT 1"
        for row in self._get("manifest", tail, (kind, unit, station)):
            return _bytes(row[5])
        return None

    def manifest_by_hash(self, digest: Hash32) -> bytes | None:
        """The installed note that a record cites."""
        for row in self._get("manifest", "WHERE hash = ?", (digest,)):
            return _bytes(row[5])
        return None

    def manifest_ids(self, kind: str) -> list[tuple[str, str]]:
        """Unit and station of every installed note of a kind, in order of installation."""
        rows = self._db.execute("SELECT DISTINCT unit, station FROM manifest WHERE kind = ? ORDER BY rowid", (kind,))
        return [(str(unit), str(station)) for unit, station in rows]

    # records

    def append(
        self, chain: ChainName, seq: int, *, kind: str, digest: Hash32, note: bytes, sealed: bytes, own: bool = True
    ) -> None:
        """Add a record at its place; a place already taken is N_BUSY: another process was faster."""
        try:
            self._put("records", (self.newest() + 1, chain, EPOCH, seq, kind, digest, note, sealed, int(own)))
        except sqlite3.IntegrityError:
            raise NodeError("N_BUSY", f"{chain} {seq}") from None

    def newest(self) -> int:
        """The place of the newest record, 0 if there is none."""
        found = self._db.execute("SELECT max(at) FROM records").fetchone()[0]
        return 0 if found is None else int(found)

    def at(self, place: int) -> Row | None:
        """The record at a place in the order of making."""
        return next(iter(self.records(after=place - 1, limit=1)), None)

    def tables_before(self, unit: str, place: int) -> list[tuple[ChainName, int]]:
        """Each station chain of a unit made here, and its newest seq before a place in the order of making."""
        rows = self._db.execute(
            "SELECT chain, max(seq) FROM records WHERE chain >= ? AND chain < ? AND at < ? AND own = 1 GROUP BY chain",
            (f"s/{unit}/", f"s/{unit}0", place),  # 0 follows / in ASCII
        )
        return [(ChainName(str(chain)), int(seq)) for chain, seq in rows]

    def records(self, chain: ChainName | None = None, *, after: int = 0, limit: int = -1) -> Iterator[Row]:
        """Records in order of making, of one chain or of all, beginning after a place."""
        tail, parameters = "WHERE at > ? ORDER BY at LIMIT ?", (after, limit)
        if chain is None:
            rows = self._get("records", tail, parameters)
        else:
            rows = self._get("records", "WHERE chain = ? AND " + tail.removeprefix("WHERE "), (chain, *parameters))
        return (_row(row) for row in rows)

    def record(self, chain: ChainName, seq: int) -> Row | None:
        """The record at one place of a chain."""
        for row in self._get("records", "WHERE chain = ? AND epoch = ? AND seq = ?", (chain, EPOCH, seq)):
            return _row(row)
        return None

    def lengths(self) -> dict[ChainName, int]:
        """Number of records of each chain that has any."""
        rows = self._db.execute("SELECT chain, count(*) FROM records GROUP BY chain")
        return {ChainName(str(chain)): int(count) for chain, count in rows}

    def length(self, chain: ChainName) -> int:
        """Number of records of a chain."""
        return int(self._db.execute("SELECT count(*) FROM records WHERE chain = ?", (chain,)).fetchone()[0])

    # papers and names, encrypted by the caller

    def add_paper(self, chain: ChainName, layout: str, number: int, sealed: bytes) -> None:
        """Keep one called paper."""
        try:
            self._put("papers", (chain, layout, number, sealed))
        except sqlite3.IntegrityError:
            raise NodeError("N_BUSY", f"{chain} {layout}") from None

    def papers(self, chain: ChainName) -> list[tuple[str, int, bytes]]:
        """Layout, number and encrypted row of the papers that are in no batch yet; a missing one is E_JOURNAL."""
        tail = "WHERE chain = ? ORDER BY layout, number"
        found = [(str(row[1]), int(row[2]), _bytes(row[3])) for row in self._get("papers", tail, (chain,))]
        expected: dict[str, int] = {}
        for layout, number, _ in found:
            expected[layout] = expected.get(layout, 0) + 1
            if number != expected[layout]:
                raise NodeError("E_JOURNAL", f"{chain} papers {layout}", expected=expected[layout], found=number)
        return found

    def last_paper(self, chain: ChainName) -> tuple[str, int]:
        """Layout and number of the last called paper that is in no batch; number 0 if there is none."""
        tail = "WHERE chain = ? ORDER BY layout, number DESC LIMIT 1"
        for row in self._get("papers", tail, (chain,)):
            return str(row[1]), int(row[2])
        return "", 0

    def count_papers(self, chain: ChainName) -> int:
        """How many papers are in no batch yet."""
        return int(self._db.execute("SELECT count(*) FROM papers WHERE chain = ?", (chain,)).fetchone()[0])

    def drop_papers(self, chain: ChainName, layout: str, expected: int, first: int = 1) -> None:
        """Take papers away, in the transaction that puts them into batches (or at an undo); exactly those expected."""
        where = "WHERE chain = ? AND layout = ? AND number >= ?"
        done = self._db.execute(f"DELETE FROM papers {where}", (chain, layout, first))  # noqa: S608 - a constant
        if done.rowcount != expected:
            raise NodeError("N_BUSY", f"{chain} {layout}", expected=expected, found=done.rowcount)

    def add_name(self, chain: ChainName, number: int, sealed: bytes) -> None:
        """Keep a written-in name and its salt: the unit's `names` record opens it."""
        self._put("register", (chain, number, sealed))

    def names(self, chain: ChainName) -> list[tuple[int, bytes]]:
        """Number and encrypted entry, ascending."""
        return [
            (int(row[1]), _bytes(row[2])) for row in self._get("register", "WHERE chain = ? ORDER BY number", (chain,))
        ]

    # what the county said

    def delivered(self) -> dict[ChainName, Delivered]:
        """How far each chain is with the county."""
        return {ChainName(str(row[0])): Delivered(int(row[1]), int(row[2])) for row in self._get("delivered")}

    def set_delivered(self, chain: ChainName, state: Delivered) -> None:
        """Keep how far a chain is; losing this row costs one duplicate, never a record."""
        self._put("delivered", (chain, state.answered, state.receipted), replace=True)

    def add_receipt(self, chain: ChainName, upto: int, note: bytes) -> None:
        """Keep a checked receipt."""
        self._put("receipts", (chain, upto, note), replace=True)

    def receipts(self) -> Iterator[tuple[str, int, bytes]]:
        """Chain, last seq and note of each receipt."""
        return ((str(row[0]), int(row[1]), _bytes(row[2])) for row in self._get("receipts", "ORDER BY chain, upto"))

    def add_proof(self, digest: Hash32, chain: ChainName, seq: int, proof: bytes) -> None:
        """Keep a checked tlog-proof."""
        self._put("proofs", (digest, chain, seq, proof), replace=True)

    def proofs(self) -> Iterator[tuple[bytes, str, int, bytes]]:
        """Record hash, chain, seq and proof file."""
        return ((_bytes(row[0]), str(row[1]), int(row[2]), _bytes(row[3])) for row in self._get("proofs"))

    def proved(self) -> dict[ChainName, int]:
        """The newest seq of each chain for which a proof is kept."""
        rows = self._db.execute("SELECT chain, max(seq) FROM proofs GROUP BY chain")
        return {ChainName(str(chain)): int(seq) for chain, seq in rows}

    def without_proof(self, kinds: Sequence[str]) -> list[Row]:
        """Own records of some kinds for which no proof is kept; without their bytes."""
        found = []
        for kind in kinds:
            rows = self._db.execute(
                "SELECT at, chain, seq, hash FROM records WHERE own = 1 AND kind = ?"
                " AND hash NOT IN (SELECT hash FROM proofs) ORDER BY at",
                (kind,),
            )
            found += [Row(at, ChainName(chain), seq, kind, Hash32(sha), b"", b"", True) for at, chain, seq, sha in rows]
        return found

    def add_refusal(
        self, chain: ChainName, seq: int, digest: bytes, *, code: str, words: tuple[str, str], time: int
    ) -> None:
        """Keep a refusal of the county, or our own decision to stop a chain."""
        found = self._db.execute("SELECT max(at) FROM refusals").fetchone()[0]
        self._put("refusals", (1 if found is None else int(found) + 1, chain, seq, digest, code, *words, time))

    def refusals(self) -> list[tuple[str, int, str, str, str]]:
        """Chain, seq, code and both texts, in order."""
        return [
            (str(row[1]), int(row[2]), str(row[4]), str(row[5]), str(row[6]))
            for row in self._get("refusals", "ORDER BY at")
        ]


def _bytes(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise NodeError("E_JOURNAL", "row", expected="bytes")
    return value


def _row(values: tuple[Value, ...]) -> Row:
    # the epoch is covered by the row's hash and by the note itself: an export of a damaged file must not stop here
    at, chain, _, seq, kind, digest, note, sealed, own = values
    return Row(
        int(at), ChainName(str(chain)), int(seq), str(kind),
        Hash32(_bytes(digest)), _bytes(note), _bytes(sealed), bool(own),
    )  # fmt: skip


def create(path: Path, key: bytes) -> None:
    """Make an empty journal; the schema's own row is written last, so a half-made file never opens."""
    create_file(path)
    journal = Journal(path, key, 0)
    with journal.write():
        journal.set_setting("schema", str(SCHEMA_VERSION))
    journal.close()


def open_journal(path: Path, key: bytes, reserve: int) -> Journal:
    """Open for work: every row is checked first (the chains are checked by `chains.py`)."""
    if not path.exists():
        raise NodeError("N_HOME", str(path), expected="a journal made by tally-node init")
    journal = Journal(path, key, reserve)
    try:
        journal.check_all()
    except BaseException:
        journal.close()
        raise
    return journal


def open_read_only(path: Path) -> Journal:
    """Open without keys and without checks, for export: a damaged journal can still be carried to the county."""
    if not path.exists():
        raise NodeError("N_HOME", str(path), expected="a journal made by tally-node init")
    return Journal(path, None, 0)
