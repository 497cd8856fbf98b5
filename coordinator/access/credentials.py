"""The server's side of mutual TLS: a new certificate is taken without a restart; the CA's key, where it is at hand.

`tls/server.key` and `tls/server.pem` are looked at in every handshake (two `stat`); a pair that does not fit together
is not taken, so the two files may be replaced one after the other, by us, by hand or by a cluster's cert-manager.
`tls/ca.key` signs laptops' certificates. Where it is missing nothing is renewed here: that is for the process or the
machine that has it.
"""

import contextlib
import datetime
import fcntl
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from coordinator.access.certificates import Authority, KeyPair, belongs
from coordinator.settings import CountyError, Home, read_private, sync_folder

LOG = logging.getLogger("changpiao.access")


def utc(now: float) -> datetime.datetime:
    """A moment as certificates write it."""
    return datetime.datetime.fromtimestamp(now, datetime.UTC)


def read_authority(home: Home, election: str, now: float) -> Authority | None:
    """The CA with its key; None where the key is not kept. CountyError if it is readable by others or does not fit."""
    path = home.tls / "ca.key"
    if not path.exists():
        return None
    try:
        return Authority(election, utc(now), KeyPair(read_private(path), (home.tls / "ca.pem").read_bytes()))
    except (OSError, ValueError) as error:
        raise CountyError(
            f"{path} 与 ca.pem 不配套: {error}；从备份恢复 tls/", f"{path} does not fit ca.pem: {error}; restore tls/"
        ) from None


def replace_private(path: Path, data: bytes) -> None:
    """Replace a file that only its owner may read; dying in between leaves the old one."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


class ServerPair:
    """The pair in use, and the newest one on the disk."""

    def __init__(self, home: Home) -> None:
        """Read it; CountyError if it is missing, readable by others, or does not fit together."""
        self._key, self._certificate, self._ca = (home.tls / name for name in ("server.key", "server.pem", "ca.pem"))
        self._seen = self._stamp()
        found = self._read()
        if found is None:
            raise CountyError(
                f"{self._key} 与 {self._certificate.name} 不配套，或缺少 ca.pem；从备份恢复 tls/ 或执行"
                " tally-coordinator server-certificate",
                f"{self._key} and {self._certificate.name} do not fit together, or ca.pem is missing; restore tls/ or"
                " run tally-coordinator server-certificate",
            )
        self._pair = found
        self._authority = self._ca.read_bytes()

    def _stamp(self) -> tuple[int, ...]:
        found: list[int] = []
        for path in (self._key, self._certificate):
            with contextlib.suppress(OSError):
                stat = path.stat()
                found += [stat.st_mtime_ns, stat.st_ino]
        return tuple(found)

    def _read(self) -> KeyPair | None:
        try:
            pair = KeyPair(read_private(self._key), self._certificate.read_bytes())
            key = serialization.load_pem_private_key(pair.key, None)
            parsed = x509.load_pem_x509_certificate(pair.certificate)
            good = isinstance(key, ec.EllipticCurvePrivateKey) and belongs(key, parsed) and self._ca.exists()
        except (OSError, ValueError):
            return None
        return pair if good else None

    def configuration(self) -> grpc.ServerCertificateConfiguration:
        """What gRPC asks for at the start."""
        return grpc.ssl_server_certificate_configuration(
            [(self._pair.key, self._pair.certificate)], root_certificates=self._authority
        )

    def newer(self) -> grpc.ServerCertificateConfiguration | None:
        """Asked in every handshake: a new pair, or None for no change. Never raises: the old pair goes on."""
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        try:
            found = self._read()
        except CountyError as error:
            LOG.error("the new server certificate was not taken: %s", error.en, extra={"code": "E_IDENTITY"})
            found = None
        if found is None:
            # half replaced: the next handshake looks again
            return None
        self._seen = stamp
        self._pair = found
        LOG.info("a new server certificate is in use")
        return self.configuration()

    def credentials(self) -> grpc.ServerCredentials:
        """For the server: mutual TLS, laptops of this CA alone."""
        # None means "as before"; the type of the library does not say so
        fetch = cast("Callable[[], grpc.ServerCertificateConfiguration]", self.newer)
        return grpc.dynamic_ssl_server_credentials(self.configuration(), fetch, require_client_authentication=True)


def server_until(home: Home) -> datetime.datetime:
    """When the certificate on the disk ends; OSError or ValueError if it cannot be read."""
    return x509.load_pem_x509_certificate((home.tls / "server.pem").read_bytes()).not_valid_after_utc


def renew_server(home: Home, election: str, now: float, until: datetime.datetime) -> bool:
    """Make a new server pair if half of a life or less is left and the CA's key is here; whether one was made.

    The key is written first: between the two renames the pair on the disk does not fit, and nobody takes it.
    """
    # half of a new one's life is left: time enough for a person, should this fail
    half = (until - utc(now)) / 2
    if server_until(home) - utc(now) > half:
        return False
    authority = read_authority(home, election, now)
    if authority is None:
        return False
    try:
        lock = (home.tls / ".renewing").open("a")
    except OSError:
        # mounted read-only: who mounted it renews it
        return False
    with lock:
        # processes of one home: the second waits and finds it done
        fcntl.flock(lock, fcntl.LOCK_EX)
        old = x509.load_pem_x509_certificate((home.tls / "server.pem").read_bytes())
        if old.not_valid_after_utc - utc(now) > half:
            return False
        names = old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        write_server(home, authority.server_again(list(names), until))
    return True


def write_server(home: Home, pair: KeyPair) -> None:
    """Replace the server's pair on the disk, key first."""
    replace_private(home.tls / "server.key", pair.key)
    replace_private(home.tls / "server.pem", pair.certificate)
