"""Sessions: a new random token at every login, kept as its hash; a screen's never times out and only reads (ADR 8)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from coordinator.centre.people import Person
from coordinator.store import centre as rows
from coordinator.store.centre import SessionRow
from coordinator.store.database import Database

PERSON, SCREEN = "person", "screen"
IDLE = 30 * 60
LONGEST = 16 * 3600
# writing down every minute that somebody is there is enough for a bound of half an hour
TOUCH = 60
TOKEN_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who asks: a person with a role, a screen, or nobody (`role` empty)."""

    role: str = ""
    id: str = ""
    name: str = ""
    units: frozenset[str] = frozenset()
    csrf: str = ""
    token: bytes = b""
    first: bool = False
    # where the request came from, for limits alone
    address: str = ""

    def sees(self, unit: str) -> bool:
        """Whether a unit may be shown: a guide's own, else all; what belongs to no unit is not a guide's."""
        return self.role != "guide" or unit in self.units


class Sessions:
    """Opens, finds, ends."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        """Nobody is logged in by that."""
        self._database = database
        self._clock = clock

    def open(self, owner: str, kind: str) -> str:
        """A new session, whatever the browser sent; gives its token for the cookie."""
        now = int(self._clock())
        rows.forget_sessions(self._database, PERSON, now - IDLE, now - LONGEST)
        token = secrets.token_urlsafe(32)
        row = SessionRow(digest_of(token), owner, kind, secrets.token_urlsafe(24), now, now)
        rows.open_session(self._database, row)
        return token

    def find(self, token: str, *, touch: bool) -> SessionRow | None:
        """The session of a cookie, if it has not timed out; `touch`: its person did something."""
        if not token or len(token) > TOKEN_MOST:
            return None
        now = int(self._clock())
        row = rows.session_of(self._database, digest_of(token))
        if row is None:
            return None
        if row.kind == PERSON and (now - row.seen > IDLE or now - row.made > LONGEST):
            rows.end_session(self._database, row.token)
            return None
        if touch and now - row.seen >= TOUCH:
            rows.touch_session(self._database, row.token, now)
        return row

    def end(self, token: bytes) -> None:
        """Log out."""
        rows.end_session(self._database, token)

    def end_all(self, owner: str, kind: str, spared: bytes = b"") -> None:
        """Log out everywhere, but for one session."""
        rows.end_sessions_of(self._database, owner, kind, spared)


def digest_of(token: str) -> bytes:
    """What the database keeps of a token."""
    return sha256(token.encode()).digest()


def known_person(person: Person, row: SessionRow, address: str, *, first: bool) -> Known:
    """A person as the endpoints see one."""
    return Known(
        role=person.role, id=person.id, name=person.name, units=person.units, csrf=row.csrf, token=row.token,
        first=first, address=address,
    )  # fmt: skip
