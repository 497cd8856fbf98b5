"""The certificates of the wire: one CA an election, the county's server, one at a time for each laptop.

P-256, because gRPC's TLS takes no Ed25519. They say who may deliver, never what is true [INTAKE-6]. A laptop's
certificate lives for hours and is renewed over the connection [ACCESS-5] [ACCESS-6]; the server's and the CA's begin
long before they are made, so that a laptop whose clock is behind still finds its county.
"""

import datetime
import ipaddress
from dataclasses import dataclass
from hashlib import sha256
from math import ceil

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tally_protocol.errors import RuleViolation
from tally_protocol.seal.enrolment import six_groups

SERVER_NAME = "changpiao-county"
CA_DAYS = 800
LAPTOP_HOURS = 72
SERVER_DAYS = 90
# a machine of the county, or a proxy before it, may be behind by that much
BACKDATED = datetime.timedelta(hours=1)
# laptops judge the server by their own clock
BACKDATED_SERVER = datetime.timedelta(days=400)
_FORM = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and its certificate, in PEM."""

    key: bytes
    certificate: bytes


class Authority:
    """The CA of one election: made with it, or read from where its key rests."""

    def __init__(self, election: str, now: datetime.datetime, pair: KeyPair | None = None) -> None:
        """A new CA, or the one of `pair`; `now` in UTC. ValueError if key and certificate do not belong together."""
        self._election = election
        self._now = now
        if pair is None:
            self._key = ec.generate_private_key(ec.SECP256R1())
            self._name = _name(f"changpiao {election} CA")
            self._certificate = self._own()
            return
        key = serialization.load_pem_private_key(pair.key, None)
        self._certificate = x509.load_pem_x509_certificate(pair.certificate)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not belongs(key, self._certificate):
            raise ValueError("the CA's key and certificate do not belong together")
        self._key = key
        self._name = self._certificate.subject

    def _own(self) -> x509.Certificate:
        until = self._now + datetime.timedelta(days=CA_DAYS)
        builder = self._builder(self._name, self._key.public_key(), self._now - BACKDATED_SERVER, until)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )  # fmt: skip
        return builder.sign(self._key, hashes.SHA256())

    @property
    def pair(self) -> KeyPair:
        """Key and certificate of the CA."""
        return KeyPair(private_pem(self._key), self._certificate.public_bytes(serialization.Encoding.PEM))

    def _builder(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey, begin: datetime.datetime, end: datetime.datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )

    def _leaf(
        self, builder: x509.CertificateBuilder, names: list[x509.GeneralName], usage: x509.ObjectIdentifier
    ) -> bytes:
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
        )
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def server(self, hosts: list[str], until: datetime.datetime | None = None) -> KeyPair:
        """The county's server; laptops ask for it as SERVER_NAME, whatever its address is tonight."""
        names: list[x509.GeneralName] = [x509.DNSName(SERVER_NAME), x509.DNSName("localhost")]
        for host in ["127.0.0.1", *hosts]:
            try:
                names.append(x509.IPAddress(ipaddress.ip_address(host)))
            except ValueError:
                names.append(x509.DNSName(host))
        return self.server_again(list(dict.fromkeys(names)), until)

    def server_again(self, names: list[x509.GeneralName], until: datetime.datetime | None = None) -> KeyPair:
        """A server's new key and certificate for the names of an older one."""
        end = until or self._now + datetime.timedelta(days=SERVER_DAYS)
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_name(SERVER_NAME), key.public_key(), self._now - BACKDATED_SERVER, end)
        return KeyPair(private_pem(key), self._leaf(builder, names, ExtendedKeyUsageOID.SERVER_AUTH))

    def laptop(
        self, node: str, csr: x509.CertificateSigningRequest, until: datetime.datetime | None = None
    ) -> bytes:
        """A laptop's certificate over the key of its request, until a moment; its name is ours to give [ACCESS-5]."""
        public = csr.public_key()
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise TypeError("the request was checked when it was read")
        end = until or self._now + datetime.timedelta(hours=LAPTOP_HOURS)
        name = x509.UniformResourceIdentifier(uri_of(self._election, node))
        builder = self._builder(_name(node), public, self._now - BACKDATED, end)
        return self._leaf(builder, [name], ExtendedKeyUsageOID.CLIENT_AUTH)


