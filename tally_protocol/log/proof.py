"""C2SP tlog-proof v1: a receipt that verifies offline [PROOF-1] [RECEIPT-4].

`format_proof` and `parse_proof` are inverse.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tally_protocol.errors import Malformed, RuleViolation
from tally_protocol.log.checkpoint import Checkpoint, open_checkpoint
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.merkle.proofs import check_inclusion
from tally_protocol.seal.note import decode_base64, encode_base64

HEADER = b"c2sp.org/tlog-proof@v1\n"
_INDEX = re.compile(rb"index (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Index, audit path from the leaf's sibling up, and the checkpoint verbatim."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def format_proof(index: int, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """The file."""
    lines = "".join(encode_base64(part) + "\n" for part in path)
    return HEADER + f"index {index}\n{lines}\n".encode() + checkpoint


def parse_proof(data: bytes) -> TlogProof:
    """Read the file; RuleViolation E_PROOF for anything that is not exactly one [PROOF-1]."""
    head, separator, checkpoint = data.partition(b"\n\n")
    lines = head.split(b"\n")
    if not separator or not data.startswith(HEADER) or not 2 <= len(lines) <= 67:
        raise _not_a_proof()
    try:
        if lines[1].startswith(b"extra "):
            decode_base64(lines.pop(1)[6:], "tlog-proof")
        path = tuple(decode_base64(line, "tlog-proof") for line in lines[2:])
    except Malformed:
        raise _not_a_proof() from None
    match = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
    if match is None or any(len(part) != 32 for part in path):
        raise _not_a_proof()
    return TlogProof(int(match[1]), path, checkpoint)


def _not_a_proof() -> RuleViolation:
    return RuleViolation("E_PROOF", "tlog-proof", expected="header, index, hashes of 32 bytes, empty line, checkpoint")


def check_proof(data: bytes, entry: bytes, origin: str, ed25519: bytes, mldsa44: bytes) -> tuple[int, Checkpoint]:
    """Index and checkpoint if `entry` is in the log; raises Malformed, BadSignature, RuleViolation E_PROOF."""
    proof = parse_proof(data)
    checkpoint = open_checkpoint(proof.checkpoint, origin, ed25519, mldsa44)
    if proof.index >= checkpoint.size:
        raise RuleViolation("E_PROOF", "index", expected=f"below {checkpoint.size}", found=proof.index)
    check_inclusion(proof.index, checkpoint.size, leaf_hash(entry), proof.path, checkpoint.root)
    return proof.index, checkpoint
