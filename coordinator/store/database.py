"""Opening the county's databases so that what is committed is on the disk [INTAKE-2]: SQLite files, or one PostgreSQL.

SQLite: WAL, synchronous=FULL, pages of 16 KiB; writers begin with BEGIN IMMEDIATE, readers with BEGIN. PostgreSQL
(`postgres.py`): the same three doors, `write`, `read`, `snapshot`. Statements are written once, with `?`, where both
understand them; the few that differ ask `database.postgres`.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
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
        f"sqlite:///{path}", connect_args={"check_same_thread": False}, poolclass=QueuePool, pool_size=4,
        hide_parameters=True,
    )  # fmt: skip

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


def _is_the_servers(error: DatabaseError) -> bool:
    """Whether PostgreSQL said it: it looks after its own files and says itself when one is damaged."""
    return hasattr(error.orig, "sqlstate")


@contextlib.contextmanager
def damage(name: str) -> Iterator[None]:
    """Turn what SQLite says of a damaged file (a cut one has no tables) into words for a person.

    A full, failing or busy disk stays what it is.
    """
    try:
        yield
    except DatabaseError as error:
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if _is_the_servers(error) or (isinstance(error, OperationalError) and code != sqlite3.SQLITE_ERROR):
            raise
        raise damaged(name, str(error.orig)) from None


def damaged(name: str, found: str) -> CountyError:
    """What a person reads when a file is not what it was."""
    return CountyError(
        f"E_SELF_CHECK: 数据库 {name} 已损坏 ({found})；请停机，从备份恢复并保留现场",
        f"E_SELF_CHECK: {name} is damaged ({found}); stop, restore it, keep the damaged file as evidence",
    )


class Database:
    """One database: `write()`, `read()`, `snapshot()` give transactions as context managers. This one: a SQLite file.

    `folder` is where its files grow, None for a server that has a disk of its own; `name` is for messages.
    """

    postgres = False

    def __init__(self, path: Path) -> None:
        """Open an existing file; CountyError if it is not there (an empty one must never pass for it)."""
        if not path.exists():
            raise CountyError(
                f"缺少数据库 {path}；不要新建空库，应从备份恢复",
                f"missing database {path}; restore it, do not make an empty one",
            )
        self.name = path.name
        self.folder: Path | None = path.parent
        self._writer = _engine(path, "BEGIN IMMEDIATE")
        self._reader = _engine(path, "BEGIN")

    @classmethod
    def create(cls, path: Path) -> "Database":
        """Make a new empty file; its tables come from `migrating.migrate`."""
        path.touch(mode=0o600, exist_ok=False)
        return cls(path)

    def write(self) -> Any:
        """A transaction that commits at the end of the block, or rolls back."""
        return self._writer.begin()

    def read(self) -> Any:
        """For reading what is committed; a server may show later commits to the second statement of a block."""
        return self._reader.begin()

    def snapshot(self) -> Any:
        """A view that stays the same for the whole block."""
        return self._reader.begin()

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
        self._reader.dispose()
