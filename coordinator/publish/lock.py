"""The newest signed checkpoint: what is in it may never be taken back [CHECK-3] [PUB-2]. SQLite: a file of its own.

Trusted and never edited by hand. Losing it means that nobody knows what was signed last: the county then refuses to
publish until a person has compared the published checkpoint with the store.
"""

import base64
import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from coordinator.settings import CountyError
from coordinator.store.database import SERVER_FULL, Database
from coordinator.store.leaders import Alone, Fence
from tally_protocol.election.manifest import Election
from tally_protocol.errors import ProtocolError
from tally_protocol.log.checkpoint import Checkpoint, open_checkpoint


def open_signed(signed: bytes, election: Election) -> Checkpoint:
    """What the lock's checkpoint says; CountyError E_LOCK if it does not hold: no process of ours has written that."""
    try:
        return open_checkpoint(signed, election.origin, election.log_ed25519, base64.b64decode(election.log_mldsa44))
    except ProtocolError as error:
        raise CountyError(
            f"E_LOCK: 锁中的检查点无效 ({error.code})；保留现场，从备份恢复锁",
            f"E_LOCK: the checkpoint of the lock does not hold ({error.code}); keep it, restore the lock from a backup",
        ) from None


class Lock:
    """Compare-and-swap on one row an origin; the statement names the fencing number, so an old leader swaps nothing."""

    def __init__(self, database: Database, origin: str, fence: Fence | None = None) -> None:
        """The row of a log; without a fence no other process can be here."""
        self._database = database
        self._origin = origin
        self._fence = fence or Alone()

    def read(self) -> tuple[bytes, int]:
        """The newest signed checkpoint (empty before the first) and its time."""
        with self._database.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT checkpoint, time FROM lock WHERE origin = ?", (self._origin,)
            ).one_or_none()
        if row is None:
            raise CountyError(
                f"E_LOCK: 锁库中没有日志 {self._origin}；请从备份恢复 lock.db",
                f"E_LOCK: the lock knows no log {self._origin}; restore lock.db",
            )
        return bytes(row[0]), int(row[1])

    def swap(self, old: bytes, new: bytes, time: int) -> None:
        """Replace `old` by `new`, durably; CountyError E_LOCK if another process was first [PUB-2].

        A write or a sync that fails here, or a server that goes away, is fatal too: whether the swap is durable is
        unknown until it is read by a new process. A full disk is not: then it is known that nothing was written.
        """
        number = self._fence.number
        try:
            with self._database.write() as connection:
                self._fence.check(connection)
                done = connection.exec_driver_sql(
                    """UPDATE lock SET checkpoint = ?, time = ?, fence = ?
                       WHERE origin = ? AND checkpoint = ? AND fence <= ?""",
                    (new, time, number, self._origin, old, number),
                )
                won = done.rowcount == 1
        except DBAPIError as error:
            if _nothing_written(error):
                raise
            raise CountyError(
                f"E_LOCK: 写锁库失败（{error.orig}），是否已写入不明；停止发布，检查磁盘后重新启动",
                f"E_LOCK: writing the lock failed ({error.orig}); the outcome is unknown. Check the disk, start again",
            ) from error
        if not won:
            raise CountyError(
                "E_LOCK: 另一进程已抢先发布；本进程停止发布",
                "E_LOCK: another process has published first; this one stops",
            )


def _nothing_written(error: DBAPIError) -> bool:
    """Whether the database itself knows that the swap did not happen."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state) == SERVER_FULL
    code = getattr(error.orig, "sqlite_errorcode", None)
    return isinstance(error, OperationalError) and code is not None and code & 0xFF != sqlite3.SQLITE_IOERR
