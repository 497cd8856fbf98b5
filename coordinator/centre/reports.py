"""Figures for the daily report (一日一汇报) and the work summary: integers, each with the log size it stands at.

A share is `{"part", "whole"}`; nobody is given a percentage without its base. The forms print their figures from the
record at its checkpoint and take from here what no record holds; turnout is one function for both (`forms.turnouts`).
`head` is the journal's newest act: printed on paper, it makes a journal that was cut short noticeable.
"""

from collections import Counter
from typing import Any

from coordinator.board.facts import tally_of
from coordinator.centre.county import CountyView
from coordinator.centre.planning import CHECKS
from coordinator.centre.registers import LEVELS, day_of
from coordinator.centre.signoffs import signed_both
from coordinator.centre.state import State
from coordinator.forms.turnouts import Turnout, add_turnouts, turnout_of
from tally_protocol.law.ratio import Ratio
from tally_protocol.law.states import Shown, UnitWord

Json = dict[str, Any]
_COUNTING = (Shown.COUNTING, Shown.INTERRUPTED)
_DONE = (Shown.DETERMINED, Shown.REVIEWED, Shown.DECLARED, Shown.FILED, Shown.ARCHIVED)


def daily(view: CountyView, state: State, head: tuple[int, str], day: str, now: int) -> Json:
    """One line a village, by township; what happened on a day, and how things stand now."""
    size, rows = view.rows(-1, lambda _: True)
    townships: dict[str, list[Json]] = {}
    turnouts: dict[str, Turnout] = {}
    for row in rows:
        found = view.unit(row.unit)
        plan = state.planning.of(row.unit)
        if found is None:
            continue
        note = found.note
        turnouts[row.unit] = turnout_of(
            note, view.profiles(note), tally_of(found), voided=found.state is UnitWord.VOIDED
        )
        incidents = [one for one in state.registers.incidents.values() if one.unit == row.unit]
        townships.setdefault(view.township(row.unit), []).append(
            {
                "unit": row.unit, "name": note.name, "state": row.state.name, "state_zh": row.state.value,
                "size": row.size, "key": plan.key,
                "day": plan.days["committee"].day if "committee" in plan.days else "",
                "closed": pair(row.closed, len(note.stations)),
                "turnout": share(turnouts[row.unit].told),
                "voters_known": bool(turnouts[row.unit].told.whole),
                "papers": row.papers, "findings": row.findings, "errors": row.errors,
                "outcomes": [outcome.value for outcome in row.outcomes],
                "incidents_open": sum(not one.closed for one in incidents),
                "incidents_today": sum(day_of(one.raised) == day for one in incidents),
            }
        )  # fmt: skip
    listed: list[Json] = [
        {"township": name, "units": sorted(found, key=lambda one: (not one["key"], one["unit"]))}
        | _sums(found, turnouts)
        for name, found in sorted(townships.items())
    ]
    return _head(view, head, size, now) | {
        "day": day, "townships": listed,
        "county": _sums([one for found in townships.values() for one in found], turnouts),
        "incidents": _incidents(state, day, now), "complaints": _complaints(state, day, day_of(now)),
    }  # fmt: skip


def summary(view: CountyView, state: State, head: tuple[int, str], figures: Json, now: int) -> Json:
    """Figures of the whole election for the work summary; `figures` are those of the results (`figures --json`)."""
    size, _ = view.rows(view.size, lambda _: False)
    units = view.units()
    plans = [state.planning.of(unit.note.id) for unit in units]
    whole = len(units)
    objections = state.registers.objections.values()
    return _head(view, head, size, now) | {
        "results": figures,
        "key_units": pair(sum(plan.key for plan in plans), whole),
        "observed_units": pair(sum(sum(plan.observers.values()) > 0 for plan in plans), whole),
        "observers": sum(sum(plan.observers.values()) for plan in plans),
        "preconditions": {
            item: pair(sum(item in plan.checks and plan.checks[item].done for plan in plans), whole) for item in CHECKS
        },
        "proofread_units": pair(sum(map(signed_both, (unit.note for unit in units), plans)), whole),
        "incidents": _incidents(state, "", now),
        "complaints": _complaints(state, "", day_of(now)),
        "objections": {
            "all": len(objections),
            "decided": pair(sum(bool(one.decided) for one in objections), len(objections)),
            "results": dict(sorted(Counter(one.result for one in objections if one.result).items())),
        },
        "candidates_out": len(state.proposals.of("candidate_out")),
        "destroyed_units": len(state.papers.destroyed),
    }


def pair(part: int, whole: int) -> dict[str, int]:
    """Both integers of a share."""
    return {"part": part, "whole": whole}


def share(ratio: Ratio) -> dict[str, int]:
    """A ratio as JSON."""
    return pair(ratio.part, ratio.whole)


def _head(view: CountyView, head: tuple[int, str], size: int, now: int) -> Json:
    election = view.election
    return {
        "election": election.id, "title": election.title, "test": election.test, "size": size, "time": now,
        "acts": head[0], "acts_head": head[1],
    }  # fmt: skip


def _sums(found: list[Json], turnouts: dict[str, Turnout]) -> Json:
    states = [one["state"] for one in found]
    added = add_turnouts(turnouts[one["unit"]] for one in found)
    whole = len(found)
    return {
        "counting": pair(sum(state in {one.name for one in _COUNTING} for state in states), whole),
        "determined": pair(sum(state in {one.name for one in _DONE} for state in states), whole),
        "closed": pair(sum(one["closed"]["part"] for one in found), sum(one["closed"]["whole"] for one in found)),
        # each turnout with the villages that it is of: those that have reported, and of these those with a fixed result
        "voters": share(added.told), "voters_known": share(added.told_units),
        "voters_fixed": share(added.fixed), "fixed": share(added.fixed_units),
        "papers": sum(one["papers"] for one in found),
        "incidents_open": sum(one["incidents_open"] for one in found),
        "incidents_today": sum(one["incidents_today"] for one in found),
    }  # fmt: skip


def _incidents(state: State, day: str, now: int) -> Json:
    found = list(state.registers.incidents.values())
    today = [one for one in found if not day or day_of(one.raised) == day]
    acknowledged = [one for one in today if one.acknowledged]
    return {
        "levels": {level: sum(one.level == level for one in today) for level in LEVELS},
        "open": sum(not one.closed for one in found),
        "acknowledged": pair(len(acknowledged), len(today)),
        "in_time": pair(sum(not one.late(now) for one in acknowledged), len(acknowledged)),
        "seconds_to_acknowledge": sorted(one.waits(now) for one in acknowledged),
    }


def _complaints(state: State, day: str, today: str) -> Json:
    found = list(state.registers.complaints.values())
    new = [one for one in found if not day or one.received == day]
    return {
        "received": len(new),
        "channels": dict(sorted(Counter(one.channel for one in new).items())),
        "all": len(found),
        "answered": pair(sum(bool(one.answered) for one in found), len(found)),
        "late": sum(one.late(today) for one in found),
    }
