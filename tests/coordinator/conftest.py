"""The record path is tested on both databases: every `bench` and every `scene` stands once on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.store.stores import SQLITE
from tests.coordinator.county import Bench, make_home
from tests.coordinator.processes import Process
from tests.coordinator.scene import Scene, new_scene
from tests.postgres import Template
from tests.world import World


@pytest.fixture
def postgres_url(tables: Template) -> Iterator[str]:
    """A PostgreSQL database of this test, with tables, without an election."""
    with tables.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The setting: SQLite in the home, and a real PostgreSQL."""
    return SQLITE if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def bench(tmp_path: Path, url: str) -> Iterator[Bench]:
    """A sealed county at a bench."""
    world = World()
    bench = Bench(make_home(tmp_path / "home", world, url), world, url)
    yield bench
    bench.close()


@pytest.fixture
def scene(tmp_path: Path, url: str) -> Iterator[Scene]:
    """A sealed county for its real processes."""
    with new_scene(tmp_path, url) as made:
        yield made


@pytest.fixture
def started() -> Iterator[list[Process]]:
    """Processes that never outlive a test."""
    processes: list[Process] = []
    yield processes
    for process in processes:
        # `up` ends its children when it dies; what a child has become ends on SIGTERM too
        process.kill()
