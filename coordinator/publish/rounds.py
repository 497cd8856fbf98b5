"""The publisher's clock: a checkpoint every second while records come, what hangs on it, and `standings` on a timer.

One thread. A storage fault (disk full) is repaired by `recover` on the next tick, the same code as at start; a refusal
of the publisher itself (E_LOCK, E_SELF_CHECK) ends the process. `Totals` follows the signed size, so that board and
`standings` see checkpointed prefixes only; where the publisher is a process of its own it hangs on the sequencer's
clock instead [STAND-1] [STAND-3].
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from coordinator.ledger.fold import Event, Fold
from coordinator.metrics import Metrics
from coordinator.publish.publisher import Publisher
from coordinator.publish.standings import StandingsTree
from coordinator.store.database import disk_is_full
from coordinator.tracing import span

LOG = logging.getLogger("changpiao.publish")
# (size, root, results, totals) -> log index of the record, once it is durable
AppendStandings = Callable[[int, bytes, bytes, dict[str, int]], int]


class Totals:
    """The totals of the signed prefix, for the board and for `standings`; one thread."""

    def __init__(
        self,
        events: deque[Event],
        append: AppendStandings | None = None,
        *,
        covered: int = 0,
        every: float = 10.0,
        published: Callable[[Fold, set[str]], None] = lambda _fold, _changed: None,
    ) -> None:
        """`covered`: size of the newest `standings` in the store, published or not; without `append` none is made."""
        self._events = events
        self._append = append
        self._covered = covered
        self._every = every
        self._published = published
        self._fold = Fold()
        self._tree = StandingsTree(self._fold)
        self._last = time.monotonic()

    @property
    def size(self) -> int:
        """Entries that are in."""
        return self._fold.size

    def catch_up(self, size: int) -> None:
        """Fold up to the signed size and tell the board."""
        events, before = self._events, self._fold.size
        while events and events[0].idx < size:
            self._fold.add(events.popleft())
        if self._fold.size != before:
            self._published(self._fold, self._tree.note_changes())

    def due(self, root: Callable[[int], bytes]) -> bool:
        """`standings` if its time has come; whether one was appended."""
        return time.monotonic() - self._last >= self._every and self.standings(root)

    def standings(self, root: Callable[[int], bytes]) -> bool:
        """Append `standings` over the signed prefix if it has records that none covers yet [STAND-3]."""
        self._last = time.monotonic()
        fold = self._fold
        if self._append is None or fold.last_record < self._covered or fold.size <= self._covered:
            return False
        results, totals = self._tree.results()
        self._append(fold.size, root(fold.size), results, totals)
        self._covered = fold.size
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What there is to publish: the size of the log, and since when its oldest unpublished record waits."""

    durable: Callable[[], int]
    take_oldest: Callable[[], float | None]


class Rounds:
    """Publishes until told to stop."""

    def __init__(
        self,
        publisher: Publisher,
        source: Source,
        *,
        metrics: Metrics,
        fatal: Callable[[BaseException], None],
        totals: Totals | None = None,
        root: Callable[[int], bytes] = lambda _: b"",
        every: float = 1.0,
        alarm: Callable[[], str] = lambda: "",
    ) -> None:
        """`totals` hang on the published size; `root` gives the root of a prefix for `standings`.

        `alarm`: a code while a self-check fails; nothing is signed then.
        """
        self._publisher = publisher
        self._source = source
        self._metrics = metrics
        self._fatal = fatal
        self._totals = totals
        self._root = root
        self._every = every
        self._alarm = alarm
        self._stop = threading.Event()
        self._broken = False
        self._halted = False
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        """Begin."""
        self.catch_up()
        self._thread.start()

    @property
    def healthy(self) -> bool:
        """Whether the last round went through, and nothing stands against the next one."""
        return not (self._broken or self._halted)

    def stop(self) -> None:
        """Publish what is left with a last `standings`, then end; the writer must still be running."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._every):
                self.tick()
            self.finish()
        except BaseException as error:
            LOG.critical("the publisher stopped", extra={"error": type(error).__name__}, exc_info=error)
            self._broken = True
            self._fatal(error)

    def tick(self) -> None:
        """One round."""
        try:
            if self._broken:
                self._publisher.recover(self._source.durable())
                self._broken = False
            if self._publish() and self._totals is not None:
                self._totals.due(self._root)
        except (OSError, SQLAlchemyError) as error:
            # nothing is half done that `recover` does not finish or forget
            said = {"error": type(error).__name__}
            if disk_is_full(error):
                said["code"] = "E_DISK"
            LOG.error("publishing failed, will recover", extra=said)
            self._broken = True

    def finish(self) -> None:
        """The last checkpoint, with `standings` over everything before it."""
        if self._broken:
            self._publisher.recover(self._source.durable())
            self._broken = False
        if self._publish() and self._totals is not None and self._totals.standings(self._root):
            self._publish()

    def _publish(self) -> bool:
        """Sign what is new; False while a self-check fails."""
        self._halted = bool(self._alarm())
        if self._halted:
            return False
        oldest = self._source.take_oldest()
        size = self._source.durable()
        with span("publish", entries=size):
            signed = self._publisher.publish(size)
        if signed:
            self._metrics.checkpoints.inc()
            if oldest is not None:
                self._metrics.published_seconds.observe(time.monotonic() - oldest)
        self.catch_up()
        return True

    def catch_up(self) -> None:
        """What hangs on the published size."""
        size = self._publisher.head.size
        self._metrics.published_size.set(size)
        if self._totals is not None:
            self._totals.catch_up(size)
