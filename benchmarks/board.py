"""The public page of a large county: first paint, an update reaching hundreds of viewers, CPU beside intake's.

`python -m benchmarks.board [VIEWERS]`. 8,000 villages with 18,000 stations; the board is a process of its own, its
viewers another, Chromium a third; all share the machine. In every second 1,000 stations have a new batch. Intake's CPU
for as many batches comes from the real program in the same run.
"""

import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.intake import COORDINATOR, Child, one_round, running, said_by, start_coordinator
from benchmarks.load import BUSY
from benchmarks.process import cpu_seconds, resident
from benchmarks.rounds import heading, table, verdict
from benchmarks.sealing import write_folder
from coordinator.store.stores import SQLITE

UNITS, STATIONS = 8_000, 18_000
ROUNDS, A_ROUND = 20, 1_000
VIEWERS = 500
PAINTS = 5
INTAKE_ROUNDS = 3
MOST_PAINT, MOST_UPDATE, MOST_SHARE = 1.0, 1.0, 0.2
CHROMIUM = "/usr/bin/chromium"


class Talk:
    """A child process: a line there, a JSON line back."""

    def __init__(self, stack: ExitStack, *command: str) -> None:
        """Start it; wait until it is ready."""
        self._name = command[0]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        stack.enter_context(running(self.process))
        self.ready = self.read()

    def read(self) -> dict[str, object]:
        """What it says next."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._name}: ended; its error stands above")
        found: dict[str, object] = json.loads(line)
        return found

    def ask(self, word: object) -> dict[str, object]:
        """Tell and wait."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return self.read()


def paints(port: int) -> None:
    """A visitor who was never here, several times."""
    if not Path(CHROMIUM).exists():
        print(f"   first paint: NOT RUN, there is no {CHROMIUM} (make browser installs it)")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    first, rows = [], []
    found: list[float] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"])
        for _ in range(PAINTS):
            context = browser.new_context(viewport={"width": 1366, "height": 768})
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{port}/")
            page.wait_for_selector("html[data-ready=true]")
            found = page.evaluate("""() => [performance.getEntriesByName('first-contentful-paint')[0].startTime,
                performance.getEntriesByName('board-shown')[0].startTime,
                document.querySelectorAll('.tree-row').length, document.querySelectorAll('*').length]""")
            first.append(found[0] / 1000)
            rows.append(found[1] / 1000)
            context.close()
        browser.close()
    print(f"   a page holds {found[2]:.0f} of {UNITS} rows, {found[3]:.0f} elements")
    verdict(f"first contentful paint, seconds, the slowest of {PAINTS} new visitors", max(first), most=MOST_PAINT)
    verdict("tree and sums shown, seconds, median", median(rows), most=MOST_PAINT)
    print(f"          slowest {max(rows):.2f} s")


def updates(board: Talk, viewers: Talk | None, rounds: int) -> tuple[float, list[float], list[float]]:
    """Publish once a second; CPU seconds of the board, the medians and the slowest viewer of each round."""
    middles, slowest = [], []
    before = cpu_seconds(board.process.pid)
    for _ in range(rounds):
        due = time.monotonic() + 1.0
        told = board.ask(A_ROUND)
        if viewers is not None:
            found = viewers.ask(told["size"])["at"]
            assert isinstance(found, list)
            assert isinstance(told["began"], float)
            waits = [at - told["began"] for at in found]
            middles.append(median(waits))
            slowest.append(max(waits))
        time.sleep(max(0.0, due - time.monotonic()))
    return cpu_seconds(board.process.pid) - before, middles, slowest


def intake_cpu(stack: ExitStack, folder: Path) -> tuple[float, float]:
    """CPU seconds of the real coordinator a batch: up to the answers, and with publishing."""
    sealing, home = folder / "sealing", folder / "home"
    write_folder(sealing, BUSY + 1)
    subprocess.run(
        [COORDINATOR, "init", "--home", str(home), "--from", str(sealing)], check=True, stdout=subprocess.DEVNULL
    )
    process = stack.enter_context(running(start_coordinator(home, folder, "intake", SQLITE)))
    said = said_by(process, folder / "intake.log")
    command = [sys.executable, "-m", "benchmarks.load", str(sealing), str(home), said["address"]]
    command += [str(INTAKE_ROUNDS * 24), "1"]
    load = Child(stack.enter_context(running(
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    )))  # fmt: skip
    load.ask("open")
    found = [one_round(load, process.pid) for _ in range(INTAKE_ROUNDS)]
    return median(one.cpu / one.batches for one in found), median(one.cpu_published / one.batches for one in found)


def main() -> None:
    """Everything once."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else VIEWERS
    heading(f"board: {UNITS} villages, {STATIONS} stations, {count} viewers")
    with tempfile.TemporaryDirectory(prefix="changpiao-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        intake, published = intake_cpu(stack, folder)
        board = Talk(stack, "benchmarks.board_county", name, *map(str, (UNITS, STATIONS, 2 * ROUNDS, A_ROUND)))
        port = int(str(board.ready["port"]))
        memory = resident(board.process.pid) / 2**20
        took = f"{board.ready['start_cpu']:.1f} s CPU"
        print(f"   the board read a log of {board.ready['size']} entries in {took}; it holds {memory:.0f} MiB")
        paints(port)
        alone, _, _ = updates(board, None, ROUNDS)
        size = board.ask(0)["size"]
        viewers = Talk(stack, "benchmarks.viewers", str(port), str(count), str(size))
        watched, middles, slowest = updates(board, viewers, ROUNDS)
        batches = ROUNDS * A_ROUND
        heads = ("CPU a batch, us", "board", "intake", "ratio", "intake with publishing", "ratio")
        rows: list[tuple[str, ...]] = [heads]
        for what, cpu in (("nobody watches", alone), (f"{count} viewers", watched)):
            own = cpu / batches
            rows.append((what, f"{own * 1e6:.0f}", f"{intake * 1e6:.0f}", f"{own / intake:.3f}",
                         f"{published * 1e6:.0f}", f"{own / published:.3f}"))  # fmt: skip
        table(rows)
        share = alone / batches / intake
        verdict("board CPU / intake CPU at 1,000 batches/s, nobody watches", share, most=MOST_SHARE)
        verdict(f"the same with {count} viewers", watched / batches / intake, most=MOST_SHARE)
        middle = median(middles)
        verdict(f"an update of {A_ROUND} batches at {count} viewers, seconds, median", middle, most=MOST_UPDATE)
        verdict("the slowest viewer of the slowest round, seconds", max(slowest), most=MOST_UPDATE)


if __name__ == "__main__":
    main()
