"""Signed proof sheets before there is any journal: `proofs.csv` of the sealing folder, taken into the journal later."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

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
