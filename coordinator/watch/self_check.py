"""The self-check: parts of the store, re-hashed one after the other in slices that cost little, again and again.

The first cycle of a process runs at full speed; after it each slice is followed by a pause, so that the thread takes at
most `share` of a core. What does not hold is said with its code, shown in the metrics, written down for the other
processes (`verdicts`), and stays until this process starts again: then the first cycle decides anew. While anything
stands, the publisher signs nothing (`Alarm`).

A cycle of 12,000 entries takes about a second of processor time, 20 s at 5 %.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from coordinator.metrics import FAULTS, Metrics
from coordinator.settings import CountyError
from coordinator.store import verdicts
from coordinator.store.database import Database, damage, damaged
from coordinator.tracing import span

LOG = logging.getLogger("changpiao.watch")
SHARE = 0.05
LEAST_CYCLE = 20.0
AFTER_TROUBLE = 5.0


class Part(Protocol):
    """Something that can be checked."""

    @property
    def name(self) -> str:
        """For people, and for the other processes."""

    def slices(self) -> Iterator[int]:
        """One whole pass, with the number of rows after each slice; CountyError at the first that does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much it may cost; the clocks are passed in."""

    share: float = SHARE
    least_cycle: float = LEAST_CYCLE
    thread_time: Callable[[], float] = time.thread_time
    now: Callable[[], float] = time.time


class SelfCheck:
    """A thread of its own."""

    def __init__(
        self, role: str, database: Database, parts: Sequence[Part], metrics: Metrics, pace: Pace | None = None
    ) -> None:
        """Nothing is checked before `start`; `database` is where verdicts are kept."""
        self._role = role
        self._database = database
        self._parts = parts
        self._metrics = metrics
        self._pace = pace or Pace()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="self-check", daemon=True)
        self._first = True
        self._used = 0.0
        self.failed: dict[str, CountyError] = {}
        metrics.check_failed.set(0)
        # a process that has not finished a cycle says since when it runs
        metrics.check_completed.set(self._pace.now())

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the slice in hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            whole = self.cycle()
            rest = self._pace.least_cycle if whole else AFTER_TROUBLE
            self._stop.wait(max(0.0, began + rest - time.monotonic()))

    def cycle(self) -> bool:
        """Every part once; whether all of them could be read."""
        rows, whole = 0, True
        self._metrics.check_entries.set(0)
        self._used = self._pace.thread_time()
        for part in self._parts:
            try:
                with damage(f"store ({part.name})"), span(f"self-check {part.name}"):
                    for count in part.slices():
                        rows += count
                        self._metrics.check_entries.set(rows)
                        if self._stop.is_set():
                            return False
                        self._breathe()
            except CountyError as error:
                self._found(part, error)
            except (SQLAlchemyError, OSError) as error:
                # not damage but a database that is away or a disk that fails: others say that
                LOG.warning("a self-check was cut short", extra={"part": part.name, "error": type(error).__name__})
                whole = False
            except Exception as error:  # noqa: BLE001 - told below, whatever it is
                # rows that make a reader of ours fall over are no rows of ours; the thread must outlive them
                LOG.critical("a self-check fell over", extra={"part": part.name, "error": type(error).__name__})
                self._found(part, damaged(f"store ({part.name})", type(error).__name__))
            else:
                self._passed(part)
        self._first = self._first and not whole
        if whole:
            self._metrics.check_completed.set(self._pace.now())
        return whole

    def _breathe(self) -> None:
        """After the first cycle: pause so long that the share holds."""
        if self._first:
            # full speed, but others get their turn
            time.sleep(0)
            return
        used = self._pace.thread_time() - self._used
        self._stop.wait(max(0.0, used / self._pace.share - used))
        self._used = self._pace.thread_time()

    def _found(self, part: Part, error: CountyError) -> None:
        if part.name not in self.failed:
            LOG.critical(error.en, extra={"code": error.code or "E_SELF_CHECK", "part": part.name})
        self.failed[part.name] = error
        self._metrics.check_failed.set(1)
        self._metrics.faults.say(error.code if error.code in FAULTS else "E_SELF_CHECK")
        self._write(part, error.code or "E_SELF_CHECK", error.en)

    def _passed(self, part: Part) -> None:
        """What failed in this process stays failed; what an earlier one found is over if the first cycle says so."""
        if part.name in self.failed:
            error = self.failed[part.name]
            self._write(part, error.code or "E_SELF_CHECK", error.en)
        elif self._first:
            self._write(part, "", "")

    def _write(self, part: Part, code: str, detail: str) -> None:
        """Keep a verdict if the newest of its part is another one."""
        try:
            if verdicts.newest(self._database).get(part.name, "") != code:
                verdicts.add(self._database, int(self._pace.now()), self._role, part.name, code, detail[:500])
        except SQLAlchemyError as error:
            LOG.error("a verdict was not kept", extra={"part": part.name, "error": type(error).__name__})


@dataclass(slots=True)
class Alarm:
    """Whether anything stands against signing: what this process found, or any other wrote down."""

    database: Database
    own: SelfCheck | None = None
    metrics: Metrics | None = None
    _said: str = field(default="")

    def raised(self) -> str:
        """The code, empty if nothing stands; said once when it changes."""
        found = {} if self.own is None else {part: error.code for part, error in self.own.failed.items()}
        found = {**{part: code for part, code in verdicts.newest(self.database).items() if code}, **found}
        if self.metrics is not None:
            # whoever found it may have gone since
            self.metrics.faults.stand(found.values())
        code = next(iter(found.values()), "")
        if code != self._said:
            if code:
                LOG.critical("nothing is signed while a self-check fails", extra={"code": code, "part": min(found)})
            else:
                LOG.info("signing goes on: the self-check passes again")
            self._said = code
        return code
