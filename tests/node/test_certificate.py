"""The laptop's pair: which is used, how it rests, what a damaged one does [ACCESS-6]; requests with a code."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from grpc import aio

from coordinator.access.certificates import Authority
from tally_node import certificate, installation
from tally_node.certificate import Pair
from tally_node.enrolment import with_code
from tally_node.keyring import open_keyring, tls_pem
from tally_node.renewal import Renewal, seconds_of
from tally_node.service import Station
from tally_node.settings import Home
from tally_node.voice import NodeError
from tally_protocol.seal.enrolment import code_holds, code_key, read_code, request_digest, spell
from tests.node.county import Book, Moods, serving
from tests.node.laptop import PASSPHRASE, enrol, laptop, take_in
from tests.node.sealing import ELECTION
from tests.node.test_uplink import quick
from tests.world import TIME

CODE = spell("3141592653589793238462643383279502884197")
UNITS = {"v1": ["1"]}


def issued(key: ec.EllipticCurvePrivateKey, made: datetime, hours: float = 72) -> Pair:
    """A certificate of a county over a key."""
    authority = Authority(ELECTION, made)
    csr = certificate.new_request(ELECTION, "n1", key)
    return Pair(tls_pem(key), authority.laptop("n1", csr, made + timedelta(hours=hours)))


def opened(path: Path) -> tuple[Home, Station]:
    station, _ = laptop(path, UNITS)
    return station.home, station


def test_the_newest_pair_is_used_and_an_older_bundle_never_comes_back(tmp_path: Path) -> None:
    home, station = opened(tmp_path / "home")
    first = certificate.current(home, station.keyring)
    assert first.key == station.keyring.tls_pem
    renewed = issued(certificate.new_key(), datetime.now(UTC) + timedelta(hours=2))
    certificate.keep(home, station.keyring, renewed)
    assert certificate.current(home, station.keyring) == renewed
    assert home.pair.stat().st_mode & 0o777 == 0o600
    assert renewed.key not in home.pair.read_bytes()
    # a bundle that was made later, for the first key, wins again
    later = issued(station.keyring.tls_key(), datetime.now(UTC) + timedelta(hours=5))
    (home.county / "node.pem").write_bytes(later.certificate)
    assert certificate.current(home, station.keyring).certificate == later.certificate
    # one that is for another key cannot
    other = issued(certificate.new_key(), datetime.now(UTC) + timedelta(hours=9))
    (home.county / "node.pem").write_bytes(other.certificate)
    assert certificate.current(home, station.keyring) == renewed
    station.close()


def test_a_damaged_pair_falls_back_and_a_stranger_s_is_refused(tmp_path: Path) -> None:
    home, station = opened(tmp_path / "home")
    first = certificate.current(home, station.keyring)
    certificate.keep(home, station.keyring, issued(certificate.new_key(), datetime.now(UTC) + timedelta(hours=2)))
    data = home.pair.read_bytes()
    for damaged in (b"", data[:-1], data[:20] + bytes([data[20] ^ 1]) + data[21:], b"changpiao pair 2\n" + data[17:]):
        home.pair.write_bytes(damaged)
        assert certificate.current(home, station.keyring) == first
    with pytest.raises(NodeError) as refused:
        pair = issued(certificate.new_key(), datetime.now(UTC))
        certificate.keep(home, station.keyring, Pair(tls_pem(certificate.new_key()), pair.certificate))
    assert refused.value.code == "N_CERTIFICATE"
    station.close()


def test_a_key_waits_for_its_certificate(tmp_path: Path) -> None:
    """The late way, by file: only the certificate over the key that waits is taken, once."""
    home, station = opened(tmp_path / "home")
    with pytest.raises(NodeError):
        certificate.take_pending(home, station.keyring, b"")
    key = certificate.make_pending(home, station.keyring)
    with pytest.raises(NodeError) as refused:
        certificate.take_pending(home, station.keyring, issued(certificate.new_key(), datetime.now(UTC)).certificate)
    assert refused.value.code == "N_CERTIFICATE"
    made = issued(key, datetime.now(UTC) + timedelta(hours=1))
    assert certificate.take_pending(home, station.keyring, made.certificate) == made
    assert certificate.current(home, station.keyring) == made
    assert not home.pending.exists()
    station.close()


def test_what_the_laptop_itself_sees_wrong(tmp_path: Path) -> None:
    """[ACCESS-6] G5: expired, or from the future because the clock is behind."""
    home, station = opened(tmp_path / "home")
    assert station._certificate_trouble() == ""  # noqa: SLF001 - what the uplink asks
    for made, said in ((timedelta(days=-9), "expired"), (timedelta(days=30), "is the clock right")):
        pair = issued(station.keyring.tls_key(), datetime.now(UTC) + made)
        (home.county / "node.pem").write_bytes(pair.certificate)
        trouble = station._certificate_trouble()  # noqa: SLF001 - the same
        assert trouble.startswith("N_CERTIFICATE")
        assert said in trouble
    (home.county / "node.pem").write_bytes(b"no certificate")
    assert station._certificate_trouble() == "N_CERTIFICATE unreadable"  # noqa: SLF001 - the same
    station.close()


def test_a_request_is_proved_by_the_code_that_is_not_in_it(tmp_path: Path) -> None:
    """[ACCESS-1] [ACCESS-2]"""
    _, request = enrol(tmp_path / "home", units=UNITS)
    proved = with_code(request, CODE)
    public = code_key(read_code(CODE), ELECTION, "n1").public_key().public_bytes_raw()
    digest = request_digest(proved)
    assert digest == request_digest(request)
    assert code_holds(public, ELECTION, "n1", digest, bytes.fromhex(str(proved["code_proof"])))
    text = json.dumps(proved)
    assert CODE not in text
    assert read_code(CODE) not in text
    with pytest.raises(NodeError) as refused:
        with_code(request, CODE[:-1] + str((int(CODE[-1]) + 1) % 10))
    assert (refused.value.code, refused.value.where) == ("N_CODE", "group 8")


def test_a_certificate_request_after_sealing_is_signed_with_a_sealed_key(tmp_path: Path) -> None:
    """[ACCESS-3]: also by a laptop that hosts a committee alone."""
    home, station = opened(tmp_path / "home")
    key = certificate.make_pending(home, station.keyring)
    body = station.certificate_request(key)
    proofs = body["proofs"]
    assert isinstance(proofs, list)
    ((holder, _),) = proofs
    assert holder == station.keyring.station_signer(ELECTION, "v1", "1").public.hex()
    csr = x509.load_pem_x509_csr(str(body["csr_pem"]).encode())
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    assert csr.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)
    station.close()


@pytest.mark.parametrize(
    ("metadata", "seconds"),
    [((), None), ((("changpiao-renew-in", "90"),), 90.0), ((("changpiao-renew-in", "-5"),), 0.0),
     ((("changpiao-renew-in", "soon"),), None), ((("other", "1"),), None), (None, None)],
)  # fmt: skip
def test_what_the_county_says_of_the_certificates_life(
    metadata: tuple[tuple[str, object], ...] | None, seconds: float | None
) -> None:
    """[ACCESS-7] nothing, or nonsense, is no reason to renew."""
    assert seconds_of(metadata) == seconds


def test_a_county_that_renews_nothing_still_gets_everything(tmp_path: Path) -> None:
    """[ACCESS-6]: an answer without a good certificate is not kept, delivery goes on with the old one."""
    station, sealing = laptop(tmp_path / "home", UNITS)
    station.table("v1", "1").open("123456789012", TIME)

    async def both() -> tuple[bool, list[str]]:
        talk: list[str] = []
        async with serving(Book(sealing), Moods()) as (_, port):
            take_in(station.home, sealing, address=f"localhost:{port}")
            uplink = station.uplink(station.outbox(), give_up=20.0, waiting=quick(), talk=talk.append)
            uplink.finish()
            return await uplink.run(), talk

    assert asyncio.run(both())[0]
    assert not station.home.pair.exists()
    station.close()


def test_a_renewal_that_is_refused_keeps_nothing(tmp_path: Path) -> None:
    """[ACCESS-6]: this county has no service for it."""
    station, sealing = laptop(tmp_path / "home", UNITS)
    kept: list[Pair] = []
    renewal = Renewal(ELECTION, "n1", certificate.new_key, kept.append)

    async def ask() -> grpc.StatusCode:
        async with serving(Book(sealing)) as (_, port):
            take_in(station.home, sealing, address=f"localhost:{port}")
            async with installation.county(station.home, station.keyring).dial() as channel:
                with pytest.raises(aio.AioRpcError) as refused:
                    await renewal.ask(channel)
        return refused.value.code()

    assert asyncio.run(ask()) == grpc.StatusCode.UNIMPLEMENTED
    assert kept == []
    station.close()


def test_the_keyring_opens_the_pair_of_its_own_seed_alone(tmp_path: Path) -> None:
    home, station = opened(tmp_path / "home")
    certificate.keep(home, station.keyring, issued(certificate.new_key(), datetime.now(UTC) + timedelta(hours=2)))
    other, _ = enrol(tmp_path / "other", units=UNITS)
    stranger = open_keyring(other.keyring, PASSPHRASE)
    assert certificate.current(home, stranger).key == stranger.tls_pem
    station.close()
