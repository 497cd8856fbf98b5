"""What `sequencer` and `publisher` share: wait in line, lead, end. The one that waits is well, and holds nothing.

A leader whose lock is lost ends with exit 70, as after any fault; started again it waits in line.
"""

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
        self._thread = threading.Thread(target=self._run, name=self.job, daemon=True)
        self._healthy: Callable[[], bool] = lambda: True
        with self._ended as built:
            self._database: Postgres = open_server(url, self.job)
            built.callback(self._database.close)
            self._ended = built.pop_all()

    @abstractmethod
    def _lead(self, fence: Fence) -> None:
        """Do the job until `_stop` is set, then finish it."""

    @property
    def healthy(self) -> bool:
        """Whether it waits in line, or leads well."""
        return self._healthy()

    def start(self) -> None:
        """In line."""
        self._thread.start()

    async def open_door(self) -> dict[str, str]:
        """No door for laptops."""
        return {"role": self.job}

    async def close_door(self) -> None:
        """There is none; whoever waits in line stops waiting."""
        self._stop.set()

    def _run(self) -> None:
        try:
            fence = lead(self._database, self.job, self._fatal, self._stop)
            if fence is None:
                return
            self._leads.set(1)
            try:
                self._lead(fence)
            finally:
                self._leads.set(0)
                fence.release()
        except BaseException as error:
            LOG.critical("the leader stopped", extra={"error": type(error).__name__}, exc_info=error)
            self._fatal(error)

    def stop(self) -> None:
        """Finish; the next in line leads."""
        self._stop.set()
        self._thread.join()

    def close(self) -> None:
        """Connections."""
        self._ended.close()
