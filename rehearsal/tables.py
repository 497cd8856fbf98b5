"""Strict CSV, one physical line a row, header by name: the only reader of a rehearsal's tables.

A quoted field may hold commas and doubled quotes but no line break, so one stray quote spoils one row and not the
rest of the file. Every row knows its line and its bytes, so that a second pass can read one station's rows again
without holding the others.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from rehearsal.notes import Problem, Sink, clip

MAX_LINE: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"


class FolderUnusable(Exception):
    """The folder cannot be rehearsed at all; every reason has already been noted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, and its cells by column name (optional columns that are absent read as '')."""

    file: str
    line: int
    start: int
    end: int
    cells: Mapping[str, str]

    def fault(self, code: str, what: str, expected: str, found: str) -> Problem:
        """Return a problem at this row."""
        return Problem(code=code, file=self.file, line=self.line, what=what, expected=expected, found=clip(found))


def split(line: str) -> list[str] | None:
    """Split one line into cells; None if it is not well-formed CSV."""
    if '"' not in line:
        return line.split(",")
    try:
        rows = list(csv.reader([line], strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


class Table:
    """One CSV file with its header read."""

    def __init__(self, path: Path, columns: list[str], body: int) -> None:
        """Use `open_table`."""
        self.path = path
        self.columns = columns
        self._body = body

    def rows(self, note: Sink) -> Iterator[Row]:
        """Yield every usable row in order; note every other one."""
        with self.path.open("rb") as file:
            file.seek(self._body)
            yield from self._read(file, self._body, 2, None, note)

    def slice(self, file: IO[bytes], start: int, end: int, line: int) -> Iterator[Row]:
        """Yield the rows between two offsets again; what is unusable was noted in the first pass."""
        file.seek(start)
        yield from self._read(file, start, line, end, _silent)

    def _read(self, file: IO[bytes], at: int, line: int, end: int | None, note: Sink) -> Iterator[Row]:
        name = self.path.name
        while end is None or at < end:
            raw = file.readline(MAX_LINE)
            if not raw:
                return
            start, at = at, at + len(raw)
            if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
                while (more := file.readline(MAX_LINE)) and not more.endswith(b"\n"):
                    at += len(more)
                at += len(more)
                note(
                    Problem(
                        code="E_LIMIT",
                        file=name,
                        line=line,
                        what="line",
                        expected=f"< {MAX_LINE} bytes",
                        found="longer",
                    )
                )
            elif row := self._row(raw, line, start, at, note):
                yield row
            line += 1

    def _row(self, raw: bytes, line: int, start: int, end: int, note: Sink) -> Row | None:
        name = self.path.name
        body = raw.removesuffix(b"\n").removesuffix(b"\r")
        if not body:
            return None
        try:
            cells = split(body.decode())
        except UnicodeDecodeError as error:
            note(
                Problem(
                    code="E_UTF8",
                    file=name,
                    line=line,
                    what="line",
                    expected="UTF-8",
                    found=f"byte {error.start + 1} of the line",
                )
            )
            return None
        if cells is None:
            note(
                Problem(
                    code="E_CSV",
                    file=name,
                    line=line,
                    what="line",
                    expected="one CSV row a line",
                    found="a stray quote or a line break inside quotes",
                )
            )
            return None
        if len(cells) != len(self.columns):
            note(
                Problem(
                    code="E_CELLS",
                    file=name,
                    line=line,
                    what="row",
                    expected=f"{len(self.columns)} cells",
                    found=f"{len(cells)} cells",
                )
            )
            return None
        return Row(name, line, start, end, dict(zip(self.columns, cells, strict=True)))


def _silent(_entry: object) -> None:
    """Drop what an earlier pass has already noted."""


def open_table(
    path: Path, required: tuple[str, ...], optional: tuple[str, ...], note: Sink, *, levels: bool = False
) -> Table | None:
    """Read the header; None (and a note) if the file cannot serve. `levels` also accepts level1, level2, ..."""
    name = path.name
    try:
        with path.open("rb") as file:
            raw = file.readline(MAX_LINE)
    except OSError as error:
        note(
            Problem(
                code="E_FILE",
                file=name,
                line=0,
                what="file",
                expected="a readable CSV file",
                found=error.strerror or type(error).__name__,
            )
        )
        return None
    body = raw.removeprefix(_BOM)
    if body is not raw and len(body) != len(raw):
        note(Problem(code="W_BOM", file=name, line=1, what="file", expected="no byte order mark", found="BOM"))
    try:
        columns = split(body.removesuffix(b"\n").removesuffix(b"\r").decode())
    except UnicodeDecodeError:
        columns = None
    if columns is None:
        note(
            Problem(
                code="E_HEADER",
                file=name,
                line=1,
                what="header",
                expected="column names in UTF-8",
                found="not readable",
            )
        )
        return None
    if not _columns_serve(name, columns, required, optional, note, levels=levels):
        return None
    return Table(path, columns, len(raw))


def _columns_serve(
    name: str, columns: list[str], required: tuple[str, ...], optional: tuple[str, ...], note: Sink, *, levels: bool
) -> bool:
    """Tell whether the header has what it must; note what it lacks and what it has beside."""
    missing = [column for column in required if column not in columns]
    if missing or len(set(columns)) != len(columns):
        note(
            Problem(
                code="E_HEADER",
                file=name,
                line=1,
                what="header",
                expected="each of " + ",".join(required),
                found=clip(",".join(columns)),
            )
        )
        return False
    for column in columns:
        known = column in required or column in optional or (levels and is_level(column))
        if not known:
            note(
                Problem(
                    code="W_COLUMN",
                    file=name,
                    line=1,
                    what="column",
                    expected="a documented column",
                    found=clip(column),
                )
            )
    return True


def is_level(column: str) -> bool:
    """Tell whether the column is level1, level2, ..., level99."""
    digits = column.removeprefix("level")
    return digits != column and digits.isascii() and digits.isdigit() and digits[0] != "0" and len(digits) < 3
