"""Opening SQLite so that what is committed is on the disk: WAL, synchronous=FULL, pages of 16 KiB [INTAKE-2].

Writers begin with BEGIN IMMEDIATE, readers with BEGIN: one writer, any number of readers, each on its own connection.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from coordinator.settings import CountyError

PRAGMAS = (
    "PRAGMA page_size = 16384",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 2000",
    "PRAGMA busy_timeout = 20000",
    "PRAGMA foreign_keys = ON",
)


def _engine(path: Path, begin: str) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"check_same_thread": False}, poolclass=QueuePool, pool_size=4
    )

    def connected(raw: Any, _record: object) -> None:
        # the driver must not begin or commit by itself
        raw.isolation_level = None
        for pragma in PRAGMAS:
            raw.execute(pragma)

    def began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", began)
    return engine


@contextlib.contextmanager
def damage(name: str) -> Iterator[None]:
    """Turn what SQLite says of a damaged file (a cut one has no tables) into words for a person.

    A full, failing or busy disk stays what it is.
    """
    try:
        yield
    except DatabaseError as error:
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if isinstance(error, OperationalError) and code != sqlite3.SQLITE_ERROR:
            raise
        raise CountyError(
            f"E_SELF_CHECK: 数据库 {name} 已损坏 ({error.orig})；请停机，从备份恢复并保留现场",
            f"E_SELF_CHECK: {name} is damaged ({error.orig}); stop, restore it, keep the damaged file as evidence",
        ) from None


class Database:
    """One SQLite file: `write()` and `read()` give transactions as context managers."""

    def __init__(self, path: Path) -> None:
        """Open an existing file; CountyError if it is not there (an empty one must never pass for it)."""
        if not path.exists():
            raise CountyError(
                f"缺少数据库 {path}；不要新建空库，应从备份恢复",
                f"missing database {path}; restore it, do not make an empty one",
            )
        self.path = path
        self._writer = _engine(path, "BEGIN IMMEDIATE")
        self._reader = _engine(path, "BEGIN")

    @classmethod
    def create(cls, path: Path, tables: Sequence[str]) -> "Database":
        """Make a new file with its tables."""
        path.touch(mode=0o600, exist_ok=False)
        database = cls(path)
        with database.write() as connection:
            for table in tables:
                connection.exec_driver_sql(table)
        return database

    def write(self) -> Any:
        """A transaction that commits at the end of the block, or rolls back."""
        return self._writer.begin()

    def read(self) -> Any:
        """A consistent view for reading."""
        return self._reader.begin()

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
        self._reader.dispose()
