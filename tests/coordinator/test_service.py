"""The real program over real mutual TLS: delivery, proofs, ports, kill -9, SIGTERM, hand-off files, live page."""

import base64
import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from coordinator.intake.admission import Received
from coordinator.intake.handoff import HEADER
from coordinator.ledger.rebuilding import rebuild
from coordinator.sealing.certificates import SERVER_NAME, Authority
from coordinator.settings import Home, write_private
from coordinator.store.database import Database
from tally_protocol.log.checkpoint import open_checkpoint
from tally_protocol.log.proof import check_proof
from tally_protocol.record.ballots import SealedPart
from tally_protocol.record.receipt import read_receipt
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.coordinator.county import envelopes, make_home, record, whole_count
from tests.world import VOTE_A, World, papers

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

    def __init__(self, home: Home, public: Path, log: Path, *more: str) -> None:
        command = [str(PROGRAM), "serve", "--home", str(home.path), "--public", str(public)]
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

    def serve(self, *more: str) -> Running:
        county = Running(self.home, self.path / "public", self.path / "county.log", *more)
        self.running.append(county)
        return county


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    world = World()
    home = make_home(tmp_path / "home", world)
    authority = Authority(world.id, datetime.now(UTC))
    home.tls.mkdir()
    server = authority.server([])
    write_private(home.tls / "server.key", server.key)
    (home.tls / "server.pem").write_bytes(server.certificate)
    (home.tls / "ca.pem").write_bytes(authority.pair.certificate)
    scene = Scene(world, home, authority, laptop(authority, "node-1"), tmp_path, [])
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


def test_a_whole_count_over_the_wire(scene: Scene) -> None:
    """[INTAKE-1] [INTAKE-2] [INTAKE-7] [RECEIPT-1] [RECEIPT-4]: then SIGTERM publishes everything with standings."""
    county = scene.serve("--standings", "0.5")
    world = scene.world
    _, chains = whole_count(world)
    requests = [hello("s/v1/1", "s/v9/9"), *(group(chain) for chain in chains)]
    resume, *answers = scene.laptop.talk(county.address, *requests)
    position = resume.resume.positions[0]
    assert (position.next_seq, position.head, resume.resume.positions[1].head) == (0, bytes(32), b"")
    for chain, answer in zip(chains, answers, strict=True):
        found = answer.answers.answers
        assert [part.outcome for part in found] == [intake_pb2.OUTCOME_ACCEPTED] * len(chain)
        assert [part.record_hash for part in found] == [record(part.note) for part in chain]
        receipt = read_receipt(answer.answers.receipts[0], world.election, world.election_hash)
        assert receipt.head == record(chain[-1].note)
    last = chains[-1][-1].note
    proof = until_published(scene, county, record(last))
    mldsa = base64.b64decode(world.election.log_mldsa44)
    check_proof(proof, last, world.origin, world.election.log_ed25519, mldsa)
    status, text = county.get("/metrics")
    assert status == 200
    assert 'changpiao_accepted_total{kind="batch"}' in text
    assert county.get("/livez")[0] == county.get("/readyz")[0] == 200
    assert county.get("/nothing")[0] == 404
    assert county.end() == 0
    store = Database(scene.home.store)
    rebuilt = rebuild(store, strict=True)
    store.close()
    assert published(scene) == rebuilt.county.size
    assert rebuilt.events[-1].kind == "standings"
    assert rebuilt.county.units["v2"].names_done


def test_a_stream_goes_on_after_refusals(scene: Scene) -> None:
    """[INTAKE-1] [INTAKE-6]: garbage, another laptop's chain, then an honest record on the same stream."""
    county = scene.serve()
    desk = scene.world.desk("v1", "1")
    desk.open()
    honest = envelopes(scene.world, desk)
    bad = [Received(b"garbage", b"", ""), Received(b"x" * 70_000, b"", "")]
    first, second = scene.laptop.talk(county.address, group(bad), group(honest))
    assert [part.code for part in first.answers.answers] == ["E_NOTE", "E_LIMIT"]
    assert all(part.text_zh and part.text_en for part in first.answers.answers)
    assert second.answers.answers[0].outcome == intake_pb2.OUTCOME_ACCEPTED
    stranger = laptop(scene.authority, "node-2")
    (answer,) = stranger.talk(county.address, group(honest))
    assert answer.answers.answers[0].code == "E_IDENTITY"
    assert 'changpiao_refused_total{code="E_IDENTITY"} 1.0' in county.get("/metrics")[1]


def test_only_laptops_of_this_election_may_speak(scene: Scene) -> None:
    """[INTAKE-6]: another CA, no certificate, a certificate of another election."""
    county = scene.serve()
    foreign = laptop(Authority(scene.world.id, datetime.now(UTC)), "node-1")
    foreign.ca = scene.laptop.ca
    with pytest.raises(grpc.RpcError):
        foreign.talk(county.address, hello("s/v1/1"))
    with grpc.insecure_channel(county.address) as channel, pytest.raises(grpc.RpcError):
        list(intake_pb2_grpc.IntakeServiceStub(channel).Deliver(iter([hello("c")]), timeout=5))
    other = Authority("other-test", datetime.now(UTC))
    other._key, other._name = scene.authority._key, scene.authority._name  # noqa: SLF001 - a forger's view
    wrong = laptop(other, "node-1")
    wrong.ca = scene.laptop.ca
    with pytest.raises(grpc.RpcError) as refused:
        wrong.talk(county.address, hello("s/v1/1"))
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.fault
def test_kill_9_loses_nothing_that_was_answered(scene: Scene) -> None:
    """[INTAKE-2] [PUB-2]: after each kill the same bytes are duplicates, the log never shrinks."""
    desk = scene.world.desk("v1", "1")
    desk.open()
    size = 0
    for place in range(4):
        county = scene.serve()
        desk.batch(papers(60 + place, VOTE_A))
        received = envelopes(scene.world, desk)
        (answer,) = scene.laptop.talk(county.address, group(received))
        outcomes = [part.outcome for part in answer.answers.answers]
        new = 2 if place == 0 else 1
        assert outcomes == [intake_pb2.OUTCOME_DUPLICATE] * (len(received) - new) + [intake_pb2.OUTCOME_ACCEPTED] * new
        assert county.end(signal.SIGKILL) == -signal.SIGKILL
        if (scene.path / "public" / "checkpoint").exists():
            assert published(scene) >= size
            size = published(scene)
    county = scene.serve()
    (resume,) = scene.laptop.talk(county.address, hello("s/v1/1"))
    assert (resume.resume.positions[0].next_seq, resume.resume.positions[0].head) == (5, desk.state.head)
    assert county.end() == 0
    assert published(scene) > size


