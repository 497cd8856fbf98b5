"""Somebody edits the database: every column that matters, on both databases [PUB-3] [RECEIPT-1] [ACCESS-10].

Each edit is noticed by a process that ran before it and by one that starts after it, in one cycle, with its code in the
log and in a metric; and whatever was edited, the published record stays what it was: nothing wrong is signed.
"""

import logging
from pathlib import Path

import pytest

from coordinator.intake.jobs import Gather
from coordinator.metrics import FAULTS, Metrics
from coordinator.publish.lock import Lock
from coordinator.publish.rounds import Rounds, Source
from coordinator.settings import CountyError
from coordinator.store import verdicts
from coordinator.watch.self_check import Alarm
from tests.coordinator.county import Bench
from tests.coordinator.processes import FAULT
from tests.coordinator.tampering import Watched, flipped

PLACES = {
    "<batch>": "(SELECT min(id) FROM records WHERE kind = 'batch')",
    "<other>": "(SELECT max(id) FROM records WHERE kind = 'batch')",
    "<last>": "(SELECT max(idx) FROM log)",
}
# table, what is set where; {flip:column} turns one bit of a column of bytes
EDITS = {
    "records.hash": "UPDATE records SET hash = {flip:hash} WHERE id = <batch>",
    "records.leaf": "UPDATE records SET leaf = {flip:leaf} WHERE id = <batch>",
    "records.chain": "UPDATE records SET chain = 's/v9/1' WHERE id = <batch>",
    "records.chain to nothing": "UPDATE records SET chain = NULL, epoch = NULL, seq = NULL WHERE id = <batch>",
    "records.epoch": "UPDATE records SET epoch = 2 WHERE id = <batch>",
    "records.seq": "UPDATE records SET seq = 99 WHERE id = <batch>",
    "records.kind": "UPDATE records SET kind = 'void' WHERE id = <batch>",
    "records.note": "UPDATE records SET note = {flip:note} WHERE id = <batch>",
    "records.note of a sealed note": "UPDATE records SET note = {flip:note} WHERE id ="
    " (SELECT min(id) FROM records WHERE kind = 'unit')",
    "records.id": "UPDATE records SET id = 70000 WHERE id = <batch>",
    "records, a row deleted": "DELETE FROM records WHERE id = <batch>",
    "log, the end deleted": "DELETE FROM log WHERE idx = <last>",
    "log, the middle deleted": "DELETE FROM log WHERE idx = 9",
    "log.idx": "UPDATE log SET idx = 70000 WHERE idx = <last>",
    "log.record": "UPDATE log SET record = 70000 WHERE idx = <last>",
    "sealed.blob": "UPDATE sealed SET blob = {flip:blob} WHERE record = <batch>",
    "sealed.blob swapped": "UPDATE sealed SET blob = (SELECT blob FROM sealed WHERE record = <other>)"
    " WHERE record = <batch>",
    "sealed, a row deleted": "DELETE FROM sealed WHERE record = <batch>",
    "sealed.record": "UPDATE sealed SET record = (SELECT min(id) FROM records WHERE kind = 'open')"
    " WHERE record = <batch>",
    "receipts.note": "UPDATE receipts SET note = {flip:note} WHERE chain = 's/v1/1'",
    "receipts.note of another": "UPDATE receipts SET note = (SELECT note FROM receipts WHERE chain = 's/v1/2')"
    " WHERE chain = 's/v1/1'",
    "receipts.seq": "UPDATE receipts SET seq = seq - 1 WHERE chain = 's/v1/1'",
    "receipts.chain": "UPDATE receipts SET chain = 's/v9/1' WHERE chain = 's/v1/1'",
    "receipts, a row deleted": "DELETE FROM receipts WHERE chain = 's/v1/1'",
    "unit_heads.version": "UPDATE unit_heads SET version = version - 1 WHERE unit = 'v1'",
    "unit_heads.unit": "UPDATE unit_heads SET unit = 'v9' WHERE unit = 'v1'",
    "unit_heads, a row deleted": "DELETE FROM unit_heads WHERE unit = 'v1'",
    "refusals.chain": "UPDATE refusals SET chain = 's/v1/2' WHERE id = 1",
    "refusals.code": "UPDATE refusals SET code = 'E_CHAIN' WHERE id = 1",
    "refusals.node": "UPDATE refusals SET node = 'node-2' WHERE id = 1",
    "refusals.time": "UPDATE refusals SET time = time + 1 WHERE id = 1",
    "refusals.detail": "UPDATE refusals SET detail = '' WHERE id = 1",
    "refusals.note": "UPDATE refusals SET note = {flip:note} WHERE id = 1",
    "refusals.sealed": "UPDATE refusals SET sealed = {flip:note} WHERE id = 1",
    "refusals, a row deleted": "DELETE FROM refusals WHERE id = 1",
    "forks.chain": "UPDATE forks SET chain = 's/v1/2' WHERE id = 1",
    "forks.seq": "UPDATE forks SET seq = 0 WHERE id = 1",
    "forks.epoch": "UPDATE forks SET epoch = 2 WHERE id = 1",
    "forks.first": "UPDATE forks SET first = 1 WHERE id = 1",
    "forks.hash": "UPDATE forks SET hash = {flip:hash} WHERE id = 1",
    "forks.time": "UPDATE forks SET time = time + 1 WHERE id = 1",
    "forks.note": "UPDATE forks SET note = {flip:note} WHERE id = 1",
    "forks.sealed": "UPDATE forks SET sealed = {flip:note} WHERE id = 1",
    "forks, a row deleted": "DELETE FROM forks WHERE id = 1",
    "access_acts.act": "UPDATE access_acts SET act = 'code' WHERE id = 1",
    "access_acts.node": "UPDATE access_acts SET node = 'node-2' WHERE id = 1",
    "access_acts.time": "UPDATE access_acts SET time = time + 1 WHERE id = 1",
    "access_acts.body": "UPDATE access_acts SET body = '{}' WHERE id = 1",
    "access_acts, a row deleted": "DELETE FROM access_acts WHERE id = 2",
    "marks.upto": "UPDATE marks SET upto = 0 WHERE name = 'refusals'",
    "marks.digest": "UPDATE marks SET digest = {flip:digest} WHERE name = 'refusals'",
    "marks.mac": "UPDATE marks SET mac = {flip:mac} WHERE name = 'refusals'",
    "lock.checkpoint": "UPDATE lock SET checkpoint = {flip:checkpoint} ",
    "lock.time": "UPDATE lock SET time = time + 1 ",
    "lock, a row deleted": "DELETE FROM lock WHERE origin <> ''",
    "alembic_version": "UPDATE alembic_version SET version_num = '0003'",
}
# these are whatever the lock is: the code says which of two is behind
LOCK_CODES = {"lock.time": "E_LOCK", "lock, a row deleted": "E_LOCK", "log, the end deleted": "E_LOCK_AHEAD"}


