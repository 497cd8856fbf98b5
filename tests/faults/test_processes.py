"""kill -9 and SIGSTOP past the lease of any process of a county, and of PostgreSQL itself, again and again (P1).

One county (`up`: two intakes, two sequencers, two publishers), tables that count and deliver all the while. A round is
one strike (one of ten kinds is the rolling restart); after each, publication must go on, how soon is measured where
nothing else runs (tests/soak/test_resume.py). At the end no acknowledged record is lost or doubled, no signed head
ever conflicted, and the verifier says VERIFIED [INTAKE-2] [PUB-2] [CHECK-3] [LOG-3]. `make faults` plays 100 rounds.
"""

import contextlib
import json
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.coordinator.processes import log_text, up, wait_until
from tests.coordinator.scene import Scene
from tests.faults.crowd import Promises, Sender, Table, finish
from tests.faults.rig import ROUNDS
from tests.faults.witness import Witness, check_end, sealed_on
from tests.postgres import Server, own_server

pytestmark = pytest.mark.fault
EPISODES = 1 if ROUNDS < 10 else 4
STRIKES = 4 if ROUNDS < 10 else -(-ROUNDS // EPISODES)
KINDS = ("kill", "kill", "kill", "two", "stop", "stop", "database", "database stops", "supervisor", "roll")
LEASE = 4.0  # seconds after which a silent leader is followed
ROLLS = 300.0  # six processes, each ready before the next; on a busy machine
PATIENCE = 90.0  # a busy machine is not a fault


class County:
    """`up`, its children, and its server."""

    def __init__(self, scene: Scene, server: Server) -> None:
        self.scene, self.server = scene, server
        self.up = up(scene, "--standings", "2")
        self._listen = self.up.address

    def children(self) -> list[int]:
        """The processes of the roles, as they are now."""
        pid = self.up.process.pid
        with contextlib.suppress(OSError):
            return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
        return []

    def strike(self, dice: random.Random) -> str:
        """Kill or stop somebody; what was killed comes back. Gives what was done."""
        kind = dice.choice(KINDS)
        victims = dice.sample(self.children(), 2)
        match kind:
            case "kill" | "two":
                for pid in victims[: 1 + (kind == "two")]:
                    _send(pid, signal.SIGKILL)
            case "stop":
                _send(victims[0], signal.SIGSTOP)
                time.sleep(LEASE + 1 + dice.random())
                _send(victims[0], signal.SIGCONT)
            case "database":
                self.server.kill()
                time.sleep(dice.random() * 1.5)
                self.server.start()
            case "database stops":
                self.server.signal(signal.SIGSTOP)
                time.sleep(dice.random() * (LEASE + 2))
                self.server.signal(signal.SIGCONT)
            case "supervisor":
                self.up.process.kill()
                self.up.kill()
                port = self._listen.rsplit(":", 1)[1]
                self.up = up(self.scene, "--standings", "2", "--listen", f"127.0.0.1:{port}")
            case "roll":
                self._roll()
            case _:
                raise ValueError(kind)
        return kind

    def _roll(self) -> None:
        """The rolling restart: every process of this moment is followed by another, one after the other."""
        before = set(self.children())
        self.up.send(signal.SIGHUP)

        def all_new() -> bool:
            now = self.children()
            return len(now) >= len(before) and not before & set(now)

        wait_until(all_new, "a rolling restart", ROLLS)


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def admitted(scene: Scene) -> int:
    """Records that are durable, placed or not."""
    with psycopg.connect(scene.url.replace("postgresql+psycopg", "postgresql")) as asking:
        (count,) = asking.execute("SELECT count(*) FROM records").fetchone() or (0,)
    return int(count)


@pytest.fixture
def server() -> Iterator[Server]:
    with own_server() as made:
        yield made


@pytest.fixture
def scene(server: Server, tmp_path: Path) -> Iterator[Scene]:
    with sealed_on(server, tmp_path) as made:
        yield made


@pytest.mark.timeout(0)
@pytest.mark.parametrize("episode", range(EPISODES))
def test_nothing_acknowledged_is_lost_and_publication_goes_on(scene: Scene, server: Server, episode: int) -> None:
    dice = random.Random(1000 + episode)  # noqa: S311 - a round must be repeatable
    promises, witness = Promises(), Witness(scene)
    county = County(scene, server)
    sender = Sender(scene.laptop, county.up.address, promises)
    tables = [Table(scene, scene.world.desk(*place), sender) for place in (("v1", "1"), ("v1", "2"), ("v2", "1"))]
    waits: list[tuple[float, str]] = []
    try:
        witness.start()
        for table in tables:
            table.start()
        wait_until(lambda: witness.size > 10, "a first checkpoint")
        for _ in range(STRIKES):
            time.sleep(dice.random() * 1.5)
            done = county.strike(dice)
            began, before = time.monotonic(), witness.size
            wait_until(lambda: witness.size > before, f"publication after {done}", PATIENCE)  # noqa: B023 - now
            waits.append((time.monotonic() - began, done))
        for table in tables:
            table.stop.set()
        finish(scene, tables, sender)
        # whoever ends in order finishes its own work; what a leader killed a moment ago has left waits for the next one
        wait_until(lambda: admitted(scene) == witness.size, "all that was admitted is published", PATIENCE)
        assert county.up.end() == 0, log_text(county.up.log)[-3000:]
    finally:
        for table in tables:
            table.stop.set()
        witness.end.set()
        witness.join()
        county.up.kill()
        # shown by pytest if what follows fails: who led, who ended, and when
        print(log_text(county.up.log)[-8000:])  # noqa: T201
    assert not promises.refused, promises.refused[:3]
    check_end(scene, promises, witness, tables)
    print(json.dumps({"resumed after, seconds": sorted(waits, reverse=True)[:5], "retries": promises.retries}))  # noqa: T201
