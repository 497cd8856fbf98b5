"""What a leader does before it leads, on PostgreSQL: having read the log along while it waited, and having not.

`python -m benchmarks.takeover [BATCHES]`. The same log for both: the sequencer's county and first look, the publisher's
tree and its comparison of every published file. What is added to it on the clock is the lease (4 s) of a leader that is
stopped, nothing of one that is killed.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.rounds import heading, table
from benchmarks.self_check import fill
from coordinator.intake.writer import Writer
from coordinator.ledger.standby import Standby
from coordinator.metrics import Metrics
from coordinator.store.leaders import Alone
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from tests.coordinator.county import Bench, make_home
from tests.postgres import own_server
from tests.world import World

BATCHES = 20_000
ROUNDS = 5
RESUMES = 10.0


def main() -> None:
    """One log, both jobs, both ways."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else BATCHES
    heading(f"takeover: {wanted} batches of 100 papers")
    with tempfile.TemporaryDirectory() as name, own_server() as server:
        url = server.url("postgres").render_as_string(hide_password=False)
        database = Postgres(url)
        migrate(database, *EVERY_PART)
        world = World(registered=1_000_000_000)
        bench = Bench(make_home(Path(name) / "home", world, url), world, url)
        public = Path(name) / "public"
        publisher, _ = bench.publisher(public)
        publisher.recover(bench.writer.durable)
        fill(bench, world, wanted)
        publisher.publish(bench.writer.durable)
        rows = [("job", "log not read, s", "read along, s", "a 1,000 entries more, ms")]
        rows += [("sequencer", *timed(wanted, *sequencers(bench, database)))]
        rows += [("publisher", *timed(wanted, *publishers(bench, public)))]
        bench.close()
        database.close()
    table(rows)
    sys.stdout.write(f"target: publication resumes within {RESUMES:.0f} s, a lease of 4 s among them\n")


def sequencers(bench: Bench, database: Postgres) -> tuple[Callable[[], float], Callable[[], float]]:
    """Cold and warm: from the lock to the first look for records without a place."""

    def take_over(standby: Standby) -> float:
        began = time.perf_counter()
        writer = Writer(
            database, standby.rebuilt(), signer=bench.world.county, metrics=Metrics(), fatal=_raise, fence=Alone()
        )
        writer.settle()
        return time.perf_counter() - began

    def warm() -> float:
        standby = Standby(database)
        while standby.follow():
            pass
        return take_over(standby)

    return lambda: take_over(Standby(database)), warm


def publishers(bench: Bench, public: Path) -> tuple[Callable[[], float], Callable[[], float]]:
    """Cold and warm: from the lock to a folder that is known to be whole."""

    def take_over(*, warm: bool) -> float:
        publisher, tree = bench.publisher(public)
        if warm:
            tree.grow(bench.writer.durable)
        began = time.perf_counter()
        publisher.recover(bench.writer.durable)
        return time.perf_counter() - began

    return lambda: take_over(warm=False), lambda: take_over(warm=True)


def timed(wanted: int, cold: Callable[[], float], warm: Callable[[], float]) -> tuple[str, str, str]:
    """Medians by the clock, and what a longer log adds."""
    found = [(cold(), warm()) for _ in range(ROUNDS)]
    slow, fast = (statistics.median(column) for column in zip(*found, strict=True))
    return f"{slow:.2f}", f"{fast:.2f}", f"{1e6 * slow / wanted:.0f} / {1e6 * fast / wanted:.0f}"


def _raise(error: BaseException) -> None:
    raise error


if __name__ == "__main__":
    main()