def self_signed(now: datetime.datetime, days: int) -> KeyPair:
    """A server's pair that nobody vouches for but the six groups on paper; for the reception."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(SERVER_NAME)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED_SERVER)
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SERVER_NAME)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return KeyPair(private_pem(key), builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def certificate_groups(pem: bytes) -> str:
    """The six groups of a certificate, as code sheets and laptops show them."""
    der = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    return six_groups(sha256(der).digest())


@dataclass(frozen=True, slots=True)
class Shown:
    """What a laptop's certificate says, read once and kept by its bytes; times in seconds since 1970."""

    node: str
    serial: str
    made: float
    until: float

    def renew_in(self, now: float, life: float) -> int:
        """Seconds until the laptop should renew: at half of its life, at once if it lives longer than it should."""
        whole = self.until - self.made
        # a second more: dates in certificates have no fractions
        if whole > life + 1:
            return 0
        return max(0, ceil(self.until - whole / 2 - now))


def read_shown(pem: bytes, election: str) -> Shown | None:
    """The laptop that a certificate names, None if it names none of this election [INTAKE-6]."""
    prefix = uri_of(election, "")
    try:
        found = x509.load_pem_x509_certificate(pem)
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        nodes = [
            uri.removeprefix(prefix)
            for uri in names.get_values_for_type(x509.UniformResourceIdentifier)
            if uri.startswith(prefix)
        ]
    except (ValueError, x509.ExtensionNotFound):
        return None
    if len(nodes) != 1:
        return None
    made = (found.not_valid_before_utc + BACKDATED).timestamp()
    return Shown(nodes[0], serial_of(found), made, found.not_valid_after_utc.timestamp())


def read_csr(data: bytes, election: str, node: str, where: str) -> x509.CertificateSigningRequest:
    """A PKCS #10 request (PEM or DER) for this laptop, P-256, signed with its own key; E_IDENTITY otherwise."""
    pem = data.startswith(b"-----BEGIN")
    try:
        csr = x509.load_pem_x509_csr(data) if pem else x509.load_der_x509_csr(data)
        public = csr.public_key()
        good = isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name == "secp256r1"
        good = good and csr.is_signature_valid
        names = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    except (ValueError, x509.ExtensionNotFound, InvalidSignature):
        raise _bad_csr(where, "no valid request for this laptop") from None
    if not good:
        raise _bad_csr(where, "another kind of key, or a signature that does not hold")
    if uris != [uri_of(election, node)]:
        raise _bad_csr(where, "a request for another laptop or election")
    return csr


def _bad_csr(where: str, found: str) -> RuleViolation:
    return RuleViolation("E_IDENTITY", where, expected="a P-256 certificate request of this laptop", found=found)


def uri_of(election: str, node: str) -> str:
    """How a certificate names a laptop."""
    return f"urn:tally:{election}:{node}"


def serial_of(certificate: x509.Certificate) -> str:
    """The serial number as the list of acts has it."""
    return f"{certificate.serial_number:x}"


def belongs(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bool:
    """Whether a certificate is over this key."""
    return key.public_key().public_bytes(*_FORM) == certificate.public_key().public_bytes(*_FORM)


def facts(pem: bytes, generation: int, way: str) -> dict[str, object]:
    """What the act `certificate` says of one: `way` is seal, renew or code."""
    found = x509.load_pem_x509_certificate(pem)
    key = sha256(found.public_key().public_bytes(*_FORM)).hexdigest()
    until = int(found.not_valid_after_utc.timestamp())
    return {"serial": serial_of(found), "until": until, "generation": generation, "key": key, "way": way}


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as it rests in a file of its owner."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
