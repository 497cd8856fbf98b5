"""What `sequencer` and `publisher` share: wait in line, lead, end. The one that waits is well, and holds nothing.

A leader whose lock is lost ends with exit 70, as after any fault; started again it waits in line.
"""

import asyncio
import contextlib
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from coordinator.roles.running import Doors, Post
from coordinator.store.leaders import Fence, lead
from coordinator.store.postgres import Postgres
from coordinator.store.stores import open_server

LOG = logging.getLogger("changpiao.roles")
# a log that takes longer to read is read on after the process has said that it is ready
READS_WITHIN = 30.0


class Leader(ABC):
    """One job, one leader."""

    job: str

    def __init__(self, doors: Doors, url: str, post: Post) -> None:
        """Connected, not yet in line."""
        self._doors = doors
        self._url = url
        self._fatal = post.fatal
        self.metrics = post.metrics
        # a process that waits says 0, never nothing
        self._leads = self.metrics.leader.labels(role=self.job)
        self._ended = contextlib.ExitStack()
        self._stop = threading.Event()
        self._caught_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.job, daemon=True)
        self._healthy: Callable[[], bool] = lambda: True
        with self._ended as built:
            self._database: Postgres = open_server(url, self.job)
            built.callback(self._database.close)
            self._ended = built.pop_all()

    @abstractmethod
    def _lead(self, fence: Fence) -> None:
        """Do the job until `_stop` is set, then finish it."""

    @abstractmethod
    def _read_along(self) -> bool | None:
        """In line: read a slice of what the leader has done, so that a takeover need not; never raises.

        Whether there is more to read; None if nothing could be read now.
        """

    @property
    def healthy(self) -> bool:
        """Whether it waits in line, or leads well."""
        return self._healthy()

    def start(self) -> None:
        """In line."""
        self._thread.start()

    async def open_door(self) -> dict[str, str]:
        """No door for laptops. Ready is who leads, or has read the log and could: a rolling restart waits for it."""
        await asyncio.get_running_loop().run_in_executor(None, self._caught_up.wait, READS_WITHIN)
        return {"role": self.job}

    async def close_door(self) -> None:
        """There is none; whoever waits in line stops waiting."""
        self._stop.set()

    def _meanwhile(self) -> bool:
        more = self._read_along()
        if more is False:
            self._caught_up.set()
        return bool(more)

    def _run(self) -> None:
        try:
            fence = lead(self._database, self.job, self._fatal, self._stop, self._meanwhile)
            if fence is None:
                return
            self._caught_up.set()
            self._leads.set(1)
            try:
                self._lead(fence)
            finally:
                self._leads.set(0)
                fence.release()
        except BaseException as error:
            LOG.critical("the leader stopped", extra={"error": type(error).__name__}, exc_info=error)
            self._fatal(error)
        finally:
            self._caught_up.set()

    def stop(self) -> None:
        """Finish; the next in line leads."""
        self._stop.set()
        self._thread.join()

    def close(self) -> None:
        """Connections."""
        self._ended.close()
