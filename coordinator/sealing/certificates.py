"""The certificates of the wire: one CA an election, the county's server, one for each laptop.

P-256, because gRPC's TLS takes no Ed25519. They say who may deliver, never what is true [INTAKE-6].
"""

import datetime
import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVER_NAME = "changpiao-county"
DAYS = 400


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and its certificate, in PEM."""

    key: bytes
    certificate: bytes


class Authority:
    """The CA of one election."""

    def __init__(self, election: str, now: datetime.datetime) -> None:
        """A new CA; `now` in UTC."""
        self._election = election
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(f"changpiao {election} CA")
        builder = self._builder(self._name, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )  # fmt: skip
        self._certificate = builder.sign(self._key, hashes.SHA256())

    @property
    def pair(self) -> KeyPair:
        """Key and certificate of the CA."""
        return KeyPair(_private(self._key), self._certificate.public_bytes(serialization.Encoding.PEM))

    def _builder(self, subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            # an hour back: a laptop's clock may be behind
            .not_valid_before(self._now - datetime.timedelta(hours=1))
            .not_valid_after(self._now + datetime.timedelta(days=DAYS))
        )

    def _leaf(
        self, name: str, public: ec.EllipticCurvePublicKey, names: list[x509.GeneralName], usage: x509.ObjectIdentifier
    ) -> bytes:
        builder = self._builder(_name(name), public)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
        )
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def server(self, hosts: list[str]) -> KeyPair:
        """The county's server; laptops ask for it as SERVER_NAME, whatever its address is tonight."""
        names: list[x509.GeneralName] = [x509.DNSName(SERVER_NAME), x509.DNSName("localhost")]
        for host in ["127.0.0.1", *hosts]:
            try:
                names.append(x509.IPAddress(ipaddress.ip_address(host)))
            except ValueError:
                names.append(x509.DNSName(host))
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._leaf(
            SERVER_NAME, key.public_key(), list(dict.fromkeys(names)), ExtendedKeyUsageOID.SERVER_AUTH
        )
        return KeyPair(_private(key), certificate)

    def laptop(self, node: str, csr: x509.CertificateSigningRequest) -> bytes:
        """A laptop's certificate over the key of its request; its name is ours to give."""
        public = csr.public_key()
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise TypeError("the request was checked when it was read")
        name = x509.UniformResourceIdentifier(f"urn:tally:{self._election}:{node}")
        return self._leaf(node, public, [name], ExtendedKeyUsageOID.CLIENT_AUTH)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
