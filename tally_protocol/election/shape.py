"""The shape of a paper: where each contest's cells and figures are (spec/1, layout and figures) [FIG-1].

Two contests of 2 and 3 candidates, one slot each: 1 + 3 + 4 = 8 cells, 1 + (12 + 8) + (12 + 12) = 45 figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tally_protocol.election.unit import Contest, Unit
from tally_protocol.errors import RuleViolation

CONTEST_FIGURES = (
    "valid",
    "blank",
    "over",
    "duplicate",
    "illegible",
    "unpaired",
    "torn",
    "not_official",
    "marked",
    "unidentifiable",
    "unstated",
    "written",
)
CANDIDATE_FIGURES = ("approve", "oppose", "unclear", "abstain")
STATUSES = ("ok", "torn", "not_official", "marked", "unidentifiable", "unstated")
# index among a contest's own figures; the first eleven say how the contest was judged and add up to the papers
VALID, BLANK, OVER, DUPLICATE, ILLEGIBLE, UNPAIRED, TORN = range(7)
WRITTEN = len(CONTEST_FIGURES) - 1
# its candidates' figures follow its own
PER_CONTEST = len(CONTEST_FIGURES)
PER_CANDIDATE = len(CANDIDATE_FIGURES)


@dataclass(frozen=True, slots=True)
class ContestShape:
    """`cell`: first candidate cell; `figure`: index of `valid`; candidates' figures begin at `candidate_figure`."""

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
    def candidate_figure(self) -> int:
        """The first candidate's `approve`; the next candidate's is PER_CANDIDATE further."""
        return self.figure + PER_CONTEST

    @property
    def end_figure(self) -> int:
        """One past the last figure."""
        return self.figure + PER_CONTEST + PER_CANDIDATE * self.candidates


@dataclass(frozen=True, slots=True)
class Shape:
    """A layout's cells a row (`width`) and integers in its figures (`figures`).

    `same_person`: groups of candidate cells, each group one person who stands in several contests of this paper.
    """

    layout: str
    width: int
    figures: int
    contests: tuple[ContestShape, ...]
    same_person: tuple[tuple[int, ...], ...] = ()

    @property
    def zeros(self) -> tuple[int, ...]:
        """Figures of no papers."""
        return (0,) * self.figures


def _make(layout: str, contests: Sequence[Contest]) -> Shape:
    cell, figure = 1, 1
    shapes: list[ContestShape] = []
    cells_of: dict[tuple[str, str], list[int]] = {}
    for contest in contests:
        for place, candidate in enumerate(contest.candidates):
            cells_of.setdefault(candidate.person, []).append(cell + place)
        made = ContestShape(contest.id, len(contest.candidates), contest.write_ins, contest.max_marks, cell, figure)
        shapes.append(made)
        cell, figure = made.end_cell, made.end_figure
    same = tuple(tuple(cells) for cells in cells_of.values() if len(cells) > 1)
    return Shape(layout, cell, figure, tuple(shapes), same)


def shape(unit: Unit, layout: str) -> Shape:
    """The shape of one of the unit's layouts; RuleViolation E_LAYOUT if the unit does not have it [CHAIN-6]."""
    known = unit.memo.get(layout)
    if isinstance(known, Shape):
        return known
    found = unit.layout(layout)
    if found is None:
        raise RuleViolation("E_LAYOUT", f"unit {unit.id}", found=layout)
    by_id = {contest.id: contest for contest in unit.contests}
    made = unit.memo[layout] = _make(layout, [by_id[name] for name in found.contests])
    return made
