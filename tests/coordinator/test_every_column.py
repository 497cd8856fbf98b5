"""No column is forgotten: each is edited by a test that expects the self-check, or stands here with its reason.

Whoever adds a column or a table adds an edit (`EDITS` of test_self_check, `MORE` here, `COLUMNS` of the desk's journal)
or a reason. In the same way every table is in a backup of a server, or has a reason not to be [PUB-3] [ACCESS-10].
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from coordinator.backup.saving import backup, restore
from coordinator.publish.lock import Lock
from coordinator.settings import CountyError
from coordinator.store.copying import LOCK_TABLES, STORE_TABLES
from coordinator.store.leadership import Leadership
from coordinator.store.postgres import Postgres
from tests.centre.test_journal import COLUMNS as DESK_EDITS
from tests.coordinator import tampering
from tests.coordinator.county import Bench, make_home
from tests.coordinator.freezing import fill
from tests.coordinator.tampering import Watched
from tests.coordinator.test_self_check import EDITS, check_nothing_wrong_is_published
from tests.postgres import Template
from tests.world import World

# column -> edit and code, on both databases, noticed while running and by a start
MORE = {
    "refusals.id": ("UPDATE refusals SET id = 70000 WHERE id = 1", "E_SELF_CHECK"),
    "forks.id": ("UPDATE forks SET id = 70000 WHERE id = 1", "E_SELF_CHECK"),
    "access_acts.id": ("UPDATE access_acts SET id = 70000 WHERE id = 1", "E_SELF_CHECK"),
    "lock.origin": ("UPDATE lock SET origin = 'log.example/other' ", "E_LOCK"),
}
# noticed by the process that wrote it; a start cannot tell it from a list that has no mark yet, and makes it anew
RUNNING = {"marks.name": ("UPDATE marks SET name = 'other' WHERE name = 'refusals'", "E_SELF_CHECK")}
# of a server, where processes hold numbers; SQLite has one process, and no numbers
NUMBERS = {
    "leaders.name": "UPDATE leaders SET name = 'other' WHERE name = 'publisher'",
    "leaders.fence": "UPDATE leaders SET fence = fence - 1 WHERE name = 'publisher'",
    "leaders.fence raised": "UPDATE leaders SET fence = fence + 1 WHERE name = 'publisher'",
    "leaders.fence of the sequencer": "UPDATE leaders SET fence = fence - 1 WHERE name = 'sequencer'",
    "lock.fence": "UPDATE lock SET fence = fence + 1 ",
}
LED = {"sequencer": 7, "publisher": 5}
HARMLESS = {
    "alembic_version.version_num": "edited in EDITS under the table's name",
    "leaders.holder": "for people: who leads is the advisory lock, who led is the number",
    "leaders.time": "for people, as holder",
    "head.one": "a constant of the one row",
    "head.checkpoint": "made again from the records; signed, and compared with the lock before it is written",
    "staged.path": "made again from the records; compared with what was signed before it is written (test_self_check)",
    "staged.data": "as path",
    "presence.node": "which laptops are connected, for a metric; forgotten and told anew within seconds",
    "presence.seen": "as node",
    "verdicts.id": "a verdict repeats what the next cycle finds; whoever clears it has not mended what it was about",
    "verdicts.time": "for people",
    "verdicts.role": "for people",
    "verdicts.part": "as id; of a restored store the public checkpoint tells too (E_LOCK_AHEAD)",
    "verdicts.code": "as part",
    "verdicts.detail": "for people",
    "centre_secrets.person": "not the record's: an act needs centre.key too; docs/centre.md says what its loss means",
    "centre_secrets.password": "as person",
    "centre_secrets.first": "as person",
    "centre_secrets.totp": "as person; encrypted under centre.key",
    "centre_secrets.step": "as person",
    "centre_sessions.token": "hashes; whoever is in doubt ends all sessions, and people log in again",
    "centre_sessions.person": "as token",
    "centre_sessions.kind": "as token",
    "centre_sessions.csrf": "as token",
    "centre_sessions.made": "as token",
    "centre_sessions.seen": "as token",
}
STAY_BEHIND = {
    "alembic_version": "the copy has a schema of its own",
    "leaders": "numbers of processes of that server; a restored one begins anew under its own advisory locks",
    "head": "staged for publishing, made again",
    "staged": "as head",
    "presence": "who is connected now",
    "centre_sessions": "who is logged in now",
}
COLUMN = re.compile(r"UPDATE (\w+) SET (\w+) = ")


def set_by(statements: Iterator[str]) -> set[str]:
    """The columns that statements set, by what they are, not by what they are called."""
    found: set[str] = set()
    for statement in statements:
        match = COLUMN.match(statement)
        if match is not None:
            found.add(f"{match[1]}.{match[2]}")
    return found


def columns(url: str) -> set[str]:
    """Every column of every table; views show the same ones."""
    asked = """SELECT table_name || '.' || column_name FROM information_schema.columns
        JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"""
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        return {str(name) for (name,) in server.execute(asked).fetchall()}


def test_every_column_is_edited_or_has_a_reason(postgres_url: str) -> None:
    """test_migrations.py holds the columns of SQLite to the same ones."""
    edited = set_by(iter([*EDITS.values(), *DESK_EDITS, *NUMBERS.values()]))
    edited |= set_by(statement for statement, _ in [*MORE.values(), *RUNNING.values()])
    there = columns(postgres_url)
    assert there - edited - set(HARMLESS) == set(), "new columns: an edit that is noticed, or a reason"
    assert (edited | set(HARMLESS)) - there == set(), "columns that are gone"
    assert edited & set(HARMLESS) == {"alembic_version.version_num"}


def test_every_table_is_copied_or_has_a_reason(postgres_url: str) -> None:
    """A backup of a server: whole tables, and every column but the lock's number, which is of that server."""
    there = columns(postgres_url)
    copied = {f"{table}.{column}" for table, names in (STORE_TABLES | LOCK_TABLES).items() for column in names}
    assert copied - there == set()
    left = {name for name in there - copied if name.split(".")[0] not in STAY_BEHIND}
    assert left == {"lock.fence"}
    assert {name.split(".")[0] for name in there} >= set(STAY_BEHIND)


