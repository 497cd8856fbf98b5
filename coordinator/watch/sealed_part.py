"""Every sealed part against its record: it opens for that record alone, to the bytes that the record names [BALLOT-5].

For processes that hold the ballot key. What is decrypted is hashed and forgotten; nothing of it is told. Records whose
parts laptops have yet to deliver again (after the county was rebuilt from the public record) are counted, not faults.
"""

import hmac
import json
from collections.abc import Iterator
from hashlib import sha256

from coordinator.metrics import Metrics
from coordinator.settings import CountyError
from coordinator.store import checking, marks
from coordinator.store.checking import SealedRow
from coordinator.store.database import Database
from tally_protocol.errors import RuleViolation
from tally_protocol.record.sealing import Opener

SLICE = 48
WITH_PAPERS = frozenset({"batch", "correction"})


class SealedPart:
    """All sealed parts of a store."""

    name = "sealed"

    def __init__(
        self, database: Database, opener: Opener, metrics: Metrics, key: bytes
    ) -> None:
        """`opener` is this part's own; `key` by `marks.marks_key`: the county says which parts may be missing."""
        self._database = database
        self._opener = opener
        self._metrics = metrics
        self._key = key
        self._owed = range(0)

    def slices(self) -> Iterator[int]:
        """One pass."""
        above, missing = -1, 0
        self._owed = self._may_be_missing()
        while True:
            with self._database.read() as connection:
                rows = checking.sealed(connection, above, SLICE)
            if not rows:
                break
            for row in rows:
                missing += not self._good(row)
            above = rows[-1].id
            yield len(rows)
        self._metrics.owed.set(missing)

    def _may_be_missing(self) -> range:
        """Records that were rebuilt from the public record; CountyError if somebody else says so."""
        with self._database.read() as connection:
            mark = marks.read(connection, marks.OWED)
        if mark is None:
            return range(0)
        start = int.from_bytes(mark.digest, "big")
        if not hmac.compare_digest(marks.mac_of(self._key, marks.OWED, mark.upto, mark.digest), mark.mac):
            raise CountyError(
                "E_SELF_CHECK: 欠缺密封选票的记号不是本县所写；停止发布。请停机，从备份恢复并保留现场",
                "E_SELF_CHECK: the mark of owed sealed papers is not the county's; publishing stops. Stop, restore,"
                " keep the evidence",
            )
        return range(start, mark.upto)

    def _good(self, row: SealedRow) -> bool:
        """Whether it is there; CountyError if it is another one, or is missing and not owed."""
        if row.kind not in WITH_PAPERS:
            if row.blob is not None:
                raise _wrong(row, "papers beside a record that has none")
            return True
        if row.blob is None:
            if row.id in self._owed:
                return False
            raise _wrong(row, "missing")
        try:
            named = json.loads(row.note.split(b"\n", 2)[1])["sealed"]
            found = sha256(self._opener.open(row.blob, row.hash)).hexdigest()
        except (RuleViolation, ValueError, KeyError, IndexError, TypeError):
            raise _wrong(row, "does not open for this record") from None
        if found != named:
            raise _wrong(row, "not the papers that the record names")
        return True


def _wrong(row: SealedRow, what: str) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: 记录 {row.id} ({row.kind}) 的密封选票不符 ({what})；停止发布。请停机，从备份恢复并保留现场",
        f"E_SELF_CHECK: the sealed papers of record {row.id} ({row.kind}): {what}; publishing stops. Stop, restore,"
        " keep the evidence",
    )
