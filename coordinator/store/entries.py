"""Reading the record log: a range, a unit, a place, what has no place yet. Tuples out, no object mapping."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection

from coordinator.store.database import Database

PAGE = 512
_COLUMNS = "idx, hash, leaf, coalesce(chain, ''), coalesce(seq, 0), kind, note, id"
_RANGE = f"SELECT {_COLUMNS} FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx"  # noqa: S608 - our own words
_FREE = "SELECT -1, hash, leaf, coalesce(chain, ''), coalesce(seq, 0), kind, note, id FROM records"
_UNPLACED = f"""{_FREE} r WHERE id > ? AND NOT EXISTS (SELECT 1 FROM log l WHERE l.record = r.id)
    ORDER BY id LIMIT ?"""  # noqa: S608 - our own words
_OF_CHAINS = f"{_FREE} WHERE chain IN ? AND id > ? ORDER BY id"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log; `chain` is empty for `election`, `unit` and `roster`, `id` is its record's number."""

    idx: int
    hash: bytes
    leaf: bytes
    chain: str
    seq: int
    kind: str
    note: bytes
    id: int = -1


def size_in(connection: Connection) -> int:
    """Entries in the log; ValueError if an index is missing."""
    (count, last) = connection.exec_driver_sql("SELECT count(*), max(idx) FROM log").one()
    if count != (last if last is not None else -1) + 1:
        raise ValueError(f"store: {count} entries, last index {last}")
    return int(count)


def newest(connection: Connection) -> int:
    """The last index of the log, -1 if it is empty."""
    return int(connection.exec_driver_sql("SELECT coalesce(max(idx), -1) FROM log").scalar_one())


def size(database: Database) -> int:
    """As `size_in`, by itself."""
    with database.read() as connection:
        return size_in(connection)


def range_in(connection: Connection, start: int, end: int) -> Iterator[Entry]:
    """Entries start..end-1 in order, in pages: memory stays flat."""
    while start < end:
        stop = min(end, start + PAGE)
        rows = connection.exec_driver_sql(_RANGE, (start, stop)).all()
        if len(rows) != stop - start:
            raise ValueError(f"store: entries {start} to {stop - 1} are not all there")
        yield from (Entry(*row) for row in rows)
        start = stop


def digest_of(connection: Connection, end: int) -> bytes:
    """SHA-256 over the hashes of entries 0..end-1 in their order."""
    found = sha256()
    for (record,) in connection.exec_driver_sql("SELECT hash FROM entries WHERE idx < ? ORDER BY idx", (end,)):
        found.update(record)
    return found.digest()


def read_range(database: Database, start: int, end: int) -> Iterator[Entry]:
    """As `range_in`, each page by itself: what stands in the log stays."""
    for first in range(start, end, PAGE):
        with database.read() as connection:
            found = list(range_in(connection, first, min(end, first + PAGE)))
        yield from found


def read_leaves(database: Database, start: int, end: int) -> list[bytes]:
    """Leaf hashes of entries start..end-1, as they were computed when the records came in."""
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT leaf FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx", (start, end)
        ).all()
    if len(rows) != end - start:
        raise ValueError(f"store: entries {start} to {end - 1} are not all there")
    return [bytes(leaf) for (leaf,) in rows]


def unplaced(connection: Connection, above: int, most: int) -> list[Entry]:
    """Records above a number that have no place in the log yet, in the order of their numbers; their `idx` is -1."""
    rows = connection.exec_driver_sql(_UNPLACED, (above, most)).all()
    return [Entry(*row) for row in rows]


def of_chains(connection: Connection, database: Database, chains: Sequence[str], above: int) -> list[Entry]:
    """Records of chains above a number, in the order of their numbers; their `idx` is -1."""
    asked: object = list(chains) if database.postgres else json.dumps(list(chains))
    within = "= ANY(?)" if database.postgres else "IN (SELECT value FROM json_each(?))"
    rows = connection.exec_driver_sql(_OF_CHAINS.replace("IN ?", within), (asked, above)).all()
    return [Entry(*row) for row in rows]


def sealed_entries(database: Database) -> Iterator[Entry]:
    """Rosters and units in log order: each unit behind its rosters."""
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT {_COLUMNS} FROM entries WHERE kind IN ('roster', 'unit') ORDER BY idx"  # noqa: S608 - our own words
        ).all()
    # outside: a server ends a transaction that is idle for seconds, and whoever reads ten thousand units needs some
    return (Entry(*row) for row in rows)


def of_unit(database: Database, unit: str) -> Iterator[Entry]:
    """The election, and what may concern a unit: its notes, its tables' and committee's chains, all determinations."""
    low, high = f"s/{unit}/", f"s/{unit}0"  # '0' follows '/'
    name = f'"{unit}"'.encode()
    holds = "position(?::bytea IN note) > 0" if database.postgres else "instr(note, ?) > 0"
    with database.snapshot() as connection:
        rows = connection.exec_driver_sql(
            f"""SELECT {_COLUMNS} FROM entries
                WHERE kind = 'election' OR chain = ? OR (chain > ? AND chain < ?)
                   OR (kind IN ('roster', 'unit', 'determination') AND {holds}) ORDER BY idx""",  # noqa: S608
            (f"u/{unit}", low, high, name),
        ).all()
    return (Entry(*row) for row in rows)


def find_place(connection: Connection, chain: str, seq: int) -> tuple[int, bytes] | None:
    """Number and hash of the record at a place of a chain, whether it stands in the log yet or not."""
    row = connection.exec_driver_sql(
        "SELECT id, hash FROM records WHERE chain = ? AND epoch = 1 AND seq = ?", (chain, seq)
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
    with database.snapshot() as connection:
        for kind, count in connection.exec_driver_sql("SELECT kind, count(*) FROM entries GROUP BY kind ORDER BY kind"):
            found[str(kind)] = int(count)
        for table in ("refusals", "forks"):
            found[table] = int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608
    return found


def sealed_parts(database: Database, unit: str) -> Iterator[tuple[bytes, bytes]]:
    """(record hash, encrypted part) of every batch and correction of a unit, in log order."""
    low, high = f"s/{unit}/", f"s/{unit}0"  # '0' follows '/'
    with database.snapshot() as connection:
        rows = connection.exec_driver_sql(
            """SELECT e.hash, s.blob FROM entries e JOIN sealed s ON s.record = e.id
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


def at_places(database: Database, indexes: Sequence[int]) -> list[Entry]:
    """The entries at these log indexes, ascending."""
    asked: object = list(indexes) if database.postgres else json.dumps(list(indexes))
    within = "= ANY(?)" if database.postgres else "IN (SELECT value FROM json_each(?))"
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT {_COLUMNS} FROM entries WHERE idx {within} ORDER BY idx",  # noqa: S608 - our own words
            (asked,),
        ).all()
    return [Entry(*row) for row in rows]
