"""The same page as files, for any web server and any number of viewers: written after changes, about once a second.

`recent.json` is what viewers of files ask every second; `now.json` is written less often, a unit's page when the unit
has changed. A file is replaced whole. Not part of the public record.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from coordinator.board.checking import NOWHERE, Outside, qr_svg
from coordinator.board.feed import Feed, encoded
from coordinator.board.files import NAMES, read_static
from coordinator.settings import CountyError

LOG = logging.getLogger("changpiao.board")
EVERY = 1.0
WHOLE_EVERY = 5.0
# of a round, for the pages of units: the numbers of the county come first
BUDGET = 0.3


class Snapshots:
    """Writes one folder; one thread. `fatal` is told if it ends by a fault that no next round repairs."""

    def __init__(
        self, feed: Feed, folder: Path, outside: Outside = NOWHERE, fatal: Callable[[BaseException], None] | None = None
    ) -> None:
        """Nothing is written before `write`."""
        self.healthy = True
        self._feed = feed
        self._fatal = fatal
        self._failing = ""
        self._folder = folder
        self._outside = outside
        self._written: dict[str, int] = {}
        self._whole = -1
        self._last = 0.0
        self._woken = threading.Event()
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="board-files", daemon=True)

    def start(self) -> None:
        """Write the page and what stands, then follow."""
        self._feed.listen(self._woken.set)
        self._thread.start()

    def stop(self) -> None:
        """Everything once more, then end."""
        self._stop = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
        self._try(self.write)

    def _run(self) -> None:
        try:
            complete = self._try(self.write)
            while not self._stop:
                self._woken.wait(EVERY)
                self._woken.clear()
                # what the first round could not write whole, no later round would miss
                complete = self._try(self.follow if complete else self.write) or complete
                time.sleep(EVERY / 2)
        except BaseException as error:
            # files that look alive and never move again are worse than a process that starts anew
            LOG.critical("the board's files stopped", extra={"error": type(error).__name__}, exc_info=error)
            self.healthy = False
            if self._fatal is not None:
                self._fatal(error)

    def _try(self, work: Callable[[], None]) -> bool:
        """A full disk or a database that is away stops no county: the next round tries again.

        Until then the files stay as they are, and say by their size how old that is. Logged once, not every second.
        """
        try:
            work()
        except (OSError, SQLAlchemyError, CountyError) as error:
            name = type(error).__name__
            if name != self._failing:
                LOG.warning("the board's files cannot be written", extra={"error": name})
            self._failing = name
            return False
        if self._failing:
            LOG.info("the board's files are written again")
        self._failing = ""
        return True

    def write(self) -> None:
        """The whole page as it stands."""
        for name in NAMES:
            self._put(name, read_static(name)[0])
        self._put("outside.json", encoded(self._outside.to_json() | {"files": True}))
        self._whole = -1
        self.follow(budget=float("inf"))

    def follow(self, budget: float = BUDGET) -> None:
        """What has changed since the last time; units' pages as far as `budget` seconds reach."""
        size = self._feed.size
        if time.monotonic() - self._last >= WHOLE_EVERY or self._whole < 0:
            if self._whole != size:
                self._put("plan.json", self._feed.plan_bytes())
                self._put("now.json", self._feed.now_bytes())
            self._whole, self._last = size, time.monotonic()
        self._put("recent.json", self._feed.recent_bytes())
        until = time.monotonic() + budget
        behind = {unit: row.size for unit, row in self._feed.rows().items() if row.size != self._written.get(unit)}
        damaged: CountyError | None = None
        # who waits longest comes first
        for unit in sorted(behind, key=lambda unit: self._written.get(unit, -1)):
            if time.monotonic() > until:
                break
            try:
                self._put_unit(unit)
            except CountyError as error:
                # one record that no longer reads: it would be first in every round, the others must not wait for it
                damaged = error
            else:
                self._written[unit] = behind[unit]
        if damaged is not None:
            raise damaged

    def _put_unit(self, unit: str) -> None:
        for name, body in (
            (f"units/{unit}.json", self._feed.village_bytes(unit)),
            (f"units/{unit}.records.json", self._feed.records_bytes(unit)),
        ):
            if body is not None:
                self._put(name, body)
        if unit not in self._written:
            code = qr_svg(unit, self._outside)
            if code:
                self._put(f"qr/{unit}.svg", code)

    def _put(self, name: str, body: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".tmp")
        temporary.write_bytes(body)
        temporary.replace(path)
