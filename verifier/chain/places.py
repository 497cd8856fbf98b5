"""The results tree: units under townships under counties, each node a table that a person can add up.

Serves [STAND-2], [STAND-4] and the hashes of spec/6. Only the path above a changed unit is hashed again.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from verifier.chain.manifest import UnitNote
from verifier.chain.unit import Unit
from verifier.decode.grammar import quoted
from verifier.hashes import ZERO

Sums = tuple[int, int, int, int, int, int]  # closed, papers, registered, statements, stations, units
NO_SUMS: Sums = (0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """Hash and sums of one unit at one prefix of the log, and where it hangs."""

    unit: str
    place: tuple[str, ...]
    hash: str
    sums: Sums


def standing_of(unit: Unit, note: UnitNote) -> UnitStanding:
    """Standing of a unit as it is now."""
    closed, papers, registered = unit.closed_stations(note), unit.papers(note), note.registered or 0
    contests = ",".join(
        f'["{contest}",[{",".join(map(str, sums))}]]' for contest, sums in unit.contest_sums(note).items()
    )
    rows = []
    for station in note.stations:
        chain = unit.stations.get(station)
        count, head = (chain.links.count, chain.links.head) if chain else (0, ZERO)
        rows.append(f'["{station}",{count},"{head}"]')
    text = (
        f'{{"closed":{closed},"contests":[{contests}],"papers":{papers},"registered":{registered},'
        f'"statement":"{unit.statement}","stations":[{",".join(rows)}],"unit":"{unit.id}"}}'
    )
    digest = sha256(b"changpiao/v1 unit-standing\n" + text.encode() + b"\n").hexdigest()
    stated = int(unit.statement != ZERO)
    return UnitStanding(unit.id, note.place, digest, (closed, papers, registered, stated, len(note.stations), 1))


@dataclass(slots=True)
class _Place:
    names: tuple[str, ...]
    children: dict[bytes, tuple[str, Sums]] = field(default_factory=dict)  # key -> hash, sums
    rows: dict[bytes, str] = field(default_factory=dict)  # key -> its row in the table
    order: list[bytes] | None = None

    def put(self, key: str, digest: str, sums: Sums) -> None:
        raw = key.encode()
        if raw not in self.children:
            self.order = None
        self.children[raw] = (digest, sums)
        self.rows[raw] = f'[{quoted(key)},"{digest}"]'

    def drop(self, key: str) -> None:
        raw = key.encode()
        self.children.pop(raw, None)
        self.rows.pop(raw, None)
        self.order = None

    def totals(self) -> tuple[str, Sums]:
        if self.order is None:
            self.order = sorted(self.rows)
        columns = zip(*(sums for _, sums in self.children.values()), strict=True)
        added = [sum(column) for column in columns] or [0] * 6
        sums: Sums = (added[0], added[1], added[2], added[3], added[4], added[5])
        children = ",".join([self.rows[key] for key in self.order])
        place = ",".join(map(quoted, self.names))
        text = (
            f'{{"children":[{children}],"closed":{sums[0]},"papers":{sums[1]},"place":[{place}],'
            f'"registered":{sums[2]},"statements":{sums[3]},"stations":{sums[4]},"units":{sums[5]}}}'
        )
        return sha256(b"changpiao/v1 place-standing\n" + text.encode() + b"\n").hexdigest(), sums


class ResultsTree:
    """All places; `root()` after any number of changes."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, ...], _Place] = {(): _Place(())}
        self._where: dict[str, tuple[str, ...]] = {}
        self._stale: set[tuple[str, ...]] = {()}

    def put(self, standing: UnitStanding) -> None:
        """Set a unit's standing; a unit that a new version hangs elsewhere leaves its old place [STAND-4]."""
        old = self._where.get(standing.unit)
        if old is not None and old != standing.place:
            self._places[old].drop("u/" + standing.unit)
            self._mark(old)
        self._where[standing.unit] = standing.place
        self._place(standing.place).put("u/" + standing.unit, standing.hash, standing.sums)
        self._mark(standing.place)

    def _place(self, names: tuple[str, ...]) -> _Place:
        found = self._places.get(names)
        if found is None:
            found = self._places[names] = _Place(names)
        return found

    def _mark(self, names: tuple[str, ...]) -> None:
        self._stale.update(names[:depth] for depth in range(len(names) + 1))

    def root(self) -> tuple[str, Sums]:
        """Hash and six sums of the root place."""
        result = ("", NO_SUMS)
        for names in sorted(self._stale, key=len, reverse=True):
            place = self._place(names)
            if names and not place.children:  # nobody lives here any more
                del self._places[names]
                self._place(names[:-1]).drop("p/" + names[-1])
                continue
            result = place.totals()
            if names:
                self._place(names[:-1]).put("p/" + names[-1], *result)
        self._stale = {()}
        return result
