"""Votes laid out as papers: the totals come back, no paper has too many marks, papers are cut evenly."""

from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.counts import Paper
from rehearsal.idents import CandidateId, ContestId, ElectionId, LayoutId, StationId, UnitId
from rehearsal.marks import Marks, MarksFault, parse_marks
from rehearsal.papers import Stack, papers_from_ballots, papers_from_votes, put_together, shuffled
from rehearsal.plan import CandidatePlan, ContestPlan, LayoutPlan, PaperFigures
from rehearsal.privacy import cut, joins

UNIT: Final = UnitId("v")
STATION: Final = StationId("1")
HEAD: Final = ContestId("head")


def layout(candidates: int, max_marks: int = 1, write_ins: int = 0) -> LayoutPlan:
    people = tuple(CandidatePlan(id=CandidateId(f"c{n}"), name=f"甲{n}", sex=None) for n in range(candidates))
    contest = ContestPlan(
        id=HEAD,
        title="主任",
        seats=1,
        max_marks=max_marks,
        layout=LayoutId("1"),
        registered=None,
        round=1,
        rule="election",
        of=None,
        female_only=False,
        profile=None,
        candidates=people,
        write_ins=write_ins,
    )
    return LayoutPlan(id=LayoutId("1"), contests=(contest,))


def ballot(*counts: int) -> dict[ContestId, dict[CandidateId, int]]:
    return {HEAD: {CandidateId(f"c{n}"): count for n, count in enumerate(counts)}}


