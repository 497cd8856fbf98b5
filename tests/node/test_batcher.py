"""[CUT-1] [CUT-2] cutting a stack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_node.batcher import cut, meets_threshold, runs


@pytest.mark.parametrize(
    ("papers", "sizes"),
    [(0, ()), (1, (1,)), (100, (100,)), (101, (51, 50)), (250, (84, 83, 83)), (700, (100,) * 7)],
)
def test_examples(papers: int, sizes: tuple[int, ...]) -> None:
    assert cut(papers) == sizes


@pytest.mark.property
@given(st.integers(0, 20_000))
def test_cut(papers: int) -> None:
    """[CUT-1] A table MUST cut n papers of a layout into ceil(n/100) batches whose sizes differ by at most one."""
    sizes = cut(papers)
    assert sum(sizes) == papers
    assert len(sizes) == -(-papers // 100)
    assert list(sizes) == sorted(sizes, reverse=True)
    assert not sizes or (sizes[0] <= 100 and sizes[0] - sizes[-1] <= 1)
    assert papers < 50 or sizes[-1] >= 50
    assert [stop - start for start, stop in runs(papers)] == list(sizes)


def test_a_negative_stack_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="negative"):
        cut(-1)


@pytest.mark.parametrize(
    ("papers", "alone", "good"), [(49, True, True), (49, False, False), (50, False, True), (101, False, True)]
)
def test_threshold(papers: int, alone: bool, good: bool) -> None:
    assert meets_threshold(papers, 50, alone=alone) is good


def test_a_higher_threshold_forbids_two_small_batches_even_alone() -> None:
    assert not meets_threshold(101, 60, alone=True)
