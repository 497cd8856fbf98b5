"""One Excel workbook: a sheet a table with Chinese and English headers, frozen, filtered, numbers as numbers.

Text is always written as text. A text that a spreadsheet would take for a formula (= + - @ tab return) also carries
Excel's own mark for text (the quote prefix), so that it stays text when somebody edits the cell or pastes it elsewhere.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from coordinator.exports import columns as at
from coordinator.exports.asking import Answer
from coordinator.exports.columns import Cell, Kind, RowOf, Table
from coordinator.exports.csv_files import looks_like_formula
from coordinator.exports.rows import Sheets
from coordinator.settings import CountyError

ROWS_MOST: Final = 1_048_576 - 2
FONT: Final = "Microsoft YaHei"
_NARROW, _WIDEST = 8, 40
_NOTE_WIDTHS: Final = (38, 18, 76)


def write_excel(
    path: Path, sheets: Sheets, made_at: datetime, answers: Sequence[Answer] = ()
) -> Iterator[tuple[Table, int]]:
    """Write the workbook; gives each table with its number of rows. CountyError for a table beyond Excel's rows."""
    for table in sheets.tables:
        rows = len(sheets.of(table))
        if rows > ROWS_MOST:
            raise CountyError(
                f"{table.zh} 有 {rows} 行，Excel 一张表最多 {ROWS_MOST} 行；请去掉 --batches，或改用 SQLite",
                f"{table.name} has {rows} rows, an Excel sheet takes {ROWS_MOST}; leave out --batches, or use SQLite",
            )
    # row after row: a county's cells are not held in memory
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # not the clock: the same record gives the same bytes
    book.set_properties({"title": "唱票 Changpiao", "created": made_at.replace(tzinfo=None)})
    looks = _looks(book)
    _about(book.add_worksheet("说明 About"), sheets, answers, looks)
    for table in sheets.tables:
        _sheet(book.add_worksheet(title_of(table)), table, sheets.of(table), looks)
        yield table, len(sheets.of(table))
    for one in answers:
        _sheet(book.add_worksheet(title_of(one.table)), one.table, one.rows, looks)
        yield one.table, len(one.rows)
    book.close()


def title_of(table: Table) -> str:
    """What stands on the tab: Excel takes 31 characters."""
    return f"{table.zh} {table.name}"[:31]


def _looks(book: Any) -> dict[str, Any]:
    plain = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
    head = plain | {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True, "border": 1,
                    "border_color": "#FFFFFF", "align": "center"}  # fmt: skip
    return {
        "title": book.add_format(plain | {"bold": True, "font_size": 16}),
        "head": book.add_format(head),
        "text": book.add_format(plain | {"num_format": "@"}),
        "quoted": book.add_format(plain | {"num_format": "@", "quote_prefix": True}),
        "integer": book.add_format(plain | {"num_format": "#,##0", "align": "right", "indent": 1}),
        "flag": book.add_format(plain | {"num_format": '"是 yes";;"否 no"', "align": "center"}),
        "wrap": book.add_format(plain | {"text_wrap": True, "valign": "top"}),
    }


def _about(sheet: Worksheet, sheets: Sheets, answers: Sequence[Answer], looks: dict[str, Any]) -> None:
    """What this is, from which prefix of the log, and what each sheet holds."""
    (record,) = sheets.of(at.RECORD)
    for place, width in enumerate(_NOTE_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, "唱票导出 Changpiao export", looks["title"])
    lines = [(f"{one.zh} {one.en}", _said(cell, one.kind)) for one, cell in zip(at.RECORD.columns, record, strict=True)]
    for row, (name, cell) in enumerate(lines, 2):
        sheet.write_string(row, 0, name, looks["text"])
        sheet.merge_range(row, 1, row, 2, "", looks["text"])
        _write(sheet, row, 1, cell, Kind.TEXT, looks)
    row = len(lines) + 3
    for note in _NOTES:
        sheet.merge_range(row, 0, row, 2, note, looks["wrap"])
        sheet.set_row(row, 34)
        row += 1
    row += 1
    for table in sheets.tables:
        sheet.write_string(row, 0, title_of(table), looks["text"])
        sheet.write_string(row, 1, f"{len(sheets.of(table))} 行 rows", looks["text"])
        sheet.write_string(row, 2, "、".join(one.zh for one in table.columns[:9]), looks["text"])
        row += 1
    for one in answers:
        sheet.write_string(row, 0, title_of(one.table), looks["text"])
        sheet.write_string(row, 1, f"{len(one.rows)} 行 rows", looks["text"])
        sheet.write_string(row, 2, f"{one.question.zh}\n{one.question.en}", looks["wrap"])
        sheet.set_row(row, 34)
        row += 1


_NOTES: Final = (
    "全部数字由公开记录算出，只到上面的检查点；任何人都能生成同样的文件。公开记录才是证据，核验用 tally-verifier。\n"
    "Every figure is computed from the public record up to the checkpoint above. The record is the evidence, this file"
    " is a copy: verify with tally-verifier.",
    "空格表示没有人记录过这个数，不是 0。百分比必须连同分子、分母一起引用。\n"
    "An empty cell is a figure that nobody recorded, not 0. Quote no percentage without its numerator and denominator.",
)  # fmt: skip


def _sheet(sheet: Worksheet, table: Table, rows: list[RowOf], looks: dict[str, Any]) -> None:
    sheet.freeze_panes(1, len([name for name in table.key if name != "line"]))
    sheet.set_row(0, 48)
    for place, column in enumerate(table.columns):
        shown = [_shown(row[place]) for row in rows[:200]]
        width = max([_width(column.zh), _width(column.en) // 2, *map(_width, shown)], default=_NARROW)
        sheet.set_column(place, place, min(max(_NARROW, width + 2), _WIDEST))
        sheet.write_string(0, place, f"{column.zh}\n{column.en}", looks["head"])
    for line, row in enumerate(rows, 1):
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            _write(sheet, line, place, cell, column.kind, looks)
    sheet.autofilter(0, 0, max(1, len(rows)), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")


def _write(sheet: Worksheet, row: int, place: int, cell: Cell, kind: Kind, looks: dict[str, Any]) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(row, place, cell, looks["quoted" if looks_like_formula(cell) else "text"])
    else:
        sheet.write_number(row, place, cell, looks["flag" if kind is Kind.FLAG else "integer"])


def _said(cell: Cell, kind: Kind) -> str:
    return ("是 yes" if cell else "否 no") if kind is Kind.FLAG else _shown(cell)


def _shown(cell: Cell) -> str:
    return "" if cell is None else f"{cell:,}" if isinstance(cell, int) else cell


def _width(text: str) -> int:
    """Columns of a text: a Chinese character takes two."""
    return sum(1 if char.isascii() else 2 for char in text)
