"""A county for the station's tests: serves the real gRPC contract over real mutual TLS.

It is not the coordinator: it admits with `tally_protocol`'s rules, keeps everything in memory and can misbehave on
order (drop the stream, lose receipts, refuse, sign wrong receipts), which the real one never does.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from grpc import aio

from tally_protocol.errors import ProtocolError
from tally_protocol.ids import (
    Hash32,
    station_chain,
    unit_chain,
)
from tally_protocol.log.checkpoint import Checkpoint, sign_checkpoint
from tally_protocol.log.proof import format_proof
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.merkle.tree import inclusion_proof
from tally_protocol.record.ballots import SealedPart
from tally_protocol.record.chain import Manifest, StationState
from tally_protocol.record.deciding import check_declaration
from tally_protocol.record.kinds import Decoded, Receipt, decode_record
from tally_protocol.record.receipt import sign_receipt
from tally_protocol.record.sealing import Opener
from tally_protocol.record.signing import check_committee_signers, check_station_signers
from tally_protocol.record.station_kinds import Batch, Correction
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Declaration
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc
from tests.node.sealing import Sealing, certificate
from tests.world import TIME, seed


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
            self.committees[unit_chain(unit.id)] = UnitState(
                self.sealing.election, self.sealing.hash, unit, unit_hash, states
            )

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
        if chain in self.committees:
            state = self.committees[chain]
            check_committee_signers(found.note, found.kind, self.sealing.election, state.unit, self.sealing.profile)
            state.check(body)  # type: ignore[arg-type]
            if isinstance(body, Declaration):
                check_declaration(state, body)
            state.apply(body, found.hash)  # type: ignore[arg-type]
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
