"""The results tree: one leaf a unit, inner nodes follow the administrative tree [STAND-2] [STAND-4].

Every node is a table that a person can read and add up; changing one unit touches only its own line of places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from tally_protocol.election.figures import add
from tally_protocol.election.shape import shape
from tally_protocol.election.unit import Unit
from tally_protocol.fields import JsonObject
from tally_protocol.ids import ZERO
from tally_protocol.seal import canonical

UNIT_LINE = b"changpiao/v1 unit-standing\n"
PLACE_LINE = b"changpiao/v1 place-standing\n"
TOTALS = ("closed", "papers", "registered", "statements", "stations", "units")
Sums = tuple[int, ...]
Place = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationStanding:
    """One station as a standing sees it: records in its chain, head, whether closed, running figures by layout."""

    records: int = 0
    head: bytes = b""
    closed: bool = False
    running: Mapping[str, Sequence[int]] = field(default_factory=dict)


def unit_standing(unit: Unit, stations: Mapping[str, StationStanding], statement: bytes | None) -> JsonObject:
    """The JSON object of a unit's leaf; `stations` lacks those without records."""
    none = StationStanding()
    listed = [(entry.id, stations.get(entry.id, none)) for entry in unit.stations]
    figures: dict[str, tuple[int, ...]] = {}
    papers = 0
    for layout in unit.layouts:
        paper = shape(unit, layout.id)
        total = paper.zeros
        for _, station in listed:
            running = station.running.get(layout.id)
            if running is not None:
                total = add(total, running)
        papers += total[0]
        for contest in paper.contests:
            figures[contest.contest] = total[contest.figure : contest.end_figure]
    return {
        "closed": sum(station.closed for _, station in listed),
        "contests": [[contest.id, list(figures[contest.id])] for contest in unit.contests],
        "papers": papers,
        "registered": unit.registered or 0,
        "statement": statement.hex() if statement else ZERO,
        "stations": [[name, station.records, station.head.hex() or ZERO] for name, station in listed],
        "unit": unit.id,
    }


def _node_hash(line: bytes, value: JsonObject) -> bytes:
    return sha256(line + canonical.encode(value) + b"\n").digest()


def _unit_sums(standing: JsonObject) -> Sums:
    return (
        standing["closed"],
        standing["papers"],
        standing["registered"],
        int(standing["statement"] != ZERO),
        len(standing["stations"]),
        1,
    )


class ResultsTree:
    """Keeps every unit's standing; `root` hashes again only what changed."""

    def __init__(self) -> None:
        """A tree without units."""
        self._children: dict[Place, dict[str, tuple[bytes, Sums]]] = {(): {}}
        self._places: dict[str, Place] = {}
        self._dirty: set[Place] = {()}

    def set_unit(self, place: Place, standing: JsonObject) -> None:
        """Put a unit's newest standing at its place (a new version may have moved it)."""
        name = standing["unit"]
        key = f"u/{name}"
        before = self._places.get(name)
        if before is not None and before != place:
            del self._children[before][key]
            self._touch(before)
        self._places[name] = place
        for depth in range(len(place) + 1):
            self._children.setdefault(place[:depth], {})
        self._children[place][key] = _node_hash(UNIT_LINE, standing), _unit_sums(standing)
        self._touch(place)

    def _touch(self, place: Place) -> None:
        self._dirty.update(place[:depth] for depth in range(len(place) + 1))

    def place_standing(self, place: Place) -> JsonObject:
        """The JSON object of a place; its children must be hashed already (`root` sees to it)."""
        children = self._children[place]
        keys = sorted(children, key=str.encode)
        sums = [sum(column) for column in zip(*(children[key][1] for key in keys), strict=True)] or [0] * 6
        return {
            "children": [[key, children[key][0].hex()] for key in keys],
            "place": list(place),
            **dict(zip(TOTALS, sums, strict=True)),
        }

    def root(self) -> tuple[bytes, JsonObject]:
        """Hash of the root place and its six sums."""
        for place in sorted(self._dirty, key=len, reverse=True):
            if not place:
                continue
            parent, key = self._children[place[:-1]], f"p/{place[-1]}"
            if not self._children[place]:
                # its last unit moved away: places are exactly the prefixes in use [STAND-4]
                parent.pop(key, None)
                continue
            value = self.place_standing(place)
            parent[key] = _node_hash(PLACE_LINE, value), tuple(value[name] for name in TOTALS)
        self._dirty.clear()
        top = self.place_standing(())
        return _node_hash(PLACE_LINE, top), {name: top[name] for name in TOTALS}
