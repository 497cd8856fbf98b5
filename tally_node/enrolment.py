r"""The laptop's request to be named in the sealed election: what it hosts, its public keys, proof of the private ones.

Serves [SEAL-4] on the laptop's side. The plan and the request are documented in docs/enrolment.md. Every Ed25519 key
is proved by a signature over `"changpiao/v1 enrolment\n" || election || "\n" || node || "\n" || key hex`; the TLS key
by the certificate request's own signature. No private key leaves the keyring. With a code of the county the whole
request is signed with the key made of the code, which itself never leaves the laptop [ACCESS-1] [ACCESS-2].
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tally_node.certificate import new_request
from tally_node.keyring import Keyring
from tally_node.voice import NodeError
from tally_protocol.election.words import ROLE_WORDS
from tally_protocol.errors import Malformed
from tally_protocol.ids import is_id
from tally_protocol.seal.enrolment import CODE_PROOF, prove_code, read_code, request_digest
from tally_protocol.seal.keys import Signer

PROOF = "changpiao/v1 enrolment"
CERTIFICATE = "changpiao/v1 certificate"


@dataclass(frozen=True, slots=True)
class PlannedPerson:
    """A person with a role, not yet a key."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class PlannedStation:
    """A counting table on this laptop; a station without a name is the unit's own committee."""

    unit: str
    station: str
    people: tuple[PlannedPerson, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the laptop will host."""

    election: str
    node: str
    stations: tuple[PlannedStation, ...]
    committees: tuple[PlannedStation, ...]


def read_plan(path: Path, node: str) -> Plan:
    """Read the plan strictly: exactly the documented fields, ids and roles of the spec, nothing twice."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise NodeError("N_PLAN", str(path), found=error) from None
    body = _fields(value, {"election", "node", "stations", "units"}, "plan")
    if _id(body["node"], "plan.node") != node:
        raise NodeError("N_PLAN", "plan.node", expected=node, found=body["node"])
    stations = tuple(
        _hosted(item, ("unit", "station"), "officials", f"plan.stations[{place}]")
        for place, item in enumerate(_list(body["stations"], "plan.stations"))
    )
    committees = tuple(
        _hosted(item, ("unit",), "committee", f"plan.units[{place}]")
        for place, item in enumerate(_list(body["units"], "plan.units"))
    )
    for name, hosted in (("stations", stations), ("units", committees)):
        if len({(one.unit, one.station) for one in hosted}) != len(hosted):
            raise NodeError("N_PLAN", f"plan.{name}", expected="each once")
    return Plan(_id(body["election"], "plan.election"), node, stations, committees)


def _hosted(value: object, ids: tuple[str, ...], people: str, where: str) -> PlannedStation:
    body = _fields(value, {*ids, people}, where)
    found = []
    for place, item in enumerate(_list(body[people], f"{where}.{people}")):
        part = _fields(item, {"id", "role"}, f"{where}.{people}[{place}]")
        if part["role"] not in ROLE_WORDS:
            raise NodeError("N_PLAN", f"{where}.{people}[{place}].role", expected=" ".join(sorted(ROLE_WORDS)))
        found.append(PlannedPerson(_id(part["id"], f"{where}.{people}[{place}].id"), part["role"]))
    if not found or len({person.id for person in found}) != len(found):
        raise NodeError("N_PLAN", f"{where}.{people}", expected="at least one person, each once")
    station = _id(body["station"], f"{where}.station") if "station" in ids else ""
    if station in {person.id for person in found}:
        raise NodeError("N_PLAN", where, expected="no person with the id of the station")
    return PlannedStation(_id(body["unit"], f"{where}.unit"), station, tuple(found))


def _fields(value: object, names: set[str], where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != names:
        raise NodeError("N_PLAN", where, expected="exactly the fields " + " ".join(sorted(names)))
    return value


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise NodeError("N_PLAN", where, expected="a list")
    return value


def _id(value: object, where: str) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise NodeError("N_PLAN", where, expected="an id: 1 to 32 of A-Z a-z 0-9 _ . -, not beginning with .")
    return value


def make_request(plan: Plan, keyring: Keyring) -> dict[str, object]:
    """The request for the county; the same plan and keyring give the same keys."""
    proofs: dict[str, Signer] = {}
    stations = []
    for hosted in plan.stations:
        station = keyring.station_signer(plan.election, hosted.unit, hosted.station)
        proofs[station.public.hex()] = station
        stations.append(
            {
                "unit": hosted.unit,
                "station": hosted.station,
                "station_key": station.public.hex(),
                "officials": _people(plan.election, hosted, keyring, proofs),
            }
        )
    units = [
        {"unit": hosted.unit, "committee": _people(plan.election, hosted, keyring, proofs)}
        for hosted in plan.committees
    ]
    return {
        "election": plan.election,
        "node": plan.node,
        "csr_pem": _pem(plan.election, plan.node, keyring.tls_key()),
        "stations": stations,
        "units": units,
        "proofs": list(_proofs(plan, proofs.values())),
    }


def _people(election: str, hosted: PlannedStation, keyring: Keyring, proofs: dict[str, Signer]) -> list[dict[str, str]]:
    found = []
    for person in hosted.people:
        signer = keyring.person_signer(election, hosted.unit, person.id)
        proofs[signer.public.hex()] = signer
        found.append({"id": person.id, "role": person.role, "key": signer.public.hex()})
    return found


def _proofs(plan: Plan, signers: Iterable[Signer]) -> Iterable[list[str]]:
    for signer in signers:
        key = signer.public.hex()
        yield [key, signer.sign(proof_text(plan.election, plan.node, key)).signature.hex()]


def proof_text(election: str, node: str, key: str) -> bytes:
    """What a key signs to prove that the laptop holds it."""
    return f"{PROOF}\n{election}\n{node}\n{key}".encode()


def _pem(election: str, node: str, key: ec.EllipticCurvePrivateKey) -> str:
    return new_request(election, node, key).public_bytes(serialization.Encoding.PEM).decode()


def make_certificate_request(
    election: str, node: str, key: ec.EllipticCurvePrivateKey, signers: Iterable[Signer]
) -> dict[str, object]:
    """After sealing: a request for a certificate over a new TLS key, proved with record-signing keys of this laptop."""
    pem = _pem(election, node, key)
    text = f"{CERTIFICATE}\n{election}\n{node}\n{sha256(pem.encode()).hexdigest()}".encode()
    proofs = [[signer.public.hex(), signer.sign(text).signature.hex()] for signer in signers]
    return {"election": election, "node": node, "csr_pem": pem, "proofs": proofs}


def with_code(request: dict[str, object], code: str) -> dict[str, object]:
    """The request with the proof made with a code as it was typed; N_CODE names a group that is mistyped."""
    try:
        digits = read_code(code)
    except Malformed as error:
        raise NodeError("N_CODE", error.where, expected=error.expected, found=error.found) from None
    digest = request_digest(request)
    proof = prove_code(digits, str(request["election"]), str(request["node"]), digest)
    return request | {CODE_PROOF: proof.hex()}
