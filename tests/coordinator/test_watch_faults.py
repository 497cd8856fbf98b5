"""Which errors are faults that a person must mend, and which are the ordinary course of several processes [PUB-2]."""

import contextlib
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from coordinator.access.limits import read_limits
from coordinator.access.opening import Access, Setting
from coordinator.access.registry import TableRegistry
from coordinator.metrics import FAULTS
from coordinator.roles.running import fault_of
from coordinator.settings import CountyError
from coordinator.store.leaders import Deposed
from coordinator.store.postgres import Postgres
from coordinator.store.stores import SQLITE, open_store
from tests.coordinator.county import Bench, envelopes, make_home
from tests.coordinator.leading import Old, publisher_of
from tests.coordinator.scene import new_scene
from tests.world import VOTE_A, World, papers


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_told_by_its_code(code: str) -> None:
    assert fault_of(CountyError(f"{code}: 坏了", f"{code}: broken")) == code


@pytest.mark.parametrize(
    "error",
    [
        Deposed("E_LOCK: 另一进程", "E_LOCK: another process leads"),
        CountyError("缺少 --public", "--public is missing"),
        CountyError("E_DISK: 满", "E_DISK: full"),
        ValueError("E_LOCK: x"),
        None,
    ],
)
def test_nothing_else_is_a_fault(error: BaseException | None) -> None:
    """A replaced leader starts again and waits in line; a full disk has metrics and alerts of its own."""
    assert fault_of(error) == ""


def test_a_leader_that_was_replaced_says_that_and_no_fault(tmp_path: Path, postgres_url: str) -> None:
    """It wakes up, finds a checkpoint that it did not sign, and looks first whether it still leads.

    The same sight under the newest number is a fault: then somebody else has written the lock.
    """
    world = World()
    bench = Bench(make_home(tmp_path / "home", world, postgres_url), world, postgres_url)
    assert isinstance(bench.store, Postgres)
    with contextlib.closing(bench):
        desk = world.desk("v1", "1")
        desk.open()
        bench.deliver(*envelopes(world, desk))
        old = publisher_of(bench, tmp_path / "public", Old(bench.store, "publisher"), 1)
        old.recover(bench.writer.durable)
        new = publisher_of(bench, tmp_path / "public", Old(bench.store, "publisher"), 2)
        new.recover(bench.writer.durable)
        assert new.publish(bench.writer.durable)
        desk.batch(papers(60, VOTE_A), ())
        bench.deliver(*envelopes(world, desk))
        with pytest.raises(Deposed):
            old.publish(bench.writer.durable)
        with bench.store.write() as connection:
            connection.exec_driver_sql("UPDATE lock SET checkpoint = ?", (b"edited",))
        with pytest.raises(CountyError, match="E_LOCK: the lock does not hold") as found:
            new.publish(bench.writer.durable)
        assert fault_of(found.value) == "E_LOCK"


def test_the_access_list_grows_old_while_a_look_hangs(tmp_path: Path) -> None:
    """Its age is asked for by whoever scrapes, not set by the look that may never end."""
    clock, collector = [100.0], CollectorRegistry()
    with new_scene(tmp_path) as scene, contextlib.closing(open_store(scene.home, SQLITE)) as store:
        setting = Setting(
            home=scene.home, election=str(scene.world.id), limits=read_limits(scene.home, None),
            hosts={"s/v1/1": "node-1"}, registry=TableRegistry(store), collector=collector,
            monotonic=lambda: clock[0],
        )  # fmt: skip
        access = Access(setting)
        assert collector.get_sample_value("changpiao_access_list_age_seconds") == 0
        clock[0] = 190.0
        assert collector.get_sample_value("changpiao_access_list_age_seconds") == 90
        assert access.gate is not None
