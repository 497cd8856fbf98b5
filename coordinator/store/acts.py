"""Statements of the list of access acts: one table, rows are added and never changed [ACCESS-10].

`adding` holds the one place where rows are added: on PostgreSQL an advisory lock of the transaction, on SQLite the
write lock itself. So ids are given in the order of commit, and who reads rows above the last one it knows misses none.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection

from coordinator.store.database import Database

LOCK_KEY = 0x6163_6365_7373  # "access"
Row = tuple[int, int, str, str, str]


def _after(connection: Connection, last: int) -> list[Row]:
    rows = connection.exec_driver_sql(
        "SELECT id, time, act, node, body FROM access_acts WHERE id > ? ORDER BY id", (last,)
    ).all()
    return [(int(number), int(time), str(act), str(node), str(body)) for number, time, act, node, body in rows]


def after(database: Database, last: int) -> list[Row]:
    """The rows above an id: id, time, act, node, body."""
    with database.read() as connection:
        return _after(connection, last)


@contextlib.contextmanager
def adding(database: Database, last: int) -> Iterator[tuple[list[Row], Callable[[Sequence[Row]], None]]]:
    """Alone with the list: the rows above an id, and a function that adds more. Durable when the block has ended."""
    with database.write() as connection:
        if database.postgres:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(?)", (LOCK_KEY,))

        yield _after(connection, last), partial(add_in, connection)


def add_in(connection: Connection, rows: Sequence[Row]) -> None:
    """Add rows within an open transaction."""
    values: list[tuple[Any, ...]] = list(rows)
    if values:
        connection.exec_driver_sql(
            "INSERT INTO access_acts (id, time, act, node, body) VALUES (?, ?, ?, ?, ?)", values
        )


def manifest_notes(database: Database) -> Iterator[bytes]:
    """Every sealed roster and unit note, in the order of the log."""
    with database.read() as connection:
        for (note,) in connection.exec_driver_sql(
            "SELECT note FROM entries WHERE kind IN ('roster', 'unit') ORDER BY idx"
        ):
            yield bytes(note)


def election_note(database: Database) -> bytes:
    """The sealed election's note."""
    with database.read() as connection:
        return bytes(connection.exec_driver_sql("SELECT note FROM entries WHERE kind = 'election'").scalar_one())
