"""What the sheets say against each other: ids that nobody has, rows twice, one name for two people, one id for two.

What is left after this is read by the sealing folder's own readers, so that import and sealing never disagree.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from coordinator.sealing.workbooks.flaws import Findings, visible
from coordinator.sealing.workbooks.grid import Line
from coordinator.sealing.workbooks.sheets import CONTESTS, OFFICIALS, REQUIRED, SHEETS, STATIONS, UNITS, Sheet

Lines = Mapping[str, list[Line]]


def check_lines(lines: Lines, findings: Findings) -> None:
    """Note everything."""
    for sheet in SHEETS:
        _check_twice(sheet, lines[sheet.name], findings)
    units = {line.text("unit") for line in lines["units"]}
    for sheet in SHEETS[1:]:
        _check_units(lines[sheet.name], units, findings)
    contests, stations = _Known("contest", lines["contests"], CONTESTS), _Known("station", lines["stations"], STATIONS)
    for line in lines["candidates"]:
        contests.check(line, "contest", findings)
    for name in ("boxes", "officials"):
        for line in lines[name]:
            stations.check(line, "station", findings)
    for line in lines["contests"]:
        contests.check(line, "of", findings)
    _check_levels(lines["units"], findings)
    _check_candidates(lines["candidates"], findings)
    _check_officials(lines["officials"], findings)
    _check_staffed(lines, findings)
    _check_whole(lines, units, findings)


def _check_units(lines: Iterable[Line], units: set[str], findings: Findings) -> None:
    """A unit that sheet units does not have: said of its first row, with how many more there are."""
    unknown: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.text("unit") and line.text("unit") not in units:
            unknown[line.text("unit")].append(line)
    for unit, (first, *others) in unknown.items():
        more_zh, more = (f"（另有 {len(others)} 行）", f" ({len(others)} more rows)") if others else ("", "")
        findings.add(
            first.spot("unit"),
            f"应为表 [{UNITS.title}] 中已有的编号，现为 {visible(unit)}{more_zh}；请改正，或在那里补上一行",
            f"expected an id of sheet [{UNITS.title}], found {visible(unit)}{more}: correct it, or add the row there",
        )


class _Known:
    """The ids that a sheet gives out within each unit; what a row with a flaw would have given is not missed."""

    def __init__(self, name: str, lines: Iterable[Line], sheet: Sheet) -> None:
        """`name` is the column of the id."""
        self._name, self._sheet = name, sheet
        self._pairs: set[tuple[str, str]] = set()
        self._units: set[str] = set()
        self._flawed: list[Line] = []
        for line in lines:
            self._pairs.add((line.text("unit"), line.text(name)))
            self._units.add(line.text("unit"))
            if not line.ok:
                self._flawed.append(line)

    def check(self, line: Line, column: str, findings: Findings) -> None:
        """Note an id that the line's unit does not have there; a unit without a single row is said as a whole."""
        unit, value = line.text("unit"), line.text(column)
        if not value or unit not in self._units or (unit, value) in self._pairs:
            return
        if any(
            one.text("unit") in {"", unit} and one.text(self._name) in {"", value} for one in self._flawed
        ):
            return
        title = self._sheet.title
        findings.add(
            line.spot(column),
            f"单位 {unit} 在表 [{title}] 中没有 {visible(value)}；请改正，或在那里补上一行",
            f"unit {unit} has no {visible(value)} in sheet [{title}]: correct it, or add the row there",
        )


def _check_twice(sheet: Sheet, lines: Iterable[Line], findings: Findings) -> None:
    seen: dict[tuple[str, ...], Line] = {}
    for line in lines:
        key = tuple(line.text(name) for name in sheet.key)
        if not key[-1] or not key[0]:
            continue
        first = seen.setdefault(key, line)
        if first is not line:
            spot = line.spot(sheet.key[-1])
            findings.add(
                spot,
                f"{' / '.join(key)} 与第 {first.row} 行（{first.workbook} {first.title}）重复；请删除一行，或改编号",
                f"{' / '.join(key)} is in row {first.row} ({first.workbook} {first.title}) already: delete one, or"
                " change the id",
            )  # fmt: skip


def _check_levels(lines: Iterable[Line], findings: Findings) -> None:
    for line in lines:
        levels = [line.text(f"level{i}") for i in range(1, 9)]
        filled = [i for i, level in enumerate(levels) if level]
        if filled and len(filled) != filled[-1] + 1:
            hole = levels.index("")
            spot = line.spot(f"level{hole + 1}")
            findings.add(
                spot, f"应为第 {hole + 1} 级名称，现为空，而第 {filled[-1] + 1} 级有内容；请自上而下填写",
                f"expected a name at level {hole + 1}, found nothing above level {filled[-1] + 1}: fill from the top",
            )  # fmt: skip


