r"""The same bytes by hand: one `.changpiao` file that carries envelopes to the county desk, or from laptop to laptop.

Layout: the header line `changpiao/v1 handoff\n`, then for each envelope `u32 length || note || u32 length || sealed`
(big-endian; sealed is empty for kinds without ballots). What is sealed was encrypted before it left the table
[BALLOT-5], so the stick is no secret; nothing in the file is trusted, everyone checks signatures and links again.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tally_node.settings import sync_folder
from tally_node.voice import NodeError
from tally_protocol.limits import RECORD_BYTES, SEALED_BYTES

HEADER = b"changpiao/v1 handoff\n"
SUFFIX = ".changpiao"
_LENGTH = 4
_SEALED_MOST = SEALED_BYTES + 1024  # the sealed part and what encrypting adds


@dataclass(frozen=True, slots=True)
class Envelope:
    """A note and the encrypted ballots beside it."""

    note: bytes
    sealed: bytes


def target(path: Path, name: str) -> Path:
    """The file to write: `path` itself, or a file of that name inside it if it is a folder."""
    return path / f"{name}{SUFFIX}" if path.is_dir() else path


def write_file(path: Path, envelopes: Iterable[Envelope]) -> int:
    """Write a hand-off file, give the number of envelopes; never overwrites; a half-written one has another name."""
    if path.exists():
        raise NodeError("N_EXISTS", str(path))
    temporary = path.with_name(path.name + ".part")
    count = 0
    try:
        with temporary.open("wb") as stream:
            stream.write(HEADER)
            for envelope in envelopes:
                for part in (envelope.note, envelope.sealed):
                    stream.write(len(part).to_bytes(_LENGTH, "big") + part)
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise NodeError("N_FILE", str(path), found=error.strerror) from None
    return count


def read_file(path: Path) -> Iterator[Envelope]:
    """The envelopes of a file, or of all hand-off files of a folder by name; inverse of `write_file`."""
    if path.is_dir():
        for part in sorted(path.glob(f"*{SUFFIX}")):
            yield from read_file(part)
        return
    try:
        with path.open("rb") as stream:
            if stream.read(len(HEADER)) != HEADER:
                raise NodeError("N_FILE", str(path), expected="a hand-off file of version 1")
            place = 0
            while head := stream.read(_LENGTH):
                place += 1
                where = f"{path} envelope {place}"
                note = _exactly(stream.read, head, RECORD_BYTES, where)
                sealed = _exactly(stream.read, stream.read(_LENGTH), _SEALED_MOST, where)
                yield Envelope(note, sealed)
    except OSError as error:
        raise NodeError("N_FILE", str(path), found=error.strerror) from None


def _exactly(read: Callable[[int], bytes], head: bytes, most: int, where: str) -> bytes:
    length = int.from_bytes(head, "big")
    if len(head) != _LENGTH or length > most:
        raise NodeError("N_FILE", where, expected=f"a length of at most {most}", found=length)
    data = read(length)
    if len(data) != length:
        raise NodeError("N_FILE", where, expected=f"{length} bytes", found=f"{len(data)}: the file is cut off")
    return data
