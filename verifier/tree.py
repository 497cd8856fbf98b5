"""The RFC 6962 tree of the whole log, computed again from the entries; tiles, bundles, proofs.

Serves [TILE-1], [TILE-2], [PROOF-1] and the arithmetic of C2SP tlog-tiles. The tree is a stack of levels in flat
byte strings: level k, place i is the hash of the complete subtree over entries i*2^k to (i+1)*2^k - 1.
Worked example: tile L, N is the slice of level 8L from place 256N.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from verifier.findings.codes import Refused
from verifier.hashes import EMPTY_ROOT, node


class Levels:
    """All complete subtrees over a list of leaf hashes."""

    def __init__(self, leaves: bytes) -> None:
        self.size = len(leaves) // 32
        self.rows = [leaves]
        while len(self.rows[-1]) >= 64:
            below = self.rows[-1]
            self.rows.append(
                b"".join([sha256(b"\x01" + below[i : i + 64]).digest() for i in range(0, len(below) - 63, 64)])
            )

    def root(self, size: int) -> bytes:
        """Root of the first `size` leaves: complete subtrees folded from the right."""
        if size == 0:
            return EMPTY_ROOT
        parts, start = [], 0
        for height in range(size.bit_length() - 1, -1, -1):
            if size >> height & 1:
                place = start >> height
                parts.append(self.rows[height][32 * place : 32 * place + 32])
                start += 1 << height
        root = parts.pop()
        while parts:
            root = node(parts.pop(), root)
        return root

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Content that a tile must have."""
        row = self.rows[8 * level] if 8 * level < len(self.rows) else b""
        return row[8192 * number : 8192 * number + 32 * width]

    def leaf(self, index: int) -> bytes:
        """Hash of one leaf."""
        return self.rows[0][32 * index : 32 * index + 32]


def tile_number(number: int) -> str:
    """Spell a tile number in groups of three digits: 1234067 is x001/x234/067."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups))


def tiles_at(level: int, size: int) -> Iterator[tuple[int, int]]:
    """(number, width) of every tile that a size implies at one level; the last may be partial."""
    count = size >> (8 * level)
    for number in range(count // 256):
        yield number, 256
    if count % 256:
        yield count // 256, count % 256


def tile_levels(size: int) -> range:
    """Levels at which a size has tiles."""
    return range((max(size, 1).bit_length() + 7) // 8)


def tile_path(kind: str, number: int, width: int) -> str:
    """Path of a tile (`kind` = its level) or bundle (`kind` = entries)."""
    partial = "" if width == 256 else f".p/{width}"
    return f"tile/{kind}/{tile_number(number)}{partial}"


def implied_paths(size: int) -> list[str]:
    """Every path that a size implies, sorted."""
    paths = [tile_path("entries", number, width) for number, width in tiles_at(0, size)]
    for level in tile_levels(size):
        paths += [tile_path(str(level), number, width) for number, width in tiles_at(level, size)]
    return sorted(paths)


def split_bundle(data: bytes, width: int, *, full: bool) -> list[bytes]:
    """Entries of a bundle; `full`: a full bundle stands in for its partial one, so only its first entries are read."""
    entries: list[bytes] = []
    at = 0
    while len(entries) < width:
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise Refused("E_BUNDLE", f"{width} whole entries", f"{len(entries)}")
        entries.append(entry)
        at += 2 + length
    if at != len(data) and not full:
        raise Refused("E_BUNDLE", f"{at} bytes", f"{len(data)} bytes")
    return entries


def check_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Whether a leaf is at its place under a root; the proof has exactly the length that index and size imply."""
    if not 0 <= index < size or len(leaf_hash) != 32 or any(len(part) != 32 for part in proof):
        raise Refused("E_PROOF", "an index below the size and hashes of 32 bytes", f"index {index} of {size}")
    steps: list[bool] = []  # from the leaf up: does the sibling stand on the left?
    place, last = index, size - 1
    while last:
        if place & 1:
            steps.append(True)
        elif place < last:
            steps.append(False)
        place, last = place >> 1, last >> 1
    if len(steps) != len(proof):
        raise Refused("E_PROOF", f"{len(steps)} hashes", f"{len(proof)}")
    result = leaf_hash
    for left, part in zip(steps, proof, strict=True):
        result = node(part, result) if left else node(result, part)
    if result != root:
        raise Refused("E_PROOF", "the signed root", "another root")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Whether the tree of `new` entries continues the tree of `old`, by the recursion of RFC 6962 section 2.1.2."""
    if not 0 <= old <= new or any(len(part) != 32 for part in (*proof, old_root, new_root)):
        raise Refused("E_PROOF", "sizes that do not fall and hashes of 32 bytes", f"{old} to {new}")
    if old in (0, new):
        if proof or (old == new and old_root != new_root) or (old == 0 and old_root != EMPTY_ROOT):
            raise Refused("E_PROOF", "an empty proof and fitting roots", f"{len(proof)} hashes")
        return
    path: list[bool] = []  # from the root down: does the old tree end in the right half?
    left, width, whole = old, new, True
    while left != width:
        half = 1 << ((width - 1).bit_length() - 1)
        path.append(left > half)
        if left > half:
            left, width, whole = left - half, width - half, False
        else:
            width = half
    needed = len(path) + (0 if whole else 1)
    if needed != len(proof):
        raise Refused("E_PROOF", f"{needed} hashes", f"{len(proof)}")
    rest = list(proof)
    seed = old_root if whole else rest.pop(0)
    before, after = seed, seed
    for right in reversed(path):
        part = rest.pop(0)
        before, after = (node(part, before), node(part, after)) if right else (before, node(after, part))
    if before != old_root or after != new_root:
        raise Refused("E_PROOF", "both signed roots", "other roots")
