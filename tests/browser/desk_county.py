"""A played county with the centre's page: real accounts made by the real commands, one browser a person."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from rehearsal.casting import Cast, cast_nodes
from rehearsal.folder import Folder
from rehearsal.stage import HOST, Stage, free_port
from tests.browser.playing import PlayedCounty
from tests.together.conftest import program

SILENT = "4"


def password_of(person: str) -> str:
    return f"{person} quiet river staple 9"


class DeskStage(Stage):
    """The stage of a rehearsal whose county also has a centre's page."""

    def __init__(self, out: Path, folder: Folder, casts: Sequence[Cast], sealed: Callable[[], object]) -> None:
        super().__init__(out, folder, casts)
        self._sealed = sealed

    def seal(self) -> None:
        super().seal()
        self._sealed()


class DeskCounty(PlayedCounty):
    """Operator `wang`, authority `li`; guides and supervisors are made on the page."""

    def __init__(self, out: Path) -> None:
        super().__init__(out)
        self.stage = DeskStage(out / "out", self.folder, cast_nodes(self.folder.units, 1), self._first)
        self.centre_port = free_port()
        self.first: dict[str, str] = {}

    def _first(self) -> None:
        self.command("centre-init", "--operator", "wang", "--authority", "li")

    def start(self) -> None:
        with _environment(CHANGPIAO_CENTRE=f"{HOST}:{self.centre_port}", CHANGPIAO_SILENT_AFTER=SILENT):
            super().start()

    def command(self, *words: str) -> list[dict[str, Any]]:
        """A command of the coordinator on this county; its JSON lines."""
        done = subprocess.run(
            [program("tally-coordinator"), words[0], "--home", str(self.stage.county_home), *words[1:]],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
        for line in lines:
            if "password" in line:
                self.first[line["person"]] = line["password"]
        return lines

    @property
    def centre(self) -> str:
        """The centre's page."""
        return f"http://{HOST}:{self.centre_port}/"


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]


def enter(page: Page, county: DeskCounty, person: str) -> None:
    """Log in on the page; at the first time the first password is changed as the page asks."""
    page.goto(county.centre)
    first = county.first.pop(person, "")
    page.get_by_label("账号").fill(person)
    page.get_by_label("口令").fill(first or password_of(person))
    page.get_by_role("button", name="登录").click()
    if first:
        page.get_by_role("button", name="更改口令").click()
        page.get_by_label("原口令").fill(first)
        page.get_by_label("新口令").fill(password_of(person))
        page.get_by_role("button", name="确定").click()
    expect(page.locator("#account")).to_be_visible()
