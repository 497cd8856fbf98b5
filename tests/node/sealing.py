"""Seals an election from real enrolment requests, for the station's tests: notes, certificates, bundles."""

import datetime
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.x509.oid import NameOID

from tally_protocol.election.manifest import Election, Official, Roster
from tally_protocol.election.unit import BallotBox, Candidate, Contest, Layout, StationEntry, Unit
from tally_protocol.ids import (
    BoxId,
    CandidateId,
    ContestId,
    ElectionId,
    Hash32,
    LayoutId,
    NodeId,
    PersonId,
    StationId,
    UnitId,
)
from tally_protocol.record.manifest_rules import check_unit, units_root
from tally_protocol.record.signing import sign_record
from tally_protocol.seal.keys import authority_name, county_name, vkey
from tally_protocol.seal.note import encode_base64
from tests.profiles import profile
from tests.world import ZERO32, hash_of, seed, signer, signer_under

ELECTION = "county-test"
ROLES = ("chair", "chief_scrutineer", "scrutineer", "teller", "caller")


def plan(node: str, units: dict[str, list[str]]) -> dict[str, Any]:
    """An enrolment plan: units with their stations, five officials a station, two committee members a unit."""
    return {
        "election": ELECTION,
        "node": node,
        "stations": [
            {
                "unit": unit,
                "station": station,
                "officials": [{"id": f"{role}-{station}", "role": role} for role in ROLES],
            }
            for unit, stations in units.items()
            for station in stations
        ],
        "units": [
            {"unit": unit, "committee": [{"id": "head", "role": "chair"}, {"id": "second", "role": "member"}]}
            for unit in units
        ],
    }


def contests() -> tuple[Contest, ...]:
    """Chair and members with write-ins on one paper, deputies on another (as in tests/world.py)."""
    return (
        Contest(
            id=ContestId("chair"), title="主任", seats=1, max_marks=1, write_ins=1,
            candidates=(Candidate(id=CandidateId("a"), name="张䶮"), Candidate(id=CandidateId("b"), name="李㛃")),
        ),
        Contest(
            id=ContestId("member"), title="委员", seats=2, max_marks=2, write_ins=2,
            candidates=tuple(Candidate(id=CandidateId(c), name=f"候选人{c}") for c in "cde"),
        ),
        Contest(
            id=ContestId("deputy"), title="代表", seats=1, max_marks=1,
            candidates=(Candidate(id=CandidateId("x"), name="甲"), Candidate(id=CandidateId("y"), name="乙")),
        ),
    )  # fmt: skip


