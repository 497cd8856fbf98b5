"""3,000 laptops lose their county at the same moment and come back: all resumed within a minute, then answered at once.

H5; a test of `make soak`. Both intake processes are killed; `up` starts them again; the laptops' jitter is the
station's own [INTAKE-1] [INTAKE-2] [INTAKE-7].
"""

import json
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres
from tests.coordinator.county import record
from tests.coordinator.processes import log_text, up
from tests.coordinator.scene import Scene, laptop, new_scene
from tests.postgres import new_database, own_server
from tests.soak.laptops import Parcel
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]
LAPTOPS = int(os.environ.get("CHANGPIAO_SOAK_LAPTOPS", "3000"))
PROCESSES = 3
RECORDS = 3
WITHIN, P99 = 60.0, 1.0


class Crowd:
    """The processes of the laptops."""

    def __init__(self, root: Path, path: Path, address: str, parcels: list[Parcel]) -> None:
        self._children = []
        for number in range(PROCESSES):
            file = path / f"laptops-{number}"
            file.write_bytes(pickle.dumps([asdict(parcel) for parcel in parcels[number::PROCESSES]]))
            command = [sys.executable, "-m", "tests.soak.laptops", address, str(file)]
            self._children.append(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)
            )

    def ask(self, **asked: object) -> list[dict[str, Any]]:
        """All at once; their answers."""
        for child in self._children:
            assert child.stdin is not None
            child.stdin.write(json.dumps(asked) + "\n")
            child.stdin.flush()
        found = []
        for child in self._children:
            assert child.stdout is not None
            line = child.stdout.readline()
            assert line, "a process of laptops ended"
            found.append(json.loads(line))
        return found

    def end(self) -> None:
        """End them."""
        for child in self._children:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    stream.close()


def make_world() -> World:
    places = tuple((f"u{number}", ("1",)) for number in range(LAPTOPS))
    return World(places=places, laptops={unit: f"node-{unit}" for unit, _ in places})


def parcels_of(scene: Scene) -> list[Parcel]:
    """Every laptop's certificate and records, made before."""
    found = []
    for unit, _ in scene.world.places:
        desk = scene.world.desk(unit, "1")
        notes = [desk.open(), *(desk.box(collected=number) for number in range(1, RECORDS))]
        shown = laptop(scene.authority, f"node-{unit}")
        found.append(Parcel(desk.state.chain, shown.ca, shown.key, shown.certificate, notes))
    return found


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with own_server() as server, new_database(server.url("postgres")) as url:
        database = Postgres(url)
        migrate(database, *EVERY_PART)
        database.close()
        with new_scene(tmp_path, url, make_world()) as made:
            # all laptops come from one address here, and the limits are the shipped ones
            yield made


def test_all_come_back_at_once(scene: Scene, root: Path) -> None:
    parcels = parcels_of(scene)
    county = up(scene, "--standings", "5", intakes=2)
    crowd = Crowd(root, scene.path, county.address, parcels)
    try:
        crowd.ask(do="until", records=1, seconds=1)
        struck = time.monotonic()
        for one in county.said["processes"]:
            if one["role"] == "intake":
                os.kill(one["pid"], signal.SIGKILL)
        last = resumed(crowd, struck)
        calm = [wait for part in crowd.ask(do="until", records=RECORDS, seconds=30) for wait in part["waits"]]
        calm.sort()
        p99 = calm[int(len(calm) * 0.99)]
        said = {"laptops": LAPTOPS, "resumed within": round(last, 1), "acknowledged, p99": round(p99, 3)}
        print(json.dumps(said | {"p50": round(calm[len(calm) // 2], 3)}))  # noqa: T201 - what was measured
        assert county.end() == 0, log_text(county.log)[-3000:]
    finally:
        crowd.end()
        county.kill()
    store = Postgres(scene.url)
    with store.read() as connection:
        stored = {bytes(sha) for (sha,) in connection.exec_driver_sql("SELECT hash FROM entries WHERE chain <> 'c'")}
    store.close()
    assert stored == {bytes(record(note)) for parcel in parcels for note in parcel.notes}
    assert last <= WITHIN
    assert p99 <= P99


def resumed(crowd: Crowd, struck: float) -> float:
    """Seconds until everybody has resumed."""
    while time.monotonic() - struck < 5 * WITHIN:
        found = crowd.ask(do="since", time=struck)
        if sum(part["resumed"] for part in found) == LAPTOPS:
            return float(max(part["last"] for part in found)) - struck
        time.sleep(0.2)
    raise AssertionError("not everybody came back")
