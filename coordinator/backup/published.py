"""A published record read back: signatures of its checkpoint, every entry under its root [TILE-1] [CHECK-1].

Nothing of a folder is believed before its root is the signed one. It may be a mirror's.
"""

import base64
from collections.abc import Iterator
from pathlib import Path

from coordinator.settings import CountyError
from tally_protocol.election.manifest import Election
from tally_protocol.errors import ProtocolError
from tally_protocol.log.checkpoint import Checkpoint, open_checkpoint, signed_at
from tally_protocol.log.tiles import WIDTH, bundle_path, split_bundle
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.merkle.tree import Frontier
from tally_protocol.record.kinds import decode_record


class Published:
    """One folder under one election."""

    def __init__(self, folder: Path, election: Election) -> None:
        """Read the checkpoint; CountyError unless both keys of the log have signed it."""
        self.folder = folder
        self.bytes = _read(folder / "checkpoint")
        mldsa = base64.b64decode(election.log_mldsa44)
        try:
            self.head: Checkpoint = open_checkpoint(self.bytes, election.origin, election.log_ed25519, mldsa)
        except ProtocolError as error:
            raise _bad(folder, f"checkpoint: {error.code}") from None
        self.time = signed_at(self.bytes, election.origin, mldsa)

    def check(self) -> None:
        """CountyError unless the entries have the signed root."""
        tree = Frontier()
        for note in self.notes(0):
            tree.append(leaf_hash(note))
        if tree.root() != self.head.root:
            raise _bad(self.folder, "the entries do not have the signed root")

    def notes(self, start: int) -> Iterator[bytes]:
        """Entries from `start` on, in order, bundle by bundle."""
        for number in range(start // WIDTH, -(-self.head.size // WIDTH)):
            width = min(WIDTH, self.head.size - number * WIDTH)
            yield from self._bundle(number, width)[max(0, start - number * WIDTH) :]

    def _bundle(self, number: int, width: int) -> list[bytes]:
        path = self.folder / bundle_path(number, width)
        try:
            if width < WIDTH and not path.exists():
                # a folder that has gone on has the whole bundle in its place
                return split_bundle(_read(self.folder / bundle_path(number)), WIDTH)[:width]
            return split_bundle(_read(path), width)
        except ProtocolError as error:
            raise _bad(self.folder, f"{path.name}: {error.code}") from None


def first_note(folder: Path) -> Election:
    """The election that a folder says it is of; whose keys sign it is for the caller to compare."""
    for name in (bundle_path(0), *(bundle_path(0, width) for width in range(WIDTH - 1, 0, -1))):
        if (folder / name).exists():
            width = int(name.rpartition(".p/")[2]) if ".p/" in name else WIDTH
            try:
                body = decode_record(split_bundle(_read(folder / name), width)[0]).body
            except ProtocolError as error:
                raise _bad(folder, f"{name}: {error.code}") from None
            if isinstance(body, Election):
                return body
            break
    raise _bad(folder, "no election at its beginning")


def has_checkpoint(folder: Path) -> bool:
    """Whether anything was published here."""
    return (folder / "checkpoint").exists()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CountyError(
            f"读不到公开记录 {path}: {error.strerror}；请换一份完整的公开记录或镜像",
            f"cannot read {path} of the public record: {error.strerror}; use a whole copy or a mirror",
        ) from None


def _bad(folder: Path, found: str) -> CountyError:
    return CountyError(
        f"公开记录 {folder} 不可用 ({found})；什么也没有改动，请换一份副本或镜像",
        f"the public record in {folder} cannot be used ({found}); nothing was changed, use another copy or a mirror",
    )
