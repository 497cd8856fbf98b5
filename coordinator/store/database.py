"""Opening the county's databases so that what is committed is on the disk [INTAKE-2]: SQLite files, or one PostgreSQL.

SQLite: WAL, synchronous=FULL, pages of 16 KiB; writers begin with BEGIN IMMEDIATE, readers with BEGIN. PostgreSQL
(`postgres.py`): the same three doors, `write`, `read`, `snapshot`. Statements are written once, with `?`, where both
understand them; the few that differ ask `database.postgres`.
"""

import contextlib
import errno
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

# what a server says of tables and columns that are gone, of files that are, of pages that are not what they were
SERVER_DAMAGE = ("42P01", "42703", "58P01", "XX")
SERVER_FULL = "53100"
# never the text itself: SQLite's driver repeats it
NO_TEXT = "a text is not UTF-8"


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


def _is_damage(error: DatabaseError) -> bool:
    if hasattr(error.orig, "sqlstate"):
        # PostgreSQL said it; without a state the connection is gone
        return str(getattr(error.orig, "sqlstate", None) or "").startswith(SERVER_DAMAGE)
    code = getattr(error.orig, "sqlite_errorcode", None)
    # without a code it is the driver that cannot read a text
    return code is None or not isinstance(error, OperationalError) or code & 0xFF == sqlite3.SQLITE_ERROR


@contextlib.contextmanager
def damage(name: str) -> Iterator[None]:
    """Turn what a database says of its damaged files (a cut one has no tables) into words for a person.

    A full, failing or busy disk stays what it is, and so does a server that is away.
    """
    try:
        yield
    except DatabaseError as error:
        if not _is_damage(error):
            raise
        unread = isinstance(error, OperationalError) and not hasattr(error.orig, "sqlstate")
        unread = unread and not hasattr(error.orig, "sqlite_errorcode")
        raise damaged(name, NO_TEXT if unread else str(error.orig).split("\n", 1)[0]) from None
    except UnicodeDecodeError:
        # a server sends a text's bytes as they lie in its files
        raise damaged(name, NO_TEXT) from None


def disk_is_full(error: BaseException) -> bool:
    """Whether a disk had no room for what was written: the county's own, or the server's."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    found = getattr(error, "orig", None)
    code = getattr(found, "sqlite_errorcode", 0) & 0xFF
    return getattr(found, "sqlstate", None) == SERVER_FULL or code == sqlite3.SQLITE_FULL


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
