"""Votes and ballots turned into papers: one row of cells a paper, as spec 1-election.md lays a paper out.

Pure, vectorised: 11.6 million one-mark papers are a few seconds' work. Cell 0 is the status, then for each contest
of the layout one cell a candidate and its write-in slots; a slot holds k = the k-th name of the table's list (from
1), whatever batch the paper will fall into.

A station's totals fix the multiset of its papers, not their order: candidates' votes are laid end to end and mark i
goes to paper i mod V. No candidate has more than V votes, so no paper names anyone twice; the sum is at most V x
max_marks, so no paper has too many marks. The papers are then shuffled with a seed of election, unit, station and
layout.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rehearsal.counts import Paper
from rehearsal.figures import vote_faults
from rehearsal.idents import CandidateId, ContestId, ElectionId, LayoutId, StationId, UnitId
from rehearsal.marks import UNSTATED
from rehearsal.notes import Finding, LeftOut
from rehearsal.plan import ContestPlan, LayoutPlan, PaperFigures

Rows = npt.NDArray[np.unsignedinteger[Any]]
"""uint8, or uint16 where a table has more than 255 written-in names; one row a paper."""

MAX_PAPERS: Final = 1_000_000
"""More papers of one kind at one table than any table counts: a slip of the pen, not an election."""

Votes = Mapping[ContestId, Mapping[CandidateId, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The papers of one layout at one table, and the names written on them."""

    rows: Rows
    names: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of papers."""
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """What became of a layout's votes: the papers, and what has to be said about them."""

    stack: Stack
    findings: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...]


def empty_stack(layout: LayoutPlan) -> Stack:
    """Return no papers, in the shape of the layout."""
    return Stack(np.zeros((0, layout.width), np.uint8), ())


