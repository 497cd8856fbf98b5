"""The tree over the stored bytes: hashes of all complete subtrees, tiles for any step, proofs [TILE-1] [PUB-3].

Everything comes from the store: at each step the new entries are read again and their leaf hashes computed again; one
that differs from what was computed when the record came in stops the signing (E_SELF_CHECK). 64 bytes of memory an
entry.
"""

from collections.abc import Iterator

from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.log.tiles import LEVEL_BITS, WIDTH, bundle_path, encode_bundle, tile_path, tiles_grown
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.merkle.tree import Frontier, inclusion_proof, subtree_root

HASH = 32


class Sequencer:
    """Follows the store; one thread writes, proofs may be read from others."""

    def __init__(self, database: Database) -> None:
        """An empty tree; `grow` brings it up to the store."""
        self._database = database
        self._frontier = Frontier()
        self._levels: list[bytearray] = []

    @property
    def size(self) -> int:
        """Entries in the tree."""
        return self._frontier.size

    def grow(self, size: int) -> None:
        """Take entries up to `size` in; CountyError E_SELF_CHECK if stored bytes are not what was admitted [PUB-3]."""
        for entry in log.read_range(self._database, self._frontier.size, size):
            _self_check(entry)
            for level, _, node in self._frontier.append(entry.leaf):
                if level == len(self._levels):
                    self._levels.append(bytearray())
                self._levels[level] += node

    def read(self, level: int, index: int) -> bytes:
        """Hash of a complete subtree."""
        node = bytes(self._levels[level][HASH * index : HASH * (index + 1)])
        if len(node) != HASH:
            raise IndexError(f"no hash {index} at level {level}")
        return node

    def root(self, size: int) -> bytes:
        """Root of the first `size` entries."""
        return subtree_root(0, size, self.read)

    def proof(self, index: int, size: int) -> list[bytes]:
        """Audit path of an entry in the tree of `size` [PROOF-1]."""
        return inclusion_proof(index, size, self.read)

    def files(self, old: int, new: int) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of every tile and bundle that differs between two sizes; bundles from the stored bytes."""
        for level, number, width in tiles_grown(old, new):
            hashes = self._levels[level * LEVEL_BITS]
            start = number * WIDTH * HASH
            yield tile_path(level, number, width), bytes(hashes[start : start + width * HASH])
            if level == 0:
                first = number * WIDTH
                notes = []
                for entry in log.read_range(self._database, first, first + width):
                    _self_check(entry)
                    if entry.leaf != self.read(0, entry.idx):
                        # the tree was grown when the entry was read first: what is there now is not what is signed
                        raise _differs(entry)
                    notes.append(entry.note)
                yield bundle_path(number, width), encode_bundle(notes)


def _self_check(entry: log.Entry) -> None:
    if leaf_hash(entry.note) != entry.leaf:
        raise _differs(entry)


def _differs(entry: log.Entry) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: 存储第 {entry.idx} 条的字节与接收时不同；未签名。请停机，从备份恢复并保留现场",
        f"E_SELF_CHECK: entry {entry.idx} is not what was admitted; nothing signed. Stop, restore, keep evidence",
    )
