"""The papers of a commit group as bit planes, and bit planes counted by batch.

All batches lie end to end in one sequence of papers, no padding between them; a plane has one bit a paper, 64 papers a
machine word, in this order. The way there touches every byte as little as numpy allows:

1. the batches' bytes are joined and cut into four quarters of equal length;
2. a mark needs two bits, so paper i of all four quarters goes into one byte a cell;
3. only these bytes, a quarter of all, are turned from row by row to cell by cell;
4. of each cell's bytes one bit is isolated and packed, eight times: low and high bit of quarter 0, 1, 2, 3.

The bits of a batch begin and end anywhere in a word, so its count is: the words from its first up to the one in which
it ends, less the bits before it, plus those before its end. With at most ROOM papers these are at most two words.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tally_protocol.election.shape import Shape
from tally_protocol.law.validity import MOST_MARK

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROOM = 128  # papers of a batch at most
WORD = 64
# each quarter of a piece must fill whole words of a plane
PIECE = 4 * WORD
# bytes of papers that are turned at once: what is made of them stays in the cache
PIECE_BYTES = 1 << 20
FULL = 100  # papers of a full batch

_FOUR = np.uint8(4)
_ONE = np.uint64(1)
# where the four quarters have the low and the high bit of a mark
_BITS = np.array([[1, 4, 16, 64], [2, 8, 32, 128]], np.uint8)[:, :, None]
_BELOW = np.array([(1 << bit) - 1 for bit in range(WORD)], np.uint64)


@dataclass(frozen=True, slots=True)
class Cells:
    """Where a row has candidates: runs of neighbours (first candidate, first cell, end cell); `slots`: slot cells."""

    candidates: int
    runs: tuple[tuple[int, int, int], ...]
    slots: tuple[int, ...]


@lru_cache(maxsize=4096)
def cells_of(shape: Shape) -> Cells:
    """Find the runs of candidate cells; contests without slots between them make one run."""
    first, runs, slots = 0, list[tuple[int, int, int]](), list[int]()
    for contest in shape.contests:
        if runs and runs[-1][2] == contest.cell:
            runs[-1] = (*runs[-1][:2], contest.slot_cell)
        else:
            runs.append((first, contest.cell, contest.slot_cell))
        first += contest.candidates
        slots += range(contest.slot_cell, contest.end_cell)
    return Cells(first, tuple(runs), tuple(slots))


def pack(flags: Flags | Bytes) -> Words:
    """Planes of what is not 0 along the last axis; its length is that of the sequence of papers."""
    packed: Words = np.packbits(flags, axis=-1, bitorder="little").view(np.uint64)
    return packed


@dataclass(frozen=True, slots=True)
class Written:
    """A cell with more codes than a mark has: `every` paper's code; which papers have one, as a plane and as a list."""

    every: Bytes
    plane: Words
    papers: Places
    codes: Bytes
    batch: Places

    def within(self, plane: Words) -> Flags:
        """Which of these papers a plane has."""
        bits = plane[self.papers >> 6] >> (self.papers & 63).astype(np.uint64)
        held: Flags = (bits & _ONE).astype(np.bool_)
        return held


