"""Every schema that a county may have out there comes up to the newest one with its rows whole, on both databases.

`released/` holds files as they were frozen (`freezing.py`). A server's older schemas have no file of their own: each is
made by its steps and filled with the rows of the frozen server. Afterwards the self-check finds nothing, a record is
admitted behind the old ones, and the log goes on from the checkpoint that was signed [PUB-1] [INTAKE-3] [CHECK-3].
"""

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from coordinator.ledger.rebuilding import rebuild
from coordinator.settings import CountyError, Home
from coordinator.store import migrating
from coordinator.store.migrating import EVERY_PART, EXPECTED, MIGRATIONS, expect, migrate
from coordinator.store.postgres import Postgres
from coordinator.store.stores import SQLITE, migrate_stores, new_stores, open_stores
from tests.coordinator.county import Bench, envelopes, make_home
from tests.coordinator.freezing import RELEASED, dump_server, look
from tests.coordinator.scene import run
from tests.postgres import new_database
from tests.world import VOTE_A, World, papers

STEPS = sorted(path.name[1:5] for path in (MIGRATIONS / "versions").glob("r*.py"))
SERVERS = sorted(path.name[:4] for path in RELEASED.glob("*-postgres.sql"))
FILES = sorted(path.name[:4] for path in RELEASED.glob("*-store.sql"))
# what a table of the first schema is called today, and its columns in that order
FIRST = {"entries": "records", "sealed": "sealed"}
FIRST_COLUMNS = {"idx": {"records": "id", "sealed": "record"}}
# then a record's number was its place in the log, from 0
NUMBERED_BY_PLACE = (
    "SET session_replication_role = replica", "UPDATE records SET id = id - 1", "UPDATE log SET record = record - 1",
    "UPDATE sealed SET record = record - 1", "UPDATE forks SET first = first - 1",
    "UPDATE unit_heads SET version = version - 1",
)  # fmt: skip
Rows = dict[str, set[tuple[object, ...]]]


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def thawed(server: psycopg.Connection[tuple[object, ...]], revision: str) -> None:
    """A frozen server's tables and rows into an empty database."""
    server.execute((RELEASED / f"{revision}-postgres.sql").read_bytes())
    server.execute("SET search_path TO DEFAULT")


def tables_of(server: psycopg.Connection[tuple[object, ...]]) -> dict[str, list[str]]:
    """Table -> columns, views left out."""
    asked = """SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables
        USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
        ORDER BY table_name, ordinal_position"""
    found: dict[str, list[str]] = {}
    for table, column in server.execute(asked).fetchall():
        found.setdefault(str(table), []).append(str(column))
    found.pop("alembic_version", None)
    return found


def rows_of(server: psycopg.Connection[tuple[object, ...]], tables: dict[str, list[str]]) -> Rows:
    return {
        table: set(server.execute(sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table))).fetchall())
        for table, columns in tables.items()
    }  # fmt: skip


def today(table: str, column: str) -> tuple[str, str]:
    """Where a column of the first schema is now."""
    name = FIRST.get(table, table)
    return name, FIRST_COLUMNS.get(column, {}).get(name, column)


def at_revision(url: str, revision: str) -> None:
    """Tables as the program of that time made them."""
    with pytest.MonkeyPatch.context() as patch, contextlib.closing(Postgres(url, "migrate")) as server:
        patch.setattr(migrating, "EXPECTED", revision)
        assert migrate(server, *EVERY_PART) == ("", revision)


