"""The import: workbooks in, the tables of the sealing folder out, or everything that is wrong at once and nothing out.

`import_workbooks([("东乡.xlsx", data)], folder)`; several workbooks (one a township) make one folder. What the sheets'
own checks let through is read by the sealing folder's readers before a byte is written.
"""

import re
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coordinator.fonts import unprintable
from coordinator.sealing.draft import Draft
from coordinator.sealing.folder import read_tables
from coordinator.sealing.kin import check_persons
from coordinator.sealing.problems import Problems
from coordinator.sealing.workbooks.cells import Reader, Unprintable
from coordinator.sealing.workbooks.checks import check_lines
from coordinator.sealing.workbooks.flaws import Findings, Flaw, Repair, Spot, visible
from coordinator.sealing.workbooks.grid import Line, Watch, read_lines, unwatched
from coordinator.sealing.workbooks.opening import open_workbook
from coordinator.sealing.workbooks.sheets import ABOUT, CANDIDATES, REQUIRED, SHEETS, Sheet, sheet_of
from coordinator.sealing.workbooks.writing import plans, staff_text, tables
from coordinator.settings import CountyError

_COLUMN = re.compile(r"([a-z_]+[0-9]?): ", re.ASCII)
# said already, of the cell itself
_CHECKED: Final = frozenset({"unit not in units.csv", "contest not in contests.csv"})
_NOBODY: Final = "nobody in the unit has the id"
ABOUTS: Final = frozenset({ABOUT, "说明", "About"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of it: `written` is empty if there is a flaw; `questions` are for a person to look at."""

    flaws: list[Flaw]
    questions: list[Flaw]
    repairs: list[Repair]
    written: list[str] = field(default_factory=list)
    rows: int = 0


def import_workbooks(
    files: Sequence[tuple[str, bytes]],
    folder: Path,
    *,
    replace: bool = False,
    fonts: Unprintable = unprintable,
    watch: Watch = unwatched,
) -> Imported:
    """Read, check everything, write the tables; CountyError for a file that is no workbook or a folder in use."""
    findings = Findings()
    lines = read_sheets(files, SHEETS, findings, fonts, watch)
    _check_sheets(files, lines, findings)
    check_lines(lines, findings)
    _check_as_folder(lines, findings)
    made = tables(lines)
    election = _election(folder)
    if lines["officials"]:
        if election:
            made |= plans(lines, election)
            staff = staff_text(lines)
            made |= {"paperwork/staff.csv": staff} if staff else {}
        else:
            spot = lines["officials"][0].spot()
            findings.add(
                spot, "登记计划需要选举编号；请先在封存文件夹中写好 election.toml（id = ...）",
                "the plans need the election's id: write election.toml (id = ...) in the sealing folder first",
            )  # fmt: skip
    rows = sum(len(found) for found in lines.values())
    if findings.stopping:
        return Imported(flaws=findings.stopping, questions=findings.questions, repairs=findings.repairs, rows=rows)
    write_all(folder, made, replace=replace)
    return Imported(
        flaws=[], questions=findings.questions, repairs=findings.repairs, written=sorted(made), rows=rows
    )


def read_sheets(
    files: Sequence[tuple[str, bytes]], sheets: Sequence[Sheet], findings: Findings, fonts: Unprintable, watch: Watch
) -> dict[str, list[Line]]:
    """The lines of every workbook by the name of their sheet; a sheet that is none of ours is a finding."""
    lines: dict[str, list[Line]] = {sheet.name: [] for sheet in sheets}
    reader = Reader(findings, careful(fonts, findings, files))
    for name, data in files:
        for opened in open_workbook(name, data):
            sheet = sheet_of(opened.title, sheets)
            if sheet is not None:
                lines[sheet.name] += read_lines(name, sheet, opened, reader, watch)
            elif opened.title not in ABOUTS and opened.cells:
                known = [one.title for one in sheets]
                findings.add(
                    Spot(name, opened.title), f"不认识的工作表；应为 {'、'.join(known)} 之一；请改名或删除",
                    f"sheet not known; expected one of {', '.join(known)}: rename or delete it",
                )  # fmt: skip
    return lines


def careful(fonts: Unprintable, findings: Findings, files: Sequence[tuple[str, bytes]]) -> Unprintable:
    """`fonts`, asked once a character; where the machine has none of the county's fonts that is said once."""
    known: dict[str, tuple[str, ...]] = {}
    silent = False

    def ask(text: str) -> tuple[str, ...]:
        nonlocal silent
        if silent:
            return ()
        try:
            for char in text:
                if char not in known:
                    known[char] = fonts(char)
        except CountyError as error:
            silent = True
            spot = Spot(files[0][0] if files else "")
            findings.add(spot, f"没有检查生僻字：{error.zh}", f"rare characters not checked: {error.en}", stops=False)
            return ()
        return tuple(dict.fromkeys(one for char in text for one in known[char]))

    return ask


def _check_sheets(files: Sequence[tuple[str, bytes]], lines: dict[str, list[Line]], findings: Findings) -> None:
    spot = Spot("、".join(name for name, _ in files))
    for sheet in REQUIRED:
        if not lines[sheet.name] and not any(flaw.spot.sheet == sheet.title for flaw in findings.flaws):
            findings.add(
                spot, f"工作表 [{sheet.title}] 没有或没有一行内容；请用模板补上",
                f"sheet [{sheet.title}] is missing or has no row: add it, as in the template",
                stops=sheet is not CANDIDATES,
            )  # fmt: skip


def _check_as_folder(lines: dict[str, list[Line]], findings: Findings) -> None:
    """The tables as the sealing folder reads them; a row that was already found wanting is not faulted once more."""
    problems = Problems()
    with tempfile.TemporaryDirectory(prefix="changpiao-workbook-") as place:
        for name, text in tables(lines).items():
            Path(place, name).write_text(text, "utf-8")
        drafts = read_tables(Path(place), None, problems)
    _check_people(drafts, lines)
    by_file = {sheet.file: sheet for sheet in SHEETS if sheet.file}
    known = {(flaw.spot.workbook, flaw.spot.sheet, flaw.spot.row) for flaw in findings.flaws if flaw.stops}
    wanting = {
        line.text("unit")
        for name in ("candidates", "officials")
        for line in lines[name]
        if (line.workbook, line.title, line.row) in known
    }
    for problem in problems.found:
        sheet = by_file.get(problem.file)
        if sheet is None or not 2 <= problem.line <= len(lines[sheet.name]) + 1:
            continue
        line = lines[sheet.name][problem.line - 2]
        spot = line.spot()
        if (spot.workbook, spot.sheet, spot.row) in known or problem.en in _CHECKED:
            continue
        if problem.en.startswith(_NOBODY) and line.text("unit") in wanting:
            # the person's own row has a flaw
            continue
        match = _COLUMN.match(problem.en) or _COLUMN.match(problem.zh)
        column = match[1] if match and match[1] in line.places else sheet.key[-1]
        cell = visible(line.text(column))
        findings.add(line.spot(column), f"{problem.zh}（现为 {cell}）", f"{problem.en} (found {cell})")


def _check_people(drafts: dict[str, Draft], lines: dict[str, list[Line]]) -> None:
    """任职回避: officials who are candidates or their declared relatives; only where officials are listed at all."""
    officials: dict[str, dict[str, str]] = {}
    for line in lines["officials"]:
        officials.setdefault(line.text("unit"), {})[line.text("person")] = line.spot("person").text()
    for unit, persons in officials.items():
        if unit in drafts:
            check_persons(drafts[unit], persons)


def _election(folder: Path) -> str:
    try:
        return str(tomllib.loads((folder / "election.toml").read_text("utf-8")).get("id", ""))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ""


def write_all(folder: Path, made: dict[str, str], *, replace: bool) -> None:
    """All files or none: a table that is there already is only replaced when asked for."""
    there = [name for name in made if (folder / name).exists()]
    if there and not replace:
        raise CountyError(
            f"{folder} 中已有 {'、'.join(there)}；没有写任何文件。请换一个文件夹，或确认后加 --replace",
            f"{folder} already has {', '.join(there)}; nothing was written. Name another folder, or use --replace",
        )
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_text(text, "utf-8", newline="")
    for name in made:
        path = folder / name
        path.with_name(f"{path.name}.part").replace(path)
