"""Planted errors: each names its workbook, sheet, row and column, what was expected and found, what to do."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.workbooks.conftest import NAME, V1, V2, Book, places, sheet_of

Plant = Callable[[Book], str]
def _official(book: Book) -> str:
    """The official takes the id of the second candidate, who is in row 4 for the first time."""
    book.put("officials", 3, "person", "z2")
    cell = book.cell("candidates", 2, "candidate")
    return f"{cell.column_letter}{cell.row}"


# sheet, column, how to plant it; the plant returns the cell; a word that must stand in the Chinese and English text
PLANTED: dict[str, tuple[str, str, Plant, str, str]] = {
    "an id with a space": (
        "units", "unit", lambda b: b.put("units", 2, "unit", "下 庄"), "编号", "an id"),
    "a code that lost its zero": (
        "units", "unit", lambda b: b.put("units", 2, "unit", 13053410020), "12 位", "12 digits"),
    "a code of eighteen digits as a number": (
        "units", "unit", lambda b: b.put("units", 2, "unit", 130534100202001001), "15 位", "15 exact digits"),
    "no name": (
        "units", "name", lambda b: b.put("units", 1, "name", None), "现为空", "found nothing"),
    "a hole in the levels": (
        "units", "level1", lambda b: b.put("units", 1, "level1", None), "第 1 级", "level 1"),
    "a unit twice": (
        "units", "unit", lambda b: b.put("units", 2, "unit", V1), "重复", "already"),
    "half a person": (
        "units", "registered", lambda b: b.put("units", 1, "registered", 400.5), "整数", "whole number"),
    "a number with its unit": (
        "units", "registered", lambda b: b.put("units", 1, "registered", "400人"), "「400人」", "「400人」"),
    "a negative number": (
        "contests", "seats", lambda b: b.put("contests", 1, "seats", -1), "-1", "-1"),
    "no seats": (
        "contests", "seats", lambda b: b.put("contests", 3, "seats", ""), "现为空", "found nothing"),
    "a word that is not in the list": (
        "contests", "rule", lambda b: b.put("contests", 3, "rule", "补选"), "列表", "choose"),
    "a post that follows none": (
        "contests", "of", lambda b: b.put("contests", 2, "of", "shuji"), "shuji", "shuji"),
    "a date made by Excel": (
        "stations", "station", lambda b: b.put("stations", 2, "station", datetime.datetime(2026, 3, 1)),  # noqa: DTZ001
        "日期", "date"),
    "a formula": (
        "stations", "registered", lambda b: b.put("stations", 1, "registered", "=100+100"), "公式", "formula"),
    "a unit that is not there": (
        "stations", "unit", lambda b: b.put("stations", 3, "unit", "130534100299"), "130534100299", "130534100299"),
    "a station twice": (
        "stations", "station", lambda b: b.put("stations", 2, "station", "1"), "重复", "already"),
    "a post that is not there": (
        "candidates", "contest", lambda b: b.put("candidates", 5, "contest", "zhuran"), "zhuran", "zhuran"),
    "two people of one name": (
        "candidates", "name", lambda b: b.put("candidates", 2, "name", "龚䶮"), "分不清", "tell them apart"),
    "one id for two people": (
        "candidates", "name", lambda b: b.put("candidates", 3, "name", "李永平"), "李永年", "李永年"),
    "a candidate's id with a hyphen": (
        "candidates", "candidate", lambda b: b.put("candidates", 4, "candidate", "-w1"), "候选人编号", "candidate"),
    "a line break in a name": (
        "candidates", "name", lambda b: b.put("candidates", 4, "name", "买买提\n阿不都"), "换行", "line break"),
    "a character of an old input method": (
        "candidates", "name", lambda b: b.put("candidates", 5, "name", "王\ue3a5"), "U+E3A5", "U+E3A5"),
    "a zero-width character": (
        "candidates", "name", lambda b: b.put("candidates", 4, "name", "买买\u200b提"), "U+200B", "U+200B"),
    "a name that is too long": (
        "candidates", "name", lambda b: b.put("candidates", 4, "name", "名" * 65), "65", "65"),
    "a number for a name": (
        "candidates", "name", lambda b: b.put("candidates", 4, "name", 12), "姓名", "name"),
    "no such sex": (
        "candidates", "sex", lambda b: b.put("candidates", 1, "sex", "未知"), "女 f", "男 m"),
    "a box at no station": (
        "boxes", "station", lambda b: b.put("boxes", 1, "station", "9"), "9", "9"),
    "no such kind of box": (
        "boxes", "kind", lambda b: b.put("boxes", 1, "kind", "大箱"), "流动票箱", "mobile"),
    "an official at no station": (
        "officials", "station", lambda b: b.put("officials", 4, "station", "7"), "7", "7"),
    "no such role": (
        "officials", "role", lambda b: b.put("officials", 3, "role", "主席"), "监票人", "scrutineer"),
    "one official's id for two": (
        "officials", "name", lambda b: b.put("officials", 2, "name", "赵二"), "赵一", "赵一"),
    "an official who is a candidate": (
        "candidates", "candidate", _official, "工作人员", "official"),
    "a relative of himself": (
        "relations", "other", lambda b: b.put("relations", 1, "other", "z1"), "亲属", "two persons"),
    "no such relation": (
        "relations", "relation", lambda b: b.put("relations", 1, "relation", "邻居"), "配偶", "spouse"),
    "somebody whom nobody knows": (
        "relations", "other", lambda b: b.put("relations", 1, "person", "z9"), "z9", "z9"),
}  # fmt: skip


def column_of(cell: str) -> str:
    return re.sub(r"\d", "", cell)


@pytest.mark.parametrize("what", PLANTED)
def test_each_alone(book: Book, what: str) -> None:
    sheet, column, plant, zh, en = PLANTED[what]
    cell = plant(book)
    found = book.load(replace=True)
    assert (found.written, list(book.folder.glob("*.csv"))) == ([], [])
    row = re.sub(r"\D", "", cell)
    told = [flaw for flaw in found.flaws if flaw.spot.sheet == sheet_of(sheet).title and str(flaw.spot.row) == row]
    assert told, [flaw.text() for flaw in found.flaws]
    fields = [one.name for one in sheet_of(sheet).fields]
    named = [flaw for flaw in told if fields[flaw.spot.place] == column]
    assert named, [flaw.text() for flaw in told]
    text = named[0]
    assert text.spot.workbook == NAME
    assert zh in text.zh, text.zh
    assert en in text.en, text.en
    assert f"[{sheet_of(sheet).title}]" in text.text()


def test_twenty_at_once_and_nothing_is_written(book: Book) -> None:
    """One import tells them all, and only them; what hangs on a broken row (a box at the station of the date) waits."""
    chosen = {
        "a code of eighteen digits as a number": None, "no name": None, "half a person": None,
        "a negative number": None,
        "no seats": None, "a word that is not in the list": None, "a post that follows none": None,
        "a date made by Excel": None, "a formula": None, "a unit that is not there": None,
        "a line break in a name": None, "two people of one name": None, "a character of an old input method": None,
        "no such sex": None, "no such kind of box": None, "no such role": None,
        "one official's id for two": None, "no such relation": None, "a post that is not there": None,
        "a hole in the levels": None,
    }  # fmt: skip
    expected = set()
    for what in chosen:
        sheet, _, plant, _, _ = PLANTED[what]
        expected.add((sheet, plant(book)))
    assert len(expected) >= 20
    found = book.load()
    told = set(places(found.flaws))
    assert expected <= told, [flaw.text() for flaw in found.flaws]
    assert found.written == []
    # the unit whose code is broken is missed by its rows elsewhere, and z2 has another name in its second post
    more = {(sheet, cell) for sheet, cell in told - expected if column_of(cell) != "A"}
    assert more == {("candidates", "D5")}, [flaw.text() for flaw in found.flaws]


def test_several_rows_hidden_by_a_filter(book: Book) -> None:
    sheet = book.sheet("candidates")
    for row in (4, 5):
        sheet.row_dimensions[row].hidden = True
    (flaw,) = book.load().flaws
    assert (flaw.spot.sheet, flaw.spot.row) == ("候选人 candidates", 4)
    assert "第 4 至 5 行" in flaw.zh
    assert "rows 4 to 5" in flaw.en


def test_a_hidden_column_and_a_hidden_sheet(book: Book) -> None:
    book.sheet("candidates").column_dimensions["E"].hidden = True
    book.sheet("boxes").sheet_state = "hidden"
    found = book.load().flaws
    assert [(flaw.spot.sheet.split()[-1], flaw.spot.letter) for flaw in found] == [("candidates", "E"), ("boxes", "")]


def test_merged_cells(book: Book) -> None:
    book.sheet("stations").merge_cells("A3:A4")
    found = book.load().flaws
    assert places(found) == [("stations", "A3"), ("stations", "A4")]
    assert "A3:A4" in found[0].zh
    assert "unmerge" in found[0].en


def test_headers(book: Book) -> None:
    sheet = book.sheet("stations")
    sheet["C1"], sheet["C2"] = "电脑", "laptop"
    found = book.load().flaws
    assert ("stations", "C1") in places(found)
    assert any("缺少列 设备编号 node" in flaw.zh for flaw in found)
    book.sheet("boxes")["A1"].value = book.sheet("boxes")["A2"].value = None
    book.sheet("boxes")["B1"].value = book.sheet("boxes")["B2"].value = "票箱号"
    for letter in "CDE":
        book.sheet("boxes")[f"{letter}1"].value = book.sheet("boxes")[f"{letter}2"].value = None
    assert any(flaw.spot.sheet == "票箱 boxes" and "表头" in flaw.zh for flaw in book.load().flaws)


def test_a_value_without_a_header(book: Book) -> None:
    book.sheet("stations")["H4"] = "备注"
    assert places(book.load().flaws) == [("stations", "H4")]


def test_a_sheet_of_somebody_else(book: Book) -> None:
    book.book.create_sheet("Sheet1")["A1"] = "x"
    (flaw,) = book.load().flaws
    assert (flaw.spot.sheet, "单位 units" in flaw.zh) == ("Sheet1", True)


def test_missing_sheets(book: Book) -> None:
    for name in ("stations", "candidates"):
        del book.book[sheet_of(name).title]
    found = [flaw.zh for flaw in book.load().flaws]
    assert any("[计票点 stations] 没有" in zh for zh in found)
    assert not any("[候选人 candidates] 没有" in zh for zh in found)


def test_no_candidates_is_a_question(book: Book) -> None:
    """A post may have free slots only."""
    del book.book[sheet_of("candidates").title]
    del book.book[sheet_of("relations").title]
    found = book.load()
    assert found.flaws == []
    assert any("[候选人 candidates] 没有或没有一行" in question.zh for question in found.questions)
    assert (book.folder / "candidates.csv").read_text("utf-8") == "unit,contest,candidate,name\n"


def test_officials_need_the_election(book: Book) -> None:
    (book.folder / "election.toml").unlink()
    (flaw,) = book.load().flaws
    assert "election.toml" in flaw.zh


def test_questions_stop_nothing(book: Book) -> None:
    """One name with two ids in two posts: perhaps one person. Two officials of one name: perhaps two."""
    book.put("candidates", 4, "name", "龚䶮")
    book.put("officials", 3, "name", "赵一")
    found = book.load()
    assert (found.flaws, bool(found.written)) == ([], True)
    assert places(found.questions) == [("candidates", "C6"), ("officials", "C5")]


def test_tables_and_committees_without_anybody(book: Book) -> None:
    for row in (5, 6):
        for column in ("unit", "station", "person", "name", "role"):
            book.put("officials", row, column, None)
    found = book.load()
    assert found.flaws == []
    assert places(found.questions) == [("units", "A4"), ("stations", "B4")]


def test_characters_that_no_font_has(book: Book) -> None:
    def fonts(text: str) -> tuple[str, ...]:
        return tuple(char for char in text if char == "䶮")

    (flaw,) = book.load(fonts=fonts).flaws
    assert (flaw.spot.sheet, flaw.spot.letter, flaw.spot.row) == ("候选人 candidates", "D", 3)
    assert "䶮 U+4DAE" in flaw.zh
    assert "䶮 U+4DAE" in flaw.en


def test_a_machine_without_fonts_says_so_once(book: Book) -> None:
    from coordinator.settings import CountyError  # noqa: PLC0415 - beside its use

    def fonts(_: str) -> tuple[str, ...]:
        raise CountyError("没有字体", "no fonts")

    found = book.load(fonts=fonts)
    assert found.flaws == []
    assert [question.en for question in found.questions] == ["rare characters not checked: no fonts"]


def test_every_sentence_is_in_both_languages(book: Book) -> None:
    for what, (_, _, plant, _, _) in PLANTED.items():
        fresh: Any = Book(book.folder)
        plant(fresh)
        for flaw in fresh.load(replace=True).flaws:
            assert re.search(r"[\u4e00-\u9fff]", flaw.zh), what
            english = re.sub(r"「[^」]*」|\[[^\]]*\]|\([^)]*\)|[\u4e00-\u9fff（）]+ [a-z_]+", "", flaw.en)
            assert re.search(r"[a-z]{3}", english), what
            assert not flaw.zh.endswith(("；", "：")), what


def test_v2_is_untouched(book: Book) -> None:
    """The fixture itself is good: nothing to say."""
    found = book.load()
    assert (found.flaws, V2 in (book.folder / "units.csv").read_text("utf-8")) == ([], True)
