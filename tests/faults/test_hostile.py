"""Hostile stations: refused with the code, kept, in the metrics, while an honest laptop's stream goes on.

[INTAKE-1] [INTAKE-3] [INTAKE-4] [INTAKE-5] [INTAKE-6] [RECEIPT-1]
"""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from coordinator.intake.refusals import MOST_A_CHAIN, MOST_UNKNOWN
from tally_protocol.seal import canonical
from tally_protocol.seal.document import TYPE, decode_text, record_hash
from tests.coordinator.door import limits_file
from tests.faults.hostile import Liar, Parcel, metrics
from tests.faults.ledger import reading_store
from tests.faults.rig import FEW, HOST, Rig
from tests.faults.town import Town
from tests.faults.verdict import check_whole
from tests.node.sealing import certificate

pytestmark = pytest.mark.fault
CHAIN = "s/v2/1"


def lies(liar: Liar, twin: Liar, other: Liar) -> list[tuple[str, Parcel]]:
    """Each lie with the answer it must get, in the order of sending."""
    first, batch, *_ = liar.parcels(CHAIN)
    return [
        ("ACCEPTED", first),
        ("DUPLICATE", first),
        ("E_FORK", twin.second_open("v2", "1")),
        ("E_ELECTION", liar.altered(batch, other_election)),
        ("E_SIGNERS", liar.by_strangers(batch)),
        ("E_SIG", Parcel(spoil_signature(batch.note), batch.sealed)),
        ("E_LIMIT", Parcel(batch.note[:-1] + b"x" * 65_536 + b"\n", batch.sealed)),
        ("E_NONCANON", liar.altered(batch, lambda text: text.replace(b'":', b'": ', 1))),
        ("E_KIND", liar.altered(batch, lambda text: text.replace(b"changpiao/v1 batch", b"changpiao/v2 batch"))),
        ("E_UNKNOWN_CHAIN", liar.altered(batch, lambda text: text.replace(b'"s/v2/1"', b'"s/v9/9"'))),
        ("E_IDENTITY", other.parcels("s/v1/1")[0]),
        ("E_STATE", liar.altered(first, resumed, by="chair")),
        ("E_IDENTITY", liar.altered(batch, determination)),
        ("E_SEALED", Parcel(batch.note, b"")),
        ("E_SEALED", Parcel(batch.note, batch.sealed[:-1] + bytes([batch.sealed[-1] ^ 1]))),
        ("E_GAP", liar.parcels(CHAIN)[2]),
    ]


def other_election(text: bytes) -> bytes:
    """The same batch, signed for an election that this county does not hold."""
    at = text.index(b'"election":"') + len(b'"election":"')
    return text[:at] + b"ab" * 32 + text[at + 64 :]


def resumed(text: bytes) -> bytes:
    """A step out of its order, as the second record of the chain, in place of the `open`."""
    _, body = decode_text(text)
    named = {name: body[name] for name in ("chain", "election", "epoch", "time")}
    step = named | {"prev": record_hash(text).hex(), "seq": 1, "step": "resumed"}
    return TYPE.encode() + b"step\n" + canonical.encode(step) + b"\n"


def determination(text: bytes) -> bytes:
    """A laptop tells the county who is elected, on the county's own chain."""
    _, body = decode_text(text)
    named = {name: body[name] for name in ("election", "epoch", "prev", "seq", "time")}
    found = named | {"chain": "c", "contests": [], "statement": "ab" * 32, "unit": "v2"}
    return TYPE.encode() + b"determination\n" + canonical.encode(found) + b"\n"


def spoil_signature(note: bytes) -> bytes:
    """The last signature with one character changed, still base64."""
    at = len(note) - 20
    return note[:at] + (b"A" if note[at : at + 1] != b"A" else b"B") + note[at + 1 :]


def flood(batch: Parcel) -> list[Parcel]:
    """Junk that names no chain, and one bad record of a known chain again and again."""
    junk = [Parcel(b"junk %d\n\n\xe2\x80\x94 nobody AAAAAAAA\n" % number) for number in range(MOST_UNKNOWN + 500)]
    return junk + [Parcel(spoil_signature(batch.note), batch.sealed)] * (MOST_A_CHAIN + 50)


