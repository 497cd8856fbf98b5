"""Invented papers of several layouts for thousands of units: the same bytes for our kernel and for the peers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coordinator.sealing.shipped import DEFAULT, shipped
from coordinator.tally.planes import Papers
from tally_protocol.election.shape import ContestShape, Shape, shape
from tally_protocol.election.unit import Candidate, Contest, Layout, Unit
from tally_protocol.ids import CandidateId, ContestId, Hash32, LayoutId, NodeId, UnitId

# the rules by which all of them are judged: the national ones as shipped
PROFILE = shipped(DEFAULT)
# contest: candidates, write-in slots, most marks; somebody stands for deputy and, if that fails, for member
PAPERS = {
    "village": (("chair", ("A", "B"), 1, 1), ("deputy", ("C", "D", "E"), 0, 1), ("member", "EFGHI", 1, 3)),
    "deputies": (("deputies", "ABCD", 0, 2),),
    "head": (("head", "AB", 1, 1),),
}
BATCHES = {"village": 2, "deputies": 1, "head": 1}
LEAST, MOST = 51, 100
TABLE = (1, 2, 3)
# of a contest's places left open by how many papers: none, one, two; and papers with one approval too many
OPEN, TOO_MANY = (0.7, 0.2, 0.1), 0.02
# what stands beside a name that is not approved: nothing, oppose, unclear
OTHERS = (0.9, 0.08, 0.02)
VOID, WRITTEN = 0.01, 0.01
# of those who approve one person in two posts nearly all know that this voids the paper
CAREFUL = 0.95


@dataclass(frozen=True, slots=True)
class Pile:
    """All papers of one layout: `rows` (paper, cell), `batch` of each paper, and the same papers batch by batch."""

    shape: Shape
    rows: NDArray[np.uint8]
    batch: NDArray[np.uint32]
    papers: Papers


def paper_unit() -> Unit:
    """A unit that has every layout; only its shapes are used."""
    contests = tuple(
        Contest(
            id=ContestId(name), title=name, seats=most, max_marks=most, write_ins=slots,
            candidates=tuple(Candidate(id=CandidateId(one), name=f"候选人{one}") for one in candidates),
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


def _marks(contest: ContestShape, count: int, dice: np.random.Generator) -> NDArray[np.uint8]:
    """Mostly as many approvals as there may be, on names at random."""
    most = contest.max_marks - dice.choice(3, count, p=OPEN)
    most = np.where(dice.random(count) < TOO_MANY, contest.max_marks + 1, np.maximum(most, 0))
    rank = dice.random((count, contest.candidates)).argsort(axis=1)
    others = dice.choice((0, 2, 3), size=rank.shape, p=OTHERS)
    return np.where(rank < most[:, None], 1, others).astype(np.uint8)


def random_rows(paper: Shape, count: int, dice: np.random.Generator) -> NDArray[np.uint8]:
    """Random papers: blanks, over-votes and the same person twice occur; few are void or name somebody (of TABLE)."""
    rows = np.zeros((count, paper.width), np.uint8)
    rows[:, 0] = dice.integers(1, 6, count) * (dice.random(count) < VOID)
    for contest in paper.contests:
        rows[:, contest.cell : contest.slot_cell] = _marks(contest, count, dice)
        written = dice.integers(1, len(TABLE) + 1, (count, contest.slots))
        rows[:, contest.slot_cell : contest.end_cell] = written * (dice.random((count, contest.slots)) < WRITTEN)
    for first, *others in paper.same_person:
        for other in others:
            both = (rows[:, first] == 1) & (rows[:, other] == 1)
            rows[both & (dice.random(count) < CAREFUL), other] = 0
    return rows


def make_pile(layout: str, units: int, seed: int) -> Pile:
    """The papers of one layout in `units` units."""
    dice = np.random.default_rng(seed)
    paper = shape(paper_unit(), layout)
    sizes = dice.integers(LEAST, MOST + 1, units * BATCHES[layout])
    rows = random_rows(paper, int(sizes.sum()), dice)
    ends = np.cumsum(sizes).tolist()
    papers = Papers()
    for end, size in zip(ends, sizes.tolist(), strict=True):
        papers.add(rows[end - size : end].tobytes(), size, TABLE)
    return Pile(paper, rows, np.repeat(np.arange(len(sizes)), sizes).astype(np.uint32), papers)
