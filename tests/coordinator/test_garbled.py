"""A stored value that no longer reads as what it was: a start says so in words with a code, or never reads it.

A flipped bit of a disk makes such values, and so does a hand in the database. [PUB-3] [CHECK-3] [ACCESS-10]
"""

import contextlib
import sqlite3
from collections.abc import Callable
from functools import partial

import psycopg
import pytest

from coordinator.metrics import Metrics
from coordinator.roles.everything import Everything
from coordinator.roles.running import Doors, Post, Running
from coordinator.settings import CountyError
from coordinator.store.copying import LOCK_TABLES, STORE_TABLES
from coordinator.store.database import damage
from coordinator.store.postgres import Postgres
from tests.coordinator.county import Bench
from tests.coordinator.scene import Scene
from tests.coordinator.tampering import Watched

Value = str | bytes
GARBLED: dict[str, Callable[[Value], Value]] = {
    "another first character": lambda value: "!" + value[1:] if isinstance(value, str) else b"\xff" + value[1:],
    "cut": lambda value: value[: len(value) // 2],
    "empty": lambda value: value[:0],
}


def change(watched: Watched, table: str, column: str, values: tuple[Value, Value]) -> None:
    """Set a value where another one stood, as the owner of the database."""
    store, home = watched.bench.store, watched.bench.home
    if isinstance(store, Postgres):
        address = store.address.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address) as server:
            server.execute("SET session_replication_role = replica")
            server.execute(f"UPDATE {table} SET {column} = %s WHERE {column} = %s".encode(), values)  # noqa: S608
        return
    path = home.lock if table == "lock" else home.store
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA foreign_keys = OFF")
        file.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", values)  # noqa: S608


def test_bytes_that_are_no_text(scene: Scene) -> None:
    """Their place is named, never what they are. A server takes none; in its files only a flipped bit makes them."""
    bench = Bench(scene.home, scene.world, scene.url)
    if isinstance(bench.store, Postgres):
        with pytest.raises(CountyError, match="a text is not UTF-8") as caught, damage("store"):
            b"secret \xff".decode()
        assert (caught.value.code, "secret" in str(caught.value)) == ("E_SELF_CHECK", False)
        bench.close()
        return
    watched = Watched(bench, scene.path / "public")
    watched.edit("UPDATE access_acts SET body = CAST(x'736563726574ff' AS TEXT) WHERE id = 1")
    with pytest.raises(CountyError, match="a text is not UTF-8") as found:
        build(watched, Doors(public=watched.public, check_share=0.0))
    assert (found.value.code, "secret" in str(found.value)) == ("E_SELF_CHECK", False)
    bench.close()


def value_of(watched: Watched, table: str, column: str) -> Value | None:
    """The greatest value of a column, if it is a text or bytes."""
    stores = watched.bench.stores
    with (stores.lock if table == "lock" else stores.store).read() as connection:
        asked = f"SELECT {column} FROM {table} ORDER BY {column} DESC LIMIT 1"  # noqa: S608
        found = connection.exec_driver_sql(asked).scalar()
    return found if isinstance(found, str | bytes) else None


def start(watched: Watched, doors: Doors) -> str:
    """Build everything as `serve` does; gives the code of a refusal."""
    try:
        build(watched, doors)
    except CountyError as error:
        assert error.code, error
        return error.code
    return ""


def build(watched: Watched, doors: Doors) -> None:
    """Everything that can be refused, and given back."""
    failed: list[BaseException] = []
    building = Running(partial(Everything, watched.bench.home, doors, watched.bench.url), doors)
    building.build(Post(Metrics(), failed.append)).close()
    assert failed == []


@pytest.mark.parametrize("garble", GARBLED)
def test_a_start_never_falls_over_a_value(scene: Scene, garble: str) -> None:
    """Every column in turn; who is refused is told a code."""
    bench = Bench(scene.home, scene.world, scene.url)
    watched = Watched(bench, scene.path / "public")
    doors = Doors(public=watched.public, check_share=0.0)
    said: dict[str, str] = {}
    for table, columns in (STORE_TABLES | LOCK_TABLES).items():
        for column in columns:
            before = value_of(watched, table, column)
            if before is None:
                continue
            after = GARBLED[garble](before)
            change(watched, table, column, (after, before))
            said[f"{table}.{column}"] = start(watched, doors)
            # unless the start has made it anew
            with contextlib.suppress(sqlite3.IntegrityError, psycopg.IntegrityError):
                change(watched, table, column, (before, after))
            assert start(watched, doors) == "", "put back as it was"
    bench.close()
    assert len(said) > 20, said
    assert said["access_acts.body"] == "E_SELF_CHECK"
    assert said["records.note"] == "E_SELF_CHECK"
    # an empty one is what there is before the first; the published one says that it is not so
    assert said["lock.checkpoint"] == ("E_LOCK_AHEAD" if garble == "empty" else "E_LOCK")
