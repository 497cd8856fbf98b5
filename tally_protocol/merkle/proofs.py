"""Checking inclusion and consistency; inverse of `tree.inclusion_proof` and `tree.consistency_proof` [PROOF-1].

Size and root always come from a verified checkpoint, and the exact length of the proof is computed first.
"""

from collections.abc import Sequence

from tally_protocol.errors import RuleViolation
from tally_protocol.merkle.hashing import node_hash


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raise RuleViolation E_PROOF unless `leaf` is entry `index` of the tree of `size` with `root`."""
    if not 0 <= index < size or any(len(part) != 32 for part in proof):
        raise RuleViolation("E_PROOF", "index")
    inner = (index ^ (size - 1)).bit_length()
    if len(proof) != inner + (index >> inner).bit_count():
        raise RuleViolation("E_PROOF", "length of the proof")
    node = leaf
    for level, part in enumerate(proof[:inner]):
        node = node_hash(part, node) if index >> level & 1 else node_hash(node, part)
    for part in proof[inner:]:
        node = node_hash(part, node)
    if node != root:
        raise RuleViolation("E_PROOF", "root")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raise RuleViolation E_PROOF unless the tree of `new` extends the tree of `old`; old 0 needs an empty proof."""
    if not 0 <= old <= new or any(len(part) != 32 for part in proof):
        raise RuleViolation("E_PROOF", "sizes")
    if old in {0, new}:
        if proof or (old == new and old_root != new_root):
            raise RuleViolation("E_PROOF", "root")
        return
    shift = (old & -old).bit_length() - 1
    inner = ((old - 1) ^ (new - 1)).bit_length() - shift
    border = ((old - 1) >> (inner + shift)).bit_count()
    power = old == 1 << shift
    if len(proof) != inner + border + (0 if power else 1):
        raise RuleViolation("E_PROOF", "length of the proof")
    seed, rest = (old_root, proof) if power else (proof[0], proof[1:])
    mask, first, second = (old - 1) >> shift, seed, seed
    for level, part in enumerate(rest[:inner]):
        if mask >> level & 1:
            first, second = node_hash(part, first), node_hash(part, second)
        else:
            second = node_hash(second, part)
    for part in rest[inner:]:
        first, second = node_hash(part, first), node_hash(part, second)
    if first != old_root or second != new_root:
        raise RuleViolation("E_PROOF", "root")
