"""Excel and the CSV for it: nothing runs as a formula, numbers are numbers, headers frozen and in both languages."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from coordinator.exports import columns as at
from coordinator.exports.asking import WORDS
from coordinator.exports.columns import Kind
from coordinator.exports.csv_files import looks_like_formula
from coordinator.exports.package import FORMATS, Wish, export
from tally_protocol.election.unit import Unit
from tests.published import Story, log_files, write_files
from tests.world import World

TRAPS = ("=1+1", "+HYPERLINK(\"x\")", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", "普通姓名", "<b>x</b>&amp;")


class Hostile(World):
    """Candidates and villages whose names a spreadsheet would run."""

    def _unit(self, name: str, stations: object) -> Unit:
        unit = super()._unit(name, stations)  # type: ignore[arg-type]
        names = iter(TRAPS)
        contests = tuple(
            replace(contest, candidates=tuple(replace(one, name=next(names)) for one in contest.candidates))
            for contest in unit.contests
        )
        return replace(unit, contests=contests, name="=1+1村")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile")
    story = Story(Hostile())
    story.count("v1", "1")
    story.count("v1", "2")
    story.state("v1")
    write_files(place / "public", log_files(story.world, story.world.entries))
    export(place / "public", place / "out", Wish(formats=tuple(FORMATS), excel_csv=True))
    return place / "out"


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(hostile: Path) -> None:
    with zipfile.ZipFile(hostile / "changpiao.xlsx") as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(at.ALWAYS) + 11  # about, ten answers
        for name in sheets:
            text = archive.read(name).decode()
            assert "<f>" not in text
            assert "<f " not in text
            assert "<hyperlink" not in text
        assert not [name for name in archive.namelist() if "external" in name.lower() or "vba" in name.lower()]
    book = openpyxl.load_workbook(hostile / "changpiao.xlsx")
    sheet = book["得票 votes"]
    names = {row[at.VOTES.place("name")].value: row[at.VOTES.place("name")] for row in sheet.iter_rows(min_row=2)}
    assert set(TRAPS) <= set(names)
    for text in TRAPS:
        assert names[text].data_type == "s"
        assert names[text].quotePrefix is looks_like_formula(text)


def test_the_csv_for_excel_runs_nothing_and_the_plain_one_is_the_data(hostile: Path, tmp_path: Path) -> None:
    answers = sorted((hostile / "questions").glob("*.csv"))
    assert len(answers) == 10
    for path in [*sorted((hostile / "csv").iterdir()), *answers]:
        data = path.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        assert all(re.search(r"[\u4e00-\u9fff]", title) and re.search("[A-Za-z]", title) for title in header)
        for row in rows:
            for cell in row:
                assert not looks_like_formula(cell) or re.fullmatch(r"-\d+", cell), (path.name, cell)
    assert any("'=1+1村" in path.read_text("utf-8-sig") for path in answers), "nothing to neutralise"
    export(hostile.parent / "public", tmp_path / "out", Wish(formats=("csv",)))
    with (tmp_path / "out" / "csv" / "votes.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["name"] for row in csv.DictReader(stream) if row["kind"] == "printed"} == set(TRAPS)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_what_looks_like_a_formula(text: str) -> None:
    assert looks_like_formula(text)
    assert not looks_like_formula("a" + text)


def test_headers_numbers_and_frozen_panes(package: Path) -> None:
    book = openpyxl.load_workbook(package / "changpiao.xlsx")
    assert book.sheetnames[0] == "说明 About"
    for table in (*at.ALWAYS, *at.OF_BATCHES):
        sheet = book[f"{table.zh} {table.name}"]
        assert [cell.value for cell in sheet[1]] == [f"{one.zh}\n{one.en}" for one in table.columns]
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref
        for row in sheet.iter_rows(min_row=2):
            for cell, one in zip(row, table.columns, strict=True):
                if cell.value is None:
                    continue
                assert isinstance(cell.value, str if one.kind is Kind.TEXT else int), (table.name, one.name)
                assert cell.number_format == {
                    Kind.TEXT: "@", Kind.INTEGER: "#,##0", Kind.FLAG: '"是 yes";;"否 no"',
                }[one.kind]  # fmt: skip


def test_the_ten_answers_are_sheets(package: Path) -> None:
    book = openpyxl.load_workbook(package / "changpiao.xlsx")
    for path in sorted((package / "questions").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        number, _, short = path.stem.partition("-")
        sheet = book[f"问{number} {short}"[:31]]
        assert [cell.value for cell in sheet[1]] == [f"{WORDS[name]}\n{name}" for name in header]
        cells = sheet.iter_rows(min_row=2, values_only=True)
        found = [["" if cell is None else str(cell) for cell in row] for row in cells]
        assert found == rows, path.stem


def test_a_code_of_twelve_digits_stays_text(package: Path) -> None:
    """Units' ids are text in every format, whatever they look like."""
    book = openpyxl.load_workbook(package / "changpiao.xlsx")
    assert {cell.data_type for cell in book["单位 units"]["A"]} == {"s"}


def test_every_column_has_both_languages() -> None:
    for table in (*at.ALWAYS, *at.OF_BATCHES):
        assert set(table.key) <= {one.name for one in table.columns}
        for one in table.columns:
            assert re.search(r"[\u4e00-\u9fff]", one.zh), (table.name, one.name)
            assert one.en.isascii(), (table.name, one.name)
