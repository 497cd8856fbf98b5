"""Checkpoints and tlog-proofs: the signed heads of the log.

Serves [CHECK-1], [CHECK-2], [CHECK-3], [PROOF-1]. Unknown lines are tolerated here and only here.
"""

import re
from dataclasses import dataclass
from typing import Final

from verifier.decode.shapes import canonical_base64
from verifier.findings.codes import Refused
from verifier.hashes import leaf
from verifier.notes import Note, key_id, split_note
from verifier.signatures import Ed25519Keys, mldsa44_verifies
from verifier.tree import check_inclusion

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_PROOF_HEAD: Final = b"c2sp.org/tlog-proof@v1\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head as its text states it; `time` is what the ML-DSA-44 line says, 0 until it has been verified."""

    origin: str
    size: int
    root: bytes
    note: Note


def read_checkpoint(data: bytes) -> Checkpoint:
    """Structure of a checkpoint [CHECK-1]: exactly three lines."""
    note = split_note(data)
    lines = note.text.decode().split("\n")
    if len(lines) != 4 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise Refused("E_NOTE", "origin, size, root and nothing else", f"{len(lines) - 1} lines", check="A2")
    try:
        root = canonical_base64(lines[2])
    except Refused:
        root = b""
    if len(root) != 32:
        raise Refused("E_NOTE", "a canonical root of 32 bytes", "another", check="A2")
    return Checkpoint(lines[0], int(lines[1]), root, note)


def check_checkpoint(head: Checkpoint, origin: str, ed25519: bytes, mldsa44: bytes, keys: Ed25519Keys) -> int:
    """Both signatures of the log [CHECK-2]; returns the time that the ML-DSA-44 line states."""
    if head.origin != origin:
        raise Refused("E_NOTE", f"origin {origin}", head.origin, check="A2")  # [LOG-1]
    classic, quantum = key_id(origin, ed25519), key_id(origin, mldsa44, 6)
    seen: dict[str, int] = {}
    for line in head.note.lines:
        if line.name != origin or line.key_id not in (classic, quantum):
            continue
        if line.key_id == classic:
            good, time, kind = keys.verify(ed25519, line.signature, head.note.text), 0, "Ed25519"
        else:
            time, kind = int.from_bytes(line.signature[:8], "big"), "ML-DSA-44"
            message = subtree_message(origin, time, head.size, head.root)
            good = time > 0 and len(line.signature) == 8 + 2420
            good = good and mldsa44_verifies(mldsa44, line.signature[8:], message)
        if not good:
            raise Refused("E_SIG", f"a {kind} signature that verifies", "one that does not", check="A2")
        seen[kind] = max(time, seen.get(kind, 0))  # a repeated line counts once
    if len(seen) != 2:
        raise Refused("E_SIGNERS", "one Ed25519 and one ML-DSA-44 line", ", ".join(seen) or "none", check="A2")
    return seen["ML-DSA-44"]


def subtree_message(origin: str, time: int, size: int, root: bytes) -> bytes:
    """What the ML-DSA-44 line signs (spec/5)."""
    name = bytes((len(origin),)) + origin.encode()
    return b"subtree/v1\n\0" + name + time.to_bytes(8, "big") + name + bytes(8) + size.to_bytes(8, "big") + root


def subtree_line_id(origin: str, mldsa44: bytes) -> bytes:
    """Key id of the log's ML-DSA-44 line."""
    return key_id(origin, mldsa44, 6)


@dataclass(frozen=True, slots=True)
class Proof:
    """A tlog-proof taken apart."""

    index: int
    hashes: tuple[bytes, ...]
    head: Checkpoint


def is_proof(data: bytes) -> bool:
    """Whether a file calls itself a tlog-proof."""
    return data.startswith(b"c2sp.org/tlog-proof")


def read_proof(data: bytes) -> Proof:
    """Structure of a tlog-proof; no line but those that spec/5 names."""
    body, gap, checkpoint = data.removeprefix(_PROOF_HEAD).partition(b"\n\n")
    if not data.startswith(_PROOF_HEAD) or not gap or len(data) > 2 * 65_535:
        raise Refused("E_PROOF", "a c2sp.org/tlog-proof@v1 file", "another shape")
    try:
        lines = body.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Refused("E_PROOF", "ASCII lines", "other bytes") from None
    head = re.fullmatch(r"index (0|[1-9][0-9]{0,15})", lines[0], re.ASCII)
    if head is None or len(lines) > 64:
        raise Refused("E_PROOF", "an index line and at most 63 hashes", "another shape")
    hashes = []
    for line in lines[1:]:
        try:
            hashes.append(canonical_base64(line))
        except Refused:
            hashes.append(b"")
        if len(hashes[-1]) != 32:
            raise Refused("E_PROOF", "hashes of 32 bytes in canonical base64", "another line")
    return Proof(int(head.group(1)), tuple(hashes), read_checkpoint(checkpoint))


def check_proof(proof: Proof, entry: bytes) -> None:
    """Inclusion with size and root of the proof's own verified checkpoint [PROOF-1]."""
    check_inclusion(proof.index, proof.head.size, leaf(entry), proof.hashes, proof.head.root)
