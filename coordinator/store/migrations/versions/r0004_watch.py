"""What watches the store keeps beside it: marks over the lists that only grow, verdicts of the self-check, who is here.

`marks`: per list, a keyed hash over its rows up to a number. `verdicts`: what a self-check found, added only; the
newest row of a part holds. `presence`: when a laptop's connection was last seen by an intake process.
"""

from coordinator.store.migrating import run

revision = "0004"
down_revision = "0003"

STORE = (
    """CREATE TABLE marks (
        name TEXT NOT NULL PRIMARY KEY, upto INTEGER NOT NULL, digest BLOB NOT NULL, mac BLOB NOT NULL) STRICT""",
    """CREATE TABLE verdicts (
        id IDENTITY, time INTEGER NOT NULL, role TEXT NOT NULL, part TEXT NOT NULL, code TEXT NOT NULL,
        detail TEXT NOT NULL) STRICT""",
    "CREATE TABLE presence (node TEXT NOT NULL PRIMARY KEY, seen INTEGER NOT NULL) STRICT",
)


def upgrade() -> None:
    """Three new tables."""
    run("store", *STORE)
