"""A rehearsal folder, read: the plan to seal, and the votes or ballots ready to be read station by station.

Memory holds the plan and the offsets of the stations' rows, never the votes or ballots: whole village-heads elections
(17,662 stations, 11.6 million ballots) pass through it one unit at a time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rehearsal.counts import BALLOTS, VOTES, Ballots, Votes
from rehearsal.decisions import read_rules
from rehearsal.heading import read_election
from rehearsal.idents import BoxId, ContestId, LayoutId, ProfileId, plain_id
from rehearsal.kinship import RelationDraft, read_relations, settle_relations
from rehearsal.manifest import (
    BOX_FIGURES,
    FIGURES,
    LATER_FIGURES,
    ContestDraft,
    UnitDraft,
    Units,
    read_boxes,
    read_candidates,
    read_contests,
    read_stations,
    read_units,
)
from rehearsal.notes import Finding, MappedId, Problem, Sink
from rehearsal.plan import BoxPlan, ContestPlan, ElectionPlan, LayoutPlan, RelationPlan, RulePlan, UnitPlan
from rehearsal.rules import default_rule
from rehearsal.tables import FolderUnusable, Table, open_table

MAX_CELLS: Final = 2048
"""Cells of one paper (limits.json cells_per_layout)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Everything a folder says that could be used."""

    path: Path
    election: ElectionPlan
    units: tuple[UnitPlan, ...]
    relations: tuple[RelationPlan, ...]
    rules: tuple[RulePlan, ...]
    counts: Votes | Ballots | None


def read_folder(path: Path, note: Sink) -> Folder:
    """Read the folder; note every fault; raise FolderUnusable only if there is nothing to rehearse."""
    election = read_election(path / "election.toml", note)
    tables = (
        open_table(path / "units.csv", ("unit", "name"), ("registered", "profile"), note, levels=True),
        open_table(
            path / "contests.csv",
            ("unit", "contest", "title", "seats", "max_marks"),
            ("layout", "round", "profile", "registered", "rule", "of", "female_only"),
            note,
        ),
        open_table(path / "candidates.csv", ("unit", "contest", "candidate", "name"), ("sex",), note),
        open_table(path / "stations.csv", ("unit", "station"), (*FIGURES, *LATER_FIGURES), note),
    )
    if election is None or None in tables:
        raise FolderUnusable(str(path))
    units_table, contests, candidates, stations = (table for table in tables if table is not None)
    units = read_units(units_table, note)
    read_contests(contests, units, note)
    read_candidates(candidates, units, note)
    read_stations(stations, units, note)
    if boxes := _optional(path / "boxes.csv", ("unit", "station", "box", "kind"), (*BOX_FIGURES, "layout"), note):
        read_boxes(boxes, units, note)
    kin: list[RelationDraft] = []
    if table := _optional(path / "relations.csv", ("unit", "person", "other", "relation"), (), note):
        kin = read_relations(table, units, note)
    rules: tuple[RulePlan, ...] = ()
    if table := _optional(path / "rules.csv", ("unit", "path", "value", "decided_by"), (), note):
        rules = read_rules(table, units, note)
    counts = _counts(path, units, note)
    relations = settle_relations(kin, units, note)
    plans = tuple(plan for unit in units.values() if (plan := _close(unit, counts, election.profile, note)))
    if not plans:
        note(
            Problem(
                code="E_EMPTY",
                file="units.csv",
                line=0,
                what="units",
                expected="at least one usable unit",
                found="none",
            )
        )
        raise FolderUnusable(str(path))
    _unknown(plans, note)
    return Folder(path=path, election=election, units=plans, relations=relations, rules=rules, counts=counts)


def _optional(path: Path, required: tuple[str, ...], optional: tuple[str, ...], note: Sink) -> Table | None:
    return open_table(path, required, optional, note) if path.exists() else None


def _counts(path: Path, units: Units, note: Sink) -> Votes | Ballots | None:
    ballots = _optional(path / "ballots.csv", BALLOTS[:-1], BALLOTS[-1:], note)
    if ballots is not None:
        if (path / "votes.csv").exists():
            note(
                Problem(
                    code="W_TWO_SOURCES", file="votes.csv", line=0, what="file", expected="one of the two", found="both"
                )
            )
        return Ballots(ballots, units, note)
    if votes := _optional(path / "votes.csv", VOTES, (), note):
        return Votes(votes, units, note)
    note(
        Problem(
            code="W_NO_SOURCE",
            file="votes.csv",
            line=0,
            what="file",
            expected="votes.csv or ballots.csv",
            found="neither",
        )
    )
    return None


def _close(unit: UnitDraft, counts: Votes | Ballots | None, default: ProfileId, note: Sink) -> UnitPlan | None:
    """Settle layouts, profiles and write-in slots; leave out what cannot be sealed, and say so."""
    for ident, contest in list(unit.contests.items()):
        if not contest.candidates and not contest.slots:
            note(contest.row.fault("E_NO_CANDIDATE", "contest", "a candidate or a write-in", ident))
            del unit.contests[ident]
    if not unit.contests or not unit.stations:
        code, what = ("E_NO_STATION", "station") if unit.contests else ("E_NO_CONTEST", "contest")
        note(unit.row.fault(code, what, "at least one", unit.id))
        return None
    profile = unit.profile or default
    layouts = _layouts(unit, profile, _contests(unit, counts, note), note)
    return UnitPlan(
        id=unit.id,
        name=unit.name,
        place=unit.place,
        registered=unit.registered,
        profile=profile,
        contests=tuple(contest for ident in unit.contests for contest in _named(layouts, ident)),
        layouts=layouts,
        stations=tuple(unit.stations.values()),
        boxes=_boxes(unit, layouts, note),
    )


def _named(layouts: tuple[LayoutPlan, ...], ident: ContestId) -> Iterator[ContestPlan]:
    """The contest of that id, if its paper has room for it."""
    yield from (contest for layout in layouts for contest in layout.contests if contest.id == ident)


def _contests(unit: UnitDraft, counts: Votes | Ballots | None, note: Sink) -> list[ContestPlan]:
    """The contests that can be sealed, each with the name of its paper."""
    names = layout_names(list(unit.contests.values()), shared_papers(unit, counts))
    contests: list[ContestPlan] = []
    cells: dict[LayoutId, int] = {}
    for contest in unit.contests.values():
        layout = names[contest.id]
        width = cells.get(layout, 1) + len(contest.candidates) + contest.slots
        if width > MAX_CELLS:
            note(contest.row.fault("E_LIMIT", "contest", f"at most {MAX_CELLS} cells a paper", str(width)))
            continue
        cells[layout] = width
        contests.append(
            ContestPlan(
                id=contest.id,
                title=contest.title,
                seats=contest.seats,
                max_marks=contest.max_marks,
                layout=layout,
                registered=contest.registered,
                round=contest.round,
                rule=_rule(contest, note),
                of=contest.of,
                female_only=contest.female_only,
                profile=contest.profile,
                candidates=tuple(contest.candidates),
                write_ins=contest.slots,
            )
        )
    return contests


def _rule(contest: ContestDraft, note: Sink) -> str:
    """A recall asks about one person alone (spec 1-election.md); what asks more is an election and is reported."""
    shape = len(contest.candidates), contest.seats, contest.slots
    if contest.rule == "recall" and shape != (1, 1, 0):
        found = "{} candidates, {} seats, {} slots".format(*shape)
        note(contest.row.fault("E_VALUE", "rule", "recall: one candidate, one seat, no written-in name", found))
        return default_rule(contest.round)
    return contest.rule


def _layouts(unit: UnitDraft, profile: ProfileId, contests: list[ContestPlan], note: Sink) -> tuple[LayoutPlan, ...]:
    """Papers in the order of their first contests; a paper is judged by one profile ([SEAL-6])."""
    papers: dict[LayoutId, list[ContestPlan]] = {}
    for contest in contests:
        own = None if contest.profile == profile else contest.profile
        papers.setdefault(contest.layout, []).append(replace(contest, profile=own))
    for layout, mine in papers.items():
        named = {contest.profile or profile for contest in mine}
        if len(named) > 1:
            row = unit.contests[mine[0].id].row
            note(row.fault("W_PAPER_PROFILE", "profile", f"one profile on paper {layout}", ", ".join(sorted(named))))
            papers[layout] = [replace(contest, profile=None) for contest in mine]
    return tuple(LayoutPlan(id=layout, contests=tuple(mine)) for layout, mine in papers.items())


def _boxes(unit: UnitDraft, layouts: tuple[LayoutPlan, ...], note: Sink) -> tuple[BoxPlan, ...]:
    """Give each box its layout and an id of its own within the unit, as the sealed unit needs it."""
    known = {layout.id for layout in layouts}
    plans: dict[BoxId, BoxPlan] = {}
    for box in unit.boxes.values():
        layout = box.layout or layouts[0].id
        if layout not in known:
            note(box.row.fault("E_REF", "layout", "a layout of the unit's contests", layout))
            continue
        ident = box.id
        if ident in plans:
            ident = BoxId(plain_id(f"{box.station}.{box.id}"))
            note(MappedId(file=box.row.file, line=box.row.line, kind="box", raw=f"{box.station} / {box.id}", id=ident))
        plans[ident] = BoxPlan(id=ident, station=box.station, kind=box.kind, layout=layout, figures=box.figures)
    return tuple(plans.values())


def shared_papers(unit: UnitDraft, counts: Votes | Ballots | None) -> list[set[ContestId]]:
    """Return the groups of contests that ballots.csv shows on one paper; votes.csv shows none."""
    groups: list[set[ContestId]] = [{ident} for ident in unit.contests]
    if not isinstance(counts, Ballots) or len(groups) == 1 or all(c.layout for c in unit.contests.values()):
        return groups
    with counts.table.path.open("rb") as file:
        for station in unit.stations:
            papers: dict[str, set[ContestId]] = {}
            for row in counts.station(file, unit.id, station):
                if row.contest in unit.contests:
                    papers.setdefault(row.ballot, set()).add(row.contest)
            for seen in {frozenset(contests) for contests in papers.values()}:
                groups = _merge(groups, seen)
    return groups


def _merge(groups: list[set[ContestId]], seen: frozenset[ContestId]) -> list[set[ContestId]]:
    touched = [group for group in groups if group & seen]
    if len(touched) < 2:
        return groups
    merged = set().union(*touched)
    first = groups.index(touched[0])
    return [merged if at == first else group for at, group in enumerate(groups) if at == first or group not in touched]


def layout_names(contests: list[ContestDraft], groups: Iterable[set[ContestId]]) -> dict[ContestId, LayoutId]:
    """Name the layout of each contest.

    A name in the layout column holds. Of the others, contests on one paper share a layout: it is "1" when it is the
    unit's only one, else it bears the id of its first contest.
    """
    names = {contest.id: contest.layout for contest in contests if contest.layout}
    order = [contest.id for contest in contests if not contest.layout]
    open_groups = [[ident for ident in order if ident in group] for group in groups]
    open_groups = [group for group in open_groups if group]
    alone = not names and len(open_groups) == 1
    for group in open_groups:
        for ident in group:
            names[ident] = LayoutId("1" if alone else group[0])
    return names


def _unknown(units: tuple[UnitPlan, ...], note: Sink) -> None:
    """Note figures that are not known: once for a column that nobody filled in, else station by station (W_UNKNOWN).

    `present` is asked only of meetings that count heads, so that a station without it lacks nothing.
    """
    asked = (*FIGURES, "voters")
    used = {
        column
        for unit in units
        for station in unit.stations
        for column in asked
        if getattr(station.figures, column) is not None
    }
    for column in FIGURES:
        if column not in used:
            note(
                Problem(
                    code="W_COLUMN_UNKNOWN", file="stations.csv", line=0, what=column, expected="figures", found="none"
                )
            )
    for unit in units:
        for station in unit.stations:
            missing = [column for column in asked if column in used and getattr(station.figures, column) is None]
            if missing:
                note(
                    Finding(
                        code="W_UNKNOWN",
                        unit=unit.id,
                        station=station.id,
                        what="figures",
                        expected="known",
                        found="not known: " + ", ".join(missing),
                    )
                )