def test_a_copy_of_a_server_has_every_row(tmp_path: Path, postgres_url: str, tables: Template) -> None:
    """A row in every table, out and in again."""
    world = World()
    bench = Bench(make_home(tmp_path / "home", world, postgres_url), world, postgres_url)
    fill(bench, tmp_path / "public")
    backup(bench.home, tmp_path / "copy", postgres_url)
    with tables.database() as url, contextlib.closing(Postgres(url)) as other:
        restore(bench.home, tmp_path / "copy", url)
        for table, names in (STORE_TABLES | LOCK_TABLES).items():
            asked = f"SELECT {', '.join(names)} FROM {table}"  # noqa: S608 - our own words
            with bench.store.read() as here, other.read() as there:
                before, after = (set(one.exec_driver_sql(asked).all()) for one in (here, there))
            assert before
            # the restored copy says that it is one
            assert len(after - before) == (1 if table == "verdicts" else 0)
            assert before <= after, table
    bench.close()


@pytest.fixture
def watched(bench: Bench, tmp_path: Path) -> Watched:
    return Watched(bench, tmp_path / "public")


@pytest.mark.parametrize("edit", MORE)
def test_it_is_noticed(watched: Watched, edit: str) -> None:
    """By a process that ran before and by one that starts after it; nothing is signed."""
    statement, code = MORE[edit]
    watched.edit(statement)
    assert code in watched.cycle().values()
    check_nothing_wrong_is_published(watched)
    try:
        watched.look_anew()
    except CountyError as error:
        assert error.code == code, error
        return
    assert code in watched.cycle().values(), f"{edit}: not noticed by a start"


@pytest.mark.parametrize("edit", RUNNING)
def test_it_is_noticed_by_the_running_process(watched: Watched, edit: str) -> None:
    statement, code = RUNNING[edit]
    watched.edit(statement)
    assert code in watched.cycle().values()
    check_nothing_wrong_is_published(watched)


@pytest.fixture
def led(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """A server whose leaders have real numbers, the last checkpoint signed under the publisher's."""
    world = World()
    bench = Bench(make_home(tmp_path / "home", world, postgres_url), world, postgres_url)
    found = Watched(bench, tmp_path / "public")
    found.edit(
        *(f"UPDATE leaders SET fence = {number} WHERE name = '{job}'" for job, number in LED.items()),  # noqa: S608
        f"UPDATE lock SET fence = {LED['publisher']}",  # noqa: S608
    )
    monkeypatch.setattr(tampering, "FENCES", LED)
    found.look_anew()
    assert found.cycle() == {}
    yield found
    bench.close()


@pytest.mark.parametrize("edit", NUMBERS)
def test_an_edited_number_is_noticed(led: Watched, edit: str) -> None:
    """Whoever could lower a number could let two publish; a raised one would stop who leads for no reason [PUB-2]."""
    led.edit(NUMBERS[edit])
    assert "E_SELF_CHECK" in led.cycle().values()
    check_nothing_wrong_is_published(led)


def test_a_lowered_number_beside_the_lock_lets_nobody_sign(led: Watched) -> None:
    """No self-check looks for it: an old leader is held by `leaders` in the same transaction."""
    led.edit("UPDATE lock SET fence = 0 ")
    assert led.cycle() == {}
    store = led.bench.store
    assert isinstance(store, Postgres)
    old = Leadership(store, "publisher", lambda _: None)
    old.number = LED["publisher"] - 1
    lock = Lock(store, led.bench.world.origin, old)
    before, time = lock.read()
    with pytest.raises(CountyError, match="E_LOCK: another process leads"):
        lock.swap(before, b"another", time)
    assert lock.read() == (before, time)
