"""The right edge of a growing tree, and proofs from stored hashes.

`Frontier` appends a leaf in amortised two hashes. Proofs read hashes by (level, index): hash i of level l covers the
leaves i*2^l to (i+1)*2^l, complete subtrees only (Crosby and Wallach 2009).
"""

from collections.abc import Callable

from tally_protocol.merkle.hashing import EMPTY_ROOT, node_hash

ReadHash = Callable[[int, int], bytes]


class Frontier:
    """The complete subtrees on the right edge: `size` leaves, one hash for each bit of it that is set."""

    def __init__(self) -> None:
        """An empty tree."""
        self.size = 0
        self._edge: list[bytes] = []

    def copy(self) -> "Frontier":
        """An independent copy."""
        other = Frontier()
        other.size, other._edge = self.size, list(self._edge)
        return other

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; returns the complete hashes it made as (level, index, hash), leaf first."""
        made = [(0, self.size, leaf)]
        index, level, node = self.size, 0, leaf
        while index & 1:
            node = node_hash(self._edge.pop(), node)
            index >>= 1
            level += 1
            made.append((level, index, node))
        self._edge.append(node)
        self.size += 1
        return made

    def root(self) -> bytes:
        """RFC 6962 root of the leaves so far."""
        if not self._edge:
            return EMPTY_ROOT
        node = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            node = node_hash(left, node)
        return node


def subtree_root(start: int, end: int, read: ReadHash) -> bytes:
    """Hash of leaves [start, end) where start is a multiple of the covering power of two."""
    if start == end:
        return EMPTY_ROOT
    parts: list[bytes] = []
    position = start
    while position < end:
        level = (end - position).bit_length() - 1
        parts.append(read(level, position >> level))
        position += 1 << level
    node = parts[-1]
    for left in reversed(parts[:-1]):
        node = node_hash(left, node)
    return node


def inclusion_proof(index: int, size: int, read: ReadHash) -> list[bytes]:
    """Audit path of RFC 6962 section 2.1.1, from the leaf's sibling up; 0 <= index < size else ValueError."""
    if not 0 <= index < size:
        raise ValueError("index outside the tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        half = 1 << ((end - start - 1).bit_length() - 1)
        if index < start + half:
            path.append(subtree_root(start + half, end, read))
            end = start + half
        else:
            path.append(subtree_root(start, start + half, read))
            start += half
    return path[::-1]


def consistency_proof(old: int, new: int, read: ReadHash) -> list[bytes]:
    """Proof of RFC 6962 section 2.1.2 that the first `old` leaves of `new` are unchanged; 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError("sizes out of order")
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        half = 1 << ((end - start - 1).bit_length() - 1)
        if old <= start + half:
            path.append(subtree_root(start + half, end, read))
            end = start + half
        else:
            path.append(subtree_root(start, start + half, read))
            start += half
            whole = False
    if not whole:
        path.append(subtree_root(start, end, read))
    return path[::-1]
