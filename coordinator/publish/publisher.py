"""From stored records to the published folder, so that a crash at any line is repaired by the code that runs every day.

Order [PUB-2]: records durable in the store -> tiles staged durably -> the signed checkpoint swapped into the lock ->
tiles written -> `checkpoint` last -> staging dropped. If the process dies
- before the swap: the staged step was never signed for; `settle` drops it and the next round makes it anew;
- after the swap: the lock holds the staged checkpoint; `settle` writes the same files again and finishes.
`settle` is also the last part of every ordinary round. Serves [PUB-1] [PUB-2] [PUB-3] [CHECK-3].

Nothing that rests in the database between two steps is believed: the lock must hold what this publisher signed last,
what was staged must come back as it was made, and before files are written the fence and the published size are looked
at once more.
"""

import base64
import errno
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from coordinator.publish.folder import PublicFolder
from coordinator.publish.lock import Lock, open_signed
from coordinator.publish.sequencer import Sequencer
from coordinator.settings import CountyError
from coordinator.store.database import Database, damage
from coordinator.store.leaders import Alone, Fence
from tally_protocol.election.manifest import Election
from tally_protocol.errors import ProtocolError
from tally_protocol.log.checkpoint import Checkpoint, mldsa_vkey, open_checkpoint, sign_checkpoint
from tally_protocol.seal.keys import Signer, authority_name, vkey

# of the public folder's file system: below this nothing more is published
RESERVE = 16 * 1024 * 1024
# seconds without a statement within a transaction; far below what a server allows (store/postgres.py)
AWAKE = 1.0


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The log's two signing keys."""

    ed25519: Signer
    mldsa44: MLDSA44PrivateKey


@dataclass(frozen=True, slots=True)
class Head:
    """The published checkpoint and its size, replaced together."""

    checkpoint: bytes
    size: int


