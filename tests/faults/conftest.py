"""The towns of this test run, shared by its workers."""

import shutil
from pathlib import Path

import pytest

from tests.faults.rig import Rig
from tests.faults.town import Town, shared_town


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run that its workers share; pytest-xdist gives each worker one inside it."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if base.name.startswith("popen-") else base) / "faults"


@pytest.fixture(scope="session")
def town(shelf: Path) -> Town:
    """Sealed, not counted. Never write to it: `town.copy`."""
    return shared_town(shelf)


def count_all(town: Town, path: Path) -> Town:
    """One laptop counts, the county is stopped and backed up (`old-county`, `old-public`); then the other counts."""
    with Rig(town, path) as rig:
        for number, node in enumerate(town.nodes):
            county = rig.start_county().wait_ready()
            assert rig.start_node(node).wait() == 0, rig.running[node].errors()
            assert county.stop() == 0, county.errors()
            if number == 0:
                shutil.copytree(rig.town.county, path / "old-county")
                shutil.copytree(rig.public, path / "old-public")
        return rig.town


@pytest.fixture(scope="session")
def counted(shelf: Path, town: Town) -> Town:
    """Everything counted, delivered and published; nobody runs. Never write to it."""
    return shared_town(shelf, "counted", lambda path: count_all(town, path))
