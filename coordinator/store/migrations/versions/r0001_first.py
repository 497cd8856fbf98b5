"""The first tables, as SQLite files of the first release have them; a new PostgreSQL begins here too."""

from coordinator.store.migrating import run

revision = "0001"
down_revision = None

STORE = (
    """CREATE TABLE entries (
        idx INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, leaf BLOB NOT NULL, chain TEXT, epoch INTEGER, seq INTEGER,
        kind TEXT NOT NULL, note BLOB NOT NULL, UNIQUE (chain, epoch, seq)) STRICT""",
    "CREATE TABLE sealed (idx INTEGER PRIMARY KEY, blob BLOB NOT NULL) STRICT",
    """CREATE TABLE refusals (
        id IDENTITY, chain TEXT NOT NULL, code TEXT NOT NULL, node TEXT NOT NULL, time INTEGER NOT NULL,
        detail TEXT NOT NULL, note BLOB NOT NULL, sealed BLOB NOT NULL) STRICT""",
    "CREATE INDEX refusals_chain ON refusals (chain)",
    """CREATE TABLE forks (
        id IDENTITY, chain TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
        first INTEGER NOT NULL REFERENCES entries (idx), hash BLOB NOT NULL UNIQUE, time INTEGER NOT NULL,
        note BLOB NOT NULL, sealed BLOB NOT NULL) STRICT""",
    """CREATE TABLE receipts (
        chain TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, note BLOB NOT NULL) STRICT, WITHOUT ROWID""",
)
STAGING = (
    "CREATE TABLE staged (path TEXT NOT NULL PRIMARY KEY, data BLOB NOT NULL) STRICT",
    "CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), checkpoint BLOB NOT NULL) STRICT",
)
LOCK = (
    """CREATE TABLE lock (
        origin TEXT NOT NULL PRIMARY KEY, checkpoint BLOB NOT NULL, time INTEGER NOT NULL) STRICT""",
)


def upgrade() -> None:
    """Make them."""
    run("store", *STORE)
    run("staging", *STAGING)
    run("lock", *LOCK)
