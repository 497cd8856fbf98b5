"""A progress bar on standard error for work of more than two seconds; on a terminal, or when asked for."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Final, TextIO, TypeVar

T = TypeVar("T")
QUIET: Final = 2.0
EVERY: Final = 0.5
WIDTH: Final = 24


class Progress:
    """One line that is written over; `step` names what is being done, in both languages."""

    def __init__(self, *, asked: bool = False, stream: TextIO | None = None) -> None:
        """Silent for the first two seconds."""
        self._stream = stream or sys.stderr
        self._wanted = asked or self._stream.isatty()
        self._start = time.monotonic()
        self._said = self._start + QUIET - EVERY
        self._shown = 0

    def count(self, things: Iterable[T], total: int, zh: str, en: str) -> Iterator[T]:
        """The same things, counted as they pass."""
        for number, thing in enumerate(things, 1):
            yield thing
            self.say(number, total, zh, en)

    def say(self, done: int, total: int, zh: str, en: str) -> None:
        """So much of it is done; nothing is written more often than twice a second."""
        now = time.monotonic()
        if not self._wanted or now - self._said < EVERY:
            return
        self._said = now
        full = WIDTH * done // max(total, 1)
        line = f"[{'#' * full}{'.' * (WIDTH - full)}] {done}/{total} {zh} {en}, {now - self._start:.0f} s"
        self._stream.write("\r" + line.ljust(self._shown))
        self._stream.flush()
        self._shown = len(line)

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            self._stream.write("\n")
            self._shown = 0
