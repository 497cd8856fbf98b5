"""Stations by state, and how many of each township's open ones are silent. Villages are on the board, not here.

A station is heard of by a record of its chain, or by its laptop's open connection: a batch of a hundred papers takes
half an hour to call, so records alone would cry wolf. Times are the county's own clock; a station's clock is evidence.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from coordinator.metrics import STATES, Metrics
from tally_protocol.record.chain import StationState

TOWNSHIPS_MOST = 100
SILENT_AFTER = 120.0


def townships(places: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Unit -> township: the lowest level of the tree that still gathers several units, never more names than MOST.

    Example: 200 villages under 清和县 / 18 乡镇 / a district of their own each: the 18.
    """
    depth = max((len(place) for place in places.values()), default=0)
    for level in range(depth, 0, -1):
        found = {unit: tuple(place[:level]) for unit, place in places.items()}
        names = set(found.values())
        if len(names) <= TOWNSHIPS_MOST and (level == 1 or 2 * len(names) <= len(places)):
            return {unit: _name(place, names) for unit, place in found.items()}
    return dict.fromkeys(places, "")


def _name(place: tuple[str, ...], among: Iterable[tuple[str, ...]]) -> str:
    """The last part; with the one above it where two townships have one name."""
    if not place:
        return ""
    twins = sum(other[-1:] == place[-1:] for other in among)
    return "/".join(place[-2:]) if twins > 1 else place[-1]


class Stations:
    """Counts; one thread."""

    def __init__(
        self, metrics: Metrics, states: Mapping[str, StationState], *, seen: Callable[[], Mapping[str, float]],
        nodes: Mapping[str, str], monotonic: Callable[[], float], silent_after: float = SILENT_AFTER,
    ) -> None:  # fmt: skip
        """`seen`: seconds since each laptop's connection was seen; `nodes`: chain -> laptop."""
        self._metrics = metrics
        self._states = states
        self._seen = seen
        self._nodes = nodes
        self._monotonic = monotonic
        self._after = silent_after
        now = monotonic()
        self._heard = {chain: (state.next_seq, now) for chain, state in states.items()}
        units = {state.manifest.unit.id: state.manifest.unit for state in states.values()}
        names = townships({unit: found.place for unit, found in units.items()})
        self._township = {chain: names[state.manifest.unit.id] for chain, state in states.items()}
        self._silent = {name: metrics.silent.labels(township=name) for name in sorted(set(names.values()))}
        self._by_state = {state: metrics.stations.labels(state=state) for state in STATES}

    def look(self) -> None:
        """Now."""
        now, seen = self._monotonic(), self._seen()
        states: Counter[str] = Counter()
        silent: Counter[str] = Counter()
        for chain, station in self._states.items():
            length, heard = self._heard[chain]
            if station.next_seq != length:
                heard = now
                self._heard[chain] = station.next_seq, now
            word = "closed" if station.closed else "open" if station.opened else "sealed"
            states[word] += 1
            quiet = min(now - heard, seen.get(self._nodes.get(chain, ""), float("inf")))
            if word == "open" and quiet > self._after:
                silent[self._township[chain]] += 1
        for word, gauge in self._by_state.items():
            gauge.set(states[word])
        for name, gauge in self._silent.items():
            gauge.set(silent[name])
