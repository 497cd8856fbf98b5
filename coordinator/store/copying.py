"""A whole database copied, row by row, while the county works: backups are SQLite files whatever the county runs on.

A copy is one moment of the source. SQLite copies its own pages (online backup); a server is read in one snapshot.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from coordinator.store.database import Database, damage
from coordinator.store.migrating import EVERY_PART, try_migrate

# in the order of what refers to what; staged files, who is connected and who is logged in are no part of a copy
STORE_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "records": ("id", "hash", "leaf", "chain", "epoch", "seq", "kind", "note"),
    "log": ("idx", "record"),
    "sealed": ("record", "blob"),
    "refusals": ("id", "chain", "code", "node", "time", "detail", "note", "sealed"),
    "forks": ("id", "chain", "epoch", "seq", "first", "hash", "time", "note", "sealed"),
    "receipts": ("chain", "seq", "note"),
    "unit_heads": ("unit", "version"),
    "access_acts": ("id", "time", "act", "node", "body"),
    "marks": ("name", "upto", "digest", "mac"),
    "verdicts": ("id", "time", "role", "part", "code", "detail"),
    "centre_acts": ("id", "hash", "time", "person", "act", "note"),
    "centre_secrets": ("person", "password", "first", "totp", "step"),
}
LOCK_TABLES: Final[dict[str, tuple[str, ...]]] = {"lock": ("origin", "checkpoint", "time")}
PAGE = 500
PAGES_A_STEP = 256
# what a server numbers by itself goes on behind the highest number
_NUMBERED = ("refusals", "forks", "verdicts")


def copy_file(source: Path, target: Path) -> None:
    """A SQLite file, online: writers go on, the copy is one moment. Durable and without a journal beside it."""
    target.touch(mode=0o600, exist_ok=False)
    with (
        damage(source.name),
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as there,
        contextlib.closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here, pages=PAGES_A_STEP)
        here.execute("PRAGMA journal_mode = DELETE")
        here.execute("PRAGMA synchronous = FULL")


def copy_from_server(server: Database, store: Path, lock: Path) -> None:
    """A server's county as two SQLite files; one snapshot for both."""
    with server.snapshot() as connection:
        for path, part, tables in ((store, EVERY_PART[0], STORE_TABLES), (lock, EVERY_PART[2], LOCK_TABLES)):
            file = Database.create(path)
            try:
                try_migrate(file, part)
                _copy(connection, file, tables)
            finally:
                file.close()
            with contextlib.closing(sqlite3.connect(path)) as finished:
                finished.execute("PRAGMA journal_mode = DELETE")


def copy_to_server(store: Database, lock: Database, server: Database) -> None:
    """Two files into a server's empty tables, in one transaction."""
    with server.write() as there:
        for file, tables in ((store, STORE_TABLES), (lock, LOCK_TABLES)):
            with file.snapshot() as here:
                _rows(here, there, tables)
        there.exec_driver_sql("SELECT setval('records_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM records))")
        for table in _NUMBERED:
            there.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608 - our own words
                f" (SELECT coalesce(max(id), 0) + 1 FROM {table}))"
            )


def _copy(here: Connection, file: Database, tables: dict[str, tuple[str, ...]]) -> None:
    with file.write() as there:
        _rows(here, there, tables)


def _rows(here: Connection, there: Connection, tables: dict[str, tuple[str, ...]]) -> None:
    for table, columns in tables.items():
        names, places = ", ".join(columns), ", ".join("?" for _ in columns)
        # what a migration has put there is in the copy too
        there.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - our own words
        for page in _pages(here, f"SELECT {names} FROM {table} ORDER BY {columns[0]}"):  # noqa: S608
            there.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({places})", page)  # noqa: S608


def _pages(connection: Connection, statement: str) -> Iterator[list[tuple[object, ...]]]:
    found = connection.execution_options(stream_results=True).exec_driver_sql(statement)
    while rows := found.fetchmany(PAGE):
        yield [tuple(row) for row in rows]
