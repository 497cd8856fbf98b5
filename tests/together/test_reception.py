"""Enrolment over the network: the reception's real door, both real programs, somebody in between [ACCESS-2] [ACCESS-4].

Attacks G2, G3, F6 at this door.
"""

import asyncio
import json
import os
import signal
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc import aio

from coordinator.access.certificates import self_signed
from coordinator.access.credentials import utc
from rehearsal.programs import program
from tally_node import reception
from tally_node.voice import NodeError
from tally_protocol.seal.enrolment import prove_code, request_digest
from tally_protocol.wire.v1 import access_pb2, access_pb2_grpc
from tests.faults.rig import Program
from tests.faults.town import PASSPHRASE
from tests.together.enrolling import Enrolling

pytestmark = pytest.mark.e2e


class Open(Program):
    """`tally-coordinator reception`."""

    def __init__(self, place: Enrolling) -> None:
        command = [*program("tally-coordinator"), "reception", *place.desk, "--listen", "127.0.0.1:0"]
        super().__init__(command, place.path / f"reception-{place.home.exists()}")
        while not self.said().endswith("}\n"):
            assert self.alive, self.errors()
        found = json.loads(self.said())
        self.address, self.groups = str(found["address"]), str(found["groups"])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Enrolling]:
    made = Enrolling(tmp_path)
    yield made
    made.end()


@pytest.fixture
def door(place: Enrolling) -> Iterator[Open]:
    place.codes()
    opened = Open(place)
    yield opened
    opened.kill()


def on_laptop(*words: str, code: int = 0) -> str:
    """A command of the laptop that needs no home."""
    done = subprocess.run(
        [*program("tally-node"), *words], capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"CHANGPIAO_PASSPHRASE": PASSPHRASE},
    )  # fmt: skip
    assert done.returncode == code, (words, done.stdout, done.stderr)
    return done.stdout + done.stderr


def test_the_whole_way_without_a_stick(place: Enrolling, door: Open) -> None:
    """[ACCESS-4]: hand in, compare, confirm, seal, collect, install, deliver."""
    node, other = place.nodes
    request = place.enrol(node)
    where = ("--reception", door.address, "--groups", door.groups)
    said = on_laptop("hand-in", "--request", str(request), *where)
    groups = request.with_suffix(".groups").read_text("utf-8")
    assert groups in said
    on_laptop("hand-in", "--request", str(request), *where)
    usb = place.path / "from-network"
    collecting = ("collect", "--request", str(request), "--out", str(usb))
    assert "N_NOT_READY" in on_laptop(*collecting, *where, code=1)
    assert f"{node}  {groups}  待确认" in place.county_command("requests", *place.desk).stdout
    place.confirm(node, request)
    second = place.enrol(other)
    place.hand_in(second)
    place.confirm(other, second)
    assert [act["act"] for act in place.acts()].count("request") == 2, "handed in twice is one request"
    place.seal()
    door.signal(signal.SIGTERM)
    assert door.wait() == 0, door.errors()
    later = Open(place)
    assert later.groups == door.groups, "the groups on paper stay true"
    on_laptop(*collecting, "--reception", later.address, "--groups", later.groups)
    bundle = place.home / "bundles" / node
    assert {path.name: path.read_bytes() for path in usb.iterdir()} == {
        path.name: path.read_bytes() for path in bundle.iterdir()
    }
    authority = (place.home / "authority" / "authority.vkey").read_text("utf-8").strip()
    place.node(node, "install", "--bundle", str(usb), "--authority", authority)
    later.kill()


def test_guesses_and_strangers_get_one_word(place: Enrolling, door: Open) -> None:
    """[ACCESS-2] G2: UNAUTHENTICATED E_TOKEN, whatever the reason; the county's own screen says more."""
    node = place.nodes[0]
    request = json.loads(place.enrol(node).read_text("utf-8"))

    async def ask(changes: list[dict[str, Any]]) -> list[tuple[str, str]]:
        found = []
        async with channel(door) as one:
            stub = access_pb2_grpc.ReceptionServiceStub(one)
            for change in changes:
                try:
                    await stub.Enrol(access_pb2.EnrolRequest(request=json.dumps(request | change).encode()))
                    found.append(("OK", ""))
                except aio.AioRpcError as error:
                    found.append((error.code().name, error.details() or ""))
        return found

    guesses = []
    for number in range(7):
        proof = prove_code(f"{number:040d}", request["election"], node, request_digest(request))
        guesses.append({"code_proof": proof.hex(), "extra": number} if number else {"code_proof": proof.hex()})
    told = asyncio.run(ask([*guesses, {"node": "nobody"}, {"node": "../../etc"}, {}]))
    refused = ("UNAUTHENTICATED", "E_TOKEN")
    assert told == [*[refused] * 8, ("INVALID_ARGUMENT", told[8][1]), refused]
    assert "E_FIELD" in told[8][1]
    assert [act["act"] for act in place.acts()].count("wrong") == 5
    assert "已锁定/locked" in place.county_command("laptops", *place.desk).stdout
    # F6: nothing was written anywhere
    assert list((place.sealing / "enrolments").iterdir()) == []


