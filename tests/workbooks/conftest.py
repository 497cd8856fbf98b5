"""A good workbook of two villages, made with the template, for tests to spoil with another library."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from coordinator.sealing.workbooks.importing import Imported, import_workbooks
from coordinator.sealing.workbooks.sheets import HEADER_ROWS, SHEETS, Sheet
from coordinator.sealing.workbooks.template import make_template

NAME = "清和.xlsx"
V1, V2 = "130534100201", "130534100202"
GOOD: dict[str, list[dict[str, str]]] = {
    "units": [
        {"unit": V1, "name": "上庄村", "level1": "清和县", "level2": "东屏乡", "registered": "400", "node": "n1"},
        {"unit": V2, "name": "下庄村", "level1": "清和县", "level2": "东屏乡", "node": "n2"},
    ],
    "contests": [
        {"unit": V1, "contest": "zhuren", "title": "主任", "seats": "1", "max_marks": "1", "write_ins": "1"},
        {"unit": V1, "contest": "weiyuan", "title": "委员", "seats": "2", "max_marks": "2", "write_ins": "1"},
        {"unit": V2, "contest": "zhuren", "title": "主任", "seats": "1", "max_marks": "1", "rule": "election"},
    ],
    "candidates": [
        {"unit": V1, "contest": "zhuren", "candidate": "z1", "name": "龚䶮", "sex": "f"},
        {"unit": V1, "contest": "zhuren", "candidate": "z2", "name": "李永年", "sex": "m"},
        {"unit": V1, "contest": "weiyuan", "candidate": "z2", "name": "李永年", "sex": "m"},
        {"unit": V1, "contest": "weiyuan", "candidate": "w1", "name": "买买提·阿不都"},
        {"unit": V2, "contest": "zhuren", "candidate": "z1", "name": "王芳", "sex": "f"},
    ],
    "stations": [
        {"unit": V1, "station": "1", "node": "n1", "registered": "200"},
        {"unit": V1, "station": "2", "node": "n1", "registered": "200"},
        {"unit": V2, "station": "1", "node": "n2"},
    ],
    "boxes": [{"unit": V1, "box": "main", "kind": "main", "station": "1"}],
    "officials": [
        {"unit": V1, "person": "head", "name": "赵一", "role": "chair"},
        {"unit": V1, "station": "1", "person": "head", "name": "赵一", "role": "chair"},
        {"unit": V1, "station": "1", "person": "jp1", "name": "钱二", "role": "scrutineer"},
        {"unit": V2, "station": "1", "person": "jp2", "name": "孙三", "role": "teller"},
        {"unit": V1, "station": "2", "person": "jp3", "name": "冯五", "role": "caller"},
        {"unit": V2, "person": "head", "name": "陈六", "role": "member"},
    ],
    "relations": [{"unit": V1, "person": "z1", "other": "+周四", "relation": "sibling"}],
}
ELECTION = 'id = "qinghe-test"\n'


@dataclass
class Book:
    """A workbook that can be spoilt cell by cell."""

    folder: Path
    book: Any = field(default_factory=lambda: openpyxl.load_workbook(io.BytesIO(make_template(GOOD))))

    def sheet(self, name: str) -> Worksheet:
        found: Worksheet = self.book[sheet_of(name).title]
        return found

    def cell(self, name: str, row: int, column: str) -> Any:
        """A cell by row of the data (1 = the first) and the name of its column."""
        place = [one.name for one in sheet_of(name).fields].index(column) + 1
        return self.sheet(name).cell(row + HEADER_ROWS, place)

    def put(self, name: str, row: int, column: str, value: object) -> str:
        """Write a cell; returns where it stands, as people see it."""
        cell = self.cell(name, row, column)
        cell.value = value
        return f"{cell.column_letter}{cell.row}"

    def add(self, name: str, **values: object) -> int:
        """A further row; returns its number among the data."""
        row = int(self.sheet(name).max_row) - HEADER_ROWS + 1
        while any(self.cell(name, row, one.name).value is not None for one in sheet_of(name).fields):
            row += 1
        for column, value in values.items():
            self.put(name, row, column, value)
        return row

    def data(self) -> bytes:
        stream = io.BytesIO()
        self.book.save(stream)
        return stream.getvalue()

    def load(self, *, replace: bool = False, fonts: Callable[[str], tuple[str, ...]] = lambda _: ()) -> Imported:
        return import_workbooks([(NAME, self.data())], self.folder, replace=replace, fonts=fonts)


def sheet_of(name: str) -> Sheet:
    return next(one for one in SHEETS if one.name == name)


def places(found: Sequence[Any]) -> list[tuple[str, str]]:
    """(sheet, cell) of every flaw."""
    return [(flaw.spot.sheet.split()[-1], f"{flaw.spot.letter}{flaw.spot.row}") for flaw in found]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    folder = tmp_path / "sealing"
    folder.mkdir()
    (folder / "election.toml").write_text(ELECTION, "utf-8")
    return Book(folder)
