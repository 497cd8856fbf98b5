"""One thread a process that looks at things now and then: disks, certificates, the database, stations.

A look that fails is said and done again at its next turn: what is watched must not end the process that counts.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LOG = logging.getLogger("changpiao.watch")
TURN = 0.5


@dataclass(slots=True)
class Look:
    """Something to do every so many seconds."""

    every: float
    do: Callable[[], None]
    due: float = field(default=0.0)
    failed: bool = False


class Sampling:
    """The thread."""

    def __init__(self, looks: list[Look]) -> None:
        """Nothing is done before `start`."""
        self._looks = looks
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampling", daemon=True)

    def start(self) -> None:
        """Every look once, at once, and then in turn."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            self.turn(time.monotonic())
            if self._stop.wait(TURN):
                return

    def turn(self, now: float) -> None:
        """Do what is due."""
        for look in self._looks:
            if now < look.due or self._stop.is_set():
                continue
            look.due = now + look.every
            try:
                look.do()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next turn tries again
                if not look.failed:
                    LOG.warning("a look failed", extra={"error": type(error).__name__})
                look.failed = True
            else:
                look.failed = False