def least_valid(contest: ContestPlan, votes: Mapping[CandidateId, int]) -> int:
    """Return the fewest papers that can carry these votes."""
    return max(-(-sum(votes.values()) // contest.max_marks), *votes.values(), 0)


class _Layer:
    """Lays one layout of one station out; gathers what it has to say."""

    def __init__(self, unit: UnitId, station: StationId, layout: LayoutPlan, votes: Votes) -> None:
        self.unit, self.station, self.layout, self.votes = unit, station, layout, votes
        self.findings: list[Finding] = []
        self.left_out: list[LeftOut] = []

    def say(self, code: str, contest: ContestPlan, what: str, expected: str, found: str) -> None:
        self.findings.append(
            Finding(
                code=code,
                unit=self.unit,
                station=self.station,
                contest=contest.id,
                what=what,
                expected=expected,
                found=found,
            )
        )

    def leave(self, code: str, contest: ContestPlan, expected: str, found: str) -> None:
        votes = tuple(self.votes.get(contest.id, {}).items())
        self.left_out.append(
            LeftOut(
                code=code,
                unit=self.unit,
                station=self.station,
                contest=contest.id,
                expected=expected,
                found=found,
                votes=votes,
            )
        )

    def usable(self, valid: int | None) -> list[ContestPlan]:
        """Return the contests whose votes can be laid out over `valid` papers (None: over as many as they need)."""
        fit: list[ContestPlan] = []
        for contest in self.layout.contests:
            votes = self.votes.get(contest.id)
            if votes is None:
                if valid != 0:
                    self.say("W_VOTES_UNKNOWN", contest, "votes", "vote rows", "none")
                else:
                    fit.append(contest)
                continue
            faults = list(vote_faults(contest, votes, valid))
            for fault in faults:
                self.say(fault[0], contest, *fault[1:])
            barred = [fault for fault in faults if fault[0] != "F_VOTES_VALID"]
            if barred:
                self.leave(barred[0][0], contest, barred[0][2], barred[0][3])
            else:
                fit.append(contest)
        return fit

    def done(self, stack: Stack) -> Laid:
        return Laid(stack, tuple(self.findings), tuple(self.left_out))


def papers_from_votes(
    unit: UnitId, station: StationId, layout: LayoutPlan, figures: PaperFigures, votes: Votes
) -> Laid:
    """Lay the votes of one layout out as papers; void papers become `unstated` ones."""
    layer = _Layer(unit, station, layout, votes)
    fit = layer.usable(figures.valid)
    if not fit:
        return layer.done(empty_stack(layout))
    if figures.valid is not None:
        valid = figures.valid
    else:
        valid = max(least_valid(contest, votes[contest.id]) for contest in fit)
    if figures.invalid is not None:
        invalid = figures.invalid
    else:
        invalid = max(0, figures.collected - valid) if figures.collected is not None else 0
    if valid + invalid > MAX_PAPERS:
        for contest in fit:
            layer.leave("E_TOO_MANY", contest, f"at most {MAX_PAPERS} papers", str(valid + invalid))
        return layer.done(empty_stack(layout))
    rows = np.zeros((valid + invalid, layout.width), np.uint8)
    rows[valid:, 0] = UNSTATED
    for contest in fit:
        total = deal(rows, layout, contest, votes.get(contest.id, {}), valid)
        if total < valid:
            layer.say("W_BLANKS", contest, "marks", f"{valid} valid papers", f"{valid - total} papers stay blank")
    return layer.done(Stack(rows, ()))


def deal(rows: Rows, layout: LayoutPlan, contest: ContestPlan, votes: Mapping[CandidateId, int], valid: int) -> int:
    """Give mark i of the contest to paper i mod `valid`; return the number of marks."""
    counts = np.array([votes.get(candidate.id, 0) for candidate in contest.candidates], np.int64)
    total = int(counts.sum())
    if total:
        first, _, _ = layout.columns(contest.id)
        columns = np.repeat(np.arange(first, first + len(counts)), counts)
        rows[np.arange(total) % valid, columns] = 1
    return total


def papers_from_ballots(layout: LayoutPlan, papers: Sequence[Paper]) -> Stack:
    """Put the papers of ballots.csv into rows; marks stay on void papers, the rules judge them."""
    names: dict[str, int] = {}
    for paper in papers:
        for contest in layout.contests:
            if marks := paper.marks.get(contest.id):
                for name in marks.names:
                    names.setdefault(name, len(names) + 1)
    rows = np.zeros((len(papers), layout.width), np.uint8 if len(names) < 256 else np.uint16)
    spans = {contest.id: layout.columns(contest.id) for contest in layout.contests}
    for row, paper in enumerate(papers):
        rows[row, 0] = paper.status
        for contest_id, marks in paper.marks.items():
            first, slots, _ = spans[contest_id]
            for place, code in marks.cells:
                rows[row, first + place] = code
            for slot, name in enumerate(marks.names):
                rows[row, slots + slot] = names[name]
    return Stack(rows, tuple(names))


def put_together(layout: LayoutPlan, stacks: Sequence[Stack]) -> Stack:
    """Put one table's papers on another's: one stack, one list of names, every slot renumbered to it."""
    names: dict[str, int] = {}
    for stack in stacks:
        for name in stack.names:
            names.setdefault(name, len(names) + 1)
    kind = np.uint8 if len(names) < 256 else np.uint16
    slots = [column for contest in layout.contests for column in range(*layout.columns(contest.id)[1:])]
    parts: list[Rows] = []
    for stack in stacks:
        rows: Rows = stack.rows.astype(kind)
        if slots and stack.names:
            renumber = np.array([0, *(names[name] for name in stack.names)], kind)
            rows[:, slots] = renumber[stack.rows[:, slots]]
        parts.append(rows)
    return Stack(np.concatenate(parts), tuple(names))


def shuffled(stack: Stack, election: ElectionId, unit: UnitId, station: StationId, layout: LayoutId) -> Stack:
    """Mix the papers: always the same way for the same table, so that a rehearsal can be repeated."""
    seed = hashlib.sha256("\n".join((election, unit, station, layout)).encode()).digest()
    order = np.random.default_rng(int.from_bytes(seed)).permutation(len(stack.rows))
    return Stack(stack.rows[order], stack.names)
