"""The real programs as processes: found, started, fed, watched, stopped.

Every program writes its standard error to a file of its own in the working folder; when one fails, the end of that file
is shown. Nothing of the programs is imported.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Final

STOP_SECONDS: Final = 120
TAIL: Final = 2_000


class ProgramFailed(Exception):
    """A program ended with an error; the text says which, with what, and what it said last."""


def program(name: str) -> list[str]:
    """The command of one of our programs: beside this Python, else on the PATH."""
    beside = Path(sys.executable).parent / name
    return [str(beside)] if beside.exists() else [name]


def run(command: Sequence[str], log: Path, passphrase: str | None = None) -> str:
    """Run to the end and return standard output; raises ProgramFailed."""
    with log.open("ab") as errors:
        done = subprocess.run(
            list(command),
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            env=_env(passphrase),
            check=False,
        )
    if done.returncode:
        raise failure(command, done.returncode, log)
    return done.stdout.decode()


def failure(command: Sequence[str], status: int, log: Path) -> ProgramFailed:
    """The error that tells a person what went wrong and where to read on."""
    said = log.read_bytes()[-TAIL:].decode("utf-8", "replace") if log.exists() else ""
    return ProgramFailed(f"{Path(command[0]).name} {command[1]}: exit {status}; log {log}\n{said}")


def _env(passphrase: str | None) -> dict[str, str]:
    return os.environ | ({} if passphrase is None else {"CHANGPIAO_PASSPHRASE": passphrase})


class Running:
    """A program that goes on: the county, or a laptop that plays its session."""

    def __init__(self, command: Sequence[str], log: Path, passphrase: str | None = None) -> None:
        """Start it with pipes for input and output."""
        self.command = list(command)
        self.log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_env(passphrase),
                start_new_session=True,
            )

    @property
    def input(self) -> IO[bytes]:
        """Its standard input."""
        assert self.process.stdin is not None  # noqa: S101 - Popen was given a pipe
        return self.process.stdin

    def read_json_line(self) -> dict[str, object]:
        """The next line of standard output as JSON; raises ProgramFailed if it ends or says something else."""
        assert self.process.stdout is not None  # noqa: S101 - Popen was given a pipe
        line = self.process.stdout.readline()
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise failure(self.command, self.process.poll() or 0, self.log)
        return value

    def feed(self, lines: Iterable[bytes]) -> None:
        """Write lines to its standard input and close it; raises ProgramFailed if it stops listening."""
        try:
            for line in lines:
                self.input.write(line)
            self.input.close()
        except BrokenPipeError:
            raise failure(self.command, self.process.wait(), self.log) from None

    def finish(self) -> str:
        """Wait for its end and return the rest of standard output; raises ProgramFailed."""
        assert self.process.stdout is not None  # noqa: S101 - Popen was given a pipe
        rest = self.process.stdout.read().decode()
        status = self.process.wait()
        self._let_go()
        if status:
            raise failure(self.command, status, self.log)
        return rest

    def stop(self) -> None:
        """SIGTERM, and wait: the county publishes its last checkpoint before it ends. Raises ProgramFailed."""
        self.process.terminate()
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ProgramFailed(f"{self.command[0]}: did not stop within {STOP_SECONDS} s; log {self.log}") from None
        self._let_go()
        if status:
            raise failure(self.command, status, self.log)

    def kill(self) -> None:
        """End it at once, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        """Close our ends of its pipes."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                # what it did not read any more is not owed to it
                with contextlib.suppress(OSError):
                    pipe.close()


class Clock:
    """UTC seconds for the session files."""

    def __call__(self) -> int:
        """Now."""
        return int(time.time())
