"""The schema of every release is brought up with its data in it; nothing starts on another than the expected one.

`released/0001-*.sql` are the files of a county of the first release as SQL: a count, a fork, a refusal, a checkpoint.
"""

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from coordinator.ledger.rebuilding import rebuild
from coordinator.settings import CountyError, Home
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.store.migrating import EVERY_PART, EXPECTED, MIGRATIONS, expect, migrate
from coordinator.store.postgres import Postgres, is_postgres
from coordinator.store.stores import migrate_stores, open_store, open_stores
from tests.coordinator.county import Bench, envelopes, make_home
from tests.coordinator.scene import run
from tests.postgres import new_database
from tests.world import VOTE_A, World, papers

RELEASED = Path(__file__).with_name("released")


def old_home(path: Path) -> tuple[Home, World]:
    """A home as the first release left it."""
    world = World()
    home = make_home(path, world)
    for part, file in (("store", home.store), ("staging", home.staging), ("lock", home.lock)):
        for one in file.parent.glob(f"{file.name}*"):
            one.unlink()
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.executescript((RELEASED / f"0001-{part}.sql").read_text("utf-8"))
    return home, world


def rows(file: Path, statement: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return connection.execute(statement).fetchall()


def test_the_first_release_comes_up_with_its_data(tmp_path: Path) -> None:
    """Every byte that was in it is in it, and the county goes on: same log, same chains, same promises."""
    home, world = old_home(tmp_path / "home")
    told = "SELECT idx, hash, leaf, chain, epoch, seq, kind, note FROM entries ORDER BY idx"
    others = {
        table: rows(home.store, f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 - our own words
        for table in ("sealed", "refusals", "forks", "receipts")
    }
    before, locked = rows(home.store, told), rows(home.lock, "SELECT origin, checkpoint, time FROM lock")
    assert len(before) == 15
    assert [len(found) for found in others.values()] == [3, 2, 1, 3]
    with pytest.raises(CountyError, match="migrate"):
        open_stores(home)
    assert {(old, new) for _, old, new in migrate_stores(home)} == {("0001", EXPECTED)}
    assert {(old, new) for _, old, new in migrate_stores(home)} == {(EXPECTED, EXPECTED)}
    assert rows(home.store, told) == before
    assert rows(home.lock, "SELECT origin, checkpoint, time FROM lock") == locked
    for table, found in others.items():
        assert rows(home.store, f"SELECT * FROM {table} ORDER BY 1") == found  # noqa: S608
    assert rows(home.store, "PRAGMA foreign_key_check") == []
    assert rows(home.store, "PRAGMA integrity_check") == [("ok",)]
    bench = Bench(home, world)
    assert rebuild(bench.store, strict=True).county.size == 15
    publisher, _ = bench.publisher(tmp_path / "public")
    publisher.recover(bench.writer.durable)
    desk = world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A))
    desk.batch(papers(70, VOTE_A))
    outcomes = [answer.outcome for answer in bench.deliver(*envelopes(world, desk)).answers]
    assert outcomes == ["duplicate", "duplicate", "accepted"]
    assert publisher.publish(bench.writer.durable)
    assert rows(home.store, "SELECT unit, version FROM unit_heads ORDER BY unit") == [("v1", 15), ("v2", 11)]
    bench.close()


def test_a_migrated_file_is_like_a_new_one(tmp_path: Path) -> None:
    old, _ = old_home(tmp_path / "old")
    migrate_stores(old)
    new = make_home(tmp_path / "new", World())
    for name in ("store.db", "staging.db", "lock.db"):
        told = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
        assert rows(old.path / name, told) == rows(new.path / name, told)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    """Cut after the first statements: the file is what it was."""
    home, _ = old_home(tmp_path / "home")
    with contextlib.closing(sqlite3.connect(home.store)) as connection:
        # in the way of a later statement
        connection.execute("CREATE TABLE unit_heads (other)")
        connection.commit()
    told = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
    before = rows(home.store, told)
    with pytest.raises(CountyError, match="nothing changed"):
        migrate_stores(home)
    assert rows(home.store, told) == before


