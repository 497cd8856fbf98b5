"""`up`: every role on this machine, each a process of its own, looked after by this one.

A child that ends is started again: at once if it had worked for a while, after a growing pause while it keeps dying.
SIGHUP restarts one after the other: a new intake is ready before the old one is told to end, a leader gives its job to
the one that waits. SIGTERM ends in order - centre, intakes, sequencers, publishers, board - so that the last checkpoint
covers everything. Children die with this process: on Linux the system sees to it.
"""

import ctypes
import json
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from coordinator.roles.running import address
from coordinator.settings import CountyError
from coordinator.store.postgres import is_postgres
from coordinator.watch.stations import SILENT_AFTER

LOG = logging.getLogger("changpiao.up")
FIRST_PAUSE, MOST_PAUSE = 0.2, 5.0
# Whoever has worked so long does not die of its own start. Longer, and a leader and its standby that are killed within
# a minute leave the job to nobody for the longest pause and a start: more than the ten seconds that are promised.
QUIET = 10.0
READY_WITHIN = 600.0
END_WITHIN = 60.0
LOOK = 0.1
PR_SET_PDEATHSIG = 1
ORDER = ("centre", "intake", "sequencer", "publisher", "board")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to run."""

    home: Path
    public: Path | None
    intakes: int
    standbys: int
    listen: str
    admin: str
    board: str
    standings: float
    database: str
    silent_after: float = SILENT_AFTER
    trace: str = ""
    centre: str = ""

    def roles(self) -> list[str]:
        """One name a process; admin ports are given in this order."""
        leaders = 1 + self.standbys
        found = ["sequencer"] * leaders + ["publisher"] * leaders + ["intake"] * self.intakes
        return found + (["board"] if self.board else []) + (["centre"] if self.centre else [])


class Child:
    """One process, and what it said when it was ready."""

    def __init__(self, role: str, command: list[str]) -> None:
        """Start it."""
        self.role = role
        self.command = command
        self.said: dict[str, str] = {}
        self.ready_since: float | None = None
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent  # noqa: PLW1509
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        if self.process.stdout is None:
            return
        with self.process.stdout as stream:
            for line in stream:
                try:
                    self.said = json.loads(line)
                    self.ready_since = time.monotonic()
                except ValueError:
                    LOG.warning("a child talks", extra={"error": self.role})

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None

    def ask_to_end(self) -> None:
        """SIGTERM; a process that is stopped is woken for it."""
        if self.alive:
            self.process.terminate()
            self.process.send_signal(signal.SIGCONT)

    def end(self) -> int:
        """Wait for it; what does not end in time is killed, and its work is repaired by the next start."""
        self.ask_to_end()
        try:
            return self.process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            LOG.error("a child did not end", extra={"error": self.role})
            self.process.kill()
            return self.process.wait()


def pause_after(worked: float, before: float) -> float:
    """Seconds until a child is started again that worked for so long; `before`: its last pause."""
    return FIRST_PAUSE if worked > QUIET else min(MOST_PAUSE, max(FIRST_PAUSE, 2 * before))


def _die_with_parent() -> None:
    """In the child, before it becomes the program: SIGTERM when this process dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Starts, watches, restarts, ends."""

    def __init__(self, plan: Plan) -> None:
        """CountyError if one process cannot do it."""
        if not is_postgres(plan.database):
            raise CountyError(
                "up 需要 PostgreSQL（--database）；SQLite 请用 serve",
                "up needs PostgreSQL (--database); with SQLite use serve",
            )
        if plan.public is None:
            raise CountyError("缺少 --public：公开记录文件夹", "--public is missing: folder of the published record")
        self._plan = plan
        self._listen = plan.listen
        self._commands: list[tuple[str, list[str]]] = []
        self._children: list[Child] = []
        self._due: dict[int, float] = {}
        self._pauses: dict[int, float] = {}
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()

    def run(self) -> None:
        """Until SIGTERM."""
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, lambda number, _frame: self._signals.put(number))
        with Reserved(self._plan.listen) as listen:
            self._listen = listen
            self._commands = self._plan_commands()
            self._children = [Child(role, command) for role, command in self._commands]
            try:
                self._all_ready()
                self._watch()
            finally:
                self._end()

    def _plan_commands(self) -> list[tuple[str, list[str]]]:
        plan = self._plan
        host, port = address(plan.admin)
        found = []
        for number, role in enumerate(plan.roles()):
            admin = f"{host}:{port + number if port else 0}"
            command = [sys.executable, "-m", "coordinator", "serve", "--role", role, "--home", str(plan.home)]
            command += ["--admin", admin]
            if role == "intake":
                command += ["--listen", self._listen, "--shared-port"]
            if role in ("publisher", "sequencer"):
                command += ["--public", str(plan.public), "--standings", str(plan.standings)]
            command += ["--silent-after", str(plan.silent_after), "--trace", plan.trace]
            if role == "board":
                command += ["--board", _fixed(plan.board)]
            if role == "centre":
                command += ["--centre", _fixed(plan.centre), "--public", str(plan.public)]
            found.append((role, command))
        # a password in the address must not stand in a list of processes
        os.environ["CHANGPIAO_DATABASE"] = plan.database
        return found

    def _all_ready(self) -> None:
        """One line for all, when all are ready; children that die on the way are started again."""
        end = time.monotonic() + READY_WITHIN
        first_deaths = 0
        while not all(child.said for child in self._children):
            if not self._signals.empty() and self._signals.get() != signal.SIGHUP:
                raise SystemExit(0)
            dead = [child for child in self._children if not child.alive]
            first_deaths += len(dead)
            if time.monotonic() > end or first_deaths > 3 * len(self._children):
                raise CountyError("有进程无法启动，见上方日志", "a process does not start; its words stand above")
            self._start_again()
            time.sleep(LOOK)
        said: dict[str, object] = {"address": self._listen, "pid": os.getpid()}
        boards = [child.said["board"] for child in self._children if "board" in child.said]
        if boards:
            said["board"] = boards[0]
        for child in self._children:
            if "centre" in child.said:
                said["centre"] = child.said["centre"]
        said["processes"] = [
            {"role": child.role, "pid": child.process.pid, "admin": child.said.get("admin", "")}
            for child in self._children
        ]
        print(json.dumps(said), flush=True)  # noqa: T201 - ready

    def _watch(self) -> None:
        while True:
            try:
                number = self._signals.get(timeout=LOOK)
            except queue.Empty:
                self._start_again()
                continue
            if number != signal.SIGHUP:
                return
            self._roll()

    def _start_again(self) -> None:
        """Start whoever has died, each after its pause."""
        now = time.monotonic()
        for place, child in enumerate(self._children):
            if child.alive:
                continue
            if place not in self._due:
                worked = 0.0 if child.ready_since is None else now - child.ready_since
                pause = pause_after(worked, self._pauses.get(place, 0.0))
                self._pauses[place], self._due[place] = pause, now + pause
                LOG.error(f"{child.role} ended with {child.process.returncode}; again in {pause:.1f} s")
            elif now >= self._due[place]:
                del self._due[place]
                self._children[place] = Child(*self._commands[place])

    def _roll(self) -> None:
        """One after the other; whoever takes over is ready before the old one ends, unless both want one port."""
        LOG.info("rolling restart")
        _, port = address(self._plan.admin)
        for place, (role, command) in enumerate(self._commands):
            old = self._children[place]
            if port or role in ("board", "centre"):
                # for laptops the other intakes are there meanwhile
                old.end()
            new = Child(role, command)
            self._wait_ready(new)
            if not new.said:
                # a bad setting, a missing key: whoever works now goes on, and a person reads the log
                LOG.error(f"the new {role} does not start: the rolling restart ends here")
                new.end()
                return
            old.end()
            self._children[place] = new

    def _wait_ready(self, child: Child) -> None:
        end = time.monotonic() + READY_WITHIN
        while not child.said and child.alive and time.monotonic() < end:
            time.sleep(LOOK)

    def _end(self) -> None:
        """In order: nobody ends before those whose work it finishes."""
        for role in ORDER:
            ending = [child for child in self._children if child.role == role]
            for child in ending:
                child.ask_to_end()
            for child in ending:
                child.end()


def _fixed(listen: str) -> str:
    """A door that keeps its port over restarts: a free one for port 0."""
    with Reserved(listen) as found:
        return found


class Reserved:
    """A port that the intakes share: the first free one for port 0, kept while this process lives."""

    def __init__(self, listen: str) -> None:
        """Nothing is bound before the block."""
        self._host, self._port = address(listen)
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)

    def __enter__(self) -> str:
        # bound and never listened to: the system gives it no connections, and nobody else the port
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._socket.bind((self._host, self._port))
        port = self._socket.getsockname()[1]
        return f"[{self._host}]:{port}" if ":" in self._host else f"{self._host}:{port}"

    def __exit__(self, *_: object) -> None:
        self._socket.close()