def fill_old(old: psycopg.Connection[tuple[object, ...]], new: psycopg.Connection[tuple[object, ...]]) -> None:
    """The frozen rows into older tables: what had no table or column then is left out, the rest is as it is."""
    old.execute("SET session_replication_role = replica")
    for table, columns in tables_of(old).items():
        old.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        name, _ = today(table, "")
        source = sql.SQL(", ").join(sql.Identifier(today(table, column)[1]) for column in columns)
        found = new.execute(sql.SQL("SELECT {} FROM {}").format(source, sql.Identifier(name))).fetchall()
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        places = sql.SQL(", ").join([sql.Placeholder()] * len(columns))
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, places)
        with old.cursor() as cursor:
            cursor.executemany(insert, found)
    for (counter,) in old.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'").fetchall():
        found = new.execute(sql.SQL("SELECT last_value FROM {}").format(sql.Identifier(str(counter)))).fetchall()
        old.execute("SELECT setval(%s, %s)", (str(counter), found[0][0]))


@pytest.fixture
def thawed_url(postgres_server: URL) -> Iterator[str]:
    """The newest frozen server."""
    with new_database(postgres_server) as url:
        with psycopg.connect(plain(url)) as server:
            thawed(server, SERVERS[-1])
        yield url


def goes_on(home: Home, world: World, url: str, public: Path) -> None:
    """What must be possible on what came up: check, admit what is known and what is new, sign behind the old head."""
    with contextlib.closing(Bench(home, world, url)) as bench:
        size = rebuild(bench.store, strict=True).county.size
        publisher, _ = bench.publisher(public)
        publisher.recover(bench.writer.durable)
        before = publisher.head.size
        assert size >= before > 1
        desk = world.desk("v1", "1")
        desk.open()
        desk.batch(papers(60, VOTE_A))
        desk.batch(papers(70, VOTE_A))
        received = envelopes(world, desk)
        assert [one.outcome for one in bench.deliver(*received).answers] == ["duplicate", "duplicate", "accepted"]
        fork = world.desk("v1", "1")
        fork.open()
        fork.batch(papers(60, VOTE_A))
        fork.batch(papers(71, VOTE_A))
        assert bench.one(envelopes(world, fork)[-1]).code == "E_FORK"
        assert publisher.publish(bench.writer.durable)
        assert publisher.head.size == size + 1 > before
        look(bench, public)


@pytest.mark.parametrize("revision", FILES)
def test_frozen_files_come_up(tmp_path: Path, revision: str) -> None:
    """SQLite: refused first, in words that name the command; then every row is where it was."""
    world = World()
    home = make_home(tmp_path / "home", world)
    before: Rows = {}
    for part, file in zip(EVERY_PART, (home.store, home.staging, home.lock), strict=True):
        for one in file.parent.glob(f"{file.name}*"):
            one.unlink()
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.executescript((RELEASED / f"{revision}-{part}.sql").read_text("utf-8"))
            before |= file_rows(connection, {})
    if revision != EXPECTED:
        with pytest.raises(CountyError, match=r"tally-coordinator migrate"):
            open_stores(home)
    assert {(old, new) for _, old, new in migrate_stores(home)} == {(revision, EXPECTED)}
    for file in (home.store, home.staging, home.lock):
        with contextlib.closing(sqlite3.connect(file)) as connection:
            after = file_rows(connection, before)
            assert {table: rows - after[table] for table, rows in before.items() if table in after} == {
                table: set() for table in before if table in after
            }
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    status, said = run("check", "--home", str(home.path))
    assert status == 0, said
    goes_on(home, world, SQLITE, tmp_path / "public")


