"""rules.csv: what a village decided for itself (一村一策), one value of its profile a row.

A rehearsal reads the rows strictly and hands them on; whether a decision is within national law is what sealing finds
([PROF-4]), and a folder whose decisions break it is not sealed, exactly as on the day.
"""

import re
from typing import Final

from rehearsal.idents import TITLE_LIMIT
from rehearsal.manifest import Cells, Units, unit_of
from rehearsal.notes import Sink
from rehearsal.plan import RulePlan
from rehearsal.tables import Table

MAX_RULES: Final = 32
_PATH: Final = re.compile(r"[a-z_]{1,32}(\.[a-z_]{1,32}){0,3}", re.ASCII)
_VALUE: Final = re.compile(r"[a-z0-9_]{1,32}( [a-z0-9_]{1,32}){0,6}", re.ASCII)


def read_rules(table: Table, units: Units, note: Sink) -> tuple[RulePlan, ...]:
    """Read rules.csv: unit, path, value, decided_by."""
    found: dict[str, dict[str, RulePlan]] = {}
    for row in table.rows(note):
        cells = Cells(row, note)
        unit = unit_of(cells, units)
        path, value = cells.text("path"), cells.text("value")
        if not _PATH.fullmatch(path):
            cells.bad("E_VALUE", "path", "the path of a value in a profile")
        if not _VALUE.fullmatch(value):
            cells.bad("E_VALUE", "value", "true, false, a number, a word, or words with spaces between")
        decided_by = cells.name("decided_by", TITLE_LIMIT)
        mine = found.setdefault(unit.id, {}) if unit else {}
        if path in mine:
            cells.bad("E_DUPLICATE", "path", "each path of a unit once")
        elif len(mine) >= MAX_RULES:
            cells.bad("E_LIMIT", "path", f"at most {MAX_RULES} decisions a unit")
        if unit and cells.ok:
            mine[path] = RulePlan(unit=unit.id, path=path, value=value, decided_by=decided_by)
    return tuple(plan for mine in found.values() for plan in mine.values())
