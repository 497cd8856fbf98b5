"""The centre's desk of a large county: first paint, and what the polls of thirty desks cost.

`python -m benchmarks.desk_page [DESKS]`. 8,000 villages with 18,000 stations; the desk is a process of its own over a
real store, Chromium another. In every second 1,000 stations have a new batch, and every desk asks `/api/now` once, as
the page does. Printed: CPU of the desk's process as a share of one core, and the size of an answer.
"""

import http.client
import json
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.board import CHROMIUM, PAINTS, STATIONS, UNITS, Talk
from benchmarks.board_county import Reached, make_store
from benchmarks.process import cpu_seconds
from benchmarks.rounds import heading, verdict
from coordinator.board.following import Following
from coordinator.centre.app import make_app
from coordinator.centre.county import CountyView, Silence
from coordinator.centre.credentials import Credentials
from coordinator.centre.office import Office
from coordinator.centre.opening import due_of, factor_key, first_people, open_journal
from coordinator.centre.server import CentreServer
from coordinator.centre.sessions import PERSON, Sessions
from coordinator.settings import Home

ROUNDS, A_ROUND = 20, 1_000
DESKS = 30
HOST = "127.0.0.1"
MOST_PAINT, MOST_ANSWER, MOST_CORE = 1.0, 1.0, 0.5


def serve(folder: Path) -> None:
    """The desk's process: one JSON line when it stands, one for every round that its parent asks for."""
    database, election, size = make_store(folder, UNITS, STATIONS, 2 * ROUNDS * A_ROUND)
    home = Home(folder)
    home.keys.mkdir()
    first_people(home, database, {"wang": "operator", "li": "authority"})
    journal, _, _ = open_journal(home, database)
    view, heads = CountyView(election), Reached(database, election)
    following = Following(database, heads, view)
    heads.size = size - 2 * ROUNDS * A_ROUND
    following.look()
    silence = Silence(view, {}, heard=dict, seen=lambda: {"": 0.0}, due=due_of(journal))
    sessions = Sessions(database, journal.clock)
    credentials = Credentials(database, factor_key(home))
    office = Office(journal, view, silence, credentials, sessions)
    # thirty desks are thirty sessions; how slow a password is to guess is not what is measured
    password = "a slow river and staples"  # noqa: S105 - of a county that lives a minute
    credentials.change("wang", password)
    server = CentreServer(HOST, 0, make_app(office))
    server.start()
    ready = {"port": server.port, "password": password, "tokens": [sessions.open("wang", PERSON) for _ in range(DESKS)]}
    print(json.dumps(ready), flush=True)
    while line := sys.stdin.readline():
        heads.size = min(size, heads.size + int(line))
        following.look()
        silence.look()
        print(json.dumps({"size": heads.size}), flush=True)
    server.stop()


def paints(port: int, password: str) -> None:
    """Somebody who is logged in opens the page, several times: until the tree has rows."""
    if not Path(CHROMIUM).exists():
        print(f"   first paint: NOT RUN, there is no {CHROMIUM} (make browser installs it)")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    shown, first, found = [], [], [0.0]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page = context.new_page()
        page.goto(f"http://{HOST}:{port}/")
        page.get_by_label("账号").fill("wang")
        page.get_by_label("口令").fill(password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_selector(".tree-row", timeout=60_000)
        for _ in range(PAINTS):
            page = context.new_page()
            page.goto(f"http://{HOST}:{port}/")
            page.wait_for_selector(".tree-row", timeout=60_000)
            found = page.evaluate("""() => [performance.getEntriesByName('first-contentful-paint')[0].startTime,
                performance.now(), document.querySelectorAll('*').length]""")
            first.append(found[0] / 1000)
            shown.append(found[1] / 1000)
            page.close()
        browser.close()
    print(f"   the page holds {found[2]:.0f} elements for {UNITS} villages")
    verdict(f"first contentful paint, seconds, the slowest of {PAINTS}", max(first), most=MOST_PAINT)
    verdict("tree and sums shown, seconds, median", median(shown), most=MOST_PAINT)


class Polling:
    """One desk: asks once a second what has changed since its last answer."""

    def __init__(self, port: int, token: str) -> None:
        """Not yet asked."""
        self._port, self._token = port, token
        self._since = -1
        self.waits: list[float] = []
        self.sizes: list[int] = []

    def run(self, until: float) -> None:
        """A connection that is kept, as a browser keeps it."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=60)
        while time.monotonic() < until:
            began = time.monotonic()
            headers = {"cookie": f"centre={self._token}", "x-centre-quiet": "1"}
            connection.request("GET", f"/api/now?since={self._since}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise SystemExit(f"/api/now answers {answer.status}: {body[:200]!r}")
            self.waits.append(time.monotonic() - began)
            self.sizes.append(len(body))
            self._since = json.loads(body)["size"]
            time.sleep(max(0.0, began + 1.0 - time.monotonic()))


def rounds(desk: Talk, polling: list[Polling]) -> float:
    """CPU seconds of the desk's process in `ROUNDS` seconds, each with new batches."""
    until = time.monotonic() + ROUNDS
    threads = [threading.Thread(target=one.run, args=(until,)) for one in polling]
    before = cpu_seconds(desk.process.pid)
    for thread in threads:
        thread.start()
    for _ in range(ROUNDS):
        due = time.monotonic() + 1.0
        desk.ask(A_ROUND)
        time.sleep(max(0.0, due - time.monotonic()))
    for thread in threads:
        thread.join()
    return cpu_seconds(desk.process.pid) - before


def main() -> None:
    """Everything once."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else DESKS
    heading(f"desk: {UNITS} villages, {STATIONS} stations, {count} desks")
    with tempfile.TemporaryDirectory(prefix="changpiao-bench-") as name, ExitStack() as stack:
        desk = Talk(stack, "benchmarks.desk_page", "serve", name)
        port, tokens = int(str(desk.ready["port"])), desk.ready["tokens"]
        assert isinstance(tokens, list)
        paints(port, str(desk.ready["password"]))
        alone = rounds(desk, [])
        polling = [Polling(port, token) for token in tokens[:count]]
        asked = rounds(desk, polling)
    waits = [wait for one in polling for wait in one.waits[1:]]
    sizes = [size for one in polling for size in one.sizes[1:]]
    first = [one.sizes[0] for one in polling]
    print(f"   an answer: {median(sizes) / 1024:.0f} KiB after the first, the first {median(first) / 1024:.0f} KiB")
    verdict(f"CPU for the polls of {count} desks, share of a core", (asked - alone) / ROUNDS, most=MOST_CORE)
    verdict("an answer after the first, seconds, median", median(waits), most=MOST_ANSWER)
    verdict("the slowest answer after the first, seconds", max(waits), most=MOST_ANSWER)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]))
    else:
        main()
