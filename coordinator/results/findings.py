"""`findings`: what the figures of a county say against each other, in the verifier's order and for people [FIND-2].

The table is the verifier's (spec/7), to be compared with it; for people each finding comes with what to check first.
"""

from collections.abc import Iterable, Iterator

from tally_protocol.law.finding_texts import FINDING_TEXTS
from tally_protocol.law.reconciliation import Finding, findings
from tally_protocol.record.deciding import tally_of
from tally_protocol.record.unit_chain import UnitState

HEADER = ("unit", "station", "code", "expected", "found")
Row = tuple[str, ...]


def _found(units: Iterable[UnitState]) -> Iterator[tuple[UnitState, Finding]]:
    for state in sorted(units, key=lambda state: state.unit.id.encode()):
        for finding in findings(state.unit, state.profiles, tally_of(state)):
            yield state, finding


def finding_rows(units: Iterable[UnitState]) -> Iterator[Row]:
    """A row a finding: units by id (bytes), within a unit the order of the table."""
    for state, finding in _found(units):
        yield state.unit.id, finding.station, finding.code, str(finding.expected), str(finding.found)


def finding_lines(units: Iterable[UnitState]) -> Iterator[str]:
    """For the county: where, which rule, both integers, what it means, what to check and to do."""
    for state, finding in _found(units):
        text = FINDING_TEXTS[finding.code]
        sides = f"应为 expected {finding.expected}, 现为 found {finding.found}"
        yield f"{_place(state, finding)}  {text.number} {finding.code}: {sides}"
        for part in (text.desk, text.county):
            yield f"    {part.zh}"
            yield f"    {part.en}"


def _place(state: UnitState, finding: Finding) -> str:
    parts = [f"{state.unit.name} {state.unit.id}"]
    named = (("计票点 station", finding.station), ("票箱 box", finding.box), ("版式 layout", finding.layout))
    parts += [f"{word} {name}" for word, name in named if name]
    contest = None if finding.contest is None else state.unit.contest(finding.contest)
    return " · ".join([*parts, *([] if contest is None else [f"{contest.title} {contest.id}"])])
