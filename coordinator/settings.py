"""Where the county keeps its files, and the one way private keys are read: 0600 or not at all. Serves [PUB-4].

`Home(path)` names every file of a county's folder; docs/operations.md has a trust and a loss sentence for each.
"""

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SEED_BYTES = 32


class CountyError(Exception):
    """Something a person must repair: what, where, expected, found, what to do, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        """Both sentences are shown together."""
        self.zh, self.en = zh, en
        super().__init__(f"{zh}\n{en}")


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
    """Read a private file; CountyError if it is absent or anyone but its owner may read it."""
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as error:
        raise CountyError(f"读不到密钥文件 {path}: {error.strerror}", f"cannot read the key file {path}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CountyError(
            f"密钥文件 {path} 可被他人读取 ({stat.filemode(mode)})，应为 0600；请执行 chmod 600，并考虑密钥已泄露",
            f"{path} can be read by others, expected 0600; run chmod 600 and treat the key as exposed",
        )
    return data


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
