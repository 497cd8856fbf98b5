"""The desk is tested on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.centre.desk import Desk, new_desk
from tests.coordinator.conftest import postgres_url, url  # noqa: F401 - fixtures of the county


@pytest.fixture
def desk(tmp_path: Path, url: str) -> Iterator[Desk]:  # noqa: F811
    """An office with five people, on SQLite and on PostgreSQL."""
    made = new_desk(tmp_path, url)
    yield made
    made.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Desk]:
    """The same on SQLite alone, for what does not depend on the database."""
    made = new_desk(tmp_path)
    yield made
    made.close()
