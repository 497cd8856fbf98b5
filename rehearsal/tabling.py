"""The rehearsal's papers, unit by unit and table by table: read, laid out, joined for privacy, shuffled.

One unit at a time is in memory, because its small tables join their siblings; the caller cuts each stack with
`privacy.cut` and plays it. This is the seam to the second half of a rehearsal.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import IO

from rehearsal.counts import BallotRow, Ballots, Votes, gather
from rehearsal.figures import counted_findings, station_findings
from rehearsal.folder import Folder
from rehearsal.idents import ContestId, StationId
from rehearsal.notes import Join, Sink
from rehearsal.papers import Stack, empty_stack, papers_from_ballots, papers_from_votes, put_together, shuffled
from rehearsal.plan import LayoutPlan, StationPlan, UnitPlan
from rehearsal.privacy import THRESHOLD, joins


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TablePapers:
    """The papers of one layout that one table counts, and whose papers they are."""

    layout: LayoutPlan
    stack: Stack
    joined_to: StationId | None
    joined_from: tuple[StationId, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountingTable:
    """One station with the papers it counts, a stack for each layout of the unit."""

    unit: UnitPlan
    station: StationPlan
    papers: tuple[TablePapers, ...]


def all_tables(folder: Folder, note: Sink, threshold: int = THRESHOLD) -> Iterator[CountingTable]:
    """Yield every table of every unit, in the folder's order."""
    for unit in folder.units:
        yield from unit_tables(folder, unit, note, threshold)


def unit_tables(folder: Folder, unit: UnitPlan, note: Sink, threshold: int = THRESHOLD) -> Iterator[CountingTable]:
    """Yield the tables of one unit; note findings, votes left out, and joins."""
    with folder.counts.table.path.open("rb") if folder.counts else nullcontext() as file:
        own = {station.id: _own_stacks(folder, unit, station, file, note) for station in unit.stations}
    moves: dict[int, dict[StationId, StationId]] = {}
    for at, layout in enumerate(unit.layouts):
        moves[at] = joins({station: len(stacks[at]) for station, stacks in own.items()}, threshold)
        for guest, host in moves[at].items():
            note(Join(unit=unit.id, layout=layout.id, station=guest, joined_to=host, papers=len(own[guest][at])))
    for station in unit.stations:
        papers: list[TablePapers] = []
        for at, layout in enumerate(unit.layouts):
            guests = tuple(guest for guest, host in moves[at].items() if host == station.id)
            joined_to = moves[at].get(station.id)
            stack = own[station.id][at] if joined_to is None else empty_stack(layout)
            if guests:
                stack = put_together(layout, [stack, *(own[guest][at] for guest in guests)])
            mixed = shuffled(stack, folder.election.id, unit.id, station.id, layout.id)
            papers.append(TablePapers(layout=layout, stack=mixed, joined_to=joined_to, joined_from=guests))
        yield CountingTable(unit=unit, station=station, papers=tuple(papers))


def _own_stacks(
    folder: Folder, unit: UnitPlan, station: StationPlan, file: IO[bytes] | None, note: Sink
) -> tuple[Stack, ...]:
    """Return a station's own papers, before any table joins another, and note what is wrong with its figures."""
    for finding in station_findings(unit, station):
        note(finding)
    if isinstance(folder.counts, Votes) and file:
        return _from_votes(folder.counts, unit, station, file, note)
    if isinstance(folder.counts, Ballots) and file:
        return _from_ballots(folder.counts, unit, station, file, note)
    return tuple(empty_stack(layout) for layout in unit.layouts)


def _from_votes(counts: Votes, unit: UnitPlan, station: StationPlan, file: IO[bytes], note: Sink) -> tuple[Stack, ...]:
    votes = counts.station(file, unit.id, station.id, note)
    stacks: list[Stack] = []
    for layout in unit.layouts:
        laid = papers_from_votes(unit.id, station.id, layout, station.figures, votes)
        for finding in laid.findings:
            note(finding)
        for left in laid.left_out:
            note(left)
        stacks.append(laid.stack)
    return tuple(stacks)


def _from_ballots(
    counts: Ballots, unit: UnitPlan, station: StationPlan, file: IO[bytes], note: Sink
) -> tuple[Stack, ...]:
    layout_of: dict[ContestId, int] = {
        contest.id: at for at, layout in enumerate(unit.layouts) for contest in layout.contests
    }
    rows: list[list[BallotRow]] = [[] for _ in unit.layouts]
    for row in counts.station(file, unit.id, station.id):
        if (at := layout_of.get(row.contest)) is not None:
            rows[at].append(row)
    stacks: list[Stack] = []
    for layout, own in zip(unit.layouts, rows, strict=True):
        contests = frozenset(contest.id for contest in layout.contests)
        papers = gather(iter(own), contests, note)
        stacks.append(papers_from_ballots(layout, list(papers.values())))
    for finding in counted_findings(unit, station, sum(len(stack) for stack in stacks)):
        note(finding)
    return tuple(stacks)
