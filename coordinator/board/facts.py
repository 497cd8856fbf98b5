"""From a unit's progress in a prefix of the log to the facts that the law decides from.

The board has no chain states of its own: what `record/deciding` takes from them stands in `UnitProgress`. A test
compares the two for every unit of a played county.
"""

from collections.abc import Mapping

from coordinator.ledger.progress import UnitProgress
from tally_protocol.election.figures import add
from tally_protocol.election.shape import WRITTEN, shape
from tally_protocol.ids import BoxId, CandidateId, ContestId, LayoutId, StationId
from tally_protocol.law.states import UnitWord
from tally_protocol.law.tally import Opened, Stage, StationFigures, Tally

Figures = tuple[int, ...]


def totals_of(unit: UnitProgress) -> dict[LayoutId, Figures]:
    """Sums of the stations' running figures, every layout in unit order."""
    sums = {}
    for layout in unit.note.layouts:
        total = shape(unit.note, layout.id).zeros
        for entry in unit.note.stations:
            running = unit.table(entry.id).running.get(layout.id)
            if running is not None:
                total = add(total, running)
        sums[layout.id] = total
    return sums


def stage_of(unit: UnitProgress) -> Stage:
    """How far the unit's result is fixed: a statement over the final heads of all stations, its names opened."""
    if unit.stated is None:
        return Stage.COUNTING
    cited = {close.station: close for close in unit.stated.closes}
    for entry in unit.note.stations:
        table, close = unit.table(entry.id), cited.get(entry.id)
        if table.close is None or close is None:
            return Stage.COUNTING
        here = (table.close.links.seq, table.records - 1, table.head)
        if here != (close.close_seq, close.head_seq, close.head):
            return Stage.COUNTING
    return Stage.FINAL if unit.names_done or not _anything_written(unit) else Stage.STATED


def _anything_written(unit: UnitProgress) -> bool:
    stated = () if unit.stated is None else unit.stated.totals
    return any(
        figures[contest.figure + WRITTEN]
        for layout, figures in stated
        for contest in shape(unit.note, layout).contests
    )


def decides(unit: UnitProgress) -> bool:
    """Whether the rules may be asked for the unit's results."""
    return unit.state is not UnitWord.VOIDED and stage_of(unit) is Stage.FINAL


def tally_of(unit: UnitProgress) -> Tally:
    """The facts; before a statement the totals are those at the heads of the chains."""
    totals: Mapping[LayoutId, Figures]
    if unit.stated is None:
        totals = totals_of(unit)
    else:
        totals = {LayoutId(layout): figures for layout, figures in unit.stated.totals}
    return Tally(
        totals=totals,
        stations=tuple(_station(unit, StationId(entry.id)) for entry in unit.note.stations),
        persons=tuple(
            Opened(
                contest=ContestId(person.contest),
                name=person.name,
                votes=person.votes,
                candidate=None if person.candidate is None else CandidateId(person.candidate),
                sex=person.sex,
            )
            for person in unit.persons
        ),
        stage=stage_of(unit),
    )


def _station(unit: UnitProgress, name: StationId) -> StationFigures:
    table = unit.table(name)
    close = table.close
    return StationFigures(
        station=name,
        closed=close is not None,
        paper={} if close is None else dict(close.paper),
        boxes={BoxId(box): dict(count.papers) for box, count in table.boxes.items()},
        joined=close is not None and bool(close.joined_from or close.joined_to),
        running={
            layout.id: table.running.get(layout.id, shape(unit.note, layout.id).zeros) for layout in unit.note.layouts
        },
    )
