"""numpy == plain Python, integer by integer, for any paper, layout and profile.

[VALID-1] [VALID-2] [VALID-3] [VALID-4] [VALID-5] [CELL-1]
"""

from collections.abc import Iterable, Sequence
from itertools import product, repeat
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.tally import stack
from coordinator.tally.adder import above, greater, total
from coordinator.tally.planes import Group, Papers, group_key, judge_group
from coordinator.tally.stack import Stack, pack
from tally_protocol.election.shape import ContestShape, Shape
from tally_protocol.errors import RuleViolation
from tally_protocol.law.profile import Profile
from tally_protocol.law.validity import judge
from tests.profiles import profile

CONTEST = st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(1, 12)).filter(lambda c: c[0] + c[1] > 0)
RULES = {
    "ballot.dup_post": ("ballot", "columns", "highest_only"),
    "ballot.extra_mark": ("ballot", "ignore", "part"),
    "ballot.illegible": ("ballot", "part"),
    "ballot.overvote.compare": ("per_post", "total"),
    "ballot.overvote.scope": ("ballot", "post"),
    "ballot.write_in": ("free", "needs_oppose"),
}
# all 144 ways to judge a paper, made once: a profile is checked when it is made
WAYS = [profile(**dict(zip(RULES, values, strict=True))) for values in product(*RULES.values())]


