"""From a unit's record to what the law gives for it, and whether the county's and the committee's word fits (spec/8).

[DET-1] [DET-2] [DET-3]. `tally_of` collects the facts; the rules are in `law`.
"""

from tally_protocol.errors import RuleViolation
from tally_protocol.ids import BoxId, CandidateId, ContestId, LayoutId, StationId
from tally_protocol.law import declaration
from tally_protocol.law.outcome import determine
from tally_protocol.law.result import Result
from tally_protocol.law.tally import Opened, Stage, StationFigures, Tally
from tally_protocol.record.links import Links
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Declaration, Determination


def tally_of(state: UnitState) -> Tally:
    """The facts of a unit: its last statement's totals, forms and boxes of its stations, its opened names.

    Before a statement the totals are those at the heads of the chains.
    """
    stage = Stage.COUNTING if not state.stands else Stage.FINAL if state.names_complete else Stage.STATED
    totals = state.totals() if state.stated is None else state.stated.totals
    stations = []
    for entry in state.unit.stations:
        table = state.stations[entry.id]
        stations.append(
            StationFigures(
                station=StationId(entry.id),
                closed=table.closed,
                paper=table.paper,
                boxes={BoxId(name): dict(box.papers) for name, box in table.boxes.items()},
                joined=table.joined,
                running={layout.id: table.running_of(layout.id) for layout in state.unit.layouts},
            )
        )
    persons = tuple(
        Opened(
            contest=ContestId(person.contest),
            name=person.name,
            votes=person.votes,
            candidate=None if person.candidate is None else CandidateId(person.candidate),
            sex=person.sex,
        )
        for person in state.persons
    )
    return Tally(
        totals={LayoutId(layout): figures for layout, figures in totals},
        stations=tuple(stations),
        persons=persons,
        stage=stage,
    )


def results_of(state: UnitState) -> tuple[Result, ...]:
    """What the rules give for every contest of a unit, in unit order; the unit has a statement, its names opened."""
    return determine(state.unit, state.profiles, tally_of(state))


def determination_of(state: UnitState, links: Links) -> Determination:
    """The determination that the county must append for a unit's last statement [DET-1]."""
    if state.statement is None:
        raise RuleViolation("E_OUTCOME", state.chain, expected="a statement")
    return Determination(links=links, contests=results_of(state), statement=state.statement, unit=state.unit.id)


def check_determination(state: UnitState, body: Determination) -> None:
    """Raise RuleViolation E_OUTCOME unless a determination is due and says what the rules give [DET-1] [DET-2]."""
    if not state.awaits_determination or body.statement != state.statement:
        raise RuleViolation("E_OUTCOME", state.chain, expected="one for the last statement of a final unit")
    for given, found in zip(results_of(state), body.contests, strict=False):
        if given != found:
            where = f"{state.chain}: {given.contest}"
            raise RuleViolation("E_OUTCOME", where, expected=given.outcome.value, found=found.outcome.value)
    if len(body.contests) != len(state.unit.contests):
        raise RuleViolation("E_OUTCOME", state.chain, expected=f"{len(state.unit.contests)} contests")


def check_declaration(state: UnitState, body: Declaration) -> None:
    """Raise RuleViolation E_DECLARATION unless every difference from the rules' result has its reason [DET-3]."""
    declaration.check_declaration(state.unit, state.profiles, tally_of(state), body.contests, body.reasons)
