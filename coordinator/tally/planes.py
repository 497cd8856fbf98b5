"""Judging a commit group at once: every batch of equal papers and equal rules in one operation.

Gives exactly what `tally_protocol.law.validity.judge` gives, batch by batch [CELL-1] [VALID-1] [VALID-2] [VALID-3]
[VALID-4] [VALID-5]; property tests hold the two together. `stack` makes bit planes of the papers and counts planes by
batch; here the seven steps of spec/8 (what a paper counts) are done on planes, 64 papers a machine word.

    judge_group(shape, papers, profile) -> Group

A group is batches with equal `group_key(shape, ballot)`, which holds all that judging depends on: they may be judged
with the shape and profile of any of them, whatever their units, contests and candidates are called.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from coordinator.tally.adder import above, greater, total
from coordinator.tally.stack import ROOM, Bytes, Flags, Places, Stack, Words, Written
from tally_protocol.election.shape import (
    BLANK,
    DUPLICATE,
    ILLEGIBLE,
    OVER,
    PER_CANDIDATE,
    STATUSES,
    TORN,
    UNPAIRED,
    VALID,
    WRITTEN,
    ContestShape,
    Shape,
)
from tally_protocol.law.profile import Ballot, Profile
from tally_protocol.law.validity import MARKED, MOST_STATUS

Figures = NDArray[np.uint8 | np.uint16]
Counts = NDArray[np.int64]
Names = tuple[tuple[int, int, int], ...]

# planes that are counted beside those of candidates: of a contest the figures `valid` to `unpaired`
CONTEST_PLANES = 6
# rows below the counts of planes, from the end: all papers, none, then each candidate's papers without a mark
EVERY, NONE = -1, -2


@dataclass(frozen=True, slots=True)
class Papers:
    """The batches of a group side by side, as `add` puts them: a list of each property, small numbers a byte each."""

    rows: list[bytes] = field(default_factory=list)
    counts: bytearray = field(default_factory=bytearray)
    names: bytearray = field(default_factory=bytearray)
    tables: list[tuple[int, ...]] = field(default_factory=list)

    def add(self, rows: bytes, count: int, table: tuple[int, ...]) -> None:
        """A batch: the bytes of `count` papers, the register numbers of their slot codes."""
        if count > ROOM:
            raise ValueError(f"{count} papers in a batch, {ROOM} at most")
        self.rows.append(rows)
        self.counts.append(count)
        self.names.append(len(table))
        self.tables.append(table)

    def part(self, first: int, end: int) -> "Papers":
        """Some of the batches."""
        return Papers(self.rows[first:end], self.counts[first:end], self.names[first:end], self.tables[first:end])


@dataclass(frozen=True, slots=True)
class Group:
    """Verdicts in the order given: figures (batch, figure) and votes mean something only where `in_range` [CELL-1].

    `votes` are rows of batch, contest, slot code and votes: contest by contest, ascending by batch and code.
    """

    in_range: Flags
    figures: Figures
    votes: Counts
    tables: Sequence[tuple[int, ...]]

    @property
    def write_ins(self) -> tuple[Names, ...]:
        """Each batch's votes for register numbers, as its record states them; tables ascend, as the codes do."""
        found: dict[int, list[tuple[int, int, int]]] = {}
        for batch, contest, code, votes in self.votes.tolist():
            table = self.tables[batch]
            if code <= len(table):
                found.setdefault(batch, []).append((contest, table[code - 1], votes))
        return tuple([tuple(found.get(batch, ())) for batch in range(len(self.tables))])


def group_key(shape: Shape, ballot: Ballot) -> tuple[object, ...]:
    """What judging depends on: the structure of the paper, who is one person on it, the rules for marks; no names."""
    contests = tuple((contest.candidates, contest.slots, contest.max_marks) for contest in shape.contests)
    return contests, shape.same_person, ballot


