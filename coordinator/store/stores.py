"""The databases of a county by one setting: three files of the home, or one PostgreSQL for all three.

`opened(home, url)` compares the schema before anything else is read. SQLite keeps store, staging and lock apart, so
that a restored store can never bring its own lock along; on a server the published folder is what is compared with.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from coordinator.settings import CountyError, Home
from coordinator.store.database import Database
from coordinator.store.migrating import EVERY_PART, expect, try_migrate
from coordinator.store.postgres import PATIENCE, Postgres, is_postgres
from coordinator.store.verdicts import refuse_restored

SQLITE = "sqlite:///"
# whoever admits, orders or signs; these do not work on a store that was restored and has not caught up
ADDING = frozenset({"all", "intake", "sequencer", "publisher"})


@dataclass(frozen=True, slots=True)
class Stores:
    """Where records, staged files and the signed checkpoint are."""

    store: Database
    staging: Database
    lock: Database

    def close(self) -> None:
        """Close every connection."""
        for database in {id(one): one for one in (self.store, self.staging, self.lock)}.values():
            database.close()


def open_stores(home: Home, url: str = SQLITE, job: str = "tool") -> Stores:
    """Open what the setting names; CountyError if it is missing, damaged, or of another schema."""
    if is_postgres(url):
        one = Postgres(url, job, PATIENCE)
        with _closed_on_fault(one):
            expect(one)
            if job in ADDING:
                refuse_restored(one)
        return Stores(one, one, one)
    files: list[Database] = []
    try:
        for path, part in ((home.store, "store"), (home.staging, "staging"), (home.lock, "lock")):
            files.append(Database(path))
            expect(files[-1], part)
        if job in ADDING:
            refuse_restored(files[0])
    except BaseException:
        for file in files:
            file.close()
        raise
    return Stores(*files)


@contextlib.contextmanager
def _closed_on_fault(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise


def open_store(home: Home, url: str = SQLITE, job: str = "tool") -> Database:
    """The records alone, for reading."""
    database = Postgres(url, job) if is_postgres(url) else Database(home.store)
    with _closed_on_fault(database):
        expect(database)
        if job in ADDING:
            refuse_restored(database)
    return database


def open_server(url: str, job: str) -> Postgres:
    """The server of a role that is one process of several; CountyError for SQLite, which has one."""
    if not is_postgres(url):
        raise CountyError(
            f"角色 {job} 需要 PostgreSQL（--database postgresql+psycopg://...）；SQLite 只用 --role all",
            f"role {job} needs PostgreSQL (--database postgresql+psycopg://...); SQLite has --role all alone",
        )
    server = Postgres(url, job, PATIENCE)
    with _closed_on_fault(server):
        expect(server)
        if job in ADDING:
            refuse_restored(server)
    return server


def new_stores(home: Home, url: str = SQLITE) -> Stores:
    """Make the files, or the tables on a server that has none of ours; CountyError if an election is already there."""
    if is_postgres(url):
        one = Postgres(url, "init")
        with _closed_on_fault(one):
            before, _ = try_migrate(one, *EVERY_PART)
            if before and _holds_an_election(one):
                raise CountyError(
                    f"数据库 {one.name} 中已有选举；不覆盖任何选举，请另建数据库",
                    f"the database {one.name} already holds an election; nothing done, make another database",
                )
        return Stores(one, one, one)
    files = [Database.create(path) for path in (home.store, home.staging, home.lock)]
    for file, part in zip(files, EVERY_PART, strict=True):
        try_migrate(file, part)
    return Stores(*files)


def _holds_an_election(database: Database) -> bool:
    with database.read() as connection:
        return bool(connection.exec_driver_sql("SELECT count(*) FROM log").scalar_one())


def migrate_stores(home: Home | None, url: str = SQLITE) -> list[tuple[str, str, str]]:
    """Upgrade everything; gives (name, before, after). The caller holds the guard of the home, which SQLite needs."""
    if is_postgres(url) or home is None:
        one = Postgres(url, "migrate")
        with contextlib.closing(one):
            return [(one.name, *try_migrate(one, *EVERY_PART))]
    done = []
    for path, part in ((home.store, "store"), (home.staging, "staging"), (home.lock, "lock")):
        file = Database(path)
        with contextlib.closing(file):
            done.append((file.name, *try_migrate(file, part)))
    return done


def first_lock(database: Database, origin: str) -> None:
    """The row of the log, before its first checkpoint: without it the publisher refuses to start."""
    with database.write() as connection:
        enter_lock(connection, origin)


def enter_lock(connection: Connection, origin: str) -> None:
    """The same within an open transaction."""
    connection.exec_driver_sql("INSERT INTO lock (origin, checkpoint, time) VALUES (?, ?, 0)", (origin, b""))
