"""The laptop's keys at rest, and the only room that throws dice.

One file holds one random seed and the TLS key, encrypted with a passphrase (scrypt, ChaCha20-Poly1305). Every Ed25519
key is derived from the seed by HKDF from election, unit and id, so thousands of tables need no larger file, and the
same person in one unit has the same key [SEAL-4]. Salts, secrets and nonces come from the operating system and are
passed in to the pure rooms. The journal's row key and the key of uncut papers are derived from the same seed.
"""

import json
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tally_node.settings import write_private
from tally_node.voice import NodeError
from tally_protocol.seal.keys import Signer, person_name

_HEADER = b"changpiao keyring 1\n"
_SALT, _NONCE = 16, 12
SCRYPT_COST = 2**15  # 32 MiB and about 0.1 s: an old laptop can, a guesser pays
KEY_BYTES = 32


def create_keyring(path: Path, passphrase: str) -> None:
    """Make a new seed and TLS key and write them encrypted; refuses to overwrite."""
    if path.exists():
        raise NodeError("N_EXISTS", str(path))
    if not passphrase:
        raise NodeError("N_PASSPHRASE", str(path), expected="a passphrase that is not empty")
    tls = ec.generate_private_key(ec.SECP256R1())
    body = json.dumps({"seed": secrets.token_hex(KEY_BYTES), "tls": tls_pem(tls).decode()}, sort_keys=True)
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    sealed = ChaCha20Poly1305(_stretch(passphrase, salt)).encrypt(nonce, body.encode(), _HEADER)
    write_private(path, _HEADER + salt + nonce + sealed)


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=SCRYPT_COST, r=8, p=1).derive(passphrase.encode())


def open_keyring(path: Path, passphrase: str) -> "Keyring":
    """Decrypt the file; refuses one that others can read (N_MODE) and a wrong passphrase (N_PASSPHRASE)."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        data = path.read_bytes()
    except OSError as error:
        raise NodeError("N_HOME", str(path), found=error.strerror) from None
    if os.name != "nt" and mode & 0o077:
        raise NodeError("N_MODE", str(path), expected="mode 600", found=f"mode {mode:o}")
    start = len(_HEADER)
    if data[:start] != _HEADER or len(data) < start + _SALT + _NONCE + 16:
        raise NodeError("N_PASSPHRASE", str(path), expected="a keyring of version 1")
    salt, nonce = data[start : start + _SALT], data[start + _SALT : start + _SALT + _NONCE]
    try:
        body = ChaCha20Poly1305(_stretch(passphrase, salt)).decrypt(nonce, data[start + _SALT + _NONCE :], _HEADER)
    except InvalidTag:
        raise NodeError("N_PASSPHRASE", str(path)) from None
    value = json.loads(body)
    return Keyring(bytes.fromhex(value["seed"]), value["tls"].encode())


class Keyring:
    """The opened keys, in memory only."""

    def __init__(self, seed: bytes, tls: bytes) -> None:
        """Take the decrypted seed and the PEM of the TLS key."""
        self._seed = seed
        self.tls_pem = tls
        self._ephemeral: X25519PrivateKey | None = None

    def _derive(self, *words: str) -> bytes:
        # ids hold neither newlines nor spaces [IDENT-1], so two different lists never give one info string
        info = "\n".join(("changpiao/v1 key", *words)).encode()
        return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._seed)

    def station_signer(self, election: str, unit: str, station: str) -> Signer:
        """The station's key under its name."""
        private = Ed25519PrivateKey.from_private_bytes(self._derive("station", election, unit, station))
        return Signer(person_name(election, unit, station), private)

    def person_signer(self, election: str, unit: str, person: str) -> Signer:
        """The key of an official or a committee member: one key a person and unit [SEAL-4]."""
        private = Ed25519PrivateKey.from_private_bytes(self._derive("person", election, unit, person))
        return Signer(person_name(election, unit, person), private)

    def row_key(self) -> bytes:
        """Authenticates the rows of the journal."""
        return self._derive("journal")

    def paper_key(self) -> bytes:
        """Encrypts papers and written-in names while they rest in the journal (P4)."""
        return self._derive("papers")

    def pair_key(self) -> bytes:
        """Encrypts the TLS keys that are made after the first one, at renewals."""
        return self._derive("tls pair")

    def tls_key(self) -> ec.EllipticCurvePrivateKey:
        """The P-256 key of the laptop's certificate: Ed25519 certificates do not work with gRPC."""
        key = serialization.load_pem_private_key(self.tls_pem, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise NodeError("N_PASSPHRASE", "keyring", expected="a P-256 key")
        return key

    def ephemeral(self) -> X25519PrivateKey:
        """The sender's half of the exchange with the ballot key [BALLOT-5]: one a process, a fresh nonce each time."""
        if self._ephemeral is None:
            self._ephemeral = X25519PrivateKey.generate()
        return self._ephemeral


def fresh(count: int) -> bytes:
    """Random bytes: secrets of batches, salts of names, nonces."""
    return secrets.token_bytes(count)


def tls_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as PKCS 8, unencrypted: only ever inside the keyring or in memory."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
