"""Every checker sees the made record and, if CHANGPIAO_RECORD names one, a real published folder."""

import pytest

from tests.checkers.evidence import Evidence, given, made


@pytest.fixture(scope="session", params=["made", "given"] if given() else ["made"])
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """A record that every checker must accept."""
    real = given() if request.param == "given" else None
    return real or made()
