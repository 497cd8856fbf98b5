"""One SQLite file with every table: typed, keyed, read by anybody; the ten questions run on it.

The same record gives the same bytes with the same SQLite library.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from coordinator.exports.columns import Kind, Table
from coordinator.exports.rows import Sheets

# "ch" and "ex"; `file` and others show it
APPLICATION: Final = 0x63686578
VERSION: Final = 1
_TYPES: Final = {Kind.TEXT: "TEXT NOT NULL", Kind.INTEGER: "INTEGER", Kind.FLAG: "INTEGER NOT NULL"}


def write_sqlite(path: Path, sheets: Sheets) -> Iterator[tuple[Table, int]]:
    """Write the file; gives each table with its number of rows."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("PRAGMA synchronous = OFF")
        base.execute(f"PRAGMA application_id = {APPLICATION}")
        base.execute(f"PRAGMA user_version = {VERSION}")
        base.execute("BEGIN")
        for table in sheets.tables:
            rows = sheets.of(table)
            base.execute(table_sql(table))
            marks = ", ".join("?" * len(table.columns))
            base.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)  # noqa: S608 - our own words
            yield table, len(rows)
        base.execute("COMMIT")


def table_sql(table: Table) -> str:
    """CREATE TABLE with the headers as comments, so that `.schema` explains the file."""
    lines = [
        f"  {one.name} {_checked(one.name, one.kind)}, -- {one.zh} {one.en}" for one in table.columns
    ]
    key = ", ".join(table.key)
    return f"CREATE TABLE {table.name} ( -- {table.zh} {table.en}\n" + "\n".join(lines) + f"\n  PRIMARY KEY ({key})\n)"


def _checked(name: str, kind: Kind) -> str:
    return _TYPES[kind] + (f" CHECK ({name} IN (0, 1))" if kind is Kind.FLAG else "")
