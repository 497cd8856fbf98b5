"""A county under steady load for minutes or hours: memory and file handles stay flat, on both databases.

Laptops come and go (each time with a new connection), deliver, deliver the same again, ask for proofs, send what is
refused. CHANGPIAO_SOAK_SECONDS says how long; `make soak` ten minutes, `make slow` two hours.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coordinator.intake.admission import Received
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from coordinator.store.stores import SQLITE
from tests.coordinator.county import envelopes
from tests.coordinator.scene import Running, Scene, group, hello, new_scene
from tests.postgres import new_database, own_server
from tests.world import StationDesk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]
SECONDS = float(os.environ.get("CHANGPIAO_SOAK_SECONDS", "600"))
# the first part warms up: pools, caches, the allocator's arenas
WARM = 0.25
WINDOWS = 5
# what a window may have more than the first: the chains' state grows with records, handles do not
MIB_MORE, SHARE_MORE, HANDLES_MORE = 12.0, 0.08, 6
GROUP = 6


@dataclass
class Steady:
    """One county, its desk, what was measured."""

    scene: Scene
    county: Running
    desk: StationDesk
    samples: list[tuple[float, float, int]] = field(default_factory=list)
    sent: int = 0

    def turn(self) -> None:
        """One laptop comes, says all this, and goes."""
        before = len(self.desk.notes)
        for _ in range(GROUP):
            self.desk.box(collected=len(self.desk.notes))
        new = envelopes(self.scene.world, self.desk, self.desk.notes[before:])
        found = self.scene.laptop.talk(
            self.county.address, hello(self.desk.state.chain), group(new), group(new),
            group([Received(b"noise", b"", "node-1")]),
        )  # fmt: skip
        outcomes = [answer.outcome for part in found[1:] for answer in part.answers.answers]
        assert outcomes == [1] * GROUP + [2] * GROUP + [3], outcomes
        self.scene.laptop.prove(self.county.address, self.desk.state.head)
        self.county.get("/metrics")
        self.sent += GROUP

    def sample(self, now: float) -> None:
        process = Path(f"/proc/{self.county.process.pid}")
        pages = int((process / "statm").read_text("ascii").split()[1])
        self.samples.append((now, pages * 4096 / 2**20, len(list((process / "fd").iterdir()))))

    def check(self, seconds: float) -> str:
        """Windows of memory and handles against the first of them."""
        start = seconds * WARM
        width = (seconds - start) / WINDOWS
        windows = [
            [one for one in self.samples if start + n * width <= one[0] < start + (n + 1) * width]
            for n in range(WINDOWS)
        ]  # fmt: skip
        memory = [statistics.median(one[1] for one in window) for window in windows]
        handles = [statistics.median(one[2] for one in window) for window in windows]
        said = f"{self.sent} records, MiB {[round(one, 1) for one in memory]}, handles {handles}"
        assert max(memory[1:]) <= memory[0] * (1 + SHARE_MORE) + MIB_MORE, said
        assert max(handles[1:]) <= handles[0] + HANDLES_MORE, said
        return said


@pytest.fixture
def counties(tmp_path: Path) -> Iterator[list[Steady]]:
    with ExitStack() as stack:
        server = stack.enter_context(own_server())
        url = stack.enter_context(new_database(server.url("postgres")))
        database = Postgres(url)
        migrate(database, *EVERY_PART)
        database.close()
        found = []
        for name, where in (("sqlite", SQLITE), ("postgres", url)):
            folder = tmp_path / name
            folder.mkdir()
            scene = stack.enter_context(new_scene(folder, where))
            desk = scene.world.desk("v1", "1")
            desk.open()
            county = scene.serve("--board", "127.0.0.1:0")
            scene.laptop.talk(county.address, group(envelopes(scene.world, desk)))
            found.append(Steady(scene, county, desk))
        yield found
        for one in found:
            assert one.county.end() == 0


def test_memory_and_handles_stay_flat(counties: list[Steady]) -> None:
    """H6"""
    began = time.monotonic()
    while (now := time.monotonic() - began) < SECONDS:
        for one in counties:
            one.turn()
            one.sample(now)
        time.sleep(0.5)
    for one in counties:
        sys.stdout.write(f"{one.scene.url.split(':')[0]}: {one.check(SECONDS)}\n")
        assert "E_SELF_CHECK" not in (one.scene.path / "county.log").read_text("utf-8")
