"""What the self-check reads: pages of rows, each page one moment, with what must fit together in one statement."""

from dataclasses import dataclass

from sqlalchemy import Connection

from coordinator.store.database import Database

_ENTRIES = """SELECT idx, hash, leaf, chain, epoch, seq, kind, note, id FROM entries
    WHERE idx >= ? AND idx < ? ORDER BY idx"""
_UNPLACED = """SELECT -1, hash, leaf, chain, epoch, seq, kind, note, id FROM records r
    WHERE NOT EXISTS (SELECT 1 FROM log l WHERE l.record = r.id) ORDER BY id LIMIT ?"""
_SEALED = """SELECT r.id, r.hash, r.kind, r.note, s.blob FROM records r LEFT JOIN sealed s ON s.record = r.id
    WHERE r.id > ? ORDER BY r.id LIMIT ?"""
_CHAINS = """SELECT x.chain, x.top, x.count, r.hash, c.seq, c.note FROM (
        SELECT chain, max(seq) AS top, count(*) AS count FROM records WHERE chain > ? GROUP BY chain
        ORDER BY chain LIMIT ?) x
    JOIN records r ON r.chain = x.chain AND r.epoch = 1 AND r.seq = x.top
    LEFT JOIN receipts c ON c.chain = x.chain ORDER BY x.chain"""
_STRAY = """SELECT chain FROM receipts c WHERE NOT EXISTS (SELECT 1 FROM records r WHERE r.chain = c.chain)
    ORDER BY chain LIMIT 1"""
_UNITS = """SELECT h.unit, h.version,
        (SELECT max(id) FROM records r WHERE r.chain > 's/' || h.unit || '/' AND r.chain < 's/' || h.unit || '0'),
        (SELECT max(id) FROM records r WHERE r.chain = 'u/' || h.unit)
    FROM unit_heads h WHERE h.unit > ? ORDER BY h.unit LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Row:
    """A record as every column has it; `idx` is -1 if it has no place in the log."""

    idx: int
    hash: bytes
    leaf: bytes
    chain: str | None
    epoch: int | None
    seq: int | None
    kind: str
    note: bytes
    id: int


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A record and its sealed part, None if it has none."""

    id: int
    hash: bytes
    kind: str
    note: bytes
    blob: bytes | None


@dataclass(frozen=True, slots=True)
class ChainRow:
    """The end of a chain and its receipt: last seq, number of records, hash at the end; the receipt's seq and note."""

    chain: str
    top: int
    count: int
    hash: bytes
    receipted: int | None
    receipt: bytes | None


def entries(connection: Connection, start: int, end: int) -> list[Row]:
    """Entries of the log, as many as are there."""
    return [Row(*row) for row in connection.exec_driver_sql(_ENTRIES, (start, end)).all()]


def unplaced(connection: Connection, most: int) -> list[Row]:
    """Records without a place in the log."""
    return [Row(*row) for row in connection.exec_driver_sql(_UNPLACED, (most,)).all()]


def sealed(connection: Connection, above: int, most: int) -> list[SealedRow]:
    """Records above a number with their sealed parts."""
    return [SealedRow(*row) for row in connection.exec_driver_sql(_SEALED, (above, most)).all()]


def chains(connection: Connection, above: str, most: int) -> list[ChainRow]:
    """Chains above a name; the county's own, `c`, stands before all others and has no receipts."""
    return [ChainRow(*row) for row in connection.exec_driver_sql(_CHAINS, (above, most)).all()]


def stray_receipt(connection: Connection) -> str | None:
    """A chain that has a receipt and no record."""
    found = connection.exec_driver_sql(_STRAY).scalar_one_or_none()
    return None if found is None else str(found)


def units(connection: Connection, above: str, most: int) -> list[tuple[str, int, int]]:
    """Units above a name: the version that their row says, and the number of their newest record, -1 if none."""
    rows = connection.exec_driver_sql(_UNITS, (above, most)).all()
    return [(str(unit), int(said), max(_or(tables), _or(own))) for unit, said, tables, own in rows]


def _or(number: int | None) -> int:
    return -1 if number is None else int(number)


def fences(database: Database) -> dict[str, int]:
    """The numbers of `leaders` that this role may see."""
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT name, fence FROM leaders").all()
    return {str(name): int(fence) for name, fence in rows}


def lock_row(database: Database, origin: str) -> tuple[bytes, int, int] | None:
    """Checkpoint, time and fence of the lock, None if the log has no row."""
    with database.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT checkpoint, time, fence FROM lock WHERE origin = ?", (origin,)
        ).one_or_none()
    return None if row is None else (bytes(row[0]), int(row[1]), int(row[2]))


def schema(database: Database) -> list[str]:
    """The revisions that a database says it has."""
    with database.read() as connection:
        return [str(name) for name in connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars()]
