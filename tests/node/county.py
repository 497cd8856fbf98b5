"""A county for the station's tests: seals an election from real enrolment requests, and serves the real gRPC contract.

It is not the coordinator: it admits with `tally_protocol`'s rules, keeps everything in memory and can misbehave on
order (drop the stream, answer twice, refuse, stay silent), which the real one never does.
"""

import asyncio
import datetime
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.x509.oid import NameOID
from grpc import aio

from tally_protocol.election.manifest import Election, Official, Roster
from tally_protocol.election.profile import Profile
from tally_protocol.election.unit import BallotBox, Candidate, Contest, Layout, StationEntry, Unit
from tally_protocol.errors import ProtocolError
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
    station_chain,
    unit_chain,
)
from tally_protocol.log.checkpoint import Checkpoint, sign_checkpoint
from tally_protocol.log.proof import format_proof
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.merkle.tree import inclusion_proof
from tally_protocol.record.ballots import SealedPart
from tally_protocol.record.chain import Manifest, StationState
from tally_protocol.record.kinds import Decoded, Receipt, decode_record
from tally_protocol.record.manifest_rules import check_unit, units_root
from tally_protocol.record.receipt import sign_receipt
from tally_protocol.record.sealing import Opener
from tally_protocol.record.signing import check_committee_signers, check_station_signers, sign_record
from tally_protocol.record.station_kinds import Batch, Correction
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Names, Statement
from tally_protocol.seal.keys import authority_name, county_name, vkey
from tally_protocol.seal.note import encode_base64
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.world import SIGNERS, TIME, ZERO32, hash_of, seed, signer, signer_under

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

    def __init__(self, requests: Iterable[dict[str, Any]]) -> None:
        """Seal rosters and units for everything that was enrolled."""
        self.requests = list(requests)
        self.ballot_private = X25519PrivateKey.from_private_bytes(seed("ballot key"))
        self.mldsa = MLDSA44PrivateKey.from_seed_bytes(seed("log"))
        self.origin = f"log.example/{ELECTION}"
        self.log_signer = signer_under(self.origin, "log")
        self.authority, self.county = signer(authority_name(ELECTION)), signer(county_name(ELECTION))
        self.profile = Profile(
            id="p1", names_full=False, names_min_votes=3, overvote="post", signers=tuple(sorted(SIGNERS.items()))
        )
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


