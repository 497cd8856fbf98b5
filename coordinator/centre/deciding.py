"""Endpoints of what needs two persons: propose, confirm, reject, take back; and what each kind must hold and does.

A matter is checked when it is proposed and again when it is confirmed: in between the county may have moved on.
"""

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import Field

from coordinator.centre.asking import Asked, Day, Digest, Ident, Maybe, Text, Title, Who
from coordinator.centre.journal import Acting
from coordinator.centre.office import Office
from coordinator.centre.people import PRIVILEGED
from coordinator.centre.proposals import Proposal, seconds_of
from coordinator.centre.refusals import Refused, conflict, forbidden, missing
from coordinator.centre.registers import day_of
from coordinator.centre.retention import kept_until
from coordinator.centre.sessions import PERSON
from coordinator.centre.state import State
from coordinator.centre.withdrawing import Line, consequences, out_candidates
from tally_protocol.election.unit import Candidate, Unit

Json = dict[str, Any]
# whoever gets one of these could confirm, too
ACCOUNTS = ("person", "password")


class Decision(Asked):
    """How an objection is decided."""

    kind: Literal["decision"]
    objection: Ident
    result: Literal["upheld", "partly", "rejected"]
    reason: Text
    basis: Text


class CandidateOut(Asked):
    """A candidate is out after sealing."""

    kind: Literal["candidate_out"]
    unit: Ident
    contest: Ident
    candidate: Ident
    why: Literal["withdrew", "death", "disqualified", "court"]
    day: Day
    document: Text


class Correction(Asked):
    """The centre agrees that a closed table corrects a batch, or counts again (复核); the table signs the record."""

    kind: Literal["correction"]
    unit: Ident
    station: Ident
    what: Literal["correction", "recount", "reopen"]
    reason: Text


class Destruction(Asked):
    """The sealed parts of units are destroyed."""

    kind: Literal["destruction"]
    units: list[Ident] = Field(min_length=1, max_length=1500)
    document: Text


class NewPerson(Asked):
    """An account of a role that could itself confirm."""

    kind: Literal["person"]
    person: Ident
    name: Title
    role: Literal["operator", "authority"]


class NewPassword(Asked):
    """A new first password for such an account."""

    kind: Literal["password"]
    person: Ident
    reason: Text


Matter = Decision | CandidateOut | Correction | Destruction | NewPerson | NewPassword


class Proposed(Asked):
    """A matter."""

    matter: Matter = Field(discriminator="kind")


class Confirmed(Asked):
    """The digest of what the page showed."""

    digest: Digest


class Rejected(Asked):
    """Why not."""

    text: Text


class TakenBack(Asked):
    """Why, if somebody wants to say it."""

    text: Maybe = ""


