"""The desk's own certificate: a new pair is served without a restart, a half replaced one never."""

import datetime
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette

from coordinator.centre.server import CentreServer
from coordinator.metrics import Metrics
from coordinator.settings import CountyError, Home
from coordinator.watch.machine import Certificates, certificate_files

DAYS = datetime.timedelta(days=1)


def make_pair(days: int) -> tuple[bytes, bytes]:
    """Key and self-signed certificate that ends in so many days, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "desk")])
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - DAYS).not_valid_after(now + days * DAYS)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    kind = serialization.PrivateFormat.PKCS8
    plain = key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
    return plain, made.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "tls").mkdir()
    key, certificate = make_pair(30)
    (tmp_path / "tls/centre.key").write_bytes(key)
    (tmp_path / "tls/centre.pem").write_bytes(certificate)
    return Home(tmp_path)


@pytest.fixture
def server(home: Home) -> Iterator[CentreServer]:
    made = CentreServer("127.0.0.1", 0, Starlette(), home)
    made.start()
    yield made
    made.stop()


def served(server: CentreServer) -> bytes:
    """The certificate that a desk is shown now."""
    return ssl.get_server_certificate(("127.0.0.1", server.port), timeout=10).encode()


def test_a_new_pair_is_served_without_a_restart(home: Home, server: CentreServer) -> None:
    old = (home.tls / "centre.pem").read_bytes()
    server.renew()
    assert served(server) == old
    key, certificate = make_pair(90)
    (home.tls / "centre.key").write_bytes(key)
    server.renew()
    assert served(server) == old, "a key without its certificate was taken"
    (home.tls / "centre.pem").write_bytes(certificate)
    server.renew()
    assert served(server) == certificate


def test_a_pair_that_is_gone_or_no_pair_keeps_the_old_one(home: Home, server: CentreServer) -> None:
    old = (home.tls / "centre.pem").read_bytes()
    (home.tls / "centre.pem").write_text("not a certificate\n", "utf-8")
    server.renew()
    assert served(server) == old
    (home.tls / "centre.pem").unlink()
    with pytest.raises(FileNotFoundError):
        server.renew()
    assert served(server) == old


def test_a_pair_that_cannot_be_used_is_said_at_the_start(home: Home) -> None:
    (home.tls / "centre.key").write_bytes(make_pair(30)[0])
    with pytest.raises(CountyError, match=r"tls/centre.pem and tls/centre.key cannot be used"):
        CentreServer("127.0.0.1", 0, Starlette(), home)


def test_its_end_is_watched(home: Home) -> None:
    """The alert ChangpiaoCertificateExpiring covers the desk too."""
    metrics = Metrics()
    look = Certificates(metrics, certificate_files(None, "sqlite:///", home))
    look.look()
    ends = x509.load_pem_x509_certificate((home.tls / "centre.pem").read_bytes()).not_valid_after_utc.timestamp()
    name = "changpiao_certificate_expiry_timestamp_seconds"
    assert metrics.registry.get_sample_value(name, {"certificate": "centre"}) == ends
