"""Statements of the county centre's tables: its journal, its secrets, its sessions (ADR 8).

`adding` is the one place where acts are added: on PostgreSQL under an advisory lock of the transaction, on SQLite under
the write lock itself. So ids have no gaps and rise in the order of commit.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from coordinator.store.database import Database

LOCK_KEY = 0x6365_6E74_7265  # "centre"
PAGE = 2000
_ACTS = "SELECT id, hash, time, person, act, note FROM centre_acts WHERE id > ? ORDER BY id LIMIT ?"


@dataclass(frozen=True, slots=True)
class ActRow:
    """A row of the journal; every column but `note` is there for people with SQL, and must agree with the note."""

    id: int
    hash: bytes
    time: int
    person: str
    act: str
    note: bytes


@dataclass(frozen=True, slots=True)
class SecretRow:
    """What a person logs in with; `first`: the password was given by somebody else and must be changed."""

    person: str
    password: str
    first: int
    totp: str
    step: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Somebody who is logged in; `token` is a hash."""

    token: bytes
    person: str
    kind: str
    csrf: str
    made: int
    seen: int


def _after(connection: Connection, last: int, most: int) -> list[ActRow]:
    rows = connection.exec_driver_sql(_ACTS, (last, most)).all()
    return [ActRow(int(r[0]), bytes(r[1]), int(r[2]), str(r[3]), str(r[4]), bytes(r[5])) for r in rows]


def acts_after(database: Database, last: int, most: int = PAGE) -> list[ActRow]:
    """The acts above an id, in order, at most a page."""
    with database.read() as connection:
        return _after(connection, last, most)


@contextlib.contextmanager
def adding(
    database: Database,
) -> Iterator[tuple[Callable[[int], list[ActRow]], Callable[[ActRow], None], Connection]]:
    """Alone with the journal: a reader of the acts above an id, a function that adds one, and the transaction.

    Durable at the end, with whatever else was done in the transaction.
    """
    with database.write() as connection:
        if database.postgres:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(?)", (LOCK_KEY,))

        def add(row: ActRow) -> None:
            connection.exec_driver_sql(
                "INSERT INTO centre_acts (id, hash, time, person, act, note) VALUES (?, ?, ?, ?, ?, ?)",
                (row.id, row.hash, row.time, row.person, row.act, row.note),
            )

        yield lambda last: _after(connection, last, PAGE), add, connection


def secret_of(database: Database, person: str) -> SecretRow | None:
    """What a person logs in with."""
    with database.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT person, password, first, totp, step FROM centre_secrets WHERE person = ?", (person,)
        ).one_or_none()
    return None if row is None else SecretRow(str(row[0]), str(row[1]), int(row[2]), str(row[3]), int(row[4]))


def keep_secret(database: Database, row: SecretRow) -> None:
    """Set what a person logs in with."""
    with database.write() as connection:
        connection.exec_driver_sql(
            """INSERT INTO centre_secrets (person, password, first, totp, step) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (person) DO UPDATE SET password = excluded.password, first = excluded.first,
               totp = excluded.totp, step = excluded.step""",
            (row.person, row.password, row.first, row.totp, row.step),
        )


def use_step(database: Database, person: str, step: int) -> bool:
    """Take a time step of a one-time code; False if it or a later one was taken before."""
    with database.write() as connection:
        done = connection.exec_driver_sql(
            "UPDATE centre_secrets SET step = ? WHERE person = ? AND step < ?", (step, person, step)
        )
        return bool(done.rowcount == 1)


def session_of(database: Database, token: bytes) -> SessionRow | None:
    """A session by the hash of its token."""
    with database.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT token, person, kind, csrf, made, seen FROM centre_sessions WHERE token = ?", (token,)
        ).one_or_none()
    if row is None:
        return None
    return SessionRow(bytes(row[0]), str(row[1]), str(row[2]), str(row[3]), int(row[4]), int(row[5]))


def open_session(database: Database, row: SessionRow) -> None:
    """Keep a new session."""
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO centre_sessions (token, person, kind, csrf, made, seen) VALUES (?, ?, ?, ?, ?, ?)",
            (row.token, row.person, row.kind, row.csrf, row.made, row.seen),
        )


def touch_session(database: Database, token: bytes, seen: int) -> None:
    """Its person did something."""
    _run(database, "UPDATE centre_sessions SET seen = ? WHERE token = ? AND seen < ?", (seen, token, seen))


def end_session(database: Database, token: bytes) -> None:
    """Forget one."""
    _run(database, "DELETE FROM centre_sessions WHERE token = ?", (token,))


def end_sessions_of(database: Database, person: str, kind: str, spared: bytes = b"") -> None:
    """Forget all of a person or screen, but for one."""
    asked = (person, kind, spared)
    _run(database, "DELETE FROM centre_sessions WHERE person = ? AND kind = ? AND token <> ?", asked)


def forget_sessions(database: Database, kind: str, seen_before: int, made_before: int) -> None:
    """Forget those that have timed out."""
    asked = (kind, seen_before, made_before)
    _run(database, "DELETE FROM centre_sessions WHERE kind = ? AND (seen < ? OR made < ?)", asked)


def _run(database: Database, statement: str, values: Sequence[Any]) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(statement, tuple(values))


def sealed_parts_of(connection: Connection, unit: str) -> list[tuple[int, bytes, bytes]]:
    """Number, hash and encrypted part of every record of a unit that has one, in the order of the log."""
    low, high = f"s/{unit}/", f"s/{unit}0"  # '0' follows '/'
    rows = connection.exec_driver_sql(
        """SELECT e.id, e.hash, s.blob FROM entries e JOIN sealed s ON s.record = e.id
           WHERE e.chain > ? AND e.chain < ? ORDER BY e.idx""",
        (low, high),
    ).all()
    return [(int(number), bytes(record), bytes(blob)) for number, record, blob in rows]


def destroy_parts(connection: Connection, numbers: Sequence[int]) -> None:
    """Delete the encrypted parts of these records; the records stay, every byte."""
    connection.exec_driver_sql("DELETE FROM sealed WHERE record = ?", [(number,) for number in numbers])


def wipe(database: Database) -> None:
    """Make the server or file give back the room of what was deleted, so that no page keeps it."""
    with database.write() as connection:
        raw = connection.connection.driver_connection
        statements = ["VACUUM FULL sealed"] if database.postgres else ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]
        # neither database does this inside a transaction
        connection.rollback()
        if database.postgres:
            raw.autocommit = True
        for statement in statements:
            raw.execute(statement)
        if database.postgres:
            raw.autocommit = False


def receipts_behind(database: Database, known: dict[str, int]) -> list[tuple[str, int, bytes]]:
    """The newest receipts of the chains that grew since `known`: chain, seq, note."""
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT chain, seq FROM receipts").all()
    grown = [str(chain) for chain, seq in rows if known.get(str(chain), -1) < int(seq)]
    found = []
    for first in range(0, len(grown), 500):
        part = grown[first : first + 500]
        marks = ", ".join("?" * len(part))
        with database.read() as connection:
            found += [
                (str(chain), int(seq), bytes(note))
                for chain, seq, note in connection.exec_driver_sql(
                    f"SELECT chain, seq, note FROM receipts WHERE chain IN ({marks})", tuple(part)  # noqa: S608
                ).all()
            ]
    return found
