"""The rig: county and laptops as real processes on copies of their homes, killed, paused, started again.

Every program writes standard output and error to files of its own, so that nothing waits for a reader. A program is
ended by its own process id, never by name.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from coordinator.settings import Home
from coordinator.store.loading import load
from coordinator.store.postgres import is_postgres
from coordinator.store.stores import SQLITE
from rehearsal.programs import program
from tests.faults.town import PASSPHRASE, Town

HOST: Final = "127.0.0.1"
PATIENCE: Final = 120.0  # a busy machine is not a fault
TAIL: Final = 3000
ROUNDS: Final = int(os.environ.get("CHANGPIAO_FAULT_ROUNDS", "2"))
"""Rounds of everything random: few in `make test`, `make faults` says how many."""
FEW: Final = 2 if ROUNDS < 10 else None
"""Of a list of like cases `make test` takes the first two, `make faults` all: `CASES[:FEW]`."""


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(done: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Poll until it holds; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"waited {seconds} s for: {what}"
        time.sleep(0.01)


class Program:
    """One of the programs as a process."""

    def __init__(self, command: Sequence[str], log: Path, **env: str) -> None:
        """Start it; `log` is the stem of its two files."""
        self.out, self.err = log.with_suffix(".out"), log.with_suffix(".err")
        with self.out.open("wb") as out, self.err.open("ab") as err:
            self.process = subprocess.Popen(
                list(command), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                env=os.environ | {"CHANGPIAO_PASSPHRASE": PASSPHRASE} | env, start_new_session=True,
            )  # fmt: skip
        self.command = list(command)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal if it still runs."""
        if self.alive:
            self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL: no line of the program runs after this; a stopped process dies too, and so do its children."""
        if self.alive:
            # it leads a session of its own: strace and what it watches end together
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait(self, seconds: float = PATIENCE) -> int:
        """Its exit code; AssertionError with what it said if it does not end."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command[:2]} did not end in {seconds} s\n{self.errors()}") from None

    def said(self) -> str:
        """Standard output so far."""
        return self.out.read_text("utf-8")

    def errors(self) -> str:
        """The end of standard error."""
        return self.err.read_text("utf-8")[-TAIL:]


class County(Program):
    """`tally-coordinator serve`."""

    def __init__(self, home: Path, public: Path, port: int, log: Path, *words: str, prefix: Sequence[str] = ()) -> None:
        """Start it; `prefix` is a program that watches it (strace)."""
        log.with_suffix(".err").unlink(missing_ok=True)
        command = [*prefix, *program("tally-coordinator"), "serve", "--home", str(home), "--public", str(public)]
        command += ["--listen", f"{HOST}:{port}", "--admin", f"{HOST}:0", "--standings", "0.5", *words]
        super().__init__(command, log)

    @property
    def ready(self) -> bool:
        """Whether it has said where its doors are."""
        return self.said().endswith("}\n")

    def wait_ready(self) -> "County":
        """Wait for the doors; AssertionError with its last words if it ends instead."""
        wait_for(lambda: self.ready or not self.alive, "the county's doors")
        assert self.ready, f"exit {self.process.returncode}\n{self.errors()}"
        return self

    @property
    def admin(self) -> str:
        """host:port of the admin door."""
        return str(json.loads(self.said())["admin"])

    def stop(self) -> int:
        """SIGTERM: the last checkpoint, then the end."""
        self.signal(signal.SIGTERM)
        return self.wait()


class Rig:
    """One round's homes and processes."""

    def __init__(self, town: Town, path: Path, url: str = SQLITE) -> None:
        """Copy the homes to an empty folder; `url`: a PostgreSQL database, empty or that of this town."""
        self.town = town.copy(path)
        self.path = path
        self.url = url
        if is_postgres(url) and (self.town.county / "lock.db").exists():
            load(Home(self.town.county), url)
        self.public = path / "public"
        self.port = free_port()
        self.started: list[Program] = []
        self.running: dict[str, Program] = {}

    def start_county(self, *words: str, prefix: Sequence[str] = ()) -> County:
        """Start the county on its files as they are."""
        log = self.path / "county-log"
        words = ("--database", self.url, *words)
        county = County(self.town.county, self.public, self.port, log, *words, prefix=prefix)
        self.started.append(county)
        self.running["county"] = county
        return county

    def serve_once(self, *words: str) -> tuple[int, str]:
        """Start the county, let it publish, have it end by itself: exit code and what it said."""
        county = self.start_county("--stop-after", "0.3", *words)
        code = county.wait()
        return code, county.errors()

    def start_node(self, node: str, *words: str, port: int | None = None, **env: str) -> Program:
        """Start or go on with the laptop's session on its files as they are."""
        command = [*program("tally-node"), "session", "--home", str(self.town.home(node)), str(self.town.session(node))]
        command += ["--county", f"{HOST}:{port or self.port}", *words]
        started = Program(command, self.path / f"{node}-log", **env)
        self.started.append(started)
        self.running[node] = started
        return started

    def start(self, name: str) -> Program:
        """Start the county or a laptop, by name."""
        return self.start_county() if name == "county" else self.start_node(name)

    def node_command(self, node: str, word: str, *rest: str, **env: str) -> Program:
        """Run another command of the laptop to its end."""
        command = [*program("tally-node"), word, "--home", str(self.town.home(node)), *rest]
        started = Program(command, self.path / f"{node}-{word}", **env)
        self.started.append(started)
        started.wait()
        return started

    def summary(self, node: str) -> dict[str, object]:
        """What the laptop's session said at its end; if it failed, an error object follows it."""
        found: dict[str, object] = json.loads(self.running[node].said().splitlines()[0])
        return found

    def end(self) -> None:
        """End whatever this rig started and still runs."""
        for one in self.started:
            one.kill()

    def __enter__(self) -> "Rig":
        """Use with `with`: processes never outlive a test."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.end()
