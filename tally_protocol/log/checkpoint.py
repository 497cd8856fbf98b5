"""Checkpoints with an Ed25519 and an ML-DSA-44 line [CHECK-1] [CHECK-2].

The text is three lines: origin, size, base64 of the root. `sign_checkpoint` and `open_checkpoint` are inverse. Unknown
lines are tolerated: other people's cosignatures and our own grease stand beside the log's two lines.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from tally_protocol.errors import BadSignature, Malformed
from tally_protocol.seal.keys import Signer, key_id, verify_signature
from tally_protocol.seal.note import (
    Note,
    SignatureLine,
    decode_base64,
    encode_base64,
    format_note,
    parse_note,
)

MLDSA44 = b"\x06"
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_MOST_BYTES = 262_144
_MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed tree head."""

    origin: str
    size: int
    root: bytes


def mldsa_key_id(name: str, public: bytes) -> bytes:
    """Key id of an ML-DSA-44 key: H(name, newline, 0x06, public key), first four bytes."""
    return sha256(name.encode() + b"\n" + MLDSA44 + public).digest()[:4]


def mldsa_vkey(name: str, public: bytes) -> str:
    """Verifier key of the ML-DSA-44 key."""
    return f"{name}+{mldsa_key_id(name, public).hex()}+{encode_base64(MLDSA44 + public)}"


def checkpoint_text(checkpoint: Checkpoint) -> bytes:
    """The three lines."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{encode_base64(checkpoint.root)}\n".encode()


def subtree_message(name: str, time: int, checkpoint: Checkpoint) -> bytes:
    """What an ML-DSA-44 line signs (C2SP tlog-cosignature), for the whole tree."""
    signer, origin = name.encode(), checkpoint.origin.encode()
    return (
        b"subtree/v1\n\0"
        + bytes([len(signer)])
        + signer
        + struct.pack(">QB", time, len(origin))
        + origin
        + struct.pack(">QQ", 0, checkpoint.size)
        + checkpoint.root
    )


def sign_checkpoint(
    checkpoint: Checkpoint,
    ed25519: Signer,
    mldsa44: MLDSA44PrivateKey,
    time: int,
    grease: Sequence[SignatureLine] = (),
) -> bytes:
    """The checkpoint note; `time` in UTC seconds, not 0; `grease` = lines of keys nobody knows."""
    if time <= 0:
        raise ValueError("time must be positive")
    text = checkpoint_text(checkpoint)
    public = mldsa44.public_key().public_bytes_raw()
    signature = mldsa44.sign(subtree_message(checkpoint.origin, time, checkpoint))
    second = SignatureLine(
        checkpoint.origin, mldsa_key_id(checkpoint.origin, public), struct.pack(">Q", time) + signature
    )
    return format_note(text, (ed25519.sign(text), second, *grease))


def parse_checkpoint(note: Note) -> Checkpoint:
    """Origin, size and root of a checkpoint's text, or Malformed E_NOTE [CHECK-1]."""
    lines = note.text.decode().split("\n")
    if len(lines) != 4 or not lines[0] or _SIZE.fullmatch(lines[1]) is None:
        raise Malformed("E_NOTE", "checkpoint", expected="origin, size and root")
    try:
        root = decode_base64(lines[2].encode(), "checkpoint")
    except Malformed:
        root = b""
    if len(root) != 32:
        raise Malformed("E_NOTE", "checkpoint", expected="a root of 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def parse_checkpoint_note(data: bytes) -> Note:
    """The note of a checkpoint, which may carry many and long lines."""
    return parse_note(data, _MOST_BYTES, _MOST_LINES)


def open_checkpoint(data: bytes, origin: str, ed25519: bytes, mldsa44: bytes) -> Checkpoint:
    """Read and verify a checkpoint of this log [CHECK-2]; raises Malformed, BadSignature E_SIG or E_SIGNERS."""
    note = parse_checkpoint_note(data)
    checkpoint = parse_checkpoint(note)
    if checkpoint.origin != origin:
        raise Malformed("E_NOTE", "checkpoint", expected=f"origin {origin}", found=checkpoint.origin)
    first, second = key_id(origin, ed25519), mldsa_key_id(origin, mldsa44)
    seen = set()
    for line in note.lines:
        if line.name != origin or line.key_id not in {first, second}:
            continue
        if line.key_id == first:
            good = verify_signature(ed25519, note.text, line.signature)
        else:
            good = _verify_mldsa(line, checkpoint, mldsa44)
        if not good:
            raise BadSignature("E_SIG", "checkpoint")
        seen.add(line.key_id)
    if len(seen) != 2:
        raise BadSignature("E_SIGNERS", "checkpoint", expected="an Ed25519 and an ML-DSA-44 line of the log")
    return checkpoint


def signed_at(data: bytes, origin: str, mldsa44: bytes) -> int:
    """The time that the ML-DSA-44 line of an opened checkpoint states; 0 if it has none."""
    known = mldsa_key_id(origin, mldsa44)
    for line in parse_checkpoint_note(data).lines:
        if line.name == origin and line.key_id == known and len(line.signature) > 8:
            return int.from_bytes(line.signature[:8], "big")
    return 0


def _verify_mldsa(line: SignatureLine, checkpoint: Checkpoint, public: bytes) -> bool:
    if len(line.signature) != 8 + 2420:
        return False
    (time,) = struct.unpack(">Q", line.signature[:8])
    if not 0 < time < 2**63:
        return False
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(
            line.signature[8:], subtree_message(checkpoint.origin, time, checkpoint)
        )
    except InvalidSignature:
        return False
    return True
