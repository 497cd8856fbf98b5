"""Sealed parts: every paper judged again from its marks, every commitment recomputed. Plain integers, row by row.

Serves [BALLOT-1], [BALLOT-2], [BALLOT-3], [BALLOT-4], [CELL-1], [VALID-1] to [VALID-5],
[ARCHIVE-1]. Equal rows are judged once and counted as often as they occur. No error text carries a row.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from verifier.decode.grammar import read_object
from verifier.decode.kinds import SEALED_TAIL
from verifier.decode.layouts import HEAD, PER, VERDICTS, WRITTEN, Layout, PaperClaim
from verifier.findings.codes import Refused
from verifier.hashes import merkle_root, name_commitment, paper_leaf, paper_salts

_HEAD: Final = b"changpiao/v1 sealed\n"
SEALED_LIMIT: Final = 524_288
VALID, BLANK, OVER, DUPLICATE, ILLEGIBLE, UNPAIRED = range(6)  # places of VERDICTS
TORN: Final = VERDICTS.index("torn")
MARKED_STATUS: Final = 3
Ballot = dict[str, Any]  # the part `ballot` of a profile
Cells = list[tuple[bytes, bytes]]  # of each contest: candidate cells, slot cells


@dataclass(frozen=True, slots=True)
class SealedPart:
    """A sealed part taken apart."""

    secret: bytes
    rows: list[bytes]
    width: int
    tail: dict[str, Any]


def read_sealed(part: bytes) -> SealedPart:
    """Shape of a sealed part; anything else than its one shape is E_SEALED."""
    if len(part) > SEALED_LIMIT:
        raise Refused("E_LIMIT", f"at most {SEALED_LIMIT} bytes", f"{len(part)}", check="E1")
    start = len(_HEAD) + 36
    if not part.startswith(_HEAD) or len(part) < start:
        raise _sealed("the head of a sealed part", "another shape")
    secret = part[len(_HEAD) : start - 4]
    papers = int.from_bytes(part[start - 4 : start - 2], "big")
    width = int.from_bytes(part[start - 2 : start], "big")
    end = start + papers * width
    if end > len(part) or not width:
        raise _sealed(f"{papers} rows of {width} cells", "fewer bytes")
    try:
        tail = read_object(part[end:])
        SEALED_TAIL(tail, "tail")
    except Refused as refused:
        raise _sealed("a canonical tail", refused.code) from None
    return SealedPart(secret, [part[i : i + width] for i in range(start, end, width)], width, tail)


def check_papers(part: bytes, claim: PaperClaim) -> int:
    """Everything that a sealed part must agree with; returns the number of papers counted again."""
    if sha256(part).hexdigest() != claim.sealed:  # [BALLOT-1]
        raise _sealed("the sealed part that the record commits to", "other bytes")
    sealed = read_sealed(part)
    layout = claim.layout
    if len(sealed.rows) != claim.figures[0] or sealed.width != layout.width:
        raise _sealed(f"{claim.figures[0]} rows of {layout.width} cells", f"{len(sealed.rows)} of {sealed.width}")
    _check_tail(sealed, claim)
    if commitment(sealed.secret, sealed.rows).hex() != claim.root:  # [BALLOT-2]
        raise Refused("E_COMMITMENT", f"root {claim.root}", "another root")
    figures, write_ins = count_papers(layout, sealed.rows, claim.table, claim.ballot)
    if figures != claim.figures or write_ins != claim.write_ins:  # [BALLOT-3]
        places = [layout.label(i) for i, (a, b) in enumerate(zip(figures, claim.figures, strict=True)) if a != b]
        raise Refused(
            "E_COUNT", "the figures that the marks give", f"differs at {', '.join(places[:5]) or 'write_ins'}"
        )
    return len(sealed.rows)


def _check_tail(sealed: SealedPart, claim: PaperClaim) -> None:
    """New names open their commitments [BALLOT-4]; adjudications point at papers and contests that exist."""
    names = sealed.tail["names"]
    numbers = list(range(claim.first_new, claim.first_new + len(claim.new_names)))
    if [number for number, _, _ in names] != numbers:
        raise _sealed(f"{len(numbers)} new names from number {claim.first_new}", "other numbers")
    for (number, salt, name), committed in zip(names, claim.new_names, strict=True):
        if name_commitment(bytes.fromhex(salt), name.encode()).hex() != committed:
            raise _sealed("names that open their commitments", f"number {number} does not")
    contests = {contest.id for contest in claim.layout.contests}
    if any(row >= len(sealed.rows) or contest not in contests for row, contest, _ in sealed.tail["adjudications"]):
        raise _sealed("adjudications of papers and contests that exist", "another")


def commitment(secret: bytes, rows: list[bytes]) -> bytes:
    """Merkle root over the salted rows."""
    salts = paper_salts(secret, len(rows))
    return merkle_root([paper_leaf(salts[16 * i : 16 * i + 16], row) for i, row in enumerate(rows)])


def count_papers(
    layout: Layout, rows: Iterable[bytes], table: list[int], ballot: Ballot
) -> tuple[list[int], list[list[int]]]:
    """Figures and write_ins by the validity rules of the layout's profile."""
    figures = [0] * layout.length
    written: Counter[tuple[int, int]] = Counter()
    namesakes = _namesakes(layout)
    for row, times in Counter(rows).items():
        _check_cells(layout, row, len(table))
        figures[0] += times
        _count_row(layout, ballot, namesakes, row, times, figures, written)
    pairs = sorted((contest, table[code - 1], votes) for (contest, code), votes in written.items())
    return figures, [list(pair) for pair in pairs]


