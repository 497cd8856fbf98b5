"""Marks over the lists that only grow (refusals, forks, access acts): how far they were hashed, and to what.

A mark carries a keyed hash of the county's, so that who edits the database cannot move it along. Numbers are given
before commits: on a server a lower one may appear after a higher one. A list is hashed up to a number only when every
transaction of the time when it was the highest has ended (`Bound`).
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection

from coordinator.store.database import Database

COLUMNS: Final = {
    "refusals": ("id", "chain", "code", "node", "time", "detail", "note", "sealed"),
    "forks": ("id", "chain", "epoch", "seq", "first", "hash", "time", "note", "sealed"),
    "access_acts": ("id", "time", "act", "node", "body"),
}
# whoever has not committed by now and may still add a lower number is younger than this
_NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
Row = tuple[object, ...]
INFO = b"changpiao/v1 marks\n"
# not a list: its digest says from which record on sealed parts may be missing, its `upto` where that ends
OWED = "owed"


def marks_key(seed: bytes) -> bytes:
    """The key of the marks, made of the seed of `county.key`."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=INFO).derive(seed)


def mac_of(key: bytes, name: str, upto: int, digest: bytes) -> bytes:
    """The county's word for a mark."""
    return hmac.digest(key, f"{name}\n{upto}\n".encode() + digest, "sha256")


def owed_mark(key: bytes, start: int, end: int) -> "Mark":
    """Records start..end-1 were rebuilt from the public record: laptops still have their sealed parts."""
    digest = start.to_bytes(8, "big")
    return Mark(end, digest, mac_of(key, OWED, end, digest))


def owed_range(connection: Connection) -> tuple[int, int]:
    """Numbers of these records as the mark says; (0, 0) if none."""
    mark = read(connection, OWED)
    return (0, 0) if mark is None else (int.from_bytes(mark.digest, "big"), mark.upto)



@dataclass(frozen=True, slots=True)
class Mark:
    """Rows up to a number have this hash; `mac` is the county's word for it."""

    upto: int
    digest: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class Bound:
    """The highest number of a list at a moment, and the transaction that was next then (0 on SQLite)."""

    upto: int
    next: int


def bound(connection: Connection, database: Database, name: str) -> Bound:
    """Now: taken before the number is, so that who is running counts."""
    following = int(connection.exec_driver_sql(_NEXT).scalar_one()) if database.postgres else 0
    upto = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {name}").scalar_one()  # noqa: S608
    return Bound(int(upto), following)


def settled(connection: Connection, database: Database, before: Bound) -> bool:
    """Whether nothing can be added at or below a bound any more."""
    return not database.postgres or int(connection.exec_driver_sql(_OLDEST).scalar_one()) >= before.next


def read(connection: Connection, name: str) -> Mark | None:
    """The mark of a list."""
    row = connection.exec_driver_sql("SELECT upto, digest, mac FROM marks WHERE name = ?", (name,)).one_or_none()
    return None if row is None else Mark(int(row[0]), bytes(row[1]), bytes(row[2]))


def rows(connection: Connection, name: str, above: int, upto: int, most: int) -> Sequence[Row]:
    """Rows of a list in the order of their numbers, every column."""
    columns = ", ".join(COLUMNS[name])
    statement = f"SELECT {columns} FROM {name} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"  # noqa: S608 - our words
    return [tuple(row) for row in connection.exec_driver_sql(statement, (above, upto, most)).all()]


def advance(database: Database, name: str, mark: Mark) -> None:
    """Keep a mark, unless another process has kept a higher one."""
    with database.write() as connection:
        advance_in(connection, name, mark)


def advance_in(connection: Connection, name: str, mark: Mark) -> None:
    """As `advance`, within an open transaction."""
    connection.exec_driver_sql(
        """INSERT INTO marks (name, upto, digest, mac) VALUES (?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET upto = excluded.upto, digest = excluded.digest, mac = excluded.mac
           WHERE marks.upto < excluded.upto""",
        (name, mark.upto, mark.digest, mark.mac),
    )
