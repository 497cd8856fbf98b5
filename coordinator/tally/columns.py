"""Where each layout's figures lie in the flat arrays of the whole election [FIG-1].

One array for stations, one for units; a station's or unit's layouts lie behind each other in unit order. The map is
made once from the sealed units; adding a commit group is then arithmetic on offsets.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tally_protocol.election.shape import shape
from tally_protocol.election.unit import Unit


@dataclass(frozen=True, slots=True)
class Columns:
    """`stations[(unit, station, layout)]` and `units[(unit, layout)]`: first column of that layout's figures."""

    stations: dict[tuple[str, str, str], int]
    units: dict[tuple[str, str], int]
    station_width: int
    unit_width: int


def columns(units: Iterable[Unit]) -> Columns:
    """Lay out the columns of every unit, in the order given."""
    by_station: dict[tuple[str, str, str], int] = {}
    by_unit: dict[tuple[str, str], int] = {}
    station_at = unit_at = 0
    for unit in units:
        lengths = [(str(layout.id), shape(unit, layout.id).figures) for layout in unit.layouts]
        for layout, length in lengths:
            by_unit[unit.id, layout] = unit_at
            unit_at += length
        for entry in unit.stations:
            for layout, length in lengths:
                by_station[unit.id, entry.id, layout] = station_at
                station_at += length
    return Columns(by_station, by_unit, station_at, unit_at)
