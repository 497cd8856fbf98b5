"""What a paper counts in each contest, in plain Python (spec/8) [VALID-1] [VALID-2] [VALID-3] [VALID-4] [VALID-5].

Seven steps, the first that applies to a contest decides; the law leaves most of them to provinces and villages, so each
asks the profile. Validity is computed from marks, never typed in. The county judges whole commit groups with numpy;
this is the station's reading and the county's reference.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
from tally_protocol.errors import RuleViolation
from tally_protocol.law.profile import Ballot, Profile

APPROVE, OPPOSE, UNCLEAR = 1, 2, 3
MOST_STATUS = len(STATUSES) - 1
MOST_MARK = UNCLEAR
MARKED = STATUSES.index("marked")


@dataclass(frozen=True, slots=True)
class Judged:
    """`figures` of the papers; `write_ins` as (contest index in the layout, register number, votes), ascending."""

    figures: tuple[int, ...]
    write_ins: tuple[tuple[int, int, int], ...]


def judge(shape: Shape, rows: Sequence[bytes], table: Sequence[int], profile: Profile) -> Judged:
    """Count papers. `rows`: one bytes of `shape.width` each; `table`: register numbers of slot codes 1, 2, ...

    `profile` is that of the layout. Raises RuleViolation E_RANGE for a byte that its cell does not know [CELL-1].
    """
    figures = [0] * shape.figures
    written: dict[tuple[int, int], int] = {}
    # equal papers count alike: a hundred one-mark papers are a handful of different rows
    counts: dict[bytes, int] = {}
    for row in rows:
        counts[row] = counts.get(row, 0) + 1
    for row, times in counts.items():
        _check_row(shape, row, len(table))
        figures[0] += times
        counted, kinds = judge_paper(shape, row, profile.ballot)
        for index, (contest, kind) in enumerate(zip(shape.contests, kinds, strict=True)):
            figures[contest.figure + kind] += times
            if kind == VALID:
                _add_marks(contest, counted, times, figures)
                for code in _codes(contest, counted):
                    key = index, table[code - 1]
                    written[key] = written.get(key, 0) + times
    return Judged(tuple(figures), tuple((index, number, votes) for (index, number), votes in sorted(written.items())))


def _check_row(shape: Shape, row: bytes, names: int) -> None:
    if len(row) != shape.width or row[0] > MOST_STATUS:
        raise RuleViolation("E_RANGE", "status cell")
    for contest in shape.contests:
        if max(row[contest.cell : contest.slot_cell], default=0) > MOST_MARK:
            raise RuleViolation("E_RANGE", f"marks of {contest.contest}")
        if max(row[contest.slot_cell : contest.end_cell], default=0) > names:
            raise RuleViolation("E_RANGE", f"slots of {contest.contest}")


def judge_paper(shape: Shape, row: bytes, ballot: Ballot) -> tuple[bytes, tuple[int, ...]]:
    """The marks that count and, for each contest, the index of the figure that the paper adds to.

    The marks differ from the paper's where the same person was approved in two posts and only the highest counts.
    """
    whole = _whole_paper(shape, row, ballot)
    if whole is not None:
        return row, (whole,) * len(shape.contests)
    over = [_over(contest, row, ballot) for contest in shape.contests]
    counted, doubled = row, set[int]()
    twice = list(_twice(shape, row))
    if twice and ballot.dup_post == "highest_only":
        counted = _highest_only(shape, row, twice)
    elif twice:
        # [VALID-3] 浙江 art. 27 (ZJ-27): the same person in two posts voids the paper; elsewhere the columns
        posts = {post for _, held in twice for post in held}
        doubled = posts if ballot.dup_post == "columns" else set(range(len(shape.contests)))
    kinds = []
    for index, contest in enumerate(shape.contests):
        if over[index]:
            kinds.append(OVER)
        elif index in doubled:
            kinds.append(DUPLICATE)
        else:
            kinds.append(_kind_alone(contest, counted, ballot))
    return counted, tuple(kinds)


def _whole_paper(shape: Shape, row: bytes, ballot: Ballot) -> int | None:
    """The figure under which the whole paper counts, by steps 1 to 3; None if its contests are judged one by one."""
    # [VALID-1] an extra mark voids the paper (河南 art. 35; HN-35) unless the profile says otherwise
    status = row[0]
    if status and not (status == MARKED and ballot.extra_mark != "ballot"):
        return TORN + status - 1
    # [VALID-3] illegible: the part (山东 art. 23; SD-23) or the whole paper (河南 art. 35; HN-35)
    if ballot.illegible == "ballot" and any(
        UNCLEAR in row[contest.cell : contest.slot_cell] for contest in shape.contests
    ):
        return ILLEGIBLE
    # [VALID-2] more names than may be chosen: 浙江 art. 27, 上海 art. 19, 北京 art. 28, 河南 art. 35, 选举法 art. 44
    if ballot.overvote.compare == "total":
        approvals = sum(_approvals(contest, row) for contest in shape.contests)
        return OVER if approvals > sum(contest.max_marks for contest in shape.contests) else None
    if ballot.overvote.scope == "ballot" and any(_over(contest, row, ballot) for contest in shape.contests):
        return OVER
    return None


def _over(contest: ContestShape, row: bytes, ballot: Ballot) -> bool:
    return ballot.overvote.compare == "per_post" and _approvals(contest, row) > contest.max_marks


def _codes(contest: ContestShape, row: bytes) -> set[int]:
    """The distinct written-in entries of a contest."""
    return set(row[contest.slot_cell : contest.end_cell]) - {0}


def _approvals(contest: ContestShape, row: bytes) -> int:
    """Approved candidates and distinct written-in entries [VALID-2]."""
    return row[contest.cell : contest.slot_cell].count(APPROVE) + len(_codes(contest, row))


def _twice(shape: Shape, row: bytes) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """(cells, contest indexes) of every person approved, or entry written in, in more than one contest."""
    for group in shape.same_person:
        cells = tuple(cell for cell in group if row[cell] == APPROVE)
        if len(cells) > 1:
            yield cells, tuple(_contest_at(shape, cell) for cell in cells)
    holders: dict[int, dict[int, list[int]]] = {}
    for index, contest in enumerate(shape.contests):
        for cell in range(contest.slot_cell, contest.end_cell):
            if row[cell]:
                holders.setdefault(row[cell], {}).setdefault(index, []).append(cell)
    for by_contest in holders.values():
        if len(by_contest) > 1:
            yield tuple(cell for cells in by_contest.values() for cell in cells), tuple(by_contest)


def _contest_at(shape: Shape, cell: int) -> int:
    return next(index for index, contest in enumerate(shape.contests) if contest.cell <= cell < contest.end_cell)


def _highest_only(shape: Shape, row: bytes, twice: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]) -> bytes:
    """The row with approvals and slots of one person emptied in all contests but the first."""
    counted = bytearray(row)
    for cells, posts in twice:
        highest = shape.contests[min(posts)]
        for cell in cells:
            if cell >= highest.end_cell:
                counted[cell] = 0
    return bytes(counted)


def _kind_alone(contest: ContestShape, row: bytes, ballot: Ballot) -> int:
    """Steps 5 to 7: what a contest counts under that nothing before decided."""
    if ballot.write_in == "needs_oppose":
        # [VALID-3] a written-in person takes the place of an opposed candidate
        opposed = row[contest.cell : contest.slot_cell].count(OPPOSE)
        if len(_codes(contest, row)) > opposed:
            return UNPAIRED
    # [VALID-4] no mark at all: an abstention, which stays in every base (北京 art. 28, 山东 art. 23; BJ-28, SD-23)
    return VALID if any(row[contest.cell : contest.end_cell]) else BLANK


def _add_marks(contest: ContestShape, row: bytes, times: int, figures: list[int]) -> None:
    """One of four figures for each candidate, and the written-in entries [VALID-5]."""
    for place, mark in enumerate(row[contest.cell : contest.slot_cell]):
        # approve 0, oppose 1, unclear 2; no mark is abstain 3
        figures[contest.candidate_figure + PER_CANDIDATE * place + (mark - 1) % PER_CANDIDATE] += times
    figures[contest.figure + WRITTEN] += times * len(_codes(contest, row))
