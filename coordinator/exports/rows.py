"""The rows of every table, unit by unit in the order of their ids (bytes), from the state of a published record.

`votes` follows the verifier's `totals` (spec/7): candidates in paper order, opened written-in persons, then `+` for
what is not opened. Results are asked of the rules only for units whose result is fixed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from coordinator.exports import columns as at
from coordinator.exports.columns import LEVELS, Cell, RowOf, Table
from coordinator.exports.progress import Progress
from coordinator.exports.reading import Change, Published
from coordinator.results.declared import standing
from coordinator.results.outcomes import outcome_before_results
from tally_protocol.election.figures import BOX_FIGURES, PAPER_FIGURES
from tally_protocol.election.shape import PER_CANDIDATE, PER_CONTEST, WRITTEN, shape
from tally_protocol.election.unit import WRITTEN_IN, Contest, Unit
from tally_protocol.law.composition import turnout_ratio
from tally_protocol.law.counted import Counted
from tally_protocol.law.finding_texts import FINDING_TEXTS
from tally_protocol.law.outcome import Decided, decide_unit
from tally_protocol.law.quantities import Known, Quantity
from tally_protocol.law.reconciliation import findings
from tally_protocol.law.result import NO_BASE, Result
from tally_protocol.record.chain import StationState
from tally_protocol.record.deciding import tally_of
from tally_protocol.record.unit_chain import UnitState

MAKING = ("列出各单位", "listing units")
Found = dict[str, list[RowOf]]
Places = dict[tuple[str, ...], tuple[int | None, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """All rows by table; `tables` in the order in which they are written."""

    tables: tuple[Table, ...]
    rows: Found = field(repr=False)

    def of(self, table: Table) -> list[RowOf]:
        """The rows of a table."""
        return self.rows[table.name]


def rows_of(published: Published, progress: Progress, *, batches: bool = False) -> Sheets:
    """Every table of a record; `batches` adds the figures of each batch in force."""
    tables = (*at.ALWAYS, *(at.OF_BATCHES if batches else ()))
    rows: Found = {table.name: [] for table in tables}
    states = sorted(published.county.units.values(), key=lambda state: state.unit.id.encode())
    places: Places = {}
    changes: dict[str, list[Change]] = {}
    for change in published.changes:
        changes.setdefault(change.unit, []).append(change)
    for state in progress.count(states, len(states), *MAKING):
        _unit_rows(state, rows, places, batches=batches)
        rows[at.CHANGES.name] += [
            (one.unit, one.station, one.seq, one.kind, one.target_seq, one.layout, one.papers, one.reason)
            for one in changes.get(state.unit.id, ())
        ]
    rows[at.RECORD.name].append(_record_row(published))
    rows[at.PLACES.name] += [
        (path_of(place), len(place), place[-1] if place else "", *sums) for place, sums in sorted(places.items())
    ]
    return Sheets(tables=tables, rows=rows)


def path_of(place: Sequence[str]) -> str:
    """A place as one text, from the top down; a slash inside a name is printed wide, so that the parts stay apart."""
    return " / ".join(name.replace("/", "\uff0f") for name in place)


def utc(time: int) -> str:
    """A time as ISO 8601."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _record_row(published: Published) -> RowOf:
    election, head = published.election, published.checkpoint
    return (
        election.id, election.title, election.date, int(election.test), election.origin, head.size, head.root.hex(),
        utc(published.time), len(published.county.units),
    )  # fmt: skip


