"""The real program's door: revocation, renewal, new server certificates, all without a restart."""

import asyncio
import json
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from grpc import aio

from coordinator.access.certificates import Authority, private_pem, serial_of
from coordinator.access.credentials import ServerPair
from coordinator.settings import Home, write_private
from tests.coordinator.county import envelopes
from tests.coordinator.door import (
    channel,
    command,
    csr_of,
    der,
    laptop_for,
    limits_file,
    metric,
    open_stream,
    prove,
    renew,
)
from tests.coordinator.processes import wait_until
from tests.coordinator.scene import Laptop, Running, Scene, group, hello, new_scene
from tests.world import VOTE_A, papers


def acts(scene: Scene) -> list[dict[str, object]]:
    """The audit list."""
    lines = command("laptops", "--acts", "--home", str(scene.home.path), url=scene.url).splitlines()
    return [json.loads(line) for line in lines]


def serve(scene: Scene, **changes: float) -> Running:
    """The county with some limits changed."""
    return scene.serve("--limits", str(limits_file(scene.path / "limits.toml", **changes)))


def revoke(scene: Scene, node: str, reason: str = "遗失 lost") -> None:
    command("revoke", node, reason, "--home", str(scene.home.path), url=scene.url)


def test_a_revoked_laptop_is_out_within_seconds_and_others_go_on(scene: Scene) -> None:
    """[ACCESS-8] [ACCESS-10] G1: streams end, records are refused, a restart changes nothing, the list says it."""
    county = scene.serve()
    desk = scene.world.desk("v1", "1")
    desk.open()
    other = laptop_for(scene.authority, "node-2", scene.world.id)

    async def play() -> None:
        mine, theirs = await open_stream(scene.laptop, county.address), await open_stream(other, county.address)
        answer = await mine.say(group(envelopes(scene.world, desk)))
        assert answer.answers.answers[0].code == ""
        await theirs.say(hello("s/v1/1"))
        await asyncio.to_thread(revoke, scene, "node-1")
        began = time.monotonic()
        await asyncio.wait_for(mine.ended(), 10)
        assert await mine.status() == ("PERMISSION_DENIED", "E_REVOKED")
        assert time.monotonic() - began < 10, "the list is read every second"
        assert await prove(scene.laptop, county.address) == ("PERMISSION_DENIED", "E_REVOKED")
        desk.batch(papers(60, VOTE_A))
        again = await open_stream(scene.laptop, county.address)
        with pytest.raises((aio.AioRpcError, asyncio.InvalidStateError, AssertionError)):
            await again.say(group(envelopes(scene.world, desk)))
        assert await again.status() == ("PERMISSION_DENIED", "E_REVOKED")
        # the other laptop never noticed, and the record of the revoked one was not taken
        found = await theirs.say(hello("s/v1/1"))
        assert found.resume.positions[0].next_seq == 1
        for one in (mine, theirs, again):
            await one.close()

    asyncio.run(play())
    assert metric(county, 'changpiao_access_streams_ended_total{reason="E_REVOKED"}') == 1
    assert metric(county, "changpiao_access_revoked_laptops") == 1
    assert county.end() == 0
    county = scene.serve()
    assert asyncio.run(prove(scene.laptop, county.address)) == ("PERMISSION_DENIED", "E_REVOKED")
    assert asyncio.run(prove(other, county.address))[0] == "OK"
    (act,) = acts(scene)
    assert (act["act"], act["node"], act["reason"]) == ("revoke", "node-1", "遗失 lost")
    assert '"event": "access: revoke node-1"' in (scene.path / "county.log").read_text("utf-8")
    assert county.end() == 0


def test_revoking_nobody_or_without_a_reason_is_refused(scene: Scene) -> None:
    home = str(scene.home.path)
    assert "node-9" in command("revoke", "node-9", "lost", "--home", home, url=scene.url, code=1)
    assert "1 to 200" in command("revoke", "node-1", " ", "--home", home, url=scene.url, code=1)
    assert acts(scene) == []


def new_pair(scene: Scene, node: str = "node-1") -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    return key, der(csr_of(key, scene.world.id, node))


def pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return private_pem(key)


