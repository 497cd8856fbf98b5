"""The towns of this test run, shared by its workers."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from sqlalchemy import URL, make_url

from coordinator.store.copying import copy_to_server
from coordinator.store.database import Database
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from coordinator.store.stores import SQLITE
from tests.faults.rig import FEW, Rig
from tests.faults.town import Town, shared_town
from tests.postgres import Template, new_database


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run that its workers share; pytest-xdist gives each worker one inside it."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if base.name.startswith("popen-") else base) / "faults"


@pytest.fixture(scope="session")
def town(shelf: Path) -> Town:
    """Sealed, not counted. Never write to it: `town.copy`."""
    return shared_town(shelf)


def count_all(town: Town, path: Path, url: str = SQLITE, keep: Callable[[], None] = lambda: None) -> Town:
    """One laptop counts, the county is stopped and backed up (`old-county`, `old-public`); then the other counts.

    `keep` is called when the first one is through: a database of a server is backed up by it.
    """
    with Rig(town, path, url) as rig:
        for number, node in enumerate(town.nodes):
            county = rig.start_county().wait_ready()
            assert rig.start_node(node).wait() == 0, rig.running[node].errors()
            assert county.stop() == 0, county.errors()
            if number == 0:
                shutil.copytree(rig.town.county, path / "old-county")
                shutil.copytree(rig.public, path / "old-public")
                keep()
        return rig.town


@pytest.fixture(scope="session")
def counted(shelf: Path, town: Town) -> Town:
    """Everything counted, delivered and published; nobody runs. Never write to it."""
    return shared_town(shelf, "counted", lambda path: count_all(town, path))


@pytest.fixture
def new_url(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Gives the setting for "sqlite", and for "postgres" a database of its own with tables."""
    with ExitStack() as made:

        def give(kind: str) -> str:
            if kind == "sqlite":
                return SQLITE
            tables: Template = request.getfixturevalue("tables")
            return made.enter_context(tables.database())

        yield give


def empty(url: str) -> None:
    """The tables of a database of a server of its own, where no template is."""
    server = Postgres(url)
    migrate(server, *EVERY_PART)
    server.close()


def loaded(counted: Town, url: str) -> None:
    """What was counted on files, into an empty database, as `restore` brings it there."""
    files = [Database(counted.county / "store.db"), Database(counted.county / "lock.db")]
    empty(url)
    server = Postgres(url)
    copy_to_server(files[0], files[1], server)
    for one in (*files, server):
        one.close()


@pytest.fixture
def copy_of(postgres_server: URL) -> Iterator[Callable[[str], str]]:
    """Gives a copy of a database nobody is connected to."""
    with ExitStack() as made:
        yield lambda name: made.enter_context(new_database(postgres_server, name))


@dataclass(frozen=True, slots=True)
class Served:
    """A town that was counted on a server: its database and the backup from half-way, both at rest."""

    town: Town
    name: str
    old: str


@pytest.fixture(scope="session")
def served(
    postgres_server: URL, tables: Template, town: Town, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """As `counted`, on PostgreSQL. Never write to its databases: `copy_of`."""
    with ExitStack() as made:

        def database(url: str) -> str:
            return str(make_url(url).database)

        old: list[str] = []
        url = made.enter_context(tables.database())
        path = tmp_path_factory.mktemp("served") / "town"
        whole = count_all(
            town, path, url,
            lambda: old.append(database(made.enter_context(new_database(postgres_server, database(url))))),
        )  # fmt: skip
        yield Served(whole, database(url), old[0])



SERVED = pytest.mark.xdist_group("served")
"""The town on the server is counted once a worker: one worker has the tests that use it."""
KINDS = ("sqlite", pytest.param("postgres", marks=SERVED))


def on_both(cases: Iterable[object]) -> list[ParameterSet]:
    """Cases x databases, for `counted_rig`; `make test` takes two on SQLite and one on PostgreSQL."""
    found = list(cases)
    few = [pytest.param(case, "sqlite") for case in found[:FEW]]
    return few + [pytest.param(case, "postgres", marks=SERVED) for case in found[: FEW and 1]]


@pytest.fixture
def counted_rig(request: pytest.FixtureRequest) -> Callable[[str, Path], Rig]:
    """Gives a rig of the counted town at rest, on a database of this kind that is its own."""

    def give(kind: str, path: Path) -> Rig:
        if kind == "sqlite":
            return Rig(request.getfixturevalue("counted"), path)
        served: Served = request.getfixturevalue("served")
        return Rig(served.town, path, request.getfixturevalue("copy_of")(served.name))

    return give
