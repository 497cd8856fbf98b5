"""Several processes at once: two doors and two records for one place, two leaders that both believe they lead.

C10, D7: exactly one record is admitted, the other is kept; no two signed checkpoints ever conflict, whatever an old
leader still tries [INTAKE-5] [CHECK-3] [PUB-2]. `make faults` plays 1,000 races of leaders, `make test` fewer.
"""

import base64
import copy
import os
import queue
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from coordinator.intake.admission import Received
from coordinator.intake.jobs import Gather
from coordinator.intake.writer import Writer
from coordinator.ledger.rebuilding import rebuild
from coordinator.metrics import Metrics
from coordinator.publish import folder as folder_module
from coordinator.publish.folder import PublicFolder
from coordinator.publish.lock import Lock
from coordinator.publish.publisher import LogKeys, Publisher
from coordinator.publish.sequencer import Sequencer
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.leadership import Leadership
from coordinator.store.postgres import Postgres
from tally_protocol.log.checkpoint import Checkpoint, open_checkpoint
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.coordinator.county import Bench, envelopes, make_home, record
from tests.coordinator.processes import Process, role
from tests.coordinator.scene import Scene, group, new_scene
from tests.world import TIME, VOTE_A, VOTE_B, StationDesk, World, papers

ROUNDS = int(os.environ.get("CHANGPIAO_FAULT_ROUNDS", "2"))
EQUIVOCATIONS = 20 if ROUNDS < 10 else 60  # of each table; refusals are kept up to 64 a chain
LEADER_RACES = 50 if ROUNDS < 10 else 1000


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


class Old(Leadership):
    """A leader that was paused, or cut off from its lock: it believes that it leads until it shows its number."""

    def __init__(self, database: Postgres, job: str) -> None:
        super().__init__(database, job, lambda _: None)
        self.number = self._next_number()


class Published:
    """Everything that was ever signed, and what the folder showed."""

    def __init__(self, bench: Bench, public: Path) -> None:
        self.bench, self.public = bench, public
        self.signed: list[Checkpoint] = []
        self.shown: list[Checkpoint] = []

    def open(self, data: bytes) -> Checkpoint:
        election = self.bench.world.election
        return open_checkpoint(data, election.origin, election.log_ed25519, base64.b64decode(election.log_mldsa44))

    def look(self) -> None:
        """What the lock holds and the folder shows now."""
        locked, _ = Lock(self.bench.stores.lock, self.bench.world.origin).read()
        if locked:
            self.signed.append(self.open(locked))
        shown = self.public / "checkpoint"
        if shown.exists():
            self.shown.append(self.open(shown.read_bytes()))

    def check(self) -> None:
        """No fork, nothing taken back [CHECK-3]."""
        notes = [entry.note for entry in log.read_range(self.bench.store, 0, log.size(self.bench.store))]
        leaves = [leaf_hash(note) for note in notes]
        roots: dict[int, bytes] = {}
        for head in self.signed + self.shown:
            if head.size not in roots:
                roots[head.size] = root_of(leaves[: head.size])
            assert head.root == roots[head.size], f"fork at {head.size}"
        for heads in (self.signed, self.shown):
            sizes = [head.size for head in heads]
            assert sizes == sorted(sizes), "the log shrank"


def publisher_of(bench: Bench, public: Path, fence: Leadership, now: int) -> Publisher:
    """A publisher with its own clock, so that two never sign the same bytes for one size."""
    world = bench.world
    return Publisher(
        election=world.election, sequencer=Sequencer(bench.store), staging=bench.store,
        lock=Lock(bench.store, world.origin, fence), folder=PublicFolder(public, fence.number),
        keys=LogKeys(world.log_signer, world.mldsa), now=lambda: now, fence=fence,
    )  # fmt: skip


def sequencer_of(bench: Bench, fence: Leadership) -> Writer:
    """A sequencer's writer."""

    def failed(error: BaseException) -> None:
        raise error

    return Writer(
        bench.store, rebuild(bench.store), signer=bench.world.county, metrics=Metrics(), fatal=failed, fence=fence,
        now=lambda: TIME,
    )  # fmt: skip