class Deciding:
    """The endpoints."""

    def __init__(self, office: Office) -> None:
        """Of this office."""
        self._office = office

    def proposals(self, who: Who) -> Json:
        """All, the open ones first, the newest first."""
        with self._office.journal.reading() as state:
            found = sorted(state.proposals.all.values(), key=lambda one: (one.state == "open", one.time), reverse=True)
            seconds = {one.id: seconds_of(one, state.people) for one in found if one.state == "open"}
        said = [self._json(one, mine=one.by == who.id, second=who.role in seconds.get(one.id, ())) for one in found]
        return {"proposals": self._with_halves(found, said, who.id)}

    def _with_halves(self, found: list[Proposal], said: list[Json], me: str) -> list[Json]:
        """The proposer's half of each first password that still waits for its first login."""
        newest: dict[str, Proposal] = {}
        for one in sorted(found, key=lambda one: one.settled):
            if one.kind in ACCOUNTS and one.state == "confirmed":
                newest[str(one.matter["person"])] = one
        halves = {
            one.id: self._office.credentials.first_half(person, _matter(one))
            for person, one in newest.items()
            if one.by == me and self._office.credentials.must_change(person)
        }
        return [line | ({"half": halves[line["proposal"]]} if line["proposal"] in halves else {}) for line in said]

    def propose(self, asked: Proposed, who: Who) -> Json:
        """Begin a matter."""
        matter = asked.matter.model_dump()
        kind = matter.pop("kind")
        with self._office.journal.acting(who.id) as acting:
            self._check(acting, kind, matter)
            name = f"P-{len(acting.state.proposals.all) + 1:04d}"
            acting.add("proposed", proposal=name, kind=kind, matter=matter)
        return {"proposal": name}

    def confirm(self, proposal: Ident, asked: Confirmed, who: Who) -> Json:
        """Take effect: somebody else than the proposer, of a role that the kind wants."""
        with self._office.journal.acting(who.id) as acting:
            found = _open(acting, proposal)
            if who.id == found.by:
                raise Refused(403, "须由另一人确认", "another person must confirm", "second")
            if who.role not in seconds_of(found, acting.state.people):
                raise forbidden()
            if asked.digest != found.digest:
                raise conflict("内容与页面显示的不同，请刷新", "it is not what the page showed; reload and look again")
            self._check(acting, found.kind, dict(found.matter))
            acting.add("confirmed", proposal=proposal, digest=found.digest)
            self._take_effect(acting, found)
        return {"done": True} | self._afterwards(found)

    def reject(self, proposal: Ident, asked: Rejected, who: Who) -> Json:
        """The second person says no."""
        with self._office.journal.acting(who.id) as acting:
            found = _open(acting, proposal)
            if who.id == found.by or who.role not in seconds_of(found, acting.state.people):
                raise forbidden()
            acting.add("rejected", proposal=proposal, text=asked.text)
        return {"done": True}

    def take_back(self, proposal: Ident, asked: TakenBack, who: Who) -> Json:
        """The proposer thinks better of it."""
        with self._office.journal.acting(who.id) as acting:
            if who.id != _open(acting, proposal).by:
                raise forbidden()
            acting.add("taken_back", proposal=proposal, text=asked.text)
        return {"done": True}

    def without(self, unit: Ident, candidate: Ident) -> Json:
        """What the sealed rules say happens in each contest of the unit if a candidate is out."""
        return {"contests": self._without(unit, frozenset({candidate}))}

    def _without(self, unit: str, out: frozenset[str]) -> list[Json]:
        note = self._office.unit(unit).note
        profiles = self._office.view.profiles(note)
        with self._office.journal.reading() as state:
            before = {
                (one["contest"], one["candidate"]) for one in out_candidates(state, unit) if one["state"] == "confirmed"
            }
        found = []
        for contest in note.contests:
            if not any(one.id in out for one in contest.candidates):
                continue
            gone = out | {candidate for name, candidate in before if name == contest.id}
            lines = consequences(contest, profiles[note.profile_of(contest)], frozenset(gone))
            found.append({"contest": contest.id, "title": contest.title, "lines": [_line(line) for line in lines]})
        if not found:
            raise missing("本单位没有这个候选人", "the unit has no such candidate")
        return found

    def _names(self, unit: str, contest: str, candidate: str) -> Json:
        found = self._office.unit(unit).note.contest(contest)
        if found is None:
            return {}
        return {
            "contest": found.title, "candidate": next((one.name for one in found.candidates if one.id == candidate), "")
        }  # fmt: skip

    def _check(self, acting: Acting, kind: str, matter: Json) -> None:
        """Refused unless the matter can be decided on as things are now."""
        registers, people = acting.state.registers, acting.state.people
        if "unit" in matter:
            self._office.unit(matter["unit"])
        match kind:
            case "decision":
                found = registers.objections.get(matter["objection"])
                if found is None:
                    raise missing(f"没有异议 {matter['objection']}", f"there is no objection {matter['objection']}")
                if found.decided:
                    raise conflict(f"{found.id} 已有决定", f"{found.id} is decided already")
            case "candidate_out":
                self._check_out(acting, matter)
            case "correction":
                if self._office.unit(matter["unit"]).note.station(matter["station"]) is None:
                    raise missing("本单位没有这个计票点", "the unit has no such station")
            case "destruction":
                self._check_destruction(acting, matter)
            case "person":
                if matter["person"] in people.all:
                    raise conflict(f"账号 {matter['person']} 已存在", f"the account {matter['person']} exists already")
            case _:
                account = people.active(matter["person"])
                if account is None or account.role not in PRIVILEGED:
                    raise missing("没有这个账号，或无需两人", "no such account, or one that needs no second person")

    def _check_out(self, acting: Acting, matter: Json) -> None:
        contest = self._office.unit(matter["unit"]).note.contest(matter["contest"])
        if contest is None or matter["candidate"] not in {one.id for one in contest.candidates}:
            raise missing("本职位没有这个候选人", "the contest has no such candidate")
        for one in out_candidates(acting.state, matter["unit"]):
            same = (one["contest"], one["candidate"]) == (matter["contest"], matter["candidate"])
            if same and one["state"] == "confirmed":
                raise conflict("此人已记录退出", "this candidate is recorded as out already")

    def _check_destruction(self, acting: Acting, matter: Json) -> None:
        today = day_of(acting.now)
        for unit in matter["units"]:
            self._office.unit(unit)
            until = self._until(acting.state, unit)
            if today < until:
                raise Refused(
                    409,
                    f"{unit} 的密封选票须保管到 {until}（一届加一年），今天是 {today}，不得提议销毁",
                    f"{unit}: sealed ballots are kept until {until} (one term and a year); today is {today}: not yet",
                )
            if unit in acting.state.papers.destroyed:
                raise conflict(f"{unit} 的密封选票已销毁", f"the sealed ballots of {unit} are destroyed already")

    def _until(self, state: State, unit: str) -> str:
        return kept_until(self._office.view.election.date, state.planning.of(unit).dates)

    def keeping(self) -> Json:
        """How long each unit's sealed parts are kept, which are destroyed: from this a destruction is proposed."""
        now = self._office.now
        with self._office.journal.reading() as state:
            units = [
                {
                    "unit": unit.note.id, "name": unit.note.name, "township": self._office.view.township(unit.note.id),
                    "until": self._until(state, unit.note.id), "destroyed": unit.note.id in state.papers.destroyed,
                }
                for unit in self._office.view.units()
            ]  # fmt: skip
        return {"units": units, "today": day_of(now)}

    def _take_effect(self, acting: Acting, found: Proposal) -> None:
        matter = found.matter
        match found.kind:
            case "decision":
                acting.add(
                    "objection_decided", objection=matter["objection"], proposal=found.id, result=matter["result"]
                )
            case "person":
                acting.add(
                    "person", person=matter["person"], name=matter["name"], role=matter["role"], units=[],
                    proposal=found.id,
                )  # fmt: skip
                acting.add("password", person=matter["person"], why="first", proposal=found.id)
            case "password":
                acting.add("password", person=matter["person"], why="reset", proposal=found.id)
                acting.add("totp", person=matter["person"], on=False)
            case _:
                # the others are words: what they mean is told by the page, and done by the people who answer for it
                pass

    def _afterwards(self, found: Proposal) -> Json:
        """A first password is made when the act is durable; who confirmed is told one half, who proposed the other."""
        if found.kind not in ACCOUNTS:
            return {}
        person = str(found.matter["person"])
        half = self._office.credentials.second_half(person, _matter(found))
        self._office.sessions.end_all(person, PERSON)
        return {"person": person, "half": half}

    def _json(self, one: Proposal, *, mine: bool, second: bool) -> Json:
        may = one.state == "open" and not mine and second
        said: Json = {
            "proposal": one.id, "kind": one.kind, "matter": dict(one.matter), "by": one.by, "time": one.time,
            "state": one.state, "second": one.second, "settled": one.settled, "reason": one.reason,
            "digest": one.digest, "may_confirm": may, "mine": mine,
        }  # fmt: skip
        if one.kind == "candidate_out":
            unit, contest, candidate = (str(one.matter[name]) for name in ("unit", "contest", "candidate"))
            # a newer version of the unit may have sealed without this person: no reason to show nobody any proposal
            stands = any(candidate == person.id for person in _standing(self._office.unit(unit).note))
            said["without"] = (
                self._without(unit, frozenset({candidate})) if stands else [_unlisted(contest, candidate)]
            )
            if names := self._names(unit, contest, candidate):
                said["names"] = names
        return said


