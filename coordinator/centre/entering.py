"""Endpoints of the way in: login, screen, logout, own password and code, who am I."""

from typing import Annotated, Any

import segno
from fastapi import FastAPI, Response
from pydantic import StringConstraints

from coordinator.centre.asking import Asked, Who
from coordinator.centre.gate import COOKIE
from coordinator.centre.office import Office
from coordinator.centre.sessions import LONGEST

Secret = Annotated[str, StringConstraints(max_length=128)]
Code = Annotated[str, StringConstraints(max_length=6)]
Account = Annotated[str, StringConstraints(max_length=32)]


class Login(Asked):
    """Account, password, and the code where one is asked for."""

    person: Account
    password: Secret
    code: Code = ""


class Change(Asked):
    """The old password and the new one."""

    old: Secret
    new: Secret


class Authenticator(Asked):
    """A secret that the page was given, a code of it, and the password again; empty secret and code: no factor."""

    secret: Annotated[str, StringConstraints(pattern=r"^([A-Z2-7]{32})?$")]
    code: Code
    password: Secret


class Link(Asked):
    """The word of a screen's link."""

    link: Secret


class Entering:
    """The endpoints."""

    def __init__(self, office: Office) -> None:
        """Of this office."""
        self._office = office

    def login(self, asked: Login, who: Who, response: Response) -> dict[str, bool]:
        """Begin a session."""
        token = self._office.login(asked.person, asked.password, asked.code, who)
        self._give(response, token, LONGEST)
        return {"done": True}

    def screen(self, asked: Link, who: Who, response: Response) -> dict[str, bool]:
        """Begin a screen's session, which never times out."""
        self._give(response, self._office.open_screen(asked.link, who.address), 400 * 86_400)
        return {"done": True}

    def logout(self, who: Who, response: Response) -> dict[str, bool]:
        """End this session."""
        self._office.logout(who)
        response.delete_cookie(COOKIE, path="/", secure=self._office.secure, httponly=True, samesite="strict")
        return {"done": True}

    def me(self, who: Who) -> dict[str, Any]:
        """Who I am, and the word that changes are asked with."""
        election = self._office.view.election
        with self._office.journal.reading() as state:
            person = state.people.active(who.id) if who.role != "screen" else None
        return {
            "id": who.id, "name": who.name, "role": who.role, "units": sorted(who.units), "csrf": who.csrf,
            "board": self._office.board_url, "first": who.first, "totp": person.totp if person else False,
            "election": {"id": election.id, "title": election.title, "date": election.date, "test": election.test},
        }  # fmt: skip

    def password(self, asked: Change, who: Who) -> dict[str, bool]:
        """Change my own."""
        self._office.change_password(who, asked.old, asked.new)
        return {"done": True}

    def totp(self, who: Who) -> dict[str, str]:
        """A new secret as text and as a picture for the authenticator; it counts when it is confirmed."""
        secret = self._office.credentials.new_totp()
        label = f"Changpiao:{who.id}?secret={secret}&issuer=Changpiao"
        picture = segno.make(f"otpauth://totp/{label}", error="m").svg_data_uri(scale=4, border=2)
        return {"secret": secret, "picture": picture}

    def confirm_totp(self, asked: Authenticator, who: Who) -> dict[str, bool]:
        """Keep the secret, or take the factor away."""
        self._office.keep_totp(who, asked.secret, asked.code, asked.password)
        return {"done": True}

    def _give(self, response: Response, token: str, seconds: int) -> None:
        response.set_cookie(
            COOKIE, token, max_age=seconds, path="/", secure=self._office.secure, httponly=True, samesite="strict"
        )


def add_to(app: FastAPI, office: Office) -> None:
    """Put the endpoints on an application."""
    desk = Entering(office)
    app.add_api_route("/api/login", desk.login, methods=["POST"])
    app.add_api_route("/api/screen", desk.screen, methods=["POST"])
    app.add_api_route("/api/logout", desk.logout, methods=["POST"])
    app.add_api_route("/api/me", desk.me, methods=["GET"])
    app.add_api_route("/api/password", desk.password, methods=["POST"])
    app.add_api_route("/api/totp", desk.totp, methods=["POST"])
    app.add_api_route("/api/totp/confirm", desk.confirm_totp, methods=["POST"])
