"""What spreadsheets make of what people type: put right and listed where it is harmless, named where it is not."""

import datetime
import random
import re
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from coordinator.sealing.workbooks.flaws import letter_of, visible
from coordinator.sealing.workbooks.importing import import_workbooks
from coordinator.sealing.workbooks.opening import BYTES_MOST, UNPACKED_MOST, open_workbook
from coordinator.sealing.workbooks.sheets import HEADER_ROWS, SHEETS, Kind
from coordinator.sealing.workbooks.template import make_template
from coordinator.settings import CountyError
from tests.workbooks.conftest import GOOD, NAME, V1, Book, sheet_of
from tests.workbooks.test_good import rows


@pytest.mark.parametrize(
    ("sheet", "row", "column", "typed", "meant"),
    [
        ("units", 1, "registered", 400.0, "400"),
        ("units", 1, "registered", "400.0", None),
        ("units", 1, "registered", "\uff14\uff10\uff10", "400"),
        ("units", 1, "registered", " 400 ", "400"),
        ("units", 1, "registered", "1,400", "1400"),
        ("units", 1, "registered", "0400", "400"),
        ("units", 1, "registered", 0, "0"),
        ("units", 1, "name", "上庄村\u00a0", "上庄村"),
        ("units", 1, "name", "\u3000上庄村", "上庄村"),
        ("units", 1, "level2", "东屏乡\u00a0", "东屏乡"),
        ("contests", 1, "title", 2026, "2026"),
        ("candidates", 2, "sex", "m", "m"),
        ("candidates", 2, "sex", "男", "m"),
        ("candidates", 2, "sex", "男 m", "m"),
        ("candidates", 2, "sex", "\uff4d", "m"),
        ("contests", 2, "female_only", "是", "true"),
        ("contests", 2, "female_only", True, "true"),
        ("contests", 2, "female_only", False, ""),
        ("candidates", 4, "name", "买买提•阿不都", "买买提·阿不都"),
        ("candidates", 4, "name", "买买提・阿不都", "买买提·阿不都"),
        ("candidates", 4, "name", "买买提  阿不都", "买买提阿不都"),
        ("candidates", 4, "name", "张　三", "张三"),
        ("candidates", 4, "name", "Anna\u00a0 Li", "Anna Li"),
        ("candidates", 4, "name", "é".replace("é", "e\u0301"), "é"),
        ("relations", 1, "relation", "兄弟姐妹", "sibling"),
        ("relations", 1, "relation", "姐弟", "sibling"),
        ("relations", 1, "other", "+周　四", "+周四"),
        ("boxes", 1, "kind", "流动票箱", "mobile"),
    ],
)  # fmt: skip
def test_one_cell(book: Book, sheet: str, row: int, column: str, typed: object, meant: str | None) -> None:
    cell = book.put(sheet, row, column, typed)
    found = book.load()
    if meant is None:
        (flaw,) = found.flaws
        assert f"{flaw.spot.letter}{flaw.spot.row}" == cell
        return
    assert found.flaws == []
    assert rows(book.folder / f"{sheet}.csv")[row - 1].get(column, "") == meant
    if isinstance(typed, str) and typed not in sheet_of(sheet).field(column).words and typed.strip() != meant:
        assert any(f"{one.spot.letter}{one.spot.row}" == cell for one in found.repairs)


def test_ids_as_numbers(book: Book) -> None:
    """A station typed as 1 is a number for Excel, a code of twelve digits still is exact."""
    for number, unit in ((1, V1), (2, "130534100202")):
        book.put("units", number, "unit", int(unit))
    for row in (1, 2):
        book.put("stations", row, "station", float(row))
    found = book.load()
    assert found.flaws == []
    assert [row["unit"] for row in rows(book.folder / "units.csv")] == [V1, "130534100202"]
    assert [row["station"] for row in rows(book.folder / "stations.csv")] == ["1", "2", "1"]


def test_leading_zeros_stay_in_the_template(tmp_path: Path) -> None:
    lines = {name: [line | {"unit": "0" + line["unit"][1:]} for line in part] for name, part in GOOD.items()}
    del lines["officials"]
    assert import_workbooks([(NAME, make_template(lines))], tmp_path, fonts=lambda _: ()).flaws == []
    assert rows(tmp_path / "units.csv")[0]["unit"] == "030534100201"


def test_blank_rows_and_trailing_blanks(book: Book) -> None:
    sheet = book.sheet("candidates")
    sheet["A9"], sheet["D9"] = "  ", "\u3000"
    sheet["A40"] = ""
    sheet.insert_rows(5)
    found = book.load()
    assert found.flaws == []
    assert len(rows(book.folder / "candidates.csv")) == len(GOOD["candidates"])


def test_columns_in_another_order_and_a_title_above(book: Book) -> None:
    sheet = book.sheet("stations")
    for row in sheet.iter_rows(min_row=1, max_row=6):
        values = [cell.value for cell in row[:4]]
        for cell, value in zip(row[:4], reversed(values), strict=True):
            cell.value = value
    sheet.insert_rows(1)
    sheet["A1"] = "清和县计票点一览表"
    assert book.load().flaws == []
    assert rows(book.folder / "stations.csv") == GOOD["stations"]


