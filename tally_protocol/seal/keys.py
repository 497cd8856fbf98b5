"""Ed25519 keys under names: key ids, verifier keys, weak keys refused [KEY-1] [KEY-2] [KEY-3].

`vkey("example.com/foo", public)` is `example.com/foo+530d903a+AekyeRrm...`. Every library that verifies accepts a
little more than RFC 8032 means; the rule in front of it (S < L, R and key not small-order) makes them agree.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tally_protocol.errors import BadSignature, Malformed
from tally_protocol.seal.note import SignatureLine, decode_base64, encode_base64

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_SMALL_ORDER_HALVES = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)


def _both_signs(half: str) -> tuple[bytes, bytes]:
    body = bytes.fromhex(half)
    return body, body[:31] + bytes([body[31] | 0x80])


SMALL_ORDER = frozenset(body for half in _SMALL_ORDER_HALVES for body in _both_signs(half))


def is_weak_key(public: bytes) -> bool:
    """Whether a public key is refused [KEY-1]: wrong length, small order, y not below p, or not on the curve."""
    if len(public) != 32 or public in SMALL_ORDER:
        return True
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _P:
        return True
    # x^2 = (y^2 - 1) / (d y^2 + 1) has a root if and only if the product has one: no division needed
    product = (y * y - 1) * (_D * y * y + 1) % _P
    return product != 0 and pow(product, (_P - 1) // 2, _P) != 1


_D = -121665 * pow(121666, _P - 2, _P) % _P


@lru_cache(maxsize=200_000)
def _checked(public: bytes) -> bool:
    return not is_weak_key(public)


def check_public_key(public: bytes, where: str = "key") -> bytes:
    """Return the key, or raise Malformed E_WEAK_KEY [KEY-1]."""
    if not _checked(public):
        raise Malformed("E_WEAK_KEY", where)
    return public


@lru_cache(maxsize=4096)
def _loaded(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def verify_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature holds [KEY-2]; `public` has passed `check_public_key`."""
    if len(signature) != 64 or signature[:32] in SMALL_ORDER:
        return False
    if signature[63] & 0xF0 and int.from_bytes(signature[32:], "little") >= _L:
        return False
    try:
        _loaded(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=4096)
def key_id(name: str, public: bytes) -> bytes:
    """First four bytes of H(name, newline, 0x01, public key) as in C2SP signed-note."""
    return sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def vkey(name: str, public: bytes) -> str:
    """Verifier key: `name+hex8(key id)+b64(0x01 || public key)`; inverse of `parse_vkey`."""
    return f"{name}+{key_id(name, public).hex()}+" + encode_base64(b"\x01" + public)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name."""

    name: str
    public: bytes

    @property
    def text(self) -> str:
        """The vkey."""
        return vkey(self.name, self.public)

    @property
    def fingerprint(self) -> str:
        """Six groups of four hex digits for people to compare."""
        digest = sha256(self.text.encode()).digest()[:12].hex()
        return "-".join(digest[i : i + 4] for i in range(0, 24, 4))


def parse_vkey(text: str) -> VerifierKey:
    """Read a vkey: split at the first two `+`, recompute the key id; raises Malformed E_NOTE, E_B64 or E_WEAK_KEY."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0] or re.fullmatch("[0-9a-f]{8}", parts[1], re.ASCII) is None:
        raise Malformed("E_NOTE", "vkey", expected="name+key id+base64")
    body = decode_base64(parts[2].encode(), "vkey")
    if len(body) != 33 or body[0] != 1 or key_id(parts[0], body[1:]).hex() != parts[1]:
        raise Malformed("E_NOTE", "vkey", expected="an Ed25519 key whose key id fits its name")
    return VerifierKey(parts[0], check_public_key(body[1:], "vkey"))


class Signer:
    """A private key under its name; `sign` gives the signature line over a text."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        """Keep the key in memory only; the caller owns where it rests."""
        self.name = name
        self._private = private
        self.public = private.public_key().public_bytes_raw()
        self._id = key_id(name, self.public)

    def sign(self, text: bytes) -> SignatureLine:
        """Sign the whole text, its final newline included [NOTE-3]."""
        return SignatureLine(self.name, self._id, self._private.sign(text))


def check_line(line: SignatureLine, name: str, public: bytes, text: bytes, where: str) -> None:
    """Raise BadSignature E_SIGNERS if the line is another key's, E_SIG if it does not verify [SIGN-4]."""
    if line.name != name or line.key_id != key_id(name, public):
        raise BadSignature("E_SIGNERS", where, expected=name, found=line.name)
    if not verify_signature(public, text, line.signature):
        raise BadSignature("E_SIG", where, found=name)


def authority_name(election: str) -> str:
    """Key name of the authority."""
    return f"changpiao/{election}/authority"


def county_name(election: str) -> str:
    """Key name of the county."""
    return f"changpiao/{election}/county"


def person_name(election: str, unit: str, person: str) -> str:
    """Key name of a station, an official or a committee member: ids are unique within the unit [SEAL-4]."""
    return f"changpiao/{election}/{unit}/{person}"


station_name = person_name
