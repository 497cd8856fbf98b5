"""The self-check's cost: one whole cycle over so many batches of 100 papers, as a share of what their intake cost.

`python -m benchmarks.self_check [BATCHES]`. One process takes the batches in and then checks them; a cycle must end
within 60 s at 10,000 batches, also at the share of a core that it allows itself while the county works.
"""

import sys
import tempfile
import time
from pathlib import Path

from coordinator.roles.running import Doors
from coordinator.roles.watching import watch_everything
from coordinator.watch.self_check import SHARE
from tests.coordinator.county import Bench, envelopes, make_home
from tests.world import VOTE_A, World, papers

BATCHES = 2000
MOST_AT_10000 = 60.0
TABLES = (("v1", "1"), ("v1", "2"), ("v2", "1"))
GROUP = 100


def main() -> None:
    """Take in, check, compare."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else BATCHES
    with tempfile.TemporaryDirectory() as folder:
        world = World()
        bench = Bench(make_home(Path(folder) / "home", world), world)
        public = Path(folder) / "public"
        publisher, _ = bench.publisher(public)
        publisher.recover(bench.writer.durable)
        taken_in = _fill(bench, world, wanted)
        publisher.publish(bench.writer.durable)
        watch, _ = watch_everything(
            bench.home, Doors(public=public), bench.url, bench.metrics, bench.stores, bench.writer.county,
            {"sequencer": 0, "publisher": 0}, list, (public / "checkpoint").read_bytes,
        )  # fmt: skip
        assert watch.check is not None
        cpu, began = time.thread_time(), time.perf_counter()
        whole = watch.check.cycle()
        seconds, used = time.perf_counter() - began, time.thread_time() - cpu
        assert whole, "cut short"
        assert not watch.check.failed, watch.check.failed
        bench.close()
    _say(wanted, taken_in, seconds, used)


def _fill(bench: Bench, world: World, wanted: int) -> float:
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


def _say(wanted: int, taken_in: float, seconds: float, used: float) -> None:
    scaled = 10_000 / wanted
    print(f"self-check of {wanted} batches: {seconds:.2f} s, {used:.2f} s of a core,", end=" ")
    print(f"{used / taken_in:.3f} of what taking them in cost")
    full, shared = used * scaled, used * scaled / SHARE
    print(f"10,000 batches: {full:.2f} s at full speed, {shared:.1f} s at {SHARE:.0%} of a core")
    if shared > MOST_AT_10000:
        raise SystemExit(f"a cycle takes longer than {MOST_AT_10000:.0f} s at 10,000 batches")


if __name__ == "__main__":
    main()
