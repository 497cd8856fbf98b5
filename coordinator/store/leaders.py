"""One leader a job: an advisory lock of the database chooses it, a rising fencing number makes an old one harmless.

The lock belongs to a session of its own that says something every half second; a process that is stopped or cut off
says nothing, the server ends the session after four, and the next in line leads. It takes a new number (`leaders`)
before it does anything. What the old one still tries names its old number and changes nothing: every transaction that
matters reads the number under a lock that the next leader must wait for (`check`). On SQLite the guard of the home
chooses, and nobody else can come.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from coordinator.settings import CountyError
from coordinator.store.database import Database
from coordinator.store.postgres import Postgres


class Deposed(CountyError):
    """E_LOCK in the ordinary course of things: another process leads, and this one has noticed."""


class Fence(Protocol):
    """What a writer of one job must show."""

    @property
    def number(self) -> int:
        """The number; 0 where there is no other process."""

    def check(self, connection: Connection) -> None:
        """Deposed (E_LOCK) if a newer leader has begun; else none can, until this transaction ends."""

    def release(self) -> None:
        """Lead no longer."""


class Alone:
    """The fence of a job that nobody else can do: SQLite under the home's guard."""

    number = 0

    def check(self, connection: Connection) -> None:
        """Always the leader."""

    def release(self) -> None:
        """Nothing to give back: the guard does it."""


def lead(
    database: Database,
    job: str,
    lost: Callable[[BaseException], None],
    stop: threading.Event,
    meanwhile: Callable[[], bool] = lambda: False,
) -> Fence | None:
    """The fence of a job once this process leads it; None if told to stop while it waited.

    `meanwhile` is called between two looks at the lock, must not take long, and says whether it has more to do.
    """
    if not isinstance(database, Postgres):
        return Alone()
    from coordinator.store.leadership import Leadership  # noqa: PLC0415 - SQLite needs no driver

    leadership = Leadership(database, job, lost)
    try:
        return leadership if leadership.take(stop, meanwhile) else None
    except SQLAlchemyError:
        leadership.release()
        raise