def test_a_laptop_renews_over_its_connection(scene: Scene) -> None:
    """[ACCESS-5] [ACCESS-6] [ACCESS-7] [ACCESS-10]: the county says when, the old certificate is the proof."""
    county = serve(scene, laptop_hours=2)
    old = laptop_for(scene.authority, "node-1", scene.world.id, seconds=7200)

    async def play() -> Laptop:
        one = await open_stream(old, county.address)
        await one.say(hello("s/v1/1"))
        metadata = dict(await one.call.initial_metadata())
        assert 3500 < int(metadata["changpiao-renew-in"]) <= 3600, "half of the certificate's two hours"
        key, csr = new_pair(scene)
        answer = await renew(old, county.address, csr)
        assert answer.renew_in == 3600
        fresh = Laptop(old.ca, pem_of(key), answer.certificate)
        assert (await prove(fresh, county.address))[0] == "OK"
        await one.say(hello("s/v1/1"))
        await one.close()
        return fresh

    fresh = asyncio.run(play())
    made = x509.load_pem_x509_certificate(fresh.certificate)
    (act,) = acts(scene)
    assert (act["act"], act["node"], act["way"], act["serial"]) == ("certificate", "node-1", "renew", serial_of(made))
    life = made.not_valid_after_utc.timestamp() - time.time()
    assert 7100 < life <= 7200
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [f"urn:tally:{scene.world.id}:node-1"]
    # both are of the same enrolment: revoking ends both
    revoke(scene, "node-1")
    for laptop in (old, fresh):
        wait_until(
            lambda laptop=laptop: asyncio.run(prove(laptop, county.address)) == ("PERMISSION_DENIED", "E_REVOKED"),  # type: ignore[misc]
            "the list is read every second", 20,
        )  # fmt: skip
    assert metric(county, "changpiao_access_renewals_total") == 1


def test_a_first_certificate_is_to_be_exchanged_at_once(scene: Scene) -> None:
    """[ACCESS-5]"""
    county = scene.serve()
    long = laptop_for(scene.authority, "node-1", scene.world.id, seconds=40 * 86_400)

    async def play() -> str:
        one = await open_stream(long, county.address)
        await one.say(hello("s/v1/1"))
        found = str(dict(await one.call.initial_metadata())["changpiao-renew-in"])
        await one.close()
        return found

    assert asyncio.run(play()) == "0"


def test_renewal_is_for_the_laptop_of_the_connection_alone(scene: Scene) -> None:
    """[ACCESS-6] G3: another laptop's name, another election's, another kind of key, garbage, a broken signature."""
    county = serve(scene, renewals_per_hour=2)
    key, good = new_pair(scene)
    stranger = rsa.generate_private_key(65537, 2048)
    wrong = {
        "another laptop": new_pair(scene, "node-2")[1],
        "another election": der(csr_of(key, "other-test", "node-1")),
        "RSA": der(csr_of(stranger, scene.world.id, "node-1")),
        "P-384": der(csr_of(ec.generate_private_key(ec.SECP384R1()), scene.world.id, "node-1")),
        "garbage": b"\x30\x03abc",
        "empty": b"",
        "signature": good[:-1] + bytes([good[-1] ^ 1]),
    }
    for name, csr in wrong.items():
        with pytest.raises(aio.AioRpcError) as refused:
            asyncio.run(renew(scene.laptop, county.address, csr))
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT, name
        assert (refused.value.details() or "").startswith("E_IDENTITY"), name
    assert acts(scene) == []
    for _ in range(2):
        asyncio.run(renew(scene.laptop, county.address, good))
    with pytest.raises(aio.AioRpcError) as refused:
        asyncio.run(renew(scene.laptop, county.address, good))
    assert (refused.value.code().name, refused.value.details()) == ("RESOURCE_EXHAUSTED", "E_RATE renewals")


def test_where_the_ca_key_is_not_kept_nothing_is_renewed(scene: Scene) -> None:
    (scene.home.tls / "ca.key").rename(scene.home.path / "elsewhere.key")
    county = scene.serve()
    with pytest.raises(aio.AioRpcError) as refused:
        asyncio.run(renew(scene.laptop, county.address, new_pair(scene)[1]))
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert asyncio.run(prove(scene.laptop, county.address))[0] == "OK"


async def server_serial(address: str) -> str:
    """Serial number of the certificate that the server shows in a new handshake."""
    host, _, port = address.rpartition(":")
    pem = await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)))
    return serial_of(x509.load_pem_x509_certificate(pem.encode()))


