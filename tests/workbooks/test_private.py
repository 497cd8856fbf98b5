"""The private tables by way of Excel: what a clerk fills in prints, and every fault names sheet, row and column."""

import datetime
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from coordinator.cli import app
from coordinator.forms.making import Wish, fill_from
from coordinator.forms.paperwork import PLACE_KINDS, TABLES, Paperwork
from coordinator.forms.record import Scope, read_record
from coordinator.sealing.workbooks.importing import Imported
from coordinator.sealing.workbooks.private import Rows, import_private
from coordinator.sealing.workbooks.private_sheets import PRIVATE
from coordinator.sealing.workbooks.sheets import HEADER_ROWS, Sheet
from coordinator.sealing.workbooks.template import make_template, rows_of_folder
from tests.forms.village import publish, village, write_paperwork

NAME = "公告.xlsx"
SEALED: Rows = {
    "units": [{"unit": "v1"}, {"unit": "v2"}],
    "stations": [{"unit": "v1", "station": "1"}, {"unit": "v1", "station": "2"}, {"unit": "v2", "station": "1"}],
    "boxes": [{"unit": "v1", "box": "1"}, {"unit": "v1", "box": "2"}, {"unit": "v1", "box": "3"}],
}


def sheet_of(name: str) -> Sheet:
    return next(one for one in PRIVATE if one.name == name)


class Book:
    """The village's private tables in the template, to be spoilt cell by cell with another library."""

    def __init__(self, path: Path) -> None:
        rows = rows_of_folder(write_paperwork(path / "by-hand"), PRIVATE)
        self.folder = path / "paperwork"
        self.book: Any = openpyxl.load_workbook(io.BytesIO(make_template(rows, PRIVATE)))

    def put(self, name: str, row: int, column: str, value: object) -> str:
        place = [one.name for one in sheet_of(name).fields].index(column) + 1
        cell = self.book[sheet_of(name).title].cell(row + HEADER_ROWS, place)
        cell.value = value
        return f"{cell.column_letter}{cell.row}"

    def copy(self, name: str, row: int, to: int, **values: object) -> None:
        sheet = self.book[sheet_of(name).title]
        for place, one in enumerate(sheet_of(name).fields, 1):
            value = values.get(one.name, sheet.cell(row + HEADER_ROWS, place).value)
            sheet.cell(to + HEADER_ROWS, place).value = value

    def load(self, sealed: Rows | None = SEALED, *, replace: bool = False) -> Imported:
        stream = io.BytesIO()
        self.book.save(stream)
        files = [(NAME, stream.getvalue())]
        return import_private(files, self.folder, sealed, replace=replace, fonts=lambda _: ())


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def _again(name: str, row: int, to: int, column: str) -> Callable[[Book], str]:
    def plant(book: Book) -> str:
        book.copy(name, row, to)
        place = [one.name for one in sheet_of(name).fields].index(column)
        return f"{chr(ord('A') + place)}{to + HEADER_ROWS}"

    return plant


def _two_days(book: Book) -> str:
    book.put("places", 1, "day", "2026-12-05")
    return book.put("places", 4, "day", "2026-12-06")


