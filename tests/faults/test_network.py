"""A network that cuts, stalls, half-closes and swallows: the uplink resumes, nothing is lost, nothing doubled.

[INTAKE-1] [INTAKE-3] [RECEIPT-2]; three days without any network, on a virtual clock: tests/node/test_uplink.py.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.ledger import Ledger, reading
from tests.faults.proxy import Mood, Proxy
from tests.faults.rig import ROUNDS, Rig, wait_for
from tests.faults.town import Town
from tests.faults.verdict import check_whole

pytestmark = pytest.mark.fault
BOTH = ("sqlite", "postgres")


def finish(rig: Rig) -> None:
    """The sessions end with all delivered."""
    for node in rig.town.nodes:
        assert rig.running[node].wait() == 0, rig.running[node].errors()
        summary = rig.summary(node)
        assert (summary["owed"], summary["unreceipted"], summary["stopped"]) == (0, 0, {}), summary
    county = rig.running["county"]
    county.signal(15)
    assert county.wait() == 0, county.errors()


@pytest.mark.parametrize("seed", range(max(2, ROUNDS // 10)))
def test_nothing_is_lost_or_doubled_on_a_bad_network(
    town: Town, tmp_path: Path, seed: int, new_url: Callable[[str], str]
) -> None:
    """Half of the rounds on each database."""
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    url = new_url(("sqlite", "postgres")[seed % 2])
    with Rig(town, tmp_path / "round", url) as rig, Proxy(rig.port, dice) as proxy, Ledger(rig) as ledger:
        rig.start_county().wait_ready()
        proxy.troubles, proxy.mood = dice.randint(4, 10), Mood.SLOW
        for node in town.nodes:
            rig.start_node(node, port=proxy.port)
        if dice.random() < 0.5:
            # nobody is there for a while
            wait_for(lambda: proxy.cuts > 0, "a first cut")
            proxy.mood = Mood.REFUSE
            time.sleep(dice.random() * 2)
            proxy.mood = Mood.GOOD
        finish(rig)
        assert proxy.cuts > 0, "the network was never in the way"
        ledger.settle()
        check_whole(rig)


@pytest.mark.skipif(ROUNDS < 10, reason="a minute of silence: make faults")
@pytest.mark.parametrize("kind", BOTH)
def test_a_connection_that_swallows_everything_is_given_up(
    town: Town, tmp_path: Path, kind: str, new_url: Callable[[str], str]
) -> None:
    """The black hole stays open: nothing tells the laptop but its own keep-alive."""
    with Rig(town, tmp_path / "round", new_url(kind)) as rig, Proxy(rig.port, random.Random(1)) as proxy:  # noqa: S311
        rig.start_county().wait_ready()
        proxy.mood = Mood.SWALLOW
        for node in town.nodes:
            rig.start_node(node, port=proxy.port)
        while proxy.connections < len(town.nodes):
            time.sleep(0.1)
        proxy.mood = Mood.GOOD
        finish(rig)
        check_whole(rig)


@pytest.mark.parametrize("kind", BOTH)
def test_what_was_counted_without_a_network_is_delivered_later(
    town: Town, tmp_path: Path, kind: str, new_url: Callable[[str], str]
) -> None:
    """No county at all: the count goes on and says what it owes (exit 4); later `send` delivers the same records."""
    with Rig(town, tmp_path / "round", new_url(kind)) as rig:
        for node in town.nodes:
            rig.start_node(node, "--give-up", "0.5")
        for node in town.nodes:
            assert rig.running[node].wait() == 4, rig.running[node].errors()
            assert rig.summary(node)["owed"] == rig.summary(node)["records"] != 0
            assert "N_NETWORK" in rig.running[node].errors()
        with reading(rig.town.home(town.nodes[0]) / "journal.db") as journal:
            made = journal.execute("SELECT at, hash FROM records ORDER BY at").fetchall()
        county = rig.start_county().wait_ready()
        for node in town.nodes:
            sent = rig.node_command(node, "send", "--county", f"127.0.0.1:{rig.port}")
            assert sent.process.returncode == 0, sent.errors()
        with reading(rig.town.home(town.nodes[0]) / "journal.db") as journal:
            assert journal.execute("SELECT at, hash FROM records ORDER BY at").fetchall() == made
        assert county.stop() == 0, county.errors()
        check_whole(rig)
