"""Statements of the record log: append a group, read a range, look up a place. Tuples in and out, no object mapping."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from coordinator.store.database import Database

PAGE = 512


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log; `chain` is empty for `election`, `unit` and `roster`."""

    idx: int
    hash: bytes
    leaf: bytes
    chain: str
    seq: int
    kind: str
    note: bytes

    def row(self) -> tuple[object, ...]:
        """As the table wants it: records outside chains have no place in one."""
        chained = (self.chain, 1, self.seq) if self.chain else (None, None, None)
        return (self.idx, self.hash, self.leaf, *chained, self.kind, self.note)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused envelope as it is kept."""

    chain: str
    code: str
    node: str
    time: int
    detail: str
    note: bytes
    sealed: bytes

    def row(self) -> tuple[object, ...]:
        """The columns after the id."""
        return (self.chain, self.code, self.node, self.time, self.detail, self.note, self.sealed)


@dataclass(frozen=True, slots=True)
class Fork:
    """A second record for a taken place; `first` is the log index of the one that stands."""

    chain: str
    seq: int
    first: int
    hash: bytes
    time: int
    note: bytes
    sealed: bytes

    def row(self) -> tuple[object, ...]:
        """The columns after the id."""
        return (self.chain, 1, self.seq, self.first, self.hash, self.time, self.note, self.sealed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What one transaction adds."""

    entries: Sequence[Entry] = ()
    sealed: Sequence[tuple[int, bytes]] = ()
    refusals: Sequence[Refusal] = ()
    forks: Sequence[Fork] = ()
    receipts: Sequence[tuple[str, int, bytes]] = ()


_STATEMENTS = (
    "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO sealed VALUES (?, ?)",
    "INSERT INTO refusals (chain, code, node, time, detail, note, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)",
    """INSERT OR IGNORE INTO forks (chain, epoch, seq, first, hash, time, note, sealed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
    "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?)",
)


def append(database: Database, commit: Commit) -> None:
    """Write a group in one transaction; when this returns it is on the disk [INTAKE-2]."""
    groups = (
        [entry.row() for entry in commit.entries],
        list(commit.sealed),
        [refusal.row() for refusal in commit.refusals],
        [fork.row() for fork in commit.forks],
        list(commit.receipts),
    )
    with database.write() as connection:
        for statement, rows in zip(_STATEMENTS, groups, strict=True):
            if rows:
                connection.exec_driver_sql(statement, rows)


def size(database: Database) -> int:
    """Entries in the store; indexes have no holes."""
    with database.read() as connection:
        (count, last) = connection.exec_driver_sql("SELECT count(*), max(idx) FROM entries").one()
    if count != (last if last is not None else -1) + 1:
        raise ValueError(f"store: {count} entries, last index {last}")
    return int(count)


def read_range(database: Database, start: int, end: int) -> Iterator[Entry]:
    """Entries start..end-1 in order, in pages: memory stays flat."""
    while start < end:
        stop = min(end, start + PAGE)
        with database.read() as connection:
            rows = connection.exec_driver_sql(
                """SELECT idx, hash, leaf, coalesce(chain, ''), coalesce(seq, 0), kind, note FROM entries
                   WHERE idx >= ? AND idx < ? ORDER BY idx""",
                (start, stop),
            ).all()
        if len(rows) != stop - start:
            raise ValueError(f"store: entries {start} to {stop - 1} are not all there")
        yield from (Entry(*row) for row in rows)
        start = stop


def of_unit(database: Database, unit: str) -> Iterator[Entry]:
    """The election, and what may concern a unit: its notes, its tables' and committee's chains, all determinations."""
    low, high = f"s/{unit}/", f"s/{unit}0"  # '0' follows '/'
    name = f'"{unit}"'.encode()
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            """SELECT idx, hash, leaf, coalesce(chain, ''), coalesce(seq, 0), kind, note FROM entries
               WHERE kind = 'election' OR chain = ? OR (chain > ? AND chain < ?)
                  OR (kind IN ('roster', 'unit', 'determination') AND instr(note, ?) > 0) ORDER BY idx""",
            (f"u/{unit}", low, high, name),
        ).all()
    return (Entry(*row) for row in rows)


def find_place(connection: Connection, chain: str, seq: int) -> tuple[int, bytes] | None:
    """Log index and hash of the record at a place of a chain."""
    row = connection.exec_driver_sql(
        "SELECT idx, hash FROM entries WHERE chain = ? AND epoch = 1 AND seq = ?", (chain, seq)
    ).one_or_none()
    return None if row is None else (int(row[0]), bytes(row[1]))


def find_hash(database: Database, record: bytes) -> int | None:
    """Log index of a record by its hash."""
    with database.read() as connection:
        row = connection.exec_driver_sql("SELECT idx FROM entries WHERE hash = ?", (record,)).one_or_none()
    return None if row is None else int(row[0])


def receipt_of(connection: Connection, chain: str) -> bytes | None:
    """The newest receipt of a chain."""
    row = connection.exec_driver_sql("SELECT note FROM receipts WHERE chain = ?", (chain,)).one_or_none()
    return None if row is None else bytes(row[0])


def refusals_kept(database: Database) -> dict[str, int]:
    """How many refusals are kept for each chain."""
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT chain, count(*) FROM refusals GROUP BY chain").all()
    return {str(chain): int(count) for chain, count in rows}


def counts(database: Database) -> dict[str, int]:
    """Rows by table and kind, for `status`."""
    found: dict[str, int] = {}
    with database.read() as connection:
        for kind, count in connection.exec_driver_sql("SELECT kind, count(*) FROM entries GROUP BY kind ORDER BY kind"):
            found[str(kind)] = int(count)
        for table in ("refusals", "forks"):
            found[table] = int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608
    return found


def sealed_parts(database: Database, unit: str) -> Iterator[tuple[bytes, bytes]]:
    """(record hash, encrypted part) of every batch and correction of a unit, in log order."""
    low, high = f"s/{unit}/", f"s/{unit}0"  # '0' follows '/'
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            """SELECT e.hash, s.blob FROM entries e JOIN sealed s ON s.idx = e.idx
               WHERE e.chain > ? AND e.chain < ? ORDER BY e.idx""",
            (low, high),
        )
        for record, blob in rows:
            yield bytes(record), bytes(blob)


def units(database: Database) -> list[str]:
    """Ids of the units whose tables have records."""
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT DISTINCT chain FROM entries WHERE chain >= 's/' AND chain < 's0'"
        ).all()
    return sorted({str(chain).split("/")[1] for (chain,) in rows})
