"""The template: a sheet a table, Chinese headers with English below, lists to choose from, headers locked.

`make_template(rows)` fills it with the rows of an existing sealing folder, so that a county can look through and go on.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from coordinator.sealing.workbooks.sheets import ABOUT, HEADER_ROWS, SHEETS, Field, Kind, Sheet
from tally_protocol.limits import FIGURE_MAXIMUM

ROWS: Final = 20_000
FONT: Final = "Microsoft YaHei"
Rows = Mapping[str, Sequence[Mapping[str, str]]]
_PROTECTION: Final = {
    "format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True, "sort": True,
    "autofilter": True,
}  # fmt: skip


def make_template(rows: Rows | None = None, sheets: Sequence[Sheet] = SHEETS) -> bytes:
    """The workbook's bytes; `rows` by sheet, each a mapping of column to text."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    looks = _looks(book)
    _about(book.add_worksheet(ABOUT), sheets, looks)
    for sheet in sheets:
        _sheet(book.add_worksheet(sheet.title), sheet, (rows or {}).get(sheet.name, ()), looks, sheets)
    book.close()
    return stream.getvalue()


def rows_of_folder(folder: Path, sheets: Sequence[Sheet] = SHEETS) -> Rows:
    """The tables of a folder as they stand; a missing one is empty, officials are in no table."""
    found: dict[str, list[dict[str, str]]] = {}
    for sheet in sheets:
        path = folder / sheet.file
        if sheet.file and path.exists():
            with path.open(encoding="utf-8-sig", newline="") as stream:
                found[sheet.name] = [dict(row) for row in csv.DictReader(stream)]
    return found


def _looks(book: Any) -> dict[str, Any]:
    plain = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
    head = plain | {"bold": True, "font_color": "#FFFFFF", "align": "center", "border": 1, "border_color": "#FFFFFF",
                    "text_wrap": True, "locked": True}  # fmt: skip
    return {
        "title": book.add_format(plain | {"bold": True, "font_size": 16}),
        "must": book.add_format(head | {"bg_color": "#9C2A10"}),
        "may": book.add_format(head | {"bg_color": "#1F3A5F"}),
        "english": book.add_format(head | {"bg_color": "#E4E7EB", "font_color": "#1F2933", "bold": False}),
        "text": book.add_format(plain | {"num_format": "@", "locked": False}),
        "count": book.add_format(plain | {"num_format": "0", "locked": False}),
        "wrap": book.add_format(plain | {"text_wrap": True, "valign": "top"}),
        "bold": book.add_format(plain | {"bold": True, "valign": "top"}),
    }


FILE_STEP: Final[str] = "4"
_PRIVATE_STEP: Final = (
    FILE_STEP, "这些表写有选民姓名，不公开，按选民名册保管。导入：tally-coordinator workbook import 甲.xlsx --paperwork"
    " --into COUNTY/paperwork；没有内容的表不写文件。",
    "These tables name voters: never published, kept as the voters' list is. Import: tally-coordinator workbook import"
    " A.xlsx --paperwork --into COUNTY/paperwork; a sheet without a row makes no file.",
)  # fmt: skip
_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("1", "红色表头必填，蓝色可空。前两行是表头，勿改；第 3 行起一行一条，不要的行清空；不要合并单元格、用公式。",
     "Red headers must be filled, blue ones may stay empty. Rows 1 and 2 are headers; fill from row 3, a row each;"
     " empty a row to remove it; no merged cells, no formulas."),
    ("2", "编号按文本填写（各列已设为文本），代码开头的 0 不会丢失。同一人在各表、各职位用同一编号。",
     "Ids are text, so that a leading 0 stays. One person has one id in every sheet and post."),
    ("3", "姓名照选票写，不用空格对齐；生僻字用 GB 18030 输入法。同一职位有同名的，都要加注。",
     "Names as on the paper, without blanks for alignment; rare characters by a GB 18030 input method. Namesakes for"
     " one post need a mark each."),
    (FILE_STEP, "可以每个乡镇一个文件，一次导入：tally-coordinator workbook import 甲.xlsx 乙.xlsx --into 封存文件夹。",
     "One workbook a township may be imported at once: tally-coordinator workbook import A.xlsx B.xlsx --into FOLDER."),
    ("5", "问题一次列全，写出表、行、列、应为、现为和办法；有一处问题就不写文件。",
     "The import says everything that is wrong at once: file, sheet, row, column, expected, found, what to do; with one"
     " fault nothing is written."),
)  # fmt: skip


