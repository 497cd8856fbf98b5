"""The lists that only grow (refusals, forks, access acts) against their marks: no row may change or go.

Serves [INTAKE-4] [INTAKE-5] [ACCESS-10]. A pass hashes every column of every row in order, up to a number below which
nothing can appear any more, compares with the kept mark where that stands and with what this process found before,
then moves the mark. Marks are keyed by `county.key`. NOT COVERED: who deletes the newest rows together with all marks
while no process runs.
"""

import hmac
from collections.abc import Iterator
from hashlib import sha256

from coordinator.settings import CountyError
from coordinator.store import marks
from coordinator.store.database import Database
from coordinator.store.marks import Bound, Mark, Row, mac_of

SLICE = 32

def spelled(row: Row) -> bytes:
    """Every column with its type and length: no two rows have one spelling."""
    parts = []
    for value in row:
        data = value if isinstance(value, bytes) else str(value).encode()
        parts.append(f"{type(value).__name__[:1]}{len(data)}:".encode() + data)
    return b"".join(parts) + b"\n"


class ListsPart:
    """The lists of one store."""

    name = "lists"

    def __init__(self, database: Database, key: bytes) -> None:
        """`key` by `marks.marks_key`."""
        self._database = database
        self._key = key
        self._bounds: dict[str, Bound] = {}
        self._known: dict[str, Mark] = {}

    def slices(self) -> Iterator[int]:
        """One pass."""
        for name in marks.COLUMNS:
            yield from self._list(name)

    def _list(self, name: str) -> Iterator[int]:
        with self._database.read() as connection:
            kept = marks.read(connection, name)
            before = self._bounds.get(name)
            if before is None or marks.settled(connection, self._database, before):
                # on a server the bound of the pass before: whoever was running then has ended
                self._bounds[name] = marks.bound(connection, self._database, name)
        known = self._checked(name, kept)
        upto = self._upto(name, before, known)
        seen: dict[int, bytes] = {}
        digest, last = sha256(), 0
        while True:
            with self._database.read() as connection:
                rows = marks.rows(connection, name, last, upto, SLICE)
            for row in rows:
                number = int(str(row[0]))
                seen |= {mark.upto: digest.digest() for mark in known if last <= mark.upto < number}
                digest.update(spelled(row))
                last = number
            yield len(rows)
            if len(rows) < SLICE:
                break
        end = digest.digest()
        for mark in known:
            if seen.get(mark.upto, end) != mark.digest:
                raise _wrong(name, "a row was changed or is gone")
        self._move(name, Mark(upto, end, mac_of(self._key, name, upto, end)), kept)

    def _checked(self, name: str, kept: Mark | None) -> list[Mark]:
        """The marks to compare with: the kept one, and what this process found in its last pass."""
        found = [kept] if kept is not None else []
        own = self._known.get(name)
        if kept is not None and not hmac.compare_digest(kept.mac, mac_of(self._key, name, kept.upto, kept.digest)):
            raise _wrong(name, "the mark is not the county's")
        if own is not None:
            if kept is None or kept.upto < own.upto:
                raise _wrong(name, "the mark went back")
            found.append(own)
        return found

    def _upto(self, name: str, before: Bound | None, known: list[Mark]) -> int:
        """How far to hash: what is settled, and never less than a mark."""
        bound = self._bounds[name]
        if self._database.postgres:
            # the newest bound is settled only by the next pass
            settled = before.upto if before is not None and bound is not before else 0
        else:
            settled = bound.upto
        return max([settled, *(mark.upto for mark in known)])

    def _move(self, name: str, mark: Mark, kept: Mark | None) -> None:
        if kept is None or kept.upto < mark.upto:
            marks.advance(self._database, name, mark)
        self._known[name] = mark


def _wrong(name: str, what: str) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: 只增列表 {name} 与其记号不符 ({what})；停止发布。请停机，从备份恢复并保留现场",
        f"E_SELF_CHECK: the list {name}: {what}; publishing stops. Stop, restore, keep the evidence",
    )
