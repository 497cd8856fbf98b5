"""Judging a commit group at once: every batch of equal papers and equal rules in one operation.

Gives exactly what `tally_protocol.law.validity.judge` gives, batch by batch [CELL-1] [VALID-1] [VALID-2] [VALID-3]
[VALID-4] [VALID-5]; property tests hold the two together. `stack` makes bit planes of the papers and counts planes by
batch; here the seven steps of spec/8 (what a paper counts) are done on planes, 64 papers a machine word.

    judge_group(shape, batches, profile) -> Group

A group is batches with equal `group_key(shape, ballot)`, which holds all that judging depends on: they may be judged
with the shape and profile of any of them, whatever their units, contests and candidates are called.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import accumulate
from operator import or_

import numpy as np
from numpy.typing import NDArray

from coordinator.tally.adder import above, greater, total
from coordinator.tally.stack import Bytes, Flags, Places, Stack, Words, pack
from tally_protocol.election.shape import (
    BLANK,
    DUPLICATE,
    ILLEGIBLE,
    OVER,
    PER_CANDIDATE,
    TORN,
    UNPAIRED,
    VALID,
    WRITTEN,
    ContestShape,
    Shape,
)
from tally_protocol.law.profile import Ballot, Profile
from tally_protocol.law.validity import MARKED, MOST_STATUS

Figures = NDArray[np.uint16]
Counts = NDArray[np.int64]
Names = tuple[tuple[int, int, int], ...]

# planes to be counted beside those of candidates: figures 0 to 5 of a contest; of a paper illegible and five statuses
CONTEST_PLANES, PAPER_PLANES = 6, 6
_STATUS_BITS = np.array([1, 2, 4], np.uint8)[:, None]


@dataclass(frozen=True, slots=True)
class Papers:
    """One batch to judge: `rows` of `count` papers, `table` the register numbers of its slot codes."""

    rows: bytes
    count: int
    table: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Verdicts in the order given: figures (batch, figure) and votes mean something only where `in_range` [CELL-1].

    `votes` are rows of batch, contest, slot code and votes: contest by contest, ascending by batch and code.
    """

    in_range: Flags
    figures: Figures
    votes: Counts
    tables: tuple[tuple[int, ...], ...]

    @property
    def write_ins(self) -> tuple[Names, ...]:
        """Each batch's votes for register numbers, as its record states them; tables ascend, as the codes do."""
        found: list[Names] = [()] * len(self.tables)
        for batch, contest, code, votes in self.votes.tolist():
            table = self.tables[batch]
            if code <= len(table):
                found[batch] = (*found[batch], (contest, table[code - 1], votes))
        return tuple(found)


def group_key(shape: Shape, ballot: Ballot) -> tuple[object, ...]:
    """What judging depends on: the structure of the paper, who is one person on it, the rules for marks; no names."""
    contests = tuple((contest.candidates, contest.slots, contest.max_marks) for contest in shape.contests)
    return contests, shape.same_person, ballot


def judge_group(shape: Shape, batches: Sequence[Papers], profile: Profile) -> Group:
    """Count every batch of a group."""
    tables = tuple([batch.table for batch in batches])
    if not batches:
        return Group(np.ones(0, np.bool_), np.zeros((0, shape.figures), np.uint16), np.zeros((0, 4), np.int64), tables)
    counts = np.frombuffer(bytes([batch.count for batch in batches]), np.uint8)
    more = CONTEST_PLANES * len(shape.contests) + PAPER_PLANES
    stack = Stack(shape, [batch.rows for batch in batches], counts, more)
    judging = _Judging(shape, stack, profile.ballot)
    judging.run()
    figures = judging.figures(counts)
    votes = _Votes(judging, np.frombuffer(bytes(map(len, tables)), np.uint8)).rows(figures)
    return Group(stack.in_range, figures.T, votes, tables)


class _Slot:
    """What stands in one slot cell: the papers' codes; `present` where it counts, `plane` the same as a plane."""

    def __init__(self, codes: Bytes, earlier: Sequence["_Slot"]) -> None:
        """`earlier`: slots of the same contest; a code that they have too is no further entry [VALID-2]."""
        self.codes = codes
        self.present: Flags = codes != 0
        for other in earlier:
            self.present &= codes != other.codes
        self.plane = pack(self.present)

    def empty(self, where: Flags) -> None:
        """Take the slot as empty there."""
        self.present &= ~where
        self.plane = pack(self.present)


