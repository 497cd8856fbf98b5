"""Rounds in which every piece runs once, in another order each time, so that a change of the machine's speed hits all.

CPU seconds of this process, all threads (`time.process_time`): threads that a peer starts are paid by the peer.
"""

import gc
import os
import platform
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """One piece over all rounds: CPU seconds a round."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.seconds)

    @property
    def fast(self) -> float:
        """The tenth percentile: the machine's quick state."""
        return sorted(self.seconds)[len(self.seconds) // 10]

    def over(self, floor: "Timing") -> float:
        """Ratio formed inside each round, then the median."""
        return statistics.median([own / other for own, other in zip(self.seconds, floor.seconds, strict=True)])


def cpu_of(piece: Callable[[], object]) -> float:
    """CPU seconds of one call; the collector runs before it, not in it."""
    gc.collect()
    began = time.process_time()
    piece()
    return time.process_time() - began


def run_rounds(pieces: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timing]:
    """Every piece once a round, in random order; the first round only warms up."""
    order, dice = list(pieces), random.Random(1)  # noqa: S311 - an order, not a secret
    found: dict[str, list[float]] = {name: [] for name in order}
    for number in range(rounds + 1):
        dice.shuffle(order)
        for name in order:
            seconds = cpu_of(pieces[name])
            if number:
                found[name].append(seconds)
    return {name: Timing(tuple(seconds)) for name, seconds in found.items()}


def heading(title: str) -> None:
    """What is measured, and on what machine, as far as a reader of ratios needs it."""
    load = os.getloadavg()[0]
    print(f"\n== {title} ==")
    print(f"   python {platform.python_version()}, {os.cpu_count()} cores, load average at the start {load:.1f}")


def table(rows: Sequence[Sequence[str]]) -> None:
    """Columns under each other, the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print("   " + "  ".join(cells))


def verdict(what: str, value: float, most: float | None = None, least: float | None = None) -> None:
    """A ratio beside its target; a benchmark reports, it never fails a build."""
    if most is not None:
        good, target = value <= most, f"target <= {most:g}"
    else:
        good, target = value >= (least or 0.0), f"target >= {least:g}"
    print(f"   {'met   ' if good else 'MISSED'} {what}: {value:.2f} ({target})")
