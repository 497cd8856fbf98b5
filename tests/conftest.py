"""What every test room shares: the root of the checkout and how hard hypothesis tries."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL

from tests.postgres import Template, shared_server, template

# a process that is refused ends at once here, unless a test wants to hear its last words
os.environ.setdefault("CHANGPIAO_FAULT_SECONDS", "0")

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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The server of this test run."""
    with shared_server() as url:
        yield url


@pytest.fixture(scope="session")
def tables(postgres_server: URL) -> Iterator[Template]:
    """Empty databases with the expected tables, quickly made."""
    with template(postgres_server) as made:
        yield made
