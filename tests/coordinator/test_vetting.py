"""The publisher beside the writer judges nothing twice, and still signs nothing that the writer has not judged."""

from pathlib import Path

import pytest

from coordinator.intake.admission import Received
from coordinator.ledger import vetting
from coordinator.ledger.vetting import Admitted, Judged, Vetting
from coordinator.publish.publisher import Publisher
from coordinator.settings import CountyError
from tally_protocol.ids import Hash32
from tests.coordinator.county import Bench, whole_count
from tests.coordinator.tampering import signed_by_a_stranger


@pytest.fixture
def publisher(bench: Bench, tmp_path: Path) -> Publisher:
    made, _ = bench.publisher(tmp_path / "public", Vetting(bench.store, bench.writer.county, bench.admitted).check)
    made.recover(bench.writer.durable)
    made.publish(bench.writer.durable)
    return made


@pytest.fixture
def chain(bench: Bench) -> list[Received]:
    """A table's records."""
    _, chains = whole_count(bench.world)
    return chains[0]


def test_what_this_process_has_judged_is_not_judged_again(
    bench: Bench, publisher: Publisher, chain: list[Received], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(answer.outcome == "accepted" for answer in bench.deliver(*chain).answers)
    monkeypatch.setattr(vetting, "check_signers", lambda *_: pytest.fail("judged twice"))
    assert publisher.publish(bench.writer.durable)
    assert not any(bench.admitted.take(entry) for entry in leaves(bench)), "remembered for ever"


def test_another_process_judges_for_itself(bench: Bench, chain: list[Received]) -> None:
    """A restart, or a publisher of its own: nothing is remembered, every signature is checked."""
    assert all(answer.outcome == "accepted" for answer in bench.deliver(*chain).answers)
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vetting, "check_signers", lambda decoded, _: seen.append(decoded.kind))
        Vetting(bench.store, bench.writer.county).check(0, bench.writer.durable)
    assert len(seen) == len(chain)


def leaves(bench: Bench) -> list[bytes]:
    with bench.store.read() as connection:
        return [bytes(leaf) for (leaf,) in connection.exec_driver_sql("SELECT leaf FROM records").all()]


def stored(bench: Bench, chain: list[Received], column: str, value: object, seq: int) -> None:
    """Change one column of a record that waits to be published, as the owner of the database can."""
    assert all(answer.outcome == "accepted" for answer in bench.deliver(*chain).answers)
    with bench.store.write() as connection:
        found = connection.exec_driver_sql(
            f"UPDATE records SET {column} = ? WHERE chain = 's/v1/1' AND seq = ?",  # noqa: S608 - our own words
            (value, seq),
        )
        assert found.rowcount == 1


@pytest.mark.parametrize("seq", [0, 2])
def test_a_record_swapped_behind_the_writers_back_is_not_signed(
    bench: Bench, publisher: Publisher, chain: list[Received], seq: int
) -> None:
    """The same text and so the same hash, under a key of nobody's: what is remembered is the whole note."""
    stored(bench, chain, "note", signed_by_a_stranger(chain[seq].note), seq)
    with pytest.raises(CountyError, match=r"was never admitted \(E_SIGNERS\)"):
        Vetting(bench.store, bench.writer.county, bench.admitted).check(0, bench.writer.durable)
    with pytest.raises(CountyError, match=r"E_SELF_CHECK: entry"):
        publisher.publish(bench.writer.durable)


def test_a_row_that_names_another_kind_is_not_signed(
    bench: Bench, publisher: Publisher, chain: list[Received]
) -> None:
    stored(bench, chain, "kind", "void", 2)
    with pytest.raises(CountyError, match=r"E_SELF_CHECK: entry .* \(hash\)"):
        publisher.publish(bench.writer.durable)


def test_places_exchanged_behind_the_writers_back_are_not_signed(
    bench: Bench, publisher: Publisher, chain: list[Received]
) -> None:
    """Both records were judged; their order was not."""
    assert all(answer.outcome == "accepted" for answer in bench.deliver(*chain).answers)
    last = bench.writer.durable - 1
    with bench.store.write() as connection:
        rows = connection.exec_driver_sql("SELECT idx, record FROM log WHERE idx >= ?", (last - 1,)).all()
        connection.exec_driver_sql("DELETE FROM log WHERE idx >= ?", (last - 1,))
        for idx, record in rows:
            connection.exec_driver_sql("INSERT INTO log (idx, record) VALUES (?, ?)", (2 * last - 1 - idx, record))
    with pytest.raises(CountyError, match=r"E_SELF_CHECK: entry .* \(chain\)"):
        publisher.publish(bench.writer.durable)


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A publisher that stands still costs no more than so much; what is forgotten is judged in full."""
    monkeypatch.setattr(vetting, "ADMITTED_MOST", 2)
    admitted, links = Admitted(), None
    for number in range(3):
        admitted.remember(bytes([number]), Judged("open", Hash32(bytes(32)), links))  # type: ignore[arg-type]
    assert [admitted.take(bytes([number])) is None for number in range(3)] == [False, False, True]
    assert admitted.take(b"\0") is None
