"""The town of this test run, shared by its workers."""

import pytest

from tests.faults.town import Town, shared_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Sealed, not counted. Never write to it: `town.copy`."""
    base = tmp_path_factory.getbasetemp()
    # beside the other worker's folder if there is one: pytest-xdist gives each a folder of the run's own
    return shared_town((base.parent if base.name.startswith("popen-") else base) / "faults")
