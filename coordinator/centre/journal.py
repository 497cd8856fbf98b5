"""The journal: the one door to the acts, for reading what they amount to and for adding to them (ADR 8).

Whatever is decided is decided under the database's lock on the newest state, so two people at two desks, or two
processes, can never confirm one matter twice. An act is in the state only when it is on the disk.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection

from coordinator.centre.acts import FIRST, Act, Body, centre_name, open_act, sign_act
from coordinator.centre.state import State
from coordinator.settings import CountyError
from coordinator.store import centre as rows
from coordinator.store.centre import ActRow
from coordinator.store.database import Database
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32
from tally_protocol.seal.keys import Signer
from tally_protocol.seal.note import parse_note


class Damaged(CountyError):
    """The journal is not what was signed: nothing is shown and nothing added until a person has looked."""


class Verified:
    """Takes rows in order and gives their acts; Damaged at the first that does not follow."""

    def __init__(self, election: Hash32, name: str, public: bytes) -> None:
        """Before the first act."""
        self._election, self._name, self._public = election, name, public
        self.last = 0
        self.head = FIRST

    def take(self, row: ActRow) -> Act:
        """The act of a row; every column must say what the note says."""
        try:
            act = open_act(row.note, self._name, self._public)
        except ProtocolError as error:
            raise _damaged(row.id, error.code) from None
        told = row.id, row.time, row.person, row.act, row.hash
        if told != (act.id, act.time, act.person, act.act, act.hash):
            raise _damaged(row.id, "a column differs from the signed note")
        if act.id != self.last + 1:
            raise _damaged(self.last + 1, f"missing; the next is {act.id}")
        if act.prev != self.head or act.election != self._election:
            raise _damaged(row.id, "does not follow the act before it")
        self.last, self.head = act.id, act.hash
        return act


def _damaged(number: int, found: str) -> Damaged:
    return Damaged(
        f"E_SELF_CHECK: 工作日志第 {number} 条与签名不符（{found}）；停止办公页面，保留现场，从备份核对",
        f"E_SELF_CHECK: act {number} of the centre's journal: {found}; stop the desk, keep the evidence, compare"
        " a backup",
    )


class Acting:
    """What a decision is taken on, and where its acts go."""

    def __init__(
        self, state: State, person: str, now: int, add: Callable[[str, Body], Act], connection: Connection
    ) -> None:
        """`state` is the newest and stays so until the block ends; `connection` is the transaction of the acts."""
        self.state, self.person, self.now, self.connection = state, person, now, connection
        self._add = add

    def add(self, act: str, **body: Any) -> Act:
        """Add an act; it counts when the block has ended."""
        return self._add(act, body)


class Journal:
    """The acts of one election; any thread."""

    def __init__(
        self, database: Database, election: tuple[str, Hash32], signer: Signer,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """Read and check everything; Damaged if it is not what was signed. `election`: its id and hash."""
        self._database = database
        self._election = election[1]
        self._signer = signer
        self.clock = clock
        self._guard = threading.RLock()
        self._verified = Verified(election[1], centre_name(election[0]), signer.public)
        self._state = State()
        self._broken: Damaged | None = None
        with self.reading():
            pass

    @property
    def healthy(self) -> bool:
        """Whether nothing was found to be altered."""
        return self._broken is None

    @contextlib.contextmanager
    def reading(self) -> Iterator[State]:
        """The newest state, not to be changed; it stays as it is within the block."""
        with self._guard:
            self._refresh(lambda last: rows.acts_after(self._database, last))
            yield self._state

    @contextlib.contextmanager
    def acting(self, person: str) -> Iterator[Acting]:
        """Alone with the journal: look, decide, add. An exception adds nothing."""
        with self._guard:
            made: list[tuple[Act, ActRow]] = []
            with rows.adding(self._database) as (after, add, connection):
                self._refresh(after)
                now = int(self.clock())

                def sign(act: str, body: Body) -> Act:
                    last = made[-1][0] if made else None
                    new = Act(
                        id=self._verified.last + len(made) + 1, act=act, person=person, time=now, body=body,
                        election=self._election, prev=last.hash if last else self._verified.head,
                    )  # fmt: skip
                    row = ActRow(new.id, new.hash, now, person, act, sign_act(new, self._signer))
                    add(row)
                    made.append((new, row))
                    return new

                yield Acting(self._state, person, now, sign, connection)
            for act, row in made:
                self._state.take(self._verified.take(row))
                assert act.id == self._state.last  # noqa: S101 - the fold has taken exactly what was added

    @property
    def head(self) -> tuple[int, str]:
        """Number and hash of the newest act that was read: to be printed, and compared later."""
        return self._verified.last, self._verified.head.hex()

    def acts(self, above: int, most: int) -> list[Act]:
        """Acts as they stand in the database, for the audit page and the command."""
        found = rows.acts_after(self._database, above, most)
        return [Act.read_text(parse_note(row.note).text) for row in found]

    def _refresh(self, after: Callable[[int], list[ActRow]]) -> None:
        if self._broken is not None:
            raise self._broken
        try:
            while found := after(self._verified.last):
                for row in found:
                    self._state.take(self._verified.take(row))
        except Damaged as error:
            self._broken = error
            raise


def check_rows(
    database: Database, election: tuple[str, Hash32], public: bytes, known: tuple[int, str] | None = None
) -> Verified:
    """Recompute the whole chain; Damaged at the first fault. `known`: an act's number and hash from a printed sheet."""
    verified = Verified(election[1], centre_name(election[0]), public)
    state = State()
    seen = known is None
    while found := rows.acts_after(database, verified.last):
        for row in found:
            act = verified.take(row)
            state.take(act)
            if known is not None and act.id == known[0]:
                seen = True
                if act.hash.hex() != known[1]:
                    raise _damaged(act.id, "another hash than the one that was printed")
    if not seen and known is not None:
        raise _damaged(known[0], f"missing; the journal ends with {verified.last}")
    return verified
