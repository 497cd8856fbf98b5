"""What one transaction adds: records, their places in the log, sealed parts, refusals, forks, receipts. Tuples in.

Whoever decides on a unit holds its row of `unit_heads` first (`hold`): two processes can never decide on one unit at
once. The row's version is the number of the unit's newest record, so a process knows whether it has seen them all. On
SQLite the lock is the BEGIN IMMEDIATE of the one writer; the statements are the same [INTAKE-3] [INTAKE-5].
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from coordinator.store.database import Database
from coordinator.store.entries import Entry
from coordinator.store.postgres import shorten

# below this many rows the ordinary statement is as quick as COPY
COPY_FROM = 4
HELD = "SELECT unit, version FROM unit_heads WHERE unit IN (SELECT value FROM json_each(?)) ORDER BY unit"
HELD_PG = "SELECT unit, version FROM unit_heads WHERE unit = ANY(?) ORDER BY unit FOR UPDATE"
SEEN_PG = "SELECT unit, version FROM unit_heads WHERE unit = ANY(?)"


@dataclass(frozen=True, slots=True)
class Record:
    """A row of `records`; `chain` is empty for `election`, `unit` and `roster`."""

    id: int
    hash: bytes
    leaf: bytes
    chain: str
    seq: int
    kind: str
    note: bytes

    def row(self) -> tuple[object, ...]:
        """As the table wants it: records outside chains have no place in one."""
        chained = (self.chain, 1, self.seq) if self.chain else (None, None, None)
        return (self.id, self.hash, self.leaf, *chained, self.kind, self.note)


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
    """A second record for a taken place; `first` is the number of the one that stands."""

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
    """What one transaction adds; `placed` are (log index, record), `heads` (unit, newest record).

    `filled`: sealed parts of records that were rebuilt without; another process may have filled one already.
    """

    records: Sequence[Record] = ()
    placed: Sequence[tuple[int, int]] = ()
    sealed: Sequence[tuple[int, bytes]] = ()
    filled: Sequence[tuple[int, bytes]] = ()
    refusals: Sequence[Refusal] = ()
    forks: Sequence[Fork] = ()
    receipts: Sequence[tuple[str, int, bytes]] = ()
    heads: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """How rows come into a table; `copied` where rows may be many: name with columns, and types for COPY."""

    insert: str
    copied: str = ""
    types: tuple[str, ...] = ()


_TABLES = (
    _Table(
        "INSERT INTO records (id, hash, leaf, chain, epoch, seq, kind, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        "records (id, hash, leaf, chain, epoch, seq, kind, note)",
        ("int8", "bytea", "bytea", "text", "int8", "int8", "text", "bytea"),
    ),
    _Table("INSERT INTO log (idx, record) VALUES (?, ?)", "log (idx, record)", ("int8", "int8")),
    _Table("INSERT INTO sealed (record, blob) VALUES (?, ?)", "sealed (record, blob)", ("int8", "bytea")),
    _Table("INSERT INTO refusals (chain, code, node, time, detail, note, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)"),
    _Table(
        """INSERT INTO forks (chain, epoch, seq, first, hash, time, note, sealed)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""
    ),
)
_NUMBERS = "SELECT nextval('records_id_seq') FROM generate_series(1, ?)"
_RECEIPTS = """INSERT INTO receipts (chain, seq, note) VALUES (?, ?, ?)
    ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, note = excluded.note"""
_RECEIPTS_PG = """INSERT INTO receipts (chain, seq, note)
    SELECT * FROM unnest(?::text[], ?::bigint[], ?::bytea[])
    ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, note = excluded.note"""
_FILLED = "INSERT INTO sealed (record, blob) VALUES (?, ?) ON CONFLICT DO NOTHING"
_NEW_HEAD = "INSERT INTO unit_heads (unit, version) VALUES (?, -1) ON CONFLICT DO NOTHING"
_HEADS = "UPDATE unit_heads SET version = ? WHERE unit = ?"
_HEADS_PG = """UPDATE unit_heads h SET version = d.version FROM unnest(?::text[], ?::bigint[]) d (unit, version)
    WHERE h.unit = d.unit"""


def prepare(database: Database, units: Sequence[str]) -> None:
    """Make the rows of all units, so that `hold` finds every one: a row made later could not be locked in its turn."""
    with database.write() as connection:
        there = {str(unit) for (unit,) in connection.exec_driver_sql("SELECT unit FROM unit_heads")}
        missing = sorted(set(units) - there)
        if missing:
            connection.exec_driver_sql(_NEW_HEAD, [(unit,) for unit in missing])


