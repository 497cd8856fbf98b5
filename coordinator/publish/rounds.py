"""The publisher's clock: a checkpoint every second while records come, `standings` on a timer [STAND-1] [STAND-3].

One thread. It follows the writer's events up to the published size, so that board and `standings` see checkpointed
prefixes only. A storage fault (disk full) is repaired by `recover` on the next tick, the same code as at start; a
refusal of the publisher itself (E_LOCK, E_SELF_CHECK) ends the process.
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
from coordinator.publish.sequencer import Sequencer
from coordinator.publish.standings import StandingsTree

LOG = logging.getLogger("changpiao.publish")
# (size, root, results, totals) -> log index of the record, once it is durable
AppendStandings = Callable[[int, bytes, bytes, dict[str, int]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The writer as the publisher sees it."""

    events: deque[Event]
    durable: Callable[[], int]
    append: AppendStandings
    take_oldest: Callable[[], float | None]


class Rounds:
    """Publishes until told to stop."""

    def __init__(
        self,
        publisher: Publisher,
        sequencer: Sequencer,
        source: Source,
        *,
        metrics: Metrics,
        fatal: Callable[[BaseException], None],
        published: Callable[[Fold, set[str]], None] = lambda _fold, _changed: None,
        covered: int = 0,
        every: float = 1.0,
        standings_every: float = 10.0,
    ) -> None:
        """`covered`: size of the newest `standings` in the store, published or not."""
        self._publisher = publisher
        self._sequencer = sequencer
        self._source = source
        self._metrics = metrics
        self._fatal = fatal
        self._published = published
        self._covered = covered
        self._every = every
        self._standings_every = standings_every
        self._fold = Fold()
        self._tree = StandingsTree(self._fold)
        self._last_standings = time.monotonic()
        self._stop = threading.Event()
        self._broken = False
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        """Begin."""
        self.catch_up()
        self._thread.start()

    @property
    def healthy(self) -> bool:
        """Whether the last round went through."""
        return not self._broken

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
            self._publish()
            if time.monotonic() - self._last_standings >= self._standings_every:
                self.standings()
        except (OSError, SQLAlchemyError) as error:
            # nothing is half done that `recover` does not finish or forget
            LOG.error("publishing failed, will recover", extra={"error": type(error).__name__})
            self._broken = True

    def finish(self) -> None:
        """The last checkpoint, with `standings` over everything before it."""
        self._publish()
        if self.standings():
            self._publish()

    def _publish(self) -> None:
        oldest = self._source.take_oldest()
        if self._publisher.publish(self._source.durable()):
            self._metrics.checkpoints.inc()
            if oldest is not None:
                self._metrics.published_seconds.observe(time.monotonic() - oldest)
        self.catch_up()

    def catch_up(self) -> None:
        """Fold up to the published size and tell the board."""
        size, events = self._publisher.head.size, self._source.events
        before = self._fold.size
        while events and events[0].idx < size:
            self._fold.add(events.popleft())
        self._metrics.published_size.set(size)
        if self._fold.size != before:
            self._published(self._fold, self._tree.note_changes())

    def standings(self) -> bool:
        """Append `standings` over the published prefix if it has records that none covers yet [STAND-3]."""
        self._last_standings = time.monotonic()
        fold = self._fold
        if fold.last_record < self._covered or fold.size <= self._covered:
            return False
        results, totals = self._tree.results()
        self._source.append(fold.size, self._sequencer.root(fold.size), results, totals)
        self._covered = fold.size
        return True