Plant = Callable[[Book], str]
# sheet, column, how to plant it, a word of the Chinese and of the English text
PLANTED: dict[str, tuple[str, str, Plant, str, str]] = {
    "no such kind": ("places", "kind", lambda b: b.put("places", 1, "kind", "会场"), "中心会场", "centre"),
    "no place": ("places", "name", lambda b: b.put("places", 2, "name", None), "现为空", "found nothing"),
    "an hour in words": ("places", "opens", lambda b: b.put("places", 1, "opens", "上午八点"), "8:00", "8:00"),
    "no such hour": ("places", "closes", lambda b: b.put("places", 1, "closes", "25:00"), "「25:00」", "25:00"),
    "closed before it opens": (
        "places", "closes", lambda b: b.put("places", 1, "closes", "7:30"), "晚于", "later than"),
    "no such date": ("places", "day", lambda b: b.put("places", 1, "day", "2026-02-30"), "2026-12-05", "a date"),
    "two days for one village": ("places", "day", _two_days, "只有一个选举日", "on one day"),
    "a box that is not sealed": ("places", "box", lambda b: b.put("places", 3, "box", "9"), "票箱", "no box"),
    "nowhere to count": ("places", "kind", lambda b: b.put("places", 4, "kind", "分会场 branch")[:1] + "3",
                         "开箱计票", "kind count"),
    "a unit that is not sealed": (
        "mobile", "unit", lambda b: b.put("mobile", 2, "unit", "v7"), "没有单位", "no unit"),
    "no reason": ("mobile", "reason", lambda b: b.put("mobile", 1, "reason", ""), "现为空", "found nothing"),
    "a voter twice": ("mobile", "box", _again("mobile", 1, 4, "box"), "重复", "already"),
    "his own proxy": ("proxies", "holder", lambda b: b.put("proxies", 1, "holder", "田远行"), "自己", "own proxy"),
    "a proxy twice": ("proxies", "holder", _again("proxies", 2, 4, "holder"), "重复", "already"),
    "a line break in a name": (
        "proxies", "voter", lambda b: b.put("proxies", 1, "voter", "田\n远行"), "换行", "line break"),
    "a writer without a name": ("writers", "name", lambda b: b.put("writers", 1, "name", None), "姓名", "name"),
    "a character of an old input method": (
        "writers", "name", lambda b: b.put("writers", 2, "name", "孟\ue3a5"), "U+E3A5", "U+E3A5"),
    "a station that is not sealed": (
        "roll", "station", lambda b: b.put("roll", 1, "station", "7"), "没有计票点", "no station"),
    "a number twice": ("roll", "number", lambda b: b.put("roll", 2, "number", "1"), "重复", "already"),
    "a number made a date": (
        "roll", "number", lambda b: b.put("roll", 3, "number", datetime.datetime(2026, 3, 1)), "日期", "date"),  # noqa: DTZ001
    "a formula": ("roll", "household", lambda b: b.put("roll", 1, "household", "=A1"), "公式", "formula"),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_each_alone_names_sheet_row_and_column(book: Book, what: str) -> None:
    name, column, plant, zh, en = PLANTED[what]
    cell = plant(book)
    found = book.load()
    assert (found.written, book.folder.exists()) == ([], False)
    told = [flaw for flaw in found.flaws if f"{flaw.spot.letter}{flaw.spot.row}" == cell]
    assert told, [flaw.text() for flaw in found.flaws]
    assert len(found.flaws) == 1, [flaw.text() for flaw in found.flaws]
    (flaw,) = told
    assert (flaw.spot.workbook, flaw.spot.sheet) == (NAME, sheet_of(name).title)
    assert flaw.spot.header.split()[-1] == column
    assert zh in flaw.zh, flaw.zh
    assert en in flaw.en, flaw.en
    assert re.search(r"[\u4e00-\u9fff]", flaw.zh)


def test_all_faults_are_told_at_once(book: Book) -> None:
    chosen = [
        "an hour in words", "no place", "a box that is not sealed", "a unit that is not sealed", "no reason",
        "a line break in a name", "a writer without a name", "a station that is not sealed", "a formula",
    ]  # fmt: skip
    planted = {(sheet_of(PLANTED[what][0]).title, PLANTED[what][2](book)) for what in chosen}
    found = book.load().flaws
    assert {(flaw.spot.sheet, f"{flaw.spot.letter}{flaw.spot.row}") for flaw in found} == planted


def test_what_is_imported_prints_as_what_was_written_by_hand(book: Book, tmp_path: Path) -> None:
    found = book.load()
    assert [flaw.text() for flaw in found.flaws] == []
    assert found.written == ["mobile.csv", "places.csv", "proxies.csv", "roll.csv", "writers.csv"]
    record = read_record(publish(village(), tmp_path / "record"), Scope(unit="v1"))
    for form in ("notice-10", "notice-12", "notice-13", "notice-14", "roll-call"):
        wish = Wish(form=form, unit="v1")
        by_hand = fill_from(record, wish, Paperwork(tmp_path / "by-hand")).data
        assert fill_from(record, wish, Paperwork(book.folder)).data == by_hand


def test_hours_and_days_that_excel_made_its_own_are_understood(book: Book) -> None:
    book.put("places", 1, "opens", datetime.time(8, 5))
    book.put("places", 1, "day", datetime.datetime(2026, 12, 5))  # noqa: DTZ001 - a cell has no zone
    book.put("places", 2, "day", "2026年12月5日")
    book.put("places", 4, "day", "2026/12/5")
    assert book.load().flaws == []
    (first, second, *_, last) = rows_of_folder(book.folder, PRIVATE)["places"]
    assert (first["opens"], {one["day"] for one in (first, second, last)}) == ("8:05", {"2026-12-05"})


def test_without_the_sealing_folder_ids_wait_for_the_print(book: Book) -> None:
    book.put("roll", 1, "station", "7")
    assert book.load(None).flaws == []


def test_tables_that_are_there_stay_and_an_empty_workbook_is_said(book: Book) -> None:
    book.load()
    from coordinator.settings import CountyError  # noqa: PLC0415 - beside its use

    with pytest.raises(CountyError, match="replace"):
        book.load()
    assert book.load(replace=True).written
    empty = import_private([(NAME, make_template(None, PRIVATE))], book.folder, fonts=lambda _: ())
    assert [flaw.en for flaw in empty.flaws] == ["no row at all: use the template"]
    book.book.create_sheet("候选人 candidates")["A1"] = "x"
    assert [flaw.spot.sheet for flaw in book.load(replace=True).flaws] == ["候选人 candidates"]


def test_sheets_are_the_tables_that_forms_read() -> None:
    for sheet in PRIVATE:
        required, optional = TABLES[sheet.file]
        assert {one.name for one in sheet.fields if one.required} == set(required)
        assert {one.name for one in sheet.fields if not one.required} == set(optional)
    words = sheet_of("places").field("kind").words
    assert {(word, zh) for word, (zh, _) in PLACE_KINDS.items()} == {
        (words[zh], zh) for zh in words if re.fullmatch(r"[\u4e00-\u9fff]+", zh)
    }


def test_the_commands(tmp_path: Path) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["workbook", *words])

    by_hand, sealed = write_paperwork(tmp_path / "by-hand"), tmp_path / "sealed"
    sealed.mkdir()
    for name, column in (("units", "unit"), ("stations", "unit,station"), ("boxes", "unit,box")):
        rows = [",".join(row[key] for key in column.split(",")) for row in SEALED[name] if row["unit"] == "v2"]
        (sealed / f"{name}.csv").write_text("\n".join([column, *rows]) + "\n", "utf-8")
    made, into = str(tmp_path / "a.xlsx"), str(tmp_path / "paperwork")
    assert run("template", "--paperwork", "--out", made, "--filled", str(by_hand)).exit_code == 0
    book = openpyxl.load_workbook(made)
    assert book.sheetnames[1:] == [sheet.title for sheet in PRIVATE]
    about = "\n".join(str(cell) for row in book[book.sheetnames[0]].iter_rows(values_only=True) for cell in row)
    assert "COUNTY/paperwork" in about
    assert "封存文件夹" not in about
    wrong = run("import", made, "--paperwork", "--from", str(sealed), "--into", into)
    assert wrong.exit_code == 1
    assert "[选民名册 roll] A3 单位编号 unit" in wrong.stderr
    assert not Path(into).exists()
    assert run("import", made, "--paperwork", "--into", into).exit_code == 0
    assert sorted(path.name for path in Path(into).iterdir()) == sorted(sheet.file for sheet in PRIVATE)
