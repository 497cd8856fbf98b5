"""The list of access acts where it rests: a file beside the sealing folder before sealing, a table afterwards.

Both give the same two things: `state()` is the fold of all that is durable, `acting()` is the same alone, with `add`.
What is added is durable when the block ends, and only then takes effect [ACCESS-10]; a process that dies inside the
block has added nothing, or, for the file, a last line without its end, which the next writer removes.
"""

import contextlib
import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from coordinator.access.acts import Act, State, read_act
from coordinator.settings import CountyError, sync_folder
from coordinator.store import acts as table
from coordinator.store.database import Database, damaged

LOG = logging.getLogger("changpiao.access")
FILE = "enrolment-acts.tsv"
Clock = Callable[[], float]


class Acting:
    """Alone with the list: what holds now, and what is to be added."""

    def __init__(self, state: State, now: int) -> None:
        """`state` is what holds before the block; what is added takes effect when the block has ended."""
        self.state = state
        self.now = now
        self.added: list[Act] = []

    def add(self, act: str, node: str, body: Mapping[str, Any]) -> None:
        """One more act."""
        self.added.append(Act(self.state.last + 1 + len(self.added), self.now, act, node, dict(body)))


class Registry(Protocol):
    """The list, wherever it rests; `clock` is what its times are by."""

    clock: Clock

    def state(self) -> State:
        """The fold of everything durable."""

    def acting(self) -> contextlib.AbstractContextManager[Acting]:
        """Alone with the list until the block ends."""

    def acts(self) -> list[Act]:
        """The whole list, for people."""


def _tell(added: list[Act]) -> None:
    """The audit line of each act; a code's public key says nothing, its digits are never here [ACCESS-1]."""
    for act in added:
        LOG.info("access: %s %s", act.act, act.node, extra={"node": act.node})


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """A stored act that no writer of ours has made is damage, E_SELF_CHECK: who may connect is not guessed."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged("access_acts", type(error).__name__) from None


def _read_rows(rows: Sequence[table.Row]) -> list[Act]:
    with _readable():
        return [read_act(*row) for row in rows]


class TableRegistry:
    """The list in the county's database; any number of processes."""

    def __init__(self, database: Database, clock: Clock = time.time) -> None:
        """Nothing is read yet."""
        self._database = database
        self.clock = clock
        self._state = State()
        self._read = False
        # the keeper's thread reads while a renewal acts
        self._turn = threading.Lock()

    def state(self) -> State:
        """Catch up with what other processes have added."""
        with self._turn:
            self._take(table.after(self._database, self._state.last))
            return self._state

    def _take(self, rows: Sequence[table.Row]) -> None:
        acts = _read_rows(rows)
        if self._read:
            # of another process: its audit line stands in this one's log, too
            _tell(acts)
        self._read = True
        with _readable():
            self._state.apply(acts)

    @contextlib.contextmanager
    def acting(self) -> Iterator[Acting]:
        """One transaction; a failure leaves the list as it was."""
        with self._turn:
            with table.adding(self._database, self._state.last) as (rows, add):
                # committed by others before this transaction had its turn
                self._take(rows)
                acting = Acting(self._state, int(self.clock()))
                yield acting
                add([(act.id, act.time, act.act, act.node, act.text) for act in acting.added])
            self._state.apply(acting.added)
        _tell(acting.added)

    def acts(self) -> list[Act]:
        """The whole list."""
        return _read_rows(table.after(self._database, 0))


class FileRegistry:
    """The list beside a sealing folder: one act a line (id, time, act, laptop, facts), one writer at a time."""

    def __init__(self, folder: Path, clock: Clock = time.time) -> None:
        """The file is made by the first act."""
        self._path = folder / FILE
        self.clock = clock

    @property
    def exists(self) -> bool:
        """Whether codes are used for this election at all."""
        return self._path.exists()

    def state(self) -> State:
        """The fold of the file."""
        found = State()
        found.apply(self.acts())
        return found

    def acts(self) -> list[Act]:
        """Every whole line; CountyError if one is not ours."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return []
        return self._read(data[: data.rfind(b"\n") + 1])

    def _read(self, data: bytes) -> list[Act]:
        found: list[Act] = []
        for place, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
            number, _, rest = line.partition("\t")
            parts = rest.split("\t", 3)
            try:
                if len(parts) != 4 or int(number) != place:
                    raise ValueError(line[:60])
                found.append(read_act(place, int(parts[0]), parts[1], parts[2], parts[3]))
            except (ValueError, KeyError):
                raise CountyError(
                    f"{self._path}:{place}: 登记记录已损坏；请从备份恢复，不要手工修改",
                    f"{self._path}:{place}: the list of enrolments is damaged; restore it, do not edit it",
                ) from None
        return found

    @contextlib.contextmanager
    def acting(self) -> Iterator[Acting]:
        """Lock, read, decide, append, sync; dying in between leaves at most a line without an end, which is no act."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            data = stream.read()
            whole = data.rfind(b"\n") + 1
            state = State()
            state.apply(self._read(data[:whole]))
            acting = Acting(state, int(self.clock()))
            yield acting
            stream.seek(whole)
            stream.truncate()
            for act in acting.added:
                stream.write(f"{act.id}\t{act.time}\t{act.act}\t{act.node}\t{act.text}\n".encode())
            stream.flush()
            os.fsync(stream.fileno())
        sync_folder(self._path.parent)
        _tell(acting.added)
