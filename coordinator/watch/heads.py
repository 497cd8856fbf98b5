"""The signed heads of a log: what the lock holds, what the public folder shows, and that both may stand together.

Read in the order folder, lock, store, a healthy county never shows a head that is ahead of the next: records are
durable before they are signed, the lock is swapped before the folder is written [PUB-1] [PUB-2] [CHECK-3].
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from coordinator.settings import CountyError
from coordinator.store import checking
from coordinator.store.database import Database
from tally_protocol.election.manifest import Election
from tally_protocol.errors import ProtocolError
from tally_protocol.log.checkpoint import open_checkpoint, signed_at


@dataclass(frozen=True, slots=True)
class SignedHead:
    """Size and root under the log's keys; `where` it was read."""

    size: int
    root: bytes
    where: str


class SignedHeads:
    """Reads and compares."""

    def __init__(self, election: Election, lock: Database, published: Callable[[], bytes] | None = None) -> None:
        """`published` gives the checkpoint of the public folder, where this process can see it."""
        self._election = election
        self._lock = lock
        self._published = published
        self._mldsa = base64.b64decode(election.log_mldsa44)

    def read(self) -> list[SignedHead]:
        """Folder, then lock; CountyError if one does not hold, or the folder is ahead of the lock."""
        found = []
        shown = self._published() if self._published is not None else b""
        if shown:
            found.append(self._open(shown, "checkpoint"))
        row = checking.lock_row(self._lock, self._election.origin)
        if row is None:
            raise CountyError(
                f"E_LOCK: 锁库中没有日志 {self._election.origin}；请从备份恢复",
                f"E_LOCK: the lock knows no log {self._election.origin}; restore it",
            )
        locked, time, _ = row
        if locked:
            found.append(self._open(locked, "lock"))
        if time != (signed_at(locked, self._election.origin, self._mldsa) if locked else 0):
            raise CountyError(
                "E_LOCK: 锁库的时间不是所存检查点的签名时间；锁被改动过，停止发布并保留现场",
                "E_LOCK: the lock's time is not the one its checkpoint was signed at; it was edited, keep the evidence",
            )
        if shown and (not locked or found[0].size > found[-1].size):
            raise CountyError(
                "E_LOCK_AHEAD: 已发布的检查点比锁新；锁可能来自旧备份或被改动过。停止发布，先执行 tally-coordinator"
                " catch-up",
                "E_LOCK_AHEAD: the published checkpoint is ahead of the lock, which is old or was edited; publishing"
                " stops. Run tally-coordinator catch-up",
            )
        return found

    def fence(self) -> int:
        """The fencing number that stands beside the signed head."""
        row = checking.lock_row(self._lock, self._election.origin)
        return 0 if row is None else row[2]

    def _open(self, data: bytes, where: str) -> SignedHead:
        election = self._election
        try:
            found = open_checkpoint(data, election.origin, election.log_ed25519, self._mldsa)
        except ProtocolError as error:
            raise CountyError(
                f"E_SELF_CHECK: {where} 中的检查点无效 ({error.code})；停止发布并保留现场",
                f"E_SELF_CHECK: the checkpoint in {where} does not hold ({error.code}); publishing stops, keep it",
            ) from None
        return SignedHead(found.size, found.root, where)
