"""A progress line on standard error for work that takes more than two seconds, on a terminal or when asked for."""

import sys
import time
from types import TracebackType


class ProgressLine:
    """Counts entries; says nothing in the first two seconds, on a pipe (unless asked), or when quiet."""

    def __init__(self, *, asked: bool = False, quiet: bool = False) -> None:
        self._wanted = (asked or sys.stderr.isatty()) and not quiet
        self._start = time.monotonic()
        self._said = self._start + 1.5
        self._done = 0
        self._shown = False

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\n")

    def advance(self, entries: int) -> None:
        """Some more entries were read."""
        self._done += entries
        now = time.monotonic()
        if self._wanted and now - self._said >= 0.5:
            self._said, self._shown = now, True
            sys.stderr.write(f"\r已读 {self._done} 条 entries read, {now - self._start:.0f} s")
            sys.stderr.flush()
