"""The laptops' enrolment requests: public keys with proof of possession, certificate requests (docs/enrolment.md).

A key enters a roster only if its holder has signed for this election and this laptop with it [SEAL-4] [KEY-1].
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509

from coordinator.access.certificates import read_csr
from coordinator.sealing.problems import Problems
from tally_protocol.election.manifest import Official
from tally_protocol.errors import Malformed, ProtocolError
from tally_protocol.fields import Reader, hash_of, parts_of
from tally_protocol.ids import Hash32, station_chain, unit_chain
from tally_protocol.seal.enrolment import CODE_PROOF, request_digest
from tally_protocol.seal.keys import check_public_key, verify_signature

PROOF = b"changpiao/v1 enrolment\n"
DEVICE_NAMES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
# of a laptop with thousands of tables; more is no request
REQUEST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RequestedStation:
    """A table as its laptop asks for it."""

    node: str
    key: Hash32
    officials: tuple[Official, ...]
    file: str


@dataclass(frozen=True, slots=True)
class RequestedUnit:
    """A committee as its laptop asks for it."""

    node: str
    committee: tuple[Official, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A request as it was handed in: what it is known by, the proof made with its code, the chains it asks for."""

    node: str
    digest: Hash32
    proof: bytes
    chains: frozenset[str]
    file: str


@dataclass(slots=True)
class Requests:
    """All requests of the folder."""

    nodes: dict[str, x509.CertificateSigningRequest] = field(default_factory=dict)
    handed: dict[str, Handed] = field(default_factory=dict)
    stations: dict[tuple[str, str], RequestedStation] = field(default_factory=dict)
    units: dict[str, RequestedUnit] = field(default_factory=dict)


def read_requests(folder: Path, election: str, problems: Problems) -> Requests:
    """Read every `enrolments/*.json`; what is wrong is noted and left out."""
    requests = Requests()
    paths = sorted((folder / "enrolments").glob("*.json"))
    if not paths:
        problems.add("enrolments", 0, "没有任何登记请求", "no enrolment request")
    for path in paths:
        name = f"enrolments/{path.name}"
        try:
            data = read_file(path)
        except OSError as error:
            problems.add(name, 0, f"读不出: {error.strerror}", f"cannot be read: {error.strerror}")
            continue
        read_one(data, name, election, requests, problems)
    return requests


def read_file(path: Path) -> bytes:
    """The bytes of a request's file, one more than it may have at the most."""
    with path.open("rb") as stream:
        return stream.read(REQUEST_BYTES + 1)


def read_one(data: bytes, name: str, election: str, requests: Requests, problems: Problems) -> None:
    """Read one request, wherever it came from; what is wrong is noted."""
    try:
        if len(data) > REQUEST_BYTES:
            raise Malformed("E_LIMIT", name, expected=f"at most {REQUEST_BYTES} bytes")
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        problems.add(name, 0, f"读不出 JSON: {error}", f"expected JSON: {error}")
    except ProtocolError as error:
        problems.add(name, 0, f"登记请求不合规: {error}", str(error))
    else:
        try:
            _read_request(value, name, election, requests, problems)
        except ProtocolError as error:
            problems.add(name, 0, f"登记请求不合规: {error}", str(error))


def read_handed(value: object, where: str) -> Handed:
    """What a request is known by and asks for, before its keys are looked at; Malformed if it is not one."""
    read = Reader(value, where)
    node = read.id("node")
    chains: set[str] = set()
    for name in ("stations", "units"):
        if not read.has(name):
            continue
        for place, item in enumerate(read.list(name)):
            part = Reader(item, f"{where}.{name}[{place}]")
            unit = part.id("unit")
            chains.add(station_chain(unit, part.id("station")) if name == "stations" else unit_chain(unit))
    proof = read.take(CODE_PROOF, str) if read.has(CODE_PROOF) else ""
    try:
        body = dict(value) if isinstance(value, dict) else {}
        return Handed(node, request_digest(body), bytes.fromhex(proof), frozenset(chains), where)
    except ValueError:
        raise Malformed("E_FIELD", f"{where}.{CODE_PROOF}", expected="hex, and no fractions anywhere") from None


