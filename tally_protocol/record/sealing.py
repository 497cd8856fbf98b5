"""Encrypting the sealed part to the county ballot key [BALLOT-5]; `encrypt` and `Opener.open` are inverse.

X25519 once a chain (the ephemeral key is the caller's and may serve many batches), then ChaCha20-Poly1305 with a random
nonce and the record's hash as associated data.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tally_protocol.errors import RuleViolation

INFO = b"changpiao/v1 ballots\n"
KEY = 32
NONCE = 12
_CACHED = 32_768


def _derive(shared: bytes, ephemeral: bytes, ballot_key: bytes) -> ChaCha20Poly1305:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=ephemeral + ballot_key, info=INFO)
    return ChaCha20Poly1305(kdf.derive(shared))


class Sealer:
    """The station's side: one ephemeral key, many batches."""

    def __init__(self, ephemeral: X25519PrivateKey, ballot_key: bytes) -> None:
        """Do the exchange once."""
        self._public = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(ballot_key))
        self._cipher = _derive(shared, self._public, ballot_key)

    def encrypt(self, sealed: bytes, record: bytes, nonce: bytes) -> bytes:
        """`eph || nonce || ciphertext`; `record` is the hash of the record's text, `nonce` 12 fresh random bytes."""
        return self._public + nonce + self._cipher.encrypt(nonce, sealed, record)


class Opener:
    """The county's side; remembers the exchange of each ephemeral key, oldest forgotten first."""

    def __init__(self, private: X25519PrivateKey) -> None:
        """Keep the ballot key in memory only."""
        self._private = private
        self._public = private.public_key().public_bytes_raw()
        self._known: dict[bytes, ChaCha20Poly1305] = {}

    def open(self, blob: bytes, record: bytes) -> bytes:
        """The sealed part, or RuleViolation E_SEALED if it was not sealed to this key for this record."""
        ephemeral, nonce = blob[:KEY], blob[KEY : KEY + NONCE]
        if len(nonce) != NONCE:
            raise RuleViolation("E_SEALED", "envelope")
        try:
            return self._cipher(ephemeral).decrypt(nonce, blob[KEY + NONCE :], record)
        except (InvalidTag, ValueError):
            raise RuleViolation("E_SEALED", "envelope", expected="a sealed part for this record") from None

    def _cipher(self, ephemeral: bytes) -> ChaCha20Poly1305:
        cipher = self._known.get(ephemeral)
        if cipher is None:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
            cipher = _derive(shared, ephemeral, self._public)
            if len(self._known) >= _CACHED:
                del self._known[next(iter(self._known))]
            self._known[ephemeral] = cipher
        return cipher
