"""Which number a rule asks, and what it says when nobody recorded it [LAW-1] [LAW-2] [LAW-3] [LAW-4]."""

import pytest

from tests.laws.cases import Case, check
from tests.laws.rows_figures import ROWS


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.id)
def test_figures(case: Case) -> None:
    check(case)