def judge_group(shape: Shape, papers: Papers, profile: Profile) -> Group:
    """Count every batch of a group."""
    if not papers.rows:
        return Group(np.ones(0, np.bool_), np.zeros((0, shape.figures), np.uint16), _no_votes(), papers.tables)
    counts = np.frombuffer(papers.counts, np.uint8)
    stack = Stack(shape, papers.rows, counts, CONTEST_PLANES * len(shape.contests) + 1)
    judging = _Judging(shape, stack, profile.ballot)
    judging.run()
    figures = judging.figures(counts)
    names = np.frombuffer(papers.names, np.uint8)
    votes = [_no_votes()]
    for index, (contest, slots) in enumerate(zip(shape.contests, judging.slots, strict=True)):
        for slot in slots:
            # [CELL-1] a code beyond the batch's table
            stack.in_range[slot.written.batch[slot.written.codes > names[slot.written.batch]]] = False
        if slots:
            figures[contest.figure + WRITTEN], rows = _votes(slots, judging.valid[index], index, len(counts))
            votes.append(rows)
    return Group(stack.in_range, figures.T, np.concatenate(votes), papers.tables)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a shape fixes: `spans[contest]` of its candidates among all; `sources[figure]`: which row gives it.

    `people`: for each person who stands in several contests the (contest, candidate among all).
    """

    spans: tuple[slice, ...]
    sources: Places
    people: tuple[tuple[tuple[int, int], ...], ...]


@lru_cache(maxsize=4096)
def _plan(shape: Shape) -> _Plan:
    spans, candidate_at = list[slice](), dict[int, tuple[int, int]]()
    sources = np.full(shape.figures, NONE)
    sources[0] = EVERY
    candidates = sum([contest.candidates for contest in shape.contests])
    for index, contest in enumerate(shape.contests):
        spans.append(slice(len(candidate_at), len(candidate_at) + contest.candidates))
        for cell in range(contest.cell, contest.slot_cell):
            one = len(candidate_at)
            candidate_at[cell] = index, one
            at = contest.candidate_figure + PER_CANDIDATE * (cell - contest.cell)
            sources[at : at + PER_CANDIDATE] = one, candidates + one, 2 * candidates + one, NONE - candidates + one
    people = tuple(tuple(candidate_at[cell] for cell in group) for group in shape.same_person)
    return _Plan(tuple(spans), sources, people)


class _Slot:
    """One slot cell: `plane` are the papers where it holds an entry that counts."""

    def __init__(self, stack: Stack, written: Written, earlier: Sequence["_Slot"]) -> None:
        """`earlier`: slots of the same contest; a code that they have too is no further entry [VALID-2]."""
        self._stack, self.written = stack, written
        self.plane = written.plane
        for other in earlier:
            self.plane = self.plane ^ self.same(other)

    def same(self, other: "_Slot") -> Words:
        """The papers where both are the same register number: one code, since a batch has one table."""
        both = self._stack.papers_of(self.plane & other.plane)
        return self._stack.plane_of(both[self.written.every[both] == other.written.every[both]])

    def entries(self, valid: Words) -> tuple[Bytes, Places]:
        """Code and batch of the entries on valid papers."""
        keep = self.written.within(self.plane & valid)
        return self.written.codes[keep], self.written.batch[keep]


class _Judging:
    """The seven steps. `valid[contest]`: the papers that count in a contest. Figures are counts of planes."""

    def __init__(self, shape: Shape, stack: Stack, ballot: Ballot) -> None:
        self._contests, self._stack, self._rules = shape.contests, stack, ballot
        self._plan = _plan(shape)
        self._sources = self._plan.sources.copy()
        self._marks = stack.marks
        self.slots = [self._slots_of(contest) for contest in shape.contests]
        self.valid: list[Words] = []
        self._by_status: Counts | None = None

    def _slots_of(self, contest: ContestShape) -> list[_Slot]:
        slots: list[_Slot] = []
        for cell in range(contest.slot_cell, contest.end_cell):
            written = self._stack.written(cell)
            if written is not None:
                slots.append(_Slot(self._stack, written, slots))
        return slots

    def _counted(self, *figures: int) -> Words:
        """Room for a plane that will be counted for these figures."""
        row, plane = self._stack.add()
        for figure in figures:
            self._sources[figure] = row
        return plane

    def _void(self, left: Words, void: Words | None, *figures: int) -> Words:
        """The papers of `left` without the void ones, which are counted."""
        if void is None:
            return left
        return left ^ np.bitwise_and(left, void, out=self._counted(*figures))

    def _every(self, figure: int) -> list[int]:
        """One figure in all contests."""
        return [contest.figure + figure for contest in self._contests]

    def run(self) -> None:
        """Decide every contest of every paper."""
        left = self._legible(self._official())
        over = self._over()
        doubled = self._doubled()
        if self._rules.overvote.scope == "ballot" or self._rules.overvote.compare == "total":
            left = self._void(left, _any(over), *self._every(OVER))
            over = [None] * len(doubled)
        if self._rules.dup_post == "ballot":
            doubled = [_any(doubled)] * len(doubled)
            if not any(plane is not None for plane in over):
                left = self._void(left, doubled[0], *self._every(DUPLICATE))
                doubled = [None] * len(doubled)
        for index, contest in enumerate(self._contests):
            one = self._void(left, over[index], contest.figure + OVER)
            one = self._void(one, doubled[index], contest.figure + DUPLICATE)
            one = self._void(one, self._unpaired(index), contest.figure + UNPAIRED)
            # [VALID-4] [VALID-5] without any mark it is blank; only valid contests add to candidates
            marks = self._marks[:, self._plan.spans[index]]
            marked = np.bitwise_or.reduce(marks[:2], axis=(0, 1))
            for slot in self.slots[index]:
                marked |= slot.plane
            valid = np.bitwise_and(one, marked, out=self._counted(contest.figure + VALID))
            np.bitwise_xor(one, valid, out=self._counted(contest.figure + BLANK))
            marks &= valid
            self.valid.append(valid)

    def _official(self) -> Words:
        """Step 1: the papers whose status lets them count; the others by status, few as they are [VALID-1]."""
        stack = self._stack
        written = stack.written(0)
        if written is None:
            return np.full(stack.papers // 64, ~np.uint64(0))
        known = written.codes <= MOST_STATUS
        stack.in_range[written.batch[~known]] = False
        keys = np.where(known, written.codes, 0) * np.int64(len(stack.starts)) + written.batch
        self._by_status = np.bincount(keys, minlength=len(STATUSES) * len(stack.starts)).reshape(len(STATUSES), -1)
        if self._rules.extra_mark == "ballot":
            return ~written.plane
        self._by_status[MARKED] = 0
        return ~written.plane | stack.plane_of(written.papers[written.codes == MARKED])

    def _legible(self, left: Words) -> Words:
        """Step 2: an unclear mark voids the paper, where the profile says so [VALID-3]."""
        if self._rules.illegible != "ballot":
            return left
        return self._void(left, np.bitwise_or.reduce(self._marks[2], axis=0), *self._every(ILLEGIBLE))

    def _over(self) -> list[Words | None]:
        """Step 3: more approvals than there may be, of a contest or of all together [VALID-2]."""
        approvals = [
            [*self._marks[0, span], *[slot.plane for slot in slots]]
            for span, slots in zip(self._plan.spans, self.slots, strict=True)
        ]
        most = [contest.max_marks for contest in self._contests]
        if self._rules.overvote.compare == "total":
            return [above([plane for planes in approvals for plane in planes], sum(most))]
        return [above(planes, limit) for planes, limit in zip(approvals, most, strict=True)]

    def _doubled(self) -> list[Words | None]:
        """Step 4: the same person, or the same register number, in two posts [VALID-3]."""
        doubled: list[Words | None] = [None] * len(self._contests)
        for index, plane in (*self._same_person(), *self._same_number()):
            doubled[index] = _any((doubled[index], plane))
        return doubled

    def _same_person(self) -> Iterator[tuple[int, Words]]:
        """(contest, papers that approve there somebody approved elsewhere too); `highest_only` empties marks."""
        approve = self._marks[0]
        for (first, one), *others in self._plan.people:
            once, twice = approve[one], list[Words]()
            for _, candidate in others:
                twice.append(once & approve[candidate])
                once = once | approve[candidate]
                if self._rules.dup_post == "highest_only":
                    approve[candidate] ^= twice[-1]
            if self._rules.dup_post == "ballot":
                yield first, reduce(or_, twice)
            elif self._rules.dup_post == "columns":
                for index, candidate in ((first, one), *others):
                    yield index, reduce(or_, twice) & approve[candidate]

    def _same_number(self) -> Iterator[tuple[int, Words]]:
        """The same for register numbers."""
        for index, slots in enumerate(self.slots):
            higher = [(other, one) for other, earlier in enumerate(self.slots[:index]) for one in earlier]
            for slot in slots:
                for other, one in higher:
                    same = slot.same(one)
                    if self._rules.dup_post == "highest_only":
                        slot.plane = slot.plane ^ same
                    else:
                        yield other, same
                        yield index, same

    def _unpaired(self, index: int) -> Words | None:
        """Step 5: more written-in persons than opposed candidates [VALID-3]."""
        if self._rules.write_in != "needs_oppose" or not self.slots[index]:
            return None
        _, opposed, unclear = self._marks[:, self._plan.spans[index]]
        written = total([slot.plane for slot in self.slots[index]])
        return greater(written, total(opposed ^ unclear))

    def figures(self, papers: Bytes) -> Figures:
        """(figure, batch): figures lie figure by figure, so that whole rows are written."""
        marks, candidates, _ = self._marks.shape
        found = self._stack.count(candidates + 2)
        found[EVERY], found[NONE] = papers, 0
        # oppose, from oppose or unclear
        found[candidates : 2 * candidates] -= found[2 * candidates : 3 * candidates]
        valid = [self._sources[contest.figure + VALID] for contest in self._contests]
        rest = np.repeat(found[valid], [contest.candidates for contest in self._contests], axis=0)
        for mark in found[: marks * candidates].reshape(marks, candidates, len(papers)):
            rest -= mark
        found[NONE - candidates : NONE] = rest
        figures: Figures = found[self._sources]
        if max([len(slots) for slots in self.slots]) > 1:
            # several entries a paper: `written` may not fit into a byte
            figures = figures.astype(np.uint16)
        if self._by_status is not None:
            for figure in self._every(TORN):
                figures[figure : figure + MOST_STATUS] = self._by_status[1:]
        return figures


def _any(planes: Iterable[Words | None]) -> Words | None:
    """The papers of any of these planes."""
    known = [plane for plane in planes if plane is not None]
    return reduce(or_, known) if known else None


def _no_votes() -> Counts:
    return np.zeros((0, 4), np.int64)


def _votes(slots: Sequence[_Slot], valid: Words, contest: int, batches: int) -> tuple[Counts, Counts]:
    """`written` by batch, and rows of `Group.votes` [VALID-5]: few papers name anybody, so they are looked up."""
    entries = [slot.entries(valid) for slot in slots]
    codes, batch = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    most = 1 + int(codes.max(initial=0))
    votes = np.bincount(batch * most + codes)
    # of few flags the places are found quicker than of few integers
    found = (votes != 0).nonzero()[0]
    rows = np.empty((len(found), 4), np.int64)
    rows[:, 0], rows[:, 2] = np.divmod(found, most)
    rows[:, 1], rows[:, 3] = contest, votes[found]
    return np.bincount(batch, minlength=batches), rows