def shape_of(contests: Sequence[tuple[int, int, int]], same: Iterable[tuple[int, ...]] = ()) -> Shape:
    cell, figure, parts = 1, 1, []
    for place, (candidates, slots, most) in enumerate(contests):
        parts.append(ContestShape(f"c{place}", candidates, slots, most, cell, figure))
        cell, figure = parts[-1].end_cell, parts[-1].end_figure
    return Shape("1", cell, figure, tuple(parts), tuple(same))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Some people stand in two, three contests; nobody twice in one."""
    plain = shape_of(draw(st.lists(CONTEST, min_size=1, max_size=4)))
    places = [range(contest.cell, contest.slot_cell) for contest in plain.contests]
    people = draw(st.lists(st.tuples(*(st.integers(-3, 11) for _ in places)), max_size=3))
    same, taken = [], set[int]()
    for person in people:
        cells = [cells[place] for cells, place in zip(places, person, strict=True) if 0 <= place < len(cells)]
        if len(cells) > 1 and not taken & set(cells):
            same.append(tuple(cells))
            taken |= set(cells)
    return shape_of([(c.candidates, c.slots, c.max_marks) for c in plain.contests], same)


Batch = tuple[bytes, int, tuple[int, ...]]


def random_batch(shape: Shape, table: tuple[int, ...], random: Random, count: int) -> Batch:
    """Papers on which everything happens that the rules tell apart; some are left nearly empty."""
    rows = bytearray()
    for _ in repeat(None, count):
        rows.append(random.choice((0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 4, 5)))
        marks = random.choice(((0, 0, 1, 1, 2, 3), (0, 1), (0, 0, 0, 0, 0, 1), (0, 2), (1, 2), (0,)))
        for contest in shape.contests:
            rows += bytes(random.choice(marks) for _ in range(contest.candidates))
            rows += bytes(random.choice((0, 0, random.randint(0, len(table)))) for _ in range(contest.slots))
    return bytes(rows), count, table


@st.composite
def groups(draw: st.DrawFn) -> tuple[Shape, Papers]:
    shape = draw(shapes())
    found = Papers()
    for _ in range(draw(st.integers(1, 6))):
        table = tuple(sorted(draw(st.sets(st.integers(1, 60), max_size=4))))
        random = Random(draw(st.integers(0, 2**32)))  # noqa: S311 - papers for a test
        found.add(*random_batch(shape, table, random, random.randint(1, 100)))
    return shape, found


def together(batches: Iterable[Batch]) -> Papers:
    papers = Papers()
    for batch in batches:
        papers.add(*batch)
    return papers


def assert_equal(shape: Shape, papers: Papers, rules: Profile, verdict: Group) -> None:
    assert verdict.in_range.all()
    names = verdict.write_ins
    for place, (part, table) in enumerate(zip(papers.rows, papers.tables, strict=True)):
        rows = [part[i : i + shape.width] for i in range(0, len(part), shape.width)]
        expected = judge(shape, rows, table, rules)
        assert tuple(verdict.figures[place].tolist()) == expected.figures
        assert names[place] == expected.write_ins


@pytest.mark.property
@given(groups(), st.sampled_from(WAYS))
def test_the_kernel_equals_the_plain_judge(drawn: tuple[Shape, Papers], rules: Profile) -> None:
    """Only `valid` contests MUST add to candidates; more approvals than `max_marks` MUST be judged as in step 3."""
    assert_equal(*drawn, rules, judge_group(*drawn, rules))


@pytest.mark.property
@given(groups(), st.sampled_from(WAYS))
def test_pieces_change_nothing(drawn: tuple[Shape, Papers], rules: Profile) -> None:
    """Papers are turned piece by piece; every piece here has one batch only."""
    shape, papers = drawn
    whole = judge_group(shape, papers, rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack, "PIECE_BYTES", 1)
        pieces = judge_group(shape, papers, rules)
    assert (whole.figures == pieces.figures).all()
    assert whole.write_ins == pieces.write_ins


@pytest.mark.parametrize(
    ("row", "good"),
    [((5, 3, 0, 2), True), ((6, 0, 0, 0), False), ((0, 4, 0, 0), False), ((0, 0, 9, 0), False), ((0, 0, 0, 3), False),
     ((255, 0, 0, 0), False), ((0, 255, 255, 0), False), ((1, 0, 0, 3), False)],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 57, 99])
def test_a_byte_that_its_cell_does_not_know(row: tuple[int, ...], place: int, good: bool) -> None:
    """[CELL-1]: alone among good papers; the batches around it are counted as if it were not there."""
    shape, rules, table = shape_of([(2, 1, 1)]), WAYS[0], (7, 9)
    plain = bytes((0, 1, 2, 1)) * 100
    rows = plain[: 4 * place] + bytes(row) + plain[4 * (place + 1) :]
    batches = [(plain, 100, table), (rows, 100, table), (plain[:204], 51, table)] * 5
    verdict = judge_group(shape, together(batches), rules)
    assert verdict.in_range.tolist() == [True, good, True] * 5
    names = verdict.write_ins
    for index in range(0, len(batches), 3):
        for at in (index, index + 2):
            expected = judge(shape, [plain[:4]] * batches[at][1], table, rules)
            assert (tuple(verdict.figures[at].tolist()), names[at]) == (expected.figures, expected.write_ins)
    try:
        expected = judge(shape, [rows[i : i + 4] for i in range(0, 400, 4)], table, rules)
    except RuleViolation as error:
        assert (error.code, good) == ("E_RANGE", False)
    else:
        assert good
        assert tuple(verdict.figures[1].tolist()) == expected.figures


def test_batches_of_no_paper_and_of_the_most() -> None:
    """Edges of batches fall anywhere in a machine word."""
    shape, rules = shape_of([(2, 1, 1), (3, 0, 2)], [(1, 4)]), WAYS[0]
    random = Random(1)  # noqa: S311 - papers for a test
    counts = [0, 1, 63, 64, 65, 128, 0, 127, 2, 128, 128, 0]
    batches = [random_batch(shape, (3, 5), random, count) for count in counts]
    for papers in (together(batches), together(batches[:1]), together(batches[1:]), Papers()):
        assert_equal(shape, papers, rules, judge_group(shape, papers, rules))


def test_more_papers_than_a_batch_may_have() -> None:
    """Counting by edges holds for ROOM papers; more are a mistake of the caller, never a wrong count."""
    with pytest.raises(ValueError, match="128"):
        Papers().add(bytes(2 * 129), 129, ())


def test_groups_are_told_apart_by_all_that_judging_depends_on() -> None:
    """Structure, who is one person with whom, and the rules for marks; names of contests do not matter."""
    shape = shape_of([(2, 1, 1), (2, 0, 1)])
    named = Shape("other", shape.width, shape.figures, tuple(
        ContestShape(f"x{i}", c.candidates, c.slots, c.max_marks, c.cell, c.figure)
        for i, c in enumerate(shape.contests)
    ))  # fmt: skip
    ballot = WAYS[0].ballot
    assert group_key(shape, ballot) == group_key(named, ballot)
    others = [
        shape_of([(2, 1, 1), (2, 0, 2)]), shape_of([(2, 0, 1), (2, 1, 1)]), shape_of([(2, 1, 1), (2, 0, 1)], [(1, 4)]),
    ]  # fmt: skip
    keys = [group_key(shape, way.ballot) for way in WAYS] + [group_key(other, ballot) for other in others]
    assert len(set(keys)) == len(WAYS) + len(others)


@given(st.lists(st.lists(st.integers(0, 1), min_size=64, max_size=64), min_size=1, max_size=9), st.integers(0, 10))
def test_sums_of_planes(rows: list[list[int]], most: int) -> None:
    """Bit by bit what plain addition gives."""
    planes = [pack(np.array(row, bool)) for row in rows]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    bits = [_bits(plane) for plane in total(planes)]
    assert [sum(bit[i] << place for place, bit in enumerate(bits)) for i in range(64)] == sums
    found = above(planes, most)
    assert (found is None) == (most >= len(planes))
    assert found is None or _bits(found) == [int(number > most) for number in sums]
    left, right = planes[: len(planes) // 2 + 1], planes[len(planes) // 2 + 1 :]
    more = [sum(c[: len(left)]) > sum(c[len(left) :]) for c in zip(*rows, strict=True)]
    assert _bits(greater(total(left), total(right))) == [int(one) for one in more]


def _bits(plane: stack.Words) -> list[int]:
    found: list[int] = np.unpackbits(plane.view(np.uint8), bitorder="little").tolist()
    return found


@given(st.lists(st.integers(0, 128), min_size=1, max_size=40), st.integers(0, 2**32))
def test_counting_by_batch(counts: list[int], seed: int) -> None:
    """Any plane, any sizes of batches."""
    random = Random(seed)  # noqa: S311 - papers for a test
    rows = [bytes(random.choice((0, 1)) for _ in range(2 * count)) for count in counts]
    found = Stack(shape_of([(1, 0, 1)]), rows, np.array(counts, np.uint8), 1)
    found.marks[2] = 0
    found.add()[1][:] = ~found.marks[0, 0]
    ones = [sum(row[1::2]) for row in rows]
    assert found.count(0).tolist() == [
        ones, [0] * len(rows), [0] * len(rows), [count - one for count, one in zip(counts, ones, strict=True)],
    ]  # fmt: skip
