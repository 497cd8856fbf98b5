"""What an attacker holds and what the observer then sees: one scene per fraud, played through the real verifier."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.attacks.forger import Body, Forger, draft_of
from tests.published import (
    Files,
    Story,
    authority_vkey,
    honest_story,
    log_files,
    receipts_of,
    sealed_archive,
    write_files,
)
from verifier.plain import main

CLI = (sys.executable, "-m", "verifier")


@cache
def story(fillers: int = 0, name: str = "county-test") -> Story:
    """An honest election, played once a process; `fillers` box records make the log long."""
    return honest_story(fillers, id=name, test="test" in name)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier said: outcome word, exit code, and the codes it found (check, code)."""

    outcome: str
    exit: int
    found: tuple[tuple[str, str], ...]
    text: str

    @property
    def codes(self) -> frozenset[str]:
        """The codes alone."""
        return frozenset(code for _, code in self.found)


class Scene:
    """A published record with archive and receipts, open to every kind of tampering before it is shown."""

    def __init__(self, fillers: int = 0, name: str = "county-test") -> None:
        """Take the honest election apart."""
        self.story = story(fillers, name)
        world = self.world = self.story.world
        self.forger = Forger(world.entries, {world.origin: world.log_signer})
        self.parts = deepcopy(self.story.parts)  # by unit: (token, sealed part)
        self.receipts: Files = {}
        self.anchor: str | None = authority_vkey(world)
        self.options: list[str] = []
        self.with_ballots = False
        self.elsewhere = "public"  # where the observer is told to look
        self._files: Files | None = None

    def publish(self) -> Files:
        """The published files, made from the drafts at the first call; change them as you like afterwards."""
        if self._files is None:
            self._files = log_files(self.world, self.forger.notes())
        return self._files

    def publish_as(self, notes: list[bytes]) -> Files:
        """Publish exactly these notes instead of the drafts."""
        self._files = log_files(self.world, notes)
        return self._files

    def replace(self, files: Files) -> None:
        """Publish exactly these files."""
        self._files = files

    @staticmethod
    def standings_in(notes: list[bytes], index: int) -> Body:
        """The totals of the standings record at an index."""
        return dict(draft_of(notes[index]).body["totals"])

    def honest_receipts(self) -> Files:
        """What stations were given for the untouched record."""
        return receipts_of(self.world, self.world.entries)

    def write(self, folder: Path) -> list[str]:
        """Lay everything out below `folder`; returns the verifier's arguments."""
        files = self.publish()
        write_files(folder / "public", files)
        arguments = ["verify", str(folder / self.elsewhere)]
        if self.anchor is not None:
            arguments += ["--key", self.anchor]
        if self.with_ballots:
            known = self.forger.hashes
            named = {
                unit: [(known.get(key.hex(), key), part) for key, part in parts] for unit, parts in self.parts.items()
            }
            arguments += ["--ballots", str(write_files(folder / "sealed", sealed_archive(named)))]
        if self.receipts:
            arguments += ["--receipts", str(write_files(folder / "receipts", self.receipts))]
        return [*arguments, "--processes", "1", *self.options]


def run_program(arguments: list[str], where: Path) -> Verdict:
    """The verifier as an observer starts it."""
    report = where / "report.json"
    run = subprocess.run([*CLI, *arguments, "--json", str(report)], capture_output=True, text=True, check=False)
    assert "Traceback" not in run.stderr + run.stdout, run.stderr
    return _verdict(run.returncode, report, run.stdout + run.stderr)


def run_here(arguments: list[str], where: Path) -> Verdict:
    """The same command line in this process, for hundreds of records."""
    report = where / "report.json"
    report.unlink(missing_ok=True)
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = main([*arguments, "--json", str(report)])
    return _verdict(code, report, out.getvalue())


def _verdict(code: int, report: Path, text: str) -> Verdict:
    if not report.exists():
        return Verdict("", code, (), text)
    data: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    found = [(check["id"], finding["code"]) for check in data.get("checks", []) for finding in check["evidence"]]
    return Verdict(str(data.get("outcome", "")), code, tuple(dict.fromkeys(found)), text)
