"""The live totals of the whole election: two flat int64 arrays, a commit group added at once [RUN-1] [RUN-2].

The arrays only ever add effects; the chains carry running totals. That both come to the same is the ledger's check.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coordinator.tally.columns import Columns

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an admitted record adds to one layout of one station."""

    unit: str
    station: str
    layout: str
    figures: Sequence[int]


class Matrix:
    """Totals by station and by unit. Written by the one writer thread."""

    def __init__(self, columns: Columns) -> None:
        """All zeros."""
        self.columns = columns
        self.stations: Integers = np.zeros(columns.station_width, np.int64)
        self.units: Integers = np.zeros(columns.unit_width, np.int64)

    def add(self, effects: Sequence[Effect]) -> None:
        """Add a whole commit group, stations and units, with one scatter each."""
        if not effects:
            return
        values = np.fromiter((value for effect in effects for value in effect.figures), np.int64)
        lengths = np.fromiter((len(effect.figures) for effect in effects), np.int64, len(effects))
        places = self.columns
        stations = [places.stations[effect.unit, effect.station, effect.layout] for effect in effects]
        units = [places.units[effect.unit, effect.layout] for effect in effects]
        # position of each value within its own record
        within = np.arange(len(values)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        np.add.at(self.stations, np.repeat(np.array(stations), lengths) + within, values)
        np.add.at(self.units, np.repeat(np.array(units), lengths) + within, values)

    def station(self, unit: str, station: str, layout: str, length: int) -> tuple[int, ...]:
        """A station's running figures of a layout."""
        start = self.columns.stations[unit, station, layout]
        return tuple(self.stations[start : start + length].tolist())

    def unit(self, unit: str, layout: str, length: int) -> tuple[int, ...]:
        """A unit's figures of a layout."""
        start = self.columns.units[unit, layout]
        return tuple(self.units[start : start + length].tolist())

    def equals(self, other: "Matrix") -> bool:
        """Whether every integer is the same."""
        return bool(np.array_equal(self.stations, other.stations) and np.array_equal(self.units, other.units))
