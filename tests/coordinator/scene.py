"""The county's real program in a scene of its own: certificates, processes, a laptop's calls."""

import base64
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from coordinator.access.certificates import SERVER_NAME, Authority
from coordinator.intake.admission import Received
from coordinator.intake.handoff import HEADER
from coordinator.settings import Home, write_private
from coordinator.store.stores import SQLITE
from tally_protocol.log.checkpoint import open_checkpoint
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.coordinator.county import make_home
from tests.world import World

PROGRAM = Path(sys.executable).parent / "tally-coordinator"


@dataclass
class Laptop:
    """Key and certificate of a laptop, and its calls."""

    ca: bytes
    key: bytes
    certificate: bytes

    def channel(self, address: str) -> grpc.Channel:
        credentials = grpc.ssl_channel_credentials(self.ca, self.key, self.certificate)
        return grpc.secure_channel(address, credentials, [("grpc.ssl_target_name_override", SERVER_NAME)])

    def talk(self, address: str, *requests: intake_pb2.DeliverRequest) -> list[intake_pb2.DeliverResponse]:
        with self.channel(address) as channel:
            stub = intake_pb2_grpc.IntakeServiceStub(channel)
            return list(stub.Deliver(iter(requests), timeout=30))

    def prove(self, address: str, digest: bytes) -> intake_pb2.ProveResponse:
        with self.channel(address) as channel:
            stub = intake_pb2_grpc.IntakeServiceStub(channel)
            return stub.Prove(intake_pb2.ProveRequest(record_hash=digest), timeout=30)


def laptop(authority: Authority, node: str) -> Laptop:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Laptop(authority.pair.certificate, pem, authority.laptop(node, csr))


class Running:
    """A county's process."""

    def __init__(self, home: Home, public: Path, log: Path, *more: str, url: str = SQLITE) -> None:
        command = [str(PROGRAM), "serve", "--home", str(home.path), "--public", str(public), "--database", url]
        command += ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", *more]
        with log.open("ab") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, log.read_text("utf-8")
        said = json.loads(line)
        self.address, self.admin, self.board = said["address"], said["admin"], said.get("board", "")

    def get(self, path: str, where: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection(where or self.admin, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        status = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@dataclass
class Scene:
    """A sealed world with certificates, and the processes started in it."""

    world: World
    home: Home
    authority: Authority
    laptop: Laptop
    path: Path
    running: list[Running]
    url: str = SQLITE

    def serve(self, *more: str) -> Running:
        county = Running(self.home, self.path / "public", self.path / "county.log", *more, url=self.url)
        self.running.append(county)
        return county


@contextlib.contextmanager
def new_scene(tmp_path: Path, url: str = SQLITE, world: World | None = None) -> Iterator[Scene]:
    """The small county, or another one, sealed, with certificates; its processes are killed at the end."""
    world = world or World()
    home = make_home(tmp_path / "home", world, url)
    authority = Authority(world.id, datetime.now(UTC))
    home.tls.mkdir()
    server = authority.server([])
    write_private(home.tls / "ca.key", authority.pair.key)
    write_private(home.tls / "server.key", server.key)
    (home.tls / "server.pem").write_bytes(server.certificate)
    (home.tls / "ca.pem").write_bytes(authority.pair.certificate)
    scene = Scene(world, home, authority, laptop(authority, "node-1"), tmp_path, [], url)
    yield scene
    for county in scene.running:
        if county.process.poll() is None:
            county.end(signal.SIGKILL)


def group(received: list[Received]) -> intake_pb2.DeliverRequest:
    parts = [intake_pb2.Envelope(note=part.note, sealed=part.sealed) for part in received]
    return intake_pb2.DeliverRequest(group=intake_pb2.EnvelopeGroup(envelopes=parts))


def hello(*chains: str) -> intake_pb2.DeliverRequest:
    return intake_pb2.DeliverRequest(hello=intake_pb2.Hello(chains=chains))


def until_published(scene: Scene, county: Running, digest: bytes) -> bytes:
    for _ in range(100):
        answer = scene.laptop.prove(county.address, digest)
        if answer.published:
            return answer.proof
        time.sleep(0.1)
    raise AssertionError("not published within ten seconds")


def published(scene: Scene) -> int:
    election = scene.world.election
    data = (scene.path / "public" / "checkpoint").read_bytes()
    return open_checkpoint(data, election.origin, election.log_ed25519, base64.b64decode(election.log_mldsa44)).size


def until_sized(scene: Scene, size: int) -> None:
    """Until the published log has more than so many entries."""
    for _ in range(600):
        if (scene.path / "public" / "checkpoint").exists() and published(scene) > size:
            return
        time.sleep(0.1)
    raise AssertionError(f"no {size} entries published within a minute")


def handoff(path: Path, received: list[Received]) -> Path:
    parts = [len(part).to_bytes(4, "big") + part for r in received for part in (r.note, r.sealed)]
    path.write_bytes(HEADER + b"".join(parts))
    return path


def run(*arguments: str, url: str = SQLITE) -> tuple[int, str]:
    done = subprocess.run(
        [str(PROGRAM), *arguments], capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"CHANGPIAO_DATABASE": url},
    )  # fmt: skip
    return done.returncode, done.stdout
