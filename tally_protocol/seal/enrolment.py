"""Enrolment codes as both sides read them (spec/9): spelling, the key of a code, a request's digest, six groups.

A code is 40 random digits, more than 128 bits, so nobody guesses it from what is on the wire. The laptop signs its
request with a key derived from it and the county keeps only the public half [ACCESS-1]: who listens in between, or
reads the county's list, can neither make another request nor alter this one by a bit [ACCESS-2].

Example: `spell("0" * 40)` begins `000002 000004`; `read_code` is its inverse.
"""

import json
import unicodedata
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tally_protocol.errors import Malformed
from tally_protocol.fields import JsonObject
from tally_protocol.ids import Hash32
from tally_protocol.seal.keys import verify_signature

GROUPS, GROUP_DIGITS = 8, 5
CODE_DIGITS = GROUPS * GROUP_DIGITS
CODE_PROOF = "code_proof"
_CODE, _PROOF = "changpiao/v1 enrolment code", "changpiao/v1 enrolment code proof"
_REQUEST = b"changpiao/v1 enrolment request\n"
_DIGITS = frozenset("0123456789")
# H. Michael Damm, Total anti-symmetrische Quasigruppen (2004): a totally anti-symmetric quasigroup of order 10
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def _check_digit(group: int, digits: str) -> str:
    state = "0"
    for digit in f"{group}{digits}":
        state = _DAMM[int(state)][int(digit)]
    return state


def spell(digits: str) -> str:
    """The code as it is printed: eight groups of five digits and a check digit; inverse of `read_code`."""
    if len(digits) != CODE_DIGITS or not _DIGITS.issuperset(digits):
        raise ValueError("a code has 40 digits")
    parts = [digits[i : i + GROUP_DIGITS] for i in range(0, CODE_DIGITS, GROUP_DIGITS)]
    return " ".join(part + _check_digit(place, part) for place, part in enumerate(parts, start=1))


def read_code(text: str) -> str:
    """The 40 digits of a code as a person typed it; Malformed E_TOKEN names the group that is mistyped.

    A slip of the hand is found here, on the laptop, and is never a try at the county.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).replace("-", " ").split())
    if len(plain) != GROUPS * (GROUP_DIGITS + 1) or not _DIGITS.issuperset(plain):
        raise Malformed("E_TOKEN", "code", expected="8 groups of 6 digits", found=f"{len(plain)} characters")
    found = []
    for place in range(1, GROUPS + 1):
        group = plain[(place - 1) * (GROUP_DIGITS + 1) : place * (GROUP_DIGITS + 1)]
        if _check_digit(place, group[:-1]) != group[-1]:
            raise Malformed("E_TOKEN", f"group {place}", expected="the 6 digits as printed")
        found.append(group[:-1])
    return "".join(found)


def code_key(digits: str, election: str, node: str) -> Ed25519PrivateKey:
    """The key of a code: another laptop or another election makes another key of the same digits [ACCESS-1]."""
    info = f"{_CODE}\n{election}\n{node}".encode()
    seed = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(digits.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def request_digest(request: JsonObject) -> Hash32:
    """What a request is known by: everything in it but the proof made with the code."""
    body = {name: value for name, value in request.items() if name != CODE_PROOF}
    text = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return Hash32(sha256(_REQUEST + text.encode()).digest())


def _proof_text(election: str, node: str, digest: bytes) -> bytes:
    return f"{_PROOF}\n{election}\n{node}\n{digest.hex()}".encode()


def prove_code(digits: str, election: str, node: str, digest: bytes) -> bytes:
    """The proof that goes into a request; `code_holds` checks it."""
    return code_key(digits, election, node).sign(_proof_text(election, node, digest))


def code_holds(public: bytes, election: str, node: str, digest: bytes, proof: bytes) -> bool:
    """Whether a proof was made with the code whose public key the county keeps [ACCESS-2]."""
    return verify_signature(public, _proof_text(election, node, digest), proof)


def six_groups(digest: bytes) -> str:
    """Six groups of five digits (99 bits) that people read to each other [ACCESS-4]."""
    number = f"{int.from_bytes(digest[:16], 'big') % 10**30:030d}"
    return " ".join(number[i : i + 5] for i in range(0, 30, 5))


def same_groups(typed: str, digest: bytes) -> bool:
    """Whether a person typed the six groups of a digest; full-width digits, spaces and hyphens as in a code."""
    plain = "".join(unicodedata.normalize("NFKC", typed).replace("-", " ").split())
    return plain == six_groups(digest).replace(" ", "")
