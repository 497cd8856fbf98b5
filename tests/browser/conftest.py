"""What the browser tests of all pages share: Chromium, a page of a given size, axe, pictures for the documents."""

import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.playing import PlayedCounty

CHROMIUM = "/usr/bin/chromium"
# no sandbox: the tests may run as root, and the only page is our own
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESK = (1366, 768)
Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The real Chromium of the system."""
    assert Path(CHROMIUM).exists(), f"{CHROMIUM} is missing: make browser installs it"
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """`open_page(address, width, height, language)`: a page of its own; what it complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opener(
        address: str, width: int = DESK[0], height: int = DESK[1], *, complains: bool = False, **options: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        if not complains:
            page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
            page.on("console", lambda said: complaints.extend(_complaint(said.type, said.text)))
        page.goto(address)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert complaints == []


def _complaint(kind: str, text: str) -> list[str]:
    # what a test cuts off by itself is no complaint
    return [f"console: {text}"] if kind == "error" and "net::ERR_" not in text else []


@pytest.fixture
def serve_files() -> Iterator[Callable[[Path], str]]:
    """A plain file server over a folder, as any county has one; gives its address."""
    servers: list[ThreadingHTTPServer] = []

    def serve(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Findings of axe that are serious or critical, one line each."""
    checker = Axe()

    def check(page: Page) -> list[str]:
        found = checker.run(page)
        return [
            f"{one['id']} ({one['impact']}): {node['html'][:120]} {node['failureSummary']}"
            for one in found["violations"] if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]  # fmt: skip

    return check


@pytest.fixture(scope="session")
def shoot() -> Callable[[Page, str], None]:
    """Keeps a picture for the documents, where the run was asked for pictures."""
    folder = os.environ.get("CHANGPIAO_SHOTS", "")

    def keep(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png")

    return keep


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedCounty]:
    """The example county, running, with real laptops that count as far as a test lets them."""
    played = PlayedCounty(tmp_path_factory.mktemp("county"))
    played.start()
    yield played
    played.end()
