"""The publisher under faults: each storage step fails, or fails after it was done; recovery is the ordinary code.

Afterwards the folder holds exactly what an undisturbed publisher would have written, and the log never shrank or forked
[PUB-1] [PUB-2] [PUB-3] [CHECK-3] [TILE-1].
"""

import base64
import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coordinator.publish import folder as folder_module
from coordinator.publish.folder import PublicFolder
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import prove
from coordinator.publish.publisher import LogKeys, Publisher
from coordinator.publish.sequencer import Sequencer
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.database import Database
from coordinator.store.stores import open_stores
from tally_protocol.log.checkpoint import Checkpoint, open_checkpoint
from tally_protocol.log.proof import check_proof
from tally_protocol.log.tiles import bundle_path, split_bundle, tile_path, tiles_of
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tests.coordinator.county import Bench, envelopes, make_home, whole_count
from tests.world import TIME, World


def opened(world: World, data: bytes) -> Checkpoint:
    election = world.election
    return open_checkpoint(data, election.origin, election.log_ed25519, base64.b64decode(election.log_mldsa44))


def check_folder(bench: Bench, public: Path) -> Checkpoint:
    """Everything that the checkpoint implies is there, exactly, and nothing half-written beside it."""
    head = opened(bench.world, (public / "checkpoint").read_bytes())
    notes = [entry.note for entry in log.read_range(bench.store, 0, head.size)]
    assert head.root == root_of([leaf_hash(note) for note in notes])
    found: list[bytes] = []
    for level, number, width in tiles_of(head.size):
        assert (public / tile_path(level, number, width)).stat().st_size == 32 * width
        if level == 0:
            found += split_bundle((public / bundle_path(number, width)).read_bytes(), width)
    assert found == notes
    assert not list(public.rglob("*.tmp"))
    return head


def many(bench: Bench, count: int) -> None:
    """Fill the log cheaply to cross tile borders: boxes recorded again and again."""
    desk = bench.world.desk("v2", "1")
    desk.open()
    for place in range(count - 1):
        desk.box(collected=place)
    received = envelopes(bench.world, desk)
    for start in range(0, len(received), 100):
        assert all(a.outcome == "accepted" for a in bench.deliver(*received[start : start + 100]).answers)


def test_a_round_publishes_exactly_the_store(bench: Bench, tmp_path: Path) -> None:
    """[LOG-1] [LOG-2] [PUB-4]"""
    publisher, _ = bench.publisher(tmp_path / "public")
    publisher.recover(bench.writer.durable)
    for chain in whole_count(bench.world)[1]:
        bench.deliver(*chain)
        assert publisher.publish(bench.writer.durable)
        assert check_folder(bench, tmp_path / "public").size == bench.writer.durable
    assert not publisher.publish(bench.writer.durable)
    names = {path.name for path in (tmp_path / "public").iterdir()}
    assert names == {"checkpoint", "log.vkey", "keys", "tile"}


def test_full_tiles_end_their_partial_ones(bench: Bench, tmp_path: Path) -> None:
    """[TILE-1]: over one border of 256."""
    publisher, _ = bench.publisher(tmp_path / "public")
    publisher.recover(bench.writer.durable)
    publisher.publish(bench.writer.durable)
    many(bench, 260)
    publisher.publish(bench.writer.durable)
    check_folder(bench, tmp_path / "public")
    assert not (tmp_path / "public/tile/0/000.p").exists()
    assert not (tmp_path / "public/tile/entries/000.p").exists()
    assert (tmp_path / "public/tile/1/000.p/1").exists()


class Cut(OSError):
    """The power is gone."""


