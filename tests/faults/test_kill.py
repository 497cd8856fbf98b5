"""kill -9 and pauses of laptops and county at random points, also while they recover (P1) [INTAKE-2] [PUB-2] [CHECK-3].

A round: fresh homes; two laptops count and send, the county admits and publishes; a seeded dice picks victims and
moments; whoever died starts again on the same files until all is delivered. `make faults` plays 100 rounds.
"""

import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.ledger import Ledger
from tests.faults.rig import ROUNDS, Rig, wait_for
from tests.faults.town import Town
from tests.faults.verdict import check_whole

pytestmark = pytest.mark.fault
KINDS = ("sqlite", "postgres")


def strike(rig: Rig, ledger: Ledger, dice: random.Random) -> None:
    """Wait for a random moment, then kill or pause somebody; who was killed starts again, and may die in recovery."""
    if dice.random() < 0.6:
        # something became durable: the moments just before and after an acknowledgement are the dangerous ones
        until = ledger.progress + dice.randint(1, 12)
        wait_for_progress(rig, ledger, until)
        time.sleep(dice.random() * 0.03)
    else:
        time.sleep(dice.random() * 1.5)
    names = ["county", *rig.town.nodes]
    victims = dice.choice([[name] for name in names] + [["county", dice.choice(rig.town.nodes)], names])
    if dice.random() < 0.2:
        for name in victims:
            rig.running[name].signal(signal.SIGSTOP)
        time.sleep(dice.random() * 0.5)
        for name in victims:
            rig.running[name].signal(signal.SIGCONT)
        return
    for name in victims:
        rig.running[name].signal(signal.SIGKILL)
    for name in dice.sample(victims, len(victims)):
        rig.running[name].process.wait()
        rig.start(name)
        if dice.random() < 0.4:
            # a fault during recovery: logs have died of it
            time.sleep(dice.random() * 1.5)
            rig.running[name].kill()
            rig.start(name)


def wait_for_progress(rig: Rig, ledger: Ledger, until: int) -> None:
    """Until so much is durable, or for two seconds: a paused program makes none."""
    end = time.monotonic() + 2.0
    while ledger.progress < until and time.monotonic() < end and any(one.alive for one in rig.running.values()):
        time.sleep(0.002)


def finish(rig: Rig) -> None:
    """Nobody strikes any more: the sessions end by themselves with everything delivered; the county stops in order."""
    for node in rig.town.nodes:
        assert rig.running[node].wait() == 0, rig.running[node].errors()
        summary = rig.summary(node)
        assert (summary["owed"], summary["unreceipted"], summary["stopped"]) == (0, 0, {}), summary
        assert summary["refusals"] == 0, summary
    county = rig.running["county"]
    wait_for(lambda: county.said().endswith("}\n") or not county.alive, "the county's doors")
    county.signal(signal.SIGTERM)
    assert county.wait() == 0, county.errors()


def play(town: Town, path: Path, seed: int, url: str) -> None:
    """One round."""
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    with Rig(town, path, url) as rig, Ledger(rig) as ledger:
        for name in ("county", *town.nodes):
            rig.start(name)
        for _ in range(dice.randint(1, 4)):
            strike(rig, ledger, dice)
        finish(rig)
        ledger.settle()
        check_whole(rig)
    # a round that failed stays for whoever looks into it
    shutil.rmtree(path)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nothing_acknowledged_is_lost_or_counted_twice(
    town: Town, tmp_path: Path, seed: int, new_url: Callable[[str], str]
) -> None:
    """Half of the rounds on each database; several processes and a server that is killed: test_processes."""
    play(town, tmp_path / "round", seed, new_url(KINDS[seed % 2]))


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("block", range(20))
def test_thousands_of_rounds(
    town: Town, tmp_path: Path, block: int, new_url: Callable[[str], str]
) -> None:
    for seed in range(10_000 + 100 * block, 10_100 + 100 * block):
        play(town, tmp_path / str(seed), seed, new_url(KINDS[seed % 2]))
