"""A sealed home's notes into the database of several processes: all in one transaction, or nothing [SEAL-2] [LOG-1].

Only a home that has signed no checkpoint can be loaded. Afterwards its own `lock.db` has another name: a process that
is started by mistake on the home's files finds no lock and does not begin a second history under the same keys. If the
process dies before that last line, `load` again finds everything there and does only that.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from coordinator.settings import CountyError, Home, guard, sync_folder
from coordinator.store import acts
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.store.migrating import MIGRATING, expect
from coordinator.store.postgres import Postgres, is_postgres
from coordinator.store.stores import enter_lock
from coordinator.store.writing import append_first

PAGE = 2000
SEALED = {"election", "roster", "unit"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was brought; `before` = the database held it already."""

    entries: int
    acts: int
    before: bool


def loaded_lock(home: Home) -> Path:
    """What `lock.db` is called when the election has gone to a server."""
    return home.lock.with_name("lock.db.loaded")


def load(home: Home, url: str) -> Loaded:
    """Bring what `init` has sealed into an empty database; CountyError if it holds anything else."""
    if not is_postgres(url):
        raise CountyError(
            "load 需要 --database postgresql+psycopg://...", "load needs --database postgresql+psycopg://..."
        )
    with guard(home), contextlib.ExitStack() as opened:
        store = Database(home.store)
        opened.callback(store.close)
        lock = Database(home.lock if home.lock.exists() else loaded_lock(home))
        opened.callback(lock.close)
        server = Postgres(url, "load")
        opened.callback(server.close)
        for database, part in ((store, "store"), (lock, "lock"), (server, "store")):
            expect(database, part)
        loaded = _bring(home, store, _origin(home, lock), server)
    if home.lock.exists():
        home.lock.rename(loaded_lock(home))
        sync_folder(home.path)
    return loaded


def _origin(home: Home, lock: Database) -> str:
    with lock.read() as connection:
        origin, checkpoint = connection.exec_driver_sql("SELECT origin, checkpoint FROM lock").one()
    if checkpoint:
        raise CountyError(
            f"{home.path} 已签发过检查点，不能再装入数据库；用 backup 和 restore",
            f"{home.path} has signed a checkpoint already and cannot be loaded; use backup and restore",
        )
    return str(origin)


def _bring(home: Home, store: Database, origin: str, server: Postgres) -> Loaded:
    with store.snapshot() as source, server.write() as target:
        target.exec_driver_sql(MIGRATING)
        size = log.size_in(source)
        entries = log.range_in(source, 0, size)
        listed = acts.after(store, 0)
        if log.newest(target) >= 0:
            _compare(target, entries, size, server.name)
            return Loaded(size, len(listed), before=True)
        sealed = _sealed_only(home, entries)
        while page := tuple(islice(sealed, PAGE)):
            append_first(target, server, page)
        acts.add_in(target, listed)
        enter_lock(target, origin)
    return Loaded(size, len(listed), before=False)


def _sealed_only(home: Home, entries: Iterator[log.Entry]) -> Iterator[log.Entry]:
    for entry in entries:
        if entry.kind not in SEALED:
            raise CountyError(
                f"{home.path} 已开始接收（{entry.kind}），不能再装入数据库；用 backup 和 restore",
                f"{home.path} has taken records already ({entry.kind}) and cannot be loaded; use backup and restore",
            )
        yield entry


def _compare(target: Connection, entries: Iterator[log.Entry], size: int, name: str) -> None:
    there = log.range_in(target, 0, min(size, log.newest(target) + 1))
    same = sum(one.hash == other.hash for one, other in zip(entries, there, strict=False))
    if same != size:
        raise CountyError(
            f"数据库 {name} 中已有另一次选举；不覆盖任何选举，请另建数据库",
            f"the database {name} already holds another election; nothing done, make another database",
        )
