"""Python packages of other people over our log: pymerkle (tree), sigstore (checkpoint, inclusion), rfc8785 (JSON)."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InclusionProof, InmemoryTree, InvalidProof
from pymerkle.core import _inclusion_path_layout
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sigstore.errors import VerificationError

from tests.checkers.evidence import EVERY, OLDER, Evidence, made
from tests.checkers.unusual import USUAL, flip, flipped, greased, line_changed

Path = list[bytes]


def head_of(data: bytes) -> tuple[int, bytes]:
    """Size and root, read without our parser."""
    _, size, root, *_ = data.decode().split("\n")
    return int(size), base64.b64decode(root, validate=True)


def tree_of(evidence: Evidence) -> Any:
    """Pymerkle's tree over the published bundles, cut apart without our code."""
    tree, size = InmemoryTree(algorithm="sha256"), head_of(evidence.files["checkpoint"])[0]
    for number in range(-(-size // 256)):
        thousands = f"x{number // 1000:03d}/" if number >= 1000 else ""  # up to a quarter of a billion entries
        full = f"tile/entries/{thousands}{number % 1000:03d}"
        data = evidence.files.get(f"{full}.p/{size % 256}") if number == size // 256 else None
        data, at = data or evidence.files[full], 0
        while at < len(data) and tree.get_size() < size:
            length = int.from_bytes(data[at : at + 2])
            tree.append_entry(data[at + 2 : at + 2 + length])
            at += 2 + length
    return tree


def proof_lines(data: bytes) -> Path:
    return [base64.b64decode(line, validate=True) for line in data.split()]


def receipts(evidence: Evidence) -> list[tuple[int, Path, bytes]]:
    """(index, path, checkpoint) of every tlog-proof, read without our parser."""
    found = []
    for name, data in evidence.extras.items():
        if name.endswith(".tlog-proof"):
            head, _, checkpoint = data.partition(b"\n\n")
            title, index, *path = head.split(b"\n")
            assert title == b"c2sp.org/tlog-proof@v1"
            found.append((int(index.removeprefix(b"index ")), proof_lines(b"\n".join(path)), checkpoint))
    assert found
    return found


def test_pymerkle_finds_the_signed_root(evidence: Evidence) -> None:
    """[TILE-2] The root over the entries in the bundles is the checkpoint's."""
    tree = tree_of(evidence)
    assert (tree.get_size(), tree.get_root()) == head_of(evidence.files["checkpoint"])
    assert tree.get_size() == len(evidence.entries)


@pytest.mark.parametrize("usual", USUAL)
def test_pymerkle_finds_the_root_of_unusual_records(usual: Any) -> None:
    """[TILE-1] A full file may stand in for its partial one; outgrown partial ones may lie beside it."""
    evidence = usual()
    tree = tree_of(evidence)
    assert (tree.get_size(), tree.get_root()) == head_of(evidence.files["checkpoint"])


def test_pymerkle_finds_another_root_over_a_flipped_byte() -> None:
    changed = flipped("tile/entries/001", 5000)
    assert tree_of(changed).get_root() != head_of(changed.files["checkpoint"])[1]


def pymerkle_inclusion(index: int, size: int, leaf: bytes, path: Path, root: bytes) -> None:
    rule, _ = _inclusion_path_layout(index + 1, size)
    proof = InclusionProof("sha256", True, size, index + 1, rule, [leaf, *path])
    proof.verify(leaf, root, index=index + 1, size=size)


def test_pymerkle_accepts_our_inclusion_proofs(evidence: Evidence) -> None:
    """[PROOF-1] The path of a tlog-proof, from the leaf's sibling up; and no path with a flipped byte."""
    tree = tree_of(evidence)
    for index, path, checkpoint in receipts(evidence):
        size, root = head_of(checkpoint)
        leaf = tree.get_leaf(index + 1)
        pymerkle_inclusion(index, size, leaf, path, root)
        for place in range(len(path)):
            bad = [flip(part, 7) if n == place else part for n, part in enumerate(path)]
            with pytest.raises(InvalidProof):
                pymerkle_inclusion(index, size, leaf, bad, root)


def test_pymerkle_proves_older_heads_consistent() -> None:
    """[CHECK-3] Older signed heads are prefixes of the newest; a changed root of either is noticed.

    pymerkle's proofs descend further than RFC 6962 section 2.1.2, so it proves with its own; the bytes of ours are
    checked by golang/mod.
    """
    known, seen = made(), 0
    new = head_of(known.files["checkpoint"])
    tree = tree_of(known)
    for name, data in known.extras.items():
        if not name.endswith(".checkpoint"):
            continue
        size, root = head_of(data)
        proof = tree.prove_consistency(size, new[0])
        proof.verify(root, new[1], prior_size=size, later_size=new[0])
        for old_root, new_root in ((flip(root, 3), new[1]), (root, flip(new[1], 3))):
            with pytest.raises(InvalidProof):
                proof.verify(old_root, new_root, prior_size=size, later_size=new[0])
        seen += 1
    assert seen == len(OLDER)


class Keyring:
    """sigstore's keyring asks for X.509 key ids; this one holds a raw Ed25519 key, as a log.vkey does."""

    def __init__(self, vkey: bytes) -> None:
        self.public = Ed25519PublicKey.from_public_bytes(base64.b64decode(vkey.split(b"+", 2)[2])[1:])

    def verify(self, *, key_id: bytes, signature: bytes, data: bytes) -> None:
        assert key_id
        try:
            self.public.verify(signature, data)
        except InvalidSignature:
            raise VerificationError("no") from None


def sigstore_opens(checkpoint: bytes, vkey: bytes) -> tuple[int, bytes]:
    signed = SignedCheckpoint.from_text(checkpoint.decode())
    ring: Any = Keyring(vkey)
    key_id: Any = bytes.fromhex(vkey.split(b"+")[1].decode())
    signed.signed_note.verify(ring, key_id)
    return signed.checkpoint.log_size, bytes.fromhex(signed.checkpoint.log_hash)


def test_sigstore_opens_the_checkpoint(evidence: Evidence) -> None:
    """[CHECK-1] [CHECK-2] Size and root under the Ed25519 line that log.vkey belongs to."""
    checkpoint = evidence.files["checkpoint"]
    assert sigstore_opens(checkpoint, evidence.files["log.vkey"]) == head_of(checkpoint)
    known = made().files
    assert sigstore_opens(greased().files["checkpoint"], known["log.vkey"]) == head_of(known["checkpoint"])


def test_sigstore_refuses_a_changed_checkpoint() -> None:
    vkey = made().files["log.vkey"]
    with pytest.raises(VerificationError):
        sigstore_opens(line_changed("checkpoint", 4).files["checkpoint"], vkey)
    text = made().files["checkpoint"].index(b"\n\n")
    for place in range(text):
        # a byte of the origin, of the size or of the root: malformed, or the signature does not hold
        with pytest.raises((VerificationError, ValueError)):
            sigstore_opens(flip(made().files["checkpoint"], place), vkey)


def sigstore_inclusion(index: int, entry: bytes, path: Path, head: tuple[int, bytes]) -> None:
    proof = SimpleNamespace(log_index=index, tree_size=head[0], hashes=path, root_hash=head[1])
    stand_in: Any = SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=entry))
    verify_merkle_inclusion(stand_in)


def test_sigstore_accepts_our_inclusion_proofs(evidence: Evidence) -> None:
    """[PROOF-1] Entry, path, and size and root from the checkpoint in the proof; nothing else passes."""
    for index, path, checkpoint in receipts(evidence):
        head, entry = sigstore_opens(checkpoint, evidence.files["log.vkey"]), evidence.entries[index]
        sigstore_inclusion(index, entry, path, head)
        for bad in (flip(entry, 99), evidence.entries[index - 1]):
            with pytest.raises(VerificationError):
                sigstore_inclusion(index, bad, path, head)
        with pytest.raises(VerificationError):
            sigstore_inclusion(index, entry, [flip(path[0], 0), *path[1:]], head)


def test_rfc8785_spells_every_record_alike(evidence: Evidence) -> None:
    """[JSON-4] Our one spelling is that of RFC 8785, for every 17th record."""
    for entry in evidence.entries[::EVERY]:
        line = entry.split(b"\n")[1]
        assert rfc8785.dumps(json.loads(line)) == line
        assert rfc8785.dumps({**json.loads(line), "time": 1}) != line
