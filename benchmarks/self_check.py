"""The self-check's cost on both databases: a whole cycle over so many batches of 100 papers, beside what intake cost.

`python -m benchmarks.self_check [BATCHES]`. One process takes the batches in, then checks them twice: at full speed, as
at its start, and at the share of a core that it allows itself while the county works. Both are run, none is reckoned;
the second must end within 60 s at 10,000 batches, on either database, or the exit code is 1.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rounds import heading, table
from coordinator.roles.running import Doors
from coordinator.roles.watching import watch_everything
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from coordinator.store.stores import SQLITE
from coordinator.watch.self_check import SHARE
from tests.coordinator.county import Bench, envelopes, make_home
from tests.postgres import own_server
from tests.world import VOTE_A, World, papers

BATCHES = 10_000
MOST_AT_10000 = 60.0
TABLES = (("v1", "1"), ("v1", "2"), ("v2", "1"))
GROUP = 100


@dataclass(frozen=True, slots=True)
class Cycles:
    """Of one database: processor time of the intake, then of one cycle; both cycles by the clock."""

    name: str
    taken_in: float
    used: float
    full: float
    shared: float


def main() -> None:
    """Take in, check, compare."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else BATCHES
    heading(f"self-check: {wanted} batches of 100 papers")
    with tempfile.TemporaryDirectory() as name, own_server() as server:
        url = server.url("postgres").render_as_string(hide_password=False)
        database = Postgres(url)
        migrate(database, *EVERY_PART)
        database.close()
        found = [
            measure("SQLite", Path(name) / "sqlite", SQLITE, wanted),
            measure("PostgreSQL", Path(name) / "postgres", url, wanted),
        ]
    say(wanted, found)


def measure(name: str, folder: Path, url: str, wanted: int) -> Cycles:
    """One county on one database."""
    folder.mkdir()
    world = World()
    bench = Bench(make_home(folder / "home", world, url), world, url)
    public = folder / "public"
    publisher, _ = bench.publisher(public)
    publisher.recover(bench.writer.durable)
    taken_in = fill(bench, world, wanted)
    publisher.publish(bench.writer.durable)
    watch, _ = watch_everything(
        bench.home, Doors(public=public), bench.url, bench.metrics, bench.stores, bench.writer.county,
        {"sequencer": 0, "publisher": 0}, list, (public / "checkpoint").read_bytes,
    )  # fmt: skip
    assert watch.check is not None
    times = []
    for _ in ("full speed", "its share"):
        cpu, began = time.thread_time(), time.perf_counter()
        assert watch.check.cycle(), "cut short"
        assert not watch.check.failed, watch.check.failed
        times.append((time.perf_counter() - began, time.thread_time() - cpu))
    bench.close()
    return Cycles(name, taken_in, times[0][1], times[0][0], times[1][0])


def fill(bench: Bench, world: World, wanted: int) -> float:
    """Deliver; gives the processor time of the intake alone."""
    used = 0.0
    for number, (unit, station) in enumerate(TABLES):
        desk = world.desk(unit, station)
        desk.open()
        for _ in range(wanted // len(TABLES) + (number < wanted % len(TABLES))):
            desk.batch(papers(100, VOTE_A))
        received = envelopes(world, desk)
        began = time.thread_time()
        for start in range(0, len(received), GROUP):
            answers = bench.deliver(*received[start : start + GROUP]).answers
            assert all(answer.outcome == "accepted" for answer in answers)
        used += time.thread_time() - began
    return used


def say(wanted: int, found: list[Cycles]) -> None:
    """The rows; SystemExit if a cycle is too long."""
    scale = 10_000 / wanted
    heads = ("database", "core seconds", "of intake's", "full speed, s", f"at {SHARE:.0%}, s", "at 10,000 batches, s")
    rows: list[tuple[str, ...]] = [heads]
    rows += [
        (one.name, f"{one.used:.2f}", f"{one.used / one.taken_in:.3f}", f"{one.full:.2f}", f"{one.shared:.1f}",
         f"{one.shared * scale:.1f}")
        for one in found
    ]  # fmt: skip
    table(rows)
    slow = [one.name for one in found if one.shared * scale > MOST_AT_10000]
    if slow:
        raise SystemExit(f"a cycle takes longer than {MOST_AT_10000:.0f} s at 10,000 batches: {', '.join(slow)}")


if __name__ == "__main__":
    main()