def channel(door: Open) -> aio.Channel:
    """Somebody who looks at no groups."""
    host, _, port = door.address.rpartition(":")
    pem = ssl.get_server_certificate((host, int(port)))
    options = [
        ("grpc.ssl_target_name_override", reception.SERVER_NAME), ("grpc.max_send_message_length", -1),
        ("grpc.use_local_subchannel_pool", 1),
    ]  # fmt: skip
    return aio.secure_channel(door.address, grpc.ssl_channel_credentials(pem.encode()), options)


def test_floods_at_the_reception_are_slowed_and_bounded(place: Enrolling, door: Open) -> None:
    """[ACCESS-9] H1: an address has a rate; a message has a size; garbage gets a code and no words of a parser."""

    async def say(one: aio.Channel, data: bytes) -> tuple[str, str]:
        try:
            await access_pb2_grpc.ReceptionServiceStub(one).Enrol(access_pb2.EnrolRequest(request=data))
        except aio.AioRpcError as error:
            return error.code().name, error.details() or ""
        return "OK", ""

    async def play() -> list[tuple[str, str]]:
        bad = [b"", b"{", b"[" * 100_000, b"\xff", b'{"node": 1}', b"x" * (5 << 20)]
        many = [channel(door) for _ in range(10)]
        found = [await say(many[0], data) for data in bad]
        found += await asyncio.gather(*(say(one, b"{}") for one in many for _ in range(12)))
        for one in many:
            await one.close()
        return found

    told = asyncio.run(play())
    assert all(code == "INVALID_ARGUMENT" for code, _ in told[:5])
    assert all(details.startswith(("E_JSON", "E_FIELD")) for _, details in told[:5])
    assert told[5][0] == "RESOURCE_EXHAUSTED"
    assert ("RESOURCE_EXHAUSTED", "E_RATE address") in told[6:]
    assert sum(code == "INVALID_ARGUMENT" for code, _ in told) < 80, "a burst of sixty, then one a second"
    assert place.acts()[-1]["act"] == "code"
    assert door.alive


class Between(access_pb2_grpc.ReceptionServiceServicer):
    """Somebody between laptop and county, with a certificate of his own: passes on what he likes."""

    def __init__(self, change: Any) -> None:
        self._change = change
        self.heard: list[bytes] = []

    async def Enrol(self, request: Any, context: Any) -> access_pb2.EnrolResponse:  # noqa: N802, ARG002 - from the .proto
        self.heard.append(request.request)
        return access_pb2.EnrolResponse(digest=self._change(request.request))

    async def Collect(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002 - from the .proto
        for name in ("../../evil", "node.pem"):
            yield access_pb2.CollectResponse(name=name, part=b"x")


async def between(servicer: Between) -> tuple[aio.Server, str]:
    server = aio.server()
    access_pb2_grpc.add_ReceptionServiceServicer_to_server(servicer, server)
    pair = self_signed(utc(1_790_000_000), 4000)
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(pair.key, pair.certificate)]))
    await server.start()
    return server, f"127.0.0.1:{port}"


def test_somebody_in_between_can_only_withhold(place: Enrolling, door: Open, tmp_path: Path) -> None:
    """[ACCESS-1] [ACCESS-4] G3, F6: the paper's groups name him; without them he still learns no code."""
    codes = place.codes("--node", place.nodes[0])
    request = place.enrol(place.nodes[0]).read_bytes()
    digest = bytes(request_digest(json.loads(request)))

    async def play() -> list[str]:
        told: list[str] = []
        servicer = Between(lambda _: bytes(32))
        server, address = await between(servicer)
        for groups in (door.groups, ""):
            try:
                await reception.hand_in(address, request, digest, groups)
            except NodeError as error:
                told.append(error.code)
        try:
            await reception.collect(address, place.nodes[0], digest, "")
        except NodeError as error:
            told.append(error.code)
        await server.stop(None)
        code = codes[place.nodes[0]].replace(" ", "").encode()
        assert all(code not in heard for heard in servicer.heard)
        return told

    assert asyncio.run(play()) == ["N_RECEPTION", "E_IDENTITY", "N_BUNDLE"]
    assert not list(tmp_path.rglob("evil*"))
