"""SHA-256 with the prefixes of the contract, and the RFC 6962 tree over hashes.

Serves the conventions of spec/README.md (`H`, `RFC6962`) and of spec/3 and spec/5.
Worked example: `merkle_root([leaf(b"a"), leaf(b"b")]) == node(leaf(b"a"), leaf(b"b"))`.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256, shake_256
from typing import Final

ZERO: Final = "0" * 64
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf(entry: bytes) -> bytes:
    """Leaf of the log: `H(0x00 || entry)`."""
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Inner node: `H(0x01 || left || right)`."""
    return sha256(b"\x01" + left + right).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """`RFC6962` over hashed leaves, level by level: a lone last node moves up unchanged."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        lone = [level[-1]] if len(level) % 2 else []
        level = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + lone
    return level[0]


def unit_ids_root(ids: Iterable[str]) -> bytes:
    """`units_root` of spec/1: leaves `H(0x00 || id)` in ascending byte order."""
    return merkle_root([leaf(unit.encode()) for unit in sorted(ids)])


def name_commitment(salt: bytes, name: bytes) -> bytes:
    """Commitment of a written-in name (spec/3)."""
    return sha256(b"changpiao/v1 name\n" + salt + name).digest()


def paper_salts(secret: bytes, papers: int) -> bytes:
    """All salts of a batch, 16 bytes a paper, one call (spec/3)."""
    return shake_256(b"changpiao/v1 salts\n" + secret).digest(16 * papers)


def paper_leaf(salt: bytes, row: bytes) -> bytes:
    """Leaf of one paper: `H(0x02 || salt || row)`."""
    return sha256(b"\x02" + salt + row).digest()
