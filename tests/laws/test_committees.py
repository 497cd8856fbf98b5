"""Several posts, women, relatives [POST-1] [POST-2] [POST-3] [POST-4] [POST-5] [POST-6]."""

import pytest

from tests.laws import rows_avoidance, rows_women
from tests.laws.cases import Case, check


@pytest.mark.parametrize("case", [*rows_women.ROWS, rows_women.SHORT], ids=lambda case: case.id)
def test_women(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", rows_avoidance.ROWS, ids=lambda case: case.id)
def test_relatives(case: Case) -> None:
    check(case)