class Faults:
    """Counts storage steps and cuts at one of them, before or after it is done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.at, self.after = 0, -1, False
        steps: list[tuple[Any, str]] = [
            (folder_module, "_replace"), (folder_module, "sync_folder"), (folder_module, "_drop_partials"),
            (Lock, "swap"), (Publisher, "_stage"), (PublicFolder, "write_file"), (Publisher, "settle"),
        ]  # fmt: skip
        for owner, name in steps:
            monkeypatch.setattr(owner, name, self.wrap(getattr(owner, name)))

    def wrap(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **options: Any) -> Any:
            self.count += 1
            mine = self.count == self.at
            if mine and not self.after:
                raise Cut
            result = step(*args, **options)
            if mine:
                raise Cut
            return result

        return stepped


class Stage:
    """A copy of folder, staging and lock, so that every cut starts from the same place."""

    def __init__(self, bench: Bench, source: Path, target: Path) -> None:
        shutil.copytree(source, target)
        self.public = target / "public"
        self.bench = bench
        self._target = target

    def publisher(self) -> tuple[Publisher, Callable[[], None]]:
        staging, lock = Database(self._target / "staging.db"), Database(self._target / "lock.db")

        def end() -> None:
            staging.close()
            lock.close()

        world = self.bench.world
        return Publisher(
            election=world.election, sequencer=Sequencer(self.bench.store), staging=staging,
            lock=Lock(lock, world.origin), folder=PublicFolder(self.public),
            keys=LogKeys(world.log_signer, world.mldsa), now=lambda: TIME,
        ), end  # fmt: skip

    def locked(self) -> bytes:
        lock = Database(self._target / "lock.db")
        found, _ = Lock(lock, self.bench.world.origin).read()
        lock.close()
        return found


@pytest.mark.fault
@pytest.mark.parametrize("after", [False, True], ids=["not done", "done"])
def test_every_step_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool) -> None:
    """Cut at step 1, 2, 3, ... of a round that crosses a tile border, then start again as after any death.

    On SQLite, whose files are copied for each cut; on a server the same code runs, and tests/faults kills it.
    """
    world = World()
    bench = Bench(make_home(tmp_path / "home", world), world)
    (tmp_path / "kept").mkdir()
    for name in ("staging.db", "lock.db"):
        shutil.copyfile(bench.home.path / name, tmp_path / "kept" / name)
    first = Stage(bench, tmp_path / "kept", tmp_path / "first")
    publisher, end = first.publisher()
    publisher.recover(bench.writer.durable)
    publisher.publish(bench.writer.durable)
    end()
    before = (first.public / "checkpoint").read_bytes()
    many(bench, 252)
    faults = Faults(monkeypatch)
    for step in itertools.count(1):
        stage = Stage(bench, tmp_path / "first", tmp_path / f"step-{step}")
        publisher, end = stage.publisher()
        publisher.recover(bench.writer.durable)
        faults.count, faults.at, faults.after = 0, step, after
        try:
            publisher.publish(bench.writer.durable)
        except Cut:
            end()
        else:
            end()
            break
        faults.at = -1
        locked = stage.locked()
        # whatever happened: a reader sees a whole older or newer log, and the lock is never behind the folder
        assert (stage.public / "checkpoint").read_bytes() in {before, locked}
        check_folder_prefix(bench, stage.public)
        again, end = stage.publisher()
        again.recover(bench.writer.durable)
        assert (stage.public / "checkpoint").read_bytes() == locked
        again.publish(bench.writer.durable)
        end()
        assert check_folder(bench, stage.public).size == bench.writer.durable
        shutil.rmtree(tmp_path / f"step-{step}")
    assert step > 10


@pytest.mark.fault
def test_what_was_staged_and_never_signed_is_forgotten(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[PUB-2]: the first round of all dies before the swap; nothing of it may appear in the folder."""
    public = tmp_path / "public"
    publisher, _ = bench.publisher(public)
    publisher.recover(bench.writer.durable)
    with monkeypatch.context() as patch:
        patch.setattr(Lock, "swap", _cut)
        with pytest.raises(Cut):
            publisher.publish(bench.writer.durable)
    again, _ = bench.publisher(public)
    again.recover(bench.writer.durable)
    assert {path.name for path in public.iterdir()} == {"log.vkey", "keys"}
    assert again.publish(bench.writer.durable)
    check_folder(bench, public)


def _cut(*_: object) -> None:
    raise Cut


def check_folder_prefix(bench: Bench, public: Path) -> None:
    """The published checkpoint's own files are all there, a full file standing in for a partial one."""
    head = opened(bench.world, (public / "checkpoint").read_bytes())
    for level, number, width in tiles_of(head.size):
        for name in (tile_path(level, number, width), *([bundle_path(number, width)] if level == 0 else [])):
            full = name.split(".p/")[0]
            assert (public / name).exists() or (public / full).exists(), name


def test_a_store_behind_the_lock_is_refused(bench: Bench, tmp_path: Path) -> None:
    """[PUB-1]: the store is an old backup."""
    public = tmp_path / "public"
    old = bench.writer.durable
    many(bench, 5)
    publisher, _ = bench.publisher(public)
    publisher.recover(bench.writer.durable)
    publisher.publish(bench.writer.durable)
    again, _ = bench.publisher(public)
    with pytest.raises(CountyError, match="E_LOCK_AHEAD"):
        again.recover(old)


