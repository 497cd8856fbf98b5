"""The bodies of reports: one line a village a day, the brief, the figures for the work summary; always n/N."""

from collections.abc import Iterable, Mapping

from coordinator.forms.facts import OUTCOMES_EN, pair
from coordinator.forms.kinds import kind_of_all
from coordinator.forms.turnouts import Turnout, add_turnouts, turnout_of
from coordinator.results.figures import Figures
from coordinator.results.outcomes import outcome_before_results
from coordinator.settings import CountyError
from tally_protocol.fields import JsonObject
from tally_protocol.law.ratio import Change, Ratio
from tally_protocol.law.reconciliation import findings
from tally_protocol.law.states import UnitWord
from tally_protocol.record.deciding import results_of, tally_of
from tally_protocol.record.unit_chain import UnitState


def daily_body(states: Iterable[UnitState], remarks: Mapping[str, str]) -> JsonObject:
    """一日一汇报: a line a village; sums of integers below, a percentage only with both of its own."""
    states = list(states)
    lines = [_line(state, remarks.get(state.unit.id, "")) for state in states]
    if not lines:
        raise CountyError("这个乡镇没有任何单位；请核对名称", "no unit of such a township; check its name")
    turnouts = add_turnouts(state_turnout(state) for state in states)
    kind = kind_of_all(state.profile.law for state in states)
    return {
        "lines": lines,
        "turnouts": turnouts.lines(kind),
        "column": pair(kind.column),
        "units": pair(kind.units),
        "total": {
            "units": len(lines),
            "final": str(Ratio(sum(bool(line["final"]) for line in lines), len(lines))),
            "turnout": str(turnouts.told) if turnouts.told.whole else "",
            "papers": sum(int(str(line["papers"])) for line in lines),
            "batches": sum(int(str(line["batches"])) for line in lines),
            "closed": str(sum(int(str(line["closed"])) for line in lines)),
            "stations": sum(int(str(line["stations"])) for line in lines),
            "findings": sum(int(str(line["findings"])) for line in lines),
        },
    }


def _line(state: UnitState, remark: str) -> JsonObject:
    tally, unit = tally_of(state), state.unit
    tables = list(state.stations.values())
    ratio = state_turnout(state).told
    return {
        "id": unit.id,
        "name": unit.name,
        "state": pair((state.shown.value, state.shown.name.lower())),
        "final": state.final,
        "turnout": str(ratio) if ratio.whole else "",
        "papers": sum(figures[0] for figures in tally.totals.values()),
        "batches": sum(found.figures is not None for table in tables for found in table.batches.values()),
        "closed": sum(table.closed for table in tables),
        "stations": len(tables),
        "findings": len(findings(unit, state.profiles, tally)),
        "results": _results(state),
        "remark": remark,
    }


def state_turnout(state: UnitState) -> Turnout:
    """参选率 of a village by its chains."""
    return turnout_of(state.unit, state.profiles, tally_of(state), voided=state.state is UnitWord.VOIDED)


def _results(state: UnitState) -> list[JsonObject]:
    waiting = outcome_before_results(state)
    if waiting is not None:
        return []
    return [
        {"title": contest.title} | pair((result.outcome.zh, OUTCOMES_EN[result.outcome]))
        for contest, result in zip(state.unit.contests, results_of(state), strict=True)
    ]


def summary_rows(figures: Figures, before: Ratio | None = None) -> list[JsonObject]:
    """The figures that a work summary quotes, each with what it is a share of and how it is computed."""
    found = figures.composition
    bodies = found.bodies
    rows = [
        ("结果已定的单位", "units whose result is fixed", str(figures.final), "占全部单位", "of all units"),
        ("参选率", "turnout", str(found.turnout), "参加投票人数 / 登记人数", "voters of registered"),
        ("一次选举成功的单位", "full in the first round", str(found.first_round_full), "首轮各职位全部选满的单位",
         "every post of the first round filled"),
        ("妇女成员", "women", str(found.women), "占村（居）委会成员", "of committee members"),
        ("有妇女成员的单位", "units with a woman", str(found.units_with_a_woman), "占结果已定的单位",
         "of units whose result is fixed"),
        ("一肩挑的单位", "one head of both bodies", str(found.both_heads), "占结果已定的单位",
         "of units whose result is fixed"),
        ("交叉任职", "in both bodies", f"{bodies.cross}", "同在两个班子、不含一肩挑的人数",
         "persons in both bodies, heads of both not among them"),
        ("两委人数", "persons in both bodies together", bodies.formula,
         "党组织 + 村（居）委会 - 一肩挑 - 交叉任职", "party + committee - heads of both - others in both"),
    ]  # fmt: skip
    if before is not None:
        change = ("参选率与上届", "turnout and last term's", str(Change(found.turnout, before)),
                  "本届；上届；百分点之差", "now; last term; difference in points")  # fmt: skip
        rows.insert(2, change)
    return [
        {"zh": zh, "en": en, "value": value, "of": pair((of_zh, of_en))} for zh, en, value, of_zh, of_en in rows
    ]


def summary_body(states: Iterable[UnitState], before: Ratio | None) -> JsonObject:
    """换届选举工作总结数字."""
    figures = Figures.of(states)
    outcomes = [pair((word.zh, OUTCOMES_EN[word])) | {"value": str(ratio)} for word, ratio in figures.outcomes]
    return {"rows": summary_rows(figures, before), "outcomes": outcomes}


def brief_body(states: Iterable[UnitState], before: Ratio | None) -> JsonObject:
    """简报: the county in one page, township by township."""
    units = list(states)
    towns: dict[tuple[str, ...], list[UnitState]] = {}
    for state in units:
        towns.setdefault(state.unit.place, []).append(state)
    lines = []
    for place, found in towns.items():
        turnout = add_turnouts(map(state_turnout, found)).fixed
        lines.append(
            {
                "name": place[-1] if place else "",
                "units": len(found),
                "final": str(Ratio(sum(state.final for state in found), len(found))),
                "turnout": str(turnout) if turnout.whole else "",
                "papers": sum(figures[0] for state in found for figures in tally_of(state).totals.values()),
            }
        )
    kind = kind_of_all(state.profile.law for state in units)
    turnouts = add_turnouts(map(state_turnout, units)).lines(kind)
    return summary_body(units, before) | {
        "lines": lines, "units": len(units), "towns": len(towns), "turnouts": turnouts,
    }  # fmt: skip
