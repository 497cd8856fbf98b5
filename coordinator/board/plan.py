"""What never moves while people count: the election, its places, its units in the order of the tree.

`plan.json` is fetched once; the numbers (`now.json`, changes) name a unit by its place in `units`. A newer version of
a unit note makes a new plan with a new number.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from coordinator.board.rows import FIELDS, OUTCOMES, SOURCES, STATES
from coordinator.ledger.progress import UnitProgress
from coordinator.results.electors import electors_of
from tally_protocol.election.manifest import Election
from tally_protocol.election.unit import Unit
from tally_protocol.law.profile import Profile

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
        # a unit's own decisions change no law of a profile, so those of the election are enough here
        profiles = {profile.id: profile for profile in election.profiles}
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
            "units": [
                [unit.note.id, unit.note.name, places[unit.note.place], _electors(unit.note, profiles),
                 len(unit.note.stations)]
                for unit in ordered
            ],
        }  # fmt: skip


def _electors(note: Unit, profiles: Mapping[str, Profile]) -> int:
    """As the page's figures have it: -1 where they are not recorded."""
    found = electors_of(note, profiles)
    return -1 if found is None else found
