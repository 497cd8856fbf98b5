"""Judging a commit group at once: every batch of equal papers and equal rules in one operation.

Gives exactly what `tally_protocol.law.validity.judge` gives, batch by batch [CELL-1] [VALID-1] [VALID-2] [VALID-3]
[VALID-4] [VALID-5]; property tests hold the two together. `stack` makes bit planes of the papers and counts planes by
batch; here the seven steps of spec/8 (what a paper counts) are done on planes, 64 papers a machine word.

    judge_group(shape, batches, profile) -> Group

A group is batches with equal `group_key(shape, ballot)`, which holds all that judging depends on: they may be judged
with the shape and profile of any of them, whatever their units, contests and candidates are called.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from coordinator.tally.adder import above, greater, total
from coordinator.tally.stack import Bytes, Flags, Stack, Words, cells_of, pack
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
    counts = np.frombuffer(bytes([batch.count for batch in batches]), np.uint8)
    tables = tuple([batch.table for batch in batches])
    if not batches:
        return Group(np.ones(0, np.bool_), np.zeros((0, shape.figures), np.uint16), np.zeros((0, 4), np.int64), tables)
    stack = Stack(shape, [batch.rows for batch in batches], counts)
    judging = _Judging(shape, stack, profile.ballot)
    judging.run()
    figures = judging.figures(counts)
    votes = _votes(judging, bytes(map(len, tables)), figures)
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
    """The seven steps. `valid[contest]` are the papers that count in a contest; all other planes wait to be counted."""

    def __init__(self, shape: Shape, stack: Stack, ballot: Ballot) -> None:
        self.shape, self.stack, self._ballot = shape, stack, ballot
        self._candidates = cells_of(shape).candidates
        ends = np.cumsum([contest.candidates for contest in shape.contests]).tolist()
        self.spans = [slice(end - contest.candidates, end) for end, contest in zip(ends, shape.contests, strict=True)]
        words = stack.papers // 64
        # of every candidate the papers that approve, oppose, mark it unclearly
        self._marks = np.empty((3, self._candidates, words), np.uint64)
        approve, high, unclear = self._marks
        np.bitwise_and(stack.low, stack.high, out=unclear)
        np.bitwise_xor(stack.low, unclear, out=approve)
        np.bitwise_xor(stack.high, unclear, out=high)
        self.slots = list(self._read_slots())
        self.valid: list[Words] = []
        # figures of a contest that a plane gives: (figure, plane)
        self._counted: list[tuple[int, Words]] = []

    def _read_slots(self) -> Iterator[list[_Slot]]:
        for contest in self.shape.contests:
            slots: list[_Slot] = []
            for cell in range(contest.slot_cell, contest.end_cell):
                if cell in self.stack.codes:
                    slots.append(_Slot(self.stack.codes[cell], slots))
            yield slots

    def run(self) -> None:
        """Decide every contest of every paper."""
        within = self._legible(self._official())
        over = self._over()
        doubled = self._doubled()
        for index, contest in enumerate(self.shape.contests):
            left = self._without(within, over[index], contest.figure + OVER)
            left = self._without(left, doubled[index], contest.figure + DUPLICATE)
            left = self._without(left, self._unpaired(index), contest.figure + UNPAIRED)
            # [VALID-4] no mark at all is blank; its figure is what the others leave
            marks = self._marks[:, self.spans[index]]
            marked = np.bitwise_or.reduce(marks, axis=(0, 1))
            for slot in self.slots[index]:
                marked |= slot.plane
            left = left & marked
            self.valid.append(left)
            self._counted.append((contest.figure + VALID, left))
            # [VALID-5] only valid contests add to candidates
            marks &= left

    def _without(self, left: Words, void: Words | None, figure: int) -> Words:
        """The papers left after those of a void plane; what it takes is counted."""
        if void is None:
            return left
        taken = left & void
        self._counted.append((figure, taken))
        return left ^ taken

    def _everywhere(self, figure: int, plane: Words) -> None:
        """Count a plane in every contest."""
        self._counted += [(contest.figure + figure, plane) for contest in self.shape.contests]

    def _official(self) -> Words:
        """Step 1: the papers whose status lets them count [VALID-1]."""
        within = np.full(self.stack.papers // 64, ~np.uint64(0))
        codes = self.stack.codes.get(0)
        if codes is None:
            return within
        unknown = codes > MOST_STATUS
        if unknown.any():
            self.stack.refuse(np.flatnonzero(unknown))
        ones, twos, fours = pack(codes & _STATUS_BITS)
        planes = (ones & ~twos & ~fours, twos & ~ones, ones & twos, fours & ~ones, fours & ones)
        for status, plane in enumerate(planes, 1):
            if status != MARKED or self._ballot.extra_mark == "ballot":
                self._everywhere(TORN + status - 1, plane)
                within &= ~plane
        return within

    def _legible(self, within: Words) -> Words:
        """Step 2: an unclear mark voids the paper, where the profile says so [VALID-3]."""
        if self._ballot.illegible != "ballot":
            return within
        unclear: Words = np.bitwise_or.reduce(self._marks[2], axis=0) & within
        self._everywhere(ILLEGIBLE, unclear)
        return within ^ unclear

    def _over(self) -> Sequence[Words | None]:
        """Step 3: more approvals than there may be, of a contest or of all together [VALID-2]."""
        approvals = [
            [*self._marks[0, span], *(slot.plane for slot in slots)]
            for span, slots in zip(self.spans, self.slots, strict=True)
        ]
        contests = self.shape.contests
        if self._ballot.overvote.compare == "total":
            every = above([plane for planes in approvals for plane in planes], sum(c.max_marks for c in contests))
            return [every] * len(contests)
        over = [above(planes, contest.max_marks) for planes, contest in zip(approvals, contests, strict=True)]
        if self._ballot.overvote.scope == "post":
            return over
        known = [plane for plane in over if plane is not None]
        return [reduce(or_, known) if known else None] * len(contests)

    def _doubled(self) -> Sequence[Words | None]:
        """Step 4: the same person, or the same register number, in two posts [VALID-3]."""
        doubled: list[Words | None] = [None] * len(self.shape.contests)
        for index, plane in (*self._same_person(), *self._same_number()):
            before = doubled[index]
            doubled[index] = plane if before is None else before | plane
        if self._ballot.dup_post == "ballot":
            known = [plane for plane in doubled if plane is not None]
            return [reduce(or_, known) if known else None] * len(doubled)
        return doubled

    def _same_person(self) -> Iterator[tuple[int, Words]]:
        """(contest, papers that approve there somebody approved elsewhere too); `highest_only` empties marks."""
        places = {
            contest.cell + place: (index, span.start + place)
            for index, (contest, span) in enumerate(zip(self.shape.contests, self.spans, strict=True))
            for place in range(contest.candidates)
        }
        approve = self._marks[0]
        for group in self.shape.same_person:
            standing = [places[cell] for cell in group]
            once = approve[standing[0][1]].copy()
            twice = np.zeros_like(once)
            for _, candidate in standing[1:]:
                here = approve[candidate].copy()
                twice |= once & here
                if self._ballot.dup_post == "highest_only":
                    approve[candidate] &= ~once
                once |= here
            if self._ballot.dup_post != "highest_only":
                yield from ((index, twice & approve[candidate]) for index, candidate in standing)

    def _same_number(self) -> Iterator[tuple[int, Words]]:
        """The same for register numbers: equal codes, since a batch has one table."""
        for index, slots in enumerate(self.slots):
            for slot in slots:
                again = np.zeros(self.stack.papers, np.bool_)
                for other, earlier in enumerate(self.slots[:index]):
                    for one in earlier:
                        equal = slot.present & (slot.codes == one.codes)
                        again |= equal
                        if self._ballot.dup_post != "highest_only":
                            yield other, pack(equal)
                if self._ballot.dup_post != "highest_only":
                    yield index, pack(again)
                else:
                    slot.empty(again)

    def _unpaired(self, index: int) -> Words | None:
        """Step 5: more written-in persons than opposed candidates [VALID-3]."""
        if self._ballot.write_in != "needs_oppose" or not self.slots[index]:
            return None
        written = total([slot.plane for slot in self.slots[index]])
        return greater(written, total(self._marks[1, self.spans[index]]))

    def figures(self, counts: Bytes) -> Figures:
        """(figure, batch): figures lie figure by figure, so that whole rows are written."""
        marks, candidates = self._marks, self._candidates
        others = np.stack([plane for _, plane in self._counted])
        found = self.stack.count(np.concatenate([marks.reshape(3 * candidates, marks.shape[2]), others]))
        figures = np.zeros((self.shape.figures, len(counts)), np.uint16)
        figures[0] = counts
        figures[[figure for figure, _ in self._counted]] = found[3 * candidates :]
        for contest, span in zip(self.shape.contests, self.spans, strict=True):
            own = figures[contest.figure : contest.candidate_figure]
            own[BLANK] = counts - own[:WRITTEN].sum(axis=0, dtype=np.uint16)
            each = figures[contest.candidate_figure : contest.end_figure]
            each = each.reshape(contest.candidates, PER_CANDIDATE, len(counts))
            three = found[: 3 * candidates].reshape(3, candidates, len(counts))[:, span]
            each[:, :3] = three.transpose(1, 0, 2)
            each[:, 3] = own[VALID] - each[:, 0] - each[:, 1] - each[:, 2]
        return figures


_STATUS_BITS = np.array([1, 2, 4], np.uint8)[:, None]


def _votes(judging: _Judging, names: bytes, figures: Figures) -> Counts:
    """Rows of `Group.votes`; fills in `written` [VALID-5]."""
    rows = [
        _contest_votes(judging, index, contest, np.frombuffer(names, np.uint8), figures)
        for index, contest in enumerate(judging.shape.contests)
        if judging.slots[index]
    ]
    return np.concatenate(rows) if rows else np.zeros((0, 4), np.int64)


def _contest_votes(judging: _Judging, index: int, contest: ContestShape, names: Bytes, figures: Figures) -> Counts:
    stack, batches = judging.stack, len(names)
    valid = np.unpackbits(judging.valid[index].view(np.uint8), bitorder="little").view(np.bool_)
    greatest = max([int(slot.codes.max()) for slot in judging.slots[index]])
    keys = []
    for slot in judging.slots[index]:
        if greatest > names.min():
            # [CELL-1] a code beyond the batch's table
            written = np.flatnonzero(slot.codes)
            stack.refuse(written[slot.codes[written] > names[stack.batch_of(written)]])
        papers = np.flatnonzero(slot.present & valid)
        keys.append(slot.codes[papers] * np.int64(batches) + stack.batch_of(papers))
    votes = np.bincount(np.concatenate(keys), minlength=(greatest + 1) * batches).reshape(-1, batches)
    figures[contest.figure + WRITTEN] = votes.sum(axis=0)
    batch, code = np.nonzero(votes.T)
    return np.stack([batch, np.full(len(batch), index), code, votes[code, batch]], axis=1)
