"""The self-check of a county of several processes: each role finds what it alone can see, and the publisher obeys.

Edits are made beneath the serving county. Within 60 s the role that re-hashes the edited row says so at its own admin
door and in its log; after that one honest record more changes no checkpoint; and the next start says the same.
"""

import base64
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tally_protocol.log.checkpoint import open_checkpoint
from tests.coordinator.county import envelopes
from tests.coordinator.processes import FAULT, Process, free_ports, log_text, metrics, role, up, wait_until
from tests.coordinator.scene import Scene, group, new_scene, published
from tests.world import VOTE_A, papers

pytestmark = pytest.mark.e2e

BATCH = "(SELECT min(id) FROM records WHERE kind = 'batch')"
OTHER = "(SELECT max(id) FROM records WHERE kind = 'batch')"
CYCLE = 60.0
# what is edited -> who must find it by itself: no other role re-hashes that row (coordinator/roles/watching.py)
EDITS = {
    "a sealed blob is swapped": (
        f"UPDATE sealed SET blob = (SELECT blob FROM sealed WHERE record = {OTHER}) WHERE record = {BATCH}",  # noqa: S608
        {"intake"},
    ),
    "a leaf is edited": (f"UPDATE records SET leaf = hash WHERE id = {BATCH}", {"sequencer", "publisher"}),  # noqa: S608
    "a row is deleted": (f"DELETE FROM records WHERE id = {BATCH}", {"intake", "sequencer", "publisher"}),  # noqa: S608
}


@pytest.fixture
def scene(tmp_path: Path, postgres_url: str) -> Iterator[Scene]:
    with new_scene(tmp_path, postgres_url) as made:
        yield made


def edit(scene: Scene, statement: str) -> None:
    """As the owner of the database, with the keys between tables switched off."""
    url = make_url(scene.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as server:
        server.execute("SET session_replication_role = replica")
        assert server.execute(statement.encode()).rowcount, "the edit changed nothing"


def doors(county: Process) -> dict[str, str]:
    """Role -> its admin door."""
    return {str(part["role"]): str(part["admin"]) for part in county.said["processes"]}


def deliver(scene: Scene, address: str, station: str, batches: int) -> None:
    desk = scene.world.desk("v1", station)
    desk.open()
    for number in range(batches):
        desk.batch(papers(60 + number, VOTE_A), ())
    scene.laptop.talk(address, group(envelopes(scene.world, desk)))


def until_all_signed(scene: Scene) -> bytes:
    """The checkpoint once nothing more is to be signed: `standings` come after the last record."""
    url = make_url(scene.url).set(drivername="postgresql").render_as_string(hide_password=False)
    shown = scene.path / "public" / "checkpoint"

    def still() -> bool:
        with psycopg.connect(url) as server:
            row = server.execute(
                "SELECT (SELECT count(*) FROM log), (SELECT count(*) FROM records), kind FROM records"
                " WHERE id = (SELECT record FROM log ORDER BY idx DESC LIMIT 1)"
            ).fetchone()
        assert row is not None
        return row[2] == "standings" and shown.exists() and row[0] == row[1] == published(scene)

    wait_until(still, "everything under one checkpoint", 60)
    return shown.read_bytes()


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_beneath_the_roles_is_noticed_and_never_signed(
    scene: Scene, started: list[Process], name: str
) -> None:
    """While they serve, and by the next start; the finder says it itself, the publisher says it and signs nothing."""
    statement, finders = EDITS[name]
    county = up(scene, "--standbys", "0", "--standings", "0.5", intakes=1)
    started.append(county)
    deliver(scene, county.address, "1", 2)
    shown = until_all_signed(scene)
    edit(scene, statement)
    began = time.monotonic()
    where = doors(county)
    for job in sorted(finders):
        left = CYCLE - (time.monotonic() - began)
        wait_until(lambda job=job: own(metrics(where[job])), f"{job} notices that {name}", left)  # type: ignore[misc]
    # whoever found it: the one who signs says why it does not
    wait_until(lambda: FAULT.format("E_SELF_CHECK") in metrics(where["publisher"]), "the publisher's own word", 10)
    assert '"code": "E_SELF_CHECK"' in log_text(county.log)
    with contextlib.suppress(Exception):
        # an intake process may refuse it: then there is even less to sign
        deliver(scene, county.address, "2", 1)
    time.sleep(3)
    assert (scene.path / "public" / "checkpoint").read_bytes() == shown
    county.end(signal.SIGTERM)
    check_the_next_start(scene, started, shown)


def own(text: str) -> bool:
    return "changpiao_selfcheck_failed 1.0" in text and FAULT.format("E_SELF_CHECK") in text


def check_the_next_start(scene: Scene, started: list[Process], shown: bytes) -> None:
    """Refused, or ended by a fault, or noticed in the first cycle: some door says the code, nothing is signed."""
    first, log = free_ports(3), scene.path / "again.log"
    words = ["--listen", "127.0.0.1:0", "--admin", f"127.0.0.1:{first}", "--intakes", "1", "--standbys", "0"]
    os.environ["CHANGPIAO_FAULT_SECONDS"] = "20"
    try:
        started.append(Process(scene, "up", *words, name="again"))
    finally:
        os.environ["CHANGPIAO_FAULT_SECONDS"] = "0"
    places = [f"127.0.0.1:{first + number}" for number in range(3)]
    wait_until(
        lambda: any(FAULT.format("E_SELF_CHECK") in metrics(place) for place in places), "the next start", CYCLE
    )
    assert '"code": "E_SELF_CHECK"' in log_text(log)
    time.sleep(2)
    assert (scene.path / "public" / "checkpoint").read_bytes() == shown


def test_a_database_behind_its_record_is_in_a_metric(scene: Scene, started: list[Process]) -> None:
    """A snapshot of the server put back by other means than `restore`: the publisher ends, its code stays to be seen.

    While it is told nobody is ready, no lock is held, and a signal ends it at once with the status of the fault.
    """
    county = up(scene, "--standbys", "0", "--standings", "0.5", intakes=1)
    started.append(county)
    deliver(scene, county.address, "1", 1)
    shown = until_all_signed(scene)
    assert county.end() == 0
    election = scene.world.election
    keys = election.log_ed25519, base64.b64decode(election.log_mldsa44)
    size = open_checkpoint(shown, election.origin, *keys).size
    edit(scene, f"DELETE FROM log WHERE idx >= {size - 2}")  # noqa: S608
    publisher = role(scene, "publisher", "--fault-seconds", "60").ready()
    started.append(publisher)
    door = str(publisher.said["admin"])
    wait_until(lambda: FAULT.format("E_LOCK_AHEAD") in metrics(door), "the code in a metric", 20)
    text = metrics(door)
    assert FAULT.format("E_SELF_CHECK") not in text
    assert "changpiao_database_up" not in text, "a false 0 of what it no longer does"
    assert (publisher.get("/livez"), publisher.get("/readyz")) == (200, 503)
    # nothing of the old process is left: the next one in line leads at once, and finds the same
    second = role(scene, "publisher", name="second").ready()
    started.append(second)
    assert second.process.wait(20) == 70
    assert '"code": "E_LOCK_AHEAD"' in log_text(publisher.log)
    assert (scene.path / "public" / "checkpoint").read_bytes() == shown
    assert publisher.end(signal.SIGTERM, 5) == 70