def _unit_rows(state: UnitState, rows: Found, places: Places, *, batches: bool) -> None:
    unit = state.unit
    tally = tally_of(state)
    waiting = outcome_before_results(state)
    decided = decide_unit(unit, state.profiles, tally) if waiting is None else None
    figures = dict(state.totals())
    papers = sum(found[0] for found in figures.values())
    tables = [state.stations[entry.id] for entry in unit.stations]
    closed = sum(table.closed for table in tables)
    ratio = None if decided is None else turnout_ratio(unit, decided)
    levels = [*unit.place, *[""] * LEVELS][:LEVELS]
    rows[at.UNITS.name].append((
        unit.id, unit.name, path_of(unit.place), *levels, unit.profile, state.shown.name, state.shown.value,
        int(decided is not None), len(tables), closed, unit.registered, papers,
        *((None, None) if ratio is None or not ratio.whole else (ratio.whole, ratio.part)),
        "" if state.statement is None else state.statement.hex(),
    ))  # fmt: skip
    sums = 1, int(decided is not None), int(state.stated is not None), len(tables), closed, unit.registered, papers
    for depth in range(len(unit.place) + 1):
        known = places.get(unit.place[:depth], (0,) * len(sums))
        # a sum with a figure that nobody recorded is not known either
        places[unit.place[:depth]] = tuple(
            None if a is None or b is None else a + b for a, b in zip(known, sums, strict=True)
        )
    _contest_rows(state, decided, "" if waiting is None else waiting.value, figures, rows)
    for table in tables:
        _station_rows(state, table, rows, batches=batches)
    rows[at.BOXES.name] += _box_rows(state)
    for line, one in enumerate(findings(unit, state.profiles, tally), 1):
        text = FINDING_TEXTS[one.code].desk
        rows[at.FINDINGS.name].append((
            unit.id, line, one.station, one.box or "", one.contest or "", one.layout or "", one.code, one.expected,
            one.found, text.zh, text.en,
        ))  # fmt: skip


def _contest_rows(
    state: UnitState, decided: Decided | None, waiting: str, figures: dict[str, tuple[int, ...]], rows: Found
) -> None:
    unit = state.unit
    results = {} if decided is None else {result.contest: result for result in decided.results}
    stands = standing(state.declared, state.statement)
    declared = {} if stands is None else {one.contest: one.elected for one in stands.contests}
    for contest, layout, found in contest_figures(unit, figures):
        result = results.get(contest.id)
        elected = () if result is None else result.elected
        rows[at.CONTESTS.name].append((
            unit.id, contest.id, contest.title, contest.round, contest.rule, contest.of or "", layout,
            unit.profile_of(contest), contest.seats, contest.max_marks, contest.write_ins, int(contest.female_only),
            len(contest.candidates), *_quantities(None if decided is None else decided.counted[contest.id]),
            figures[layout][0], *found[:PER_CONTEST], *_result_cells(result, waiting), int(contest.id in declared),
        ))  # fmt: skip
        votes = list(_vote_rows(state, contest, found, set(elected)))
        rows[at.VOTES.name] += votes
        for basis, persons in (("rules", elected), ("declaration", declared.get(contest.id, ()))):
            for line, person in enumerate(persons, 1):
                who = _person(unit, state, contest, person)
                rows[at.ELECTED.name].append(
                    (unit.id, contest.id, basis, line, person, *who, _votes(state, contest, votes, person))
                )


def _result_cells(result: Result | None, waiting: str) -> RowOf:
    """From `outcome` to `sensitive`."""
    if result is None:
        words = {"voided": "选举无效", "not_final": "未完成"}
        return waiting, words[waiting], "", None, None, None, None, 0
    base = ("", None) if result.base == NO_BASE else (result.base, result.base_value)
    return (
        result.outcome.value, result.outcome.zh, *base, len(result.elected), result.short, len(result.runoff),
        int(result.sensitive),
    )  # fmt: skip


def _quantities(counted: Counted | None) -> RowOf:
    """Electors, who took part, papers issued: what is known."""
    if counted is None:
        return None, None, None
    known = counted.quantities
    return _value(known.registered), _value(known.turnout_value("voters")), _value(known.issued)


def _value(quantity: Quantity) -> int | None:
    return quantity.value if isinstance(quantity, Known) else None


def contest_figures(
    unit: Unit, figures: dict[str, tuple[int, ...]]
) -> Iterator[tuple[Contest, str, tuple[int, ...]]]:
    """(contest, its layout, its twelve figures and four a candidate) in unit order."""
    found = {}
    for layout in unit.layouts:
        for part in shape(unit, layout.id).contests:
            found[part.contest] = str(layout.id), figures[layout.id][part.figure : part.end_figure]
    for contest in unit.contests:
        yield contest, *found[contest.id]


