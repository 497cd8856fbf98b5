"""Floods at the real door: an honest laptop never feels them, nothing that was accepted is lost [ACCESS-9].

H1 huge and compressed messages, H2 slow peers, H3 silent connections, H4 resets; H6 is in test_access_flooder.py.
"""

import asyncio
import contextlib
import gzip
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc import aio

from coordinator.access.turnstile import address_of
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.coordinator.door import (
    Open,
    channel,
    laptop_for,
    limits_file,
    metric,
    open_stream,
    percentile,
    prove,
    status_of,
    until,
)
from tests.coordinator.http2 import rapid_reset
from tests.coordinator.scene import Running, Scene, hello, new_scene

pytestmark = pytest.mark.fault
RESETS = 20_000
# a busy machine of two cores runs the county, fifty laptops and the flood
P99_MOST = 1.0


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Scene]:
    """The small county; limits do not depend on the database."""
    with new_scene(tmp_path) as made:
        yield made


def serve(scene: Scene, **changes: float) -> Running:
    return scene.serve("--limits", str(limits_file(scene.path / "limits.toml", **changes)))


# H1


def test_huge_and_compressed_messages_are_refused_unread(small: Scene) -> None:
    """H1: one byte above the limit, 64 MiB plain, a bomb of 64 MiB in 64 KiB; memory stays, honest calls go on."""
    county = serve(small)

    async def play() -> list[tuple[str, str]]:
        found = []
        for size in (1024 * 1024, 64 * 1024 * 1024):
            async with channel(small.laptop, county.address) as one:
                stub = intake_pb2_grpc.IntakeServiceStub(one)
                found.append(await status_of(stub.Prove(intake_pb2.ProveRequest(record_hash=bytes(size)), timeout=60)))
        async with channel(small.laptop, county.address, grpc.Compression.Gzip) as one:
            stub = intake_pb2_grpc.IntakeServiceStub(one)
            found.append(await status_of(stub.Prove(intake_pb2.ProveRequest(record_hash=bytes(64 << 20)), timeout=60)))
        found.append(await prove(small.laptop, county.address))
        return found

    assert len(gzip.compress(bytes(64 << 20), 9)) < 128 * 1024, "it would fit on the wire"
    before = memory(county)
    first, second, bomb, honest = asyncio.run(play())
    assert first[0] == second[0] == "RESOURCE_EXHAUSTED"
    assert "larger than max" in first[1]
    assert bomb[0] == "UNIMPLEMENTED"
    assert honest[0] == "OK"
    assert memory(county) - before < 32 * 1024 * 1024


