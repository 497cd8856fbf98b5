"""The county centre's own tables (ADR 8): its journal of signed acts, its secrets, who is logged in.

`centre_acts` only grows. `centre_secrets` holds what may never stand in an act; `centre_sessions` hashes of tokens.
"""

from coordinator.store.migrating import run

revision = "0005"
down_revision = "0004"

STORE = (
    """CREATE TABLE centre_acts (
        id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, time INTEGER NOT NULL, person TEXT NOT NULL,
        act TEXT NOT NULL, note BLOB NOT NULL) STRICT""",
    """CREATE TABLE centre_secrets (
        person TEXT NOT NULL PRIMARY KEY, password TEXT NOT NULL, first INTEGER NOT NULL, totp TEXT NOT NULL,
        step INTEGER NOT NULL) STRICT""",
    """CREATE TABLE centre_sessions (
        token BLOB NOT NULL PRIMARY KEY, person TEXT NOT NULL, kind TEXT NOT NULL, csrf TEXT NOT NULL,
        made INTEGER NOT NULL, seen INTEGER NOT NULL) STRICT""",
)


def upgrade() -> None:
    """Three new tables."""
    run("store", *STORE)
