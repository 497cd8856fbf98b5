"""What a server says when it cannot: damage, a full disk and everything else are told apart [PUB-2] [PUB-3]."""

import logging
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from coordinator.ledger.vetting import Vetting
from coordinator.metrics import Metrics
from coordinator.publish.rounds import Rounds, Source
from coordinator.settings import CountyError
from coordinator.store.database import damage, disk_is_full
from coordinator.store.postgres import Postgres
from tests.coordinator.county import Bench, envelopes, make_home
from tests.world import World

DAMAGE = ("XX001", "XX002", "XX000", "42P01", "42703", "58P01")
FULL = """CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$"""


@pytest.mark.parametrize("state", [*DAMAGE, "53100", "58030", "40001", "57P01"])
def test_damage_is_said_and_a_full_disk_stays_one(postgres_url: str, state: str) -> None:
    database = Postgres(postgres_url)
    said = CountyError if state in DAMAGE else DBAPIError
    with pytest.raises(said) as caught, damage("store"), database.read() as connection:
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE 'so' USING ERRCODE = '{state}'; END $$")
    database.close()
    assert disk_is_full(caught.value) is (state == "53100")
    assert "E_SELF_CHECK" in str(caught.value) or state not in DAMAGE


def test_a_server_that_is_away_is_no_damage(postgres_url: str) -> None:
    database = Postgres(postgres_url)
    with pytest.raises(DBAPIError) as caught, damage("store"), database.read() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    database.close()
    assert not disk_is_full(caught.value)


def test_a_publisher_says_that_the_servers_disk_is_full_and_goes_on_later(
    tmp_path: Path, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """[PUB-3] What was judged in the round that failed is judged again, and is no forgery. A writer: test_disk.py."""
    world = World()
    served = Bench(make_home(tmp_path / "home", world, postgres_url), world, postgres_url)
    publisher, _ = served.publisher(tmp_path / "public", Vetting(served.store, served.writer.county).check)
    source = Source(durable=lambda: served.writer.durable, take_oldest=lambda: None)
    ended: list[BaseException] = []
    rounds = Rounds(publisher, source, metrics=Metrics(), fatal=ended.append)
    publisher.recover(served.writer.durable)
    desk = world.desk("v1", "1")
    desk.open()
    desk.box(collected=1)
    served.deliver(*envelopes(world, desk))
    with served.store.write() as connection:
        connection.exec_driver_sql(FULL)
        connection.exec_driver_sql("CREATE TRIGGER no_room BEFORE INSERT ON staged EXECUTE FUNCTION no_room()")
    with caplog.at_level(logging.ERROR, "changpiao"):
        rounds.tick()
    assert [getattr(record, "code", "") for record in caplog.records] == ["E_DISK"]
    well = [rounds.healthy]
    with served.store.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER no_room ON staged")
    rounds.tick()
    assert [*well, rounds.healthy] == [False, True]
    assert (publisher.head.size, ended) == (served.writer.durable, [])
    served.close()