def handoff(path: Path, received: list[Received]) -> Path:
    parts = [len(part).to_bytes(4, "big") + part for r in received for part in (r.note, r.sealed)]
    path.write_bytes(HEADER + b"".join(parts))
    return path


def run(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([str(PROGRAM), *arguments], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_a_file_carried_by_hand_at_rest_and_while_running(scene: Scene) -> None:
    """[INTAKE-3] [INTAKE-6]"""
    desk = scene.world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A))
    file = handoff(scene.path / "one.changpiao", envelopes(scene.world, desk))
    home = str(scene.home.path)
    assert run("import", "--home", home, str(file)) == (0, '{"accepted": 2, "duplicates": 0, "refused": {}}\n')
    county = scene.serve()
    assert run("import", "--home", home, str(file)) == (0, '{"accepted": 0, "duplicates": 2, "refused": {}}\n')
    desk.batch(papers(70, VOTE_A))
    second = handoff(scene.path / "two.changpiao", envelopes(scene.world, desk))
    assert run("import", "--home", home, str(second)) == (0, '{"accepted": 1, "duplicates": 2, "refused": {}}\n')
    second.write_bytes(second.read_bytes()[:-1])
    assert run("import", "--home", home, str(second))[0] == 1
    assert county.end() == 0


def test_what_is_missing_stops_the_start(scene: Scene) -> None:
    home = str(scene.home.path)
    arguments = ("serve", "--home", home, "--public", str(scene.path / "public"), "--listen", "127.0.0.1:0")
    key = scene.home.keys / "county.key"
    seed = key.read_bytes()
    key.chmod(0o644)
    assert run(*arguments)[0] == 1
    key.chmod(0o600)
    key.write_bytes(b"00" * 32 + b"\n")
    assert run(*arguments)[0] == 1
    key.write_bytes(seed)
    county = scene.serve()
    assert run(*arguments)[0] == 1, "two processes on one home"
    assert county.end() == 0
    scene.home.lock.unlink()
    assert run(*arguments)[0] == 1
    assert run("serve", "--nonsense")[0] == 64


def test_status_check_and_ballots(scene: Scene) -> None:
    """[ARCHIVE-1]: one part for each batch and correction, readable again."""
    county = scene.serve()
    desks, chains = whole_count(scene.world)
    scene.laptop.talk(county.address, *(group(chain) for chain in chains))
    assert county.end() == 0
    home = str(scene.home.path)
    status, text = run("status", "--home", home)
    assert (status, json.loads(text)["batch"]) == (0, 10)
    assert run("check", "--home", home)[0] == 0
    assert run("export-ballots", "--home", home, "--out", str(scene.path / "sealed"))[0] == 0
    found = {}
    for path in (scene.path / "sealed" / "units").iterdir():
        data = path.read_bytes()
        while data:
            length = int.from_bytes(data[32:36], "big")
            found[data[:32]] = SealedPart.decode(data[36 : 36 + length])
            data = data[36 + length :]
    assert found == {digest: part for desk in desks for digest, part in desk.sealed.items()}


def test_the_live_page_shows_checkpointed_numbers_only(scene: Scene) -> None:
    county = scene.serve("--board", "127.0.0.1:0", "--board-export", str(scene.path / "page"))
    desk = scene.world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A))
    scene.laptop.talk(county.address, group(envelopes(scene.world, desk)))
    until_published(scene, county, desk.state.head)
    where = county.board.removeprefix("http://").rstrip("/")
    snapshot = json.loads(county.get("/snapshot.json", where)[1])
    for _ in range(50):
        snapshot = json.loads(county.get("/snapshot.json", where)[1])
        if any(row["papers"] for row in snapshot["units"]):
            break
        time.sleep(0.1)
    rows = {row["unit"]: row for row in snapshot["units"]}
    assert rows["v1"]["papers"] == 60
    assert rows["v1"]["contests"][0]["candidates"][0][:2] == ["张䶮", 60]
    assert rows["v1"]["size"] <= snapshot["size"] <= published(scene)
    status, page = county.get("/", where)
    assert (status, "<script src=" in page) == (200, True)
    connection = http.client.HTTPConnection(where, timeout=10)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    assert answer.getheader("Content-Security-Policy", "").startswith("default-src 'self'")
    lines = [answer.readline().decode() for _ in range(3)]
    assert [line.split(":")[0] for line in lines] == ["id", "event", "data"]
    assert json.loads(lines[2][6:])["units"]
    connection.close()
    assert county.end() == 0
    assert json.loads((scene.path / "page" / "snapshot.json").read_bytes())["size"] == published(scene)
