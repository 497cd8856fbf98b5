"""A county whose units tell their electors in different places of the sealed note. Test furniture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tally_protocol.election.unit import Unit
from tests.world import World

# what the turnout is of; None = nobody recorded it
ELECTORS: dict[str, int | None] = {"v1": 210, "v2": None, "v3": 390}


@dataclass
class ElectorsApart(World):
    """`v1` has them at its stations alone, `v2` nowhere, `v3` at its first contest beside another number of its own."""

    places: tuple[tuple[str, tuple[str, ...]], ...] = (("v1", ("1", "2")), ("v2", ("1",)), ("v3", ("1",)))

    def _unit(self, name: str, stations: Sequence[str]) -> Unit:
        unit = super()._unit(name, stations)
        if name == "v3":
            chair, *others = unit.contests
            return replace(unit, contests=(replace(chair, registered=390), *others))
        if name == "v2":
            return replace(unit, registered=None)
        told = zip(unit.stations, (150, 60), strict=True)
        return replace(unit, registered=None, stations=tuple(replace(one, registered=n) for one, n in told))
