"""The laptops' enrolment requests: public keys with proof of possession, certificate requests (docs/enrolment.md).

A key enters a roster only if its holder has signed for this election and this laptop with it [SEAL-4] [KEY-1].
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from coordinator.sealing.problems import Problems
from tally_protocol.election.manifest import Official
from tally_protocol.errors import Malformed, ProtocolError
from tally_protocol.fields import Reader, hash_of, parts_of
from tally_protocol.ids import Hash32
from tally_protocol.seal.keys import check_public_key, verify_signature

PROOF = b"changpiao/v1 enrolment\n"


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


@dataclass(slots=True)
class Requests:
    """All requests of the folder."""

    nodes: dict[str, x509.CertificateSigningRequest] = field(default_factory=dict)
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
            value = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            problems.add(name, 0, f"读不出 JSON: {error}", f"expected JSON: {error}")
            continue
        try:
            _read_request(value, name, election, requests, problems)
        except ProtocolError as error:
            problems.add(name, 0, f"登记请求不合规: {error}", str(error))
    return requests


def _read_request(value: object, name: str, election: str, requests: Requests, problems: Problems) -> None:
    read = Reader(value, name)
    node = read.id("node")
    if read.id("election") != election:
        problems.add(name, 0, f"登记请求属于另一场选举，应为 {election}", f"expected election {election}")
    csr = _read_csr(read.take("csr_pem", str), name, problems)
    stations = read.list("stations")
    units = read.list("units")
    proved = _read_proofs(read.list("proofs"), node, election, name, problems)
    read.done()
    if node in requests.nodes:
        problems.add(name, 0, f"设备 {node} 登记了两次", f"laptop {node} is enrolled twice")
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


def _read_csr(pem: str, name: str, problems: Problems) -> x509.CertificateSigningRequest | None:
    try:
        csr = x509.load_pem_x509_csr(pem.encode())
        public = csr.public_key()
        good = csr.is_signature_valid and isinstance(public, ec.EllipticCurvePublicKey)
        good = good and isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name == "secp256r1"
    except ValueError:
        csr, good = None, False
    if not good:
        problems.add(name, 0, "证书请求无效，应为 P-256", "csr_pem: expected a valid request with a P-256 key")
        return None
    return csr


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
