"""The shape of a paper: where each contest's cells and figures are (spec/1, layout and figures) [FIG-1].

Two contests of 2 and 3 candidates, one slot each: 1 + 3 + 4 = 8 cells, 1 + (9 + 8) + (9 + 12) = 39 figures.
"""

from dataclasses import dataclass
from functools import lru_cache

from tally_protocol.election.unit import Unit
from tally_protocol.errors import RuleViolation

CONTEST_FIGURES = (
    "valid",
    "blank",
    "over",
    "torn",
    "not_official",
    "marked",
    "unidentifiable",
    "unstated",
    "written",
)
CANDIDATE_FIGURES = ("approve", "oppose", "unclear", "abstain")
STATUSES = ("ok", "torn", "not_official", "marked", "unidentifiable", "unstated")
# index among a contest's nine figures
VALID, BLANK, OVER, TORN, WRITTEN = 0, 1, 2, 3, 8


@dataclass(frozen=True, slots=True)
class ContestShape:
    """`cell`: first candidate cell; `figure`: index of `valid`; candidates' figures follow at `figure + 9`."""

    contest: str
    candidates: int
    slots: int
    max_marks: int
    cell: int
    figure: int

    @property
    def slot_cell(self) -> int:
        """The first slot cell."""
        return self.cell + self.candidates

    @property
    def end_cell(self) -> int:
        """One past the last cell."""
        return self.cell + self.candidates + self.slots

    @property
    def end_figure(self) -> int:
        """One past the last figure."""
        return self.figure + 9 + 4 * self.candidates


@dataclass(frozen=True, slots=True)
class Shape:
    """A layout's cells a row (`width`) and integers in its figures (`figures`)."""

    layout: str
    width: int
    figures: int
    contests: tuple[ContestShape, ...]

    @property
    def zeros(self) -> tuple[int, ...]:
        """Figures of no papers."""
        return (0,) * self.figures


@lru_cache(maxsize=65_536)
def _shape(layout: str, contests: tuple[tuple[str, int, int, int], ...]) -> Shape:
    cell, figure, shapes = 1, 1, []
    for name, candidates, slots, max_marks in contests:
        shapes.append(ContestShape(name, candidates, slots, max_marks, cell, figure))
        cell, figure = shapes[-1].end_cell, shapes[-1].end_figure
    return Shape(layout, cell, figure, tuple(shapes))


def shape(unit: Unit, layout: str) -> Shape:
    """The shape of one of the unit's layouts; RuleViolation E_LAYOUT if the unit does not have it [CHAIN-6]."""
    found = unit.layout(layout)
    if found is None:
        raise RuleViolation("E_LAYOUT", f"unit {unit.id}", found=layout)
    by_id = {contest.id: contest for contest in unit.contests}
    return _shape(
        layout,
        tuple(
            (name, len(by_id[name].candidates), by_id[name].write_ins, by_id[name].max_marks) for name in found.contests
        ),
    )