def test_a_lock_behind_the_folder_is_refused(bench: Bench, tmp_path: Path) -> None:
    """[PUB-1]: the lock is an old backup; signing on could fork the log [CHECK-3]."""
    public = tmp_path / "public"
    publisher, _ = bench.publisher(public)
    publisher.recover(bench.writer.durable)
    publisher.publish(bench.writer.durable)
    with bench.stores.lock.write() as connection:
        connection.exec_driver_sql("UPDATE lock SET checkpoint = ?", (b"",))
    again, _ = bench.publisher(public)
    with pytest.raises(CountyError, match="E_LOCK_AHEAD"):
        again.recover(bench.writer.durable)


def test_a_lost_lock_is_not_replaced_by_an_empty_one(bench: Bench) -> None:
    bench.close()
    if not bench.store.postgres:
        bench.home.lock.unlink()
        with pytest.raises(CountyError, match=r"lock\.db"):
            open_stores(bench.home)
        return
    with bench.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM lock")
    with pytest.raises(CountyError, match="E_LOCK"):
        Lock(bench.stores.lock, bench.world.origin).read()


def test_the_loser_of_the_swap_stops(bench: Bench, tmp_path: Path) -> None:
    """[PUB-2]: two publishers over one lock; the second has another size in hand."""
    first, _ = bench.publisher(tmp_path / "public")
    first.recover(bench.writer.durable)
    lock = Lock(bench.stores.lock, bench.world.origin)
    lock.swap(b"", b"somebody else's checkpoint", 1)
    with pytest.raises(CountyError, match="E_LOCK"):
        lock.swap(b"", b"mine", 2)


def test_stored_bytes_that_changed_are_not_signed(bench: Bench, tmp_path: Path) -> None:
    """[PUB-3]"""
    publisher, _ = bench.publisher(tmp_path / "public")
    publisher.recover(bench.writer.durable)
    publisher.publish(bench.writer.durable)
    many(bench, 3)
    with bench.store.write() as connection:
        (note, number) = connection.exec_driver_sql(
            "SELECT note, id FROM entries WHERE idx = ?", (bench.writer.durable - 1,)
        ).one()
        connection.exec_driver_sql("UPDATE records SET note = ? WHERE id = ?", (bytes(note) + b" ", number))
    before = (tmp_path / "public" / "checkpoint").read_bytes()
    with pytest.raises(CountyError, match="E_SELF_CHECK"):
        publisher.publish(bench.writer.durable)
    assert (tmp_path / "public" / "checkpoint").read_bytes() == before
    assert Lock(bench.stores.lock, bench.world.origin).read()[0] == before


def test_a_clock_that_goes_back_waits(bench: Bench, tmp_path: Path) -> None:
    """The time in the ML-DSA line never goes back [CHECK-2]."""
    publisher, _ = bench.publisher(tmp_path / "public")
    publisher.recover(bench.writer.durable)
    publisher.publish(bench.writer.durable)
    many(bench, 3)
    earlier, sequencer = bench.publisher(tmp_path / "public")
    earlier._now = lambda: 1  # noqa: SLF001 - the clock was set back
    earlier.recover(bench.writer.durable)
    assert not earlier.publish(bench.writer.durable)
    assert isinstance(sequencer, Sequencer)


def test_every_entry_has_its_proof_once_it_is_published(bench: Bench, tmp_path: Path) -> None:
    """[RECEIPT-4] [PROOF-1]"""
    publisher, sequencer = bench.publisher(tmp_path / "public")
    publisher.recover(bench.writer.durable)
    publisher.publish(bench.writer.durable)
    many(bench, 20)
    entries = list(log.read_range(bench.store, 0, bench.writer.durable))
    assert prove(bench.store, sequencer, publisher, entries[-1].hash) is None
    assert prove(bench.store, sequencer, publisher, bytes(32)) is None
    publisher.publish(bench.writer.durable)
    election = bench.world.election
    for entry in entries:
        proof = prove(bench.store, sequencer, publisher, entry.hash)
        assert proof is not None
        mldsa = base64.b64decode(election.log_mldsa44)
        index, _ = check_proof(proof, entry.note, election.origin, election.log_ed25519, mldsa)
        assert index == entry.idx


@pytest.mark.parametrize("name", ["tile/0/000.p/0", "../x", "tile/0/1", "checkpoint", "tile/0/000.p/7"])
def test_only_tiles_of_their_width_are_written(tmp_path: Path, name: str) -> None:
    """[TILE-1]: one writer, which knows the width."""
    with pytest.raises(CountyError, match="E_TILE"):
        PublicFolder(tmp_path).write_tiles([(name, bytes(32))])
