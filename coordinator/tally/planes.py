"""Judging a commit group at once: papers of one layout as bit planes, 64 papers a machine word.

Gives exactly what `tally_protocol.election.validity.judge` gives, batch by batch [CELL-1] [VALID-1] [VALID-2] [VALID-3]
[VALID-4] [VALID-5]; a property test holds the two together. A plane has one bit a paper; a batch has at most 100
papers and gets two words. Low and high bit of a mark are planes: approve = low and not high, oppose = high and not low,
unclear = both. Over-votes come from a saturating unary adder: plane t says "at least t approvals".

Which bit a paper gets does not matter as long as every cell agrees: paper 16j + i is bit j of byte i. So eight papers
fold into a byte by shifts over whole words, and only an eighth of the bytes is ever transposed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tally_protocol.election.shape import BLANK, OVER, VALID, WRITTEN, ContestShape, Shape
from tally_protocol.election.validity import MOST_MARK, MOST_STATUS

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Counts = NDArray[np.int64]
Names = tuple[tuple[int, int, int], ...]

ROOM = 128  # papers a batch has room for: two words
CODES = 256
WORDS = 2
SIDE = 16  # bytes of a plane for one batch
# batches whose planes and rows stay in the cache together
BLOCK = 1024
# above this many marks one sum of bytes is cheaper than the adder
ADDER_MOST = 8


@dataclass(frozen=True, slots=True)
class Papers:
    """One batch to judge: `rows` of `count` papers, `table` the register numbers of its slot codes."""

    rows: bytes
    count: int
    table: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Verdicts in the order given: `in_range[i]` [CELL-1]; figures and write-ins mean something only where it holds."""

    in_range: NDArray[np.bool_]
    figures: Counts
    write_ins: tuple[Names, ...]


def judge_group(shape: Shape, batches: Sequence[Papers], overvote: str) -> Group:
    """Count every batch of a group that shares a layout shape and an over-vote rule."""
    blocks = [_judge_block(shape, batches[i : i + BLOCK], overvote) for i in range(0, len(batches), BLOCK)]
    if len(blocks) == 1:
        return blocks[0]
    return Group(
        np.concatenate([block.in_range for block in blocks]),
        np.concatenate([block.figures for block in blocks]),
        tuple([names for block in blocks for names in block.write_ins]),
    )


def _judge_block(shape: Shape, batches: Sequence[Papers], overvote: str) -> Group:
    cells = _Cells(shape, batches)
    status = _Coded(cells.bytes(0))
    ok = _PRESENT[cells.papers] & ~status.plane()
    good = cells.marks_in_range()
    good[status.batch[status.code > MOST_STATUS]] = False
    # figures lie figure by figure: whole rows are written, and no count of 128 papers leaves a byte
    figures = np.zeros((shape.figures, len(batches)), np.uint8)
    figures[0] = cells.papers
    contests = [_Contest(contest, cells) for contest in shape.contests]
    over = [contest.over() for contest in contests]
    if overvote == "ballot":
        over = [np.bitwise_or.reduce(np.stack(over))] * len(over)
    void = status.count_by_code(len(batches))[1 : MOST_STATUS + 1] if len(status.code) else None
    written: dict[int, Names] = {}
    for index, (contest, beyond) in enumerate(zip(contests, over, strict=True)):
        at = contest.shape.figure
        if void is not None:
            figures[at + OVER + 1 : at + OVER + 1 + MOST_STATUS] = void
        within = ok & ~beyond
        valid = within & contest.marked
        figures[at + OVER] = _count(ok & beyond)
        figures[at + BLANK] = _count(within & ~contest.marked)
        contest.count_marks(valid, figures)
        good &= contest.count_names(valid, figures, batches, index, written)
    names: list[Names] = [()] * len(batches)
    for batch, part in written.items():
        names[batch] = part
    return Group(good, figures.T.astype(np.int64, order="C"), tuple(names))