@dataclass
class Book:
    """What the county has admitted, in order, with everything checked; survives its server."""

    sealing: Sealing
    entries: list[bytes] = field(default_factory=list)
    places: dict[bytes, int] = field(default_factory=dict)
    papers: list[bytes] = field(default_factory=list)
    stations: dict[str, StationState] = field(default_factory=dict)
    committees: dict[str, UnitState] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Empty chains for everything sealed."""
        self.opener = Opener(self.sealing.ballot_private)
        for unit, unit_hash, _ in self.sealing.units.values():
            for entry in unit.stations:
                roster = self.sealing.rosters[entry.roster][0]
                made = Manifest(self.sealing.election, self.sealing.hash, unit, unit_hash, roster, entry.roster)
                self.stations[station_chain(unit.id, entry.id)] = StationState(made)
            states = {str(entry.id): self.stations[station_chain(unit.id, entry.id)] for entry in unit.stations}
            self.committees[unit_chain(unit.id)] = UnitState(self.sealing.hash, unit, unit_hash, states)

    def position(self, chain: str) -> tuple[int, bytes]:
        """Next seq and head."""
        state = self.stations.get(chain) or self.committees[chain]
        return state.next_seq, state.head

    def admit(self, note: bytes, sealed: bytes) -> tuple[bytes, intake_pb2.Outcome.ValueType, str, str]:
        """Hash, outcome, code and chain of one envelope."""
        found = decode_record(note)
        chain = found.links.chain
        if found.hash in self.places:
            return found.hash, intake_pb2.OUTCOME_DUPLICATE, "", chain
        try:
            self._check(found, sealed)
        except ProtocolError as error:
            self.refused.append((chain, error.code))
            return found.hash, intake_pb2.OUTCOME_REFUSED, error.code, chain
        self.places[found.hash] = len(self.entries)
        self.entries.append(note)
        return found.hash, intake_pb2.OUTCOME_ACCEPTED, "", chain

    def _check(self, found: Decoded, sealed: bytes) -> None:
        body, chain = found.body, found.links.chain
        if isinstance(body, Statement | Names):
            state = self.committees[chain]
            check_committee_signers(found.note, found.kind, self.sealing.election, state.unit, self.sealing.profile)
            state.check(body, self.sealing.profile)
            state.apply(body, found.hash)
            return
        station = self.stations[chain]
        made = station.manifest
        check_station_signers(found.note, found.kind, made.election, made.unit, made.roster, self.sealing.profile)
        station.check(body)  # type: ignore[arg-type]
        if isinstance(body, Batch | Correction):
            batch = body if isinstance(body, Batch) else body.batch
            part = SealedPart.decode(self.opener.open(sealed, found.hash))
            part.check_names(len(station.register) + 1, batch.names)
            assert part.root() == batch.root
            assert part.papers == batch.figures[0]
            self.papers.extend(part.row_list())
        station.apply(body, found.hash)  # type: ignore[arg-type]

    def proof(self, record: bytes) -> bytes:
        """A tlog-proof over a tree of all entries."""
        leaves = [leaf_hash(entry) for entry in self.entries]
        place = self.places[record]
        path = inclusion_proof(place, len(leaves), lambda level, at: root_of(leaves[at << level : (at + 1) << level]))
        head = Checkpoint(self.sealing.origin, len(leaves), root_of(leaves))
        return format_proof(place, path, sign_checkpoint(head, self.sealing.log_signer, self.sealing.mldsa, TIME))


@dataclass
class Moods:
    """How the server misbehaves; each counts down to nothing."""

    drop_before_answer: int = 0
    drop_after_commit: int = 0
    lose_receipts: int = 0
    wrong_receipts: int = 0
    unpublished: int = 0
    refuse: Callable[[str], str] = lambda _: ""


class Servicer(intake_pb2_grpc.IntakeServiceServicer):
    """The contract of the wire over a Book."""

    def __init__(self, book: Book, moods: Moods) -> None:
        """Serve."""
        self.book = book
        self.moods = moods
        self.streams = 0
        self.largest_group = 0

    async def Deliver(self, request_iterator: Any, context: Any) -> AsyncIterator[intake_pb2.DeliverResponse]:  # noqa: N802
        """Resume, then answer group for group."""
        self.streams += 1
        async for request in request_iterator:
            if request.WhichOneof("body") == "hello":
                yield intake_pb2.DeliverResponse(resume=self._resume(request.hello))
                continue
            if self.moods.drop_before_answer:
                self.moods.drop_before_answer -= 1
                await context.abort(grpc.StatusCode.UNAVAILABLE, "dropped before the commit")
            answers = self._answers(request.group)
            if self.moods.drop_after_commit:
                self.moods.drop_after_commit -= 1
                await context.abort(grpc.StatusCode.UNAVAILABLE, "dropped after the commit")
            yield intake_pb2.DeliverResponse(answers=answers)

    def _resume(self, hello: intake_pb2.Hello) -> intake_pb2.Resume:
        positions = []
        for chain in hello.chains:
            next_seq, head = self.book.position(chain)
            positions.append(
                intake_pb2.Position(chain=chain, epoch=1, next_seq=next_seq, head=head if next_seq else b"")
            )
        return intake_pb2.Resume(positions=positions, window_groups=3, window_envelopes=48)

    def _answers(self, group: intake_pb2.EnvelopeGroup) -> intake_pb2.AnswerGroup:
        answers, gained = [], dict[str, list[int]]()
        self.largest_group = max(self.largest_group, len(group.envelopes))
        for envelope in group.envelopes:
            links = decode_record(envelope.note).links
            if code := self.moods.refuse(links.chain):
                answer = bytes(decode_record(envelope.note).hash), intake_pb2.OUTCOME_REFUSED, code, str(links.chain)
            else:
                answer = self.book.admit(envelope.note, envelope.sealed)
            digest, outcome, code, chain = answer
            if outcome == intake_pb2.OUTCOME_ACCEPTED:
                gained.setdefault(chain, []).append(links.seq)
            answers.append(
                intake_pb2.Answer(record_hash=digest, outcome=outcome, code=code, text_zh="拒绝", text_en="refused")
            )
        return intake_pb2.AnswerGroup(
            answers=answers, receipts=[self._receipt(c, s) for c, s in gained.items()][: self._kept()]
        )

    def _kept(self) -> int | None:
        if self.moods.lose_receipts:
            self.moods.lose_receipts -= 1
            return 0
        return None

    def _receipt(self, chain: str, seqs: list[int]) -> bytes:
        _, head = self.book.position(chain)
        if self.moods.wrong_receipts:
            self.moods.wrong_receipts -= 1
            head = seed("another record")
        body = Receipt(
            chain=chain, election=self.book.sealing.hash, epoch=1, from_seq=min(seqs), head=Hash32(head), time=TIME,  # type: ignore[arg-type]
            to_seq=max(seqs),
        )  # fmt: skip
        return sign_receipt(body, self.book.sealing.county)

    async def Prove(self, request: intake_pb2.ProveRequest, context: Any) -> intake_pb2.ProveResponse:  # noqa: N802, ARG002
        """The proof, once published."""
        if self.moods.unpublished:
            self.moods.unpublished -= 1
            return intake_pb2.ProveResponse(published=False)
        return intake_pb2.ProveResponse(published=True, proof=self.book.proof(request.record_hash))


@asynccontextmanager
async def serving(book: Book, moods: Moods | None = None, port: int = 0) -> AsyncIterator[tuple[Servicer, int]]:
    """The county on a port with real mutual TLS."""
    sealing = book.sealing
    key = ec.generate_private_key(ec.SECP256R1())
    made = certificate("county-server", key.public_key(), "county", sealing.ca_key)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    ca = sealing.ca.public_bytes(serialization.Encoding.PEM)
    credentials = grpc.ssl_server_credentials(
        [(pem, made.public_bytes(serialization.Encoding.PEM))], root_certificates=ca, require_client_auth=True
    )
    server = aio.server(options=[("grpc.max_receive_message_length", 1024 * 1024), ("grpc.so_reuseport", 0)])
    servicer = Servicer(book, moods or Moods())
    intake_pb2_grpc.add_IntakeServiceServicer_to_server(servicer, server)
    bound = server.add_secure_port(f"localhost:{port}", credentials)
    await server.start()
    try:
        yield servicer, bound
    finally:
        await server.stop(None)
        await asyncio.sleep(0)
