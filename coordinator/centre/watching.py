"""Endpoints of the evening: the tree with silence and incidents, one unit with everything that is known of it."""

import json
from collections import Counter
from typing import Annotated, Any

from fastapi import FastAPI, Query, Response

from coordinator.board.facts import decides, tally_of
from coordinator.board.rows import Row
from coordinator.centre.asking import Ident, Who
from coordinator.centre.cases import incident_json
from coordinator.centre.office import Office
from coordinator.centre.policies import READERS
from coordinator.centre.registers import day_of
from coordinator.centre.state import State
from coordinator.centre.withdrawing import out_candidates
from coordinator.forms.proving import proof_digest
from coordinator.ledger.progress import UnitProgress
from coordinator.results.electors import electors_of
from tally_protocol.law.finding_texts import FINDING_TEXTS
from tally_protocol.law.outcome import decide_unit
from tally_protocol.law.reconciliation import findings

Json = dict[str, Any]
Since = Annotated[int, Query(ge=-1, le=2**53 - 1)]


class Watching:
    """The endpoints."""

    def __init__(self, office: Office) -> None:
        """Of this office."""
        self._office = office
        self._lines: dict[str, tuple[Row, tuple[object, ...], bytes]] = {}

    def now(self, who: Who, since: Since = -1, acts: Since = -1) -> Response:
        """What changed after a log size (-1: everything), who is silent, what is open; only what the person sees.

        `acts`: up to which act the page knows the journal; rows that a later act changed (plan, key village) come too,
        and every row, `whole`, when the units of the person are others now.

        JSON by hand: thirty desks ask every second for the same thousands of lines, and each is written once.
        """
        office = self._office
        with office.journal.reading() as state:
            known, also, whole = state.last, frozenset[str](), since == -1
            if acts != -1:
                also = state.planning.changed(acts)
                me = state.people.all.get(who.id)
                whole = whole or (me is not None and me.units_by > acts)
                if me is not None and me.units != who.units:
                    # changed while this was asked: said at the next question, by whoever is known then
                    known = acts
        # rows are made outside the journal's lock; what is added meanwhile is above `known` and comes the next time
        size, rows = office.view.rows(-1 if whole else since, who.sees, also)
        silent: dict[str, list[list[Any]]] = {}
        unbegun: dict[str, list[list[Any]]] = {}
        for quiet in office.silence.found:
            if who.sees(quiet.unit):
                kind = silent if quiet.begun else unbegun
                kind.setdefault(quiet.unit, []).append([quiet.station, quiet.seconds])
        reads = who.role in READERS
        with office.journal.reading() as state:
            open_ = Counter(one.unit for one in state.registers.incidents.values() if not one.closed)
            said = {
                "acts": known,
                "incidents": [
                    incident_json(one, office.now)
                    for one in state.registers.incidents.values()
                    if not one.closed and who.sees(one.unit)
                ],
                "open": {unit: count for unit, count in sorted(open_.items()) if who.sees(unit)},
            }
            lines = [self._encoded(row, state) for row in rows]
            overdue = _overdue(state, day_of(office.now)) if reads else {}
            waiting = len([one for one in state.proposals.all.values() if one.state == "open"])
        said |= {
            "size": size, "time": office.now, "silent": silent, "unbegun": unbegun,
            "rows_since": since, "whole": whole, "overdue": overdue, "proposals": waiting if reads else 0,
        }  # fmt: skip
        body = _encode(said)[:-1] + b',"units":[' + b",".join(lines) + b"]}"
        return Response(body, media_type="application/json")

    def unit(self, unit: Ident) -> Json:
        """Everything about one unit."""
        found = self._office.unit(unit)
        with self._office.journal.reading() as state:
            said = self._planned(unit, state, found) | {
                "incidents": [
                    incident_json(one, self._office.now)
                    for one in state.registers.incidents.values()
                    if one.unit == unit
                ],
                "out": out_candidates(state, unit),
            }
            line = self._line(self._office.view.row(unit), state)
        return line | said | self._counted(found)

    def _encoded(self, row: Row, state: State) -> bytes:
        """A line as it is sent; made anew when the unit's row or what the line shows of its plan has changed."""
        plan = state.planning.of(row.unit)
        planned = (plan.key, *plan.days.items())
        kept = self._lines.get(row.unit)
        if kept is not None and kept[0] is row and kept[1] == planned:
            return kept[2]
        line = _encode(self._line(row, state))
        self._lines[row.unit] = row, planned, line
        return line

    def _line(self, row: Row, state: State) -> Json:
        found = self._office.view.unit(row.unit)
        note = None if found is None else found.note
        electors = None if note is None else electors_of(note, self._office.view.profiles(note))
        plan = state.planning.of(row.unit)
        return {
            "unit": row.unit,
            "name": note.name if note else "",
            "place": list(note.place) if note else [],
            "township": self._office.view.township(row.unit),
            "registered": -1 if electors is None else electors,
            "stations": len(note.stations) if note else 0,
            "size": row.size,
            "state": row.state.name,
            "closed": row.closed,
            "papers": row.papers,
            "batches": row.batches,
            "voters": -1 if row.voters is None else row.voters,
            "findings": row.findings,
            "errors": row.errors,
            "outcomes": [outcome.value for outcome in row.outcomes],
            "key": plan.key,
            "days": {body: day.day for body, day in plan.days.items()},
        }

    def _planned(self, unit: str, state: State, found: UnitProgress) -> Json:
        plan = state.planning.of(unit)
        digests = {what: proof_digest(found.note, what) for what in ("candidates", "layout")}
        return {
            "plan": {
                body: {"wave": day.wave, "day": day.day, "opens": day.opens, "closes": day.closes}
                for body, day in plan.days.items()
            },
            "order": plan.order or state.planning.order,
            "warnings": list(state.planning.warnings(unit)),
            "checks": {
                item: {"done": one.done, "day": one.day, "ref": one.ref, "by": one.by}
                for item, one in plan.checks.items()
            },
            "observers": dict(plan.observers),
            "why_key": plan.why_key,
            "digests": digests,
            "proofs": {
                what: {
                    "signed_by": one.signed_by, "day": one.day, "digest": one.digest,
                    "same": one.digest == digests[what],
                }
                for what, one in plan.proofs.items()
            },
            "forms": [
                {"form": one.form, "sha256": one.sha256, "size": one.size, "time": one.time}
                for one in state.papers.forms
                if one.unit == unit
            ],
        }  # fmt: skip

    def _counted(self, found: UnitProgress) -> Json:
        profiles = self._office.view.profiles(found.note)
        tally = tally_of(found)
        decided = decide_unit(found.note, profiles, tally) if decides(found) else None
        results = {} if decided is None else {str(one.contest): one for one in decided.results}
        return {
            "tables": [
                {
                    "station": entry.id, "records": found.table(entry.id).records,
                    "batches": found.table(entry.id).batches, "state": found.table(entry.id).state.name,
                }
                for entry in found.note.stations
            ],
            "contests": [
                {
                    "contest": contest.id, "title": contest.title, "seats": contest.seats,
                    "candidates": [{"id": one.id, "name": one.name} for one in contest.candidates],
                    "outcome": results[contest.id].outcome.value if contest.id in results else "",
                }
                for contest in found.note.contests
            ],
            "finding_list": [
                {
                    "code": finding.code, "station": finding.station, "expected": str(finding.expected),
                    "found": str(finding.found), "zh": FINDING_TEXTS[finding.code].county.zh,
                    "en": FINDING_TEXTS[finding.code].county.en,
                }
                for finding in findings(found.note, profiles, tally)
            ],
        }  # fmt: skip


def _overdue(state: State, today: str) -> Json:
    """How many complaints and objections wait beyond their day."""
    return {
        "complaints": sum(one.state == "open" and one.late(today) for one in state.registers.complaints.values()),
        "objections": sum(one.state == "open" and one.late(today) for one in state.registers.objections.values()),
    }


def _encode(said: Json) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def add_to(app: FastAPI, office: Office) -> None:
    """Put the endpoints on an application."""
    desk = Watching(office)
    app.add_api_route("/api/now", desk.now, methods=["GET"])
    app.add_api_route("/api/units/{unit}", desk.unit, methods=["GET"])


