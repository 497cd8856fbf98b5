"""Signed proof sheets before there is any journal: `proofs.csv` of the sealing folder, taken into the journal later."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from coordinator.centre.planning import PROOFS, UnitPlan
from coordinator.centre.refusals import conflict
from coordinator.forms.proving import proof_digest
from tally_protocol.election.unit import Unit

FILE = "proofs.csv"
HEADER = ("unit", "what", "digest", "signed_by", "day")


@dataclass(frozen=True, slots=True)
class SignOff:
    """A village has signed a sheet; `digest` as it stands on it."""

    unit: str
    what: str
    digest: str
    signed_by: str
    day: str


def whole_digest(typed: str, now: str) -> str:
    """The digest that a person began to type; Refused 409 if the sheet was printed from something else.

    What is there now is not told: it has to be read off the paper, or an outdated sheet would be entered as signed.
    """
    if not now or not now.startswith(typed):
        raise conflict(
            f"样张上的核对码 {typed[:12]}… 与现在的内容不同：请对着纸重看一遍；若无误，样张已过时，请重印、重签",
            f"the sheet's digest {typed[:12]}… is not that of what is there now: read it again from the paper; if it"
            " stands so, the sheet is out of date: print and sign anew",
        )
    return now


def signed_both(note: Unit, plan: UnitPlan) -> bool:
    """Whether both sheets are signed as they are now; one of something else counts for nothing."""
    return all(what in plan.proofs and plan.proofs[what].digest == proof_digest(note, what) for what in PROOFS)


def read_signoffs(folder: Path) -> list[SignOff]:
    """What has been entered, the newest of each sheet."""
    path = folder / FILE
    if not path.exists():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8")))
    found = [SignOff(**{name: row.get(name) or "" for name in HEADER}) for row in rows]
    return list({(one.unit, one.what): one for one in found}.values())


def add_signoff(folder: Path, one: SignOff) -> None:
    """Enter one, in place of an older one of the same sheet."""
    kept = [known for known in read_signoffs(folder) if (known.unit, known.what) != (one.unit, one.what)]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER)
    table.writerows([getattr(row, name) for name in HEADER] for row in [*kept, one])
    temporary = folder / f"{FILE}.tmp"
    temporary.write_text(text.getvalue(), "utf-8")
    temporary.replace(folder / FILE)
