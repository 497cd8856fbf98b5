"""What the public page shows: every unit's line and its changes, only from checkpointed prefixes.

The publisher's thread puts units in; web servers take out, from any thread. Every line carries `size`, the number of
log entries it was computed from. A viewer who has the lines of one size gets what changed since; ids are log sizes, so
that a viewer may come back to another process. Nothing here is evidence; the public folder is.
"""

import gzip
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from coordinator.board.plan import Plan
from coordinator.board.records import Archive, NoArchive, records
from coordinator.board.rows import Row, count_findings, row_of
from coordinator.board.village import village
from coordinator.ledger.fold import Fold
from coordinator.ledger.progress import UnitProgress
from tally_protocol.election.manifest import Election
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import profiles_of

KEPT = 256  # rounds of changes, about as many seconds
RECENT = 20  # rounds in `recent.json`, for viewers of files
FAST = 1
Json = dict[str, Any]
Line = list[int]


class Feed:
    """The board's memory."""

    def __init__(
        self, election: Election, archive: Archive | None = None, now: Callable[[], float] = time.time
    ) -> None:
        """Nothing counted yet."""
        self.election = election
        self._archive = archive or NoArchive()
        self._now = now
        self._lock = threading.Lock()
        self._size = 0
        self._time = 0
        self._plan = Plan(election)
        self._units: dict[str, UnitProgress] = {}
        self._rows: dict[str, Row] = {}
        self._found: dict[str, tuple[int, tuple[int, int]]] = {}
        self._profiles: dict[bytes, Mapping[str, Profile]] = {}
        self._changes: deque[tuple[int, list[Line]]] = deque(maxlen=KEPT)
        self._since = 0  # changes after this size are all kept
        self._listeners: set[Callable[[], None]] = set()
        self._made: dict[str, tuple[object, bytes]] = {}

    # --- the publisher's side

    def published(self, fold: Fold, changed: Iterable[str]) -> None:
        """Take the units that changed up to a checkpoint; called by whoever follows the signed log."""
        units = {unit: fold.progress[unit] for unit in sorted(changed)}
        size = fold.size
        rows = {unit: row_of(progress, self._findings(unit, progress)) for unit, progress in units.items()}
        moved = any(
            unit not in self._units or self._units[unit].note_hash != progress.note_hash
            for unit, progress in units.items()
        )
        with self._lock:
            self._units |= units
            self._rows |= rows
            if moved:
                self._plan = Plan(self.election, self._units.values(), size, self._plan.number + 1)
                self._changes.clear()
                self._since = size
            else:
                if len(self._changes) == KEPT:
                    self._since = self._changes[0][0]
                self._changes.append((size, [[self._plan.order[unit], *row.to_list()] for unit, row in rows.items()]))
            self._size, self._time = size, int(self._now())
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def _findings(self, unit: str, progress: UnitProgress) -> tuple[int, int]:
        """Counted again only after a record that is no batch: figures alone raise no finding before a form does."""
        key = len(progress.entries) - sum(table.batches for table in progress.tables.values())
        before = self._found.get(unit)
        if before is None or before[0] != key:
            self._found[unit] = before = key, count_findings(progress, self._profiles_of(progress))
        return before[1]

    def _profiles_of(self, unit: UnitProgress) -> Mapping[str, Profile]:
        found = self._profiles.get(unit.note_hash)
        if found is None:
            found = self._profiles[unit.note_hash] = profiles_of(self.election, unit.note)
        return found

    # --- the readers' side

    @property
    def size(self) -> int:
        """Entries of the log that the numbers stand for."""
        return self._size

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        """Have `told` called after every change, in the publisher's thread; gives what ends that."""
        with self._lock:
            self._listeners.add(told)

        def end() -> None:
            with self._lock:
                self._listeners.discard(told)

        return end

    def rows(self) -> Mapping[str, Row]:
        """Every unit's line, by its id."""
        with self._lock:
            return dict(self._rows)

    def unit(self, unit: str) -> UnitProgress | None:
        """How far a unit is."""
        return self._units.get(unit)

    def plan(self) -> Json:
        """Election, places and units in tree order."""
        return self._plan.json

    def now(self) -> Json:
        """All lines in the order of the plan."""
        with self._lock:
            rows = [self._rows[unit].to_list() for unit in self._plan.order]
            return {"plan": self._plan.number, "size": self._size, "time": self._time, "rows": rows}

    def recent(self) -> Json:
        """What changed in the last rounds: `from` is the size that a viewer must have to go on with it."""
        with self._lock:
            rounds = list(self._changes)[-RECENT:]
            since = self._changes[-RECENT - 1][0] if len(self._changes) > RECENT else self._since
            return self._merged(rounds) | {"from": since}

    def since(self, size: int) -> Json | None:
        """What changed after a size, each unit once; None if that is no longer kept or not of this log."""
        with self._lock:
            if size < self._since or size > self._size:
                return None
            return self._merged([change for change in self._changes if change[0] > size])

    def _merged(self, rounds: list[tuple[int, list[Line]]]) -> Json:
        rows = {line[0]: line for _, lines in rounds for line in lines}
        return {"plan": self._plan.number, "size": self._size, "time": self._time, "rows": list(rows.values())}

    # --- the bytes that are served, each made once

    def plan_bytes(self) -> bytes:
        """`plan.json`."""
        return self._bytes("plan", self._plan.number, self.plan)

    def now_bytes(self) -> bytes:
        """`now.json`."""
        return self._bytes("now", self._size, self.now)

    def recent_bytes(self) -> bytes:
        """`recent.json`."""
        return self._bytes("recent", self._size, self.recent)

    def village_bytes(self, unit: str) -> bytes | None:
        """`units/<id>.json`, None for a unit that the election does not have."""
        with self._lock:
            progress, row = self._units.get(unit), self._rows.get(unit)
        if progress is None or row is None:
            return None
        profiles = self._profiles_of(progress)
        return self._bytes(f"u/{unit}", row.size, lambda: village(progress, row, profiles))

    def records_bytes(self, unit: str) -> bytes | None:
        """`units/<id>.records.json`."""
        with self._lock:
            progress, row = self._units.get(unit), self._rows.get(unit)
        if progress is None or row is None:
            return None
        return self._bytes(f"r/{unit}", row.size, lambda: records(progress, row.size, self._archive))

    def zipped(self, name: str, body: bytes) -> bytes:
        """The same compressed, made once."""
        return self._bytes(f"z/{name}", body, lambda: gzip.compress(body, FAST, mtime=0))

    def _bytes(self, name: str, key: object, make: Callable[[], Json | bytes]) -> bytes:
        """Two threads may make the same bytes at once; that costs time, never a wrong number."""
        kept = self._made.get(name)
        if kept is None or kept[0] != key:
            made = make()
            kept = key, made if isinstance(made, bytes) else encoded(made)
            if len(self._made) > KEPT * 8:
                self._made.clear()
            self._made[name] = kept
        return kept[1]


def encoded(value: Json) -> bytes:
    """JSON as it is served."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
