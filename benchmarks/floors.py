"""What nobody can avoid: the signatures, hashes and strict decodes that a record needs, and nothing else.

A floor is timed in the same run and the same rounds as what is compared with it. Keys are loaded once each, inside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256, shake_256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tally_protocol.record.ballots import SALTS

# (key, signature, text)
Signature = tuple[bytes, bytes, bytes]


def verify_all(signatures: Sequence[Signature]) -> None:
    """Bare Ed25519 verification with `cryptography`; raises if one is wrong."""
    keys: dict[bytes, Ed25519PublicKey] = {}
    for key, signature, text in signatures:
        loaded = keys.get(key)
        if loaded is None:
            loaded = keys[key] = Ed25519PublicKey.from_public_bytes(key)
        loaded.verify(signature, text)


def hash_log(entries: Sequence[bytes]) -> None:
    """Leaf hash of every entry and the inner nodes of the tree over them: bare SHA-256 of ready bytes."""
    for entry in entries:
        sha256(b"\x00" + entry).digest()
    node = b"\x01" + bytes(64)
    for _ in entries[1:]:
        sha256(node).digest()


@dataclass(frozen=True, slots=True)
class Batch:
    """What intake cannot avoid for one batch."""

    text: bytes
    note: bytes
    papers: int
    width: int
    signatures: tuple[Signature, ...]


def intake_floor(batches: Sequence[Batch]) -> None:
    """Signatures, SHAKE-256 salts, leaf and node hashes of the papers, the two hashes of the record."""
    keys: dict[bytes, Ed25519PublicKey] = {}
    node = b"\x01" + bytes(64)
    for batch in batches:
        for key, signature, text in batch.signatures:
            loaded = keys.get(key)
            if loaded is None:
                loaded = keys[key] = Ed25519PublicKey.from_public_bytes(key)
            loaded.verify(signature, text)
        shake_256(SALTS + bytes(32)).digest(16 * batch.papers)
        leaf = bytes(17 + batch.width)
        for _ in range(batch.papers):
            sha256(leaf).digest()
        for _ in range(batch.papers - 1):
            sha256(node).digest()
        sha256(batch.text).digest()
        sha256(b"\x00" + batch.note).digest()
