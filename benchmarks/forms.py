"""Forms of one unit out of a county's record: reading, filling, setting.

`python -m benchmarks.forms`. What counts at the printer is the time of a form once the typesetter is open, and that one
village's form does not read the whole county's records.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.record import make_record, publish
from benchmarks.rounds import heading, table, verdict
from coordinator.forms.making import Filled, Wish, fill_from, set_form
from coordinator.forms.record import Record, Scope, read_record
from coordinator.forms.typesetting import Typesetter, county_setter
from coordinator.settings import CountyError

UNITS, STATIONS, BATCHES = 120, 2, 7
ROUNDS = 15
FORMS = ("statement", "notice-16", "tally-sheet", "ballot", "notice-15", "flow")
MOST_MS = 200.0  # a form with its PDF; issue 5 asks for no figure
LEAST_TIMES = 5.0  # one unit against the whole record


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of some rounds."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times)


def set_other(setter: Typesetter, filled: Filled, numbers: Iterator[int]) -> None:
    """Set the form with other data than before, so that nothing can be taken from memory."""
    filled.data["subject"] = f"u7 {next(numbers)}"
    set_form(setter, filled)


def measure_forms(setter: Typesetter, record: Record) -> float:
    """A line a form; gives the slowest."""
    rows, slowest = [["form", "fill ms", "set ms", "KB"]], 0.0
    for form in FORMS:
        wish = Wish(form=form, unit="u7")
        filled = fill_from(record, wish, None)
        made = set_form(setter, filled)  # the first one reads its template
        fill = milliseconds(partial(fill_from, record, wish, None))
        took = milliseconds(partial(set_other, setter, filled, iter(range(ROUNDS))))
        rows.append([form, f"{fill:.1f}", f"{took:.1f}", f"{len(made.data) / 1024:.0f}"])
        slowest = max(slowest, fill + took)
    table(rows)
    return slowest


def main() -> None:
    """Make a record, read it whole and for one unit, print forms."""
    try:
        setter = county_setter()
    except CountyError as error:
        print(f"\n== forms: NOT RUN: {error.en}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as name, setter:
        folder = Path(name)
        played = make_record(UNITS, STATIONS, BATCHES)
        publish(played, folder)
        heading(f"forms: {len(played.entries)} entries of {UNITS} units")
        whole = milliseconds(lambda: read_record(folder, Scope()), 1)
        alone = milliseconds(lambda: read_record(folder, Scope(unit="u7")), 5)
        table([["read", "ms"], ["whole record", f"{whole:.0f}"], ["one unit", f"{alone:.0f}"]])
        slowest = measure_forms(setter, read_record(folder, Scope(unit="u7")))
        verdict("one unit read faster than all, times", whole / alone, least=LEAST_TIMES)
        verdict("slowest form, ms", slowest, most=MOST_MS)


if __name__ == "__main__":
    main()
