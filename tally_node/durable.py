"""The durable file under the journal: transactions that are there or not, rows that nobody has edited.

WAL, synchronous=FULL, BEGIN IMMEDIATE: when `write()` ends without an exception, what was written survives a power cut;
if the process dies inside it, nothing of it is there. A failed write or sync raises StorageFailedError and the process
must end: it is never tried again, the next start reads what really is durable. A full disk is refused before it is full
(E_DISK), with a reserve that leaves room for the county's answers. Every row carries a keyed hash over all its columns,
so an edited row is found (E_JOURNAL) when it is read.
"""

import hmac
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from tally_node.schema import SCHEMA_VERSION, TABLES, columns
from tally_node.voice import NodeError, StorageFailedError

Value = str | bytes | int


_DISK_TROUBLE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def _unreadable(path: Path, where: str, error: sqlite3.Error) -> NodeError:
    """Why a journal cannot be read: a full or failing disk is no damaged journal, and nobody should give it up."""
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in _DISK_TROUBLE:
        if shutil.disk_usage(path.parent).free == 0:
            return NodeError("E_DISK", where, found=error)
        return StorageFailedError(where, error)
    return NodeError("E_JOURNAL", where, found=error)


class Durable:
    """An open database file of the station."""

    def __init__(self, path: Path, key: bytes | None, reserve: int) -> None:
        """Open for work with a key, or read-only without one."""
        self.path = path
        self._key = key
        self._reserve = reserve
        self._dead = False
        target = f"{path.resolve().as_uri()}?mode={'rw' if key else 'ro'}"
        try:
            self._db = sqlite3.connect(target, uri=True, isolation_level=None, timeout=10, check_same_thread=False)
            if key:
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "wal_autocheckpoint=2000"):
                    self._db.execute(f"PRAGMA {pragma}")
            self._db.execute("SELECT value FROM meta").fetchone()
        except sqlite3.Error as error:
            raise _unreadable(path, str(path), error) from None

    def close(self) -> None:
        """Close the file; nothing depends on it."""
        self._db.close()

    @contextmanager
    def write(self, *, new_work: bool = True) -> Iterator[None]:
        """One durable transaction. If this process dies before the block ends, nothing of it is there; when the block
        has ended, all of it is, whatever happens to the machine.

        `new_work` is refused when the disk is nearly full; answers of the county still fit into the reserve.
        """  # noqa: D205 - one sentence
        if self._dead:
            raise StorageFailedError(str(self.path), "the journal has failed before")
        if self._inside():
            # part of a larger piece of work: durable when that ends
            yield
            return
        if new_work and shutil.disk_usage(self.path.parent).free < self._reserve:
            raise NodeError("E_DISK", str(self.path), expected=f"{self._reserve} bytes free")
        with self._guarded():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            with self._guarded():
                yield
                self._db.execute("COMMIT")
        except BaseException:
            # after a failed COMMIT nobody knows what is durable: _guarded has marked the journal dead
            if self._inside() and not self._dead:
                self._db.execute("ROLLBACK")
            raise

    def _inside(self) -> bool:
        return self._db.in_transaction

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise NodeError("N_BUSY", str(self.path)) from None
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
                raise NodeError("E_DISK", str(self.path), found=error) from None
            self._dead = True
            raise StorageFailedError(str(self.path), error) from None
        except sqlite3.DatabaseError as error:
            self._dead = True
            raise NodeError("E_JOURNAL", str(self.path), found=error) from None

    # rows

    def _mac(self, table: str, values: tuple[Value, ...]) -> bytes:
        digest = blake2b(table.encode(), digest_size=32, key=self._key or b"")
        for value in values:
            data = value if isinstance(value, bytes) else str(value).encode()
            digest.update(f"\n{type(value).__name__} {len(data)}\n".encode())
            digest.update(data)
        return digest.digest()

    def _put(self, table: str, values: tuple[Value, ...], *, replace: bool = False) -> None:
        marks = ",".join("?" * (len(values) + 1))
        verb = "INSERT OR REPLACE" if replace else "INSERT"
        self._db.execute(
            f"{verb} INTO {table} ({','.join(columns(table))},mac) VALUES ({marks})",
            (*values, self._mac(table, values)),
        )

    def _get(self, table: str, tail: str = "", parameters: tuple[Value, ...] = ()) -> Iterator[tuple[Value, ...]]:
        """Rows in the order of `tail`; each row's keyed hash is checked, so an edited row never gets further."""
        names = ",".join(columns(table))
        try:
            rows = self._db.execute(f"SELECT {names},mac FROM {table} {tail}", parameters)  # noqa: S608 - own names
            for *values, mac in rows:
                row: tuple[Value, ...] = tuple(values)
                if self._key and not (isinstance(mac, bytes) and hmac.compare_digest(mac, self._mac(table, row))):
                    raise NodeError(
                        "E_JOURNAL", f"{table} {row[0]!r}"[:80], found="a row that this program did not write"
                    )
                yield row
        except sqlite3.DatabaseError as error:
            raise _unreadable(self.path, f"{self.path} {table}", error) from None

    def check_all(self) -> None:
        """Read every row of every table once and the file's own structure; raises E_JOURNAL."""
        if self.setting("schema") != str(SCHEMA_VERSION):
            raise NodeError("E_JOURNAL", str(self.path), expected=f"schema {SCHEMA_VERSION}")
        for table in TABLES:
            for _ in self._get(table):
                pass
        try:
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            raise _unreadable(self.path, str(self.path), error) from None
        if found != ("ok",):
            raise NodeError("E_JOURNAL", str(self.path), found="damaged database file")

    def set_setting(self, key: str, value: str) -> None:
        """Keep a setting of this journal."""
        self._put("meta", (key, value), replace=True)

    def setting(self, key: str) -> str | None:
        """A setting of this journal."""
        for row in self._get("meta", "WHERE key = ?", (key,)):
            return str(row[1])
        return None
