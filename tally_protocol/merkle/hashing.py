"""Leaf and node hashes of RFC 6962 section 2.1, and the root over ready leaves.

`root_of([])` is H(""), 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=.
"""

from collections.abc import Sequence
from hashlib import sha256
from struct import iter_unpack

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """H(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """H(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root over leaves that are already hashed [TILE-2]; a loop over layers, an odd last node moves up unchanged.

    That equals the split at the largest power of two below the count (RFC 6962), without recursion.
    """
    if not leaves:
        return EMPTY_ROOT
    layer = list(leaves)
    while len(layer) > 1:
        odd = layer.pop() if len(layer) % 2 else None
        # pairs are cut out of one block: half the copies of joining two hashes at a time
        layer = [sha256(b"\x01" + pair).digest() for (pair,) in iter_unpack("64s", b"".join(layer))]
        if odd is not None:
            layer.append(odd)
    return layer[0]
