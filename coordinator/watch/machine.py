"""What the machine has left: room on its volumes, life of the certificates in use, the way to the database."""

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from coordinator.metrics import Metrics
from coordinator.settings import Home
from coordinator.store.database import Database
from coordinator.store.postgres import is_postgres


class Volumes:
    """Free bytes of the file systems that a process writes to, beside the reserve at which it stops."""

    def __init__(self, metrics: Metrics, volumes: Mapping[str, tuple[Path, int]]) -> None:
        """`volumes`: name (store, public) -> folder and reserve."""
        self._free = {name: (metrics.disk_free.labels(volume=name), path) for name, (path, _) in volumes.items()}
        for name, (_, reserve) in volumes.items():
            metrics.disk_reserve.labels(volume=name).set(reserve)

    def look(self) -> None:
        """Now."""
        for gauge, path in self._free.values():
            with contextlib.suppress(FileNotFoundError):
                gauge.set(shutil.disk_usage(path).free)


class Certificates:
    """When the certificates in use end; a file that changed is read again."""

    def __init__(self, metrics: Metrics, files: Mapping[str, Path]) -> None:
        """`files`: name (server, ca, centre, database) -> PEM."""
        self._metrics = metrics
        self._files = dict(files)
        self._seen: dict[str, tuple[int, int]] = {}

    def look(self) -> None:
        """Now; a certificate that cannot be read keeps the end that was last known."""
        for name, path in self._files.items():
            with contextlib.suppress(OSError, ValueError):
                status = path.stat()
                stamp = status.st_mtime_ns, status.st_ino
                if self._seen.get(name) == stamp:
                    continue
                ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
                self._metrics.certificate_expiry.labels(certificate=name).set(ends.timestamp())
                self._seen[name] = stamp


def certificate_files(home: Home | None, url: str, desk: Home | None = None) -> dict[str, Path]:
    """The certificates of a process: of its door, if it has one (`home`), of the `desk`, and towards the database."""
    found = {} if home is None else {"server": home.tls / "server.pem", "ca": home.tls / "ca.pem"}
    if desk is not None and (desk.tls / "centre.pem").exists():
        found["centre"] = desk.tls / "centre.pem"
    if is_postgres(url):
        given = make_url(url).query.get("sslcert", "")
        if isinstance(given, str) and given:
            found["database"] = Path(given)
    return found


class Reach:
    """Whether the database answers."""

    def __init__(self, metrics: Metrics, database: Database) -> None:
        """Said to be up: this process has just read from it."""
        self._up = metrics.database_up
        self._database = database
        self._up.set(1)

    def look(self) -> None:
        """One small statement."""
        try:
            with self._database.read() as connection:
                connection.exec_driver_sql("SELECT 1")
        except SQLAlchemyError:
            self._up.set(0)
            raise
        self._up.set(1)
