"""The log of a store that is behind what was published, brought up to it: what only catching up may do.

All in one transaction of the caller: if the process dies on any line, the store is what it was.
"""

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from coordinator.store.database import Database
from coordinator.store.writing import Commit, Numbers, Record, append

_TAIL = "SELECT l.record, r.hash, r.chain FROM log l JOIN records r ON r.id = l.record WHERE l.idx >= ? ORDER BY l.idx"
_OWED = """SELECT r.chain, min(r.seq) FROM records r WHERE r.chain {within} AND r.id >= ? AND r.id < ?
    AND r.kind IN ('batch', 'correction') AND NOT EXISTS (SELECT 1 FROM sealed s WHERE s.record = r.id)
    GROUP BY r.chain"""
_ENDS = """SELECT r.chain, r.seq, r.hash, c.seq FROM records r
    JOIN (SELECT chain, max(seq) AS seq FROM records WHERE chain LIKE ? OR chain LIKE ? GROUP BY chain) m
        ON m.chain = r.chain AND m.seq = r.seq AND r.epoch = 1
    LEFT JOIN receipts c ON c.chain = r.chain WHERE c.seq IS NULL OR c.seq <> r.seq ORDER BY r.chain"""
_NEWEST = "SELECT chain, max(id) FROM records WHERE chain LIKE ? OR chain LIKE ? GROUP BY chain"


def hold_alone(connection: Connection, database: Database) -> None:
    """Nobody else adds records or places until the transaction ends."""
    if database.postgres:
        connection.exec_driver_sql("LOCK TABLE records, log, sealed, receipts IN EXCLUSIVE MODE")


def hashes(connection: Connection) -> list[bytes]:
    """Hash of every entry of the log."""
    found = connection.exec_driver_sql("SELECT hash FROM entries ORDER BY idx").scalars()
    return [bytes(record) for record in found]


def take_back(connection: Connection, size: int) -> dict[bytes, int]:
    """Take the places from `size` on back, none of which was signed; gives hash and number of what lost its place.

    The county's own records among them go: they are made again where they are due.
    """
    rows = connection.exec_driver_sql(_TAIL, (size,)).all()
    connection.exec_driver_sql("DELETE FROM log WHERE idx >= ?", (size,))
    kept = {}
    for number, record, chain in rows:
        if chain == "c":
            connection.exec_driver_sql("DELETE FROM records WHERE id = ?", (number,))
        else:
            kept[bytes(record)] = int(number)
    return kept


def number_of(connection: Connection, record: bytes) -> int | None:
    """The number of a record by its hash."""
    found = connection.exec_driver_sql("SELECT id FROM records WHERE hash = ?", (record,)).scalar_one_or_none()
    return None if found is None else int(found)


def numbers(connection: Connection, database: Database, count: int) -> list[int]:
    """New record numbers, rising."""
    source = Numbers(connection, database, count)
    return [source.take() for _ in range(count)]


def enter(
    connection: Connection, database: Database, records: Sequence[Record], placed: Sequence[tuple[int, int]]
) -> None:
    """Records that were published, and places."""
    append(connection, database, Commit(records=records, placed=placed))


def ends_without_receipt(connection: Connection) -> list[tuple[str, int, bytes, int]]:
    """Chain, last seq, hash there, and the seq that the receipt names (-1 if none), where these differ."""
    rows = connection.exec_driver_sql(_ENDS, ("s/%", "u/%")).all()
    return [(str(chain), int(seq), bytes(head), -1 if at is None else int(at)) for chain, seq, head, at in rows]


def keep_receipts(connection: Connection, database: Database, receipts: Sequence[tuple[str, int, bytes]]) -> None:
    """Newest receipts of chains."""
    append(connection, database, Commit(receipts=receipts))


def renew_heads(connection: Connection, units: Sequence[str]) -> None:
    """The version of every unit is the number of its newest record."""
    newest = dict.fromkeys(units, -1)
    for chain, number in connection.exec_driver_sql(_NEWEST, ("s/%", "u/%")).all():
        unit = str(chain)[2:].split("/", 1)[0]
        newest[unit] = max(newest[unit], int(number))
    connection.exec_driver_sql("DELETE FROM unit_heads")
    connection.exec_driver_sql(
        "INSERT INTO unit_heads (unit, version) VALUES (?, ?)", [(unit, newest[unit]) for unit in sorted(newest)]
    )


def set_lock(connection: Connection, origin: str, checkpoint: bytes, time: int) -> None:
    """What is signed, as the public record shows it."""
    connection.exec_driver_sql(
        """INSERT INTO lock (origin, checkpoint, time) VALUES (?, ?, ?)
           ON CONFLICT (origin) DO UPDATE SET checkpoint = excluded.checkpoint, time = excluded.time""",
        (origin, checkpoint, time),
    )


def owed_from(
    connection: Connection, database: Database, chains: Sequence[str], within: tuple[int, int]
) -> dict[str, int]:
    """For each of these chains the first seq whose sealed part is missing."""
    asked: object = list(chains) if database.postgres else json.dumps(list(chains))
    words = "= ANY(?)" if database.postgres else "IN (SELECT value FROM json_each(?))"
    rows = connection.exec_driver_sql(_OWED.format(within=words), (asked, *within)).all()
    return {str(chain): int(seq) for chain, seq in rows}


def lacks_part(connection: Connection, number: int) -> bool:
    """Whether a record has no sealed part."""
    found = connection.exec_driver_sql("SELECT count(*) FROM sealed WHERE record = ?", (number,)).scalar_one()
    return int(found) == 0


def count_owed(connection: Connection, within: tuple[int, int]) -> int:
    """How many records lack their sealed part."""
    statement = """SELECT count(*) FROM records r WHERE r.id >= ? AND r.id < ? AND r.kind IN ('batch', 'correction')
        AND NOT EXISTS (SELECT 1 FROM sealed s WHERE s.record = r.id)"""
    return int(connection.exec_driver_sql(statement, within).scalar_one())


def sealed_units(connection: Connection) -> list[bytes]:
    """The notes of all units, in log order."""
    found = connection.exec_driver_sql("SELECT note FROM entries WHERE kind = 'unit' ORDER BY idx").scalars()
    return [bytes(note) for note in found]


def first_hash(connection: Connection) -> bytes:
    """The hash of the election."""
    return bytes(connection.exec_driver_sql("SELECT hash FROM entries WHERE idx = 0").scalar_one())
