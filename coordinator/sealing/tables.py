"""Reading one CSV file strictly: UTF-8, known columns, typed cells; a bad row is noted and left out."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coordinator.sealing.problems import Problems
from tally_protocol.ids import is_id
from tally_protocol.limits import FIGURE_MAXIMUM


@dataclass(slots=True)
class Row:
    """A row with its place; reading a bad cell notes it and turns `ok` off."""

    file: str
    line: int
    cells: dict[str, str]
    problems: Problems
    ok: bool = True

    def fault(self, zh: str, en: str) -> None:
        """Note what is wrong with this row."""
        self.ok = False
        self.problems.add(self.file, self.line, zh, en)

    def text(self, column: str) -> str:
        """A cell as it stands; empty where the column is missing."""
        return self.cells.get(column, "")

    def id(self, column: str) -> str:
        """An id [IDENT-1]."""
        value = self.text(column)
        if not is_id(value):
            self.fault(f"{column}: 应为编号，见 [IDENT-1]，现为 {value[:40]!r}", f"{column}: expected an id")
        return value

    def optional_id(self, column: str) -> str:
        """An id or nothing."""
        return self.id(column) if self.text(column) else ""

    def optional_count(self, column: str) -> int | None:
        """A whole number or nothing."""
        value = self.text(column)
        if not value:
            return None
        # one spelling only: digits, no sign, no leading zero
        if not value.isascii() or not value.isdigit() or str(int(value)) != value or int(value) > FIGURE_MAXIMUM:
            self.fault(f"{column}: 应为整数，现为 {value[:40]!r}", f"{column}: expected a whole number")
            return None
        return int(value)

    def count(self, column: str, default: int | None = None) -> int:
        """A whole number; empty gives the default, if there is one."""
        value = self.optional_count(column)
        if value is not None:
            return value
        if default is None and self.ok:
            self.fault(f"{column}: 不能为空", f"{column}: must not be empty")
        return default or 0


def read_table(
    folder: Path,
    name: str,
    required: tuple[str, ...],
    optional: tuple[str, ...],
    problems: Problems,
    *,
    levels: int = 0,
) -> Iterator[Row]:
    """The rows of a file; `levels` > 0 allows columns level1, level2, ... A missing file is noted."""
    path = folder / name
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if required:
            problems.add(name, 0, "缺少文件", "the file is missing")
        return
    except (OSError, UnicodeDecodeError) as error:
        problems.add(name, 0, f"读不出: {error}", "expected a readable file in UTF-8")
        return
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = next(reader, [])
        allowed = {*required, *optional, *(f"level{i + 1}" for i in range(levels))}
        missing, unknown = [c for c in required if c not in header], [c for c in header if c not in allowed]
        if missing or unknown or len(set(header)) != len(header):
            problems.add(
                name, 1, f"表头不对：缺 {missing}，多 {unknown}", f"header: missing {missing}, not known {unknown}"
            )
            return
        for cells in reader:
            if len(cells) != len(header):
                problems.add(
                    name, reader.line_num, f"应有 {len(header)} 列，现有 {len(cells)}",
                    f"expected {len(header)} cells, found {len(cells)}",
                )  # fmt: skip
                continue
            yield Row(name, reader.line_num, dict(zip(header, cells, strict=True)), problems)
    except csv.Error as error:
        problems.add(name, reader.line_num, f"不是合规的 CSV: {error}", f"not CSV: {error}")
