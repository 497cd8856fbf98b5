"""Who plays in a rehearsal: which laptop hosts which unit, who signs; and the county's sealing folder.

Pure but for the files it writes (docs/sealing.md). People are invented: `p-chair` and `p-member` form each unit's
committee, the chair also sits at every table; a table's other officials carry the table's number.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rehearsal.folder import Folder
from rehearsal.plan import ContestPlan, StationPlan, UnitPlan

ROLES: Final = ("chief_scrutineer", "scrutineer", "teller", "caller")
"""Who sits at a table beside the chair: enough for what every shipped profile asks to be signed."""

THRESHOLD: Final = 50

TABLES_A_LAPTOP: Final = 4_000
"""At most: a laptop's request takes about 2 KB a table, and the county reads no request above 16 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A laptop and the units it hosts, with all their tables."""

    node: str
    units: tuple[UnitPlan, ...]


def cast_nodes(units: Sequence[UnitPlan], nodes: int) -> tuple[Cast, ...]:
    """Spread units over laptops by number of tables, so that all finish at about the same time.

    `nodes` laptops, or more where each would host above `TABLES_A_LAPTOP` tables.
    """
    needed = -(-sum(len(unit.stations) for unit in units) // TABLES_A_LAPTOP)
    count = max(1, min(max(nodes, needed), len(units)))
    hosted: list[list[UnitPlan]] = [[] for _ in range(count)]
    tables = [0] * count
    for unit in sorted(units, key=lambda unit: -len(unit.stations)):
        lightest = tables.index(min(tables))
        hosted[lightest].append(unit)
        tables[lightest] += len(unit.stations)
    return tuple(Cast(node=f"node-{i + 1}", units=tuple(own)) for i, own in enumerate(hosted))


def rehearsal_id(name: str) -> str:
    """The election id as sealed: a rehearsal has `test` in its id ([SEAL-1]), so it is added where it is missing."""
    return name if "test" in name else name[:27] + "-test"


def _person(unit: UnitPlan, name: str) -> str:
    """An id for a person that no table and no candidate of the unit has ([SEAL-4], [SEAL-7])."""
    taken = {str(station.id) for station in unit.stations}
    taken |= {str(person.id) for contest in unit.contests for person in contest.candidates}
    while name in taken:
        name += "_"
    return name


def committee(unit: UnitPlan) -> list[dict[str, str]]:
    """The unit's election committee: a chair and a member."""
    return [
        {"id": _person(unit, "p-chair"), "role": "chair"},
        {"id": _person(unit, "p-member"), "role": "member"},
    ]


def officials(unit: UnitPlan, station: StationPlan) -> list[dict[str, str]]:
    """A table's officials in signing order."""
    number = [each.id for each in unit.stations].index(station.id) + 1
    short = {"chief_scrutineer": "chief", "scrutineer": "scrut", "teller": "teller", "caller": "caller"}
    chair = {"id": _person(unit, "p-chair"), "role": "chair"}
    return [chair, *({"id": _person(unit, f"p-{short[role]}-{number}"), "role": role} for role in ROLES)]


def enrolment_plan(election: str, cast: Cast) -> dict[str, object]:
    """What a laptop is told that it hosts (docs/enrolment.md)."""
    return {
        "election": election,
        "node": cast.node,
        "stations": [
            {"unit": unit.id, "station": station.id, "officials": officials(unit, station)}
            for unit in cast.units
            for station in unit.stations
        ],
        "units": [{"unit": unit.id, "committee": committee(unit)} for unit in cast.units],
    }


def write_sealing_folder(folder: Folder, casts: Sequence[Cast], target: Path) -> None:
    """Write election.toml and the CSV files that the county seals; enrolments are put there by the caller."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "enrolments").mkdir(exist_ok=True)
    (target / "election.toml").write_text(_election_toml(folder), "utf-8")
    levels = max((len(unit.place) for unit in folder.units), default=0)
    node_of = {unit.id: cast.node for cast in casts for unit in cast.units}
    units = folder.units
    columns = ("unit", "name", *(f"level{i + 1}" for i in range(levels)), "registered", "profile", "node")
    _write(target / "units.csv", columns, (_unit_row(unit, levels, node_of[unit.id]) for unit in units))
    _write(target / "contests.csv", CONTEST_COLUMNS, (_contest_row(unit, c) for unit in units for c in unit.contests))
    _write(
        target / "candidates.csv",
        ("unit", "contest", "candidate", "name", "sex"),
        ((unit.id, c.id, p.id, p.name, p.sex) for unit in units for c in unit.contests for p in c.candidates),
    )
    _write(
        target / "stations.csv",
        ("unit", "station", "registered", "node"),
        ((unit.id, s.id, s.figures.registered, node_of[unit.id]) for unit in units for s in unit.stations),
    )
    _write(
        target / "boxes.csv",
        ("unit", "box", "kind", "layout", "station"),
        ((unit.id, b.id, b.kind, b.layout, b.station) for unit in units for b in unit.boxes),
    )
    _write(
        target / "relations.csv",
        ("unit", "person", "other", "relation"),
        ((kin.unit, kin.person, kin.other, kin.relation) for kin in folder.relations if kin.unit in node_of),
    )
    _write(
        target / "rules.csv",
        ("unit", "path", "value", "decided_by"),
        ((rule.unit, rule.path, rule.value, rule.decided_by) for rule in folder.rules if rule.unit in node_of),
    )


CONTEST_COLUMNS: Final = (
    "unit", "contest", "title", "seats", "max_marks", "layout", "round", "registered", "write_ins",
    "profile", "rule", "of", "female_only",
)  # fmt: skip


def _contest_row(unit: UnitPlan, contest: ContestPlan) -> tuple[object, ...]:
    told = (getattr(contest, name) for name in CONTEST_COLUMNS[2:-1])
    return (unit.id, contest.id, *told, "true" if contest.female_only else "")


def _unit_row(unit: UnitPlan, levels: int, node: str) -> tuple[object, ...]:
    place = (*unit.place, *([""] * (levels - len(unit.place))))
    return (unit.id, unit.name, *place, unit.registered, unit.profile, node)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(["" if value is None else value for value in row])


def used_profiles(folder: Folder) -> list[str]:
    """The shipped profiles that the election needs, its own first."""
    named = [folder.election.profile, *(unit.profile for unit in folder.units)]
    named += [contest.profile for unit in folder.units for contest in unit.contests if contest.profile]
    return list(dict.fromkeys(named))


def _election_toml(folder: Folder) -> str:
    election = folder.election
    name = rehearsal_id(election.id)
    return (
        f"id = {json.dumps(name)}\n"
        f"title = {json.dumps(election.title, ensure_ascii=False)}\n"
        f"date = {json.dumps(election.date)}\n"
        "test = true\n"
        f"origin = {json.dumps(f'rehearsal.test.example/{name}')}\n"
        f"threshold = {THRESHOLD}\n"
        f"profiles = {json.dumps(used_profiles(folder))}\n"
    )
