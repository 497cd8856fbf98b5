"""The newest signed checkpoint, in a database of its own: what is in it may never be taken back [CHECK-3] [PUB-2].

Trusted and never edited by hand. Losing it means that nobody knows what was signed last: the county then refuses to
publish until a person has compared the published checkpoint with the store.
"""

import sqlite3

from sqlalchemy.exc import OperationalError

from coordinator.settings import CountyError
from coordinator.store.database import Database


class Lock:
    """Compare-and-swap on one row an origin."""

    def __init__(self, database: Database, origin: str) -> None:
        """The row of a log."""
        self._database = database
        self._origin = origin

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

        A write or a sync that fails here is fatal too: whether the swap is durable is unknown until the file is read
        by a new process. A full disk is not: SQLite then knows that nothing was written.
        """
        try:
            with self._database.write() as connection:
                done = connection.exec_driver_sql(
                    "UPDATE lock SET checkpoint = ?, time = ? WHERE origin = ? AND checkpoint = ?",
                    (new, time, self._origin, old),
                )
                won = done.rowcount == 1
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_IOERR:
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

