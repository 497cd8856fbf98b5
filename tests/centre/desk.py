"""A centre in this process: the real application over a real database, asked as a browser asks it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher

from coordinator.board.following import event_of_entry
from coordinator.centre.app import make_app
from coordinator.centre.county import CountyView, Silence
from coordinator.centre.credentials import Credentials
from coordinator.centre.gate import Gate
from coordinator.centre.journal import Journal
from coordinator.centre.office import Office
from coordinator.centre.opening import Receipts, due_of, first_people, laptops_of, open_journal
from coordinator.centre.printing import Printer
from coordinator.centre.sessions import Sessions
from coordinator.ledger.fold import Fold
from coordinator.settings import Home
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.store.stores import SQLITE, open_stores
from tests.coordinator.county import make_home
from tests.world import TIME, World

ORIGIN = "http://centre.test"
PEOPLE = {"op": "operator", "op2": "operator", "gu": "guide", "su": "supervisor", "au": "authority"}
# one pass over little memory: what is tested is whose password it is, not how long guessing takes
FACTORS = bytes(range(32))
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def password_of(person: str) -> str:
    return f"{person} long horse staple 7"


@dataclass
class Clock:
    """A clock that a test moves."""

    now: float = float(TIME)

    def __call__(self) -> float:
        return self.now


class Browser:
    """Cookies and the CSRF word of one browser."""

    def __init__(self, gate: Gate, address: str = "10.0.0.1") -> None:
        self.gate = gate
        self.address = address
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, *, csrf: bool = True,
        content: bytes | None = None,
    ) -> httpx.Response:  # fmt: skip
        given = {"origin": ORIGIN} if method != "GET" else {}
        if csrf and self.csrf:
            given["x-centre-csrf"] = self.csrf
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if content is not None:
            given["content-type"] = "application/json"
        given |= dict(headers or {})

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.gate, client=(self.address, 1))
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                if content is not None or method == "GET":
                    return await client.request(method, path, content=content, headers=given)
                return await client.request(method, path, headers=given, json={} if body is None else body)

        answer = asyncio.run(run())
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        for line in answer.headers.get_list("set-cookie"):
            if "Max-Age=0" in line:
                self.cookies.pop(line.split("=", 1)[0], None)
        return answer

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self.ask("POST", path, body)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def refused(self, path: str, **body: Any) -> int:
        answer = self.ask("POST", path, body)
        assert answer.status_code >= 400, (path, answer.text)
        error = answer.json()["error"]
        assert error["zh"]
        assert error["en"]
        return answer.status_code

    def login(self, person: str, password: str = "", code: str = "") -> httpx.Response:
        asked = {"person": person, "password": password or password_of(person)} | ({"code": code} if code else {})
        answer = self.ask("POST", "/api/login", asked)
        if answer.status_code == 200:
            self.csrf = self.get("/api/me")["csrf"]
        return answer


@dataclass
class Desk:
    """A sealed county with an office and five people in it."""

    home: Home
    world: World
    url: str = SQLITE
    clock: Clock = field(default_factory=Clock)
    printer: Printer | None = None

    def __post_init__(self) -> None:
        stores = open_stores(self.home, self.url)
        self._stores = stores
        self.store: Database = stores.store
        quick = Credentials(self.store, FACTORS, QUICK)
        first_people(self.home, self.store, {"op": "operator", "au": "authority"}, quick)
        self.open()
        self._hire()

    def open(self) -> None:
        """As after a start of the process."""
        self.journal: Journal
        self.journal, election, _ = open_journal(self.home, self.store, self.clock)
        self.view = CountyView(election)
        self.seen: dict[str, float] = {}
        self.silence = Silence(
            self.view, laptops_of(self.store), heard=Receipts(self.store).times, seen=lambda: self.seen,
            clock=self.clock, due=due_of(self.journal),
        )  # fmt: skip
        self.credentials = Credentials(self.store, FACTORS, QUICK)
        self.office = Office(
            self.journal, self.view, self.silence, self.credentials, Sessions(self.store, self.clock)
        )
        self.gate = make_app(self.office, self.printer)
        self.fold = Fold()
        self.follow()

    def follow(self) -> None:
        """Take in what the log has."""
        for entry in log.read_range(self.store, self.fold.size, log.size(self.store)):
            self.fold.add(event_of_entry(entry))
        changed, self.fold.changed = self.fold.changed, set()
        self.view.published(self.fold, changed)

    def _hire(self) -> None:
        with self.journal.acting("-") as acting:
            for person in ("op2", "gu", "su"):
                units = ["v1"] if person == "gu" else []
                acting.add("person", person=person, name=person, role=PEOPLE[person], units=units)
        for person in PEOPLE:
            self.credentials.first(person)
            self.credentials.change(person, password_of(person))

    def browser(self, person: str = "", address: str = "10.0.0.1") -> Browser:
        found = Browser(self.gate, address)
        if person:
            assert found.login(person).status_code == 200
        return found

    def close(self) -> None:
        self._stores.close()


def new_desk(path: Path, url: str = SQLITE, **options: Any) -> Desk:
    world = World(**options)
    return Desk(make_home(path / "home", world, url), world, url)
