"""Several processes of one county: every layout takes the same records in, proves them, and ends in order."""

import base64
import contextlib
import http.client
import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from coordinator.ledger.rebuilding import rebuild
from coordinator.store.stores import open_store
from tally_protocol.log.proof import check_proof
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.coordinator.county import envelopes, record, whole_count
from tests.coordinator.processes import Process, log_text, role, up, wait_until
from tests.coordinator.scene import Scene, group, handoff, hello, new_scene, published, run
from tests.world import VOTE_A, papers

pytestmark = pytest.mark.e2e

ACCEPTED, DUPLICATE = intake_pb2.OUTCOME_ACCEPTED, intake_pb2.OUTCOME_DUPLICATE


@pytest.fixture
def scene(tmp_path: Path, postgres_url: str) -> Iterator[Scene]:
    with new_scene(tmp_path, postgres_url) as made:
        yield made


def check_end(scene: Scene) -> None:
    """Everything admitted is placed, published, and covered by the last `standings`; every rule holds again."""
    store = open_store(scene.home, scene.url)
    rebuilt = rebuild(store, strict=True)
    with store.read() as connection:
        left = connection.exec_driver_sql(
            "SELECT count(*) FROM records r WHERE NOT EXISTS (SELECT 1 FROM log l WHERE l.record = r.id)"
        ).scalar_one()
    store.close()
    assert left == 0
    assert published(scene) == rebuilt.county.size
    assert rebuilt.events[-1].kind == "standings"
    assert not list((scene.path / "public").glob(".writing*"))


def proved(scene: Scene, address: str, digest: bytes) -> bytes:
    found: list[bytes] = []

    def asked() -> bool:
        with contextlib.suppress(grpc.RpcError):
            answer = scene.laptop.prove(address, digest)
            if answer.published:
                found.append(answer.proof)
        return bool(found)

    wait_until(asked, "a proof")
    return found[0]


def test_up_is_a_whole_county(scene: Scene, started: list[Process]) -> None:
    """[INTAKE-1] [INTAKE-2] [RECEIPT-1] [RECEIPT-4] [LOG-2] [LOG-3] [DET-1] [STAND-3]: and all restarted in turn."""
    county = up(scene, "--standings", "0.5", "--board", "127.0.0.1:0")
    started.append(county)
    world = scene.world
    _, chains = whole_count(world)
    half = len(chains) // 2
    for chain in chains[:half]:
        (answer,) = scene.laptop.talk(county.address, group(chain))
        assert {(part.outcome, part.log_index) for part in answer.answers.answers} == {(ACCEPTED, 0)}
        assert len(answer.answers.receipts) == 1
    mldsa = base64.b64decode(world.election.log_mldsa44)
    note = chains[0][-1].note
    check_proof(proved(scene, county.address, record(note)), note, world.origin, world.election.log_ed25519, mldsa)
    before = {part["pid"] for part in county.said["processes"]}
    county.send(signal.SIGHUP)
    wait_until(lambda: not any(alive(pid) for pid in before), "every old process to end")
    for chain in chains:
        # what was given before the restart is there; nothing is taken in twice
        (answer,) = scene.laptop.talk(county.address, group(chain))
        expected = DUPLICATE if chain in chains[:half] else ACCEPTED
        assert {part.outcome for part in answer.answers.answers} == {expected}
    note = chains[-1][-1].note
    check_proof(proved(scene, county.address, record(note)), note, world.origin, world.election.log_ed25519, mldsa)
    where = str(county.said["board"]).removeprefix("http://").rstrip("/")
    wait_until(lambda: all(papers for _, _, papers, *_ in snapshot(where)["rows"]), "the board")
    assert snapshot(where)["size"] <= published(scene)
    assert county.end() == 0, log_text(county.log)
    check_end(scene)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def snapshot(where: str) -> dict[str, Any]:
    body = b'{"rows": [[0, 0, 0]], "size": 0}'
    connection = http.client.HTTPConnection(where, timeout=10)
    with contextlib.suppress(ConnectionError):
        # the board is the one role that has its port alone: away for a moment while it starts again
        connection.request("GET", "/now.json")
        body = connection.getresponse().read()
    connection.close()
    found: dict[str, Any] = json.loads(body)
    return found