def at_once(first: Callable[[], object], second: Callable[[], object], dice: random.Random) -> list[BaseException]:
    """Both in threads, begun together up to a moment's difference; gives what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(2)
    pauses = [dice.random() * 0.004, dice.random() * 0.004]

    def run(work: Callable[[], object], pause: float) -> None:
        start.wait()
        threading.Event().wait(pause)
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - all of it is judged
            raised.append(error)

    threads = [
        threading.Thread(target=run, args=(work, pause)) for work, pause in zip((first, second), pauses, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def only_lost_locks(raised: list[BaseException]) -> None:
    """An old leader ends with E_LOCK, or because its folder is gone; nothing else may happen."""
    for error in raised:
        gone = isinstance(error, FileNotFoundError) and ".writing-" in str(error.filename)
        assert gone or (isinstance(error, CountyError) and "E_LOCK" in str(error)), error


def _race_to_place(bench: Bench, old: Writer, dice: random.Random) -> Writer:
    """The old sequencer places while its successor begins; gives the successor."""
    begun: list[Writer] = []
    only_lost_locks(at_once(lambda: gather(old), lambda: begun.append(_succeed(bench)), dice))
    return begun[0]


def _race_to_publish(bench: Bench, old: Publisher, now: int, dice: random.Random) -> Publisher:
    """The old publisher publishes while its successor begins; gives the successor."""
    begun: list[Publisher] = []
    public = old._folder.path  # noqa: SLF001 - one folder for all
    only_lost_locks(
        at_once(
            lambda: old.publish(log.size(bench.store)), lambda: begun.append(_take_over(bench, public, now)), dice
        )
    )
    return begun[0]


@pytest.mark.fault
@pytest.mark.timeout(1800)
def test_two_leaders_never_sign_conflicting_checkpoints(postgres_url: str, tmp_path: Path) -> None:
    """[CHECK-3] [PUB-2]: an old sequencer and an old publisher go on while new ones take over, at every moment."""
    world = World()
    bench = Bench(make_home(tmp_path / "home", world, postgres_url), world, postgres_url, places=False)
    assert isinstance(bench.store, Postgres)
    public = tmp_path / "public"
    dice = random.Random(23)  # noqa: S311 - a round must be repeatable
    seen = Published(bench, public)
    desk = Filler(world)
    placing = sequencer_of(bench, Old(bench.store, "sequencer"))
    publishing = publisher_of(bench, public, Old(bench.store, "publisher"), TIME)
    publishing.recover(bench.writer.county.size)
    for number in range(LEADER_RACES):
        bench.one(desk.next(bench))
        placing = _race_to_place(bench, placing, dice)
        old = publishing
        publishing = _race_to_publish(bench, old, TIME + number + 1, dice)
        seen.look()
        # the old one wakes up once more, long after
        only_lost_locks(at_once(old.settle, seen.look, dice))
        seen.look()
    seen.check()
    assert seen.shown[-1].size == seen.signed[-1].size == log.size(bench.store) == 6 + LEADER_RACES
    assert len({head.size for head in seen.signed}) > LEADER_RACES // 2, "races in which something was at stake"
    rebuild(bench.store, strict=True)
    bench.close()


@pytest.mark.fault
def test_an_old_publisher_that_wakes_up_before_its_last_line(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[CHECK-3]: stopped between the swap and the rename of `checkpoint`; meanwhile its successor published more."""
    world = World()
    bench = Bench(make_home(tmp_path / "home", world, postgres_url), world, postgres_url, places=False)
    assert isinstance(bench.store, Postgres)
    public = tmp_path / "public"
    seen = Published(bench, public)
    old = publisher_of(bench, public, Old(bench.store, "publisher"), TIME)
    stopped, woken = threading.Event(), threading.Event()
    whole = folder_module._replace

    def stops(path: Path, data: bytes, writing: Path | None = None) -> None:
        if path.name == "checkpoint" and threading.current_thread().name == "old":
            stopped.set()
            woken.wait(60)
        whole(path, data, writing)

    monkeypatch.setattr(folder_module, "_replace", stops)
    raised: list[BaseException] = []

    def run() -> None:
        try:
            old.recover(log.size(bench.store))
            old.publish(log.size(bench.store))
        except BaseException as error:  # noqa: BLE001 - all of it is judged
            raised.append(error)

    thread = threading.Thread(target=run, name="old")
    thread.start()
    assert stopped.wait(60)
    seen.look()
    assert (len(seen.signed), seen.shown) == (1, [])
    bench.one(Filler(world).next(bench))
    _succeed(bench)
    _take_over(bench, public, TIME + 1)
    seen.look()
    woken.set()
    thread.join()
    seen.look()
    seen.check()
    only_lost_locks(raised)
    assert raised
    assert [head.size for head in seen.shown] == [7, 7]
    bench.close()