def hold(connection: Connection, database: Database, units: Sequence[str]) -> dict[str, int]:
    """Lock the rows of these units, in ascending order, until the transaction ends; gives their versions."""
    if not units:
        return {}
    found = _heads(connection, database, HELD_PG if database.postgres else HELD, units)
    if len(found) != len(set(units)):
        raise ValueError(f"unit_heads: {len(found)} rows for {len(set(units))} units")
    return found


def versions(connection: Connection, database: Database, units: Sequence[str]) -> dict[str, int]:
    """The versions of these units as they are committed, without a lock."""
    return _heads(connection, database, SEEN_PG if database.postgres else HELD, units) if units else {}


def _heads(connection: Connection, database: Database, statement: str, units: Sequence[str]) -> dict[str, int]:
    asked: object = list(units) if database.postgres else json.dumps(list(units))
    rows = connection.exec_driver_sql(statement, (asked,)).all()
    return {str(unit): int(version) for unit, version in rows}


class Numbers:
    """New record numbers for one transaction, rising; begun after `hold`, so they rise along a unit's records too."""

    def __init__(self, connection: Connection, database: Database, expected: int) -> None:
        """`expected`: how many are asked for at once; more may be taken."""
        self._connection = connection
        self._postgres = database.postgres
        self._expected = max(1, expected)
        self._next: Iterator[int] = iter(())
        if not self._postgres:
            last = connection.exec_driver_sql("SELECT coalesce(max(id), -1) FROM records").scalar_one()
            self._next = itertools.count(int(last) + 1)

    def take(self) -> int:
        """The next one; on a server, what is not used stays a gap."""
        found = next(self._next, None)
        if found is None:
            rows = self._connection.exec_driver_sql(_NUMBERS, (self._expected,)).all()
            self._next = iter([int(number) for (number,) in rows])
            self._expected = 16
            found = next(self._next)
        return found


def append(connection: Connection, database: Database, commit: Commit) -> None:
    """Add everything within the open transaction; when that commits it is on the disk [INTAKE-2]."""
    groups: tuple[Iterable[tuple[object, ...]], ...] = (
        [record.row() for record in commit.records],
        list(commit.placed),
        list(commit.sealed),
        [refusal.row() for refusal in commit.refusals],
        [fork.row() for fork in commit.forks],
    )
    for table, rows in zip(_TABLES, groups, strict=True):
        _insert(connection, database, table, list(rows))
    if commit.filled:
        connection.exec_driver_sql(_FILLED, list(commit.filled))
    if commit.receipts:
        if database.postgres:
            connection.exec_driver_sql(_RECEIPTS_PG, tuple(map(list, zip(*commit.receipts, strict=True))))
        else:
            connection.exec_driver_sql(_RECEIPTS, list(commit.receipts))
    if commit.heads:
        if database.postgres:
            connection.exec_driver_sql(_HEADS_PG, tuple(map(list, zip(*commit.heads, strict=True))))
        else:
            connection.exec_driver_sql(_HEADS, [(version, unit) for unit, version in commit.heads])


def _insert(connection: Connection, database: Database, table: _Table, rows: list[tuple[object, ...]]) -> None:
    if not rows:
        return
    if not (database.postgres and table.copied and len(rows) >= COPY_FROM):
        connection.exec_driver_sql(table.insert, rows)
        return
    raw: Any = connection.connection.driver_connection
    statement = f"COPY {table.copied} FROM STDIN (FORMAT BINARY)"
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(table.types)
            for row in rows:
                copy.write_row(row)
    except Exception as error:  # noqa: BLE001 - the driver is not imported where there is no server
        # as the engine says it, for this statement goes around it
        shorten(error)
        raise DBAPIError(statement, None, error, hide_parameters=True) from None


def enter_first(database: Database, entries: Sequence[Entry]) -> None:
    """Put records at the end of the log, in a transaction of its own: for sealed notes, while no role runs."""
    with database.write() as connection:
        append_first(connection, database, entries)


def append_first(connection: Connection, database: Database, entries: Sequence[Entry]) -> None:
    """The same within an open transaction."""
    numbers = Numbers(connection, database, len(entries))
    ids = [numbers.take() for _ in entries]
    records = [
        Record(number, entry.hash, entry.leaf, entry.chain, entry.seq, entry.kind, entry.note)
        for number, entry in zip(ids, entries, strict=True)
    ]
    placed = [(entry.idx, number) for number, entry in zip(ids, entries, strict=True)]
    append(connection, database, Commit(records=records, placed=placed))