def refused_start(scene: Scene) -> str:
    """What the program says when it does not start."""
    words = ("serve", "--home", str(scene.home.path), "--public", str(scene.path / "public"))
    return command(*words, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", url=scene.url, code=1)


def test_a_new_server_certificate_is_taken_without_a_restart(scene: Scene) -> None:
    """An open stream goes on, new connections see the new one; half a pair on the disk is not taken."""
    county = scene.serve()
    before = (scene.home.tls / "server.key").read_bytes()

    async def play() -> None:
        one = await open_stream(scene.laptop, county.address)
        await one.say(hello("s/v1/1"))
        first = await server_serial(county.address)
        words = ("server-certificate", "--home", str(scene.home.path), "--address", "203.0.113.7:7443")
        await asyncio.to_thread(command, *words, url=scene.url)
        second = await server_serial(county.address)
        assert first != second
        await one.say(hello("s/v1/1"))
        assert (await prove(scene.laptop, county.address))[0] == "OK"
        # only the key was replaced: the pair in use goes on
        (scene.home.tls / "server.key").write_bytes(before)
        assert await server_serial(county.address) == second
        assert (await prove(scene.laptop, county.address))[0] == "OK"
        await one.close()

    asyncio.run(play())
    assert county.end() == 0
    assert "server.key" in refused_start(scene)


def test_a_mounted_pair_is_taken_when_its_folder_is_exchanged(tmp_path: Path) -> None:
    """As kubelet does it: `tls/server.key` leads through `..data`, which is one rename from old to new."""
    authority = Authority("county-test", datetime.now(UTC))
    (tmp_path / "tls").mkdir()
    for number in (1, 2):
        folder, made = tmp_path / "tls" / f"..{number}", authority.server(["127.0.0.1"])
        folder.mkdir()
        write_private(folder / "server.key", made.key)
        (folder / "server.pem").write_bytes(made.certificate)
        (folder / "ca.pem").write_bytes(authority.pair.certificate)
    (tmp_path / "tls" / "..data").symlink_to("..1")
    for name in ("server.key", "server.pem", "ca.pem"):
        (tmp_path / "tls" / name).symlink_to(f"..data/{name}")
    pair = ServerPair(Home(tmp_path))
    assert pair.newer() is None
    (tmp_path / "tls" / "..next").symlink_to("..2")
    (tmp_path / "tls" / "..next").replace(tmp_path / "tls" / "..data")
    assert pair.newer() is not None
    assert pair.newer() is None


def test_the_county_renews_its_own_certificate(scene: Scene) -> None:
    """At half of its life, by the process that serves; names are kept."""
    old = x509.load_pem_x509_certificate((scene.home.tls / "server.pem").read_bytes())
    # the shipped ninety days are more than twice what is left: due at once
    county = serve(scene, server_days=400)
    new, end = old, time.monotonic() + 20
    while new.serial_number == old.serial_number and time.monotonic() < end:
        time.sleep(0.1)
        new = x509.load_pem_x509_certificate((scene.home.tls / "server.pem").read_bytes())
    assert new.not_valid_after_utc.timestamp() > time.time() + 399 * 86_400
    names = [c.extensions.get_extension_for_class(x509.SubjectAlternativeName).value for c in (old, new)]
    assert list(names[0]) == list(names[1])
    assert asyncio.run(server_serial(county.address)) == serial_of(new)
    assert asyncio.run(prove(scene.laptop, county.address))[0] == "OK"


def test_one_stream_too_many_ends_the_oldest(scene: Scene) -> None:
    """[ACCESS-9]: a laptop whose network flaps may come back; in all it has no more than its number."""
    county = serve(scene, streams=2)

    async def play() -> None:
        first = await open_stream(scene.laptop, county.address)
        # heard before the next one connects: which of the two is older must be certain
        await first.say(hello("s/v1/1"))
        second = await open_stream(scene.laptop, county.address)
        await second.say(hello("s/v1/1"))
        third = await open_stream(scene.laptop, county.address)
        await third.say(hello("s/v1/1"))
        await asyncio.wait_for(first.ended(), 10)
        assert await first.status() == ("RESOURCE_EXHAUSTED", "E_RATE streams")
        await second.say(hello("s/v1/1"))
        for one in (first, second, third):
            await one.close()

    asyncio.run(play())


def test_a_method_without_a_policy_is_closed(scene: Scene) -> None:
    """[ACCESS-11]: also for a method that the server does not have."""
    county = scene.serve()

    async def play() -> str:
        async with channel(scene.laptop, county.address) as one:
            call: Any = one.unary_unary("/tally_protocol.wire.v1.ReceptionService/Enrol")
            try:
                await call(b"")
            except aio.AioRpcError as error:
                return str(error.code().name)
        return "OK"

    assert asyncio.run(play()) == "UNIMPLEMENTED"


REFUSED_STARTS: dict[str, Callable[[Scene], object]] = {
    "ca.key readable by others": lambda scene: (scene.home.tls / "ca.key").chmod(0o640),
    "server.key readable by others": lambda scene: (scene.home.tls / "server.key").chmod(0o604),
    "server.key missing": lambda scene: (scene.home.tls / "server.key").unlink(),
    "ca.pem missing": lambda scene: (scene.home.tls / "ca.pem").unlink(),
    "ca.key of another CA": lambda scene: (scene.home.tls / "ca.key").write_bytes(
        (scene.home.tls / "server.key").read_bytes()
    ),
    "county.key readable by others": lambda scene: (scene.home.keys / "county.key").chmod(0o644),
    "limits.toml wrong": lambda scene: (scene.home.path / "limits.toml").write_text("[laptop]\n"),
}


@pytest.mark.parametrize("case", REFUSED_STARTS)
def test_what_is_not_private_or_not_complete_stops_the_start(case: str, tmp_path: Path) -> None:
    """[ACCESS-11]: with words in both languages and no open door."""
    with new_scene(tmp_path) as scene:
        REFUSED_STARTS[case](scene)
        lines = [line for line in refused_start(scene).splitlines() if line.startswith("tally-coordinator: error:")]
        assert len(lines) == 2
        assert case.partition(" ")[0] in lines[1]
