"""Trees: three ways to a root agree, every proof up to 130 leaves holds and no shorter, longer or foreign one does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from tally_protocol.errors import RuleViolation
from tally_protocol.merkle.hashing import EMPTY_ROOT, leaf_hash, root_of
from tally_protocol.merkle.proofs import check_consistency, check_inclusion
from tally_protocol.merkle.tree import Frontier, consistency_proof, inclusion_proof, subtree_root

MOST = 130
LEAVES = [leaf_hash(bytes([i])) for i in range(MOST)]
ROOTS = [root_of(LEAVES[:size]) for size in range(MOST + 1)]


def _stored() -> dict[tuple[int, int], bytes]:
    frontier = Frontier()
    return {(level, index): node for leaf in LEAVES for level, index, node in frontier.append(leaf)}


STORED = _stored()


def read(level: int, index: int) -> bytes:
    return STORED[level, index]


def test_frontier_root_and_pymerkle_agree() -> None:
    """[TILE-2] The root computed from the entries."""
    frontier, other = Frontier(), InmemoryTree(algorithm="sha256")
    assert frontier.root() == EMPTY_ROOT == ROOTS[0] == subtree_root(0, 0, read)
    for size in range(1, MOST + 1):
        frontier.append(LEAVES[size - 1])
        other.append_entry(bytes([size - 1]))
        assert frontier.size == size
        assert frontier.root() == ROOTS[size] == other.get_root() == subtree_root(0, size, read)
    copy = frontier.copy()
    copy.append(LEAVES[0])
    assert (frontier.size, frontier.root()) == (MOST, ROOTS[MOST])
    assert copy.root() != frontier.root()


def test_every_inclusion_proof() -> None:
    """[PROOF-1] A proof has exactly the length that size and index imply."""
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, read)
            check_inclusion(index, size, LEAVES[index], proof, ROOTS[size])
    for index in (-1, 5):
        with pytest.raises(ValueError, match="outside"):
            inclusion_proof(index, 5, read)


def test_every_consistency_proof() -> None:
    """[CHECK-3] Two heads of one log are consistent."""
    for new in range(1, MOST + 1):
        for old in range(1, new + 1):
            check_consistency(old, new, consistency_proof(old, new, read), ROOTS[old], ROOTS[new])
        check_consistency(0, new, [], ROOTS[0], ROOTS[new])
    for old, new in ((0, 5), (6, 5)):
        with pytest.raises(ValueError, match="order"):
            consistency_proof(old, new, read)


def _refused(check: object, *given_: object) -> None:
    with pytest.raises(RuleViolation, match="E_PROOF"):
        check(*given_)  # type: ignore[operator]


@pytest.mark.property
@given(st.data())
def test_changed_inclusion_proofs_are_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, MOST))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, read)
    place = data.draw(st.integers(0, len(proof) - 1))
    flipped = bytes([proof[place][0] ^ 1]) + proof[place][1:]
    for other in (
        proof[:-1],
        [*proof, proof[0]],
        [*proof[:place], flipped, *proof[place + 1 :]],
        [*proof[:place], proof[place][:31], *proof[place + 1 :]],
    ):
        _refused(check_inclusion, index, size, LEAVES[index], other, ROOTS[size])
    _refused(check_inclusion, index, size, LEAVES[index - 1], proof, ROOTS[size])
    _refused(check_inclusion, index ^ 1, size, LEAVES[index], proof, ROOTS[size])


@pytest.mark.property
@given(st.data())
def test_changed_consistency_proofs_are_refused(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(old, new, read)
    place = data.draw(st.integers(0, len(proof) - 1))
    flipped = bytes([proof[place][0] ^ 1]) + proof[place][1:]
    for other in (proof[:-1], [*proof, proof[0]], [*proof[:place], flipped, *proof[place + 1 :]]):
        _refused(check_consistency, old, new, other, ROOTS[old], ROOTS[new])
    _refused(check_consistency, old, new, proof, ROOTS[old - 1], ROOTS[new])
    _refused(check_consistency, old, new, proof, ROOTS[old], ROOTS[new - 1])
    _refused(check_consistency, -1, new, proof, ROOTS[old], ROOTS[new])
    _refused(check_consistency, 0, new, proof, ROOTS[0], ROOTS[new])
