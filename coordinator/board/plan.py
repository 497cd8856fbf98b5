"""What never moves while people count: the election, its places, its units in the order of the tree.

`plan.json` is fetched once; the numbers (`now.json`, changes) name a unit by its place in `units`. A newer version of
a unit note makes a new plan with a new number.
"""

from collections.abc import Iterable
from typing import Any

from coordinator.board.rows import FIELDS, OUTCOMES, SOURCES, STATES
from coordinator.ledger.progress import UnitProgress
from tally_protocol.election.manifest import Election
from tally_protocol.election.unit import Unit

Json = dict[str, Any]


class Plan:
    """The units in tree order, and the JSON of it."""

    def __init__(self, election: Election, units: Iterable[UnitProgress] = (), size: int = 0, number: int = 0) -> None:
        """Places in the order of their first unit in the log, each with its units in the order of the log."""
        notes = sorted((unit for unit in units), key=lambda unit: unit.entries[0])
        places: dict[tuple[str, ...], int] = {}
        for unit in notes:
            places.setdefault(unit.note.place, len(places))
        ordered = sorted(notes, key=lambda unit: places[unit.note.place])
        self.number = number
        self.order = {str(unit.note.id): place for place, unit in enumerate(ordered)}
        self.json: Json = {
            "plan": number,
            "size": size,
            "election": {
                "id": election.id, "title": election.title, "date": election.date, "test": election.test,
            },
            "fields": list(FIELDS),
            "states": [state.name for state in STATES],
            "outcomes": [outcome.value for outcome in OUTCOMES],
            "sources": [source.value for source in SOURCES],
            "places": [list(place) for place in places],
            "unit_fields": ["id", "name", "place", "registered", "stations"],
            "units": [_unit(unit.note, places[unit.note.place]) for unit in ordered],
        }  # fmt: skip


def _unit(note: Unit, place: int) -> list[object]:
    return [note.id, note.name, place, registered(note), len(note.stations)]


def registered(note: Unit) -> int:
    """R of the unit, else the sum of its stations'; -1 if neither is told."""
    if note.registered is not None:
        return note.registered
    told = [entry.registered for entry in note.stations]
    known = [number for number in told if number is not None]
    return sum(known) if len(known) == len(told) else -1
