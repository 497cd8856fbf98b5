"""Invented papers of several layouts for thousands of units: the same bytes for our kernel and for the peers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coordinator.tally.planes import Papers
from tally_protocol.election.shape import Shape, shape
from tally_protocol.election.unit import Candidate, Contest, Layout, Unit
from tally_protocol.ids import CandidateId, ContestId, Hash32, LayoutId, NodeId, UnitId

# contest: candidates, write-in slots, most marks
PAPERS = {
    "village": (("chair", 2, 1, 1), ("deputy", 3, 0, 1), ("member", 5, 0, 3)),
    "deputies": (("deputies", 4, 0, 2),),
    "head": (("head", 2, 1, 1),),
}
BATCHES = {"village": 2, "deputies": 1, "head": 1}
LEAST, MOST = 51, 100
TABLE = (1, 2, 3)
MARKS = (0.62, 0.33, 0.03, 0.02)  # none, approve, oppose, unclear
VOID, WRITTEN = 0.01, 0.01


@dataclass(frozen=True, slots=True)
class Pile:
    """All papers of one layout: `rows` (paper, cell), `batch` of each paper, and the same papers batch by batch."""

    shape: Shape
    rows: NDArray[np.uint8]
    batch: NDArray[np.uint32]
    batches: tuple[Papers, ...]


def paper_unit() -> Unit:
    """A unit that has every layout; only its shapes are used."""
    contests = tuple(
        Contest(
            id=ContestId(name), title=name, seats=most, max_marks=most, write_ins=slots,
            candidates=tuple(Candidate(id=CandidateId(f"c{i}"), name=f"候选人{i}") for i in range(candidates)),
        )
        for paper in PAPERS.values() for name, candidates, slots, most in paper
    )  # fmt: skip
    return Unit(
        boxes=(), committee=(), contests=contests, election=Hash32(bytes(32)), id=UnitId("u"), name="村",
        layouts=tuple(
            Layout(id=LayoutId(name), contests=tuple(ContestId(part[0]) for part in paper))
            for name, paper in PAPERS.items()
        ),
        node=NodeId("n"), place=(), prev=Hash32(bytes(32)), profile="p", stations=(), version=1,
    )  # fmt: skip


def random_rows(paper: Shape, count: int, dice: np.random.Generator) -> NDArray[np.uint8]:
    """Random papers: blanks and over-votes occur; few papers are void or name somebody (codes of TABLE)."""
    rows = np.zeros((count, paper.width), np.uint8)
    rows[:, 0] = dice.integers(1, 6, count) * (dice.random(count) < VOID)
    for contest in paper.contests:
        rows[:, contest.cell : contest.slot_cell] = dice.choice(4, size=(count, contest.candidates), p=MARKS)
        written = dice.integers(1, len(TABLE) + 1, (count, contest.slots))
        rows[:, contest.slot_cell : contest.end_cell] = written * (dice.random((count, contest.slots)) < WRITTEN)
    return rows


def make_pile(layout: str, units: int, seed: int) -> Pile:
    """The papers of one layout in `units` units."""
    dice = np.random.default_rng(seed)
    paper = shape(paper_unit(), layout)
    sizes = dice.integers(LEAST, MOST + 1, units * BATCHES[layout])
    rows = random_rows(paper, int(sizes.sum()), dice)
    ends = np.cumsum(sizes).tolist()
    batches = tuple(
        Papers(rows[end - size : end].tobytes(), size, TABLE) for end, size in zip(ends, sizes.tolist(), strict=True)
    )
    return Pile(paper, rows, np.repeat(np.arange(len(sizes)), sizes).astype(np.uint32), batches)
