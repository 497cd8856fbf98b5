"""What every test room shares: the root of the checkout and how hard hypothesis tries."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# `make properties` sets the thorough profile. No deadline in either: a busy machine is not a wrong answer.
settings.register_profile("quick", deadline=None, max_examples=50, derandomize=True, database=None)
settings.register_profile(
    "thorough",
    deadline=None,
    max_examples=200,
    derandomize=True,  # CI judges a commit, not its luck; HYPOTHESIS_PROFILE=wandering looks elsewhere each time
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
settings.register_profile(
    "wandering", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of pyproject.toml."""
    return Path(__file__).resolve().parents[1]
