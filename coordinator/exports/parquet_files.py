"""Parquet: one file a table, typed; the record's root and size stand in each file's metadata."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from coordinator.exports import columns as at
from coordinator.exports.columns import Kind, Table
from coordinator.exports.rows import Sheets

_TYPES: Final = {Kind.TEXT: pa.string(), Kind.INTEGER: pa.int64(), Kind.FLAG: pa.bool_()}


def write_all(folder: Path, sheets: Sheets) -> Iterator[tuple[Path, Table, int]]:
    """Every file with its table and its number of rows."""
    (record,) = sheets.of(at.RECORD)
    metadata = {
        f"changpiao.{name}": str(record[at.RECORD.place(name)]) for name in ("election", "origin", "size", "root")
    }
    for table in sheets.tables:
        path = folder / f"{table.name}.parquet"
        pq.write_table(_arrow(table, sheets, metadata), path, compression="zstd", version="2.6")
        yield path, table, len(sheets.of(table))


def _arrow(table: Table, sheets: Sheets, metadata: dict[str, str]) -> pa.Table:
    rows = sheets.of(table)
    arrays = []
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in rows]
        if column.kind is Kind.FLAG:
            cells = [None if cell is None else bool(cell) for cell in cells]
        arrays.append(pa.array(cells, type=_TYPES[column.kind]))
    fields = [
        pa.field(one.name, _TYPES[one.kind], metadata={"zh": one.zh, "en": one.en}) for one in table.columns
    ]
    return pa.table(arrays, schema=pa.schema(fields, metadata=metadata))