def _cells(layout: Layout, row: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(candidate cells, slot cells) of each contest."""
    at = 1
    for contest in layout.contests:
        middle = at + len(contest.candidates)
        end = middle + contest.write_ins
        yield row[at:middle], row[middle:end]
        at = end


def _check_cells(layout: Layout, row: bytes, entries: int) -> None:
    """[CELL-1]: only bytes that the cell knows, also on void papers."""
    if len(row) != layout.width:
        raise _sealed(f"rows of {layout.width} cells", f"{len(row)}")
    if row[0] > 5:
        raise Refused("E_RANGE", "a status of 0 to 5", "another", check="E1")
    for marks, slots in _cells(layout, row):
        if max(marks, default=0) > 3:
            raise Refused("E_RANGE", "a mark of 0 to 3", "another", check="E1")
        if max(slots, default=0) > entries:
            raise Refused("E_RANGE", f"a slot code of 0 to {entries}", "another", check="E1")


def _namesakes(layout: Layout) -> list[dict[int, int]]:
    """One person under two posts of a paper (id and name equal): for each, contest -> candidate."""
    places: dict[tuple[str, str], dict[int, int]] = {}
    for i, contest in enumerate(layout.contests):
        for j, person in enumerate(zip(contest.candidates, contest.names, strict=True)):
            places.setdefault(person, {})[i] = j
    return [where for where in places.values() if len(where) > 1]


def _approved_twice(cells: Cells, namesakes: list[dict[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Everybody approved under more than one post, as (contest, cell) pairs; the cell of a written name is -code."""
    for where in namesakes:
        places = [(contest, cell) for contest, cell in where.items() if cells[contest][0][cell] == 1]
        if len(places) > 1:
            yield places
    codes = Counter(code for _, slots in cells for code in set(slots) - {0})
    for code, posts in codes.items():
        if posts > 1:
            yield [(contest, -code) for contest, (_, slots) in enumerate(cells) if code in slots]


def judge(layout: Layout, ballot: Ballot, namesakes: list[dict[int, int]], row: bytes) -> tuple[list[int], Cells]:
    """What one paper counts in each contest (a place of VERDICTS), and its cells as far as they count (spec/8)."""
    cells, status = list(_cells(layout, row)), row[0]
    if status and not (status == MARKED_STATUS and ballot["extra_mark"] != "ballot"):  # step 1, [VALID-1]
        return [TORN + status - 1] * len(cells), cells
    if ballot["illegible"] == "ballot" and any(3 in marks for marks, _ in cells):  # step 2, [VALID-3]
        return [ILLEGIBLE] * len(cells), cells
    approvals = [marks.count(1) + len(set(slots) - {0}) for marks, slots in cells]  # [VALID-2]
    limits = [contest.max_marks for contest in layout.contests]
    over = [many > limit for many, limit in zip(approvals, limits, strict=True)]
    if ballot["overvote"]["compare"] == "total":  # step 3
        over = [sum(approvals) > sum(limits)] * len(over)
    elif ballot["overvote"]["scope"] == "ballot":
        over = [any(over)] * len(over)
    if all(over):
        return [OVER] * len(cells), cells
    twice = list(_approved_twice(cells, namesakes))  # step 4, [VALID-3]
    posts = {contest for places in twice for contest, _ in places}
    if twice and ballot["dup_post"] == "ballot":
        posts = set(range(len(cells)))
    elif ballot["dup_post"] == "highest_only":
        posts = set()
        cells = _highest_only(cells, twice)
    strict = ballot["write_in"] == "needs_oppose"
    return [
        OVER if over[place] else DUPLICATE if place in posts else _judge_post(marks, slots, needs_oppose=strict)
        for place, (marks, slots) in enumerate(cells)
    ], cells


def _judge_post(marks: bytes, slots: bytes, *, needs_oppose: bool) -> int:
    """Steps 5 to 7, for a contest that no step before has decided."""
    names = len(set(slots) - {0})
    if needs_oppose and names > marks.count(2):
        return UNPAIRED
    if not any(marks) and not names:  # [VALID-4]
        return BLANK
    return VALID


def _highest_only(cells: Cells, twice: list[list[tuple[int, int]]]) -> Cells:
    """The cells with every further post of a person taken as empty."""
    left = [(bytearray(marks), slots) for marks, slots in cells]
    for places in twice:
        for contest, cell in sorted(places)[1:]:
            marks, slots = left[contest]
            if cell >= 0:
                marks[cell] = 0
            else:
                left[contest] = (marks, slots.replace(bytes((-cell,)), b"\0"))
    return [(bytes(marks), slots) for marks, slots in left]


def _count_row(
    layout: Layout,
    ballot: Ballot,
    namesakes: list[dict[int, int]],
    row: bytes,
    times: int,
    figures: list[int],
    written: Counter[tuple[int, int]],
) -> None:
    verdicts, cells = judge(layout, ballot, namesakes, row)
    for place, (verdict, start) in enumerate(zip(verdicts, layout.starts, strict=True)):
        figures[start + verdict] += times
        if verdict != VALID:
            continue
        marks, slots = cells[place]  # [VALID-5]
        names = set(slots) - {0}
        figures[start + WRITTEN] += times * len(names)
        for candidate, mark in enumerate(marks):
            figures[start + HEAD + PER * candidate + (mark - 1 if mark else 3)] += times
        for code in names:
            written[place, code] += times


def index_archive(read: Iterator[bytes]) -> dict[str, tuple[int, int]]:
    """Where each part lies in a unit's file: hash -> (offset, length); two for one record is E_SEALED [ARCHIVE-1]."""
    places: dict[str, tuple[int, int]] = {}
    offset, buffer, skip = 0, b"", 0
    for chunk in read:
        buffer += chunk
        while True:
            drop = min(skip, len(buffer))
            buffer, skip, offset = buffer[drop:], skip - drop, offset + drop
            if skip or len(buffer) < 36:
                break
            key, length = buffer[:32].hex(), int.from_bytes(buffer[32:36], "big")
            if length > SEALED_LIMIT:
                raise Refused("E_LIMIT", f"parts of at most {SEALED_LIMIT} bytes", f"{length}", check="E1")
            if key in places:
                raise _sealed("one part for a record", f"two for {key}")
            buffer, offset = buffer[36:], offset + 36
            places[key] = (offset, length)
            skip = length
    if skip or buffer:
        raise _sealed("whole parts to the end of the file", "a part that is cut off")
    return places


def _sealed(expected: str, found: str) -> Refused:
    return Refused("E_SEALED", expected, found)