class Sealing:
    """A sealed election made from enrolment requests."""

    def __init__(self, requests: Iterable[dict[str, Any]], **values: object) -> None:
        """Seal rosters and units for everything that was enrolled; `values` of the profile by path."""
        self.requests = list(requests)
        self.ballot_private = X25519PrivateKey.from_private_bytes(seed("ballot key"))
        self.mldsa = MLDSA44PrivateKey.from_seed_bytes(seed("log"))
        self.origin = f"log.example/{ELECTION}"
        self.log_signer = signer_under(self.origin, "log")
        self.authority, self.county = signer(authority_name(ELECTION)), signer(county_name(ELECTION))
        self.profile = profile(**values)
        units = sorted({item["unit"] for request in self.requests for item in request["units"]})
        self.election = Election(
            authority=Hash32(self.authority.public),
            ballot_key=Hash32(self.ballot_private.public_key().public_bytes_raw()),
            county_key=Hash32(self.county.public),
            date="2026-09-21", id=ElectionId(ELECTION),
            log_ed25519=Hash32(self.log_signer.public),
            log_mldsa44=encode_base64(self.mldsa.public_key().public_bytes_raw()),
            origin=self.origin, profiles=(self.profile,), test=True, threshold=50,
            title="清河县换届选举（演练）", units=len(units), units_root=Hash32(units_root(units)),
        )  # fmt: skip
        self.election_note = sign_record("election", self.election, [self.authority])
        self.hash = hash_of(self.election_note)
        self.rosters: dict[Hash32, tuple[Roster, bytes]] = {}
        self.units: dict[str, tuple[Unit, Hash32, bytes]] = {}
        for unit in units:
            self._seal_unit(unit)
        self.ca_key = ec.generate_private_key(ec.SECP256R1())
        self.ca = certificate("county", self.ca_key.public_key(), "county", self.ca_key, authority=True)

    def _seal_unit(self, unit: str) -> None:
        entries, rosters = [], {}
        for request in self.requests:
            for item in request["stations"]:
                if item["unit"] == unit:
                    roster = Roster(
                        election=self.hash, node=NodeId(request["node"]), officials=officials(item["officials"]),
                        prev=ZERO32, station=StationId(item["station"]),
                        station_key=Hash32(bytes.fromhex(item["station_key"])), unit=UnitId(unit), version=1,
                    )  # fmt: skip
                    note = sign_record("roster", roster, [self.authority])
                    rosters[hash_of(note)] = roster
                    self.rosters[hash_of(note)] = roster, note
                    entries.append(StationEntry(id=roster.station, roster=hash_of(note)))
        request = next(r for r in self.requests if any(item["unit"] == unit for item in r["units"]))
        committee = next(item["committee"] for item in request["units"] if item["unit"] == unit)
        made = contests()
        value = Unit(
            boxes=tuple(
                BallotBox(id=BoxId(f"box-{e.id}"), kind="main", layout=LayoutId("village"), station=e.id)
                for e in entries
            ),
            committee=officials(committee), contests=made, election=self.hash, id=UnitId(unit),
            layouts=(
                Layout(id=LayoutId("village"), contests=(made[0].id, made[1].id)),
                Layout(id=LayoutId("deputies"), contests=(made[2].id,)),
            ),
            name=f"村{unit}", node=NodeId(request["node"]), place=("清河县", "东乡"), prev=ZERO32, profile="p1",
            registered=400, stations=tuple(entries), version=1,
        )  # fmt: skip
        check_unit(self.election, value, rosters)
        note = sign_record("unit", value, [self.authority])
        self.units[unit] = value, hash_of(note), note

    @property
    def authority_vkey(self) -> str:
        """The anchor that is posted on paper."""
        return vkey(self.authority.name, self.authority.public)

    def bundle(self, path: Path, node: str, address: str = "localhost:1") -> Path:
        """Write a laptop's bundle."""
        request = next(one for one in self.requests if one["node"] == node)
        path.mkdir(parents=True, exist_ok=True)
        (path / "ca.pem").write_bytes(self.ca.public_bytes(serialization.Encoding.PEM))
        asked = x509.load_pem_x509_csr(request["csr_pem"].encode())
        assert asked.is_signature_valid
        public = asked.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        made = certificate(node, public, "county", self.ca_key, uri=f"urn:tally:{ELECTION}:{node}")
        (path / "node.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (path / "election.note").write_bytes(self.election_note)
        notes = [note for roster, note in self.rosters.values() if roster.node == node]
        hosted = {roster.unit for roster, _ in self.rosters.values() if roster.node == node}
        notes += [note for unit, _, note in self.units.values() if unit.node == node or unit.id in hosted]
        # a committee needs the rosters of its tables elsewhere, to check what they hand over
        mine = {unit.id for unit, _, _ in self.units.values() if unit.node == node}
        notes += [note for roster, note in self.rosters.values() if roster.node != node and roster.unit in mine]
        (path / "notes.bin").write_bytes(b"".join(len(note).to_bytes(4, "big") + note for note in notes))
        (path / "county.json").write_text(json.dumps({"address": address, "server_name": "localhost"}))
        return path


def officials(items: Iterable[dict[str, str]]) -> tuple[Official, ...]:
    """People of a request."""
    return tuple(
        Official(id=PersonId(item["id"]), key=Hash32(bytes.fromhex(item["key"])), role=item["role"]) for item in items
    )


def certificate(
    name: str, public: ec.EllipticCurvePublicKey, issuer: str, key: ec.EllipticCurvePrivateKey,
    *, uri: str = "", authority: bool = False,
) -> x509.Certificate:  # fmt: skip
    """A short-lived P-256 certificate."""
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=72))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri)] if uri else [x509.DNSName("localhost")]
    return builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, hashes.SHA256())
