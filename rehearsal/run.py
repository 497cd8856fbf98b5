"""`tally-rehearsal run`: a whole election from a folder of CSV to a verified public record (演练).

Leaves in DIR: `public/` (the published record), `sealed/` (the ballots), `authority.vkey` (the anchor), `report.json`
(what the folder said that cannot be true), `verify.txt` (the verify command), `logs/`, `work/`.
"""

import secrets
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rehearsal.casting import Cast, cast_nodes, rehearsal_id
from rehearsal.folder import Folder, read_folder
from rehearsal.notes import Entry, MappedId, Sink
from rehearsal.programs import Clock, program
from rehearsal.report import ReportWriter
from rehearsal.script import encode_line, unit_lines
from rehearsal.stage import Stage
from rehearsal.survey import plan_counts

SAY_EVERY: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a run left behind and how long its parts took, in seconds."""

    out: Path
    verify_command: list[str]
    seconds: dict[str, float]
    counts: dict[str, int]
    url: str


class Progress:
    """Says on standard error how far the laptops are, at most every five seconds."""

    def __init__(self, units: int, *, quiet: bool) -> None:
        """Nothing played yet."""
        self._units = units
        self._quiet = quiet
        self._done = 0
        self._began = self._said = time.monotonic()
        self._lock = threading.Lock()

    def unit_done(self) -> None:
        """One more unit has been handed to its laptop."""
        with self._lock:
            self._done += 1
            now = time.monotonic()
            if not self._quiet and (now - self._said >= SAY_EVERY or self._done == self._units):
                self._said = now
                say(f"{self._done}/{self._units} 个单位 · units, {now - self._began:.0f} s")


def say(text: str) -> None:
    """Talk beside the result."""
    sys.stderr.write(f"tally-rehearsal: {text}\n")
    sys.stderr.flush()


def play(folder_path: Path, out: Path, *, nodes: int, serve: bool, quiet: bool) -> Played:
    """Play a folder; raises FolderUnusable, ProgramFailed. The report is written whatever happens to the programs."""
    with ReportWriter(out) as report:
        lock = threading.Lock()

        def note(entry: Entry) -> None:
            with lock:
                report.note(entry)

        folder = read_folder(folder_path, note)
        if (sealed_as := rehearsal_id(folder.election.id)) != folder.election.id:
            note(MappedId(file="election.toml", line=0, kind="election", raw=folder.election.id, id=sealed_as))
        stage = Stage(out, folder, cast_nodes(folder.units, nodes))
        try:
            seconds, url = _acts(stage, folder, note, serve=serve, quiet=quiet)
        finally:
            counts = plan_counts(folder)
            report.finish(folder.election, counts)
            stage.abandon()
    command = verify_command(stage)
    (out / "verify.txt").write_text(shlex.join(command) + "\n", "utf-8")
    return Played(out=out, verify_command=command, seconds=seconds, counts=counts, url=url)


def _acts(stage: Stage, folder: Folder, note: Sink, *, serve: bool, quiet: bool) -> tuple[dict[str, float], str]:
    progress = Progress(len(folder.units), quiet=quiet)

    def lines(cast: Cast) -> Iterator[bytes]:
        for unit in cast.units:
            for line in unit_lines(folder, unit, note, Clock(), twelve_digits):
                yield encode_line(line)
            progress.unit_done()

    seconds: dict[str, float] = {}
    for name, act in (
        ("enrol", stage.enrol),
        ("seal", stage.seal),
        ("open", lambda: stage.open_county(serve=serve)),
        ("count", lambda: stage.play(lines)),
    ):
        began = time.monotonic()
        act()
        seconds[name] = round(time.monotonic() - began, 1)
        if not quiet:
            say(f"{ACTS[name]}: {seconds[name]} s")
    began = time.monotonic()
    url = stage.url if serve else ""
    stage.close_county()
    if serve:
        # the same record behind the same live page, in a process that outlives this one and stops by itself
        stage.show_county()
    stage.export_ballots()
    seconds["close"] = round(time.monotonic() - began, 1)
    return seconds, url


ACTS: Final = {
    "enrol": "笔记本生成密钥 · laptops made their keys",
    "seal": "选举已封存 · election sealed",
    "open": "县中心开门 · county is open",
    "count": "唱票计票、上传完毕 · counted and sent",
}


def twelve_digits() -> str:
    """The nonce drawn when a box is opened."""
    return f"{secrets.randbelow(10**12):012d}"


def verify_command(stage: Stage) -> list[str]:
    """The command that checks everything, ballots included."""
    return [
        *program("tally-verifier"),
        "verify",
        str(stage.public),
        "--key",
        str(stage.out / "authority.vkey"),
        "--ballots",
        str(stage.sealed),
    ]


def verify(played: Played) -> int:
    """Run the verifier as a program of its own, its report on our standard output; returns its exit code."""
    return subprocess.run(played.verify_command, check=False).returncode
