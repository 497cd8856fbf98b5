"""The laptop's TLS key and certificate: the first pair from the bundle, later ones from renewals [ACCESS-6].

Every renewal makes a new key. Key and certificate of a renewal are one file, encrypted with a key of the keyring, and
replaced by one rename: if the process dies, the pair is the old one or the new one, never half of each. The pair in
use is the one that was made last, so that a bundle that is installed again later wins, too.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.x509.oid import NameOID

from tally_node.keyring import Keyring, tls_pem
from tally_node.settings import Home, write_private
from tally_node.voice import NodeError

_HEADER = b"changpiao pair 1\n"
_NONCE = 12
_FORM = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key and its certificate, in PEM."""

    key: bytes
    certificate: bytes

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate's facts."""
        return x509.load_pem_x509_certificate(self.certificate)

    def expired(self, now: float) -> bool:
        """Whether the county will refuse it, if the laptop's clock is right."""
        return self.parsed.not_valid_after_utc.timestamp() < now

    def not_yet(self, now: float) -> bool:
        """Whether it begins in the future: the laptop's clock is behind."""
        return self.parsed.not_valid_before_utc.timestamp() > now


def new_request(election: str, node: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateSigningRequest:
    """The P-256 certificate request: CN the node id, SAN `urn:tally:<election>:<node>`."""
    names = [x509.UniformResourceIdentifier(f"urn:tally:{election}:{node}")]
    builder = x509.CertificateSigningRequestBuilder(
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    ).add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, hashes.SHA256())


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh TLS key."""
    return ec.generate_private_key(ec.SECP256R1())


def current(home: Home, keyring: Keyring) -> Pair:
    """The pair to connect with; N_BUNDLE if none was installed."""
    try:
        first = Pair(keyring.tls_pem, (home.county / "node.pem").read_bytes())
    except OSError as error:
        raise NodeError("N_BUNDLE", str(home.county / "node.pem"), found=error.strerror) from None
    try:
        later = _read_sealed(home.pair, keyring)
    except NodeError:
        # damaged: the first pair may still be good, and if not, a new code helps
        return first
    if later is None:
        return first
    renewed = Pair(later["key"].encode(), later["certificate"].encode())
    try:
        # the bundle's certificate may be for a key that has been replaced since
        newer = first.parsed.not_valid_before_utc > renewed.parsed.not_valid_before_utc
        if newer and fits(keyring.tls_pem, first.certificate):
            return first
    except ValueError as error:
        raise NodeError("N_BUNDLE", str(home.county / "node.pem"), found=error) from None
    return renewed


def keep(home: Home, keyring: Keyring, pair: Pair) -> None:
    """Use this pair from now on; durable before it returns. NodeError if key and certificate do not fit."""
    if not fits(pair.key, pair.certificate):
        raise NodeError("N_CERTIFICATE", str(home.pair), expected="a certificate over this laptop's new key")
    _write_sealed(home.pair, keyring, {"key": pair.key.decode(), "certificate": pair.certificate.decode()})


def make_pending(home: Home, keyring: Keyring) -> ec.EllipticCurvePrivateKey:
    """A new key for a request that is carried by hand, kept until its certificate comes back."""
    key = new_key()
    home.county.mkdir(mode=0o700, exist_ok=True)
    _write_sealed(home.pending, keyring, {"key": tls_pem(key).decode()})
    return key


def take_pending(home: Home, keyring: Keyring, certificate: bytes) -> Pair:
    """Use the certificate that came back; N_CERTIFICATE if it is not for the key that waits."""
    waiting = _read_sealed(home.pending, keyring)
    if waiting is None:
        raise NodeError("N_CERTIFICATE", str(home.pending), expected="a request made by tally-node renew --out")
    pair = Pair(waiting["key"].encode(), certificate)
    keep(home, keyring, pair)
    home.pending.unlink()
    return pair


def fits(key: bytes, certificate: bytes) -> bool:
    """Whether a certificate is over a key."""
    try:
        private = serialization.load_pem_private_key(key, None)
        public = x509.load_pem_x509_certificate(certificate).public_key()
    except ValueError:
        return False
    return private.public_key().public_bytes(*_FORM) == public.public_bytes(*_FORM)


def _write_sealed(path: Path, keyring: Keyring, value: dict[str, str]) -> None:
    nonce = secrets.token_bytes(_NONCE)
    body = json.dumps(value, sort_keys=True).encode()
    write_private(path, _HEADER + nonce + ChaCha20Poly1305(keyring.pair_key()).encrypt(nonce, body, _HEADER))


def _read_sealed(path: Path, keyring: Keyring) -> dict[str, str] | None:
    """None if there is no file; a file of another keyring, or a damaged one, is said and not guessed at."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    start = len(_HEADER)
    try:
        if data[:start] != _HEADER:
            raise InvalidTag
        nonce, sealed = data[start : start + _NONCE], data[start + _NONCE :]
        body = ChaCha20Poly1305(keyring.pair_key()).decrypt(nonce, sealed, _HEADER)
    except (InvalidTag, ValueError):
        raise NodeError("N_CERTIFICATE", str(path), expected="a file of this laptop's keyring") from None
    found: dict[str, str] = json.loads(body)
    return found