def stored(scene: Scene, note: bytes) -> bool:
    store = open_store(scene.home, scene.url)
    with store.read() as connection:
        asked = "SELECT count(*) FROM records WHERE hash = ?"
        found = connection.exec_driver_sql(asked, (bytes(record(note)),)).scalar_one()
    store.close()
    return bool(found)


def test_a_drained_door_answers_what_it_was_asked(scene: Scene, started: list[Process]) -> None:
    """[INTAKE-1]: SIGTERM while a stream is open: it ends well, and the laptop goes on at another door."""
    first, second = (role(scene, "intake", name=f"intake-{number}") for number in (1, 2))
    started += [first, second]
    first.ready()
    second.ready()
    desk = scene.world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A))
    one, two = envelopes(scene.world, desk)

    def requests() -> Iterator[intake_pb2.DeliverRequest]:
        yield group([one])
        wait_until(lambda: stored(scene, one.note), "the record in the store")
        first.send(signal.SIGTERM)
        # the stream stays open: only the county ends it
        wait_until(lambda: first.process.poll() is not None, "the drained process")

    with scene.laptop.channel(first.address) as channel:
        answers = list(intake_pb2_grpc.IntakeServiceStub(channel).Deliver(requests(), timeout=60))
    assert [part.outcome for answer in answers for part in answer.answers.answers] == [ACCEPTED]
    resume, answer = scene.laptop.talk(second.address, hello("s/v1/1"), group([one, two]))
    assert resume.resume.positions[0].next_seq == 1
    assert [part.outcome for part in answer.answers.answers] == [DUPLICATE, ACCEPTED]


def test_who_waits_in_line_has_read_the_log(scene: Scene, started: list[Process]) -> None:
    """[LOG-3]: ready is who could lead at once; the takeover reads nothing again, and the county goes on."""
    leader, door, publisher = (role(scene, job, name=f"first-{job}") for job in ("sequencer", "intake", "publisher"))
    started += [leader, door, publisher]
    for process in started:
        process.ready()
    chains = whole_count(scene.world)[1]
    for chain in chains[:-1]:
        scene.laptop.talk(door.address, group(chain))
    wait_until(lambda: published(scene) >= sum(map(len, chains[:-1])), "the first chains published")
    size = published(scene)
    second = role(scene, "sequencer", name="second-sequencer")
    started.append(second)
    second.ready()
    leader.kill()
    wait_until(lambda: '"leads as sequencer"' in log_text(second.log), "the next in line leads")
    scene.laptop.talk(door.address, group(chains[-1]))
    proved(scene, door.address, bytes(record(chains[-1][-1].note)))
    found = re.search(r"takes over with (\d+) entries read", log_text(second.log))
    assert found is not None, log_text(second.log)
    assert int(found[1]) >= size
    for process in (door, second, publisher):
        assert process.end() == 0, log_text(process.log)
    check_end(scene)


def test_a_carried_file_comes_in_beside_running_processes(scene: Scene, started: list[Process]) -> None:
    """[INTAKE-3] [INTAKE-6]: `import` is one more intake process."""
    county = up(scene, intakes=1)
    started.append(county)
    desk = scene.world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A))
    received = envelopes(scene.world, desk)
    scene.laptop.talk(county.address, group(received[:1]))
    file = handoff(scene.path / "one.changpiao", received)
    status, said = run("import", "--home", str(scene.home.path), str(file), url=scene.url)
    assert (status, json.loads(said)) == (0, {"accepted": 1, "duplicates": 1, "refused": {}})
    proved(scene, county.address, desk.state.head)
    assert county.end() == 0, log_text(county.log)
    check_end(scene)


def test_a_role_says_what_it_lacks(scene: Scene) -> None:
    """Absence of what a role needs is a refusal at start, in words."""
    home = ("--home", str(scene.home.path))
    for words, url in (
        (("serve", "--role", "intake"), "sqlite:///"),
        (("serve", "--role", "publisher"), scene.url),
        (("serve", "--role", "board"), scene.url),
        (("up",), scene.url),
        (("up", "--public", str(scene.path / "public")), "sqlite:///"),
        (("serve", "--role", "intake"), "postgresql+psycopg://nobody@127.0.0.1:1/nothing"),
    ):
        assert run(*words, *home, url=url)[0] == 1, words
