"""SIGKILL while the record that makes a unit final becomes durable: its determination is there with it, or neither.

[DET-1] [DET-2] [INTAKE-2]. strace, attached to a county that runs, kills it at the n-th write of the commit, on a
server at the n-th word to it or from it; or it kills the server at its own n-th write. Then the same files without a
fault, and the laptop delivers again.
"""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import grpc
import psycopg
import pytest

from coordinator.store.postgres import is_postgres
from tally_protocol.record.kinds import decode_record
from tests.faults.conftest import empty
from tests.faults.hostile import Liar, Parcel
from tests.faults.ledger import Settled, reading_store
from tests.faults.rig import FEW, HOST, Program, Rig, wait_for
from tests.faults.town import PLAIN, Town
from tests.faults.verdict import verify
from tests.postgres import Server, new_database, own_server

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here: test_kill.py strikes at random"),
]
# a commit is about eight writes and one fdatasync: later places strike nothing
PLACES = ("pwrite64:2", "fdatasync:1", *(f"pwrite64:{place}" for place in (1, 3, 4, 5, 6, 7, 8)))
# BEGIN is the writer's first word, COMMIT its sixteenth, the server's tenth answer says that it is done; what the
# writer asks in its quiet hours may come before
WORDS = ("recvfrom:10", "sendto:16", *(f"sendto:{place}" for place in (2, 6, 10, 15)))
WORDS += ("recvfrom:8", "recvfrom:9", "recvfrom:11", "sendto:17")
# a commit of the server is a write and an fdatasync; pages are written by others, later
SERVERS = ("fdatasync:1", "pwrite64:1", "pwrite64:2")
QUIET = 1.2  # seconds: a checkpoint a second, `standings` every half
FINAL = {"v2": "names", PLAIN: "statement"}  # what makes the unit final


@contextmanager
def killer(rig: Rig, victims: Sequence[int], place: str) -> Iterator[None]:
    """Attached to processes: SIGKILL at the n-th such call of any of their threads."""
    call, _, number = place.partition(":")
    words = ["strace", "-f", *(f"--attach={pid}" for pid in victims), "-o", "/dev/null", "-e", f"trace={call}"]
    strace = Program([*words, "-e", f"inject={call}:signal=SIGKILL:when={number}"], rig.path / "strace")
    rig.started.append(strace)
    wait_for(lambda: "attached" in strace.errors() or not strace.alive, "strace")
    try:
        yield
    finally:
        strace.kill()


def deliver(liar: Liar, parcels: list[Parcel]) -> list[str]:
    """What the county answers; nothing if it died."""
    try:
        return asyncio.run(liar.deliver(parcels))
    except (grpc.aio.AioRpcError, TimeoutError, asyncio.InvalidStateError):
        return []


def laptop(counted: Town, rig: Rig, unit: str) -> tuple[Liar, list[Parcel]]:
    """Whoever counted the unit, and its records in order up to the one that makes it final."""
    for node in counted.nodes:
        home = rig.path / f"of-{node}"
        shutil.copytree(counted.home(node), home)
        liar = Liar(home, f"{HOST}:{rig.port}")
        parcels = [*liar.parcels(f"s/{unit}/1"), *liar.parcels(f"u/{unit}")]
        if parcels:
            kinds = [decode_record(parcel.note).kind for parcel in parcels]
            return liar, parcels[: len(kinds) - kinds[::-1].index(FINAL[unit])]
    raise AssertionError(f"nobody counted {unit}")


@pytest.mark.parametrize("unit", list(FINAL))
@pytest.mark.parametrize("place", PLACES[:FEW])
def test_a_final_unit_and_its_determination_become_durable_together(
    town: Town, counted: Town, tmp_path: Path, unit: str, place: str
) -> None:
    with Rig(town, tmp_path / "round") as rig:
        strike(rig, counted, unit, place)


@pytest.mark.parametrize("unit", list(FINAL)[: FEW and 1])
@pytest.mark.parametrize("place", WORDS[: FEW and 1])
def test_they_become_durable_together_on_a_server(
    town: Town, counted: Town, tmp_path: Path, unit: str, place: str, new_url: Callable[[str], str]
) -> None:
    with Rig(town, tmp_path / "round", new_url("postgres")) as rig:
        died = strike(rig, counted, unit, place)
        assert died or place in WORDS[-2:], "nothing was struck"


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    """A server that is killed, and starts again by itself."""
    with own_server() as server:
        yield server


@pytest.mark.parametrize("unit", list(FINAL)[: FEW and 1])
@pytest.mark.parametrize("place", SERVERS[: FEW and 0])
def test_they_become_durable_together_when_the_server_dies(
    town: Town, counted: Town, tmp_path: Path, unit: str, place: str, mortal: Server
) -> None:
    with new_database(mortal.url("postgres")) as url:
        empty(url)
        with Rig(town, tmp_path / "round", url) as rig:
            strike(rig, counted, unit, place, mortal)


def strike(rig: Rig, counted: Town, unit: str, place: str, server: Server | None = None) -> bool:
    """The last record is on its way to the disk when the county, or its server, dies; whether the county did."""
    liar, parcels = laptop(counted, rig, unit)
    county = rig.start_county().wait_ready()
    assert set(deliver(liar, parcels[:-1])) == {"ACCEPTED"}
    if is_postgres(rig.url):
        quiet(rig)
    # not the server's first process: it would hand strace to those that recover
    victims = [county.process.pid] if server is None else server.processes()[1:]
    with killer(rig, victims, place):
        codes = deliver(liar, parcels[-1:])
        time.sleep(0.2)
    died = not county.alive
    county.kill()
    # what is durable now is what the next start finds: both records, or neither
    kinds = durable(rig)[-2:]
    assert (kinds == [FINAL[unit], "determination"]) or not {FINAL[unit], "determination"} & set(kinds[-1:]), kinds
    assert not codes or kinds[-1] == "determination", "acknowledged, and not durable"
    again = rig.start_county().wait_ready()
    assert deliver(liar, parcels[-1:])[0] in ("ACCEPTED", "DUPLICATE")
    assert again.stop() == 0, again.errors()
    assert list(Settled(rig).check_determinations()) == [unit]
    _, report = verify(rig)
    assert report["outcome"] == "INCOMPLETE", report
    found = {finding["code"] for check in report["checks"] for finding in check["evidence"]}
    assert found <= {"MISSING", "NOT_FINAL", "MISSING_BALLOTS"}, found
    return died


def durable(rig: Rig) -> list[str]:
    """Kinds of the store's entries, without the standings that the clock appends."""
    if is_postgres(rig.url):
        # a server that was told to commit does it whether or not somebody still listens; one that died comes back
        wait_for(lambda: not sessions(rig), "the end of the county's sessions")
    with reading_store(rig) as ask:
        return [str(kind) for (kind,) in ask("SELECT kind FROM entries WHERE kind != 'standings' ORDER BY idx")]


def sessions(rig: Rig) -> bool:
    """Whether a dead county still has sessions, or its server does not answer yet."""
    try:
        with reading_store(rig) as ask:
            own = "datname = current_database() AND starts_with(application_name, 'changpiao-')"
            return bool(ask(f"SELECT 1 FROM pg_stat_activity WHERE {own}"))  # noqa: S608 - our own words
    except psycopg.OperationalError:
        return True


def quiet(rig: Rig) -> None:
    """Wait until all is published: whoever publishes talks to the server too."""
    path = rig.public / "checkpoint"
    wait_for(lambda: path.exists() and time.time() - path.stat().st_mtime > QUIET, "nothing more to publish")
