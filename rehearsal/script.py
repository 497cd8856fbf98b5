"""What a laptop plays: the lines of its session file (docs/session-file.md), unit by unit, made as they are needed.

Pure but for the clock and the dice that are passed in. A table: open, boxes, papers, close; then the unit's statement,
the names if anybody was written in, and the declaration of what the rules give.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

import numpy as np

from rehearsal.folder import Folder
from rehearsal.notes import Sink
from rehearsal.papers import Stack
from rehearsal.plan import LayoutPlan, PaperFigures, UnitPlan
from rehearsal.privacy import cut
from rehearsal.rules import DECLARED
from rehearsal.tabling import CountingTable, unit_tables

Line = dict[str, object]
MOST_NAMES = 255


def known_figures(figures: PaperFigures) -> dict[str, int]:
    """The figures that the form has; None means not known and is left out."""
    return {name: value for name, value in asdict(figures).items() if value is not None}


def unit_lines(
    folder: Folder, unit: UnitPlan, note: Sink, clock: Callable[[], int], nonce: Callable[[], str]
) -> Iterator[Line]:
    """Every line of one unit. `clock` gives UTC seconds, `nonce` twelve decimal digits."""
    written = False
    for table in unit_tables(folder, unit, note):
        yield from table_lines(table, clock, nonce)
        written = written or any(papers.stack.names for papers in table.papers)
    yield {"op": "statement", "unit": unit.id, "time": clock()}
    if written:
        yield {"op": "names", "unit": unit.id, "time": clock()}
    if any(contest.rule in DECLARED for contest in unit.contests):
        # without figures of its own: the laptop declares exactly what the rules give
        yield {"op": "declaration", "unit": unit.id, "time": clock()}


def table_lines(table: CountingTable, clock: Callable[[], int], nonce: Callable[[], str]) -> Iterator[Line]:
    """Every line of one table."""
    unit, station = table.unit.id, table.station.id
    at = {"unit": unit, "station": station}
    yield {"op": "open", **at, "nonce": nonce(), "time": clock()}
    for box in table.unit.boxes:
        if box.station == station:
            yield {"op": "box", **at, "box": box.id, **known_figures(box.figures), "time": clock()}
    joined_from: list[list[str]] = []
    joined_to: list[list[str]] = []
    for papers in table.papers:
        layout = papers.layout.id
        joined_from += [[layout, guest] for guest in papers.joined_from]
        if papers.joined_to is not None:
            joined_to.append([layout, papers.joined_to])
        for stack in one_byte_stacks(papers.layout, papers.stack):
            yield {
                "op": "papers",
                **at,
                "layout": layout,
                "rows": base64.b64encode(stack.rows.tobytes()).decode(),
                "names": list(stack.names),
                "time": clock(),
            }
    yield {
        "op": "close",
        **at,
        "paper": known_figures(table.station.figures),
        "joined_from": joined_from,
        "joined_to": joined_to,
        "time": clock(),
    }


def one_byte_stacks(layout: LayoutPlan, stack: Stack) -> Iterator[Stack]:
    """The stack as the session file carries it: one byte a cell.

    A table with more than 255 written-in names cannot be numbered in one byte; its stack is cut here, exactly as the
    station would cut it ([CUT-1]), and each part names its own.
    """
    if not len(stack):
        return
    if len(stack.names) <= MOST_NAMES:
        yield Stack(stack.rows.astype(np.uint8), stack.names)
        return
    slots = [cell for contest in layout.contests for cell in range(*layout.columns(contest.id)[1:])]
    start = 0
    for size in cut(len(stack)):
        rows = stack.rows[start : start + size].copy()
        start += size
        codes = np.unique(rows[:, slots])
        codes = codes[codes > 0]
        rows[:, slots] = np.where(rows[:, slots] > 0, np.searchsorted(codes, rows[:, slots]) + 1, 0)
        yield Stack(rows.astype(np.uint8), tuple(stack.names[code - 1] for code in codes))


def encode_line(line: Line) -> bytes:
    """One line of the session file."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
