"""Two doors at once and two records for one place: exactly one is admitted, the other is kept (C10) [INTAKE-5]."""

import copy
import os
import queue
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.ledger.rebuilding import rebuild
from coordinator.store.postgres import Postgres
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.coordinator.county import Bench, envelopes, make_home, record
from tests.coordinator.processes import Process, role
from tests.coordinator.scene import Scene, group, new_scene
from tests.world import VOTE_A, VOTE_B, World, papers

ROUNDS = int(os.environ.get("CHANGPIAO_FAULT_ROUNDS", "2"))
EQUIVOCATIONS = 20 if ROUNDS < 10 else 60  # of each table; refusals are kept up to 64 a chain


class Line:
    """One open stream of a laptop; a thread reads its answers."""

    def __init__(self, scene: Scene, address: str) -> None:
        self._channel = scene.laptop.channel(address)
        self._asked: queue.SimpleQueue[intake_pb2.DeliverRequest | None] = queue.SimpleQueue()
        self._call = intake_pb2_grpc.IntakeServiceStub(self._channel).Deliver(iter(self._asked.get, None))

    def send(self, request: intake_pb2.DeliverRequest) -> None:
        self._asked.put(request)

    def answer(self) -> tuple[int, str]:
        (found,) = next(self._call).answers.answers
        return found.outcome, found.code

    def close(self) -> None:
        self._asked.put(None)
        assert list(self._call) == []
        self._channel.close()


@pytest.fixture
def scene(tmp_path: Path, postgres_url: str) -> Iterator[Scene]:
    with new_scene(tmp_path, postgres_url) as made:
        yield made


@pytest.mark.fault
@pytest.mark.timeout(900)
def test_two_doors_and_two_records_for_one_place(scene: Scene) -> None:
    """[INTAKE-5] [CHAIN-2]: sent to both processes at once, again and again: one admitted, one kept refusal."""
    doors: list[Process] = [role(scene, "intake", name=f"intake-{number}") for number in (1, 2)]
    dice = random.Random(11)  # noqa: S311 - a round must be repeatable
    try:
        lines = [Line(scene, door.ready().address) for door in doors]
        losers = [_race(scene, dice, lines, table) for table in (("v1", "1"), ("v1", "2"), ("v2", "1"))]
        for line in lines:
            line.close()
    finally:
        for door in doors:
            door.kill()
    store = Postgres(scene.url)
    with store.read() as connection:
        forks = connection.exec_driver_sql("SELECT hash, first FROM forks").all()
        refused = connection.exec_driver_sql("SELECT code, count(*) FROM refusals GROUP BY code").all()
        standing = {bytes(sha) for (sha,) in connection.exec_driver_sql("SELECT hash FROM records")}
    expected = {bytes(sha) for part in losers for sha in part}
    assert {bytes(sha) for sha, _ in forks} == expected
    assert len(forks) == len(expected) == 3 * EQUIVOCATIONS
    assert [(str(code), int(count)) for code, count in refused] == [("E_FORK", len(expected))]
    assert not standing & expected
    # both doors' memory and the store agree, and every rule holds: whoever decided had seen everything before
    rebuilt = rebuild(store, strict=True, unplaced=True)
    assert {rebuilt.county.stations[f"s/v{u}/{s}"].next_seq for u, s in ((1, 1), (1, 2), (2, 1))} == {1 + EQUIVOCATIONS}
    store.close()


def _race(scene: Scene, dice: random.Random, lines: list[Line], table: tuple[str, str]) -> list[bytes]:
    """A table's chain in which every place is fought for; gives the records that lost."""
    one = scene.world.desk(*table)
    lines[0].send(group(envelopes(scene.world, one, [one.open()])))
    assert lines[0].answer() == (intake_pb2.OUTCOME_ACCEPTED, "")
    other = copy.copy(one)
    losers = []
    for number in range(EQUIVOCATIONS):
        other.state, other.sealed = copy.deepcopy(one.state), dict(one.sealed)
        pair = [(one, one.batch(papers(60, VOTE_A))), (other, other.batch(papers(60 + number % 7 + 1, VOTE_B)))]
        dice.shuffle(pair)
        for line, (desk, note) in zip(lines, pair, strict=True):
            line.send(group(envelopes(scene.world, desk, [note])))
        found = [line.answer() for line in lines]
        assert sorted(found) == [(intake_pb2.OUTCOME_ACCEPTED, ""), (intake_pb2.OUTCOME_REFUSED, "E_FORK")], found
        won = found.index((intake_pb2.OUTCOME_ACCEPTED, ""))
        losers.append(bytes(record(pair[1 - won][1])))
        one.state = pair[won][0].state
    return losers


def test_a_door_reads_what_it_has_not_seen(postgres_url: str, tmp_path: Path) -> None:
    """[INTAKE-3] [INTAKE-7]: a chain that goes on at another process, one record here and one there."""
    world = World()
    home = make_home(tmp_path / "home", world, postgres_url)
    doors = [Bench(home, world, postgres_url, places=False) for _ in range(2)]
    desk = world.desk("v1", "1")
    desk.open()
    for number in range(6):
        desk.batch(papers(60 + number, VOTE_A))
    received = envelopes(world, desk)
    for number, envelope in enumerate(received):
        here, there = doors[number % 2], doors[1 - number % 2]
        assert here.one(envelope).outcome == "accepted"
        assert there.one(envelope).outcome == "duplicate"
        assert there.writer.county.position("s/v1/1") == here.writer.county.position("s/v1/1")
    assert doors[0].writer.county.matrix.equals(doors[1].writer.county.matrix)
    for door in doors:
        door.close()
