"""The stage: keys, seals, certificates and processes for one rehearsal, in the order in which a real county does it.

1 laptops make their keys and ask to be enrolled; 2 the county seals the election and gives each laptop its bundle;
3 the laptops install it; 4 the county opens its door; 5 the laptops count and send; 6 the county closes with a last
checkpoint. If this process dies, the county and the journals stay in the working folder; a new run starts anew.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from rehearsal.casting import Cast, enrolment_plan, rehearsal_id, write_sealing_folder
from rehearsal.folder import Folder
from rehearsal.programs import ProgramFailed, Running, program, run

HOST: Final = "127.0.0.1"
SHOW_SECONDS: Final = 600
SHOWN: Final = "live-page.pid"
T = TypeVar("T")
Lines = Callable[[Cast], Iterator[bytes]]


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class Stage:
    """One rehearsal's working folder and its processes."""

    def __init__(self, out: Path, folder: Folder, casts: Sequence[Cast]) -> None:
        """Empty the places that this run writes; everything else in `out` stays."""
        self.out = out
        self.folder = folder
        self.casts = casts
        self.work = out / "work"
        self.county_home = self.work / "county"
        self.public = out / "public"
        self.sealed = out / "sealed"
        self.logs = out / "logs"
        stop_shown(out / SHOWN)
        for path in (self.work, self.public, self.sealed, self.logs):
            shutil.rmtree(path, ignore_errors=True)
        for path in (self.work, self.logs):
            path.mkdir(parents=True)
        self._passphrase = secrets.token_urlsafe(24)
        self._port = free_port()
        self.county: Running | None = None
        self._board_port = 0

    def _home(self, cast: Cast) -> Path:
        return self.work / cast.node

    def _node(self, cast: Cast, *words: str) -> str:
        command = [*program("tally-node"), words[0], "--home", str(self._home(cast)), *words[1:]]
        return run(command, self.logs / f"{cast.node}.log", self._passphrase)

    def enrol(self) -> None:
        """Laptops make keys and enrolment requests, all laptops at once."""
        enrolments = self.work / "sealing" / "enrolments"
        write_sealing_folder(self.folder, self.casts, self.work / "sealing")
        together([partial(self._enrol_one, cast, enrolments) for cast in self.casts])

    def _enrol_one(self, cast: Cast, enrolments: Path) -> None:
        plan = self.work / f"{cast.node}-plan.json"
        plan.write_text(json.dumps(enrolment_plan(rehearsal_id(self.folder.election.id), cast)), "utf-8")
        self._node(cast, "init", "--node", cast.node)
        self._node(cast, "enrol", "--plan", str(plan), "--out", str(enrolments / f"{cast.node}.json"))

    def seal(self) -> None:
        """The county seals the election; laptops install their bundles."""
        command = [*program("tally-coordinator"), "init", "--home", str(self.county_home)]
        command += ["--from", str(self.work / "sealing"), "--address", f"{HOST}:{self._port}"]
        run(command, self.logs / "county-init.log")
        authority = (self.county_home / "authority" / "authority.vkey").read_text("utf-8").strip()
        (self.out / "authority.vkey").write_text(authority + "\n", "utf-8")
        together([partial(self._install, cast, authority) for cast in self.casts])

    def _install(self, cast: Cast, authority: str) -> None:
        bundle = self.county_home / "bundles" / cast.node
        self._node(cast, "install", "--bundle", str(bundle), "--authority", authority)

    def open_county(self, *, serve: bool = False) -> None:
        """Start the county and wait until it says where its doors are."""
        if serve:
            self._board_port = free_port()
        command = [
            *program("tally-coordinator"),
            "serve",
            "--home",
            str(self.county_home),
            "--public",
            str(self.public),
        ]
        command += ["--listen", f"{HOST}:{self._port}", "--admin", f"{HOST}:0"]
        if self._board_port:
            command += ["--board", f"{HOST}:{self._board_port}"]
        self.county = Running(command, self.logs / "county.log")
        self.county.read_json_line()

    @property
    def url(self) -> str:
        """The live page."""
        return f"http://{HOST}:{self._board_port}/"

    def show_county(self) -> None:
        """Open the county again for the live page alone; it ends by itself after ten minutes or at the next run."""
        command = [
            *program("tally-coordinator"),
            "serve",
            "--home",
            str(self.county_home),
            "--public",
            str(self.public),
        ]
        command += ["--listen", f"{HOST}:{self._port}", "--admin", f"{HOST}:0"]
        command += ["--board", f"{HOST}:{self._board_port}", "--stop-after", str(SHOW_SECONDS)]
        shown = Running(command, self.logs / "county-page.log")
        shown.read_json_line()
        (self.out / SHOWN).write_text(str(shown.process.pid), "utf-8")

    def play(self, lines: Lines) -> list[dict[str, object]]:
        """All laptops play their sessions at once; returns each one's own summary."""
        return together([partial(self._play_one, cast, lines) for cast in self.casts])

    def _play_one(self, cast: Cast, lines: Lines) -> dict[str, object]:
        command = [*program("tally-node"), "session", "--home", str(self._home(cast)), "-", "--send"]
        laptop = Running(command, self.logs / f"{cast.node}.log", self._passphrase)
        try:
            laptop.feed(lines(cast))
            said = laptop.finish().strip().splitlines()
        finally:
            laptop.kill()
        summary: dict[str, object] = json.loads(said[-1]) if said else {}
        return summary

    def close_county(self) -> None:
        """Stop the county: it publishes what it has and ends."""
        if self.county is not None:
            self.county.stop()
            self.county = None

    def export_ballots(self) -> None:
        """The sealed archive, for the second level of verification."""
        command = [*program("tally-coordinator"), "export-ballots", "--home", str(self.county_home)]
        run([*command, "--out", str(self.sealed)], self.logs / "county-export.log")

    def abandon(self) -> None:
        """End whatever still runs."""
        if self.county is not None:
            self.county.kill()


def stop_shown(path: Path) -> None:
    """End the live page of the run before, if it still runs; only a process that is ours and a county."""
    try:
        pid = int(path.read_text("utf-8"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if b"tally-coordinator" in command:
        os.kill(pid, signal.SIGTERM)
    path.unlink(missing_ok=True)


def together(work: Sequence[Callable[[], T]]) -> list[T]:
    """Run pieces of work in threads and return their results in order; the first failure is raised after all ended."""
    results: dict[int, T] = {}
    failures: list[ProgramFailed] = []

    def one(place: int, piece: Callable[[], T]) -> None:
        try:
            results[place] = piece()
        except ProgramFailed as failed:
            failures.append(failed)

    threads = [threading.Thread(target=one, args=(i, piece)) for i, piece in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [results[i] for i in range(len(work))]
