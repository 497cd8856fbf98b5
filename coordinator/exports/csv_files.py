"""CSV: one file a table (long), and `wide.csv` with a row a contest and its candidates side by side.

UTF-8, comma, one line end. Without a mark the cells are the data as they are, in the spelling of the contract
(`+name`). For Excel (`excel=True`) the file begins with a byte order mark, its header is Chinese and English, and a
text cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from coordinator.exports import columns as at
from coordinator.exports.columns import Cell, Column, Kind, RowOf, Table
from coordinator.exports.rows import Sheets

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_HEAD = ("unit", "contest", "title", "round", "seats", "papers", "valid", "written", "outcome", "outcome_zh")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might run a cell."""
    return text.startswith(FORMULA_STARTS)


def write_csv(path: Path, columns: Sequence[Column], rows: Iterable[RowOf], *, excel: bool = False) -> None:
    """One file."""
    with path.open("w", encoding="utf-8-sig" if excel else "utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\r\n" if excel else "\n")
        table.writerow([f"{one.zh} {one.en}" if excel else one.name for one in columns])
        if excel:
            rows = (tuple(_neutral(cell) for cell in row) for row in rows)
        # an empty cell is a figure that nobody recorded
        table.writerows(rows)


def _neutral(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and looks_like_formula(cell) else cell


def wide(sheets: Sheets) -> tuple[tuple[Column, ...], Iterator[RowOf]]:
    """A row a contest: unit and place, the contest's figures, then its candidates in paper order with their votes."""
    votes: dict[tuple[Cell, ...], list[RowOf]] = {}
    for row in sheets.of(at.VOTES):
        votes.setdefault(row[:2], []).append(row)
    most = max((len(found) for found in votes.values()), default=0)
    head = tuple(one for one in at.CONTESTS.columns if one.name in _HEAD)
    places = (Column("name", Kind.TEXT, "单位", "unit"), Column("place", Kind.TEXT, "地名路径", "place (path)"))
    each = [
        Column(f"{name}_{i}", kind, f"{zh}{i}", f"{en} {i}")
        for i in range(1, most + 1)
        for name, kind, zh, en in _EACH
    ]
    return (*places, *head, *each), _wide_rows(sheets, votes, 2 + len(head) + len(each))


_EACH = (
    ("candidate", Kind.TEXT, "候选人编号", "candidate id"),
    ("name", Kind.TEXT, "姓名", "name"),
    ("votes", Kind.INTEGER, "得票", "votes"),
    ("elected", Kind.FLAG, "当选", "elected"),
)


def _wide_rows(sheets: Sheets, votes: dict[tuple[Cell, ...], list[RowOf]], width: int) -> Iterator[RowOf]:
    names = {row[0]: (row[at.UNITS.place("name")], row[at.UNITS.place("place")]) for row in sheets.of(at.UNITS)}
    head = [i for i, one in enumerate(at.CONTESTS.columns) if one.name in _HEAD]
    cells = [at.VOTES.place(name) for name, *_ in _EACH]
    for row in sheets.of(at.CONTESTS):
        found = [one[i] for one in votes.get(row[:2], ()) for i in cells]
        line = [*names[row[0]], *(row[i] for i in head), *found]
        yield (*line, *[None] * (width - len(line)))


def write_all(folder: Path, sheets: Sheets, *, excel: bool) -> Iterator[tuple[Path, Table | None, int]]:
    """Every file with its table (none for `wide.csv`) and its number of rows."""
    for table in sheets.tables:
        path = folder / f"{table.name}.csv"
        write_csv(path, table.columns, sheets.of(table), excel=excel)
        yield path, table, len(sheets.of(table))
    columns, rows = wide(sheets)
    write_csv(folder / "wide.csv", columns, rows, excel=excel)
    yield folder / "wide.csv", None, len(sheets.of(at.CONTESTS))
