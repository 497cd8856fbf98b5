"""An .xlsx file as sheets of plain cells, with what hides in it: formulas, hidden rows and columns, merged cells.

The values come from python-calamine; what it does not tell is read from the file's own XML, without entities and within
limits, because a workbook comes from anywhere.
"""

import io
import posixpath
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from coordinator.settings import CountyError

Value = int | float | str | bool | time | date | datetime | timedelta
BYTES_MOST: Final = 64 * 1024 * 1024
UNPACKED_MOST: Final = 1024 * 1024 * 1024
ROWS_MOST: Final = 500_000
COLUMNS_MOST: Final = 200
PIECE: Final = 1 << 16
# what the readers of a torn or spoilt archive raise
_UNREADABLE: Final = (
    CalamineError, PasswordError, zlib.error, expat.ExpatError, struct.error, LookupError,
    ValueError, EOFError, NotImplementedError, OSError, RuntimeError,
)  # fmt: skip
_OLE: Final = b"\xd0\xcf\x11\xe0"


@dataclass(slots=True)
class Hidden:
    """What a sheet's XML says beside the values; rows and columns count from 0."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    formulas: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One sheet: `cells[row][column]` from A1, an empty cell is an empty text."""

    title: str
    visible: bool
    cells: list[list[Value]]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    hidden: Hidden


def open_workbook(name: str, data: bytes) -> list[Opened]:
    """Every sheet; CountyError for a file that is not a workbook, is locked, or is too large."""
    if data[:4] == _OLE:
        raise CountyError(
            f"{name}：是旧的 .xls 或加了密码的文件；请取消密码，另存为 .xlsx 再导入",
            f"{name}: an old .xls file, or one with a password; remove the password, save as .xlsx, import again",
        )
    if len(data) > BYTES_MOST:
        raise CountyError(
            f"{name}：文件有 {len(data)} 字节，最多 {BYTES_MOST}；请按乡镇分成几个文件",
            f"{name}: {len(data)} bytes, at most {BYTES_MOST}; make a workbook a township",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_size(name, archive)
            parts = _sheet_parts(archive)
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            return [
                _sheet(name, book, archive, title, parts.get(title, ""), visible=shown is SheetVisibleEnum.Visible)
                for title, shown in ((one.name, one.visible) for one in book.sheets_metadata)
            ]
    except zipfile.BadZipFile as error:
        raise CountyError(
            f"{name}：不是有效的 Excel 文件；请用 Excel 或 WPS 打开，另存为 .xlsx 再导入",
            f"{name}: not a valid Excel file; open it in Excel or WPS, save it as .xlsx, import again",
        ) from error
    except _UNREADABLE as error:
        raise CountyError(
            f"{name}：Excel 文件已损坏或不完整；请用 Excel 或 WPS 打开，另存为 .xlsx 再导入",
            f"{name}: the Excel file is damaged or incomplete; open it in Excel or WPS, save it as .xlsx, import again",
        ) from error


def _check_size(name: str, archive: zipfile.ZipFile) -> None:
    unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > UNPACKED_MOST:
        raise CountyError(
            f"{name}：解开后有 {unpacked} 字节，最多 {UNPACKED_MOST}；请按乡镇分成几个文件",
            f"{name}: {unpacked} bytes unpacked, at most {UNPACKED_MOST}; make a workbook a township",
        )


def _sheet(
    name: str, book: CalamineWorkbook, archive: zipfile.ZipFile, title: str, part: str, *, visible: bool
) -> Opened:
    sheet = book.get_sheet_by_name(title)
    if sheet.total_height > ROWS_MOST or sheet.total_width > COLUMNS_MOST:
        raise CountyError(
            f"{name} [{title}]：有 {sheet.total_height} 行 {sheet.total_width} 列，最多 {ROWS_MOST} 行"
            f" {COLUMNS_MOST} 列；请删除多余的空行空列",
            f"{name} [{title}]: {sheet.total_height} rows, {sheet.total_width} columns; at most {ROWS_MOST} and"
            f" {COLUMNS_MOST}: delete what is empty",
        )
    hidden = Hidden()
    if part:
        _read_hidden(archive, part, hidden)
    merged = tuple(sheet.merged_cell_ranges or ())
    return Opened(
        title=title, visible=visible, cells=sheet.to_python(skip_empty_area=False), merged=merged, hidden=hidden
    )


def _parse(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> None:
    """Feed one part of the file; a document type is refused, because entities are defined there."""

    def refuse(*_: object) -> None:
        raise ValueError("a document type in a workbook")

    parser.StartDoctypeDeclHandler = refuse
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(" ")[2].rpartition(":")[2]


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Title of each sheet -> its part of the archive."""
    targets: dict[str, str] = {}
    ids: dict[str, str] = {}

    def relation(name: str, found: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            targets[found.get("Id", "")] = found.get("Target", "")

    def sheet(name: str, found: dict[str, str]) -> None:
        if _local(name) == "sheet":
            ids[found.get("name", "")] = next((v for k, v in found.items() if k.endswith(":id")), "")

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        _parse(archive, part, parser)
    known = set(archive.namelist())
    found = {title: posixpath.normpath(posixpath.join("xl", targets.get(key, ""))) for title, key in ids.items()}
    rooted = {title: targets.get(ids[title], "").removeprefix("/") for title in ids}
    return {title: part if part in known else rooted[title] for title, part in found.items()
            if part in known or rooted[title] in known}  # fmt: skip


def _read_hidden(archive: zipfile.ZipFile, part: str, hidden: Hidden) -> None:
    row, column = -1, -1

    def start(name: str, found: dict[str, str]) -> None:
        nonlocal row, column
        match _local(name):
            case "row":
                row, column = int(found.get("r", row + 2)) - 1, -1
                if _is_true(found.get("hidden", "")):
                    hidden.rows.add(row)
            case "c":
                column = _column_of(found["r"]) if "r" in found else column + 1
                if found.get("t") == "e":
                    # the value of a broken formula reads as an empty cell
                    hidden.formulas.add((row, column))
            case "f":
                hidden.formulas.add((row, column))
            case "col" if _is_true(found.get("hidden", "")):
                # a whole sheet hidden to the right is 16,384 columns
                hidden.columns.update(range(int(found["min"]) - 1, min(int(found["max"]), COLUMNS_MOST)))
            case _:
                pass

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    _parse(archive, part, parser)


def _is_true(text: str) -> bool:
    return text in {"1", "true"}


def _column_of(reference: str) -> int:
    """The column of a reference like AB12, counting from 0."""
    column = 0
    for char in reference.upper():
        if not "A" <= char <= "Z":
            break
        column = column * 26 + ord(char) - ord("A") + 1
    return column - 1