class Stack:
    """`marks` (3, candidate, word): of every candidate the papers that approve; oppose or are unclear; are unclear.

    `in_range[batch]` is False where a mark is none [CELL-1]; such marks are left out, so no other batch is touched.
    """

    def __init__(self, shape: Shape, rows: list[bytes], counts: Bytes, more: int) -> None:
        """`rows[i]`: the bytes of `counts[i]` papers, ROOM at most. `more`: planes that will be added to be counted."""
        self._width, self._cells = shape.width, cells_of(shape)
        self.in_range = np.ones(len(rows), np.bool_)
        self.starts = np.empty(len(rows), np.int64)
        self._pieces: list[_Piece] = []
        batches = max(1, PIECE_BYTES // (shape.width * FULL))
        begin = 0
        for first in range(0, len(rows), batches):
            piece = _Piece(first, counts[first : first + batches], begin)
            self.starts[piece.batches] = piece.starts
            self._pieces.append(piece)
            begin = piece.end
        self.papers = begin
        self._last = np.bincount(self.starts >> 6, minlength=begin // WORD).cumsum() - 1
        self._used = 3 * self._cells.candidates
        self._planes = np.empty((self._used + more, begin // WORD), np.uint64)
        self.marks = self._planes[: self._used].reshape(3, self._cells.candidates, begin // WORD)
        self._codes: dict[int, Bytes] = {}
        for piece in self._pieces:
            self._turn(piece, rows[piece.batches])

    def _turn(self, piece: "_Piece", rows: list[bytes]) -> None:
        width, cells = self._width, self._cells
        rows.append(bytes(width * piece.padding))
        words = self._checked(piece, np.frombuffer(b"".join(rows), np.uint64))
        quarters = words.view(np.uint8).reshape(4, -1)
        folded = quarters[3] * _FOUR
        folded |= quarters[2]
        folded *= _FOUR
        folded |= quarters[1]
        folded *= _FOUR
        folded |= quarters[0]
        by_paper = folded.reshape(-1, width)
        by_cell = np.empty((cells.candidates, 1, len(by_paper)), np.uint8)
        for candidate, cell, end in cells.runs:
            by_cell[candidate : candidate + end - cell, 0] = by_paper[:, cell:end].T
        low, high, both = self.marks[:, :, piece.words]
        # one bit after the other: four bytes a mark are made of each
        for planes, places in zip((low, high), _BITS, strict=True):
            planes[:] = pack(by_cell & places).reshape(planes.shape)
        np.bitwise_and(low, high, out=both)
        low ^= both

    def _checked(self, piece: "_Piece", words: Words) -> Words:
        """The papers without marks above 3, after noting what stands in status and slot cells."""
        width, cells = self._width, self._cells
        seen = np.bitwise_or.reduce(words.reshape(-1, PIECE // 8 * width), axis=0)
        seen_in = np.bitwise_or.reduce(seen.view(np.uint8).reshape(PIECE, width), axis=0).tolist()
        grid = words.view(np.uint8).reshape(-1, width)
        for cell in (0, *cells.slots):
            if seen_in[cell] and cell not in self._codes:
                self._codes[cell] = np.empty(self.papers, np.uint8)
                self._codes[cell][: piece.begin] = 0
            if cell in self._codes:
                self._codes[cell][piece.begin : piece.end] = grid[:, cell] if seen_in[cell] else 0
        if max([max(seen_in[cell:end], default=0) for _, cell, end in cells.runs]) <= MOST_MARK:
            return words
        grid = grid.copy()
        for _, cell, end in cells.runs:
            beyond = grid[:, cell:end] > MOST_MARK
            self.in_range[self.batch_of(piece.begin + np.flatnonzero(beyond.any(axis=1)))] = False
            grid[:, cell:end][beyond] = 0
        return grid.reshape(-1).view(np.uint64)

    def add(self) -> tuple[int, Words]:
        """Room for one plane more, to be filled; its number is its row in `count`."""
        row = self._used
        self._used += 1
        return row, self._planes[row]

    def papers_of(self, plane: Words) -> Places:
        """The papers that have a bit, in no order; quick where they are few."""
        words = plane.nonzero()[0]
        bits = plane[words]
        # mostly a word has one bit: its place is the number of bits below it
        below = bits - _ONE
        below &= ~bits
        papers: Places = words * WORD + np.bitwise_count(below)
        # all bits but the lowest
        bits &= bits - _ONE
        more = bits.nonzero()[0]
        if len(more):
            others = np.unpackbits(bits[more].view(np.uint8), bitorder="little").view(np.bool_).nonzero()[0]
            papers = np.concatenate((papers, words[more[others >> 6]] * WORD + (others & 63)))
        return papers

    def plane_of(self, papers: Places) -> Words:
        """The plane of some papers."""
        flags = np.zeros(self.papers, np.bool_)
        flags[papers] = True
        return pack(flags)

    def written(self, cell: int) -> "Written | None":
        """What stands in a status or slot cell; None where all of them are 0."""
        codes = self._codes.get(cell)
        if codes is None:
            return None
        plane = pack(codes)
        papers = self.papers_of(plane)
        return Written(codes, plane, papers, codes[papers], self.batch_of(papers))

    def batch_of(self, papers: Places) -> Places:
        """The batch of each paper, given by its place in the sequence."""
        # first the last batch that begins in the paper's word, then back to one that begins before the paper
        batch: Places = self._last[papers >> 6]
        later = self.starts[batch] > papers
        while later.any():
            batch -= later
            later = self.starts[batch] > papers
        return batch

    def count(self, more: int) -> Bytes:
        """Set bits of `marks` and of the planes added, by batch: (plane, batch); below them room for `more` rows."""
        planes = self._planes[: self._used]
        whole = np.bitwise_count(planes)
        found = np.empty((self._used + more, len(self.starts)), np.uint8)
        for piece in self._pieces:
            found[: self._used, piece.batches] = piece.count(planes, whole)
        return found


class _Piece:
    """Batches that are turned together: papers `begin` to `end` of the sequence, padding at the end alone."""

    def __init__(self, first: int, counts: Bytes, begin: int) -> None:
        edges = np.empty(len(counts) + 1, np.int64)
        edges[0] = begin
        edges[1:] = counts
        np.add.accumulate(edges, out=edges)
        self.batches = slice(first, first + len(counts))
        self.starts = edges[:-1]
        # at least one word of padding: the word after a batch's first one exists
        real = int(edges[-1])
        self.begin, self.end = begin, begin + -(-(real - begin + WORD) // PIECE) * PIECE
        self.padding = self.end - real
        self.words = slice(self.begin // WORD, self.end // WORD)
        self._word = edges >> 6
        self._below = _BELOW[edges & (WORD - 1)]
        self._first = self._word[:-1]
        between = self._word[1:] - self._first
        self._one, self._two = (between > 0).view(np.uint8), (between > 1).view(np.uint8)

    def count(self, planes: Words, whole: Bytes) -> Bytes:
        """Set bits of these batches; `whole` has those of every word."""
        parts = planes.take(self._word, axis=1)
        parts &= self._below
        before = np.bitwise_count(parts)
        found: Bytes = whole.take(self._first, axis=1)
        found *= self._one
        second = whole.take(self._first + 1, axis=1)
        second *= self._two
        found += second
        found += before[:, 1:]
        found -= before[:, :-1]
        return found
