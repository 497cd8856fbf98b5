"""Counties under steady load for minutes or hours: memory and file handles stay flat, in every process of them.

Three counties: `serve --role all` on both databases, and `up` on PostgreSQL with two intakes. Laptops come and go (each
time with a new connection), deliver, deliver the same again, ask for proofs, send what is refused. Each process is
judged by the slope of its resident memory after the warm-up, less what it may keep for each record.
CHANGPIAO_SOAK_SECONDS says how long; `make soak` ten minutes, `make slow` two hours.
"""

import http.client
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pytest

from coordinator.intake.admission import Received
from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from coordinator.store.stores import SQLITE
from tests.coordinator.county import envelopes
from tests.coordinator.processes import Process, up
from tests.coordinator.scene import Running, Scene, group, hello, new_scene
from tests.postgres import new_database, own_server
from tests.world import StationDesk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]
SECONDS = float(os.environ.get("CHANGPIAO_SOAK_SECONDS", "600"))
# the first part warms up: pools, caches, the allocator's arenas
WARM = 0.25
# medians over so many equal parts of the rest: the slope is drawn through them
PARTS = 24
# what a process may grow by, beside what it may keep: below the leak of 1 MiB a minute that must be found
MIB_A_MINUTE = 0.75
# what each record may leave in memory, in bytes: the chains' states, the places of what was judged
KEPT = 300
HANDLES_MORE = 6
GROUP = 6


@dataclass
class Watched:
    """One process: when, MiB resident, handles."""

    name: str
    pid: int
    samples: list[tuple[float, float, int]] = field(default_factory=list)

    def sample(self, now: float) -> None:
        process = Path(f"/proc/{self.pid}")
        pages = int((process / "statm").read_text("ascii").split()[1])
        self.samples.append((now, pages * 4096 / 2**20, len(list((process / "fd").iterdir()))))

    def medians(self, start: float, end: float) -> list[tuple[float, float, float]]:
        """Of each part of this time: its middle, memory, handles."""
        width = (end - start) / PARTS
        found = []
        for number in range(PARTS):
            low = start + number * width
            part = [one for one in self.samples if low <= one[0] < low + width]
            if part:
                memory, handles = (statistics.median(one[place] for one in part) for place in (1, 2))
                found.append((low + width / 2, memory, handles))
        return found


def slope(parts: list[tuple[float, float, float]]) -> float:
    """MiB a minute: the median of the slopes of all pairs, which no single step of the allocator moves."""
    return 60 * statistics.median((two[1] - one[1]) / (two[0] - one[0]) for one, two in combinations(parts, 2))


@dataclass
class Steady:
    """One county, its desk, what was measured."""

    name: str
    scene: Scene
    county: Running | Process
    desk: StationDesk
    processes: list[Watched]
    doors: list[str]
    sent: int = 0
    warm: int = 0

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
        for door in self.doors:
            look(door)
        self.sent += GROUP

    def sample(self, now: float) -> None:
        if now < SECONDS * WARM:
            self.warm = self.sent
        for one in self.processes:
            one.sample(now)

    def check(self) -> list[str]:
        """Say what every process did; gives what was too much."""
        start = SECONDS * WARM
        kept = (self.sent - self.warm) * KEPT / 2**20 / ((SECONDS - start) / 60)
        wrong = []
        for one in self.processes:
            parts = one.medians(start, SECONDS)
            grown, handles = slope(parts), [int(part[2]) for part in parts]
            memory = " ".join(f"{part[1]:.1f}" for part in parts[:: PARTS // 6])
            said = f"{self.name} {one.name}: {self.sent} records, MiB {memory} {parts[-1][1]:.1f},"
            said += f" {grown:+.2f} MiB a minute of which {kept:.2f} may be kept,"
            said += f" handles {min(handles)} to {max(handles)}"
            sys.stdout.write(said + "\n")
            if grown - kept > MIB_A_MINUTE or max(handles) > handles[0] + HANDLES_MORE:
                wrong.append(said)
        return wrong


def look(door: str) -> None:
    """As Prometheus does."""
    connection = http.client.HTTPConnection(door, timeout=10)
    connection.request("GET", "/metrics")
    assert connection.getresponse().read()
    connection.close()


def start(name: str, scene: Scene, *, roles: bool) -> Steady:
    """One process for all, or each role its own."""
    desk = scene.world.desk("v1", "1")
    desk.open()
    if not roles:
        alone = scene.serve("--board", "127.0.0.1:0")
        county: Running | Process = alone
        processes, doors = [Watched("all", alone.process.pid)], [alone.admin]
    else:
        many = up(scene, "--board", "127.0.0.1:0", intakes=2)
        county = many
        children = many.said["processes"]
        processes = [Watched(f"{one['role']} {one['pid']}", one["pid"]) for one in children]
        processes.append(Watched("up", many.process.pid))
        doors = [one["admin"] for one in children]
    scene.laptop.talk(county.address, group(envelopes(scene.world, desk)))
    return Steady(name, scene, county, desk, processes, doors)


@pytest.fixture
def counties(tmp_path: Path) -> Iterator[list[Steady]]:
    with ExitStack() as stack:
        server = stack.enter_context(own_server())
        found = []
        for name in ("sqlite", "postgres", "up"):
            where = SQLITE
            if name != "sqlite":
                where = stack.enter_context(new_database(server.url("postgres")))
                database = Postgres(where)
                migrate(database, *EVERY_PART)
                database.close()
            folder = tmp_path / name
            folder.mkdir()
            scene = stack.enter_context(new_scene(folder, where))
            found.append(start(name, scene, roles=name == "up"))
            if isinstance(county := found[-1].county, Process):
                stack.callback(county.kill)
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
    wrong = [said for one in counties for said in one.check()]
    for one in counties:
        for file in one.scene.path.glob("*.log"):
            assert "E_SELF_CHECK" not in file.read_text("utf-8")
    assert not wrong, wrong
