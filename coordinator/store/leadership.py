"""Leading on a server: the session with the advisory lock, its pulse, the number that outlives it (see `leaders`)."""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from coordinator.settings import CountyError
from coordinator.store.leaders import Deposed
from coordinator.store.postgres import Postgres

LOG = logging.getLogger("changpiao.leaders")
BEAT = 0.5
LEASE_MS = 4000
WAIT = 0.25
# how long a successor waits for the old leader's transaction: below the lease, or its own lock session falls silent
HOLD_MS = 1500
SPACE = 0x6368616E
JOBS = {"sequencer": 1, "publisher": 2}
_END = (
    "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid"
    " WHERE l.relation = 'leaders'::regclass AND l.mode = 'RowShareLock' AND a.datname = current_database()"
    " AND a.application_name = %s"
)
_TAKE = "UPDATE leaders SET fence = fence + 1, holder = ?, time = ? WHERE name = ?"


class Leadership:
    """The right to do a job, taken with `take`, lost with the session that holds the lock."""

    def __init__(self, database: Postgres, job: str, lost: Callable[[BaseException], None]) -> None:
        """`lost` is called once, from a thread, when the lock is no longer ours."""
        self._database = database
        self._job = job
        self._lost = lost
        self._session: psycopg.Connection[Any] | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"{job}-lock", daemon=True)
        self.number = 0

    def take(self, stop: threading.Event, meanwhile: Callable[[], bool] = lambda: False) -> bool:
        """Wait until this process leads, or `stop` is set (False); `meanwhile`: see `leaders.lead`."""
        LOG.info(f"in line for {self._job}")
        while not stop.is_set():
            if self._try() and self._numbered():
                self._thread.start()
                LOG.info(f"leads as {self._job}")
                return True
            if not meanwhile():
                stop.wait(WAIT)
        return False

    def _connect(self) -> "psycopg.Connection[Any]":
        url = self._database.address.set(drivername="postgresql").render_as_string(hide_password=False)
        options = f"-c idle_session_timeout={LEASE_MS} -c tcp_user_timeout={LEASE_MS}"
        return psycopg.connect(
            url, autocommit=True, options=options, connect_timeout=5, application_name=f"changpiao-{self._job}-lock"
        )

    def _try(self) -> bool:
        try:
            if self._session is None or self._session.closed:
                self._session = self._connect()
            asked = "SELECT pg_try_advisory_lock(%s, %s)"
            row = self._session.execute(asked, (SPACE, JOBS[self._job])).fetchone()
            return bool(row and row[0])
        except psycopg.Error as error:
            LOG.warning("the database does not answer", extra={"error": type(error).__name__})
            self._close()
            return False

    def _numbered(self) -> bool:
        """The next number is ours; whoever waited through a restart of the server finds its old connections dead."""
        try:
            self.number = self._next_number(HOLD_MS)
        except OperationalError as error:
            if isinstance(error.orig, psycopg.errors.LockNotAvailable):
                self._end_old()
            else:
                # the first such error empties the pool: the next attempt has a new connection, and a new lock
                LOG.warning("the database does not answer", extra={"error": type(error).__name__})
            self._close()
            return False
        return True

    def _end_old(self) -> None:
        """End the transaction of a leader that has lost its lock and does not go on.

        Stopped between two statements it would be ended by `idle_in_transaction_session_timeout`; stopped within one
        that it sends in parts (a pipeline of many rows) the server waits for the rest, and for ever.
        """
        LOG.warning(f"the old {self._job} holds its number: its transaction is ended")
        try:
            if self._session is not None:
                self._session.execute(_END, (f"changpiao-{self._job}",))
        except psycopg.Error as error:
            LOG.error("it could not be ended", extra={"error": type(error).__name__})

    def _next_number(self, hold_ms: int = 0) -> int:
        """Waits for a transaction in which the old leader has just checked its number; it never checks well again.

        `hold_ms`: at most so long; 0 = for ever.
        """
        with self._database.write() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(hold_ms)}")
            holder = f"{socket.gethostname()}:{os.getpid()}"
            if connection.exec_driver_sql(_TAKE, (holder, int(time.time()), self._job)).rowcount != 1:
                raise CountyError(
                    f"E_LOCK: 数据库的 leaders 表中没有 {self._job}；请停机，从备份恢复并保留现场",
                    f"E_LOCK: the table `leaders` knows no {self._job}; stop, restore the database, keep the evidence",
                )
            return _fence_of(connection, self._job)

    def _beat(self) -> None:
        last = time.monotonic()
        try:
            while not self._end.wait(BEAT):
                if self._session is None:
                    return
                self._session.execute("SELECT 1")
                now = time.monotonic()
                if now - last > LEASE_MS / 1000:
                    raise _other_leads(self._job)
                last = now
        except (psycopg.Error, CountyError) as error:
            if not self._end.is_set():
                LOG.error("the lock is lost", extra={"error": type(error).__name__})
                self._lost(error)

    def check(self, connection: Connection) -> None:
        """Within a write transaction: our number is still the newest, and stays it until the transaction ends."""
        row = connection.exec_driver_sql(
            "SELECT fence FROM leaders WHERE name = ? AND fence = ? FOR SHARE", (self._job, self.number)
        ).one_or_none()
        if row is None:
            raise _other_leads(self._job)

    def release(self) -> None:
        """Give the lock back: the next in line leads at once."""
        self._end.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(BEAT * 4)
        self._close()

    def _close(self) -> None:
        if self._session is not None:
            with contextlib.suppress(psycopg.Error):
                self._session.close()
            self._session = None


def _fence_of(connection: Connection, job: str) -> int:
    return int(connection.exec_driver_sql("SELECT fence FROM leaders WHERE name = ?", (job,)).scalar_one())


def _other_leads(job: str) -> Deposed:
    return Deposed(
        f"E_LOCK: 另一进程已接任 {job}；本进程不再写入，重新启动后等候",
        f"E_LOCK: another process leads as {job} now; this one writes no more, starts again and waits",
    )
