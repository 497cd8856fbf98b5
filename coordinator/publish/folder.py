"""The public folder: every file is written by one function that knows its width, `checkpoint` last [TILE-1] [PUB-4].

A file is there whole or not at all: temporary file, fsync, rename, fsync of the folder. Writing the same file again is
harmless, which is what recovery does.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from coordinator.settings import CountyError, sync_folder
from tally_protocol.log.tiles import WIDTH, split_bundle

_TILE = re.compile(r"tile/(entries|\d+)/((?:x\d{3}/)*\d{3})(?:\.p/(\d+))?", re.ASCII)
HASH = 32


class PublicFolder:
    """The published record of one log."""

    def __init__(self, path: Path) -> None:
        """The folder is made if it is not there."""
        path.mkdir(parents=True, exist_ok=True)
        self.path = path

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
            _replace(path, data)
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
        _replace(path, data)
        sync_folder(path.parent)

    def _make(self, folder: Path, touched: set[Path]) -> None:
        missing = [folder, *folder.parents]
        for part in reversed(missing[: missing.index(self.path)]):
            if not part.is_dir():
                part.mkdir()
                touched.add(part.parent)
                # the parent's entry must survive too, or the tile below it is lost with the folder
                sync_folder(part.parent)


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(path.name + ".tmp")
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
