"""From checked lines to the sealing folder's tables and the laptops' plans, as a person would write them by hand."""

import csv
import io
import json
from collections.abc import Mapping

from coordinator.sealing.workbooks.grid import Line
from coordinator.sealing.workbooks.sheets import OFFICIALS, REQUIRED, SHEETS, Sheet

Lines = Mapping[str, list[Line]]


def table_text(sheet: Sheet, lines: list[Line]) -> str:
    """The CSV of a sheet: required columns, and those optional ones that some row fills; a row a line."""
    names = [one.name for one in sheet.fields if one.required or any(line.text(one.name) for line in lines)]
    names = sorted(names, key=lambda name: (name.startswith("level"), [one.name for one in sheet.fields].index(name)))
    stream = io.StringIO(newline="")
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(names)
    table.writerows([line.text(name) for name in names] for line in lines)
    return stream.getvalue()


def tables(lines: Lines) -> dict[str, str]:
    """File of the sealing folder -> its text; a sheet without rows that need not be there makes no file."""
    return {
        sheet.file: table_text(sheet, lines[sheet.name])
        for sheet in SHEETS
        if sheet.file and (lines[sheet.name] or sheet in REQUIRED)
    }


def staff_text(lines: Lines) -> str:
    """`paperwork/staff.csv` for notice 11 (docs/forms.md): officials whose names were filled in; never published."""
    words = {word: shown.partition(" ")[0] for shown in OFFICIALS.field("role").shown for word in [shown.split()[-1]]}
    rows = [
        (line.text("unit"), words[line.text("role")], line.text("name"), line.text("station"))
        for line in lines["officials"]
        if line.text("name") and line.text("role")
    ]
    if not rows:
        return ""
    stream = io.StringIO(newline="")
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(("unit", "role", "name", "station"))
    table.writerows(rows)
    return stream.getvalue()


def plans(lines: Lines, election: str) -> dict[str, str]:
    """`plans/<laptop>.json` for every laptop that hosts a table or a committee (docs/enrolment.md)."""
    people: dict[tuple[str, str], list[dict[str, str]]] = {}
    for line in lines["officials"]:
        one = {"id": line.text("person"), "role": line.text("role")}
        people.setdefault((line.text("unit"), line.text("station")), []).append(one)
    found: dict[str, dict[str, object]] = {}
    stations: dict[str, list[object]] = {}
    units: dict[str, list[object]] = {}
    for line in lines["stations"]:
        unit, station = line.text("unit"), line.text("station")
        stations.setdefault(line.text("node"), []).append(
            {"unit": unit, "station": station, "officials": people.get((unit, station), [])}
        )
    for line in lines["units"]:
        unit = line.text("unit")
        units.setdefault(line.text("node"), []).append({"unit": unit, "committee": people.get((unit, ""), [])})
    for node in sorted(stations.keys() | units.keys()):
        found[node] = {
            "election": election, "node": node, "stations": stations.get(node, []), "units": units.get(node, []),
        }  # fmt: skip
    return {
        f"plans/{node}.json": json.dumps(body, ensure_ascii=False, indent=1) + "\n" for node, body in found.items()
    }
