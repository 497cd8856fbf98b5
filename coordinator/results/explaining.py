"""`explain`: why the contests of a unit came out as they did, step by step, in Chinese and English [OUTCOME-2]."""

from collections.abc import Iterator

from coordinator.results.outcomes import outcome_before_results
from coordinator.settings import CountyError
from tally_protocol.law.explanation import explain_decided
from tally_protocol.law.outcome import decide_unit
from tally_protocol.record.deciding import tally_of
from tally_protocol.record.unit_chain import UnitState


def explanation(state: UnitState, only: str = "") -> Iterator[str]:
    """Lines of one contest, or of all; CountyError for a contest that the unit does not have."""
    unit = state.unit
    contests = [contest for contest in unit.contests if only in {"", contest.id}]
    if not contests:
        raise CountyError(f"单位 {unit.id} 没有职位 {only}", f"unit {unit.id} has no contest {only}")
    yield f"{unit.name} {unit.id} · {state.shown.value} {state.shown.name}"
    waiting = outcome_before_results(state)
    decided = decide_unit(unit, state.profiles, tally_of(state)) if waiting is None else None
    for contest in contests:
        yield ""
        if decided is None:
            yield f"{contest.title} ({contest.id}): {'' if waiting is None else f'{waiting.zh} {waiting.value}'}"
            continue
        for line in explain_decided(unit, decided, contest.id):
            yield line.zh
            yield f"    {line.en}"
