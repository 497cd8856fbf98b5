"""People and screens: who may do what, as the acts say (ADR 8). Pure; passwords and codes are elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from coordinator.centre.acts import Act

OPERATOR, GUIDE, SUPERVISOR, AUTHORITY = ROLES = ("operator", "guide", "supervisor", "authority")
# an account of these could confirm what somebody else proposed, so making one needs two persons
PRIVILEGED = frozenset({OPERATOR, AUTHORITY})
SCREEN_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account; a guide's `units` are the only ones that the guide sees."""

    id: str
    name: str
    role: str
    units: frozenset[str] = frozenset()
    since: int = 0
    ended: int = 0
    seen: int = 0
    totp: bool = False
    # the last act that said which units are the person's own
    units_by: int = 0

    @property
    def active(self) -> bool:
        """Whether the person may log in."""
        return not self.ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A big screen: `link` is the hash of its one-time link, used once at `opened`."""

    id: str
    name: str
    link: str
    made: int
    by: str
    opened: int = 0
    revoked: int = 0


class People:
    """Accounts and screens."""

    def __init__(self) -> None:
        """Nobody."""
        self.all: dict[str, Person] = {}
        self.screens: dict[str, Screen] = {}

    def takes(self) -> dict[str, Callable[[Act], None]]:
        """Which acts change this."""
        return {
            "person": self._person, "units": self._units, "person_ended": self._ended, "password": self._nothing,
            "totp": self._totp, "login": self._login, "login_failed": self._nothing, "logout": self._nothing,
            "screen": self._screen, "screen_opened": self._opened, "screen_revoked": self._revoked,
            "started": self._nothing,
        }  # fmt: skip

    def active(self, person: str) -> Person | None:
        """An account that may log in."""
        found = self.all.get(person)
        return found if found is not None and found.active else None

    def screen_of(self, link: str) -> Screen | None:
        """The screen of an unused link, by its hash."""
        return next((one for one in self.screens.values() if one.link == link and not one.opened | one.revoked), None)

    def _nothing(self, act: Act) -> None:
        """An act for the audit alone."""

    def _person(self, act: Act) -> None:
        body = act.body
        before = self.all.get(body["person"])
        self.all[body["person"]] = Person(
            id=body["person"], name=body["name"], role=body["role"], units=frozenset(body["units"]),
            since=before.since if before else act.time, totp=before.totp if before else False,
            units_by=act.id,
        )  # fmt: skip

    def _units(self, act: Act) -> None:
        self._change(act.body["person"], units=frozenset(act.body["units"]), units_by=act.id)

    def _ended(self, act: Act) -> None:
        self._change(act.body["person"], ended=act.time)

    def _totp(self, act: Act) -> None:
        self._change(act.body["person"], totp=act.body["on"])

    def _login(self, act: Act) -> None:
        self._change(act.person, seen=act.time)

    def _change(self, person: str, **values: object) -> None:
        self.all[person] = replace(self.all[person], **values)  # type: ignore[arg-type]

    def _screen(self, act: Act) -> None:
        body = act.body
        self.screens[body["screen"]] = Screen(
            id=body["screen"], name=body["name"], link=body["link"], made=act.time, by=act.person
        )

    def _opened(self, act: Act) -> None:
        self.screens[act.body["screen"]] = replace(self.screens[act.body["screen"]], opened=act.time)

    def _revoked(self, act: Act) -> None:
        self.screens[act.body["screen"]] = replace(self.screens[act.body["screen"]], revoked=act.time)
