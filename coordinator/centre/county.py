"""The county as the centre sees it: rows of the signed prefix, who is silent, who has not begun. No evidence.

Rows come from the same fold as the public page's (`published` hangs on the checkpoint), so both show the same figures.
When a station was last heard of is the county's own clock: its newest receipt, or its laptop's open connection.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from coordinator.board.rows import Row, count_findings, row_of
from coordinator.ledger.fold import Fold
from coordinator.ledger.progress import UnitProgress
from coordinator.watch.stations import SILENT_AFTER, townships
from tally_protocol.election.manifest import Election
from tally_protocol.election.unit import Unit
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import profiles_of
from tally_protocol.law.states import UnitWord

# seconds beyond which nobody has heard of a station within the county's memory
EVER = 1 << 31


@dataclass(frozen=True, slots=True)
class Quiet:
    """A station without a word: for how many seconds, as far as the county knows."""

    unit: str
    station: str
    seconds: int
    # the plan says that it should have begun so long ago, and it has not said a word
    begun: bool = True


class CountyView:
    """One thread puts units in, any thread takes them out."""

    def __init__(self, election: Election) -> None:
        """Nothing is known of any unit."""
        self.election = election
        self.size = 0
        self._guard = threading.Lock()
        self._units: dict[str, UnitProgress] = {}
        self._sizes: dict[str, int] = {}
        self._rows: dict[str, tuple[UnitProgress, Row]] = {}
        self._profiles = {profile.id: profile for profile in election.profiles}
        self._laws: dict[str, Mapping[str, Profile]] = {}
        self._townships: dict[str, str] = {}

    def published(self, fold: Fold, changed: Iterable[str]) -> None:
        """Take the units that changed up to a checkpoint; they are frozen, so nothing is copied."""
        units = {unit: fold.progress[unit] for unit in changed}
        with self._guard:
            new = units.keys() - self._units.keys()
            self._units |= units
            self._sizes |= dict.fromkeys(units, fold.size)
            if new:
                self._townships = townships({unit: found.note.place for unit, found in self._units.items()})
            # last, so that who reads a size has all its units
            self.size = fold.size

    def unit(self, unit: str) -> UnitProgress | None:
        """A unit in the signed prefix."""
        with self._guard:
            return self._units.get(unit)

    def units(self) -> list[UnitProgress]:
        """Every unit, by id."""
        with self._guard:
            return [self._units[name] for name in sorted(self._units)]

    def township(self, unit: str) -> str:
        """The township of a unit."""
        with self._guard:
            return self._townships.get(unit, "")

    def rows(
        self, since: int, sees: Callable[[str], bool], also: Collection[str] = ()
    ) -> tuple[int, list[Row]]:
        """The size, and the rows that changed after an older one (-1: all), or are named, of units somebody sees."""
        with self._guard:
            size = self.size
            news = (unit for unit, changed in self._sizes.items() if changed > since or unit in also)
            wanted = sorted(unit for unit in news if sees(unit))
        return size, [self.row(unit) for unit in wanted]

    def row(self, unit: str) -> Row:
        """The line of a unit; made when somebody looks, and kept until the unit changes."""
        with self._guard:
            found, kept = self._units[unit], self._rows.get(unit)
        if kept is not None and kept[0] is found:
            return kept[1]
        row = row_of(found, count_findings(found, self.profiles(found.note)))
        with self._guard:
            self._rows[unit] = found, row
        return row

    def profiles(self, note: Unit) -> Mapping[str, Profile]:
        """The unit's rules, its own decisions applied."""
        key = f"{note.id}/{note.version}"
        if key not in self._laws:
            self._laws[key] = profiles_of(self.election, note)
        return self._laws[key]

    def open_stations(self) -> Iterator[tuple[str, str]]:
        """Unit and station of every table that has begun and not closed."""
        with self._guard:
            found = list(self._units.items())
        for unit, progress in found:
            for station, table in progress.tables.items():
                if table.records and not table.closed:
                    yield unit, station

    def unbegun_stations(self, due: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        """Unit and station of every table without any record, of the units that were to begin."""
        with self._guard:
            found = [(unit, self._units[unit]) for unit in due if unit in self._units]
        for unit, progress in found:
            if progress.state is UnitWord.VOIDED:
                continue
            for station in progress.note.stations:
                if not progress.table(station.id).records:
                    yield unit, str(station.id)


class Silence:
    """Who is silent; `look` is called by a thread, `found` by any."""

    def __init__(
        self, view: CountyView, nodes: Mapping[str, str], *, heard: Callable[[], Mapping[str, int]],
        seen: Callable[[], Mapping[str, float]], clock: Callable[[], float] = time.time,
        after: float = SILENT_AFTER, due: Callable[[int], Mapping[str, int]] = lambda _: {},
    ) -> None:  # fmt: skip
        """`heard`: time of each chain's newest receipt; `seen`: seconds since each laptop's connection was there.

        `due`: which units the plan lets begin today, and since when their polls are open; no plan, no such units.
        """
        self._view, self._nodes, self._heard, self._seen, self._due = view, nodes, heard, seen, due
        self._clock, self._after = clock, after
        self._found: tuple[Quiet, ...] = ()

    @property
    def found(self) -> tuple[Quiet, ...]:
        """The longest first."""
        return self._found

    def look(self) -> None:
        """Now."""
        heard, seen, now = self._heard(), self._seen(), self._clock()
        quiet = []
        for unit, station in self._view.open_stations():
            chain = f"s/{unit}/{station}"
            records = now - heard[chain] if chain in heard else float("inf")
            seconds = min(records, seen.get(self._nodes.get(chain, ""), float("inf")))
            if seconds > self._after:
                quiet.append(Quiet(unit, station, int(min(seconds, EVER))))
        due = self._due(int(now))
        # a laptop that is connected and has not begun is still a village that has not begun
        quiet += [
            Quiet(unit, station, int(now) - due[unit], begun=False)
            for unit, station in self._view.unbegun_stations(due)
            if now - due[unit] > self._after
        ]
        self._found = tuple(sorted(quiet, key=lambda one: (-one.seconds, one.unit, one.station)))
