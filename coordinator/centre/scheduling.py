"""Endpoints of the plan: waves and days, order of bodies, preconditions, observers, sign-offs, key villages."""

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import Field

from coordinator.centre.asking import Asked, Clock, Day, Ident, Maybe, MaybeTitle, SheetDigest, Title, Who
from coordinator.centre.office import Office
from coordinator.centre.planning import CHECKS, OBSERVERS, PROOFS
from coordinator.centre.signoffs import whole_digest
from coordinator.centre.state import State
from coordinator.forms.proving import proof_digest

Json = dict[str, Any]
# an act is a note, and no note is longer than 65,535 bytes; the page sends longer lists in parts
MOST_UNITS = 1500
Body = Literal["party", "committee", "supervision", "congress"]
Order = Literal["party_first", "committee_first", "same_day", "free"]


class Planned(Asked):
    """Units whose body is elected on a day of a wave."""

    units: list[Ident] = Field(min_length=1, max_length=MOST_UNITS)
    body: Body
    wave: int = Field(ge=1, le=99)
    day: Day
    opens: Clock | Literal[""] = ""
    closes: Clock | Literal[""] = ""


class Ordered(Asked):
    """Which body comes first, in the county (`unit` empty) or in one unit."""

    unit: Ident | Literal[""]
    order: Order


class Checked(Asked):
    """A precondition: done or not, when, by which document."""

    item: Literal["audit", "rectified", "promises", "vetting", "evaluation", "speech", "secretary_chairs"]
    done: bool
    day: Day | Literal[""] = ""
    ref: MaybeTitle = ""


class Observed(Asked):
    """How many observers of a kind are assigned."""

    kind: Literal["congress", "consultative", "press", "legal", "notary", "other"]
    count: int = Field(ge=0, le=99)


class Proofread(Asked):
    """The village has signed the printed sheet; `digest` as it stands on the sheet."""

    what: Literal["candidates", "layout"]
    digest: SheetDigest
    signed_by: Title
    day: Day


class Key(Asked):
    """A key village (重点村) or not, and why."""

    key: bool
    text: Maybe = ""


class Scheduling:
    """The endpoints."""

    def __init__(self, office: Office) -> None:
        """Of this office."""
        self._office = office

    def plan(self, who: Who) -> Json:
        """The plan of the units that the person sees, and the coverage of each township."""
        with self._office.journal.reading() as state:
            units = [unit.note for unit in self._office.view.units() if who.sees(unit.note.id)]
            rows = [self._row(note.id, note.name, state) for note in units]
            order = state.planning.order
        return {"order": order, "units": rows, "townships": self._townships(rows), "checks": CHECKS,
                "observer_kinds": OBSERVERS, "proofs": PROOFS}  # fmt: skip

    def _row(self, unit: str, name: str, state: State) -> Json:
        plan = state.planning.of(unit)
        found = self._office.unit(unit).note
        return {
            "unit": unit, "name": name, "township": self._office.view.township(unit), "key": plan.key,
            "days": {
                body: {"wave": day.wave, "day": day.day, "opens": day.opens, "closes": day.closes}
                for body, day in plan.days.items()
            },
            "warnings": list(state.planning.warnings(unit)),
            "checks": [item for item in CHECKS if item in plan.checks and plan.checks[item].done],
            "observers": sum(plan.observers.values()),
            "proofs": [
                what for what in PROOFS
                if what in plan.proofs and plan.proofs[what].digest == proof_digest(found, what)
            ],
        }  # fmt: skip

    def _townships(self, rows: list[Json]) -> list[Json]:
        """Observer coverage: villages with an observer of all villages, a pair of integers each."""
        found: dict[str, Json] = {}
        for row in rows:
            one = found.setdefault(
                row["township"], {"township": row["township"], "units": 0, "observed": 0, "observers": 0, "key": 0,
                                  "key_observed": 0, "signed": 0}
            )  # fmt: skip
            one["units"] += 1
            one["observed"] += row["observers"] > 0
            one["observers"] += row["observers"]
            one["key"] += row["key"]
            one["key_observed"] += row["key"] and row["observers"] > 0
            one["signed"] += len(row["proofs"]) == len(PROOFS)
        return sorted(found.values(), key=lambda one: str(one["township"]))

    def set_plan(self, asked: Planned, who: Who) -> Json:
        """Set day and wave of units."""
        for unit in asked.units:
            self._office.unit(unit)
        with self._office.journal.acting(who.id) as acting:
            acting.add("plan", **asked.model_dump())
        with self._office.journal.reading() as state:
            return {"warnings": {unit: found for unit in asked.units if (found := list(state.planning.warnings(unit)))}}

    def set_order(self, asked: Ordered, who: Who) -> Json:
        """Set the order of bodies; a warning where days contradict it, never a rule."""
        if asked.unit:
            self._office.unit(asked.unit)
        return self._add(who.id, "order", asked.model_dump())

    def check(self, unit: Ident, asked: Checked, who: Who) -> Json:
        """Say how a precondition stands; shown, not enforced."""
        self._office.unit(unit)
        return self._add(who.id, "check", asked.model_dump() | {"unit": unit})

    def observers(self, unit: Ident, asked: Observed, who: Who) -> Json:
        """Say how many observers are assigned."""
        self._office.unit(unit)
        return self._add(who.id, "observers", {"unit": unit, "from": asked.kind, "count": asked.count})

    def proof(self, unit: Ident, asked: Proofread, who: Who) -> Json:
        """Enter a signed sheet; one that was printed from something else is refused."""
        now = proof_digest(self._office.unit(unit).note, asked.what)
        digest = whole_digest(asked.digest, now)
        return self._add(who.id, "proof", asked.model_dump() | {"unit": unit, "digest": digest})

    def key(self, unit: Ident, asked: Key, who: Who) -> Json:
        """Mark a key village."""
        self._office.unit(unit)
        return self._add(who.id, "key", asked.model_dump() | {"unit": unit})

    def _add(self, person: str, act: str, body: Json) -> Json:
        with self._office.journal.acting(person) as acting:
            acting.add(act, **body)
        return {"done": True}


def add_to(app: FastAPI, office: Office) -> None:
    """Put the endpoints on an application."""
    desk = Scheduling(office)
    app.add_api_route("/api/plan", desk.plan, methods=["GET"])
    app.add_api_route("/api/plan", desk.set_plan, methods=["POST"])
    app.add_api_route("/api/order", desk.set_order, methods=["POST"])
    app.add_api_route("/api/units/{unit}/check", desk.check, methods=["POST"])
    app.add_api_route("/api/units/{unit}/observers", desk.observers, methods=["POST"])
    app.add_api_route("/api/units/{unit}/proof", desk.proof, methods=["POST"])
    app.add_api_route("/api/units/{unit}/key", desk.key, methods=["POST"])