def statement(edit: str, *, postgres: bool) -> str:
    text = EDITS[edit]
    while "{flip:" in text:
        before, _, rest = text.partition("{flip:")
        column, _, after = rest.partition("}")
        text = f"{before}{flipped(column, postgres=postgres)}{after}"
    for word, place in PLACES.items():
        text = text.replace(word, place)
    return text


@pytest.fixture
def watched(bench: Bench, tmp_path: Path) -> Watched:
    return Watched(bench, tmp_path / "public")


def check_nothing_wrong_is_published(watched: Watched) -> None:
    """One honest record more, and the publisher's own round: it signs nothing, or what a verifier would sign too."""
    before = {path: path.read_bytes() for path in watched.public.rglob("*") if path.is_file()}
    faults: list[BaseException] = []
    rounds = Rounds(
        watched.publisher, Source(durable=lambda: watched.stored, take_oldest=lambda: None),
        metrics=watched.bench.metrics, fatal=faults.append, alarm=watched.alarm.raised,
    )  # fmt: skip
    rounds.tick()
    assert not rounds.healthy
    assert before == {path: path.read_bytes() for path in watched.public.rglob("*") if path.is_file()}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_row_is_noticed_in_one_cycle(watched: Watched, edit: str, caplog: pytest.LogCaptureFixture) -> None:
    """Running or just started; with its code in the log and in a metric; and nothing is signed."""
    code = LOCK_CODES.get(edit, "E_SELF_CHECK")
    watched.edit(statement(edit, postgres=watched.bench.store.postgres))
    with caplog.at_level(logging.CRITICAL, "changpiao"):
        assert code in watched.cycle().values(), edit
    assert code in {getattr(record, "code", "") for record in caplog.records}
    text = watched.bench.metrics.text().decode()
    assert "changpiao_selfcheck_failed 1.0" in text
    assert FAULT.format(code) in text
    check_nothing_wrong_is_published(watched)
    try:
        watched.look_anew()
    except CountyError as error:
        assert error.code == code, error
        return
    # a unit's row that is gone is made anew by the start, and is then not the one it was
    assert code in watched.cycle().values(), f"{edit}: not noticed by a start"