def _vote_rows(state: UnitState, contest: Contest, found: Sequence[int], elected: set[str]) -> Iterator[RowOf]:
    head = state.unit.id, contest.id
    line = 0
    for candidate, cells in zip(contest.candidates, _by_candidate(found), strict=True):
        line += 1
        chosen = int(candidate.id in elected)
        yield *head, line, candidate.id, "printed", candidate.name, candidate.sex or "", *cells, chosen
    left = found[WRITTEN]
    for person in state.persons:
        if person.contest != contest.id:
            continue
        line, left = line + 1, left - person.votes
        # a person who is a candidate elsewhere on the paper is elected under that id [NAME-3]
        names = {f"{WRITTEN_IN}{person.name}", person.candidate or ""}
        chosen = int(bool(names & elected))
        yield *head, line, f"{WRITTEN_IN}{person.name}", "written", person.name, person.sex or "", person.votes, *(
            None, None, None, chosen,
        )  # fmt: skip
    if left:
        yield *head, line + 1, WRITTEN_IN, "unopened", "", "", left, None, None, None, 0


def _by_candidate(found: Sequence[int]) -> Iterator[Sequence[int]]:
    """approve, oppose, unclear, abstain of one candidate after the other."""
    for start in range(PER_CONTEST, len(found), PER_CANDIDATE):
        yield found[start : start + PER_CANDIDATE]


def _person(unit: Unit, state: UnitState, contest: Contest, reference: str) -> tuple[str, str]:
    """Name and sex of an elected person: a candidate of this contest, of another one, or a written-in name."""
    standing = [one for each in (contest, *unit.contests) for one in each.candidates if one.id == reference]
    if standing:
        # one person is one id and one name; the sex may be told beside another post
        name = standing[0].name
        return name, next((one.sex for one in standing if one.name == name and one.sex), "")
    name = reference.removeprefix(WRITTEN_IN)
    return name, next((person.sex for person in state.persons if person.name == name and person.sex), "")


def _votes(state: UnitState, contest: Contest, votes: Iterable[RowOf], reference: str) -> Cell:
    """Votes of an elected person in this contest, also as written in by name; None where nobody voted so [NAME-3]."""
    meant = {
        f"{WRITTEN_IN}{one.name}"
        for one in state.persons
        if one.contest == contest.id and one.candidate == reference
    }
    candidate, cell = at.VOTES.place("candidate"), at.VOTES.place("votes")
    found = [row[cell] for row in votes if row[candidate] in {reference, *meant}]
    return sum(one for one in found if isinstance(one, int)) if found else None


def _station_rows(state: UnitState, table: StationState, rows: Found, *, batches: bool) -> None:
    unit, station = state.unit, str(table.station)
    entry = unit.station(station)
    running = {str(layout.id): table.running_of(layout.id) for layout in unit.layouts}
    rows[at.STATIONS.name].append((
        unit.id, station, None if entry is None else entry.registered, table.state.value, int(table.closed),
        table.next_seq, table.head.hex() if table.next_seq else "", len(table.batches),
        sum(found[0] for found in running.values()), int(table.joined), *(table.paper.get(n) for n in PAPER_FIGURES),
    ))  # fmt: skip
    for contest, layout, found in contest_figures(unit, running):
        head = unit.id, station, contest.id
        rows[at.STATION_CONTESTS.name].append((*head, running[layout][0], *found[:PER_CONTEST]))
        rows[at.STATION_VOTES.name] += [
            (*head, candidate.id, *cells)
            for candidate, cells in zip(contest.candidates, _by_candidate(found), strict=True)
        ]
    if batches:
        _batch_rows(unit, table, rows)


def _batch_rows(unit: Unit, table: StationState, rows: Found) -> None:
    """Figures of every batch in force, as the record publishes them: corrected ones as corrected, no voided ones."""
    by_id = {str(contest.id): contest for contest in unit.contests}
    for seq, batch in sorted(table.batches.items()):
        if batch.figures is None:
            continue
        for part in shape(unit, batch.layout).contests:
            found = batch.figures[part.figure : part.end_figure]
            head = unit.id, str(table.station), seq
            rows[at.BATCHES.name].append(
                (*head, batch.layout, part.contest, batch.figures[0], *found[:PER_CONTEST])
            )
            rows[at.BATCH_VOTES.name] += [
                (*head, part.contest, candidate.id, *cells)
                for candidate, cells in zip(by_id[part.contest].candidates, _by_candidate(found), strict=True)
            ]


def _box_rows(state: UnitState) -> Iterator[RowOf]:
    for box in state.unit.boxes:
        record = state.stations[box.station].boxes.get(box.id)
        papers = {} if record is None else dict(record.papers)
        yield (
            state.unit.id, box.id, box.station, box.kind, box.layout, int(record is not None),
            *(papers.get(name) for name in BOX_FIGURES),
        )  # fmt: skip