class _Cells:
    """The rows of a block as (batch, 8, 16 papers, cell); `low` and `high` are the mark planes (cell, batch, word)."""

    def __init__(self, shape: Shape, batches: Sequence[Papers]) -> None:
        width = shape.width
        empty = [bytes(width * (ROOM - papers)) for papers in range(ROOM + 1)]
        joined = b"".join([part for batch in batches for part in (batch.rows, empty[batch.count])])
        self._shape = shape
        self._rows = np.frombuffer(joined, np.uint8).reshape(len(batches), 8, SIDE, width)
        self._words = np.frombuffer(joined, np.uint64).reshape(len(batches), 8, 2 * width)
        self.papers = np.array([batch.count for batch in batches], np.uint8)
        # four papers of two bits fold into a byte; of cells with wider codes (status, slots) the planes are not read
        pairs = self._words[:, 0:2] & _TWO_BITS
        for place in (2, 4, 6):
            pairs |= (self._words[:, place : place + 2] & _TWO_BITS) << np.uint64(place)
        even, odd = pairs[:, 0], pairs[:, 1]
        self.low = self._turned((even & _EVEN) | ((odd & _EVEN) << _ONE))
        self.high = self._turned(((even >> _ONE) & _EVEN) | (odd & _ODD))

    def _turned(self, folded: Words) -> Words:
        by_cell = folded.view(np.uint8).reshape(len(folded), SIDE, -1).transpose(2, 0, 1)
        return np.ascontiguousarray(by_cell).view(np.uint64)

    def bytes(self, cell: int) -> Bytes:
        """One cell of every paper: (batch, 8, 16)."""
        return np.ascontiguousarray(self._rows[..., cell])

    def marks_in_range(self) -> NDArray[np.bool_]:
        """Whether each batch has only candidate cells of 0 to 3, which is what two bits hold [CELL-1]."""
        more = np.zeros((SIDE, self._shape.width), np.uint8)
        for contest in self._shape.contests:
            more[:, contest.cell : contest.slot_cell] = 0xFF ^ MOST_MARK
        words, side = self._words, 2 * self._shape.width
        seen = words[:, 0:2] | words[:, 2:4] | words[:, 4:6] | words[:, 6:8]
        beyond = (seen.reshape(-1, 2, side) & more.reshape(-1).view(np.uint64)).view(np.uint8)
        # nearly always nothing is wrong: one answer for the block, and only then one a batch
        if not beyond.max(initial=0):
            return np.ones(len(beyond), np.bool_)
        return np.asarray(~beyond.any(axis=(1, 2)))


