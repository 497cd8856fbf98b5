"""The county's private tables for forms: what no record holds, because it names voters and helpers.

A folder of CSV files (docs/forms.md). It is never published; a form that needs a table says which. Every fault is said
at once, with file and line, as in the sealing folder.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from coordinator.sealing.problems import Problems, SealingFault
from coordinator.sealing.tables import Row, read_table
from coordinator.settings import CountyError
from tally_protocol.election.unit import Unit
from tally_protocol.law.profile import Profile

# file -> (columns that must be there, columns that may); a cell of the first kind may not be empty
TABLES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "places.csv": (("unit", "kind", "name", "opens", "closes"), ("day", "route", "box", "note")),
    "staff.csv": (("unit", "role", "name"), ("station",)),
    "mobile.csv": (("unit", "name", "reason"), ("box", "household")),
    "proxies.csv": (("unit", "voter", "holder"), ("relation",)),
    "writers.csv": (("unit", "name"), ("place",)),
    "roll.csv": (("unit", "station", "number", "name"), ("household", "note")),
}
# the words of places.csv, as a person may write them
PLACE_KINDS: Final[dict[str, tuple[str, str]]] = {
    "centre": ("中心会场", "central polling place"),
    "branch": ("分会场", "branch venue"),
    "station": ("投票站", "polling station"),
    "mobile": ("流动票箱", "mobile ballot box"),
    "count": ("开箱计票", "opening of boxes and count"),
}
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Paperwork:
    """The folder."""

    path: Path

    def rows(self, name: str, unit: Unit) -> list[Cells]:
        """The rows of a table that belong to a unit, in the order of the file; CountyError with every fault."""
        found = self._read(name, unit)
        if not found:
            raise CountyError(
                f"{name} 里没有单位 {unit.id}（{unit.name}）的行；请在 {self.path} 补上后再打印",
                f"{name} has no row of unit {unit.id} ({unit.name}); add them in {self.path} and print again",
            )
        return found

    def some_rows(self, name: str, unit: Unit) -> list[Cells]:
        """The same for a table that a form can do without: none where the file or the unit's rows are missing."""
        return self._read(name, unit) if self.has(name) else []

    def _read(self, name: str, unit: Unit) -> list[Cells]:
        required, optional = TABLES[name]
        problems = Problems()
        found = []
        for row in read_table(self.path, name, required, optional, problems):
            if row.text("unit") != unit.id:
                continue
            check_row(row, name, required, unit)
            found.append(row.cells)
        _raise(problems)
        return found

    def has(self, name: str) -> bool:
        """Whether the table is there."""
        return (self.path / name).exists()

    def day(self, unit: Unit) -> str:
        """The day of a unit's vote as places.csv says it, "" where it says none; CountyError if it says two."""
        if not self.has("places.csv"):
            return ""
        problems = Problems()
        days: list[str] = []
        for row in read_table(self.path, "places.csv", *TABLES["places.csv"], problems):
            said = row.text("day") if row.text("unit") == unit.id else ""
            if said and not is_day(said):
                row.fault(f"day: 应如 2026-12-20，现为 {said[:20]}", f"day: expected 2026-12-20, found {said[:20]}")
            elif said and days and said != days[0]:
                row.fault(
                    f"day: 单位 {unit.id} 在上面写的是 {days[0]}，这里是 {said}；一个单位只有一个选举日",
                    f"day: unit {unit.id} has {days[0]} above and {said} here; a unit votes on one day",
                )
            elif said:
                days.append(said)
        _raise(problems)
        return days[0] if days else ""


def is_day(text: str) -> bool:
    """Whether a text is a date that there is, as 2026-12-20."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_row(row: Row, name: str, required: tuple[str, ...], unit: Unit) -> None:
    """Note what is wrong with a row."""
    for column in required:
        if not row.text(column).strip():
            row.fault(f"{column}: 不能为空", f"{column}: must not be empty")
    if name == "places.csv" and place_kind(row.text("kind")) is None:
        words = "、".join(zh for zh, _ in PLACE_KINDS.values())
        row.fault(f"kind: 应为 {words} 之一", f"kind: expected one of {', '.join(PLACE_KINDS)}")
    known: dict[str, set[str]] = {
        "station": {one.id for one in unit.stations},
        "box": {one.id for one in unit.boxes},
    }
    for column, ids in known.items():
        said = row.text(column)
        if said and said not in ids:
            row.fault(
                f"{column}: 单位 {unit.id} 没有 {said}，只有 {'、'.join(sorted(ids))}",
                f"{column}: unit {unit.id} has no {said}, only {', '.join(sorted(ids))}",
            )


def place_kind(text: str) -> str | None:
    """The word of a kind of place, written in either language."""
    return next((word for word, (zh, _) in PLACE_KINDS.items() if text in {word, zh}), None)


def check_proxies(rows: list[Cells], unit: Unit, profile: Profile) -> None:
    """CountyError for a list of proxies that must not be posted: too many for one holder, or none allowed at all."""
    if not profile.proxy.allowed:
        raise CountyError(
            f"{unit.name} 的规则（{profile.title}）不允许委托投票，proxies.csv 却有 {len(rows)} 行",
            f"the rules of {unit.id} ({profile.id}) allow no proxies, but proxies.csv has {len(rows)} rows",
        )
    limit = profile.proxy.limit
    held: dict[str, int] = {}
    for row in rows:
        held[row["holder"]] = held.get(row["holder"], 0) + 1
    for holder, count in held.items():
        if count > limit:
            raise CountyError(
                f"proxies.csv：{holder} 接受了 {count} 人委托，应不超过 {limit} 人；请更正后再张贴",
                f"proxies.csv: {holder} holds {count} proxies, expected at most {limit}; correct it before posting",
            )


def _raise(problems: Problems) -> None:
    try:
        problems.raise_any()
    except SealingFault as fault:
        lines = "\n".join(problem.text() for problem in fault.problems)
        count = len(fault.problems)
        raise CountyError(f"{count} 处问题，未打印：\n{lines}", f"{count} problems; nothing was printed") from None
