"""Certificates that live for seconds, real clocks, both real programs: nothing stops, nothing is lost. Attack G4.

[ACCESS-5] [ACCESS-6] [ACCESS-7]
"""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from rehearsal.programs import Running, program
from tally_node.outbox import Outbox
from tally_node.service import Station
from tally_node.session import Player
from tally_node.uplink import Uplink
from tests.faults.town import PASSPHRASE
from tests.together.enrolling import Enrolling

pytestmark = [pytest.mark.fault, pytest.mark.e2e]
LIFE = 8.0


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Enrolling]:
    """Two laptops, sealed; certificates live for seconds, or as long as is said; first ones are exchanged at once."""
    life = getattr(request, "param", LIFE)
    made = Enrolling(tmp_path, limits={"laptop_hours": life / 3600, "renewals_per_hour": 1000})
    made.enrol_without_codes()
    made.seal()
    yield made
    made.end()


def renewals(place: Enrolling, node: str) -> int:
    return sum(act["node"] == node and act.get("way") == "renew" for act in place.acts())


async def count_slowly(station: Station, lines: list[bytes], seconds: float) -> tuple[Player, Uplink, Outbox]:
    """A count that lasts so long, delivered while it goes on."""
    outbox, talk = station.outbox(), list[str]()
    uplink = station.uplink(outbox, give_up=30.0, talk=talk.append)
    player = Player(station, uplink.more)
    delivery = asyncio.create_task(uplink.run())
    groups = list(player.groups(line.decode() for line in lines))
    for group in groups:
        for line in group:
            player.play([line])
            await asyncio.sleep(seconds / sum(map(len, groups)))
    uplink.finish()
    assert await delivery, talk
    return player, uplink, outbox


async def deliver_anew(home: Path) -> bool:
    """A laptop that is started again and asks where it stands; whether the county answered."""
    station = Station.start(home, PASSPHRASE)
    try:
        uplink = station.uplink(station.outbox(), give_up=20.0, talk=lambda _: None)
        uplink.finish()
        return await uplink.run()
    finally:
        station.close()


@contextlib.contextmanager
def started(place: Enrolling, node: str, log: Path, word: str, *words: str) -> Iterator[Running]:
    """A laptop's program; killed at the end if it still runs."""
    command = [*program("tally-node"), word, "--home", str(place.path / node), *words]
    laptop = Running(command, log, PASSPHRASE)
    try:
        yield laptop
    finally:
        laptop.kill()
        for pipe in (laptop.process.stdin, laptop.process.stdout):
            if pipe is not None:
                pipe.close()


def test_a_laptop_outlives_many_certificates_while_it_counts(place: Enrolling) -> None:
    """[ACCESS-6] G4: renewed at half life, on new channels, over an evening of eight lives."""
    county = place.open_county()
    node = place.nodes[0]
    station = Station.start(place.path / node, PASSPHRASE)
    player, uplink, outbox = asyncio.run(count_slowly(station, place.session(node), 4 * LIFE))
    assert (player.summary.refusals, outbox.undelivered(), outbox.unreceipted(), outbox.stopped) == (0, {}, {}, {})
    station.close()
    # at once, while the last pair lives: whoever starts anew takes it from the disk
    assert asyncio.run(deliver_anew(place.path / node))
    made = renewals(place, node)
    assert made >= 6, "the first at once, then every half life"
    assert uplink.connections >= made
    # the pair in use is the last one, and its key is not the first
    assert (place.path / node / "county" / "pair").exists()
    assert county.stop() == 0, county.errors()


def test_an_expired_certificate_stops_delivery_alone(place: Enrolling) -> None:
    """[ACCESS-6] G4: counted and signed without the county; words that help; a new code brings everything home."""
    county = place.open_county()
    node = place.nodes[0]
    place.node(node, "send", "--give-up", "20")
    assert county.stop() == 0, county.errors()
    assert renewals(place, node) >= 1, "the first certificate was exchanged at its first use"
    time.sleep(LIFE + 1)
    summary = place.count(node, "--no-send")
    assert summary["records"] == summary["owed"]
    county = place.open_county()
    done = place.node(node, "send", "--give-up", "0", code=4)
    assert "N_CERTIFICATE" in done.stderr
    assert "tally-node renew" in done.stderr
    assert county.stop() == 0, county.errors()
    # the new one lives long enough for the programs of a busy machine to be started
    limits = place.home / "limits.toml"
    text, count = re.subn(r"(?m)^laptop_hours = .*$", "laptop_hours = 1", limits.read_text("utf-8"))
    assert count == 1
    limits.write_text(text, "utf-8")
    county = place.open_county()
    place.codes("--node", node)
    request = place.ask_again(node)
    assert "code" not in place.hand_in(request)
    place.confirm(node, request)
    place.node(node, "renew", "--take", str(place.home / "bundles" / node / "node.pem"))
    place.node(node, "send", "--give-up", "30")
    status = json.loads(place.node(node, "status", "--json").stdout)
    assert status["chains"]
    assert all(chain["records"] == chain["acknowledged"] == chain["receipted"] for chain in status["chains"])
    assert county.stop() == 0, county.errors()


@pytest.mark.parametrize("place", [120.0], indirect=True)
def test_a_renewal_that_dies_half_way_leaves_a_laptop_that_connects(place: Enrolling) -> None:
    """[ACCESS-6]: killed again and again while it renews; the pair on the disk is always whole."""
    county = place.open_county()
    node = place.nodes[0]
    for round_ in range(4):
        with started(place, node, place.path / f"{node}-killed.log", "send"):
            time.sleep(1.2 + 0.15 * round_)
    place.node(node, "send", "--give-up", "20")
    assert renewals(place, node) >= 1, "the first certificate was exchanged, in the end"
    assert county.stop() == 0, county.errors()


def test_the_pair_is_encrypted_at_rest(place: Enrolling) -> None:
    """The renewed key is no better guarded than the first one, and no worse."""
    county = place.open_county()
    node = place.nodes[0]
    place.node(node, "send", "--give-up", "20")
    assert county.stop() == 0, county.errors()
    pair = place.path / node / "county" / "pair"
    assert pair.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in pair.read_bytes()
    assert b"BEGIN" not in pair.read_bytes()
    first = x509.load_pem_x509_certificate((place.home / "bundles" / node / "node.pem").read_bytes())
    assert f"{first.serial_number:x}" in {act["serial"] for act in place.acts() if act.get("way") == "seal"}
    files = [path for path in (place.path / node).rglob("*") if path.is_file()]
    assert [path for path in files if b"BEGIN PRIVATE" in path.read_bytes()] == []
