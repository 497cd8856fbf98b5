"""Freezes today's schema with a small election in it, on both databases: `python -m tests.coordinator.freezing`.

Writes `released/NNNN-{store,staging,lock}.sql` and `released/NNNN-postgres.sql`, NNNN being the revision that the
program expects. To be run once for a release and committed; a frozen file is never made anew (it refuses), for it is
what counties out there have. `test_released.py` brings every one of them up to the newest schema.
"""

import contextlib
import re
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import make_url

from coordinator.settings import Home
from coordinator.store import presence, verdicts
from coordinator.store.acts import adding
from coordinator.store.migrating import EVERY_PART, EXPECTED
from coordinator.store.stores import SQLITE
from tests.coordinator.county import Bench, envelopes, make_home
from tests.coordinator.tampering import Watched, signed_by_a_stranger
from tests.postgres import client_program, own_server, template
from tests.world import TIME, VOTE_A, World, papers

RELEASED = Path(__file__).with_name("released")
# the desk's own tables, which the record path never reads: rows as a migration sees them, not a journal that opens
DESK = (
    """INSERT INTO centre_acts (id, hash, time, person, act, note) VALUES (?, ?, ?, ?, ?, ?)""",
    """INSERT INTO centre_secrets (person, password, first, totp, step) VALUES (?, ?, ?, ?, ?)""",
    """INSERT INTO centre_sessions (token, person, kind, csrf, made, seen) VALUES (?, ?, ?, ?, ?, ?)""",
)
DESK_ROWS: tuple[tuple[object, ...], ...] = (
    (1, b"\x01" * 32, TIME, "op", "account", "经办人".encode()), ("op", "argon2", 1, "totp", 0),
    (b"\x02" * 32, "op", "desk", "csrf", TIME, TIME),
)  # fmt: skip


def fill(bench: Bench, public: Path) -> None:
    """A row in every table: records with sealed parts, fork, refusal, act of access, marks, verdict, signed head."""
    world = bench.world
    desk, other = world.desk("v1", "1"), world.desk("v2", "1")
    for one in (desk, other):
        one.open()
        one.batch(papers(60, VOTE_A))
        assert {answer.outcome for answer in bench.deliver(*envelopes(world, one)).answers} == {"accepted"}
    fork = world.desk("v1", "1")
    fork.open()
    fork.batch(papers(61, VOTE_A))
    last = envelopes(world, fork)[-1]
    assert bench.one(last).code == "E_FORK"
    stranger = type(last)(signed_by_a_stranger(last.note), b"", "node-1")
    assert bench.one(stranger).outcome == "refused"
    with adding(bench.store, 0) as (_, add):
        add([(1, TIME, "revoke", "node-7", '{"reason":"lost"}')])
    with bench.store.write() as connection:
        for statement, row in zip(DESK, DESK_ROWS, strict=True):
            connection.exec_driver_sql(statement, row)
    publisher, _ = bench.publisher(public)
    publisher.recover(bench.writer.durable)
    assert publisher.publish(bench.writer.durable)
    verdicts.add(bench.store, TIME, "all", "lists", "", "")
    presence.note_present(bench.store, ["node-1"])
    until_marked(look(bench, public))


def look(bench: Bench, public: Path) -> Watched:
    """A new process' self-check, which finds nothing."""
    watched = object.__new__(Watched)
    watched.bench, watched.public = bench, public
    watched.look_anew()
    assert watched.cycle() == {}
    return watched


def until_marked(watched: Watched) -> None:
    """A server's lists get their marks when every transaction of that time has ended."""
    for _ in range(100):
        with watched.bench.store.read() as connection:
            if connection.exec_driver_sql("SELECT count(*) FROM marks WHERE upto > 0").scalar_one() == 3:
                return
        assert watched.cycle() == {}
    raise AssertionError("the marks never came")


def dump_files(home: Home) -> dict[str, str]:
    """SQLite as SQL, a text a file."""
    found = {}
    for part, path in zip(EVERY_PART, (home.store, home.staging, home.lock), strict=True):
        with contextlib.closing(sqlite3.connect(path)) as file:
            found[part] = "\n".join(file.iterdump()) + "\n"
    return found


def dump_server(url: str) -> str:
    """A server's database as statements that a driver can execute: no COPY, no words of psql, nobody's rights."""
    where = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    command = [client_program("pg_dump"), "--inserts", "--no-owner", "--no-privileges", "--dbname", where]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in said.splitlines() if line and not line.startswith(("--", "\\", "SET "))]
    assert not re.search(r"^COPY ", said, re.MULTILINE)
    return "\n".join(lines) + "\n"


def _write(name: str, text: str) -> None:
    with (RELEASED / f"{EXPECTED}-{name}.sql").open("x", encoding="utf-8") as file:
        file.write(text)


def main() -> None:
    """Both databases, into `released/`."""
    with tempfile.TemporaryDirectory() as folder, own_server() as server, template(server.url("postgres")) as tables:
        for kind in ("sqlite", "postgres"):
            with tables.database() as made:
                url = SQLITE if kind == "sqlite" else made
                world, path = World(), Path(folder) / kind
                home = make_home(path, world, url)
                bench = Bench(home, world, url)
                fill(bench, path / "public")
                bench.close()
                texts = dump_files(home) if kind == "sqlite" else {kind: dump_server(url)}
                for name, text in texts.items():
                    _write(name, text)


if __name__ == "__main__":
    main()
