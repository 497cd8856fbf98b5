"""Who waits in line has read the log already: the same county as from the first entry, and not one entry read twice."""

from collections.abc import Iterator

import pytest

from coordinator.ledger import standby as module
from coordinator.ledger.rebuilding import Rebuilt, rebuild
from coordinator.ledger.standby import Standby
from coordinator.settings import CountyError
from coordinator.store import entries as log
from tests.coordinator.county import Bench, whole_count
from tests.coordinator.tampering import flipped


@pytest.fixture
def waiting(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Standby:
    """In line from the beginning, with small looks."""
    monkeypatch.setattr(module, "SLICE", 7)
    return Standby(bench.store)


@pytest.fixture
def no_cold_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Nobody reads from the first entry; gives where each reading began."""
    began: list[int] = []
    read = log.range_in

    def watched(connection: object, start: int, end: int) -> Iterator[log.Entry]:
        began.append(start)
        return read(connection, start, end)  # type: ignore[arg-type]

    monkeypatch.setattr(log, "range_in", watched)
    yield began


def fill(bench: Bench, waiting: Standby | None = None) -> None:
    """A whole count; whoever waits looks after each chain."""
    for chain in whole_count(bench.world)[1]:
        assert all(answer.outcome == "accepted" for answer in bench.deliver(*chain).answers)
        if waiting is not None:
            waiting.follow()


def follow_to_the_end(bench: Bench, waiting: Standby) -> None:
    while waiting.follow():
        pass
    assert waiting.size == log.size(bench.store)


def check_same(one: Rebuilt, other: Rebuilt) -> None:
    assert one.events == other.events
    assert one.seen == other.seen
    assert one.county.matrix.equals(other.county.matrix)
    assert (one.county.size, one.county.head, one.county.next_seq) == (
        other.county.size, other.county.head, other.county.next_seq,
    )  # fmt: skip
    for chain in (*one.county.stations, *(f"u/{unit}" for unit in one.county.units)):
        assert one.county.position(chain) == other.county.position(chain)
    for unit, state in one.county.units.items():
        there = other.county.units[unit]
        assert state.awaits_determination == there.awaits_determination
        assert (state.cells.batches, state.cells.small) == (there.cells.batches, there.cells.small)


def test_it_is_the_same_county(bench: Bench, waiting: Standby) -> None:
    fill(bench, waiting)
    follow_to_the_end(bench, waiting)
    check_same(waiting.rebuilt(), rebuild(bench.store, strict=True))


def test_before_the_first_record(bench: Bench, waiting: Standby) -> None:
    """A sealed county without a record: the arrays are laid out all the same."""
    follow_to_the_end(bench, waiting)
    check_same(waiting.rebuilt(), rebuild(bench.store))


def test_a_takeover_reads_only_what_is_new(bench: Bench, waiting: Standby, no_cold_start: list[int]) -> None:
    chains = whole_count(bench.world)[1]
    for chain in chains[:-1]:
        bench.deliver(*chain)
    follow_to_the_end(bench, waiting)
    before = log.size(bench.store)
    bench.deliver(*chains[-1])
    no_cold_start.clear()
    check_same(found := waiting.rebuilt(), rebuild(bench.store))
    # the new ones; the comparison reads all
    assert no_cold_start == [before, 0]
    assert found.county.size == log.size(bench.store) > before


def test_a_log_that_is_shorter_is_read_anew(bench: Bench, waiting: Standby) -> None:
    """Somebody restores an older backup under the processes that wait."""
    fill(bench)
    follow_to_the_end(bench, waiting)
    with bench.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM log WHERE idx > 8")
    check_same(waiting.rebuilt(), rebuild(bench.store))


def test_another_log_is_read_anew(bench: Bench, waiting: Standby) -> None:
    """As long, with another end; while it waits, and when it takes over."""
    fill(bench)
    follow_to_the_end(bench, waiting)
    end = log.size(bench.store) - 1
    with bench.store.write() as connection:
        for place, other in ((-1, end), (end, end - 1), (end - 1, -1)):
            connection.exec_driver_sql("UPDATE log SET idx = ? WHERE idx = ?", (place, other))
    waiting.follow()
    assert waiting.size == 0
    follow_to_the_end(bench, waiting)
    with bench.store.write() as connection:
        for place, other in ((-1, end), (end, end - 1), (end - 1, -1)):
            connection.exec_driver_sql("UPDATE log SET idx = ? WHERE idx = ?", (place, other))
    check_same(waiting.rebuilt(), rebuild(bench.store))


def test_another_row_in_the_middle_is_noticed(bench: Bench, waiting: Standby) -> None:
    """Read while it was altered, and put back before the takeover: what was read is not taken for the log."""
    fill(bench)
    with bench.store.write() as connection:
        for place, other in ((-1, 20), (20, 21), (21, -1)):
            connection.exec_driver_sql("UPDATE log SET idx = ? WHERE idx = ?", (place, other))
    while waiting.follow():
        pass
    with bench.store.write() as connection:
        for place, other in ((-1, 20), (20, 21), (21, -1)):
            connection.exec_driver_sql("UPDATE log SET idx = ? WHERE idx = ?", (place, other))
    check_same(waiting.rebuilt(), rebuild(bench.store))


def test_damage_is_told_by_who_leads(bench: Bench, waiting: Standby) -> None:
    fill(bench)
    with bench.store.write() as connection:
        note = flipped("note", postgres=bench.store.postgres)
        connection.exec_driver_sql(f"UPDATE records SET note = {note} WHERE kind = 'batch'")  # noqa: S608
    for _ in range(9):
        waiting.follow()
    assert waiting.size == 0
    with pytest.raises(CountyError, match="E_SELF_CHECK"):
        waiting.rebuilt()
