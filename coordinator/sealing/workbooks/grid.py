"""A sheet's rows as lines of checked text, each knowing where every cell stands. Headers decide, not positions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from coordinator.sealing.workbooks.cells import Reader
from coordinator.sealing.workbooks.flaws import Findings, Spot, header_of, letter_of, visible
from coordinator.sealing.workbooks.opening import Opened, Value
from coordinator.sealing.workbooks.sheets import HEADER_ROWS, Field, Sheet

Row = tuple[int, list[Value]]
# rows, how many they are, what they are in two languages: the same rows, shown to whoever waits
Watch = Callable[[Iterable[Row], int, str, str], Iterator[Row]]
LOOKED: Final = 6  # a title and a remark may stand above the headers
RANGES_SHOWN: Final = 20


@dataclass(slots=True)
class Line:
    """A row: its text by column, and where it stands; reading a bad cell turns `ok` off."""

    workbook: str
    title: str
    row: int
    places: dict[str, int]
    headers: dict[str, str]
    cells: dict[str, str]
    ok: bool = True

    def text(self, name: str) -> str:
        """A cell; empty where the sheet does not have the column."""
        return self.cells.get(name, "")

    def spot(self, name: str = "") -> Spot:
        """Where a cell stands; the whole row without a name."""
        place = self.places.get(name, -1)
        return Spot(self.workbook, self.title, self.row, place, self.headers.get(name, "") if place >= 0 else "")


def unwatched(rows: Iterable[Row], total: int, zh: str, en: str) -> Iterator[Row]:
    """Nobody looks on."""
    del total, zh, en
    return iter(rows)


def read_lines(workbook: str, sheet: Sheet, opened: Opened, reader: Reader, watch: Watch = unwatched) -> list[Line]:
    """Every row that is not blank; what is wrong with sheet, headers and cells is noted."""
    findings = reader.findings
    whole = Spot(workbook, opened.title)
    if not opened.visible:
        zh = "工作表被隐藏；请取消隐藏后检查，或删除"
        findings.add(whole, zh, "the sheet is hidden: unhide it and look, or delete it")
    found = _header(sheet, opened, whole, findings)
    if found is None:
        return []
    first, fields = found
    _note_hidden(opened, first, whole, fields, findings)
    places = {one.name: place for place, one in fields.items()}
    headers = {one.name: header_of(one) for one in sheet.fields}
    lines = []
    rows = enumerate(opened.cells[first:], first)
    for number, row in watch(rows, len(opened.cells) - first, f"行：{opened.title}", "rows of the sheet"):
        if all(_is_blank(cell) for cell in row):
            continue
        line = Line(workbook, opened.title, number + 1, places, headers, {})
        _read_cells(line, row, fields, opened, reader)
        lines.append(line)
    return lines


def _read_cells(line: Line, row: list[Value], fields: dict[int, Field], opened: Opened, reader: Reader) -> None:
    before = len(reader.findings.flaws)
    for place, cell in enumerate(row):
        spot = Spot(line.workbook, line.title, line.row, place)
        if place not in fields:
            if not _is_blank(cell):
                reader.findings.add(
                    spot, f"应为空（此列没有表头），现为 {visible(str(cell))}；请删除或移到有表头的列",
                    f"expected nothing (no header above), found {visible(str(cell))}: delete it or move it",
                )  # fmt: skip
            continue
        one = fields[place]
        spot = line.spot(one.name)
        if (line.row - 1, place) in opened.hidden.formulas:
            reader.findings.add(
                spot, "应为直接填写的值，现为公式（或其错误值）；请填写，或复制后选择性粘贴为“值”",
                "expected a typed value, found a formula (or its error): type it, or copy it and paste it as a value",
            )  # fmt: skip
            continue
        line.cells[one.name] = reader.text(one, cell, spot)
    for place, one in fields.items():
        if place >= len(row):
            line.cells[one.name] = reader.text(one, "", line.spot(one.name))
    line.ok = not any(flaw.stops for flaw in reader.findings.flaws[before:])


def _is_blank(cell: Value) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _header(
    sheet: Sheet, opened: Opened, whole: Spot, findings: Findings
) -> tuple[int, dict[int, Field]] | None:
    """(first row of data, column -> field); None after noting what the headers lack."""
    names = {spelling: one for one in sheet.fields for spelling in (one.name, one.zh, header_of(one))}
    rows = [
        number
        for number, row in enumerate(opened.cells[:LOOKED])
        if sum(_title(cell) in names for cell in row) >= 2
    ][:HEADER_ROWS]
    if not rows:
        findings.add(
            whole, f"找不到表头；应有 {'、'.join(one.zh for one in sheet.fields if one.required)}；请用模板",
            f"no headers; expected {', '.join(one.name for one in sheet.fields if one.required)}: use the template",
        )  # fmt: skip
        return None
    fields: dict[int, Field] = {}
    faults = 0
    for number in rows:
        for place, cell in enumerate(opened.cells[number]):
            title = _title(cell)
            spot = Spot(whole.workbook, whole.sheet, number + 1, place)
            one = names.get(title)
            if one is None and title:
                faults += 1
                findings.add(
                    spot, f"不认识的表头 {visible(title)}；请改为模板中的名称，或删除此列",
                    f"header not known: {visible(title)}; use a name of the template, or delete the column",
                )  # fmt: skip
            elif one is not None and fields.get(place, one) is one:
                twice = next((p for p, other in fields.items() if other is one and p != place), None)
                if twice is not None:
                    faults += 1
                    findings.add(
                        spot, f"表头 {header_of(one)} 在 {letter_of(twice)} 列已有；请删除一列",
                        f"header {one.name} is in column {letter_of(twice)} already: delete one",
                    )  # fmt: skip
                fields[place] = one
    missing = [one for one in sheet.fields if one.required and one not in fields.values()]
    for one in missing:
        findings.add(
            Spot(whole.workbook, whole.sheet, rows[0] + 1), f"缺少列 {header_of(one)}；请用模板补上",
            f"column {one.name} is missing: add it as in the template",
        )  # fmt: skip
    return None if missing or faults else (rows[-1] + 1, fields)


def _title(cell: Value) -> str:
    return " ".join(str(cell).replace("*", " ").split())


def _note_hidden(opened: Opened, first: int, whole: Spot, fields: dict[int, Field], findings: Findings) -> None:
    """Rows and columns that a person does not see, and cells that are one: what is in them cannot be meant surely."""
    filled = [number for number, row in enumerate(opened.cells) if not all(_is_blank(cell) for cell in row)]
    hidden = [number for number in filled if number in opened.hidden.rows and number >= first]
    for start, end in list(_ranges(hidden))[:RANGES_SHOWN]:
        findings.add(
            Spot(whole.workbook, whole.sheet, start + 1),
            f"第 {start + 1} 至 {end + 1} 行被隐藏（或被筛选掉）但有内容；请取消隐藏和筛选后检查",
            f"rows {start + 1} to {end + 1} are hidden (or filtered out) and not empty: show all rows, check them",
        )
    for place, one in sorted(fields.items()):
        if place in opened.hidden.columns:
            findings.add(
                Spot(whole.workbook, whole.sheet, first, place, header_of(one)), "此列被隐藏；请取消隐藏后检查",
                "the column is hidden: show it, check it",
            )  # fmt: skip
    for (top, left), (bottom, right) in opened.merged:
        if bottom >= first and left in fields:
            area = f"{letter_of(left)}{top + 1}:{letter_of(right)}{bottom + 1}"
            findings.add(
                Spot(whole.workbook, whole.sheet, top + 1, left, header_of(fields[left])),
                f"{area} 是合并单元格，只有第一格有值；请取消合并，每格都填",
                f"{area} is one merged cell, only its first has a value: unmerge it, fill each cell",
            )


def _ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of consecutive numbers."""
    start = last = -2
    for number in numbers:
        if number != last + 1:
            if start >= 0:
                yield start, last
            start = number
        last = number
    if start >= 0:
        yield start, last
