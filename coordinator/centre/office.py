"""The office: what the endpoints share, and the way in and out of it (login, first password, codes, screens)."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from coordinator.access.bucket import Bucket
from coordinator.centre.acts import SYSTEM
from coordinator.centre.county import CountyView, Silence
from coordinator.centre.credentials import Credentials
from coordinator.centre.journal import Journal
from coordinator.centre.refusals import Refused, missing, slow
from coordinator.centre.sessions import PERSON, SCREEN, Known, Sessions, digest_of, known_person
from coordinator.ledger.progress import UnitProgress

LOG = logging.getLogger("changpiao.centre")
# wrong tries: ten at once, then one every so many seconds, of an account from whatever address and of an address
TRIES, OF_ACCOUNT, OF_ADDRESS = 10.0, 30.0, 6.0
KNOWN_MOST = 10_000


@dataclass(slots=True)
class Tries:
    """Wrong logins by account or address; only failures are charged: people who come to work together all get in."""

    clock: Callable[[], float]
    every: float
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def may(self, whose: str) -> None:
        """Refused 429 while there were too many."""
        bucket = self._buckets.get(whose)
        if bucket is not None and bucket.take(1, self.clock(), 0.0) is None:
            raise slow(int(self.every))
        if bucket is not None:
            bucket.take(-1, self.clock(), 0.0)

    def failed(self, whose: str) -> None:
        """Charge one."""
        if len(self._buckets) >= KNOWN_MOST:
            self._buckets.clear()
        bucket = self._buckets.setdefault(whose, Bucket(1 / self.every, TRIES, self.clock()))
        bucket.take(1, self.clock(), 0.0)


class Office:
    """Everything that a handler may ask."""

    def __init__(
        self, journal: Journal, view: CountyView, silence: Silence, credentials: Credentials, sessions: Sessions, *,
        secure: bool = False, proxied: bool = False,
    ) -> None:  # fmt: skip
        """`secure`: reached by TLS, so the cookie travels by nothing else; `proxied`: by way of a proxy of ours."""
        self.journal, self.view, self.silence = journal, view, silence
        self.credentials, self.sessions = credentials, sessions
        self.secure, self.proxied = secure, proxied
        # where the public page is, "" where nobody has said: then the desk shows no link to it
        self.board_url = ""
        self._tries, self._places = Tries(journal.clock, OF_ACCOUNT), Tries(journal.clock, OF_ADDRESS)

    @property
    def now(self) -> int:
        """The county's clock."""
        return int(self.journal.clock())

    def who(self, token: str, address: str, *, touch: bool) -> Known:
        """Who a cookie stands for; nobody, if it is unknown, timed out, or its account has ended."""
        row = self.sessions.find(token, touch=touch)
        if row is None:
            return Known(address=address)
        with self.journal.reading() as state:
            if row.kind == SCREEN:
                screen = state.people.screens.get(row.person)
                if screen is None or screen.revoked:
                    return Known(address=address)
                return Known(
                    role="screen", id=screen.id, name=screen.name, csrf=row.csrf, token=row.token, address=address
                )
            person = state.people.active(row.person)
        if person is None:
            return Known(address=address)
        return known_person(person, row, address, first=self.credentials.must_change(person.id))

    def login(self, person: str, password: str, code: str, before: Known) -> str:
        """A new session's token; one sentence for every reason why not, but for a missing code."""
        self._places.may(before.address)
        self._tries.may(person)
        with self.journal.reading() as state:
            account = state.people.active(person)
        good = self.credentials.good(person if account else "", password) and account is not None
        if good and self.credentials.has_totp(person):
            if not code:
                raise Refused(401, "请输入动态验证码", "enter the code of your authenticator", "code")
            good = self.credentials.good_code(person, code, self.now)
        if not good:
            self._tries.failed(person)
            self._places.failed(before.address)
            if account is not None:
                with self.journal.acting(person) as acting:
                    acting.add("login_failed", address=before.address)
            raise Refused(401, "账号、口令或验证码不对", "wrong account, password or code", "wrong")
        if before.token:
            # what the browser had before is worth nothing afterwards
            self.sessions.end(before.token)
        with self.journal.acting(person) as acting:
            acting.add("login", address=before.address)
        return self.sessions.open(person, PERSON)

    def logout(self, who: Known) -> None:
        """End this session."""
        self.sessions.end(who.token)
        if who.role != "screen":
            with self.journal.acting(who.id) as acting:
                acting.add("logout")

    def change_password(self, who: Known, old: str, new: str) -> None:
        """The person's own; every other session of the person ends."""
        self._tries.may(who.id)
        if not self.credentials.good(who.id, old):
            self._tries.failed(who.id)
            raise Refused(403, "原口令不对", "the old password is wrong", "wrong")
        if old == new:
            raise Refused(422, "新口令与原口令相同", "the new password is the old one", "weak")
        self.credentials.change(who.id, new)
        self.sessions.end_all(who.id, PERSON, who.token)
        with self.journal.acting(who.id) as acting:
            acting.add("password", person=who.id, why="own")

    def keep_totp(self, who: Known, secret: str, code: str, password: str) -> None:
        """Add a second factor, or take it away with an empty secret; the password is asked again."""
        self._tries.may(who.id)
        if not self.credentials.good(who.id, password):
            self._tries.failed(who.id)
            raise Refused(403, "口令不对", "the password is wrong", "wrong")
        if not self.credentials.keep_totp(who.id, secret, code, self.now):
            raise Refused(422, "验证码不对，请核对手机时间", "the code is wrong; check the clock of the phone", "code")
        with self.journal.acting(who.id) as acting:
            acting.add("totp", person=who.id, on=bool(secret))

    def open_screen(self, link: str, address: str) -> str:
        """A screen's session for its one-time link."""
        digest = digest_of(link).hex()
        self._places.may(address)
        with self.journal.acting(SYSTEM) as acting:
            screen = acting.state.people.screen_of(digest)
            if screen is None:
                self._places.failed(address)
                raise missing("链接无效或已用过", "the link is not valid, or was used")
            acting.add("screen_opened", screen=screen.id)
        return self.sessions.open(screen.id, SCREEN)

    def new_link(self) -> tuple[str, str]:
        """A link for a screen, and its hash for the act."""
        link = secrets.token_urlsafe(24)
        return link, digest_of(link).hex()

    def unit(self, unit: str) -> UnitProgress:
        """A unit of the election; Refused 404."""
        found = self.view.unit(unit)
        if found is None:
            raise missing(f"本次选举没有单位 {unit}", f"the election has no unit {unit}")
        return found