def test_an_old_publisher_cannot_swap(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PUB-2]: another begins after the old one has staged; it has swapped nothing yet, still the old one may not."""
    world = World()
    bench = Bench(make_home(tmp_path / "home", world, postgres_url), world, postgres_url, places=False)
    store = bench.store
    assert isinstance(store, Postgres)
    old = publisher_of(bench, tmp_path / "public", Old(store, "publisher"), TIME)
    old.recover(log.size(store))
    staged = old._stage  # noqa: SLF001 - another begins after this line

    def follow(*given: object, **more: object) -> None:
        staged(*given, **more)  # type: ignore[arg-type]
        Old(store, "publisher")

    monkeypatch.setattr(old, "_stage", follow)
    with pytest.raises(CountyError, match="E_LOCK"):
        old.publish(log.size(store))
    assert Lock(store, world.origin).read() == (b"", 0)
    bench.close()


def gather(writer: Writer) -> None:
    """Place what there is."""
    writer.process([Gather(lambda _: None)])


def _succeed(bench: Bench) -> Writer:
    assert isinstance(bench.store, Postgres)
    fence = Old(bench.store, "sequencer")
    writer = sequencer_of(bench, fence)
    gather(writer)
    return writer


def _take_over(bench: Bench, public: Path, now: int) -> Publisher:
    assert isinstance(bench.store, Postgres)
    publisher = publisher_of(bench, public, Old(bench.store, "publisher"), now)
    publisher.recover(log.size(bench.store))
    publisher.publish(log.size(bench.store))
    return publisher


class Filler:
    """A table that records its box again and again: the cheapest way to a longer log."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._desk: StationDesk = world.desk("v2", "1")
        self._count = 0

    def next(self, bench: Bench) -> Received:
        """The next record of its chain."""
        note = self._desk.open() if not self._count else self._desk.box(collected=self._count)
        self._count += 1
        return envelopes(bench.world, self._desk, [note])[0]


def test_a_leader_waits_in_line_and_takes_a_higher_number(postgres_url: str) -> None:
    """The lock has one holder; when it goes, the next one has the next number, and the old number is worth nothing."""
    database = Postgres(postgres_url)
    stop = threading.Event()
    first, second = (Leadership(database, "publisher", lambda _: None) for _ in range(2))
    assert first.take(stop)
    waiting = threading.Thread(target=second.take, args=(stop,))
    waiting.start()
    waiting.join(1.0)
    assert waiting.is_alive()
    with database.write() as connection:
        first.check(connection)
    first.release()
    waiting.join(20)
    assert not waiting.is_alive()
    assert second.number == first.number + 1
    for leader, good in ((second, True), (first, False)):
        assert _checks(database, leader) is good
    second.release()
    database.close()


def _checks(database: Postgres, leader: Leadership) -> bool:
    try:
        with database.write() as connection:
            leader.check(connection)
    except CountyError:
        return False
    return True


def test_a_transaction_that_has_checked_is_waited_for(postgres_url: str) -> None:
    """Between an old leader's check and its commit no successor can begin."""
    database = Postgres(postgres_url)
    old = Old(database, "sequencer")
    begun, taken = threading.Event(), threading.Event()

    def succeed() -> None:
        begun.set()
        Old(database, "sequencer")
        taken.set()

    thread = threading.Thread(target=succeed)
    connection: Connection
    with database.write() as connection:
        old.check(connection)
        thread.start()
        begun.wait()
        assert not taken.wait(0.5)
    assert taken.wait(20)
    thread.join()
    assert not _checks(database, old)
    database.close()


def test_a_silent_leader_loses_its_lock(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process says nothing: the server ends its session after the lease, and it is told when it wakes."""
    database = Postgres(postgres_url)
    lost = threading.Event()
    leader = Leadership(database, "publisher", lambda _: lost.set())
    monkeypatch.setattr("coordinator.store.leadership.BEAT", 6.0)  # longer than the lease: as if it were stopped
    assert leader.take(threading.Event())
    monkeypatch.undo()
    second = Leadership(database, "publisher", lambda _: None)
    assert second.take(threading.Event())
    assert second.number == leader.number + 1
    assert lost.wait(20)
    for one in (leader, second):
        one.release()
    database.close()
