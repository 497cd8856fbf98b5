"""Two leaders that both believe they lead: no two signed checkpoints ever conflict, whatever the old one still tries.

D7: 1,000 races in `make faults`, fewer in `make test` [CHECK-3] [PUB-2].
"""

import os
import random
import threading
from pathlib import Path

import pytest

from coordinator.intake.writer import Writer
from coordinator.ledger.rebuilding import rebuild
from coordinator.publish import folder as folder_module
from coordinator.publish.lock import Lock
from coordinator.publish.publisher import Publisher
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.postgres import Postgres
from tests.coordinator.county import Bench, make_home
from tests.coordinator.leading import (
    Filler,
    Old,
    Published,
    at_once,
    gather,
    only_lost_locks,
    publisher_of,
    sequencer_of,
    succeed,
    take_over,
)
from tests.world import TIME, World

ROUNDS = int(os.environ.get("CHANGPIAO_FAULT_ROUNDS", "2"))
# some short logs, for the successor reads the whole log at each change
LOGS, RACES = (2, 25) if ROUNDS < 10 else (8, 125)


def _race_to_place(bench: Bench, old: Writer, dice: random.Random) -> Writer:
    """The old sequencer places while its successor begins; gives the successor."""
    begun: list[Writer] = []
    only_lost_locks(at_once(lambda: gather(old), lambda: begun.append(succeed(bench)), dice))
    return begun[0]


def _race_to_publish(bench: Bench, old: Publisher, now: int, dice: random.Random) -> Publisher:
    """The old publisher publishes while its successor begins; gives the successor."""
    begun: list[Publisher] = []
    public = old._folder.path  # noqa: SLF001 - one folder for all
    only_lost_locks(
        at_once(
            lambda: old.publish(log.size(bench.store)), lambda: begun.append(take_over(bench, public, now)), dice
        )
    )
    return begun[0]


@pytest.mark.fault
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("number", range(LOGS))
def test_two_leaders_never_sign_conflicting_checkpoints(postgres_url: str, tmp_path: Path, number: int) -> None:
    """[CHECK-3] [PUB-2]: an old sequencer and an old publisher go on while new ones take over, at every moment."""
    world = World()
    bench = Bench(make_home(tmp_path / "home", world, postgres_url), world, postgres_url, places=False)
    assert isinstance(bench.store, Postgres)
    public = tmp_path / "public"
    dice = random.Random(23 + number)  # noqa: S311 - a round must be repeatable
    seen = Published(bench, public)
    desk = Filler(world)
    placing = sequencer_of(bench, Old(bench.store, "sequencer"))
    publishing = publisher_of(bench, public, Old(bench.store, "publisher"), TIME)
    publishing.recover(bench.writer.county.size)
    for race in range(RACES):
        bench.one(desk.next(bench))
        placing = _race_to_place(bench, placing, dice)
        old = publishing
        publishing = _race_to_publish(bench, old, TIME + race + 1, dice)
        seen.look()
        # the old one wakes up once more, long after
        only_lost_locks(at_once(old.settle, seen.look, dice))
        seen.look()
    seen.check()
    assert seen.shown[-1].size == seen.signed[-1].size == log.size(bench.store) == 6 + RACES
    assert len({head.size for head in seen.signed}) > RACES // 2, "races in which something was at stake"
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
    succeed(bench)
    take_over(bench, public, TIME + 1)
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
