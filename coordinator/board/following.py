"""Reads the log up to the newest signed checkpoint and tells the feed: for a process that publishes nothing itself.

A batch, of which there are thousands, is read for its running figures alone; its text must still have the hash under
which it is stored. Every other record is read strictly.
"""

import json
from collections import deque
from typing import Protocol

from coordinator.ledger.fold import Event, Fold, event_of
from coordinator.ledger.rebuilding import decode_stored
from coordinator.publish.proofs import Heads
from coordinator.publish.rounds import Totals
from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.seal.document import record_hash

BATCH_LINE = b"changpiao/v1 batch"


class Follower(Protocol):
    """Whoever is told of units that changed: the feed of this page, the view of the county centre's."""

    def published(self, fold: Fold, changed: set[str]) -> None:
        """Take them."""


class Following:
    """One thread."""

    def __init__(self, database: Database, heads: Heads, follower: Follower) -> None:
        """Nothing is read yet."""
        self._database = database
        self._heads = heads
        self._events: deque[Event] = deque()
        self._totals = Totals(self._events, published=follower.published)

    def look(self) -> int:
        """Read up to the newest signed checkpoint; gives its size, -1 before the first."""
        _, head = self._heads.read()
        if head is None:
            return -1
        start = self._totals.size + len(self._events)
        for entry in log.read_range(self._database, start, head.size):
            self._events.append(event_of_entry(entry))
        self._totals.catch_up(head.size)
        return head.size


def event_of_entry(entry: log.Entry) -> Event:
    """The event of a stored entry; CountyError E_SELF_CHECK if it is not what it says it is."""
    if entry.kind == "batch":
        text = entry.note[: entry.note.rfind(b"\n\n") + 1]
        line, _, body = text.partition(b"\n")
        if line == BATCH_LINE and record_hash(text) == entry.hash:
            read = json.loads(body)
            _, unit, station = read["chain"].split("/")
            return Event(entry.idx, "batch", unit, station, entry.hash, read["layout"], tuple(read["running"]))
    body_of, record = decode_stored(entry)
    return event_of(entry.idx, entry.kind, body_of, record)
