"""What the live page shows: a snapshot and its changes, only from checkpointed prefixes.

The publisher's thread puts rows in; the web server's loop takes them out. Every row carries `size`, the number of log
entries it was computed from. Nothing here is evidence; the public folder is.
"""

import asyncio
import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Any

from coordinator.ledger.fold import Fold
from tally_protocol.election.manifest import Election
from tally_protocol.election.shape import PER_CANDIDATE, PER_CONTEST
from tally_protocol.ids import ZERO
from tally_protocol.law.result import Outcome

KEPT = 256
Row = dict[str, Any]


class Feed:
    """The board's memory."""

    def __init__(self, election: Election) -> None:
        """Nothing counted yet."""
        self.head: Row = {"election": election.id, "title": election.title, "date": election.date}
        self.head["test"] = election.test
        self._lock = threading.Lock()
        self._size = 0
        self._rows: dict[str, Row] = {}
        self._changes: deque[tuple[int, list[Row]]] = deque(maxlen=KEPT)
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def published(self, fold: Fold, changed: Iterable[str]) -> None:
        """Take the units that changed up to a checkpoint; called by the publisher."""
        rows = [_row(fold, unit) for unit in sorted(changed)]
        with self._lock:
            self._size = fold.size
            for row in rows:
                self._rows[row["unit"]] = row
            self._changes.append((fold.size, rows))
            waiting, self._waiting = self._waiting, set()
        for loop, event in waiting:
            loop.call_soon_threadsafe(event.set)

    def snapshot(self) -> Row:
        """Everything, with the log size it stands at."""
        with self._lock:
            return self.head | {"size": self._size, "units": list(self._rows.values())}

    def since(self, size: int) -> list[tuple[int, list[Row]]] | None:
        """Changes after a log size; None if they are no longer kept."""
        with self._lock:
            if size > self._size or (self._changes and size < self._changes[0][0] and size != self._size):
                return None
            return [change for change in self._changes if change[0] > size]

    async def wait(self) -> None:
        """Until the next change."""
        event = asyncio.Event()
        with self._lock:
            self._waiting.add((asyncio.get_running_loop(), event))
        try:
            async with asyncio.timeout(15):
                await event.wait()
        except TimeoutError:
            return

    async def events(self, last: int | None) -> AsyncIterator[str]:
        """Server-sent events: a snapshot first, or what a returning reader missed; a comment while quiet."""
        changes = None if last is None else self.since(last)
        if last is None or changes is None:
            snapshot = self.snapshot()
            last = int(snapshot["size"])
            yield _event("snapshot", last, snapshot)
        while True:
            changes = self.since(last)
            if changes is None:
                snapshot = self.snapshot()
                last = int(snapshot["size"])
                yield _event("snapshot", last, snapshot)
                continue
            for size, rows in changes:
                last = size
                yield _event("change", size, {"size": size, "units": rows})
            if not changes:
                yield ": \n\n"
                await self.wait()


def _event(kind: str, size: int, data: Row) -> str:
    return f"id: {size}\nevent: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _row(fold: Fold, unit: str) -> Row:
    note, standing = fold.units[unit], fold.standing(unit)
    figures = dict(standing["contests"])  # type: ignore[call-overload]
    outcomes = dict(fold.outcomes(unit))
    return {
        "unit": unit,
        "name": note.name,
        "place": list(note.place),
        "size": fold.size,
        "registered": note.registered,
        "papers": standing["papers"],
        "closed": standing["closed"],
        "stations": len(note.stations),
        "statement": standing["statement"] != ZERO,
        "contests": [
            {
                "title": contest.title,
                "seats": contest.seats,
                "outcome": _word(outcomes.get(contest.id)),
                "figures": figures[contest.id][:PER_CONTEST],
                "candidates": [
                    [person.name, *figures[contest.id][start : start + PER_CANDIDATE]]
                    for person, start in zip(
                        contest.candidates, range(PER_CONTEST, len(figures[contest.id]), PER_CANDIDATE), strict=True
                    )
                ],
            }
            for contest in note.contests
        ],
    }


def _word(outcome: Outcome | None) -> str:
    """What the rules give, in both languages; nothing before the determination [DET-1]."""
    return "" if outcome is None else f"{outcome.zh} {outcome.value}"