class _Coded:
    """A cell with more codes than a mark has, of which few papers carry one: status and slots."""

    def __init__(self, codes: Bytes) -> None:
        self._flat = codes.reshape(-1)
        self._keep(np.flatnonzero(self._flat != 0))

    def _keep(self, places: NDArray[np.int64]) -> None:
        self._places = places
        self.code = self._flat[places]
        self.batch = places // ROOM
        self._byte = self.batch * SIDE + places % SIDE
        self._bit = (places % ROOM // SIDE).astype(np.uint8)

    def drop_repeated(self, earlier: "_Coded") -> None:
        """Forget the papers whose code an earlier slot carries too [VALID-2]."""
        self._keep(self._places[self.code != earlier._flat[self._places]])  # noqa: SLF001 - the same class

    def plane(self) -> Words:
        """The papers that carry a code."""
        plane = np.zeros(len(self._flat) // 8, np.uint8)
        np.bitwise_or.at(plane, self._byte, np.left_shift(np.uint8(1), self._bit))
        return plane.view(np.uint64).reshape(-1, WORDS)

    def inside(self, plane: Words) -> NDArray[np.bool_]:
        """Which of these papers a plane has."""
        held: NDArray[np.bool_] = (plane.view(np.uint8).reshape(-1)[self._byte] >> self._bit & 1).astype(np.bool_)
        return held

    def count_by_code(self, batches: int) -> Counts:
        """(code, batch), codes up to 7; greater ones are refused elsewhere."""
        keys = np.minimum(self.code, 7) * np.int64(batches) + self.batch
        return np.bincount(keys, minlength=8 * batches).reshape(8, batches)


class _Contest:
    """The planes of one contest: (candidate, batch, word)."""

    def __init__(self, shape: ContestShape, cells: _Cells) -> None:
        self.shape = shape
        self._low, self._high = cells.low[shape.cell : shape.slot_cell], cells.high[shape.cell : shape.slot_cell]
        self._unclear = self._low & self._high
        slots = [_Coded(cells.bytes(cell)) for cell in range(shape.slot_cell, shape.end_cell)]
        self._slots = [slot for slot in slots if len(slot.code)]
        for place, slot in enumerate(self._slots):
            for earlier in self._slots[:place]:
                slot.drop_repeated(earlier)
        self._first = [slot.plane() for slot in self._slots]
        self.marked: Words = np.zeros((len(cells.papers), WORDS), np.uint64)
        if shape.candidates:
            self.marked = np.bitwise_or.reduce(self._low | self._high, axis=0)
        for plane in self._first:
            self.marked |= plane

    def over(self) -> Words:
        """Papers with more approvals than `max_marks` [VALID-2]."""
        planes = [*(self._low ^ self._unclear), *self._first]
        most = self.shape.max_marks
        blank = np.zeros_like(self.marked)
        if most >= len(planes):
            return blank
        if most > ADDER_MOST:
            bits = np.unpackbits(np.stack(planes).view(np.uint8), axis=-1)
            found: Words = np.packbits(bits.sum(axis=0, dtype=np.uint16) > most, axis=-1).view(np.uint64)
            return found
        at_least = [planes[0].copy(), *[blank] * most]
        for plane in planes[1:]:
            for t in range(most, 0, -1):
                at_least[t] = at_least[t] | (at_least[t - 1] & plane)
            at_least[0] |= plane
        return np.asarray(at_least[most])

    def count_marks(self, valid: Words, figures: Bytes) -> None:
        """Fill in `valid` and the candidates' four integers [VALID-5]."""
        at = self.shape.figure
        total = figures[at + VALID] = _count(valid)
        if not self.shape.candidates:
            return
        start, end = at + 9, self.shape.end_figure
        low, high, unclear = (_count(planes & valid) for planes in (self._low, self._high, self._unclear))
        figures[start:end:4] = low - unclear
        figures[start + 1 : end : 4] = high - unclear
        figures[start + 2 : end : 4] = unclear
        figures[start + 3 : end : 4] = total - low - high + unclear

    def count_names(
        self,
        valid: Words,
        figures: Bytes,
        batches: Sequence[Papers],
        index: int,
        written: dict[int, Names],
    ) -> NDArray[np.bool_] | np.bool_:
        """Fill in `written` and each batch's votes for register numbers; which batches name only their table."""
        if not self._slots:
            return np.True_
        keys = []
        good = np.ones(len(batches), np.bool_)
        tables = [batch.table for batch in batches]
        names = np.fromiter(map(len, tables), np.int64, len(tables))
        for slot, first in zip(self._slots, self._first, strict=True):
            good[slot.batch[slot.code > names[slot.batch]]] = False
            figures[self.shape.figure + WRITTEN] += _count(valid & first)
            keys.append((slot.batch * CODES + slot.code)[slot.inside(valid)])
        # one number for a (batch, code) pair; tables ascend, and so do the numbers that the codes stand for
        found, votes = np.unique(np.concatenate(keys), return_counts=True)
        usable = good[found // CODES]
        found, votes = found[usable], votes[usable]
        at = (found // CODES).tolist()
        for batch, code, count in zip(at, (found % CODES).tolist(), votes.tolist(), strict=True):
            written[batch] = (*written.get(batch, ()), (index, tables[batch][code - 1], count))
        return good


_TWO_BITS, _EVEN, _ODD = (np.uint64(0x0101010101010101 * byte) for byte in (0x03, 0x55, 0xAA))
_ONE = np.uint64(1)


def _count(plane: Words) -> Bytes:
    """Set bits a batch. Adding the two words by hand: numpy reduces an axis of length two one by one."""
    bits = np.bitwise_count(plane)
    return bits[..., 0] + bits[..., 1]


def _present() -> Words:
    """The plane of a batch with 0, 1, ... ROOM papers."""
    papers = (np.arange(ROOM) < np.arange(ROOM + 1)[:, None]).reshape(-1, 8, SIDE)
    return np.packbits(papers, axis=1, bitorder="little").reshape(-1, SIDE).view(np.uint64)


_PRESENT = _present()
