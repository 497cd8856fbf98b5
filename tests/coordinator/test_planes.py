"""numpy == plain Python, integer by integer, for any paper [VALID-1] [VALID-2] [VALID-3] [VALID-4] [VALID-5]."""

from itertools import repeat
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.tally.planes import Papers, judge_group
from tally_protocol.election.shape import ContestShape, Shape
from tally_protocol.election.validity import judge
from tally_protocol.errors import RuleViolation

CONTEST = st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(1, 12)).filter(lambda c: c[0] + c[1] > 0)


def shape_of(contests: list[tuple[int, int, int]]) -> Shape:
    cell, figure, parts = 1, 1, []
    for place, (candidates, slots, most) in enumerate(contests):
        parts.append(ContestShape(f"c{place}", candidates, slots, most, cell, figure))
        cell, figure = parts[-1].end_cell, parts[-1].end_figure
    return Shape("1", cell, figure, tuple(parts))


@st.composite
def groups(draw: st.DrawFn) -> tuple[Shape, list[Papers]]:
    shape = shape_of(draw(st.lists(CONTEST, min_size=1, max_size=4)))
    found = []
    for _ in range(draw(st.integers(1, 5))):
        table = tuple(sorted(draw(st.sets(st.integers(1, 60), max_size=4))))
        random = Random(draw(st.integers(0, 2**32)))  # noqa: S311 - papers for a test
        count = random.randint(1, 100)
        rows = bytearray()
        for _ in repeat(None, count):
            rows.append(random.choice((0, 0, 0, 0, 1, 2, 3, 4, 5)))
            for contest in shape.contests:
                rows += bytes(random.choice((0, 0, 1, 1, 2, 3)) for _ in range(contest.candidates))
                rows += bytes(random.choice((0, random.randint(0, len(table)))) for _ in range(contest.slots))
        found.append(Papers(bytes(rows), count, table))
    return shape, found


@pytest.mark.property
@given(groups(), st.sampled_from(("post", "ballot")))
def test_the_kernel_equals_the_plain_judge(drawn: tuple[Shape, list[Papers]], overvote: str) -> None:
    """A paper whose status is not `ok` MUST be counted in every contest of its layout under that status [VALID-1]."""
    shape, batches = drawn
    verdict = judge_group(shape, batches, overvote)
    assert verdict.in_range.all()
    for place, batch in enumerate(batches):
        rows = [batch.rows[i : i + shape.width] for i in range(0, len(batch.rows), shape.width)]
        expected = judge(shape, rows, batch.table, overvote)
        assert tuple(verdict.figures[place].tolist()) == expected.figures
        assert verdict.write_ins[place] == expected.write_ins


@pytest.mark.parametrize(
    ("row", "good"),
    [((5, 3, 0, 2), True), ((6, 0, 0, 0), False), ((0, 4, 0, 0), False), ((0, 0, 9, 0), False), ((0, 0, 0, 3), False)],
)
def test_a_byte_that_its_cell_does_not_know(row: tuple[int, ...], good: bool) -> None:
    """[CELL-1]: alone among good papers, in the last place."""
    shape = shape_of([(2, 1, 1)])
    rows = bytes(4) * 99 + bytes(row)
    verdict = judge_group(shape, [Papers(bytes(400), 100, (7, 9)), Papers(rows, 100, (7, 9))], "post")
    assert verdict.in_range.tolist() == [True, good]
    try:
        judge(shape, [bytes(row)], (7, 9), "post")
    except RuleViolation as error:
        assert (error.code, good) == ("E_RANGE", False)
    else:
        assert good
