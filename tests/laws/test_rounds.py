"""What follows a contest, and whether it hangs on the base [LAW-5] [LAW-7] [LAW-8] [ROUND-1] [ROUND-2] [ROUND-3]."""

import pytest

from tests.laws.cases import Case, check
from tests.laws.rows_rounds import ROWS


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.id)
def test_rounds(case: Case) -> None:
    check(case)
