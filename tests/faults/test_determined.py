"""SIGKILL while the record that makes a unit final becomes durable: its determination is there with it, or neither.

[DET-1] [DET-2] [INTAKE-2]. strace, attached to a county that runs, kills it at the n-th write of the commit; then the
same files without a fault, and the laptop delivers again.
"""

import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from tally_protocol.record.kinds import decode_record
from tests.faults.hostile import Liar, Parcel
from tests.faults.ledger import Settled, reading
from tests.faults.rig import HOST, ROUNDS, County, Program, Rig, wait_for
from tests.faults.town import PLAIN, Town
from tests.faults.verdict import verify

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here: test_kill.py strikes at random"),
]
# a commit is about eight writes and one fdatasync: later places strike nothing
PLACES = ("pwrite64:2", "fdatasync:1", *(f"pwrite64:{place}" for place in (1, 3, 4, 5, 6, 7, 8)))
FINAL = {"v2": "names", PLAIN: "statement"}  # what makes the unit final


@contextmanager
def killer(rig: Rig, county: County, place: str) -> Iterator[None]:
    """Attached to the county: SIGKILL at the n-th such call of any of its threads."""
    call, _, number = place.partition(":")
    words = ["strace", "-f", "-p", str(county.process.pid), "-o", "/dev/null", "-e", f"trace={call}"]
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
@pytest.mark.parametrize("place", PLACES if ROUNDS >= 10 else PLACES[:2])
def test_a_final_unit_and_its_determination_become_durable_together(
    town: Town, counted: Town, tmp_path: Path, unit: str, place: str
) -> None:
    with Rig(town, tmp_path / "round") as rig:
        liar, parcels = laptop(counted, rig, unit)
        county = rig.start_county().wait_ready()
        assert set(deliver(liar, parcels[:-1])) == {"ACCEPTED"}
        with killer(rig, county, place):
            codes = deliver(liar, parcels[-1:])
            time.sleep(0.2)
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


def durable(rig: Rig) -> list[str]:
    """Kinds of the store's entries, without the standings that the clock appends."""
    with reading(rig.town.county / "store.db") as store:
        rows = store.execute("SELECT kind FROM entries WHERE kind != 'standings' ORDER BY idx").fetchall()
    return [str(kind) for (kind,) in rows]
