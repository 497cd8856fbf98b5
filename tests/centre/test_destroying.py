"""Sealed parts are destroyed after their day, by two persons and the administrator; the act says what is gone."""

from collections.abc import Iterator

import pytest

from coordinator.centre.destroying import destroy, parts_digest
from coordinator.ledger.rebuilding import rebuild
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.stores import SQLITE
from tests.centre.desk import Desk
from tests.coordinator.county import Bench, whole_count

LATER = 6 * 366 * 86_400


@pytest.fixture
def counted(desk: Desk) -> Iterator[Desk]:
    bench = Bench(desk.home, desk.world, desk.url)
    _, chains = whole_count(desk.world)
    for chain in chains:
        bench.deliver(*chain)
    bench.close()
    desk.follow()
    yield desk


def confirmed(desk: Desk, *units: str) -> str:
    operator, authority = desk.browser("op"), desk.browser("au")
    matter = {"kind": "destruction", "units": list(units), "document": "销毁清册 1 号"}
    name: str = operator.post("/api/proposals", matter=matter)["proposal"]
    (one,) = [one for one in operator.get("/api/proposals")["proposals"] if one["proposal"] == name]
    authority.post(f"/api/proposals/{name}/confirm", digest=one["digest"])
    return name


def test_what_two_have_confirmed_is_destroyed_and_told(counted: Desk) -> None:
    before = list(log.sealed_parts(counted.store, "v1"))
    kept = list(log.sealed_parts(counted.store, "v2"))
    counted.clock.now += LATER
    name = confirmed(counted, "v1")
    (gone,) = destroy(counted.journal, counted.store, counted.world.election.date, name)
    assert (gone.unit, gone.parts, gone.digest) == ("v1", len(before), parts_digest(before))
    assert gone.parts > 0
    assert list(log.sealed_parts(counted.store, "v1")) == []
    assert list(log.sealed_parts(counted.store, "v2")) == kept
    # the record stays whole, and the state knows
    assert rebuild(counted.store, strict=True).county.check_arrays() > 0
    with counted.journal.reading() as state:
        assert state.papers.destroyed["v1"].digest == gone.digest
    # again is nothing, and it cannot be proposed again
    assert destroy(counted.journal, counted.store, counted.world.election.date, name) == []
    browser = counted.browser("op", "10.0.0.7")
    matter = {"kind": "destruction", "units": ["v1"], "document": "x"}
    assert browser.refused("/api/proposals", matter=matter) == 409


def test_nothing_is_left_in_the_file(counted: Desk) -> None:
    if counted.url != SQLITE:
        pytest.skip("a server's files are its own; VACUUM FULL writes the table anew")
    (_, blob), *_ = log.sealed_parts(counted.store, "v1")
    there = [blob[60:90] in path.read_bytes() for path in counted.home.path.glob("store.db*")]
    assert any(there)
    counted.clock.now += LATER
    destroy(counted.journal, counted.store, counted.world.election.date, confirmed(counted, "v1"))
    there = [blob[60:90] in path.read_bytes() for path in counted.home.path.glob("store.db*")]
    assert not any(there)


def test_not_without_two_persons_and_not_before_its_day(counted: Desk) -> None:
    day = counted.world.election.date
    with pytest.raises(CountyError, match="two persons"):
        destroy(counted.journal, counted.store, day, "P-0001")
    counted.clock.now += LATER
    operator = counted.browser("op")
    matter = {"kind": "destruction", "units": ["v1"], "document": "x"}
    name = operator.post("/api/proposals", matter=matter)["proposal"]
    with pytest.raises(CountyError, match="two persons"):
        destroy(counted.journal, counted.store, day, name)
    other = confirmed(counted, "v2")
    # a clock that is set back helps nobody: the day is looked at again
    counted.clock.now -= LATER
    with pytest.raises(CountyError, match="kept until 2032-09-21"):
        destroy(counted.journal, counted.store, day, other)
    assert list(log.sealed_parts(counted.store, "v2"))


def test_a_day_that_was_planned_after_the_confirmation_still_counts(counted: Desk) -> None:
    counted.clock.now += LATER
    name = confirmed(counted, "v1")
    counted.browser("op", "10.0.0.8").post("/api/plan", units=["v1"], body="party", wave=2, day="2027-03-01")
    with pytest.raises(CountyError, match="kept until 2033-03-01"):
        destroy(counted.journal, counted.store, counted.world.election.date, name)
    assert list(log.sealed_parts(counted.store, "v1"))
