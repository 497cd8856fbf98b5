"""Records and their order apart (ADR 7): `records` as they were admitted, `log` as they are published.

What was `entries` becomes `records`, row by row the same; its index becomes the record's number, and `log` gives it
the index it had. `entries` is from now on the view of both.
"""

from coordinator.store.migrating import run, run_on

revision = "0002"
down_revision = "0001"

RENAMED = (
    "ALTER TABLE entries RENAME TO records",
    "ALTER TABLE records RENAME COLUMN idx TO id",
    "ALTER TABLE sealed RENAME COLUMN idx TO record",
)
NUMBERED = (
    # the server gives the numbers; they rise, and a transaction that fails leaves a gap
    "CREATE SEQUENCE records_id_seq AS bigint OWNED BY records.id",
    "ALTER TABLE records ALTER COLUMN id SET DEFAULT nextval('records_id_seq')",
    # behind the rows that are there: with a sequence from 1 the next record would take a number of theirs
    "SELECT setval('records_id_seq', (SELECT coalesce(max(id) + 1, 1) FROM records), false)",
)
STORE = (
    """CREATE TABLE log (
        idx INTEGER PRIMARY KEY, record INTEGER NOT NULL UNIQUE REFERENCES records (id)) STRICT""",
    "INSERT INTO log (idx, record) SELECT id, id FROM records ORDER BY id",
    """CREATE VIEW entries AS SELECT l.idx, r.hash, r.leaf, r.chain, r.epoch, r.seq, r.kind, r.note, r.id
        FROM log l JOIN records r ON r.id = l.record""",
    "CREATE TABLE unit_heads (unit TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL) STRICT",
    """CREATE TABLE leaders (
        name TEXT NOT NULL PRIMARY KEY, fence INTEGER NOT NULL, holder TEXT NOT NULL, time INTEGER NOT NULL) STRICT""",
    "INSERT INTO leaders (name, fence, holder, time) VALUES ('sequencer', 0, '', 0), ('publisher', 0, '', 0)",
)
LOCK = ("ALTER TABLE lock ADD COLUMN fence INTEGER NOT NULL DEFAULT 0",)
HEADS = """INSERT INTO unit_heads (unit, version) SELECT unit, max(id) FROM (
    SELECT id, CASE WHEN substr(chain, 1, 2) = 'u/' THEN substr(chain, 3)
        ELSE substr(chain, 3, {find}(substr(chain, 3), '/') - 1) END AS unit
    FROM records WHERE chain >= 's/' AND chain < 'u0') AS found GROUP BY unit"""
# each database has a name of its own for the place of a text in a text
FIND = {"sqlite": "instr", "postgresql": "strpos"}


def upgrade() -> None:
    """Rename, number, order."""
    run("store", *RENAMED)
    run_on("postgresql", "store", *NUMBERED)
    run("store", *STORE)
    for dialect, find in FIND.items():
        run_on(dialect, "store", HEADS.format(find=find))
    run("lock", *LOCK)
