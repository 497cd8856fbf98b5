"""点名领票表: one sheet a table, the voters of the private roll with the proxies they hold, or empty lines to write in.

Proxies name their holder by name alone. Where that name does not say which line of the roll is meant, no line gets the
papers: they stand once below a sheet, and a person decides whose they are.
"""

from typing import Final

from coordinator.forms.facts import pair
from coordinator.forms.kinds import Pair
from coordinator.forms.paperwork import Cells, Paperwork
from coordinator.settings import CountyError
from tally_protocol.election.unit import StationEntry, Unit
from tally_protocol.fields import JsonObject

# what a sheet of paper holds: a roll without names has as many empty lines as there are electors, at most so many
BLANK_LINES: Final = 60
MOST_BLANK_LINES: Final = 2000
TWINS: Final[Pair] = ("名册上有重名", "the name stands more than once in the roll")
STRANGER: Final[Pair] = ("名册上没有此人", "not in the roll")
BELOW: Final[Pair] = ("重名！见表下", "same name! see below")


def roll_body(unit: Unit, paperwork: Paperwork | None, only: str = "") -> JsonObject:
    """The sheets of all tables, or of one."""
    stations = [entry for entry in unit.stations if only in {"", entry.id}]
    if not stations:
        raise CountyError(f"单位 {unit.id} 没有计票点 {only}", f"unit {unit.id} has no station {only}")
    rows = [] if paperwork is None else paperwork.some_rows("roll.csv", unit)
    proxies = [] if paperwork is None or not rows else paperwork.some_rows("proxies.csv", unit)
    held = _Held(unit, rows, proxies)
    return {"sheets": [_sheet(unit, entry, rows, held) for entry in stations], "several": len(unit.stations) > 1}


def _sheet(unit: Unit, entry: StationEntry, rows: list[Cells], held: "_Held") -> JsonObject:
    own = [
        {
            "number": row["number"], "name": row["name"], "household": row.get("household", ""),
            "held": held.sure(row["name"]), "unsure": held.warning(row["name"], entry.id), "note": row.get("note", ""),
        }
        for row in rows if row["station"] == entry.id
    ]  # fmt: skip
    registered = unit.registered if entry.registered is None and len(unit.stations) == 1 else entry.registered
    blank = 0 if own else min(registered or BLANK_LINES, MOST_BLANK_LINES)
    return {
        "station": entry.id, "registered": registered, "rows": own, "blank": blank, "unsure": held.below(entry.id),
    }  # fmt: skip


class _Held:
    """Whose proxies are whose: certain for a name that stands once in the unit's roll, for no other."""

    def __init__(self, unit: Unit, rows: list[Cells], proxies: list[Cells]) -> None:
        """Of the roll of all tables: two people of one name may be called at two of them."""
        self._first = str(unit.stations[0].id)
        self._order = [str(entry.id) for entry in unit.stations]
        self._lines: dict[str, list[Cells]] = {}
        for row in rows:
            self._lines.setdefault(row["name"], []).append(row)
        self._voters: dict[str, list[str]] = {}
        for row in proxies:
            self._voters.setdefault(row["holder"], []).append(row["voter"])

    def sure(self, name: str) -> list[str]:
        """For whom the person of this name takes papers, if there is one such person."""
        return self._voters.get(name, []) if len(self._lines[name]) == 1 else []

    def warning(self, name: str, station: str) -> JsonObject | None:
        """What stands beside each of several people of one name, if a proxy names them."""
        if name not in self._voters or len(self._lines[name]) == 1:
            return None
        at = self._sheet_of(name)
        if at == station:
            return pair(BELOW)
        return pair((f"重名！见计票点 {at} 表下", f"same name! see the sheet of station {at}"))

    def below(self, station: str) -> list[JsonObject]:
        """The proxies that a person has to decide on, each on one sheet alone."""
        return [
            {
                "holder": name, "voters": voters, "why": pair(TWINS if name in self._lines else STRANGER),
                "lines": [{"station": row["station"], "number": row["number"], "household": row.get("household", "")}
                          for row in self._lines.get(name, [])],
            }
            for name, voters in self._voters.items()
            if len(self._lines.get(name, [])) != 1 and self._sheet_of(name) == station
        ]  # fmt: skip

    def _sheet_of(self, name: str) -> str:
        """The first table at which the name is called; that of who gave the proxy where it is called nowhere."""
        named = [row for one in (name, *self._voters[name]) for row in self._lines.get(one, [])]
        called = {row["station"] for row in self._lines.get(name, []) or named}
        return next((one for one in self._order if one in called), self._first)
