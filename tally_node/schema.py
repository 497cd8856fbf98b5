"""The tables of the journal, and how the empty file is made. Every table ends in `mac`.

| table | what | trust | loss |
|---|---|---|---|
| manifest | notes of the sealed election | the authority's signature | install the bundle again |
| records | signed records, in order of making | signatures and links, checked at open | what the county lacks is gone |
| papers | called papers that are in no batch yet, encrypted | keyed hash | these papers are called again |
| register | written-in names with their salts, encrypted | commitments in the records | names cannot be announced |
| delivered | how far the county has each chain | keyed hash | one duplicate a chain |
| receipts, proofs | what the county signed | the county's and the log's signatures | ask for proofs again |
| refusals | what the county refused, and why | keyed hash | the county keeps its own |
"""

import sqlite3
from pathlib import Path

from tally_node.settings import sync_folder
from tally_node.voice import NodeError

SCHEMA_VERSION = 1
PAGE_BYTES = 8192
TABLES: dict[str, tuple[dict[str, str], str]] = {
    "meta": ({"key": "TEXT", "value": "TEXT"}, "PRIMARY KEY (key)"),
    "manifest": (
        {"hash": "BLOB", "kind": "TEXT", "unit": "TEXT", "station": "TEXT", "version": "INTEGER", "note": "BLOB"},
        "PRIMARY KEY (hash), UNIQUE (kind, unit, station, version)",
    ),
    "records": (
        {
            "at": "INTEGER", "chain": "TEXT", "epoch": "INTEGER", "seq": "INTEGER", "kind": "TEXT",
            "hash": "BLOB", "note": "BLOB", "sealed": "BLOB", "own": "INTEGER",
        },
        "PRIMARY KEY (at), UNIQUE (hash), UNIQUE (chain, epoch, seq)",
    ),
    "papers": (
        {"chain": "TEXT", "layout": "TEXT", "number": "INTEGER", "sealed": "BLOB"},
        "PRIMARY KEY (chain, layout, number)",
    ),
    "register": ({"chain": "TEXT", "number": "INTEGER", "sealed": "BLOB"}, "PRIMARY KEY (chain, number)"),
    "delivered": ({"chain": "TEXT", "answered": "INTEGER", "receipted": "INTEGER"}, "PRIMARY KEY (chain)"),
    "receipts": ({"chain": "TEXT", "upto": "INTEGER", "note": "BLOB"}, "PRIMARY KEY (chain, upto)"),
    "proofs": ({"hash": "BLOB", "chain": "TEXT", "seq": "INTEGER", "proof": "BLOB"}, "PRIMARY KEY (hash)"),
    "refusals": (
        {
            "at": "INTEGER", "chain": "TEXT", "seq": "INTEGER", "hash": "BLOB", "code": "TEXT",
            "zh": "TEXT", "en": "TEXT", "time": "INTEGER",
        },
        "PRIMARY KEY (at)",
    ),
}  # fmt: skip
APPEND_ONLY = ("manifest", "records", "refusals")


def columns(table: str) -> tuple[str, ...]:
    """The columns that the row's keyed hash covers: all but the hash itself."""
    return tuple(TABLES[table][0])


def create_file(path: Path) -> None:
    """Make the empty database; refuses to touch an existing file. If it dies half-way, init says so and starts anew."""
    if path.exists():
        raise NodeError("N_EXISTS", str(path))
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute(f"PRAGMA page_size={PAGE_BYTES}")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("BEGIN IMMEDIATE")
        for name, (fields, constraint) in TABLES.items():
            body = ", ".join(f"{field} {kind} NOT NULL" for field, kind in fields.items())
            database.execute(f"CREATE TABLE {name} ({body}, mac BLOB NOT NULL, {constraint})")
        for name in APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                database.execute(
                    f"CREATE TRIGGER {name}_{verb.lower()} BEFORE {verb} ON {name}"
                    " BEGIN SELECT RAISE(ABORT, 'append only'); END"
                )
        database.execute("COMMIT")
    finally:
        database.close()
    path.chmod(0o600)
    sync_folder(path.parent)