def _read_request(value: object, name: str, election: str, requests: Requests, problems: Problems) -> None:
    handed = read_handed(value, name)
    read = Reader(value, name)
    node = read.id("node")
    if read.id("election") != election:
        problems.add(name, 0, f"登记请求属于另一场选举，应为 {election}", f"expected election {election}")
    csr = _read_csr(read.take("csr_pem", str), election, node, name, problems)
    if read.has(CODE_PROOF):
        read.take(CODE_PROOF, str)
    stations = read.list("stations")
    units = read.list("units")
    proved = _read_proofs(read.list("proofs"), node, election, name, problems)
    read.done()
    if node in requests.nodes:
        problems.add(name, 0, f"设备 {node} 登记了两次", f"laptop {node} is enrolled twice")
    _check_file_name(node, name, requests, problems)
    requests.handed[node] = handed
    if csr is not None:
        requests.nodes[node] = csr
    used: set[bytes] = set()
    for place, item in enumerate(stations):
        part = Reader(item, f"{name}: stations[{place}]")
        key = part.id("unit"), part.id("station")
        station = RequestedStation(
            node, part.hash("station_key"), part.items("officials", Official.parse, 1, 32), name
        )
        part.done()
        used |= {station.key, *(person.key for person in station.officials)}
        if key in requests.stations:
            problems.add(name, 0, f"计票点 {key} 登记了两次", f"station {key} is enrolled twice")
        requests.stations[key] = station
    for place, item in enumerate(units):
        part = Reader(item, f"{name}: units[{place}]")
        unit = part.id("unit")
        people = part.items("committee", Official.parse, 1, 32)
        part.done()
        used |= {person.key for person in people}
        if unit in requests.units:
            problems.add(name, 0, f"单位 {unit} 登记了两次", f"unit {unit} is enrolled twice")
        requests.units[unit] = RequestedUnit(node, people, name)
    for missing in sorted(used - proved)[:20]:
        problems.add(name, 0, f"公钥 {missing.hex()} 没有持有证明", f"key {missing.hex()}: no proof of possession")


def _check_file_name(node: str, name: str, requests: Requests, problems: Problems) -> None:
    """A laptop's id becomes the name of a folder, also on a USB stick of Windows."""
    alike = [other for other in requests.handed if other != node and other.casefold() == node.casefold()]
    if alike or node.partition(".")[0].casefold() in DEVICE_NAMES or node.endswith("."):
        why = f"与 {alike[0]} 只差大小写" if alike else "不能作为文件夹名"
        problems.add(
            name, 0, f"设备编号 {node} {why}，请换一个",
            f"id {node} cannot be a folder's name on every system: choose another",
        )  # fmt: skip


def _read_csr(
    pem: str, election: str, node: str, name: str, problems: Problems
) -> x509.CertificateSigningRequest | None:
    try:
        return read_csr(pem.encode(), election, node, f"{name}: csr_pem")
    except ProtocolError as error:
        problems.add(
            name, 0, f"证书请求无效，应为本设备（{node}）的 P-256 请求: {error.found}",
            f"csr_pem: expected a valid request of laptop {node} with a P-256 key, found {error.found}",
        )  # fmt: skip
        return None


def _read_proofs(proofs: list[Any], node: str, election: str, name: str, problems: Problems) -> set[bytes]:
    """The keys whose holders have signed; a weak key or a bad signature is noted."""
    proved: set[bytes] = set()
    prefix = PROOF + election.encode() + b"\n" + node.encode() + b"\n"
    for place, item in enumerate(proofs):
        where = f"{name}: proofs[{place}]"
        key_text, signature_text = parts_of(item, where, 2)
        key = hash_of(key_text, where)
        try:
            signature = bytes.fromhex(signature_text)
            check_public_key(key, where)
        except (TypeError, ValueError, Malformed):
            signature = b""
        if verify_signature(key, prefix + key.hex().encode(), signature):
            proved.add(key)
        else:
            problems.add(name, 0, f"公钥 {key.hex()} 的持有证明不成立", f"key {key.hex()}: the proof does not hold")
    return proved
