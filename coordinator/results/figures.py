"""`figures`: composition figures for reports (一肩挑, 交叉任职, women, turnout, first-round success), always n/N.

Only units whose result is fixed are counted, and how many of all units these are is said first. A percentage stands
nowhere without its two integers: `Ratio` prints all three or none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coordinator.results.outcomes import outcome_before_results
from coordinator.settings import CountyError
from tally_protocol.fields import JsonObject
from tally_protocol.law.composition import Composition, DecidedUnit, composition, unit_composition
from tally_protocol.law.outcome import decide_unit
from tally_protocol.law.ratio import Change, Ratio
from tally_protocol.law.result import Outcome
from tally_protocol.record.deciding import tally_of
from tally_protocol.record.unit_chain import UnitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a county can say of its units: `final` of all, `outcomes` of all contests, the composition of the final."""

    final: Ratio
    outcomes: tuple[tuple[Outcome, Ratio], ...]
    composition: Composition

    @classmethod
    def of(cls, units: Iterable[UnitState]) -> "Figures":
        """Decide every unit again and add up."""
        counted: Counter[Outcome] = Counter()
        rows, total = [], 0
        for state in units:
            total += 1
            waiting = outcome_before_results(state)
            if waiting is not None:
                counted[waiting] += len(state.unit.contests)
                continue
            decided = decide_unit(state.unit, state.profiles, tally_of(state))
            counted.update(result.outcome for result in decided.results)
            rows.append(unit_composition(DecidedUnit(state.unit, decided)))
        contests = counted.total()
        return cls(
            final=Ratio(len(rows), total),
            outcomes=tuple((word, Ratio(counted[word], contests)) for word in Outcome if counted[word]),
            composition=composition(rows),
        )

    def _ratios(self) -> Iterator[tuple[str, str, str, Ratio]]:
        found = self.composition
        yield "units_final", "结果已定的单位", "units whose result is fixed", self.final
        yield "first_round_full", "一次选举成功的单位", "units full in the first round", found.first_round_full
        yield "turnout", "参选率", "turnout", found.turnout
        yield "women", "妇女占委员会成员", "women among committee members", found.women
        yield "units_with_a_woman", "有妇女成员的单位", "units with a woman", found.units_with_a_woman
        yield "both_heads", "一肩挑的单位", "units with one head of both bodies", found.both_heads

    def lines(self, before: Ratio | None = None) -> Iterator[str]:
        """For people; `before` is the turnout of last term."""
        for name, zh, en, ratio in self._ratios():
            yield f"{zh} · {en}: {ratio}"
            if name == "turnout" and before is not None:
                yield f"参选率与上届 · turnout, last term, points: {Change(ratio, before)}"
        yield f"两委人数 · persons in both bodies: {self.composition.bodies.formula}"
        yield "    党组织 + 村（居）委会 - 一肩挑 - 交叉任职 · party + committee - heads of both - others in both"
        for word, ratio in self.outcomes:
            yield f"职位结果 · contests: {word.zh} {word.value}: {ratio}"

    def to_json(self, before: Ratio | None = None) -> JsonObject:
        """The same as integers: every share as {`part`, `whole`}."""
        bodies = self.composition.bodies
        body: JsonObject = {name: _pair(ratio) for name, _, _, ratio in self._ratios()}
        body["bodies"] = {
            "party": bodies.party, "committee": bodies.committee, "both_heads": bodies.both_heads,
            "cross": bodies.cross, "persons": bodies.persons,
        }  # fmt: skip
        body["outcomes"] = {word.value: _pair(ratio) for word, ratio in self.outcomes}
        return body | ({} if before is None else {"turnout_before": _pair(before)})


def _pair(ratio: Ratio) -> dict[str, int]:
    return {"part": ratio.part, "whole": ratio.whole}


def read_ratio(text: str) -> Ratio:
    """`voters/registered` as a person writes it; CountyError for anything else."""
    part, _, whole = text.partition("/")
    if not all(side.isascii() and side.isdigit() and len(side) <= 12 for side in (part, whole)):
        raise CountyError(f"应为 投票人数/登记人数，现为 {text}", f"expected voters/registered, found {text}")
    return Ratio(int(part), int(whole))
