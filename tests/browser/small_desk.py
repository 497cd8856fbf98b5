"""The centre's page over a small world in this process: its clock and its names are the test's.

What takes years (destruction), a certain hour (a village that does not begin) or bad names needs no running county.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

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

    @property
    def url(self) -> str:
        """The centre's page."""
        return f"http://{HOST}:{self._server.port}/"

    def asked(self, person: str) -> Browser:
        """A person who asks without a page, to set a scene."""
        return self.desk.browser(person)

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
