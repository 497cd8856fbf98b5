"""The centre's page over a small world in this process: its clock and its names are the test's.

What takes years (destruction), a certain hour (a village that does not begin) or bad names needs no running county.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from coordinator.centre.server import CentreServer
from tally_protocol.election.unit import Unit
from tests.centre.desk import Browser, Desk, password_of
from tests.coordinator.county import make_home
from tests.world import World

HOST = "127.0.0.1"


@dataclass
class NamedWorld(World):
    """Villages with a name and a township of their own: unit -> (name, township)."""

    called: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def _unit(self, name: str, stations: Sequence[str]) -> Unit:
        found = super()._unit(name, stations)
        if name not in self.called:
            return found
        village, township = self.called[name]
        return replace(found, name=village, place=("清河县", township))


class SmallDesk:
    """People `op`, `op2`, `gu` (guide of v1), `su`, `au`, with their passwords."""

    def __init__(self, path: Path, called: Mapping[str, tuple[str, str]] | None = None) -> None:
        """Served at once; without names the two villages of the world."""
        world = NamedWorld()
        if called:
            world = NamedWorld(places=tuple((unit, ("1",)) for unit in called), called=called)
        self.desk = Desk(make_home(path / "home", world), world)
        self._server = CentreServer(HOST, 0, self.desk.gate)
        self._server.start()
        self._people: dict[str, Browser] = {}

    @property
    def url(self) -> str:
        """The centre's page."""
        return f"http://{HOST}:{self._server.port}/"

    def post(self, person: str, path: str, **body: Any) -> Any:
        """What a person does without a page, to set a scene."""
        return self._apart(lambda: self._browser(person).post(path, **body))

    def get(self, person: str, path: str) -> Any:
        """What a person is told without a page."""
        return self._apart(lambda: self._browser(person).get(path))

    def _browser(self, person: str) -> Browser:
        if person not in self._people:
            self._people[person] = self.desk.browser(person)
        return self._people[person]

    def _apart(self, act: Callable[[], Any]) -> Any:
        # a thread that has a browser of Playwright's has an event loop, too, and the asking needs one of its own
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(act).result()

    def enter(self, page: Page, person: str) -> Page:
        """Log in on the page."""
        page.goto(self.url)
        page.get_by_label("账号").fill(person)
        page.get_by_label("口令").fill(password_of(person))
        page.get_by_role("button", name="登录").click()
        expect(page.locator("#account")).to_be_visible()
        return page

    def close(self) -> None:
        """End."""
        self._server.stop()
        self.desk.close()
