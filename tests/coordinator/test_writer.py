"""The writer when the disk fails it, and how it groups what waits [INTAKE-2]."""

import threading

import pytest
from sqlalchemy.exc import DBAPIError

from coordinator.intake import writer as writer_module
from coordinator.intake.jobs import Answers, Deliver, DiskNearlyFull, Position, Where
from coordinator.intake.writer import Writer
from coordinator.ledger.rebuilding import rebuild
from coordinator.metrics import Metrics
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.store.leaders import Alone
from coordinator.store.stores import SQLITE, open_store
from tally_protocol.record.sealing import Opener
from tests.coordinator.county import Bench, envelopes
from tests.world import VOTE_A, papers


@pytest.mark.parametrize("url", [SQLITE])
def test_a_disk_that_is_nearly_full_takes_nothing_and_answers_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E_DISK is no refusal: the laptop keeps its record and comes again."""
    desk = bench.world.desk("v1", "1")
    desk.open()
    found: list[Answers | Exception] = []
    monkeypatch.setattr(writer_module, "DISK_RESERVE", 1 << 62)
    asked: list[list[Position]] = []
    bench.writer.process([Deliver(envelopes(bench.world, desk), found.append, 0.0), Where(["s/v1/1"], asked.append)])
    assert isinstance(found[0], DiskNearlyFull)
    assert asked == [[Position("s/v1/1", 0, bytes(32))]]
    assert log.size(bench.store) == bench.writer.county.size == bench.writer.durable
    assert 'changpiao_refused_total{code="E_DISK"} 0.0' in bench.metrics.text().decode()
    monkeypatch.undo()
    assert bench.one(envelopes(bench.world, desk)[0]).outcome == "accepted"


def refuses_to_grow(store: Database) -> None:
    """From now on no commit with new records goes through."""
    if store.postgres:
        with store.write() as connection:
            connection.exec_driver_sql("ALTER TABLE sealed ADD CONSTRAINT no_room CHECK (record < 0) NOT VALID")
        return
    with store._writer.connect() as connection:  # noqa: SLF001 - the same pooled connection that will commit
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.rollback()


@pytest.mark.fault
def test_a_commit_that_fails_ends_the_writer_unanswered(bench: Bench) -> None:
    """[INTAKE-2]: the database may not grow any more; no answer goes out, and the store starts again as it was."""
    died = threading.Event()
    errors: list[BaseException] = []

    def fatal(error: BaseException) -> None:
        errors.append(error)
        died.set()

    store = open_store(bench.home, bench.url)
    writer = Writer(
        store, rebuild(store), opener=Opener(bench.world.ballot_private), signer=bench.world.county,
        metrics=Metrics(), fatal=fatal, fence=Alone(),
    )  # fmt: skip
    refuses_to_grow(store)
    desk = bench.world.desk("v1", "1")
    desk.open()
    for _ in range(30):
        desk.batch(papers(100, VOTE_A))
    answered: list[Answers | Exception] = []
    writer.start()
    writer.put(Deliver(envelopes(bench.world, desk), answered.append, 0.0))
    assert died.wait(20)
    assert isinstance(errors[0], DBAPIError)
    # what is logged of it holds no row
    assert "\n" not in str(errors[0].orig)
    assert "DETAIL" not in str(errors[0])
    assert answered == []
    store.close()
    assert rebuild(bench.store).county.size == bench.writer.county.size


def test_positions_are_told_only_after_the_commit_before_them(bench: Bench) -> None:
    """[INTAKE-7]: a question behind a delivery sees its records; in one group, in order."""
    desk = bench.world.desk("v1", "1")
    desk.open()
    order: list[object] = []
    deliver = Deliver(envelopes(bench.world, desk), order.append, 0.0)

    def positions(found: list[Position]) -> None:
        order.append(found)

    bench.writer.process([Where(["s/v1/1"], positions), deliver, Where(["s/v1/1", "s/v1/2", "u/v1"], positions)])
    assert isinstance(order[0], Answers)
    # the same chain, asked before the delivery of the same group: nothing of it [INTAKE-7]
    assert order[1] == [Position("s/v1/1", 0, bytes(32))]
    assert order[2] == [
        Position("s/v1/1", 1, desk.state.head), Position("s/v1/2", 0, bytes(32)), Position("u/v1", 0, bytes(32)),
    ]  # fmt: skip
    assert log.size(bench.store) == bench.writer.durable


def test_what_waits_is_one_commit(bench: Bench) -> None:
    """Group commit: everything that has arrived goes to the disk together."""
    desk = bench.world.desk("v1", "1")
    desk.open()
    for _ in range(5):
        desk.batch(papers(60, VOTE_A))
    answered: list[Answers | Exception] = []
    for envelope in envelopes(bench.world, desk):
        bench.writer.put(Deliver([envelope], answered.append, 0.0))
    bench.writer.start()
    bench.writer.stop()
    assert len(answered) == 6
    assert "changpiao_commit_records_count 1.0" in bench.metrics.text().decode()
