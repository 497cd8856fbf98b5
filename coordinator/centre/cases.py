"""Endpoints of the registers: incidents in three levels, complaints with deadlines, objections."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query

from coordinator.centre.asking import Asked, Day, Ident, Maybe, Text, Title, Who
from coordinator.centre.journal import Acting
from coordinator.centre.office import Office
from coordinator.centre.refusals import Refused, conflict, forbidden, missing
from coordinator.centre.registers import AIM_MINUTES, PROPOSED_DAYS, Complaint, Incident, Objection, Remark, day_of

Json = dict[str, Any]
Level = Literal["general", "serious", "grave"]
About = Literal["list", "candidates", "procedure", "result", "other"]
Channel = Literal["letter", "call", "visit", "hotline", "box", "mail", "web", "transfer"]
Shown = Annotated[Literal["all", "open"], Query()]


class NewIncident(Asked):
    """What has happened; the unit stands in the address."""

    level: Level
    title: Title
    detail: Maybe = ""


class Words(Asked):
    """A remark."""

    text: Text


class Levelled(Asked):
    """Another level, and why."""

    level: Level
    text: Text


class NewComplaint(Asked):
    """A letter, call or visit; `unit` is empty where it is about the county as a whole."""

    unit: Ident | Literal[""]
    channel: Channel
    about: About
    subject: Text
    received: Day
    deadline: Day


class NewObjection(Asked):
    """An objection to a list, to candidates, to the procedure or to a result."""

    unit: Ident
    about: About
    subject: Text
    received: Day
    deadline: Day


class Cases:
    """The endpoints."""

    def __init__(self, office: Office) -> None:
        """Of this office."""
        self._office = office

    def incidents(self, who: Who, show: Shown = "all") -> Json:
        """All that the person may see, the newest first."""
        now = self._office.now
        with self._office.journal.reading() as state:
            found = [one for one in state.registers.incidents.values() if who.sees(one.unit)]
        found = [one for one in reversed(found) if show == "all" or not one.closed]
        return {"incidents": [incident_json(one, now) for one in found], "aims": AIM_MINUTES, "time": now}

    def new_incident(self, asked: NewIncident, who: Who) -> Json:
        """Raise one that belongs to no single unit."""
        return self._raise("", asked, who.id)

    def new_unit_incident(self, unit: Ident, asked: NewIncident, who: Who) -> Json:
        """Raise one of a unit."""
        self._office.unit(unit)
        return self._raise(unit, asked, who.id)

    def _raise(self, unit: str, asked: NewIncident, person: str) -> Json:
        with self._office.journal.acting(person) as acting:
            name = f"I-{len(acting.state.registers.incidents) + 1:04d}"
            acting.add(
                "incident", incident=name, unit=unit, level=asked.level, title=asked.title, detail=asked.detail
            )
        return {"incident": name}

    def acknowledge(self, incident: Ident, asked: Words, who: Who) -> Json:
        """Somebody at the centre has seen it and says who goes."""

        def decide(acting: Acting, found: Incident) -> None:
            if found.state != "raised":
                raise conflict(f"{incident} 已有人确认收到", f"{incident} is acknowledged already")
            acting.add("incident_acknowledged", incident=incident, text=asked.text)

        return self._incident(incident, who.id, decide)

    def note(self, incident: Ident, asked: Words, who: Who) -> Json:
        """Add a remark; a guide to those of the own units."""

        def decide(acting: Acting, found: Incident) -> None:
            if not who.sees(found.unit):
                raise forbidden()
            acting.add("incident_note", incident=incident, text=asked.text)

        return self._incident(incident, who.id, decide)

    def level(self, incident: Ident, asked: Levelled, who: Who) -> Json:
        """Change how serious it is."""

        def decide(acting: Acting, found: Incident) -> None:
            if found.closed or found.level == asked.level:
                raise conflict(f"{incident} 已办结，或已是这一级", f"{incident} is closed, or has this level")
            acting.add("incident_level", incident=incident, level=asked.level, text=asked.text)

        return self._incident(incident, who.id, decide)

    def close(self, incident: Ident, asked: Words, who: Who) -> Json:
        """It is dealt with: what was done."""

        def decide(acting: Acting, found: Incident) -> None:
            if found.state != "acknowledged":
                raise conflict(f"{incident} 须先确认收到，且尚未办结", f"{incident}: expected acknowledged, not closed")
            acting.add("incident_closed", incident=incident, text=asked.text)

        return self._incident(incident, who.id, decide)

    def _incident(self, name: str, person: str, decide: Callable[[Acting, Incident], None]) -> Json:
        with self._office.journal.acting(person) as acting:
            found = acting.state.registers.incidents.get(name)
            if found is None:
                raise missing(f"没有事件 {name}", f"there is no incident {name}")
            decide(acting, found)
        with self._office.journal.reading() as state:
            return incident_json(state.registers.incidents[name], self._office.now)

    def complaints(self) -> Json:
        """All, those with the nearest deadline first."""
        today = day_of(self._office.now)
        with self._office.journal.reading() as state:
            found = list(state.registers.complaints.values())
        found.sort(key=lambda one: (bool(one.answered or one.closed), one.deadline, one.id))
        return {"complaints": [complaint_json(one, today) for one in found], "days": PROPOSED_DAYS, "today": today}

    def new_complaint(self, asked: NewComplaint, who: Who) -> Json:
        """Enter one."""
        if asked.unit:
            self._office.unit(asked.unit)
        _check_days(asked.received, asked.deadline)
        with self._office.journal.acting(who.id) as acting:
            name = f"C-{len(acting.state.registers.complaints) + 1:04d}"
            acting.add("complaint", complaint=name, **asked.model_dump())
        return {"complaint": name}

    def answer(self, complaint: Ident, asked: Words, who: Who) -> Json:
        """What was answered."""
        return self._complaint(complaint, "complaint_answered", asked.text, who.id)

    def close_complaint(self, complaint: Ident, asked: Words, who: Who) -> Json:
        """It is done with."""
        return self._complaint(complaint, "complaint_closed", asked.text, who.id)

    def _complaint(self, name: str, act: str, text: str, person: str) -> Json:
        with self._office.journal.acting(person) as acting:
            found = acting.state.registers.complaints.get(name)
            if found is None:
                raise missing(f"没有信访件 {name}", f"there is no complaint {name}")
            if found.closed or (act == "complaint_answered" and found.answered):
                raise conflict(f"{name} 已答复或已办结", f"{name} is answered or closed already")
            acting.add(act, complaint=name, text=text)
        return {"done": True}

    def objections(self) -> Json:
        """All, the undecided first."""
        today = day_of(self._office.now)
        with self._office.journal.reading() as state:
            found = sorted(state.registers.objections.values(), key=lambda one: (bool(one.decided), one.deadline))
        return {"objections": [objection_json(one, today) for one in found], "days": PROPOSED_DAYS, "today": today}

    def new_objection(self, asked: NewObjection, who: Who) -> Json:
        """Enter one; it is decided by a proposal that a second person confirms."""
        self._office.unit(asked.unit)
        _check_days(asked.received, asked.deadline)
        with self._office.journal.acting(who.id) as acting:
            name = f"O-{len(acting.state.registers.objections) + 1:04d}"
            acting.add("objection", objection=name, **asked.model_dump())
        return {"objection": name}


def _check_days(received: str, deadline: str) -> None:
    if deadline < received:
        raise Refused(422, "期限早于收到日期", "the deadline is before the day of receipt")


def _remarks(remarks: tuple[Remark, ...]) -> list[Json]:
    return [{"time": one.time, "person": one.person, "word": one.word, "text": one.text} for one in remarks]


def incident_json(one: Incident, now: int) -> Json:
    """As the page shows it."""
    return {
        "incident": one.id, "unit": one.unit, "level": one.level, "title": one.title, "detail": one.detail,
        "state": one.state, "raised": one.raised, "by": one.by, "acknowledged": one.acknowledged,
        "acknowledged_by": one.acknowledged_by, "closed": one.closed, "closed_by": one.closed_by,
        "waits": one.waits(now), "late": one.late(now), "remarks": _remarks(one.remarks),
    }  # fmt: skip


def complaint_json(one: Complaint, today: str) -> Json:
    """As the page shows it."""
    return {
        "complaint": one.id, "unit": one.unit, "channel": one.channel, "about": one.about, "subject": one.subject,
        "received": one.received, "deadline": one.deadline, "state": one.state, "late": one.late(today),
        "answered": one.answered, "closed": one.closed, "by": one.by, "remarks": _remarks(one.remarks),
    }  # fmt: skip


def objection_json(one: Objection, today: str) -> Json:
    """As the page shows it."""
    return {
        "objection": one.id, "unit": one.unit, "about": one.about, "subject": one.subject, "received": one.received,
        "deadline": one.deadline, "state": one.state, "late": one.late(today), "result": one.result,
        "decision": one.decision, "decided": one.decided, "by": one.by,
    }  # fmt: skip


def add_to(app: FastAPI, office: Office) -> None:
    """Put the endpoints on an application."""
    desk = Cases(office)
    app.add_api_route("/api/incidents", desk.incidents, methods=["GET"])
    app.add_api_route("/api/incidents", desk.new_incident, methods=["POST"])
    app.add_api_route("/api/units/{unit}/incidents", desk.new_unit_incident, methods=["POST"])
    app.add_api_route("/api/incidents/{incident}/acknowledge", desk.acknowledge, methods=["POST"])
    app.add_api_route("/api/incidents/{incident}/note", desk.note, methods=["POST"])
    app.add_api_route("/api/incidents/{incident}/level", desk.level, methods=["POST"])
    app.add_api_route("/api/incidents/{incident}/close", desk.close, methods=["POST"])
    app.add_api_route("/api/complaints", desk.complaints, methods=["GET"])
    app.add_api_route("/api/complaints", desk.new_complaint, methods=["POST"])
    app.add_api_route("/api/complaints/{complaint}/answer", desk.answer, methods=["POST"])
    app.add_api_route("/api/complaints/{complaint}/close", desk.close_complaint, methods=["POST"])
    app.add_api_route("/api/objections", desk.objections, methods=["GET"])
    app.add_api_route("/api/objections", desk.new_objection, methods=["POST"])