def test_the_program_says_what_to_do(tmp_path: Path) -> None:
    home, _ = old_home(tmp_path / "home")
    place = ("--home", str(home.path))
    assert run("serve", *place, "--public", str(tmp_path / "public"))[0] == 1
    assert run("status", *place)[0] == 1
    status, said = run("migrate", *place)
    assert status == 0
    assert [json.loads(line)["after"] for line in said.splitlines()] == [EXPECTED] * 3
    assert run("check", *place)[0] == 0


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", World())
    with contextlib.closing(sqlite3.connect(home.store)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(CountyError, match="9999"):
        open_store(home)
    store = Database(home.store)
    with pytest.raises(CountyError, match="newer program"):
        migrate(store, "store")
    store.close()


def test_both_databases_have_the_same_columns(tmp_path: Path, postgres_url: str) -> None:
    home = make_home(tmp_path / "home", World())
    server = Postgres(postgres_url)
    asked = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    with server.read() as connection:
        there = {(str(table), str(column)) for table, column in connection.exec_driver_sql(asked)}
    server.close()
    here = set()
    for file in (home.store, home.staging, home.lock):
        for (table,) in rows(file, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"):
            here |= {(str(table), str(column[1])) for column in rows(file, f"PRAGMA table_info({table})")}
    assert here == there


def test_the_expected_schema_is_the_newest_step() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [EXPECTED]


def test_nothing_starts_on_an_empty_server(postgres_server: object, tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", World())
    with new_database(postgres_server) as url:  # type: ignore[arg-type]
        server = Postgres(url)
        with pytest.raises(CountyError, match="migrate"):
            expect(server)
        server.close()
        assert run("serve", "--home", str(home.path), "--public", str(tmp_path / "public"), url=url)[0] == 1
        assert run("migrate", "--home", str(home.path), url=url)[0] == 0
        server = Postgres(url)
        assert migrate(server, *EVERY_PART) == (EXPECTED, EXPECTED)
        expect(server)
        server.close()
        # tables alone are no election
        assert run("status", "--home", str(home.path), url=url)[0] == 0
        assert run("check", "--home", str(home.path), url=url)[0] == 1


@pytest.mark.parametrize(
    "fault", ["fsync=off", "full_page_writes=off"], ids=["a crash loses commits", "a crash tears pages"]
)
def test_a_server_that_may_lose_a_commit_is_refused(fault: str) -> None:
    """[INTAKE-2]"""
    from tests.postgres import own_server  # noqa: PLC0415 - only here

    name, value = fault.split("=")
    with own_server(**{name: value}) as server, pytest.raises(CountyError, match=name):
        Postgres(server.url("postgres").render_as_string(hide_password=False))


def test_a_session_that_does_not_wait_for_the_disk_is_refused(postgres_url: str) -> None:
    """[INTAKE-2]: somebody has set it for the database."""
    server = Postgres(postgres_url)
    with server.write() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    server.close()
    with pytest.raises(CountyError, match="synchronous_commit"):
        Postgres(postgres_url)


@pytest.mark.parametrize("url", ["mysql://a/b", "postgresql://a/b", "sqlite:////elsewhere/store.db", "nonsense"])
def test_only_two_kinds_of_database_are_known(url: str) -> None:
    with pytest.raises(CountyError, match="--database"):
        is_postgres(url)


def test_the_log_of_an_old_store_is_in_order(tmp_path: Path) -> None:
    """[LOG-3]"""
    home, _ = old_home(tmp_path / "home")
    migrate_stores(home)
    store = open_store(home)
    found = list(log.read_range(store, 0, log.size(store)))
    store.close()
    assert [entry.idx for entry in found] == [entry.id for entry in found] == list(range(15))
