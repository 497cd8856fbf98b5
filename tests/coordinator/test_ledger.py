"""The store alone gives the county back: arrays, chains, totals of a prefix; a store that was edited does not start."""

import contextlib
import sqlite3

import pytest

from coordinator.ledger.fold import Fold
from coordinator.ledger.rebuilding import rebuild
from coordinator.publish.standings import StandingsTree
from coordinator.settings import CountyError
from tally_protocol.log.results import ResultsTree, StationStanding, unit_standing
from tests.coordinator.county import Bench, whole_count


@pytest.fixture
def counted(bench: Bench) -> Bench:
    for chain in whole_count(bench.world)[1]:
        bench.deliver(*chain)
    return bench


def test_a_rebuilt_county_equals_the_living_one(counted: Bench) -> None:
    """[RUN-1] [RUN-2]: strict, so that every rule is checked again."""
    live = counted.writer.county
    again = rebuild(counted.store, strict=True)
    assert again.county.matrix.equals(live.matrix)
    assert again.county.size == live.size
    assert {name: table.head for name, table in again.county.stations.items()} == {
        name: table.head for name, table in live.stations.items()
    }
    assert list(counted.writer.events) == again.events


def test_arrays_that_drifted_are_noticed(counted: Bench) -> None:
    counted.writer.county.matrix.units[3] += 1
    with pytest.raises(CountyError, match="E_SELF_CHECK"):
        counted.writer.county.check_arrays()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE records SET note = ? WHERE id = (SELECT id FROM entries WHERE kind = 'batch' LIMIT 1)",
        "UPDATE records SET hash = ? WHERE id = (SELECT id FROM entries WHERE idx = 9)",
        "UPDATE records SET kind = 'void' WHERE id = (SELECT id FROM entries WHERE kind = 'box' LIMIT 1)",
        "UPDATE records SET seq = 90 WHERE id = (SELECT id FROM entries WHERE idx = 8)",
        "DELETE FROM log WHERE idx = 9",
        "UPDATE log SET idx = 90 WHERE idx = 9",
        "DELETE FROM records WHERE id = (SELECT id FROM entries WHERE idx = 9)",
    ],
)
def test_an_edited_store_does_not_start(counted: Bench, edit: str) -> None:
    """[CHAIN-3] [LOG-3]: an insider with the database cannot change what the hashes hold."""
    forged = {"note": b"another note", "hash": bytes(32)}
    asked = tuple(value for name, value in forged.items() if f"SET {name} = ?" in edit)
    if counted.store.postgres:
        with counted.store.write() as connection:
            # whoever owns the database can take its rules away first
            connection.exec_driver_sql("ALTER TABLE log DROP CONSTRAINT log_record_fkey")
            changed = connection.exec_driver_sql(edit, asked).rowcount
    else:
        with contextlib.closing(sqlite3.connect(counted.home.store)) as raw, raw:
            changed = raw.execute(edit, asked).rowcount
    assert changed > 0
    with pytest.raises((CountyError, ValueError)):
        rebuild(counted.store)


def test_the_fold_gives_each_prefix_its_own_standing(counted: Bench) -> None:
    """[STAND-2] [STAND-4]: against the results tree made from the chains' states, at the full length."""
    fold = Fold()
    tree = StandingsTree(fold)
    for event in counted.rebuilt.events + list(counted.writer.events)[len(counted.rebuilt.events) :]:
        fold.add(event)
    expected = ResultsTree()
    for unit in counted.writer.county.units.values():
        stations = {
            name: StationStanding(
                records=table.next_seq, head=table.head, closed=table.closed, running=table.running
            )
            for name, table in unit.stations.items()
        }
        expected.set_unit(unit.unit.place, unit_standing(unit.unit, stations, unit.statement))
    assert tree.results() == expected.root()
    assert fold.uncovered