def memory(county: Running) -> int:
    """Resident bytes of the process."""
    status = Path(f"/proc/{county.process.pid}/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


# H2


def test_slow_peers_are_cut_and_hold_nobody(small: Scene) -> None:
    """H2: streams that say nothing, and one that asks and does not take the answers, beside an honest one."""
    county = serve(small, silence_seconds=2, streams=60)
    chains = ["s/v9/" + "x" * 30] * 2000

    async def play() -> tuple[list[float], list[tuple[str, str]]]:
        silent = [await open_stream(small.laptop, county.address) for _ in range(40)]
        reading_nothing = await open_stream(small.laptop, county.address)
        pusher = asyncio.create_task(push(reading_nothing, chains))
        honest = await open_stream(laptop_for(small.authority, "node-2", small.world.id), county.address)
        times = []
        for _ in range(40):
            began = time.monotonic()
            await honest.say(hello("s/v1/1"))
            times.append(time.monotonic() - began)
            await asyncio.sleep(0.1)
        for one in silent:
            await until(one.call.done)
        found = [await one.status() for one in silent]
        # it takes no answers, so it takes no status: the county has ended it all the same
        await until(lambda: metric(county, 'changpiao_access_streams_ended_total{reason="silence"}') == 41)
        pusher.cancel()
        assert (await honest.say(hello("s/v1/1"))).resume.positions
        await until(lambda: metric(county, "changpiao_open_streams") == 1)
        for one in (honest, reading_nothing, *silent):
            await one.close()
        return times, found

    times, found = asyncio.run(play())
    assert percentile(times, 0.99) < P99_MOST
    assert found == [("RESOURCE_EXHAUSTED", "E_RATE silence")] * 40
    assert "Traceback" not in (small.path / "county.log").read_text("utf-8")


async def push(one: Open, chains: list[str]) -> None:
    """Ask for positions of two thousand chains again and again, and read nothing."""
    with contextlib.suppress(aio.AioRpcError, asyncio.InvalidStateError):
        while True:
            await one.call.write(hello(*chains))


# H3


def test_silent_connections_end_and_honest_ones_pass(small: Scene) -> None:
    """H3: a thousand sockets of one address, silent or stuck in the handshake; strangers are counted and timed."""
    county = serve(small, stranger_seconds=3, strangers_per_address=300)
    host, _, port = county.address.rpartition(":")

    async def play() -> tuple[float, list[float]]:
        sockets = [socket.create_connection((host, int(port)), timeout=5) for _ in range(1000)]
        for number, one in enumerate(sockets):
            one.setblocking(False)
            if number % 2:
                with contextlib.suppress(OSError):
                    # the first bytes of a TLS handshake, and no more
                    one.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        # long before the silent ones' time is over; a busy machine needs a moment to take so many
        await until(lambda: sum(map(is_open, sockets)) <= 300, 10)
        # from the same address, which is full of strangers now, nobody new comes in; known ones go on
        began = time.monotonic()
        await until(lambda: not any(is_open(one) for one in sockets), 20)
        gone = time.monotonic() - began
        times = []
        for _ in range(20):
            begin = time.monotonic()
            assert (await prove(small.laptop, county.address))[0] == "OK"
            times.append(time.monotonic() - begin)
        for one in sockets:
            one.close()
        return gone, times

    gone, times = asyncio.run(play())
    assert gone < 10
    assert sorted(times)[len(times) // 2] < 2
    text = county.get("/metrics")[1]
    assert 'changpiao_access_refused_total{reason="strangers"} 700.0' in text
    assert 'changpiao_access_refused_total{reason="stranger-time"} 300.0' in text


def is_open(one: socket.socket) -> bool:
    """Whether the other side has not closed it yet."""
    try:
        return one.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def test_a_laptop_that_is_connected_goes_on_while_its_address_is_flooded(small: Scene) -> None:
    """H3: villages share one address; who has shown a certificate is no stranger any more."""
    county = serve(small, stranger_seconds=3, strangers_per_address=20)
    host, _, port = county.address.rpartition(":")

    async def play() -> list[float]:
        honest = await open_stream(small.laptop, county.address)
        await honest.say(hello("s/v1/1"))
        sockets = [socket.create_connection((host, int(port)), timeout=5) for _ in range(200)]
        times = []
        for _ in range(60):
            began = time.monotonic()
            await honest.say(hello("s/v1/1"))
            times.append(time.monotonic() - began)
            await asyncio.sleep(0.1)
        for one in sockets:
            one.close()
        await honest.close()
        return times

    assert max(asyncio.run(play())) < P99_MOST


def test_known_connections_have_a_bound_too(small: Scene) -> None:
    """[ACCESS-9]"""
    county = serve(small, connections_per_address=3, strangers_per_address=3, streams=10)

    async def play() -> None:
        streams = [await open_stream(small.laptop, county.address) for _ in range(3)]
        for one in streams:
            await one.say(hello("s/v1/1"))
        assert (await prove(small.laptop, county.address))[0] == "UNAVAILABLE"
        await streams[0].close()
        end = time.monotonic() + 10
        while (await prove(small.laptop, county.address))[0] != "OK":
            assert time.monotonic() < end, "room again when one has gone"
        for one in streams[1:]:
            await one.close()

    asyncio.run(play())
    assert 'changpiao_access_refused_total{reason="connections"}' in county.get("/metrics")[1]


def test_without_a_turnstile_the_door_is_grpcs_own(small: Scene) -> None:
    """0 0: a load balancer counts addresses; a silent connection still ends with gRPC's own patience."""
    county = serve(small, connections_per_address=0, strangers_per_address=0, stranger_seconds=2)
    assert asyncio.run(prove(small.laptop, county.address))[0] == "OK"
    host, _, port = county.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as one:
        began = time.monotonic()
        assert one.recv(1) == b""
        assert 1 < time.monotonic() - began < 8


def test_an_address_is_an_ipv4_address_or_an_ipv6_network() -> None:
    assert address_of("203.0.113.7") == address_of("::ffff:203.0.113.7") == "203.0.113.7"
    assert address_of("2001:db8:1:2:3::4") == address_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert address_of("fe80::1%eth0") == "fe80::/64"
    assert address_of("") == ""


# H4


def test_rapid_resets_are_absorbed_or_cut_off(small: Scene) -> None:
    """H4: opened and reset by an enrolled laptop; an honest stream answers on, memory stays."""
    county = serve(small)
    before = memory(county)

    async def play() -> tuple[int, list[float]]:
        honest = await open_stream(laptop_for(small.authority, "node-2", small.world.id), county.address)
        resets = asyncio.create_task(
            asyncio.to_thread(rapid_reset, small.laptop, county.address, small.path, RESETS)
        )
        times: list[float] = []
        while not resets.done() or len(times) < 20:
            began = time.monotonic()
            await honest.say(hello("s/v1/1"))
            times.append(time.monotonic() - began)
            await asyncio.sleep(0.02)
        await honest.close()
        return await resets, times

    sent, times = asyncio.run(play())
    assert sent >= 100
    assert percentile(times, 0.99) < P99_MOST
    assert memory(county) - before < 64 * 1024 * 1024
    assert asyncio.run(prove(small.laptop, county.address))[0] == "OK"