def _check_candidates(lines: Iterable[Line], findings: Findings) -> None:
    """One printed name for two people of a post cannot be told apart; one id is one person in the whole unit."""
    names: dict[tuple[str, str, str], Line] = {}
    persons: dict[tuple[str, str], Line] = {}
    ids: defaultdict[tuple[str, str], dict[str, Line]] = defaultdict(dict)
    for line in lines:
        unit, contest, person, name = (line.text(one) for one in ("unit", "contest", "candidate", "name"))
        if not (unit and person and name):
            continue
        first = names.setdefault((unit, contest, name), line)
        if first is not line:
            findings.add(
                line.spot("name"),
                f"本职位第 {first.row} 行已有 {visible(name)}：选票上分不清两个人；"
                "同名的请都加注，如“李伟（一组）”，重复的请删除",
                f"{visible(name)} stands for this post in row {first.row} already and voters cannot tell them apart:"
                " mark both, for example 李伟（一组）, or delete one",
            )
        known = persons.setdefault((unit, person), line)
        if known.text("name") != name:
            findings.add(
                line.spot("name"),
                f"编号 {person} 应为 {visible(known.text('name'))}（第 {known.row} 行），现为 {visible(name)}；"
                "一人一编号，请改正",
                f"expected {visible(known.text('name'))} for id {person} (row {known.row}), found {visible(name)}: one"
                " id is one person",
            )
        ids[unit, name].setdefault(person, line)
    for (_, name), found in ids.items():
        first, *others = found.values()
        for line in others:
            if line.text("contest") != first.text("contest"):
                findings.add(
                    line.spot("candidate"),
                    f"{visible(name)} 在第 {first.row} 行的编号是 {first.text('candidate')}：若是同一人，请用同一编号"
                    "（重选一人的规则靠它），若是两人，请在姓名后加注",
                    f"{visible(name)} has the id {first.text('candidate')} in row {first.row}: if it is one person, use"
                    " one id (the rule on one person in two posts needs it); if two, mark the names",
                    stops=False,
                )


def _check_officials(lines: Iterable[Line], findings: Findings) -> None:
    persons: dict[tuple[str, str], Line] = {}
    names: dict[tuple[str, str], Line] = {}
    for line in lines:
        unit, person, name = line.text("unit"), line.text("person"), line.text("name")
        if not (unit and person and name):
            continue
        known = persons.setdefault((unit, person), line)
        if known.text("name") != name:
            findings.add(
                line.spot("name"),
                f"编号 {person} 应为 {visible(known.text('name'))}（第 {known.row} 行），现为 {visible(name)}；"
                "一人一编号，请改正",
                f"expected {visible(known.text('name'))} for id {person} (row {known.row}), found {visible(name)}: one"
                " id is one person",
            )
        first = names.setdefault((unit, name), line)
        if first.text("person") != person:
            findings.add(
                line.spot("person"),
                f"{visible(name)} 在第 {first.row} 行的编号是 {first.text('person')}：若是同一人请用同一编号，"
                "确是两人可以不改",
                f"{visible(name)} has the id {first.text('person')} in row {first.row}: one person has one id; leave it"
                " if they are two",
                stops=False,
            )


def _check_staffed(lines: Lines, findings: Findings) -> None:
    """Tables and committees without anybody: their laptops' plans cannot be used before somebody is filled in."""
    if not lines["officials"]:
        return
    staffed = {(line.text("unit"), line.text("station")) for line in lines["officials"]}
    for line in lines["stations"]:
        unit, station = line.text("unit"), line.text("station")
        if unit and station and (unit, station) not in staffed:
            findings.add(
                line.spot("station"),
                f"计票点 {unit}/{station} 还没有工作人员；登记前请在表 [{OFFICIALS.title}] 补上",
                f"station {unit}/{station} has no officials yet: add them in [{OFFICIALS.title}] before enrolment",
                stops=False,
            )
    for line in lines["units"]:
        unit = line.text("unit")
        if unit and (unit, "") not in staffed:
            findings.add(
                line.spot("unit"),
                f"单位 {unit} 还没有选举委员会成员；登记前请在表 [{OFFICIALS.title}] 补上（计票点留空）",
                f"unit {unit} has no committee yet: add it in sheet [{OFFICIALS.title}] (no station) before enrolment",
                stops=False,
            )  # fmt: skip


def _check_whole(lines: Lines, units: set[str], findings: Findings) -> None:
    """Sheets without a row, and units that a needed sheet does not speak of."""
    if not lines["units"]:
        return
    for sheet in REQUIRED[1:]:
        told = {line.text("unit") for line in lines[sheet.name]}
        for line in lines["units"]:
            unit = line.text("unit")
            if unit in units and unit and unit not in told:
                findings.add(
                    line.spot("unit"), f"单位 {unit} 在表 [{sheet.title}] 中没有一行；请补上",
                    f"unit {unit} has no row in sheet [{sheet.title}]: add it",
                    stops=sheet.name != "candidates",
                )  # fmt: skip
