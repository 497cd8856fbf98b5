"""Role `sequencer`: gives admitted records their place in the log, writes `determination` and `standings`.

Its key is `county.key`. It follows the signed checkpoint for `standings`, which cover exactly a signed prefix
[STAND-1] [STAND-3]. Stopped in order it waits a moment for the publisher, so that the last `standings` cover all.
"""

import time

from coordinator.intake.writer import Writer
from coordinator.ledger.standby import Standby
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import Heads
from coordinator.publish.rounds import Totals
from coordinator.roles.asking import append_standings, gather
from coordinator.roles.keys import county_signer
from coordinator.roles.leader import Leader
from coordinator.roles.running import Doors, Post
from coordinator.roles.watching import watch_sequencer
from coordinator.settings import Home
from coordinator.store.leaders import Fence

POLL = 0.1
# how long the last `standings` wait for a publisher that may have gone already
LAST_WAIT = 5.0


class SequencerRole(Leader):
    """One leads, others wait."""

    job = "sequencer"

    def __init__(self, home: Home, doors: Doors, url: str, post: Post) -> None:
        """Connected, not yet in line."""
        self._home = home
        super().__init__(doors, url, post)
        self._standby = Standby(self._database)

    def _read_along(self) -> bool | None:
        return self._standby.follow()

    def _lead(self, fence: Fence) -> None:
        rebuilt = self._standby.rebuilt()
        election = rebuilt.county.election
        covered = max((event.size for event in rebuilt.events if event.kind == "standings"), default=0)
        writer = Writer(
            self._database, rebuilt, signer=county_signer(self._home, election), metrics=self.metrics,
            fatal=self._fatal, fence=fence,
        )  # fmt: skip
        heads = Heads(Lock(self._database, election.origin), election)
        totals = Totals(
            writer.events, lambda *given: append_standings(writer, *given), covered=covered,
            every=self._doors.standings_seconds,
        )  # fmt: skip
        watch = watch_sequencer(self._doors, self._url, self.metrics, self._database, rebuilt.county, fence.number)
        writer.start()
        watch.start()
        waiting: tuple[float, int] | None = None
        while not self._stop.wait(POLL):
            gather(writer)
            oldest = writer.take_oldest() if waiting is None else None
            waiting = waiting if oldest is None else (oldest, writer.durable)
            size = _follow(heads, totals)
            if waiting is not None and size >= waiting[1]:
                # placed and under a signed checkpoint: what laptops wait for with their proofs
                self.metrics.published_seconds.observe(time.monotonic() - waiting[0])
                waiting = None
            totals.due(lambda _: _root(heads))
        watch.stop()
        self._finish(writer, heads, totals)
        writer.stop()

    def _finish(self, writer: Writer, heads: Heads, totals: Totals) -> None:
        while gather(writer):
            pass
        end = time.monotonic() + LAST_WAIT
        while _follow(heads, totals) < writer.durable and time.monotonic() < end:
            time.sleep(POLL)
        if totals.size == writer.durable:
            totals.standings(lambda _: _root(heads))


def _follow(heads: Heads, totals: Totals) -> int:
    _, head = heads.read()
    if head is None:
        return 0
    totals.catch_up(head.size)
    return int(head.size)


def _root(heads: Heads) -> bytes:
    """Of the head that was just followed: the fold stands exactly at its size, and a fold of nothing asks for none."""
    head = heads.newest
    return b"" if head is None else bytes(head.root)
