"""The only room that touches files and the network: a published folder, a URL, archives, reports written.

Serves [TILE-1] (absent is not the same as wrong) and the limits of input (no verdict instead of a crash). A URL is
fetched once into a private temporary folder and read from there, so nothing can change between two reads.
"""

import os
import stat
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Final

from verifier.findings.codes import NoVerdict

BUNDLE_LIMIT: Final = 256 * (65_535 + 2)
SMALL_FILE_LIMIT: Final = 65_535
_TIMEOUT: Final = 30.0


class Folder:
    """A published record, or an archive beside it, as a folder. Paths come from numbers and ids, never from content."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str, limit: int) -> bytes | None:
        """Bytes of one file; None if it is absent; longer than the limit is cut one byte after it, so it shows."""
        try:
            with _regular(self.root / path) as file:
                return file.read(limit + 1)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as fault:
            raise unreadable(path, fault) from None

    def read_at(self, path: str, offset: int, size: int) -> bytes:
        """Part of a file."""
        try:
            with _regular(self.root / path) as file:
                file.seek(offset)
                return file.read(size)
        except OSError as fault:
            raise unreadable(path, fault) from None

    def chunks(self, path: str, size: int = 1 << 20) -> Iterator[bytes] | None:
        """A file in pieces; None if it is absent."""
        try:
            file = _regular(self.root / path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as fault:
            raise unreadable(path, fault) from None
        return _pieces(file, path, size)

    def names(self, path: str = ".") -> list[str] | None:
        """File names of a folder in order; None if it is absent."""
        try:
            return sorted(entry.name for entry in (self.root / path).iterdir())
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise unreadable(path, fault) from None


def _regular(path: Path) -> IO[bytes]:
    """A file opened for reading. Evidence is never a pipe or a device: those would hold the verifier or have no end."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("not a regular file")
    return os.fdopen(handle, "rb")


def _pieces(file: IO[bytes], path: str, size: int) -> Iterator[bytes]:
    with file:
        while True:
            try:
                piece = file.read(size)
            except OSError as fault:
                raise unreadable(path, fault) from None
            if not piece:
                return
            yield piece


def unreadable(what: str, fault: Exception) -> NoVerdict:
    """Say which input cannot be read, without its content."""
    reason = type(fault).__name__
    return NoVerdict(f"cannot read {what} ({reason})", f"无法读取 {what}（{reason}）")


class _SameHostOnly(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urllib.parse.urlsplit(req.full_url), urllib.parse.urlsplit(newurl)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            raise NoVerdict("the server redirects to another host", "服务器重定向到另一主机，已拒绝")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Fetcher:
    """Copies files of one published record from its URL into a folder, each once and within a limit."""

    def __init__(self, base: str, into: Path) -> None:
        self._base = base.rstrip("/") + "/"
        self._into = into
        self._open = urllib.request.build_opener(_SameHostOnly, urllib.request.ProxyHandler()).open

    def fetch(self, path: str, limit: int) -> bool:
        """Copy one file; False if the server says that there is none."""
        try:
            with self._open(self._base + path, timeout=_TIMEOUT) as answer:
                data = answer.read(limit + 1)
        except urllib.error.HTTPError as fault:
            fault.close()
            if fault.code in (404, 410):
                return False
            raise NoVerdict(
                f"the server answers {fault.code} for {path}", f"服务器对 {path} 返回 {fault.code}"
            ) from None
        except (urllib.error.URLError, HTTPException, OSError, ValueError) as fault:
            raise unreadable(path, fault) from None
        target = self._into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return True


def is_url(record: str) -> bool:
    """Whether the argument is an address and not a folder."""
    return record.startswith(("http://", "https://"))


@contextmanager
def opened(record: str, mirror: Callable[[Fetcher, Folder], None]) -> Iterator[Folder]:
    """The record as a folder; for a URL `mirror` fetches what the checkpoint implies, and the copy is dropped after."""
    if not is_url(record):
        if "://" in record:
            raise NoVerdict("only folders and http(s) addresses can be read", "只能读取文件夹或 http(s) 地址")
        path = Path(record)
        if path.exists() and not path.is_dir():
            raise NoVerdict("the record must be a folder", "资料必须是文件夹")
        yield Folder(path)
        return
    with tempfile.TemporaryDirectory(prefix="tally-verifier-") as place:
        folder = Folder(Path(place))
        mirror(Fetcher(record, Path(place)), folder)
        yield folder


def read_user_file(path: str, limit: int = SMALL_FILE_LIMIT) -> bytes:
    """A file that the user names on the command line."""
    try:
        with _regular(Path(path)) as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as fault:
        raise unreadable(path, fault) from None
    if len(data) > limit:
        raise NoVerdict(f"{path} is larger than {limit} bytes", f"{path} 超过 {limit} 字节", "E_LIMIT")
    return data


def write_text(path: str, text: str) -> None:
    """Write a report or a table with the line ends it has."""
    try:
        Path(path).write_text(text, encoding="utf-8", newline="")
    except OSError as fault:
        raise NoVerdict(
            f"cannot write {path} ({type(fault).__name__})", f"无法写入 {path}（{type(fault).__name__}）"
        ) from None
