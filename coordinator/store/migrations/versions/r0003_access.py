"""Who may deliver: the list of access acts (docs/access.md). Rows are added and never changed [ACCESS-10]."""

from coordinator.store.migrating import run

revision = "0003"
down_revision = "0002"

STORE = (
    """CREATE TABLE access_acts (
        id INTEGER PRIMARY KEY, time INTEGER NOT NULL, act TEXT NOT NULL, node TEXT NOT NULL, body TEXT NOT NULL)
        STRICT""",
)


def upgrade() -> None:
    """One new table."""
    run("store", *STORE)