@pytest.mark.property
@given(st.data())
def test_papers_carry_exactly_the_votes(data: st.DataObject) -> None:
    """Totals of the papers == votes; no paper over max_marks; void and blank papers as many as the form says."""
    max_marks = data.draw(st.integers(1, 6))
    valid = data.draw(st.integers(0, 60))
    counts = data.draw(
        st.lists(st.integers(0, valid), min_size=1, max_size=8).filter(lambda votes: sum(votes) <= valid * max_marks)
    )
    invalid = data.draw(st.integers(0, 9))
    figures = PaperFigures(valid=valid if data.draw(st.booleans()) else None, invalid=invalid)
    kind = layout(len(counts), max_marks)
    laid = papers_from_votes(UNIT, STATION, kind, figures, ballot(*counts))
    mixed = shuffled(laid.stack, ElectionId("e"), UNIT, STATION, kind.id)
    ok = mixed.rows[mixed.rows[:, 0] == 0]
    assert laid.left_out == ()
    assert (ok[:, 1:] == 1).sum(axis=0).tolist() == counts
    assert len(ok) == 0 or int(ok[:, 1:].sum(axis=1).max()) <= max_marks
    assert len(mixed) - len(ok) == invalid
    assert not mixed.rows[mixed.rows[:, 0] == 5, 1:].any()
    least = max(-(-sum(counts) // max_marks), *counts)
    assert len(ok) == (valid if figures.valid is not None else least)


@pytest.mark.parametrize(
    ("counts", "figures", "code"),
    [
        ((60, 41), PaperFigures(valid=100), "F_VOTES_OVER"),
        ((-1, 5), PaperFigures(valid=100), "F_NEGATIVE"),
        ((1_000_000, 1), PaperFigures(), "E_TOO_MANY"),
    ],
)
def test_votes_that_no_papers_can_carry_are_left_out_and_listed(
    counts: tuple[int, ...], figures: PaperFigures, code: str
) -> None:
    laid = papers_from_votes(UNIT, STATION, layout(len(counts)), figures, ballot(*counts))
    assert len(laid.stack) == 0
    assert [(entry.code, [votes for _, votes in entry.votes]) for entry in laid.left_out] == [(code, list(counts))]


def test_a_candidate_above_valid_is_left_out_even_if_the_sum_fits() -> None:
    laid = papers_from_votes(UNIT, STATION, layout(2, max_marks=3), PaperFigures(valid=10), ballot(11, 2))
    assert [entry.code for entry in laid.left_out] == ["F_CANDIDATE_OVER"]


def test_a_station_without_vote_rows_is_unknown_and_not_zero() -> None:
    laid = papers_from_votes(UNIT, STATION, layout(2), PaperFigures(valid=10, invalid=1), {})
    assert (len(laid.stack), [finding.code for finding in laid.findings]) == (0, ["W_VOTES_UNKNOWN"])
    void = papers_from_votes(UNIT, STATION, layout(2), PaperFigures(valid=0, invalid=3), {})
    assert void.stack.rows[:, 0].tolist() == [5, 5, 5]


def test_what_collected_leaves_is_void_when_invalid_is_not_known() -> None:
    laid = papers_from_votes(UNIT, STATION, layout(2), PaperFigures(collected=12), ballot(4, 3))
    assert np.bincount(laid.stack.rows[:, 0], minlength=6).tolist() == [7, 0, 0, 0, 0, 5]


def test_the_shuffle_repeats_itself_and_differs_between_tables() -> None:
    stack = papers_from_votes(UNIT, STATION, layout(2), PaperFigures(valid=80), ballot(50, 30)).stack
    mixed = [
        shuffled(stack, ElectionId("e"), UNIT, StationId(s), LayoutId("1")).rows.tobytes() for s in ("1", "1", "2")
    ]
    assert mixed[0] == mixed[1]
    assert mixed[0] != mixed[2]
    assert mixed[0] != stack.rows.tobytes()


def paper(*names: str, status: int = 0) -> Paper:
    return Paper(status, {HEAD: Marks((), names)})


def test_joined_tables_share_one_list_of_names() -> None:
    kind = layout(1, write_ins=2)
    host = papers_from_ballots(kind, [paper("赵"), paper("钱", "赵")])
    guest = papers_from_ballots(kind, [paper("孙", "钱"), paper(status=1)])
    both = put_together(kind, [host, guest])
    assert both.names == ("赵", "钱", "孙")
    assert both.rows.tolist() == [[0, 0, 1, 0], [0, 0, 2, 1], [0, 0, 3, 2], [1, 0, 0, 0]]


def test_more_than_255_written_in_names_still_have_numbers() -> None:
    kind = layout(1, write_ins=1)
    stack: Stack = papers_from_ballots(kind, [paper(f"人{n}") for n in range(300)])
    assert stack.rows[:, 2].tolist() == list(range(1, 301))
    assert stack.names[299] == "人299"


PLACES: Final = {CandidateId("a"): 0, CandidateId("b"): 1}


@pytest.mark.parametrize(
    ("text", "cells", "names"),
    [
        ("", (), ()),
        ("a", ((0, 1),), ()),
        ("a a -b", ((0, 1), (1, 2)), ()),
        ("?b +李䶮 +李䶮", ((1, 3),), ("李䶮",)),
        (" a  b ", ((0, 1), (1, 1)), ()),
        ("+阿依古丽·吐尔逊 +བཀྲ་ཤིས་", (), ("阿依古丽·吐尔逊", "བཀྲ་ཤིས་")),
    ],
)
def test_marks(text: str, cells: tuple[tuple[int, int], ...], names: tuple[str, ...]) -> None:
    assert parse_marks(text, PLACES) == Marks(cells, names)


@pytest.mark.parametrize(
    "text",
    ["c", "a c", "-", "?", "+", "a -a", "--a", "+" + "长" * 65, "+a\u202eb", " ".join(f"+n{n}" for n in range(10))],
)
def test_marks_that_cannot_be_read(text: str) -> None:
    assert isinstance(parse_marks(text, PLACES), MarksFault)


@given(st.integers(0, 100_000))
def test_cutting_gives_nearly_equal_batches(papers: int) -> None:
    """[CUT-1]: ceil(n/100) batches, sizes differ by at most one, the larger first; at least 50 if n does."""
    sizes = cut(papers)
    assert sum(sizes) == papers
    assert len(sizes) == -(-papers // 100)
    assert sizes == sorted(sizes, reverse=True)
    assert papers == 0 or sizes[0] - sizes[-1] <= 1
    assert papers < 50 or sizes[-1] >= 50


def test_cutting_at_the_edges() -> None:
    """[CUT-1]: full batches stay full."""
    assert [cut(n) for n in (0, 1, 100, 101, 200, 201)] == [[], [1], [100], [51, 50], [100, 100], [67, 67, 67]]


@given(st.lists(st.integers(0, 120), max_size=6))
def test_joining_leaves_no_small_batch_but_a_units_only_one(counts: list[int]) -> None:
    """[CUT-2]: a batch below the threshold is the unit's only one."""
    tables = {StationId(str(n)): count for n, count in enumerate(counts)}
    moves = joins(tables)
    assert not set(moves.values()) & moves.keys()
    assert all(0 < tables[guest] < 50 for guest in moves)
    after = dict(tables)
    for guest, host in moves.items():
        after[host] += after[guest]
        after[guest] = 0
    batches = [size for count in after.values() for size in cut(count)]
    assert sum(batches) == sum(counts)
    assert all(size >= 50 for size in batches) or len(batches) == 1