def _standing(note: Unit) -> list[Candidate]:
    """Whoever stands in any contest of a unit."""
    return [person for contest in note.contests for person in contest.candidates]


def _unlisted(contest: str, candidate: str) -> Json:
    """What there is to say of a candidate whom the newest version of the unit no longer has: the id alone."""
    line = Line(
        f"候选人 {candidate} 已不在本单位最新版本的名单里",
        f"the newest version of the unit no longer lists the candidate {candidate}",
    )
    return {"contest": contest, "title": contest, "lines": [_line(line)]}


def _open(acting: Acting, name: str) -> Proposal:
    found = acting.state.proposals.all.get(name)
    if found is None:
        raise missing(f"没有提议 {name}", f"there is no proposal {name}")
    if found.state != "open":
        raise conflict(f"{name} 已有结论", f"{name} is settled already")
    return found


def _matter(one: Proposal) -> str:
    return f"{one.id} {one.digest}"


def _line(line: Line) -> Json:
    return {"zh": line.zh, "en": line.en, "source": line.source}


def add_to(app: FastAPI, office: Office) -> None:
    """Put the endpoints on an application."""
    desk = Deciding(office)
    app.add_api_route("/api/proposals", desk.proposals, methods=["GET"])
    app.add_api_route("/api/proposals", desk.propose, methods=["POST"])
    app.add_api_route("/api/keeping", desk.keeping, methods=["GET"])
    app.add_api_route("/api/proposals/{proposal}/confirm", desk.confirm, methods=["POST"])
    app.add_api_route("/api/proposals/{proposal}/reject", desk.reject, methods=["POST"])
    app.add_api_route("/api/proposals/{proposal}/take-back", desk.take_back, methods=["POST"])
    app.add_api_route("/api/units/{unit}/candidates/{candidate}/without", desk.without, methods=["GET"])