class _Judging:
    """The seven steps. `valid[contest]`: the papers that count in a contest. Each figure is the count of a plane."""

    def __init__(self, shape: Shape, stack: Stack, ballot: Ballot) -> None:
        self.shape, self.stack, self._ballot = shape, stack, ballot
        ends = accumulate(contest.candidates for contest in shape.contests)
        self._spans = [slice(end - one.candidates, end) for end, one in zip(ends, shape.contests, strict=True)]
        # of every candidate the papers that approve, oppose, mark it unclearly
        self._marks = stack.marks
        approve, oppose, unclear = self._marks
        np.bitwise_and(approve, oppose, out=unclear)
        approve ^= unclear
        oppose ^= unclear
        self.slots = [self._slots(contest) for contest in shape.contests]
        self.valid: list[Words] = []
        # which figures each counted plane gives: one figure of a contest, or of all contests the same
        self._given: list[tuple[int, ...]] = []

    def _slots(self, contest: ContestShape) -> list[_Slot]:
        slots: list[_Slot] = []
        for cell in range(contest.slot_cell, contest.end_cell):
            if cell in self.stack.codes:
                slots.append(_Slot(self.stack.codes[cell], slots))
        return slots

    def _counted(self, *figures: int) -> Words:
        """Room for a plane that will be counted for these figures."""
        self._given.append(figures)
        return self.stack.add()

    def _void(self, left: Words, void: Words | None, *figures: int) -> Words:
        """The papers of `left` without the void ones, which are counted."""
        if void is None:
            return left
        return left ^ np.bitwise_and(left, void, out=self._counted(*figures))

    def _every(self, figure: int) -> list[int]:
        """One figure in all contests."""
        return [contest.figure + figure for contest in self.shape.contests]

    def run(self) -> None:
        """Decide every contest of every paper."""
        left = self._legible(self._official())
        over = self._over()
        doubled = self._doubled()
        rules = self._ballot
        if rules.overvote.scope == "ballot" or rules.overvote.compare == "total":
            left = self._void(left, _any(over), *self._every(OVER))
            over = [None] * len(doubled)
        if rules.dup_post == "ballot":
            doubled = [_any(doubled)] * len(doubled)
            if not any(plane is not None for plane in over):
                left = self._void(left, doubled[0], *self._every(DUPLICATE))
                doubled = [None] * len(doubled)
        for index, (contest, span) in enumerate(zip(self.shape.contests, self._spans, strict=True)):
            at = contest.figure
            one = self._void(left, over[index], at + OVER)
            one = self._void(one, doubled[index], at + DUPLICATE)
            one = self._void(one, self._unpaired(index), at + UNPAIRED)
            # [VALID-4] [VALID-5] without any mark it is blank; only valid contests add to candidates
            marks = self._marks[:, span]
            marked = np.bitwise_or.reduce(marks, axis=(0, 1))
            for slot in self.slots[index]:
                marked |= slot.plane
            valid = np.bitwise_and(one, marked, out=self._counted(at + VALID))
            np.bitwise_xor(one, valid, out=self._counted(at + BLANK))
            marks &= valid
            self.valid.append(valid)

    def _official(self) -> Words:
        """Step 1: the papers whose status lets them count [VALID-1]."""
        left = np.full(self.stack.papers // 64, ~np.uint64(0))
        codes = self.stack.codes.get(0)
        if codes is None:
            return left
        unknown = codes > MOST_STATUS
        if unknown.any():
            self.stack.refuse(unknown.nonzero()[0])
        ones, twos, fours = pack(codes & _STATUS_BITS)
        planes = (ones & ~(twos | fours), twos & ~ones, ones & twos, fours & ~ones, fours & ones)
        for status, plane in enumerate(planes, 1):
            if status != MARKED or self._ballot.extra_mark == "ballot":
                left = self._void(left, plane, *self._every(TORN + status - 1))
        return left

    def _legible(self, left: Words) -> Words:
        """Step 2: an unclear mark voids the paper, where the profile says so [VALID-3]."""
        if self._ballot.illegible != "ballot":
            return left
        return self._void(left, np.bitwise_or.reduce(self._marks[2], axis=0), *self._every(ILLEGIBLE))

    def _over(self) -> list[Words | None]:
        """Step 3: more approvals than there may be, of a contest or of all together [VALID-2]."""
        approvals = [
            [*self._marks[0, span], *[slot.plane for slot in slots]]
            for span, slots in zip(self._spans, self.slots, strict=True)
        ]
        contests = self.shape.contests
        if self._ballot.overvote.compare == "total":
            most = sum([contest.max_marks for contest in contests])
            return [above([plane for planes in approvals for plane in planes], most)]
        return [above(planes, contest.max_marks) for planes, contest in zip(approvals, contests, strict=True)]

    def _doubled(self) -> list[Words | None]:
        """Step 4: the same person, or the same register number, in two posts [VALID-3]."""
        doubled: list[Words | None] = [None] * len(self.shape.contests)
        for index, plane in (*self._same_person(), *self._same_number()):
            doubled[index] = _any((doubled[index], plane))
        return doubled

    def _same_person(self) -> Iterator[tuple[int, Words]]:
        """(contest, papers that approve there somebody approved elsewhere too); `highest_only` empties marks."""
        approve = self._marks[0]
        for standing in _people(self.shape):
            once = approve[standing[0][1]].copy()
            twice = np.zeros_like(once)
            for _, candidate in standing[1:]:
                here = approve[candidate].copy()
                twice |= once & here
                if self._ballot.dup_post == "highest_only":
                    approve[candidate] &= ~once
                once |= here
            if self._ballot.dup_post != "highest_only":
                for index, candidate in standing:
                    yield index, twice & approve[candidate]

    def _same_number(self) -> Iterator[tuple[int, Words]]:
        """The same for register numbers: equal codes, since a batch has one table."""
        for index, slots in enumerate(self.slots):
            higher = [(other, one) for other, earlier in enumerate(self.slots[:index]) for one in earlier]
            for slot in slots if higher else ():
                again = np.zeros(self.stack.papers, np.bool_)
                for other, one in higher:
                    equal = slot.present & (slot.codes == one.codes)
                    again |= equal
                    if self._ballot.dup_post != "highest_only":
                        yield other, pack(equal)
                if self._ballot.dup_post == "highest_only":
                    slot.empty(again)
                else:
                    yield index, pack(again)

    def _unpaired(self, index: int) -> Words | None:
        """Step 5: more written-in persons than opposed candidates [VALID-3]."""
        if self._ballot.write_in != "needs_oppose" or not self.slots[index]:
            return None
        written = total([slot.plane for slot in self.slots[index]])
        return greater(written, total(self._marks[1, self._spans[index]]))

    def figures(self, counts: Bytes) -> Figures:
        """(figure, batch): figures lie figure by figure, so that whole rows are written."""
        found = self.stack.count()
        figures = np.zeros((self.shape.figures, len(counts)), np.uint16)
        figures[0] = counts
        candidates = self._marks.shape[1]
        given = [(figure, row) for row, group in enumerate(self._given, 3 * candidates) for figure in group]
        figures[[figure for figure, _ in given]] = found[[row for _, row in given]]
        for contest, span in zip(self.shape.contests, self._spans, strict=True):
            each = figures[contest.candidate_figure : contest.end_figure]
            each = each.reshape(contest.candidates, PER_CANDIDATE, len(counts))
            rest = figures[contest.figure + VALID]
            for place in range(3):
                marked = found[place * candidates : (place + 1) * candidates][span]
                each[:, place] = marked
                rest = rest - marked
            each[:, 3] = rest
        return figures


def _any(planes: Iterable[Words | None]) -> Words | None:
    """The papers of any of these planes."""
    known = [plane for plane in planes if plane is not None]
    return reduce(or_, known) if known else None


@lru_cache(maxsize=4096)
def _people(shape: Shape) -> list[list[tuple[int, int]]]:
    """For each person who stands in several contests: (contest, candidate among those of the whole paper)."""
    candidate_at: dict[int, tuple[int, int]] = {}
    for index, contest in enumerate(shape.contests):
        for cell in range(contest.cell, contest.slot_cell):
            candidate_at[cell] = index, len(candidate_at)
    return [[candidate_at[cell] for cell in group] for group in shape.same_person]


class _Votes:
    """Votes for written-in names: few papers name anybody, so they are looked up one by one."""

    def __init__(self, judging: _Judging, names: Bytes) -> None:
        """`names`: how long each batch's table is."""
        self._judging, self._names = judging, names

    def rows(self, figures: Figures) -> Counts:
        """Rows of `Group.votes`; fills in `written` [VALID-5]."""
        contests = enumerate(self._judging.shape.contests)
        rows = [self._of(index, contest, figures) for index, contest in contests if self._judging.slots[index]]
        return np.concatenate(rows) if rows else np.zeros((0, 4), np.int64)

    def _of(self, index: int, contest: ContestShape, figures: Figures) -> Counts:
        slots, batches = self._judging.slots[index], len(self._names)
        valid = np.unpackbits(self._judging.valid[index].view(np.uint8), bitorder="little").view(np.bool_)
        codes = 1 + max([int(slot.codes.max()) for slot in slots])
        if codes > 1 + self._names.min():
            self._refuse(slots)
        votes = np.zeros(codes * batches, np.int64)
        for slot in slots:
            papers = (slot.present & valid).nonzero()[0]
            votes += np.bincount(self._key(slot.codes[papers], papers, batches), minlength=len(votes))
        by_code = votes.reshape(codes, batches)
        figures[contest.figure + WRITTEN] = np.add.reduce(by_code, axis=0)
        batch, code = by_code.T.nonzero()
        rows = np.empty((len(batch), 4), np.int64)
        rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3] = batch, index, code, by_code[code, batch]
        return rows

    def _key(self, codes: Bytes, papers: Places, batches: int) -> Places:
        return codes * np.int64(batches) + self._judging.stack.batch_of(papers)

    def _refuse(self, slots: Sequence[_Slot]) -> None:
        """A code beyond the batch's table [CELL-1]."""
        stack = self._judging.stack
        for slot in slots:
            written = slot.codes.nonzero()[0]
            stack.refuse(written[slot.codes[written] > self._names[stack.batch_of(written)]])
