"""Leaders for tests: old ones that do not know it, publishers and sequencers under them, everything ever signed."""

import base64
import random
import threading
from collections.abc import Callable
from pathlib import Path

from coordinator.intake.admission import Received
from coordinator.intake.jobs import Gather
from coordinator.intake.writer import Writer
from coordinator.ledger.rebuilding import rebuild
from coordinator.metrics import Metrics
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
from tests.coordinator.county import Bench, envelopes
from tests.world import TIME, StationDesk, World


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


def gather(writer: Writer) -> None:
    """Place what there is."""
    writer.process([Gather(lambda _: None)])


def succeed(bench: Bench) -> Writer:
    """A new sequencer, which places at once."""
    assert isinstance(bench.store, Postgres)
    writer = sequencer_of(bench, Old(bench.store, "sequencer"))
    gather(writer)
    return writer


def take_over(bench: Bench, public: Path, now: int) -> Publisher:
    """A new publisher, which publishes at once."""
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
