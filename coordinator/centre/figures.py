"""Composition figures of the signed prefix, in the shape of `tally-coordinator figures --json`."""

from collections import Counter
from typing import Any

from coordinator.board.facts import decides, tally_of
from coordinator.centre.county import CountyView
from coordinator.ledger.progress import UnitProgress
from coordinator.results.figures import Figures
from tally_protocol.law.composition import DecidedUnit, composition, unit_composition
from tally_protocol.law.outcome import decide_unit
from tally_protocol.law.ratio import Ratio
from tally_protocol.law.result import Outcome
from tally_protocol.law.states import UnitWord


def figures_of(view: CountyView) -> dict[str, Any]:
    """Every unit whose result is fixed decided again, and added up."""
    counted: Counter[Outcome] = Counter()
    rows = []
    units = view.units()
    for unit in units:
        if not decides(unit):
            counted[_waiting(unit)] += len(unit.note.contests)
            continue
        decided = decide_unit(unit.note, view.profiles(unit.note), tally_of(unit))
        counted.update(result.outcome for result in decided.results)
        rows.append(unit_composition(DecidedUnit(unit.note, decided)))
    return Figures(
        final=Ratio(len(rows), len(units)),
        outcomes=tuple((word, Ratio(counted[word], counted.total())) for word in Outcome if counted[word]),
        composition=composition(rows),
    ).to_json()


def _waiting(unit: UnitProgress) -> Outcome:
    return Outcome.VOIDED if unit.state is UnitWord.VOIDED else Outcome.NOT_FINAL