def scene(town: Town, counted: Town, rig: Rig) -> tuple[Liar, Liar, Liar]:
    """The second laptop in bad hands, with what it has counted; its twin that has not; the first one's copy."""
    first, second = town.nodes
    homes = {"liar": counted.home(second), "twin": town.home(second), "other": counted.home(first)}
    found = []
    for name, home in homes.items():
        shutil.copytree(home, rig.path / name)
        found.append(Liar(rig.path / name, f"{HOST}:{rig.port}"))
    return found[0], found[1], found[2]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_every_lie_gets_its_code_and_honest_laptops_go_on(
    town: Town, counted: Town, tmp_path: Path, kind: str, new_url: Callable[[str], str]
) -> None:
    with Rig(town, tmp_path / "round", new_url(kind)) as rig:
        liar, twin, other = scene(town, counted, rig)
        told = lies(liar, twin, other)
        # what a flood above the rate gets is test_access_flooder.py's; here it reaches admission
        limits = limits_file(tmp_path / "limits.toml", records_per_second=2000, burst=4000)
        county = rig.start_county("--limits", str(limits)).wait_ready()
        codes = asyncio.run(liar.deliver([parcel for _, parcel in told]))
        assert codes == [code for code, _ in told]
        # an honest laptop counts and sends while the liar floods
        honest = rig.start_node(town.nodes[0])
        codes = asyncio.run(liar.deliver(flood(liar.parcels(CHAIN)[1]), group=256))
        assert set(codes) == {"E_NOTE", "E_SIG"}
        assert honest.wait() == 0, honest.errors()
        summary = rig.summary(town.nodes[0])
        assert (summary["owed"], summary["unreceipted"], summary["stopped"]) == (0, 0, {}), summary
        check_metrics(metrics(county.admin), [code for code, _ in told] + codes)
        check_kept(rig, told)
        # the second laptop back in honest hands: its journal goes on where the county stands
        shutil.rmtree(rig.town.home(town.nodes[1]))
        shutil.copytree(counted.home(town.nodes[1]), rig.town.home(town.nodes[1]))
        assert rig.start_node(town.nodes[1]).wait() == 0, rig.running[town.nodes[1]].errors()
        assert county.stop() == 0, county.errors()
        # the proofs in that journal are of the other county's log
        check_whole(rig, promises=False)


def check_metrics(series: dict[str, float], codes: list[str]) -> None:
    """[INTAKE-4] Every refusal is counted under its code, and a fork is an alarm of its own [INTAKE-5]."""
    for code in set(codes) - {"ACCEPTED", "DUPLICATE"}:
        assert series[f'changpiao_refused_total{{code="{code}"}}'] == codes.count(code), code
    assert series["changpiao_forks_total"] == 1
    assert series["changpiao_duplicates_total"] >= 1


def check_kept(rig: Rig, told: list[tuple[str, Parcel]]) -> None:
    """[INTAKE-4] [INTAKE-5] The refused bytes with their codes, bounded; both records of the fork."""
    with reading_store(rig) as ask:
        kept = {(str(code), bytes(note)) for code, note in ask("SELECT code, note FROM refusals")}
        for code, parcel in told:
            if code not in ("ACCEPTED", "DUPLICATE"):
                assert (code, parcel.note) in kept, code
        shelves = dict(ask("SELECT chain, count(*) FROM refusals GROUP BY chain"))
        assert shelves[""] == MOST_UNKNOWN
        assert shelves[CHAIN] == MOST_A_CHAIN
        forks = ask("SELECT f.note, e.note FROM forks f JOIN entries e ON e.id = f.first")
    first, fork = (next(parcel.note for code, parcel in told if code == wanted) for wanted in ("ACCEPTED", "E_FORK"))
    assert forks == [(fork, first)]


async def status(liar: Liar, parcels: list[Parcel]) -> str:
    """How the stream of one group ended."""
    try:
        return (await liar.deliver(parcels, group=1000))[0]
    except grpc.aio.AioRpcError as error:
        return error.code().name


def own_certificate(liar: Liar) -> bytes:
    """The right name over the laptop's own key, signed by a CA that the county does not know."""
    stranger = ec.generate_private_key(ec.SECP256R1())
    public = liar.tls_key.public_key()
    made = certificate("node-2", public, "county", stranger, uri="urn:tally:faults-test:node-2")
    return made.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"][: FEW and 1])
def test_what_is_too_large_or_a_stranger_ends_its_own_stream_only(
    town: Town, counted: Town, tmp_path: Path, kind: str, new_url: Callable[[str], str]
) -> None:
    with Rig(town, tmp_path / "round", new_url(kind)) as rig:
        liar, twin, other = scene(town, counted, rig)
        county = rig.start_county().wait_ready()
        small = Parcel(b"junk")
        assert asyncio.run(status(liar, [Parcel(b"x" * 1_100_000)])) == "RESOURCE_EXHAUSTED"
        assert asyncio.run(status(liar, [small] * 300)) == "INVALID_ARGUMENT"
        (rig.path / "twin" / "county" / "node.pem").write_bytes(own_certificate(twin))
        assert asyncio.run(status(twin, [small])) == "UNAVAILABLE"
        codes = asyncio.run(other.deliver(other.parcels("s/v1/1")))
        assert set(codes) == {"ACCEPTED"}
        assert county.stop() == 0, county.errors()
