"""Every step of publishing x {failed before, failed after it was durable}, then the same again while it recovers.

The storage-step matrix of Sunlight, inside one process: stage, swap, tiles, checkpoint, clean-up [PUB-2] [CHECK-3].
"""

import itertools
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from coordinator.publish.folder import PublicFolder
from coordinator.publish.lock import Lock
from coordinator.publish.publisher import Publisher
from coordinator.publish.sequencer import Sequencer
from coordinator.roles.keys import load_keys
from coordinator.settings import CountyError, Home
from coordinator.store.database import Database
from coordinator.store.postgres import Postgres, is_postgres
from tests.faults.conftest import Served
from tests.faults.ledger import Settled
from tests.faults.rig import FEW, Rig
from tests.faults.town import Town
from tests.faults.verdict import check_whole

pytestmark = pytest.mark.fault


class Broken(Exception):
    """The fault."""


class Trap:
    """Raises at the n-th step, before it happens or after; counts the steps."""

    def __init__(self, at: int, *, after: bool) -> None:
        """`at` 0: never."""
        self._at = at
        self._after = after
        self.steps = 0

    @contextmanager
    def step(self) -> Iterator[None]:
        """One step that makes something durable."""
        self.steps += 1
        if self.steps == self._at and not self._after:
            raise Broken
        yield
        if self.steps == self._at:
            raise Broken


class TrapDatabase(Database):
    """A database whose write transactions are steps."""

    trap = Trap(0, after=False)

    @contextmanager
    def _trapped(self) -> Iterator[Any]:
        with self.trap.step(), Database.write(self) as connection:
            yield connection

    def write(self) -> Any:
        """As the real one."""
        return self._trapped()


class TrapServer(Postgres):
    """The same on a server."""

    trap = Trap(0, after=False)

    @contextmanager
    def _trapped(self) -> Iterator[Any]:
        with self.trap.step(), Postgres.write(self) as connection:
            yield connection

    def write(self) -> Any:
        """As the real one."""
        return self._trapped()


class TrapFolder(PublicFolder):
    """A folder in which every file is a step."""

    trap = Trap(0, after=False)

    def write_tiles(self, files: Iterable[tuple[str, bytes]]) -> None:
        """File by file."""
        for one in files:
            with self.trap.step():
                super().write_tiles([one])

    def write_file(self, name: str, data: bytes) -> None:
        """One file."""
        with self.trap.step():
            super().write_file(name, data)


def stores_of(rig: Rig, home: Home) -> tuple[Database, TrapDatabase | TrapServer, TrapDatabase | TrapServer]:
    """Of the rig's kind of database."""
    if is_postgres(rig.url):
        return Postgres(rig.url), TrapServer(rig.url), TrapServer(rig.url)
    return Database(home.store), TrapDatabase(home.staging), TrapDatabase(home.lock)


def start_and_publish(rig: Rig, trap: Trap) -> int:
    """What the county does from its start to the first checkpoint; Broken where the trap is. Gives the steps."""
    home = Home(rig.town.county)
    settled = Settled(rig)
    store, staging, lock = stores_of(rig, home)
    folder = TrapFolder(rig.public)
    staging.trap = lock.trap = folder.trap = trap
    publisher = Publisher(
        election=settled.election, sequencer=Sequencer(store), staging=staging,
        lock=Lock(lock, settled.election.origin), folder=folder, keys=load_keys(home, settled.election).log,
    )  # fmt: skip
    try:
        publisher.recover(len(settled.notes))
        publisher.publish(len(settled.notes))
    finally:
        for one in (store, staging, lock):
            one.close()
    return trap.steps


def behind(counted: Town, path: Path) -> Rig:
    """A county whose store is ahead of what it has published: lock and folder are those of the day before."""
    rig = Rig(counted, path)
    shutil.rmtree(rig.public)
    shutil.copytree(counted.path / "old-public", rig.public)
    shutil.copy2(counted.path / "old-county" / "lock.db", rig.town.county / "lock.db")
    return rig


def server_behind(served: Served, copy_of: Callable[[str], str], path: Path) -> Rig:
    """The same with a server: the row of the lock is that of the day before."""
    rig = Rig(served.town, path, copy_of(served.name))
    shutil.rmtree(rig.public)
    shutil.copytree(served.town.path / "old-public", rig.public)
    old = (rig.public / "checkpoint").read_bytes()
    database = Postgres(rig.url)
    with database.write() as connection:
        # one publisher here, without a number: whoever has one may not be followed by it
        assert connection.exec_driver_sql("UPDATE lock SET checkpoint = ?, fence = 0", (old,)).rowcount == 1
    database.close()
    return rig


def look(rig: Rig, seen: list[bytes]) -> None:
    """Note what the world can see."""
    seen.append((rig.public / "checkpoint").read_bytes())


def test_a_fault_at_any_step_and_another_while_it_recovers(counted: Town, tmp_path: Path) -> None:
    at_any_step(partial(behind, counted), tmp_path)


@pytest.mark.xdist_group("served")
def test_a_fault_at_any_step_with_a_server(served: Served, tmp_path: Path, copy_of: Callable[[str], str]) -> None:
    """`make test` takes every fourth step, `make faults` all."""
    at_any_step(partial(server_behind, served, copy_of), tmp_path, 1 if FEW is None else 4)


def at_any_step(behind: Callable[[Path], Rig], tmp_path: Path, every: int = 1) -> None:
    with behind(tmp_path / "count") as rig:
        steps = start_and_publish(rig, Trap(0, after=False))
    assert steps >= 9, "keys, staging, swap, tiles, bundles, checkpoint, clean-up"
    runs = 0
    for first, after in itertools.product(range(1, steps + 1, every), (False, True)):
        # the second fault moves through the recovery as the first moves through the round
        second = 1 + (first * 7 + after) % steps
        path = tmp_path / f"{first}-{after}"
        with behind(path) as rig:
            seen: list[bytes] = []
            look(rig, seen)
            with pytest.raises(Broken):
                start_and_publish(rig, Trap(first, after=after))
            look(rig, seen)
            try:
                start_and_publish(rig, Trap(second, after=not after))
            except Broken:
                look(rig, seen)
            start_and_publish(rig, Trap(0, after=False))
            look(rig, seen)
            settled = Settled(rig)
            settled.check_history(seen)
            assert settled.open(seen[-1]).size == len(settled.notes)
            if first in (1, steps // 2, steps) and (every == 1 or not after):
                check_whole(rig)
        shutil.rmtree(path)
        runs += 1
    assert runs == 2 * len(range(0, steps, every))


class FailingDatabase(Database):
    """A database whose next write fails as SQLite says it."""

    code = sqlite3.SQLITE_IOERR

    def write(self) -> Any:
        """No transaction."""
        found = sqlite3.OperationalError("the disk")
        found.sqlite_errorcode = self.code
        raise OperationalError("UPDATE", None, found)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, CountyError),
        (sqlite3.SQLITE_IOERR_WRITE, CountyError),
        (sqlite3.SQLITE_FULL, OperationalError),
    ],
)
def test_a_swap_whose_outcome_is_unknown_is_fatal(
    counted: Town, tmp_path: Path, code: int, error: type[Exception]
) -> None:
    """[PUB-2] The publisher tries a full disk again; anything else it must not (the process ends, exit 70)."""
    shutil.copy2(counted.county / "lock.db", tmp_path / "lock.db")
    database = FailingDatabase(tmp_path / "lock.db")
    database.code = code
    with pytest.raises(error):
        Lock(database, "origin").swap(b"old", b"new", 1)
    database.close()