class Publisher:
    """One log, one folder, one lock."""

    def __init__(
        self,
        *,
        election: Election,
        sequencer: Sequencer,
        staging: Database,
        lock: Lock,
        folder: PublicFolder,
        keys: LogKeys,
        fence: Fence | None = None,
        vet: Callable[[int, int], None] = lambda _start, _end: None,
        now: Callable[[], int] = lambda: int(time.time()),
    ) -> None:
        """Nothing is written before `recover`; `fence` is shown with every step where others may publish too.

        `vet` raises if one of the entries between two sizes is not what a table, a committee or the county signed.
        """
        self._vet = vet
        self._fence = fence or Alone()
        self._election = election
        self._sequencer = sequencer
        self._staging = staging
        self._lock = lock
        self._folder = folder
        self._keys = keys
        self._now = now
        self._compared = False
        self._made: dict[str, bytes] = {}
        self.head = Head(b"", 0)

    def recover(self, stored: int) -> None:
        """Bring the folder to what the lock says; CountyError E_LOCK_AHEAD if either is ahead of the store [PUB-1]."""
        with damage("lock.db / staging.db"):
            self._recover(stored)

    def _recover(self, stored: int) -> None:
        # after the folder was made, before anything is written to it: see `folder`
        self._still_leads()
        locked, published = self._locked(), self._published()
        for checkpoint, where in ((locked, "lock.db"), (published, "checkpoint")):
            if checkpoint and self._open(checkpoint).size > stored:
                raise CountyError(
                    f"E_LOCK_AHEAD: {where} 比存储新；存储可能是旧备份。拒绝发布，请恢复最新的 store.db",
                    f"E_LOCK_AHEAD: {where} is ahead of the store, which may be an old backup; publishing refused",
                )
        if published and (not locked or self._open(published).size > self._open(locked).size):
            raise CountyError(
                "E_LOCK_AHEAD: 已发布的检查点比锁库新；请恢复最新的 lock.db",
                "E_LOCK_AHEAD: the published checkpoint is ahead of the lock; restore lock.db",
            )
        self._sequencer.grow(stored)
        for checkpoint in (locked, published):
            if checkpoint:
                self._check_root(self._open(checkpoint))
        self._write_keys()
        if locked and (not self._compared or published != locked):
            # neither staging nor folder is trusted after a fault: the store gives the same bytes again, and every
            # published file that is torn, missing or old is written anew [TILE-1]
            old = self._open(published).size if published and self._compared else 0
            self._stage(old, self._open(locked).size, locked, unless=self._folder.has)
        self.settle()
        self._compared = True

    def _still_leads(self) -> None:
        if self._fence.number:
            with self._staging.write() as connection:
                self._fence.check(connection)

    def _locked(self) -> bytes:
        """The signed checkpoint, which holds."""
        locked, _ = self._lock.read()
        if locked:
            open_signed(locked, self._election)
        return locked

    def _published(self) -> bytes:
        """The published checkpoint; one that does not hold is no crash of ours: a person must look first."""
        published = self._folder.checkpoint()
        try:
            if published:
                self._open(published)
        except ProtocolError as error:
            raise CountyError(
                f"E_SELF_CHECK: 已发布的 checkpoint 无效 ({error.code})；拒绝发布。"
                "核对 lock.db 是最新的之后，移走该文件再启动",
                f"E_SELF_CHECK: the published checkpoint does not hold ({error.code}); publishing refused."
                " Make sure that lock.db is the newest, move the file away, start again",
            ) from None
        return published

    def _open(self, checkpoint: bytes) -> Checkpoint:
        election = self._election
        return open_checkpoint(
            checkpoint, election.origin, election.log_ed25519, base64.b64decode(election.log_mldsa44)
        )

    def _check_root(self, checkpoint: Checkpoint) -> None:
        if self._sequencer.root(checkpoint.size) != checkpoint.root:
            raise CountyError(
                f"E_SELF_CHECK: 存储的前 {checkpoint.size} 条与已签检查点不符；拒绝发布，保留现场",
                f"E_SELF_CHECK: the first {checkpoint.size} entries do not have the signed root; publishing refused",
            )

    def _write_keys(self) -> None:
        """Verification keys beside the record: a convenience, never an anchor [PUB-4]."""
        election, folder = self._election, self._folder
        mldsa = mldsa_vkey(election.origin, base64.b64decode(election.log_mldsa44))
        folder.write_file("log.vkey", (vkey(election.origin, election.log_ed25519) + "\n").encode())
        folder.write_file("keys/log-mldsa44.vkey", (mldsa + "\n").encode())
        folder.write_file(
            "keys/authority.vkey", (vkey(authority_name(election.id), election.authority) + "\n").encode()
        )

    def publish(self, stored: int) -> bool:
        """One round up to `stored` entries; False if there is nothing new or the clock stands before the last time."""
        if stored <= self.head.size:
            return False
        locked, last = self._lock.read()
        if locked != self.head.checkpoint:
            # a leader that slept and was replaced is no fault: it says that instead
            self._still_leads()
            raise CountyError(
                "E_LOCK: 锁中的检查点不是本进程上次签发的；锁被改动过，或另一进程已抢先发布。停止发布",
                "E_LOCK: the lock does not hold what this process signed last; it was edited, or another process has"
                " published. This one stops",
            )
        self._check_room()
        now = self._now()
        if now < last:
            # a time that goes back would be a false statement in the ML-DSA line: wait for the clock [CHECK-2]
            return False
        self._sequencer.grow(stored)
        self._vet(self.head.size, stored)
        head = Checkpoint(self._election.origin, stored, self._sequencer.root(stored))
        signed = sign_checkpoint(head, self._keys.ed25519, self._keys.mldsa44, now)
        self._stage(self.head.size, stored, signed)
        self._lock.swap(locked, signed, now)
        self.settle()
        if self.head.checkpoint != signed:
            raise _altered("lock")
        return True

    def _check_room(self) -> None:
        """A full disk in the middle of a step is repaired; better not to begin one."""
        if shutil.disk_usage(self._folder.path).free < RESERVE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._folder.path))

    def _stage(
        self, old: int, new: int, checkpoint: bytes, unless: Callable[[str, bytes], bool] = lambda _path, _data: False
    ) -> None:
        """Keep every file of the step durably, with the checkpoint that needs them; none that is there already."""
        made: dict[str, bytes] = {}
        with self._staging.write() as connection:
            self._fence.check(connection)
            connection.exec_driver_sql("DELETE FROM staged")
            connection.exec_driver_sql("DELETE FROM head")
            awake = time.monotonic()
            for path, data in self._sequencer.files(old, new):
                if time.monotonic() - awake > AWAKE:
                    # the first comparison of a large folder takes longer than a server lets a transaction be idle
                    connection.exec_driver_sql("SELECT 1")
                    awake = time.monotonic()
                if unless(path, data):
                    continue
                made[path] = sha256(data).digest()
                connection.exec_driver_sql("INSERT INTO staged VALUES (?, ?)", (path, data))
            connection.exec_driver_sql("INSERT INTO head VALUES (1, ?)", (checkpoint,))
        self._made = made

    def _staged(self) -> bytes:
        with self._staging.read() as connection:
            row = connection.exec_driver_sql("SELECT checkpoint FROM head").one_or_none()
        return b"" if row is None else bytes(row[0])

    def settle(self) -> None:
        """Write what is staged if the lock signed for it, else forget it; the last part of every round [PUB-2]."""
        locked, _ = self._lock.read()
        if locked and self._staged() == locked:
            with self._staging.read() as connection:
                rows = connection.exec_driver_sql("SELECT path, data FROM staged ORDER BY path").all()
            if {str(path): sha256(data).digest() for path, data in rows} != self._made:
                raise _altered("staged")
            size = self._open(locked).size
            self._last_look(size)
            self._folder.write_tiles((str(path), bytes(data)) for path, data in rows)
            self._last_look(size)
            self._folder.write_file("checkpoint", locked)
        elif locked and self._folder.checkpoint() != locked:
            # signed, and neither staged nor shown: somebody has emptied the stage in between
            raise _altered("head")
        with self._staging.write() as connection:
            self._fence.check(connection)
            connection.exec_driver_sql("DELETE FROM staged")
            connection.exec_driver_sql("DELETE FROM head")
        self.head = Head(locked, self._open(locked).size if locked else 0)

    def _last_look(self, size: int) -> None:
        """Directly before files are written: still the leader, and nobody has shown more than we are about to."""
        self._still_leads()
        shown = self._published()
        if shown and self._open(shown).size > size:
            raise CountyError(
                "E_LOCK_AHEAD: 公开文件夹中的检查点比本进程要写的新；另一进程在发布同一日志。停止发布",
                "E_LOCK_AHEAD: the published checkpoint is ahead of what this process was about to write; another one"
                " publishes the same log. This one stops",
            )


def _altered(what: str) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: 数据库中的 {what} 在两步之间被改动；停止发布。保留现场，重新启动会由存储重做",
        f"E_SELF_CHECK: {what} was altered between two steps; publishing stops. Keep the evidence; the next start makes"
        " it again from the store",
    )
