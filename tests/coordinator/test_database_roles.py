"""Least privilege on PostgreSQL: each role of the database tries every verb on every table; then a county runs on them.

D8: intake cannot change or delete a record, the publisher cannot add one, the board only reads.
"""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from coordinator.store.grants import roles_sql
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from tests.coordinator.county import whole_count
from tests.coordinator.processes import Process, log_text, role
from tests.coordinator.scene import Scene, group, new_scene, published, until_sized
from tests.postgres import new_database, own_server
from tests.world import World

NOT_FOR_A_VIEW = (psycopg.errors.ObjectNotInPrerequisiteState, psycopg.errors.WrongObjectType)
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
READS = {"alembic_version": "S", "records": "S", "log": "S", "entries": "S", "lock": "S"}
MAY: dict[str, dict[str, str]] = {
    "intake": READS | {
        "records": "SI", "sealed": "SI", "refusals": "SI", "forks": "SI", "receipts": "SIU", "unit_heads": "SIU",
        "access_acts": "SI", "marks": "SIU", "presence": "SIU", "verdicts": "SI",
    },
    "sequencer": READS | {
        "records": "SI", "log": "SI", "unit_heads": "SI", "leaders": "SU", "presence": "S", "verdicts": "SI",
    },
    "publisher": READS | {"staged": "SID", "head": "SID", "lock": "SU", "leaders": "SU", "verdicts": "SI"},
    "board": READS,
    "registrar": {"alembic_version": "S", "records": "S", "log": "S", "entries": "S", "access_acts": "SI"},
}  # fmt: skip


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """Roles belong to a whole server: one for this module alone, its database migrated."""
    with own_server() as server, new_database(server.url("postgres")) as url:
        database = Postgres(url)
        migrate(database, *EVERY_PART)
        database.close()
        yield url


def plain(url: str, user: str = "postgres") -> str:
    return make_url(url).set(drivername="postgresql", username=user).render_as_string(hide_password=False)


def grant(url: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(roles_sql().encode())


def tables_of(url: str) -> dict[str, str]:
    """Every table and view of ours, with one of its columns."""
    with psycopg.connect(plain(url)) as connection:
        found = connection.execute(
            """SELECT table_name, (array_agg(column_name::text ORDER BY ordinal_position DESC))[1]
               FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1"""
        ).fetchall()
    return {str(table): str(column) for table, column in found}


def statement(verb: str, table: str, column: str) -> sql.Composed:
    name, one = sql.Identifier(table), sql.Identifier(column)
    return {
        "SELECT": sql.SQL("SELECT {1} FROM {0} LIMIT 0"),
        "INSERT": sql.SQL("INSERT INTO {0} DEFAULT VALUES"),
        "UPDATE": sql.SQL("UPDATE {0} SET {1} = {1} WHERE false"),
        "DELETE": sql.SQL("DELETE FROM {0} WHERE false"),
        "TRUNCATE": sql.SQL("TRUNCATE {0}"),
    }[verb].format(name, one)


def allowed(connection: "psycopg.Connection[tuple[object, ...]]", asked: sql.Composed) -> bool:
    """Whether the server let the statement begin; what the row then lacked does not matter."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(asked)
    except (psycopg.errors.InsufficientPrivilege, *NOT_FOR_A_VIEW):
        return False
    except psycopg.Error:
        return True
    return True


@pytest.mark.parametrize("job", MAY)
def test_every_verb_on_every_table(server_url: str, job: str) -> None:
    grant(server_url)
    grant(server_url)  # again is harmless
    tables = tables_of(server_url)
    assert {"records", "log", "entries", "lock", "leaders", "receipts"} <= tables.keys()
    with psycopg.connect(plain(server_url, f"changpiao_{job}")) as connection:
        found = {
            table: "".join(verb[0] for verb in VERBS if allowed(connection, statement(verb, table, column)))
            for table, column in tables.items()
        }
        connection.rollback()
        assert not allowed(connection, sql.SQL("CREATE TABLE mine (one int)").format())
        assert not allowed(connection, sql.SQL("ALTER TABLE records DISABLE TRIGGER ALL").format())
    assert {table: verbs for table, verbs in found.items() if verbs} == MAY[job]


def test_a_leader_moves_its_own_number_alone(server_url: str) -> None:
    """Who could raise the other job's number could stop it."""
    grant(server_url)
    for job, other in (("sequencer", "publisher"), ("publisher", "sequencer")):
        with psycopg.connect(plain(server_url, f"changpiao_{job}"), autocommit=True) as connection:
            asked = "UPDATE leaders SET fence = fence + 1 WHERE name = %s"
            assert connection.execute(asked, (job,)).rowcount == 1
            assert connection.execute(asked, (other,)).rowcount == 0


def test_a_forgotten_grant_is_noticed(server_url: str) -> None:
    """The check itself: a right too many is seen."""
    grant(server_url)
    with psycopg.connect(plain(server_url), autocommit=True) as owner:
        owner.execute("GRANT DELETE ON records TO changpiao_intake")
    with psycopg.connect(plain(server_url, "changpiao_intake")) as connection:
        assert allowed(connection, statement("DELETE", "records", "id"))
    grant(server_url)
    with psycopg.connect(plain(server_url, "changpiao_intake")) as connection:
        assert not allowed(connection, statement("DELETE", "records", "id"))


@pytest.fixture
def scene(server_url: str, tmp_path: Path) -> Iterator[Scene]:
    with new_scene(tmp_path, server_url, World()) as made:
        yield made


def test_a_county_runs_on_these_roles(scene: Scene, server_url: str) -> None:
    """What each role is given is also enough."""
    grant(server_url)
    processes: list[Process] = []
    for job in ("sequencer", "publisher", "intake", "board"):
        scene.url = make_url(server_url).set(username=f"changpiao_{job}").render_as_string(hide_password=False)
        words = ("--board", "127.0.0.1:0") if job == "board" else ("--standings", "0.5")
        processes.append(role(scene, job, *words))
    try:
        for process in processes:
            process.ready()
        intake = processes[2]
        _, chains = whole_count(scene.world)
        for chain in chains:
            (answer,) = scene.laptop.talk(intake.address, group(chain))
            assert not [part.code for part in answer.answers.answers if part.code]
        (twice,) = scene.laptop.talk(intake.address, group(chains[0][:1]))
        assert twice.answers.receipts
        until_sized(scene, sum(map(len, chains)))
        for process in (intake, processes[0], processes[1], processes[3]):
            assert process.end(signal.SIGTERM) == 0, log_text(process.log)
    finally:
        for process in processes:
            process.kill()
    assert published(scene) > sum(map(len, chains))