@pytest.mark.parametrize("value", [datetime.date(2026, 1, 1), datetime.time(8, 30), datetime.datetime(2026, 1, 1, 8)])  # noqa: DTZ001
def test_dates_and_times(book: Book, value: object) -> None:
    book.put("stations", 1, "station", value)
    book.put("units", 1, "registered", value)
    found = [(flaw.spot.sheet.split()[-1], flaw.spot.letter, flaw.spot.row) for flaw in book.load().flaws]
    assert ("stations", "B", 3) in found
    assert ("units", "F", 3) in found


def test_an_error_of_a_formula(book: Book) -> None:
    cell = book.cell("units", 1, "registered")
    cell.value, cell.data_type = "#N/A", "e"
    (flaw,) = book.load().flaws
    assert (flaw.spot.letter, flaw.spot.row) == ("F", 3)


# --- files that are no workbook ---------------------------------------------------------------------------------------


def said(name: str, data: bytes) -> str:
    with pytest.raises(CountyError) as raised:
        open_workbook(name, data)
    assert re.search(r"[\u4e00-\u9fff]", raised.value.zh)
    assert name in raised.value.zh
    return raised.value.en


def archive(parts: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return stream.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def test_what_is_no_workbook() -> None:
    assert "not a valid Excel file" in said("a.xlsx", b"")
    assert "not a valid Excel file" in said("a.xlsx", b"unit,name\nv1,x\n")
    assert "damaged or incomplete" in said("a.xlsx", archive({"x": b"y"}))
    assert ".xls" in said("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_entities_are_refused() -> None:
    parts = parts_of(make_template(GOOD))
    name = next(one for one in parts if one.endswith("sheet2.xml"))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    parts[name] = parts[name].replace(b"<worksheet", bomb + b"<worksheet", 1)
    assert "damaged or incomplete" in said("a.xlsx", archive(parts))


def test_too_large() -> None:
    assert str(BYTES_MOST) in said("a.xlsx", b"PK" + bytes(BYTES_MOST))


def test_a_bomb_is_not_unpacked() -> None:
    stream = BytesIO()
    block = bytes(1 << 24)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(UNPACKED_MOST // len(block) + 1):
            made.writestr(f"xl/{number}.xml", block, compresslevel=1)
    assert str(UNPACKED_MOST) in said("a.xlsx", stream.getvalue())


def test_torn_and_spoilt_files_never_end_in_a_traceback(tmp_path: Path) -> None:
    """Every cut and four hundred single-byte changes: an import or a sentence, nothing else."""
    data = make_template(GOOD)
    dice = random.Random(5)  # noqa: S311 - dice that can be thrown again
    spoilt = [data[:cut] for cut in range(0, len(data), 997)]
    for _ in range(150):
        place = dice.randrange(len(data))
        spoilt.append(data[:place] + bytes([data[place] ^ (1 << dice.randrange(8))]) + data[place + 1 :])
    parts = parts_of(data)
    for name, text in parts.items():
        for _ in range(6):
            place = dice.randrange(len(text))
            changed = text[:place] + bytes([dice.randrange(32, 127)]) + text[place + 1 :]
            spoilt.append(archive(parts | {name: changed}))
    refused = 0
    for one in spoilt:
        try:
            import_workbooks([(NAME, one)], tmp_path / "none", fonts=lambda _: ())
        except CountyError as error:
            refused += 1
            assert error.zh
            assert error.en
    assert refused > len(spoilt) // 4
    assert not (tmp_path / "none" / "plans").exists()


# --- the template -----------------------------------------------------------------------------------------------------


def test_the_template_locks_its_headers_and_offers_lists() -> None:
    book = openpyxl.load_workbook(BytesIO(make_template()))
    assert book.sheetnames == ["说明 About", *(sheet.title for sheet in SHEETS)]
    for made in SHEETS:
        sheet = book[made.title]
        assert sheet.protection.sheet
        assert sheet.freeze_panes == f"B{HEADER_ROWS + 1}"
        rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
        for place, one in enumerate(made.fields):
            letter = letter_of(place)
            assert (sheet[f"{letter}1"].value, sheet[f"{letter}2"].value) == (one.zh, one.name)
            assert sheet[f"{letter}1"].protection.locked
            assert re.search(r"[\u4e00-\u9fff]", one.zh)
            rule = rules[f"{letter}3"]
            kinds = {Kind.WORD: "list", Kind.COUNT: "whole"}
            assert rule.type == kinds.get(one.kind, "list" if one.of else "textLength")
            if one.shown:
                assert rule.formula1 == '"' + ",".join(one.shown) + '"'
                assert len(rule.formula1) <= 257


def test_the_template_is_the_same_every_time_but_for_its_clock() -> None:
    first, second = (parts_of(make_template(GOOD)) for _ in range(2))
    assert {name: data for name, data in first.items() if "core" not in name} == {
        name: data for name, data in second.items() if "core" not in name
    }


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert visible("a\u00a0b\u200b") == "「a<U+00A0>b<U+200B>」"
    assert visible("名" * 50) == "「" + "名" * 40 + "…」"
    assert [letter_of(place) for place in (0, 25, 26, 27, 701, 702)] == ["A", "Z", "AA", "AB", "ZZ", "AAA"]
