"""EIO, ENOSPC and SIGKILL at one system call of a county that takes records in and publishes them, as in Tessera.

One run: strace injects one fault at the n-th pwrite64, fdatasync, fsync or rename of a thread, on a server at the n-th
word to it or from it; a laptop delivers; what it was told is the ledger outside. Then the same files without a fault
[INTAKE-2] [PUB-2] [CHECK-3]. Without strace the matrix of test_steps.py does the same inside one process, for the steps
of publishing.
"""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import grpc
import pytest

from tally_protocol.seal.document import record_hash
from tally_protocol.seal.note import parse_note
from tests.faults.hostile import Liar, Parcel
from tests.faults.ledger import Settled
from tests.faults.rig import HOST, PATIENCE, ROUNDS, Rig
from tests.faults.town import Town
from tests.faults.verdict import verify

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here: test_steps.py runs in its place"),
]
DISK = ("error=EIO", "error=ENOSPC", "signal=SIGKILL")
LINE = ("error=ECONNRESET", "error=EPIPE", "error=ETIMEDOUT", "signal=SIGKILL")
# a word that is lost while its line lives is no fault of this world, and the driver would wait for an answer for ever
LOST = ("signal=SIGKILL",)
# how often a thread makes them in one run, and what may go wrong with them
CALLS: dict[str, dict[str, tuple[int, tuple[str, ...]]]] = {
    "sqlite": {"pwrite64": (28, DISK), "fdatasync": (10, DISK), "fsync": (24, DISK), "rename": (8, DISK)},
    "postgres": {"sendto": (160, LOST), "recvfrom": (160, LINE), "fsync": (24, DISK), "rename": (8, DISK)},
}
CHAINS = ("s/v2/1", "s/v3/1", "u/v2", "u/v3")


def injected(dice: random.Random, kind: str) -> list[str]:
    """The words before the program: one fault at one place."""
    call = dice.choice(list(CALLS[kind]))
    most, faults = CALLS[kind][call]
    fault = dice.choice(faults)
    place = dice.randint(1, most)
    inject = f"inject={call}:{fault}:when={place}"
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]


def send(liar: Liar, parcels: list[Parcel]) -> list[Parcel]:
    """Deliver one by one; those that the county says it has. A dead county ends it."""
    kept: list[Parcel] = []
    for parcel in parcels:
        try:
            codes = asyncio.run(liar.deliver([parcel]))
        except (grpc.aio.AioRpcError, TimeoutError, asyncio.InvalidStateError):
            return kept
        if codes[0] not in ("ACCEPTED", "DUPLICATE"):
            # E_DISK or a stream that ended: nothing was promised
            assert codes[0] in ("RESOURCE_EXHAUSTED", "UNAVAILABLE", "UNKNOWN", "CANCELLED"), codes
            return kept
        kept.append(parcel)
    return kept


@pytest.mark.parametrize(
    ("seed", "kind"),
    [*product(range(max(1, ROUNDS // 2)), ["sqlite"]), *product(range(max(1, ROUNDS // 10)), ["postgres"])],
)
def test_a_fault_at_any_system_call_breaks_no_promise(
    town: Town, counted: Town, tmp_path: Path, seed: int, kind: str, new_url: Callable[[str], str]
) -> None:
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    with Rig(town, tmp_path / "round", new_url(kind)) as rig:
        shutil.copytree(counted.home(town.nodes[1]), rig.path / "laptop")
        liar = Liar(rig.path / "laptop", f"{HOST}:{rig.port}")
        parcels = [parcel for chain in CHAINS for parcel in liar.parcels(chain)]
        seen: list[bytes] = []
        kept: list[Parcel] = []
        # the fault, then a second one while the county recovers, then none
        for prefix in (injected(dice, kind), injected(dice, kind), []):
            county = rig.start_county(prefix=prefix)
            end = time.monotonic() + PATIENCE
            while county.alive and not county.ready and time.monotonic() < end:
                time.sleep(0.01)
            if county.ready:
                kept += send(liar, parcels)
                time.sleep(dice.random())
            stop(county.process.pid, traced=bool(prefix))
            code = county.wait()
            assert prefix or code == 0, county.errors()
            with contextlib.suppress(FileNotFoundError):
                seen.append((rig.public / "checkpoint").read_bytes())
        settled = Settled(rig)
        assert {record_hash(parse_note(parcel.note).text) for parcel in kept} <= set(settled.hashes)
        settled.check_history(seen)
        code, report = verify(rig)
        assert report["outcome"] == "INCOMPLETE", report


def stop(pid: int, *, traced: bool) -> None:
    """SIGTERM to the county; under strace it is strace's child."""
    victims = [pid]
    if traced:
        with contextlib.suppress(FileNotFoundError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
            victims = [int(child) for child in children]
    for victim in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGTERM)
