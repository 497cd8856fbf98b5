"""Where the county keeps its files, and the one way private keys are read: private or not at all. Serves [PUB-4].

`Home(path)` names every file of a county's folder; docs/operations.md has a trust and a loss sentence for each.
"""

import contextlib
import fcntl
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SEED_BYTES = 32
_CODE = re.compile(r"E_[A-Z_]+", re.ASCII)


class CountyError(Exception):
    """Something a person must repair: what, where, expected, found, what to do, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        """Both sentences are shown together."""
        self.zh, self.en = zh, en
        super().__init__(f"{zh}\n{en}")

    @property
    def code(self) -> str:
        """The code that the sentence begins with, empty if it has none."""
        first = self.en.partition(":")[0]
        return first if _CODE.fullmatch(first) else ""


class InUse(CountyError):
    """Another process holds the home."""


@dataclass(frozen=True, slots=True)
class Home:
    """The county's folder."""

    path: Path

    @property
    def authority(self) -> Path:
        """Folder of the authority key; taken offline after sealing."""
        return self.path / "authority"

    @property
    def authority_vkey(self) -> Path:
        """The public anchor, one line."""
        return self.authority / "authority.vkey"

    @property
    def keys(self) -> Path:
        """Folder of the county's working keys."""
        return self.path / "keys"

    @property
    def tls(self) -> Path:
        """Folder of the certificates for the wire."""
        return self.path / "tls"

    @property
    def bundles(self) -> Path:
        """One folder for each laptop, to be carried there."""
        return self.path / "bundles"

    @property
    def store(self) -> Path:
        """The records: the one file that must never be lost."""
        return self.path / "store.db"

    @property
    def staging(self) -> Path:
        """Tiles on their way into the public folder."""
        return self.path / "staging.db"

    @property
    def lock(self) -> Path:
        """The newest signed checkpoint: what may never be taken back."""
        return self.path / "lock.db"

    @property
    def inbox(self) -> Path:
        """Hand-off files for a running county."""
        return self.path / "inbox"

    @property
    def guard(self) -> Path:
        """Held by the one process that writes."""
        return self.path / "coordinator.pid"


@contextlib.contextmanager
def guard(home: Home) -> Iterator[None]:
    """One writing process a home: InUse if another holds it. The system lets go when the process dies."""
    with home.guard.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InUse(
                f"另一进程正在使用 {home.path}；请先停止它", f"another process is using {home.path}; stop it first"
            ) from None
        yield


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def read_private(path: Path) -> bytes:
    """Read a private file; CountyError if it is absent or others may read it (`is_private`)."""
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            data = stream.read()
    except OSError as error:
        raise CountyError(f"读不到密钥文件 {path}: {error.strerror}", f"cannot read the key file {path}") from None
    if not is_private(status, os.getegid()):
        mode = stat.filemode(status.st_mode)
        raise CountyError(
            f"密钥文件 {path} 可被他人读取 ({mode})，应为 0600（集群挂载的密钥：root 所有、0440、本进程的组）；"
            "请执行 chmod 600，并考虑密钥已泄露",
            f"{path} can be read by others ({mode}), expected 0600 (or a mounted secret: root's, 0440, this process's"
            " group); run chmod 600 and treat the key as exposed",
        )
    return data


def is_private(status: os.stat_result, group: int) -> bool:
    """Whether its owner alone may use a file; or it is root's, and root and `group` may read it: a mounted secret."""
    mode = stat.S_IMODE(status.st_mode)
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return True
    return status.st_uid == 0 and status.st_gid == group and not mode & ~(stat.S_IRUSR | stat.S_IRGRP)


def write_seed(path: Path, seed: bytes) -> None:
    """A 32-byte seed as one line of hex; inverse of `read_seed`."""
    write_private(path, seed.hex().encode() + b"\n")


def read_seed(path: Path) -> bytes:
    """The seed of a key file, or CountyError."""
    text = read_private(path)
    try:
        seed = bytes.fromhex(text.decode().strip())
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES or text != seed.hex().encode() + b"\n":
        raise CountyError(f"密钥文件 {path} 不是一行 64 位十六进制", f"{path}: expected one line of 64 hex digits")
    return seed


def sync_folder(path: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