def _about(sheet: Worksheet, sheets: Sequence[Sheet], looks: dict[str, Any]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 96)
    private = sheets is not SHEETS
    title = ("唱票：公告和点名表资料模板 Changpiao: template for the private tables" if private
             else "唱票：选举资料导入模板 Changpiao: template for the sealing folder")  # fmt: skip
    sheet.write_string(0, 0, title, looks["title"])
    row = 2
    for step in _STEPS:
        number, zh, en = _PRIVATE_STEP if private and step[0] == FILE_STEP else step
        sheet.write_string(row, 0, number, looks["bold"])
        sheet.write_string(row, 1, f"{zh}\n{en}", looks["wrap"])
        sheet.set_row(row, 52)
        row += 1
    row += 1
    for one in sheets:
        sheet.write_string(row, 0, one.title, looks["bold"])
        sheet.write_string(row, 1, f"{one.zh_help}\n{one.en_help}", looks["wrap"])
        sheet.set_row(row, 36)
        row += 1
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.protect("", _PROTECTION)


def _sheet(
    sheet: Worksheet, made: Sheet, rows: Sequence[Mapping[str, str]], looks: dict[str, Any], sheets: Sequence[Sheet]
) -> None:
    last = max(ROWS, len(rows)) + HEADER_ROWS - 1
    sheet.set_row(0, 24)
    sheet.freeze_panes(HEADER_ROWS, 1)
    for place, one in enumerate(made.fields):
        look = looks["count" if one.kind is Kind.COUNT else "text"]
        sheet.set_column(place, place, max(one.width, 2 * len(one.zh) + 4), look)
        sheet.write_string(0, place, one.zh, looks["must" if one.required else "may"])
        sheet.write_string(1, place, one.name, looks["english"])
        rule = _validation(one, sheets, last)
        if rule:
            sheet.data_validation(HEADER_ROWS, place, last, place, rule)
    for number, row in enumerate(rows, HEADER_ROWS):
        for place, one in enumerate(made.fields):
            _fill(sheet, number, place, one, row.get(one.name) or "", looks)
    sheet.set_landscape()
    sheet.repeat_rows(0, HEADER_ROWS - 1)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", _PROTECTION)


def _fill(sheet: Worksheet, row: int, place: int, one: Field, text: str, looks: dict[str, Any]) -> None:
    if not text:
        return
    if one.kind is Kind.COUNT and text.isascii() and text.isdigit():
        sheet.write_number(row, place, int(text), looks["count"])
        return
    shown = next((word for word in one.shown if one.words.get(word) == one.words.get(text)), text)
    sheet.write_string(row, place, shown, looks["text"])


def _validation(one: Field, sheets: Sequence[Sheet], last: int) -> dict[str, object]:
    """What Excel itself checks while somebody types, and what it says beside the cell."""
    said = {
        "input_title": f"{one.zh} {one.name}"[:32], "input_message": f"{one.zh_help}\n{one.en_help}".strip()[:255],
        "error_title": f"{one.zh} {one.name}"[:32], "ignore_blank": True,
    }  # fmt: skip
    match one.kind:
        case Kind.WORD:
            return said | {
                "validate": "list", "source": list(one.shown), "error_message": "请从列表中选 choose from the list",
            }  # fmt: skip
        case Kind.COUNT:
            return said | {
                "validate": "integer", "criteria": "between", "minimum": 0, "maximum": FIGURE_MAXIMUM,
                "error_message": "请填整数 a whole number",
            }  # fmt: skip
        case Kind.ID if one.of and any(sheet.name == one.of for sheet in sheets):
            listed = next(sheet for sheet in sheets if sheet.name == one.of)
            return said | {
                "validate": "list", "source": f"='{listed.title}'!$A${HEADER_ROWS + 1}:$A${last + 1}",
                "error_type": "warning",
                "error_message": f"表 [{listed.title}] 中没有这个编号 not in sheet [{listed.title}]",
            }  # fmt: skip
        case _:
            return said | {
                "validate": "length", "criteria": "between", "minimum": 1, "maximum": one.most,
                "error_type": "warning", "error_message": f"1 至 {one.most} 个字符 1 to {one.most} characters",
            }  # fmt: skip