def file_rows(connection: sqlite3.Connection, only: Rows) -> Rows:
    """Rows of every table by their first columns, as many as they had before; `entries` is a table, later a view."""
    found: Rows = {}
    names = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    for (table,) in names:
        if table == "alembic_version":
            continue
        rows = set(connection.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608 - our own words
        width = len(next(iter(only[table]))) if only.get(table) else 99
        found[table] = {row[:width] for row in rows}
    return found


@pytest.mark.parametrize("revision", SERVERS)
def test_frozen_servers_come_up(tmp_path: Path, postgres_server: URL, revision: str) -> None:
    """As the files."""
    with new_database(postgres_server) as url:
        with psycopg.connect(plain(url)) as server:
            thawed(server, revision)
            tables = tables_of(server)
            before = rows_of(server, tables)
        assert all(before[table] for table in tables if table not in {"staged", "head"}), "a table was frozen empty"
        comes_up(tmp_path, url, revision, before, tables)


@pytest.mark.parametrize("revision", STEPS)
def test_a_server_of_every_revision_comes_up(
    tmp_path: Path, postgres_server: URL, thawed_url: str, revision: str
) -> None:
    """PostgreSQL came with 0002; its tables passed through 0001, which may hold rows too."""
    with new_database(postgres_server) as url:
        at_revision(url, revision)
        with psycopg.connect(plain(url)) as server, psycopg.connect(plain(thawed_url)) as frozen:
            if revision == "0001":
                for statement in NUMBERED_BY_PLACE:
                    frozen.execute(statement)
            fill_old(server, frozen)
            old = tables_of(server)
            kept = {today(table, "")[0]: [today(table, column)[1] for column in old[table]] for table in old}
            # which the step to 0002 makes of the records
            kept |= {"unit_heads": ["unit", "version"], "log": ["idx", "record"]}
            before = rows_of(frozen, kept)
            frozen.rollback()
        comes_up(tmp_path, url, revision, before, kept)


def comes_up(tmp_path: Path, url: str, revision: str, before: Rows, tables: dict[str, list[str]]) -> None:
    """A server that was filled at a revision: refused, migrated with every row, checked by the program, and goes on."""
    world = World()
    home = make_home(tmp_path / "home", world)
    if revision != EXPECTED:
        with contextlib.closing(Postgres(url)) as server, pytest.raises(CountyError, match="tally-coordinator migrate"):
            expect(server)
        assert run("serve", "--home", str(home.path), "--public", str(tmp_path / "public"), url=url)[0] == 1
    assert [(old, new) for _, old, new in migrate_stores(home, url)] == [(revision, EXPECTED)]
    assert [(old, new) for _, old, new in migrate_stores(home, url)] == [(EXPECTED, EXPECTED)]
    with psycopg.connect(plain(url)) as connection:
        assert rows_of(connection, tables) == before
    status, said = run("check", "--home", str(home.path), url=url)
    assert status == 0, said
    goes_on(home, world, url, tmp_path / "public")


@pytest.mark.parametrize("revision", [one for one in SERVERS if one in STEPS])
def test_no_step_up_to_a_frozen_schema_was_edited(postgres_server: URL, revision: str) -> None:
    """Empty tables made by the steps of today are those that were frozen: counties out there have run these steps."""
    with new_database(postgres_server) as url, new_database(postgres_server) as frozen:
        at_revision(url, revision)
        with psycopg.connect(plain(frozen)) as server:
            thawed(server, revision)
        assert shape(dump_server(url)) == shape(dump_server(frozen))


def shape(text: str) -> str:
    """Without rows and counters."""
    return re.sub(r"^(INSERT INTO|SELECT pg_catalog\.setval).*(\n(?!CREATE|ALTER|INSERT|SELECT).*)*\n", "", text,
                  flags=re.MULTILINE)  # fmt: skip


@pytest.mark.parametrize("revision", [one for one in FILES if one != "0001"])
def test_no_step_up_to_frozen_files_was_edited(tmp_path: Path, revision: str) -> None:
    home = Home(tmp_path / "home")
    home.path.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrating, "EXPECTED", revision)
        new_stores(home).close()
    told = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
    for part, file in zip(EVERY_PART, (home.store, home.staging, home.lock), strict=True):
        with contextlib.closing(sqlite3.connect(file)) as made, contextlib.closing(sqlite3.connect(":memory:")) as kept:
            kept.executescript((RELEASED / f"{revision}-{part}.sql").read_text("utf-8"))
            assert made.execute(told).fetchall() == kept.execute(told).fetchall()
    shutil.rmtree(home.path)
