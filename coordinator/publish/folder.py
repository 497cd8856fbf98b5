"""The public folder: every file is written by one function that knows its width, `checkpoint` last [TILE-1] [PUB-4].

A file is there whole or not at all: temporary file, fsync, rename, fsync of the folder. Writing the same file again is
harmless, which is what recovery does.

Where publishers may follow each other, each writes its temporary files in a folder named by its fencing number, and
begins by removing those of lower numbers: an old publisher that wakes up between two lines has nothing left to rename,
so it can never put an older `checkpoint` in the place of a newer one. It makes its folder before it shows its number
(`Publisher.recover`): whoever passes that check has a folder that a successor has yet to remove.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from coordinator.settings import CountyError, sync_folder
from tally_protocol.log.tiles import WIDTH, split_bundle

_TILE = re.compile(r"tile/(entries|\d+)/((?:x\d{3}/)*\d{3})(?:\.p/(\d+))?", re.ASCII)
HASH = 32
WRITING = ".writing-"


class PublicFolder:
    """The published record of one log."""

    def __init__(self, path: Path, fence: int = 0) -> None:
        """The folder is made if it is not there; `fence` 0 where nobody else can publish to it."""
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._writing = path / f"{WRITING}{fence}" if fence else None
        if self._writing is not None:
            for other in path.glob(f"{WRITING}*"):
                number = other.name.removeprefix(WRITING)
                if not number.isdigit() or int(number) < fence:
                    _remove(other)
            # made here and nowhere else: once a successor has removed it, this publisher can write nothing
            self._writing.mkdir()

    def close(self) -> None:
        """Leave nothing but the record."""
        if self._writing is not None:
            _remove(self._writing)

    def checkpoint(self) -> bytes:
        """The published checkpoint, empty before the first."""
        try:
            return (self.path / "checkpoint").read_bytes()
        except FileNotFoundError:
            return b""

    def has(self, name: str, data: bytes) -> bool:
        """Whether a file is there with exactly these bytes."""
        try:
            return (self.path / name).read_bytes() == data
        except FileNotFoundError:
            return False

    def write_tiles(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write tiles and bundles, then make their folders durable; full ones end their partial ones."""
        folders: set[Path] = set()
        full: list[Path] = []
        for name, data in files:
            _check_width(name, data)
            path = self.path / name
            if not path.parent.is_dir():
                self._make(path.parent, folders)
            _replace(path, data, self._writing)
            folders.add(path.parent)
            if ".p/" not in name:
                full.append(path)
        for folder in folders:
            sync_folder(folder)
        for path in full:
            _drop_partials(path)

    def write_file(self, name: str, data: bytes) -> None:
        """Write a small file of the folder's top, durably."""
        path = self.path / name
        if not path.parent.is_dir():
            self._make(path.parent, set())
        _replace(path, data, self._writing)
        sync_folder(path.parent)

    def _make(self, folder: Path, touched: set[Path]) -> None:
        missing = [folder, *folder.parents]
        for part in reversed(missing[: missing.index(self.path)]):
            if not part.is_dir():
                part.mkdir()
                touched.add(part.parent)
                # the parent's entry must survive too, or the tile below it is lost with the folder
                sync_folder(part.parent)


def _remove(folder: Path) -> None:
    """Away under one name first: a file that is being written there can no longer be renamed out of it."""
    away = folder.with_name(f"{WRITING}away-{folder.name.removeprefix(WRITING).removeprefix('away-')}")
    with contextlib.suppress(FileNotFoundError):
        folder.rename(away)
    shutil.rmtree(away, ignore_errors=True)


def _replace(path: Path, data: bytes, writing: Path | None = None) -> None:
    temporary = path.with_name(path.name + ".tmp") if writing is None else writing / (path.name + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def _drop_partials(full: Path) -> None:
    """A full file stands in for its partial ones [TILE-1]."""
    folder = full.with_name(full.name + ".p")
    if folder.is_dir():
        for part in folder.iterdir():
            part.unlink()
        folder.rmdir()


def _check_width(name: str, data: bytes) -> None:
    match = _TILE.fullmatch(name)
    if match is None:
        raise CountyError(f"E_TILE: 不是日志文件名: {name}", f"E_TILE: not a tile path: {name}")
    width = int(match[3]) if match[3] else WIDTH
    if match[1] == "entries":
        split_bundle(data, width)
    elif len(data) != width * HASH:
        raise CountyError(f"E_TILE: {name} 长度不对", f"E_TILE: {name}: expected {width} hashes, {len(data)} bytes")
