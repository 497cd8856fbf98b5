"""What a paper counts for, in plain Python (spec/1) [CELL-1] [VALID-1] [VALID-2] [VALID-3] [VALID-4] [VALID-5].

Validity is computed from marks, never typed in. The county judges whole commit groups with numpy; this is the station's
reading and the county's reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tally_protocol.election.shape import BLANK, OVER, VALID, WRITTEN, ContestShape, Shape
from tally_protocol.errors import RuleViolation

APPROVE = 1
MOST_STATUS = 5
MOST_MARK = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """`figures` of the papers; `write_ins` as (contest index in the layout, register number, votes), ascending."""

    figures: tuple[int, ...]
    write_ins: tuple[tuple[int, int, int], ...]


def judge(shape: Shape, rows: Sequence[bytes], table: Sequence[int], overvote: str) -> Judged:
    """Count papers. `rows`: one bytes of `shape.width` each; `table`: register numbers of slot codes 1, 2, ...

    Raises RuleViolation E_RANGE for a byte that its cell does not know [CELL-1].
    """
    figures = [0] * shape.figures
    written: dict[tuple[int, int], int] = {}
    # equal papers count alike: a hundred one-mark papers are a handful of different rows
    counts: dict[bytes, int] = {}
    for row in rows:
        counts[row] = counts.get(row, 0) + 1
    for row, times in counts.items():
        _check_row(shape, row, len(table))
        _count_row(shape, row, times, overvote, figures, written, table)
    return Judged(tuple(figures), tuple((index, number, votes) for (index, number), votes in sorted(written.items())))


def _check_row(shape: Shape, row: bytes, names: int) -> None:
    if len(row) != shape.width or row[0] > MOST_STATUS:
        raise RuleViolation("E_RANGE", "status cell")
    for contest in shape.contests:
        if max(row[contest.cell : contest.slot_cell], default=0) > MOST_MARK:
            raise RuleViolation("E_RANGE", f"marks of {contest.contest}")
        if max(row[contest.slot_cell : contest.end_cell], default=0) > names:
            raise RuleViolation("E_RANGE", f"slots of {contest.contest}")


def _approvals(contest: ContestShape, row: bytes) -> int:
    marks = row[contest.cell : contest.slot_cell].count(APPROVE)
    return marks + len(set(row[contest.slot_cell : contest.end_cell]) - {0})


def _count_row(
    shape: Shape,
    row: bytes,
    times: int,
    overvote: str,
    figures: list[int],
    written: dict[tuple[int, int], int],
    table: Sequence[int],
) -> None:
    figures[0] += times
    over = [_approvals(contest, row) > contest.max_marks for contest in shape.contests]
    whole = overvote == "ballot" and any(over)
    for index, contest in enumerate(shape.contests):
        at = contest.figure
        if row[0]:
            figures[at + OVER + row[0]] += times
        elif whole or over[index]:
            figures[at + OVER] += times
        elif not any(row[contest.cell : contest.end_cell]):
            figures[at + BLANK] += times
        else:
            figures[at + VALID] += times
            for place, mark in enumerate(row[contest.cell : contest.slot_cell]):
                # approve 0, oppose 1, unclear 2; no mark is abstain 3
                figures[at + 9 + 4 * place + (mark - 1) % 4] += times
            for code in set(row[contest.slot_cell : contest.end_cell]) - {0}:
                figures[at + WRITTEN] += times
                key = index, table[code - 1]
                written[key] = written.get(key, 0) + times
