"""The real program over real mutual TLS: delivery, proofs, ports, kill -9, SIGTERM, hand-off files, live page."""

import base64
import http.client
import json
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest

from coordinator.access.certificates import Authority
from coordinator.intake.admission import Received
from coordinator.ledger.rebuilding import rebuild
from coordinator.store.stores import SQLITE, open_store
from tally_protocol.log.proof import check_proof
from tally_protocol.record.ballots import SealedPart
from tally_protocol.record.receipt import read_receipt
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.coordinator.county import envelopes, record, whole_count
from tests.coordinator.scene import (
    Scene,
    group,
    handoff,
    hello,
    laptop,
    published,
    run,
    until_published,
)
from tests.world import VOTE_A, papers

pytestmark = pytest.mark.e2e


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
    store = open_store(scene.home, scene.url)
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


def test_a_file_carried_by_hand_at_rest_and_while_running(scene: Scene) -> None:
    """[INTAKE-3] [INTAKE-6]"""
    desk = scene.world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A))
    file = handoff(scene.path / "one.changpiao", envelopes(scene.world, desk))

    def imported(path: Path) -> tuple[int, dict[str, object]]:
        status, said = run("import", "--home", str(scene.home.path), str(path), url=scene.url)
        return status, json.loads(said) if status == 0 else {}

    assert imported(file) == (0, {"accepted": 2, "duplicates": 0, "refused": {}})
    county = scene.serve()
    assert imported(file) == (0, {"accepted": 0, "duplicates": 2, "refused": {}})
    desk.batch(papers(70, VOTE_A))
    second = handoff(scene.path / "two.changpiao", envelopes(scene.world, desk))
    assert imported(second) == (0, {"accepted": 1, "duplicates": 2, "refused": {}})
    second.write_bytes(second.read_bytes()[:-1])
    assert imported(second)[0] == 1
    until_published(scene, county, desk.state.head)
    # a file that is dropped into the folder by other means
    desk.batch(papers(80, VOTE_A))
    third = handoff(scene.path / "three.part", envelopes(scene.world, desk))
    third.rename(scene.home.inbox / "three.changpiao")
    until_published(scene, county, desk.state.head)
    assert county.end() == 0


def test_what_is_missing_stops_the_start(scene: Scene) -> None:
    home = str(scene.home.path)
    arguments = ("serve", "--home", home, "--public", str(scene.path / "public"), "--listen", "127.0.0.1:0")
    key = scene.home.keys / "county.key"
    seed = key.read_bytes()
    key.chmod(0o644)
    assert run(*arguments, url=scene.url)[0] == 1
    key.chmod(0o600)
    key.write_bytes(b"00" * 32 + b"\n")
    assert run(*arguments, url=scene.url)[0] == 1
    key.write_bytes(seed)
    county = scene.serve()
    if scene.url == SQLITE:
        assert run(*arguments)[0] == 1, "two processes on one home"
    assert county.end() == 0
    if scene.url == SQLITE:
        scene.home.lock.unlink()
        assert run(*arguments)[0] == 1
    assert run("serve", "--nonsense")[0] == 64
    assert run(*arguments, "--role", "nobody", url=scene.url)[0] == 1
    assert run(*arguments, url="mysql://somewhere/else")[0] == 1
    # a folder of the published record is part of what this role needs
    assert run("serve", "--home", home, "--listen", "127.0.0.1:0", url=scene.url)[0] == 1


def test_status_check_and_ballots(scene: Scene) -> None:
    """[ARCHIVE-1]: one part for each batch and correction, readable again."""
    county = scene.serve()
    desks, chains = whole_count(scene.world)
    scene.laptop.talk(county.address, *(group(chain) for chain in chains))
    assert county.end() == 0
    home = str(scene.home.path)
    status, text = run("status", "--home", home, url=scene.url)
    assert (status, json.loads(text)["batch"]) == (0, 10)
    assert run("check", "--home", home, url=scene.url)[0] == 0
    assert run("export-ballots", "--home", home, "--out", str(scene.path / "sealed"), url=scene.url)[0] == 0
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
    plan = json.loads(county.get("/plan.json", where)[1])
    rows, now = {}, {"size": 0}
    for _ in range(50):
        now = json.loads(county.get("/now.json", where)[1])
        named = [dict(zip(plan["fields"], row, strict=True)) for row in now["rows"]]
        rows = dict(zip([unit[0] for unit in plan["units"]], named, strict=True))
        if rows["v1"]["papers"]:
            break
        time.sleep(0.1)
    assert rows["v1"]["papers"] == 60
    village = json.loads(county.get("/units/v1.json", where)[1])
    assert [village["contests"][0]["candidates"][0][name] for name in ("name", "approve")] == ["张䶮", 60]
    assert village["size"] == rows["v1"]["size"] <= now["size"] <= published(scene)
    status, page = county.get("/", where)
    assert (status, 'src="board.js"' in page) == (200, True)
    connection = http.client.HTTPConnection(where, timeout=10)
    connection.request("GET", f"/events?from={plan['size']}")
    answer = connection.getresponse()
    assert answer.getheader("Content-Security-Policy", "").startswith("default-src 'self'")
    lines = [answer.readline().decode() for _ in range(5)]
    assert [line.split(":")[0].strip() for line in lines] == ["retry", "", "event", "id", "data"]
    assert json.loads(lines[4][6:])["rows"]
    connection.close()
    assert county.end() == 0
    assert json.loads((scene.path / "page" / "now.json").read_bytes())["size"] == published(scene)
