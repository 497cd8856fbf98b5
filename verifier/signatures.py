"""One acceptance rule for Ed25519 in front of the library, and ML-DSA-44 as it is.

Serves [KEY-1], [KEY-2]. Libraries differ on weak keys and odd signatures, so what they disagree about never reaches
them. Key objects are cached within a bound; keys themselves stay bytes.
"""

from collections import OrderedDict
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

FIELD_PRIME: Final = 2**255 - 19
GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_ONE_DOWN: Final = "ff" * 30
_ORDER_EIGHT: Final = (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03",
)
# The 8 canonical encodings of points of small order and the 6 other spellings of them (`key-weak-*` in the vectors).
SMALL_ORDER: Final = frozenset(
    bytes.fromhex(text)
    for text in (
        "01" + "00" * 31,
        "01" + "00" * 30 + "80",
        *(low + _ONE_DOWN + high for low in ("ee", "ec", "ed") for high in ("7f", "ff")),
        "00" * 32,
        "00" * 31 + "80",
        _ORDER_EIGHT[0] + "05",
        _ORDER_EIGHT[0] + "85",
        _ORDER_EIGHT[1] + "7a",
        _ORDER_EIGHT[1] + "fa",
    )
)
_CACHE_LIMIT: Final = 8192


def key_is_canonical(key: bytes) -> bool:
    """Canonical (y < p) and not of small order: the cheap half of [KEY-1]."""
    return len(key) == 32 and key not in SMALL_ORDER and int.from_bytes(key, "little") & (2**255 - 1) < FIELD_PRIME


_CURVE_D: Final = (-121665 * pow(121666, -1, FIELD_PRIME)) % FIELD_PRIME


def key_is_a_point(key: bytes) -> bool:
    """Whether the canonical encoding is on the curve: x^2 = (y^2 - 1) / (d y^2 + 1) must be a square.

    The other half of [KEY-1]; a key that has verified a signature needs no such proof.
    """
    y = int.from_bytes(key, "little") & (2**255 - 1)
    u, v = (y * y - 1) % FIELD_PRIME, (_CURVE_D * y * y + 1) % FIELD_PRIME
    square = pow(u * v % FIELD_PRIME, (FIELD_PRIME - 1) // 2, FIELD_PRIME)
    return square == 1 or (u == 0 and key[31] < 128)


def key_is_sound(key: bytes) -> bool:
    """The whole of [KEY-1]."""
    return key_is_canonical(key) and key_is_a_point(key)


class Ed25519Keys:
    """Verifies signatures; keeps at most some thousands of loaded keys, the oldest use leaves first."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[bytes, Ed25519PublicKey] = OrderedDict()
        self.proven: set[bytes] = set()  # keys that have verified something, so they are points of the curve

    def verify(self, key: bytes, signature: bytes, message: bytes) -> bool:
        """[KEY-2]: 64 bytes, S < L, R no small-order encoding, then RFC 8032."""
        if (
            len(signature) != 64
            or (signature[63] >= 0x10 and int.from_bytes(signature[32:], "little") >= GROUP_ORDER)
            or signature[:32] in SMALL_ORDER
        ):
            return False
        loaded = self._loaded.get(key)
        if loaded is None:
            try:
                loaded = Ed25519PublicKey.from_public_bytes(key)
            except ValueError:
                return False
            if len(self._loaded) >= _CACHE_LIMIT:
                self._loaded.popitem(last=False)
            self._loaded[key] = loaded
        try:
            loaded.verify(signature, message)
        except InvalidSignature:
            return False
        self.proven.add(key)
        return True


def mldsa44_verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """FIPS 204 with the empty context."""
    try:
        MLDSA44PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
