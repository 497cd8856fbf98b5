"""The county's private tables by way of Excel: places, mobile boxes, proxies, ghost-writers, the roll (docs/forms.md).

They name voters, so they are a workbook of their own, filled in after the sealing folder and never beside it. Forms
read the tables once more against the record; here a clerk learns of every fault with its cell.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from coordinator.fonts import unprintable
from coordinator.sealing.workbooks.cells import Unprintable
from coordinator.sealing.workbooks.flaws import Findings, Spot, visible
from coordinator.sealing.workbooks.grid import Line, Watch, unwatched
from coordinator.sealing.workbooks.importing import Imported, read_sheets, write_all
from coordinator.sealing.workbooks.private_sheets import PRIVATE
from coordinator.sealing.workbooks.writing import table_text

Rows = Mapping[str, Sequence[Mapping[str, str]]]
Lines = Mapping[str, list[Line]]
_KINDS_WITHOUT_VOTE: Final = frozenset({"count", "mobile"})


def import_private(
    files: Sequence[tuple[str, bytes]],
    folder: Path,
    sealed: Rows | None = None,
    *,
    replace: bool = False,
    fonts: Unprintable = unprintable,
    watch: Watch = unwatched,
) -> Imported:
    """Read, check everything, write the tables that have rows; `sealed` are the sealing folder's, to know its ids."""
    findings = Findings()
    lines = read_sheets(files, PRIVATE, findings, fonts, watch)
    rows = sum(len(found) for found in lines.values())
    if not rows and not findings.stopping:
        findings.add(
            Spot("、".join(name for name, _ in files)), "没有一行内容；请用模板填写", "no row at all: use the template"
        )
    _check(lines, findings, sealed)
    if findings.stopping:
        return Imported(flaws=findings.stopping, questions=findings.questions, repairs=findings.repairs, rows=rows)
    made = {sheet.file: table_text(sheet, lines[sheet.name]) for sheet in PRIVATE if lines[sheet.name]}
    write_all(folder, made, replace=replace)
    return Imported(
        flaws=[], questions=findings.questions, repairs=findings.repairs, written=sorted(made), rows=rows
    )


def _check(lines: Lines, findings: Findings, sealed: Rows | None) -> None:
    for sheet in PRIVATE:
        _check_twice(lines[sheet.name], sheet.key, findings)
        if sealed is not None:
            _check_ids(lines[sheet.name], sealed, findings)
    _check_places(lines["places"], findings)
    for line in lines["proxies"]:
        if line.text("voter") and line.text("voter") == line.text("holder"):
            findings.add(
                line.spot("holder"), f"{visible(line.text('holder'))} 委托了自己；请填受托人的姓名",
                f"{visible(line.text('holder'))} is his own proxy holder: write the name of the holder",
            )  # fmt: skip


def _check_twice(lines: Iterable[Line], key: tuple[str, ...], findings: Findings) -> None:
    seen: dict[tuple[str, ...], Line] = {}
    for line in lines:
        said = tuple(line.text(name) for name in key)
        if not line.ok or not said[0]:
            continue
        first = seen.setdefault(said, line)
        if first is not line:
            shown = " / ".join(one for one in said if one)
            findings.add(
                line.spot(key[-1]),
                f"{visible(shown)} 与第 {first.row} 行（{first.workbook} {first.title}）重复；请删除一行，"
                "同名的两人请注明户或组",
                f"{visible(shown)} is in row {first.row} ({first.workbook} {first.title}) already: delete one, or tell"
                " namesakes apart",
            )


def _check_ids(lines: Iterable[Line], sealed: Rows, findings: Findings) -> None:
    """Units, stations and boxes that the sealing folder does not have."""
    units = {row.get("unit", "") for row in sealed.get("units", ())}
    held = {
        column: {(row.get("unit", ""), row.get(column, "")) for row in sealed.get(table, ())}
        for column, table in (("station", "stations"), ("box", "boxes"))
    }
    for line in lines:
        unit = line.text("unit")
        if unit and unit not in units:
            findings.add(
                line.spot("unit"), f"封存文件夹里没有单位 {visible(unit)}；请核对编号",
                f"the sealing folder has no unit {visible(unit)}: check its id",
            )  # fmt: skip
            continue
        for column, pairs in held.items():
            said = line.text(column)
            if unit and said and (unit, said) not in pairs:
                what = {"station": "计票点", "box": "票箱"}[column]
                findings.add(
                    line.spot(column), f"单位 {unit} 没有{what} {visible(said)}；请核对编号",
                    f"unit {unit} has no {column} {visible(said)}: check its id",
                )  # fmt: skip


def _check_places(lines: list[Line], findings: Findings) -> None:
    """Of each unit: a place to vote, a place to count, one day; hours in their order."""
    units: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        opens, closes = line.text("opens"), line.text("closes")
        if ":" in opens and ":" in closes and _minutes(closes) <= _minutes(opens):
            findings.add(
                line.spot("closes"), f"应晚于开始时间 {opens}，现为 {closes}；只有一个时间的填 -",
                f"expected later than {opens}, found {closes}; write - for one hour alone",
            )  # fmt: skip
        if line.text("unit"):
            units[line.text("unit")].append(line)
    for unit, found in units.items():
        kinds = {line.text("kind") for line in found}
        # a row with a flaw in its kind may be the one that is missed
        if "" not in kinds and ("count" not in kinds or not kinds - _KINDS_WITHOUT_VOTE):
            findings.add(
                found[0].spot("kind"), f"单位 {unit} 应有投票地点和一行“开箱计票”；请补上",
                f"unit {unit} needs a polling place and a row of kind count: add it",
            )  # fmt: skip
        days = [line for line in found if line.text("day")]
        for line in days[1:]:
            if line.text("day") != days[0].text("day"):
                findings.add(
                    line.spot("day"),
                    f"单位 {unit} 在第 {days[0].row} 行写 {days[0].text('day')}，这里是 {line.text('day')}；"
                    "一个单位只有一个选举日",
                    f"unit {unit} has {days[0].text('day')} in row {days[0].row}, here {line.text('day')}: a unit votes"
                    " on one day",
                )


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return 60 * int(hour) + int(minute)
