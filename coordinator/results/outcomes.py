"""`outcomes`: who is elected, unit by unit, in the form of the verifier's table (spec/7), to be compared with it."""

from collections.abc import Iterable, Iterator

from tally_protocol.law.result import Outcome
from tally_protocol.law.states import UnitWord
from tally_protocol.record.deciding import results_of
from tally_protocol.record.unit_chain import UnitState

HEADER = ("unit", "contest", "round", "outcome", "elected", "base_sensitive")
Row = tuple[str, ...]


def outcome_rows(units: Iterable[UnitState]) -> Iterator[Row]:
    """A row a contest: units by id (bytes), contests in unit order."""
    for state in sorted(units, key=lambda state: state.unit.id.encode()):
        yield from _rows_of(state)


def _rows_of(state: UnitState) -> Iterator[Row]:
    waiting = outcome_before_results(state)
    if waiting is not None:
        for contest in state.unit.contests:
            yield state.unit.id, contest.id, str(contest.round), waiting.value, "", "false"
        return
    for contest, result in zip(state.unit.contests, results_of(state), strict=True):
        elected = " ".join(map(_unspaced, result.elected))
        sensitive = "true" if result.sensitive else "false"
        yield state.unit.id, contest.id, str(contest.round), result.outcome.value, elected, sensitive


def _unspaced(reference: str) -> str:
    """A reference as one word: a written-in name may hold a space."""
    return "".join("_" if char.isspace() else char for char in reference)


def outcome_before_results(state: UnitState) -> Outcome | None:
    """`voided` or `not_final` where the rules are not asked; None for a unit whose result is fixed."""
    if state.state is UnitWord.VOIDED:
        return Outcome.VOIDED
    return None if state.final else Outcome.NOT_FINAL
