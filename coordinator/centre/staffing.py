"""Endpoints of accounts and screens. Accounts that could confirm need two persons: `POST /api/proposals`."""

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import Field

from coordinator.centre.asking import Asked, Ident, Text, Title, Who
from coordinator.centre.journal import Acting
from coordinator.centre.office import Office
from coordinator.centre.people import PRIVILEGED, Person
from coordinator.centre.refusals import conflict, forbidden, missing
from coordinator.centre.sessions import PERSON, SCREEN

Json = dict[str, Any]
MOST_UNITS = 1500


class NewPerson(Asked):
    """A guide with the own units, or a supervisor."""

    person: Ident
    name: Title
    role: Literal["guide", "supervisor"]
    units: list[Ident] = Field(default_factory=list, max_length=MOST_UNITS)


class Units(Asked):
    """The units of a guide, all of them."""

    units: list[Ident] = Field(max_length=MOST_UNITS)


class Why(Asked):
    """A reason."""

    text: Text


class NewScreen(Asked):
    """Where it hangs."""

    name: Title


class Staffing:
    """The endpoints."""

    def __init__(self, office: Office) -> None:
        """Of this office."""
        self._office = office

    def people(self) -> Json:
        """Every account, without anything that one logs in with."""
        with self._office.journal.reading() as state:
            found = sorted(state.people.all.values(), key=lambda one: (bool(one.ended), one.role, one.id))
        return {"people": [_person(one) for one in found]}

    def new_person(self, asked: NewPerson, who: Who) -> Json:
        """Make an account; its first password is told once."""
        for unit in asked.units:
            self._office.unit(unit)
        with self._office.journal.acting(who.id) as acting:
            if asked.person in acting.state.people.all:
                raise conflict(f"账号 {asked.person} 已存在", f"the account {asked.person} exists already")
            units = sorted(set(asked.units)) if asked.role == "guide" else []
            acting.add("person", person=asked.person, name=asked.name, role=asked.role, units=units)
            acting.add("password", person=asked.person, why="first")
        return {"person": asked.person, "password": self._office.credentials.first(asked.person)}

    def units(self, person: Ident, asked: Units, who: Who) -> Json:
        """Give a guide other units."""
        for unit in asked.units:
            self._office.unit(unit)
        with self._office.journal.acting(who.id) as acting:
            if self._account(acting, person).role != "guide":
                raise conflict("只有包联干部有自己的单位", "only a guide has units of the own")
            acting.add("units", person=person, units=sorted(set(asked.units)))
        return {"done": True}

    def end(self, person: Ident, asked: Why, who: Who) -> Json:
        """Close an account; its sessions end at once. The last who could do so stays."""
        with self._office.journal.acting(who.id) as acting:
            account = self._account(acting, person)
            same = [one for one in acting.state.people.all.values() if one.active and one.role == account.role]
            if account.role in PRIVILEGED and len(same) == 1:
                raise conflict("该角色最后一个账号，请先新增一个", "the last account of this role; make another first")
            acting.add("person_ended", person=person, text=asked.text)
        self._office.sessions.end_all(person, PERSON)
        return {"done": True}

    def password(self, person: Ident, asked: Why, who: Who) -> Json:
        """Give a guide or supervisor a new first password, told once; the second factor goes with it."""
        with self._office.journal.acting(who.id) as acting:
            if self._account(acting, person).role in PRIVILEGED:
                raise forbidden()
            acting.add("password", person=person, why="reset", text=asked.text)
            acting.add("totp", person=person, on=False)
        password = self._office.credentials.first(person)
        self._office.sessions.end_all(person, PERSON)
        return {"person": person, "password": password}

    def _account(self, acting: Acting, person: str) -> Person:
        found = acting.state.people.active(person)
        if found is None:
            raise missing(f"没有账号 {person}", f"there is no account {person}")
        return found

    def screens(self) -> Json:
        """Every screen."""
        with self._office.journal.reading() as state:
            found = list(state.people.screens.values())
        return {
            "screens": [
                {
                    "screen": one.id, "name": one.name, "by": one.by, "made": one.made, "opened": one.opened,
                    "revoked": one.revoked,
                }
                for one in reversed(found)
            ]
        }  # fmt: skip

    def new_screen(self, asked: NewScreen, who: Who) -> Json:
        """A link that opens a reading page once, on the computer of the screen."""
        link, digest = self._office.new_link()
        with self._office.journal.acting(who.id) as acting:
            name = f"S-{len(acting.state.people.screens) + 1:04d}"
            acting.add("screen", screen=name, name=asked.name, link=digest)
        return {"screen": name, "link": link}

    def revoke(self, screen: Ident, asked: Why, who: Who) -> Json:
        """The screen goes dark at its next look."""
        with self._office.journal.acting(who.id) as acting:
            found = acting.state.people.screens.get(screen)
            if found is None or found.revoked:
                raise missing(f"没有屏幕 {screen}，或已撤销", f"there is no screen {screen}, or it is revoked")
            acting.add("screen_revoked", screen=screen, text=asked.text)
        self._office.sessions.end_all(screen, SCREEN)
        return {"done": True}


def _person(one: Person) -> Json:
    return {
        "person": one.id, "name": one.name, "role": one.role, "units": sorted(one.units), "since": one.since,
        "ended": one.ended, "seen": one.seen, "totp": one.totp,
    }  # fmt: skip


def add_to(app: FastAPI, office: Office) -> None:
    """Put the endpoints on an application."""
    desk = Staffing(office)
    app.add_api_route("/api/people", desk.people, methods=["GET"])
    app.add_api_route("/api/people", desk.new_person, methods=["POST"])
    app.add_api_route("/api/people/{person}/units", desk.units, methods=["POST"])
    app.add_api_route("/api/people/{person}/end", desk.end, methods=["POST"])
    app.add_api_route("/api/people/{person}/password", desk.password, methods=["POST"])
    app.add_api_route("/api/screens", desk.screens, methods=["GET"])
    app.add_api_route("/api/screens", desk.new_screen, methods=["POST"])
    app.add_api_route("/api/screens/{screen}/revoke", desk.revoke, methods=["POST"])