def test_a_forged_record_with_a_place_is_never_signed(watched: Watched) -> None:
    """The self-check need not have run: the publisher looks at signatures itself."""
    watched.forge(placed=True)
    before = (watched.public / "checkpoint").read_bytes()
    with pytest.raises(CountyError, match="E_SELF_CHECK: entry"):
        watched.publisher.publish(watched.stored)
    assert (watched.public / "checkpoint").read_bytes() == before
    assert "E_SELF_CHECK" in watched.cycle().values()


def test_a_forged_record_gets_no_place(watched: Watched) -> None:
    """On a server records wait for their place; on SQLite nothing may wait."""
    watched.forge(placed=False)
    before = watched.stored
    if watched.bench.store.postgres:
        with pytest.raises(CountyError, match="was never admitted"):
            watched.bench.writer.process([Gather(lambda _: None)])
    assert watched.stored == before
    assert "E_SELF_CHECK" in watched.cycle().values()


def test_what_was_staged_is_edited_before_it_is_written(watched: Watched) -> None:
    """Between the signature and the file nothing from the database is believed."""
    bench = watched.bench
    assert bench.one(watched.last).outcome == "accepted"
    swap = Lock.swap

    def edited(self: Lock, *given: object) -> None:
        swap(self, *given)  # type: ignore[arg-type]
        with bench.stores.staging.write() as connection:
            connection.exec_driver_sql("UPDATE staged SET data = ? WHERE path >= 'tile/e'", (b"\0\1x",))

    before = {path: path.read_bytes() for path in watched.public.rglob("*") if path.is_file()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lock, "swap", edited)
        with pytest.raises(CountyError, match="staged was altered"):
            watched.publisher.publish(watched.stored)
    assert before == {path: path.read_bytes() for path in watched.public.rglob("*") if path.is_file()}
    # the next start makes the step again from the store
    publisher, _ = bench.publisher(watched.public)
    publisher.recover(watched.stored)
    assert publisher.head.size == watched.stored


def test_signing_goes_on_when_a_start_finds_all_well(watched: Watched) -> None:
    """A verdict stands until a process starts and finds the part whole again."""
    chain = "UPDATE receipts SET seq = seq {} 1 WHERE chain = 's/v1/1'"
    watched.edit(chain.format("-"))
    assert watched.cycle() == {"chains": "E_SELF_CHECK"}
    watched.edit(chain.format("+"))
    assert watched.cycle() == {"chains": "E_SELF_CHECK"}
    assert watched.alarm.raised() == "E_SELF_CHECK"
    watched.look_anew()
    assert watched.alarm.raised() == "E_SELF_CHECK"
    assert watched.cycle() == {}
    assert watched.alarm.raised() == ""


def test_what_another_process_found_is_in_the_publisher_s_metric(bench: Bench) -> None:
    """The finder may be gone: whoever signs nothing says why, until the verdict is over."""
    metrics = Metrics()
    alarm = Alarm(bench.store, None, metrics)
    for code in ("E_SELF_CHECK", "E_LOCK_AHEAD", "", "E_LOCK", ""):
        verdicts.add(bench.store, 1, "intake", "sealed", code, "")
        assert alarm.raised() == code
        text = metrics.text().decode()
        assert [one for one in FAULTS if FAULT.format(one) in text] == [code][: bool(code)]


def test_a_database_put_back_under_a_running_process_ends_it(watched: Watched) -> None:
    """A unit version never falls by our own programs."""
    watched.edit("UPDATE unit_heads SET version = version - 1 WHERE unit = 'v2'")
    with pytest.raises(CountyError, match=r"E_SELF_CHECK: the newest record"):
        watched.bench.one(watched.last)
