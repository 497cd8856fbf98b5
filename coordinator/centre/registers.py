"""Registers of trouble: incidents in three levels, complaints with deadlines, objections. Pure folds of acts.

Who complains or objects is in the paper file; here stand a number, a subject and dates, so that the registers can be
shown to a supervisor without naming anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from coordinator.centre.acts import Act

LEVELS = ("general", "serious", "grave")
# minutes within which the desk is to have acknowledged an incident; the county's own aim, no law names one
AIM_MINUTES = {"general": 30, "serious": 10, "grave": 5}
CHANNELS = ("letter", "call", "visit", "hotline", "box", "mail", "web", "transfer")
ABOUT = ("list", "candidates", "procedure", "result", "other")
# days from receipt to answer that the pages propose: objections to the list of voters have 3 by national law (art. 17)
PROPOSED_DAYS = {"list": 3, "candidates": 3, "procedure": 7, "result": 7, "other": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that was added to a case."""

    time: int
    person: str
    word: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """From raised over acknowledged to closed; times are 0 until it happened."""

    id: str
    unit: str
    level: str
    title: str
    detail: str
    raised: int
    by: str
    acknowledged: int = 0
    acknowledged_by: str = ""
    # what it was when somebody had to see it: a level that is changed later makes nobody late, nor in time
    acknowledged_level: str = ""
    closed: int = 0
    closed_by: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def state(self) -> str:
        """`raised`, `acknowledged` or `closed`."""
        return "closed" if self.closed else "acknowledged" if self.acknowledged else "raised"

    def waits(self, now: int) -> int:
        """Seconds from raised to acknowledged, or until now."""
        return max(0, (self.acknowledged or self.closed or now) - self.raised)

    def late(self, now: int) -> bool:
        """Whether it was, or is, acknowledged later than the aim of its level."""
        return self.waits(now) > 60 * AIM_MINUTES[self.acknowledged_level or self.level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A letter, call or visit; `deadline` is a date by which it is answered."""

    id: str
    unit: str
    channel: str
    about: str
    subject: str
    received: str
    deadline: str
    entered: int
    by: str
    answered: int = 0
    closed: int = 0
    remarks: tuple[Remark, ...] = ()

    @property
    def state(self) -> str:
        """`open`, `answered` or `closed`."""
        return "closed" if self.closed else "answered" if self.answered else "open"

    def late(self, today: str) -> bool:
        """Whether it waits for an answer beyond its deadline, or was answered after it."""
        return (day_of(self.answered) if self.answered else today) > self.deadline and not self._closed_unanswered

    @property
    def _closed_unanswered(self) -> bool:
        return bool(self.closed) and not self.answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """An objection (异议, 申诉); `decision` is the number of the confirmed proposal that decides it."""

    id: str
    unit: str
    about: str
    subject: str
    received: str
    deadline: str
    entered: int
    by: str
    decision: str = ""
    result: str = ""
    decided: int = 0

    @property
    def state(self) -> str:
        """`open` or `decided`."""
        return "decided" if self.decided else "open"

    def late(self, today: str) -> bool:
        """Whether it is, or was, decided after its deadline."""
        return (day_of(self.decided) if self.decided else today) > self.deadline


def day_of(time: int) -> str:
    """The day of a moment where most of the country's clocks are, UTC+8."""
    return datetime.fromtimestamp(time + 8 * 3600, UTC).date().isoformat()


class Registers:
    """All three."""

    def __init__(self) -> None:
        """Empty."""
        self.incidents: dict[str, Incident] = {}
        self.complaints: dict[str, Complaint] = {}
        self.objections: dict[str, Objection] = {}

    def takes(self) -> dict[str, Callable[[Act], None]]:
        """Which acts change this."""
        return {
            "incident": self._incident, "incident_acknowledged": self._acknowledged, "incident_note": self._noted,
            "incident_level": self._level, "incident_closed": self._closed, "complaint": self._complaint,
            "complaint_answered": self._answered, "complaint_closed": self._complaint_closed,
            "objection": self._objection, "objection_decided": self._decided,
        }  # fmt: skip

    def _incident(self, act: Act) -> None:
        body = act.body
        self.incidents[body["incident"]] = Incident(
            id=body["incident"], unit=body["unit"], level=body["level"], title=body["title"], detail=body["detail"],
            raised=act.time, by=act.person,
        )  # fmt: skip

    def _acknowledged(self, act: Act) -> None:
        found = self.incidents[act.body["incident"]]
        self.incidents[found.id] = replace(
            found, acknowledged=act.time, acknowledged_by=act.person, acknowledged_level=found.level,
            remarks=_more(found.remarks, act),
        )  # fmt: skip

    def _noted(self, act: Act) -> None:
        found = self.incidents[act.body["incident"]]
        self.incidents[found.id] = replace(found, remarks=_more(found.remarks, act))

    def _level(self, act: Act) -> None:
        found = self.incidents[act.body["incident"]]
        self.incidents[found.id] = replace(found, level=act.body["level"], remarks=_more(found.remarks, act))

    def _closed(self, act: Act) -> None:
        found = self.incidents[act.body["incident"]]
        self.incidents[found.id] = replace(
            found, closed=act.time, closed_by=act.person, remarks=_more(found.remarks, act)
        )

    def _complaint(self, act: Act) -> None:
        body = dict(act.body)
        name = body.pop("complaint")
        self.complaints[name] = Complaint(id=name, entered=act.time, by=act.person, **body)

    def _answered(self, act: Act) -> None:
        found = self.complaints[act.body["complaint"]]
        self.complaints[found.id] = replace(found, answered=act.time, remarks=_more(found.remarks, act))

    def _complaint_closed(self, act: Act) -> None:
        found = self.complaints[act.body["complaint"]]
        self.complaints[found.id] = replace(found, closed=act.time, remarks=_more(found.remarks, act))

    def _objection(self, act: Act) -> None:
        body = dict(act.body)
        name = body.pop("objection")
        self.objections[name] = Objection(id=name, entered=act.time, by=act.person, **body)

    def _decided(self, act: Act) -> None:
        found = self.objections[act.body["objection"]]
        self.objections[found.id] = replace(
            found, decision=act.body["proposal"], result=act.body["result"], decided=act.time
        )


def _more(remarks: tuple[Remark, ...], act: Act) -> tuple[Remark, ...]:
    word = act.act.partition("_")[2]
    return (*remarks, Remark(time=act.time, person=act.person, word=word, text=act.body["text"]))
