"""Writes station chains as a station does: real signatures, real commitments, random papers. Keys come from names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks.paper_piles import LEAST, MOST, random_rows
from coordinator.sealing.shipped import DEFAULT, shipped
from coordinator.tally.planes import Papers, judge_group
from tally_protocol.election.figures import add
from tally_protocol.election.shape import shape
from tally_protocol.ids import Hash32, StationId, UnitId
from tally_protocol.record.ballots import SealedPart
from tally_protocol.record.chain import Manifest, StationState, closing_figures
from tally_protocol.record.kinds import StationBody
from tally_protocol.record.sealing import Sealer
from tally_protocol.record.signing import sign_record
from tally_protocol.record.station_kinds import Batch, Close, Open
from tally_protocol.seal.document import encode_text, record_hash
from tally_protocol.seal.keys import Signer, person_name

TIME = 1_790_000_400
# officials of every station; role and id are the same word
ROLES = ("chair", "scrutineer", "teller")
SIGNERS: Mapping[str, tuple[str, ...]] = {
    "batch": ("scrutineer",),
    "box": (),
    "close": ROLES,
    "correction": ("chair",),
    "declaration": ("chair",),
    "names": ("chair",),
    "open": ("chair",),
    "statement": ("chair",),
    "step": ("chair",),
    "void": ("chair",),
}
BATCH_SIGNATURES = 1 + len(SIGNERS["batch"])
# the national rules as shipped, signed by these
PROFILE_BODY = shipped(DEFAULT).to_body() | {
    "id": "p", "signers": {kind: list(roles) for kind, roles in SIGNERS.items()},
}  # fmt: skip


def private_key(name: str) -> Ed25519PrivateKey:
    """The key of a name: a benchmark's keys guard nothing and must be the same in every process."""
    return Ed25519PrivateKey.from_private_bytes(sha256(f"benchmark {name}".encode()).digest())


def signer(name: str) -> Signer:
    """The signer of a key name."""
    return Signer(name, private_key(name))


def station_people(unit: UnitId, station: StationId) -> tuple[str, ...]:
    """Ids of a station's officials, in roster order: `chair-1`, ... (ids are unique in the unit)."""
    del unit
    return tuple(f"{role}-{station}" for role in ROLES)


@dataclass(frozen=True, slots=True)
class Letter:
    """A record as it travels: the note, the encrypted papers if it has any, its kind."""

    note: bytes
    sealed: bytes
    kind: str


class Desk:
    """One station: every call appends a record to its chain and returns it."""

    def __init__(self, manifest: Manifest, seed: int) -> None:
        """Before `open`; `seed` makes the papers."""
        self.state = StationState(manifest)
        self._dice = np.random.default_rng(seed)
        election, unit, station = manifest.election.id, manifest.unit.id, manifest.roster.station
        names = (station, *station_people(unit, station))
        self._signers = {name: signer(person_name(election, unit, name)) for name in names}
        ephemeral = X25519PrivateKey.from_private_bytes(sha256(f"{unit}/{station}".encode()).digest())
        self._sealer = Sealer(ephemeral, manifest.election.ballot_key)

    def _write(self, kind: str, body: StationBody) -> tuple[bytes, Hash32]:
        station = self.state.station
        signers = [self._signers[station], *(self._signers[f"{role}-{station}"] for role in SIGNERS[kind])]
        note = sign_record(kind, body, signers)
        record = record_hash(encode_text(kind, body.to_body()))
        self.state.apply(body, record)
        return note, record

    def open(self) -> Letter:
        """Break the seal."""
        manifest = self.state.manifest
        body = Open(
            links=self.state.links(TIME), nonce="123456789012",
            officials=tuple(str(person.id) for person in manifest.roster.officials),
            roster=manifest.roster_hash, unit_note=manifest.unit_hash,
        )  # fmt: skip
        return Letter(self._write("open", body)[0], b"", "open")

    def batches(self, count: int) -> list[Letter]:
        """Count `count` batches of random papers of the unit's first layout."""
        layout = self.state.manifest.unit.layouts[0].id
        paper = shape(self.state.manifest.unit, layout)
        sizes = self._dice.integers(LEAST, MOST + 1, count).tolist()
        rows = [random_rows(paper, size, self._dice).tobytes() for size in sizes]
        papers = Papers()
        for part, size in zip(rows, sizes, strict=True):
            papers.add(part, size, ())
        judged = judge_group(paper, papers, self.state.manifest.layout_profile(layout))
        parts = [
            SealedPart(
                secret=self._dice.bytes(32), papers=size, width=paper.width, rows=part,
                from_time=TIME, to_time=TIME + 60,
            )
            for part, size in zip(rows, sizes, strict=True)
        ]  # fmt: skip
        return [
            self._batch(layout, part, figures)
            for part, figures in zip(parts, judged.figures.tolist(), strict=True)
        ]  # fmt: skip

    def _batch(self, layout: str, part: SealedPart, figures: Sequence[int]) -> Letter:
        sealed = part.encode()
        body = Batch(
            links=self.state.links(TIME), evidence=(), figures=tuple(figures), layout=layout, names=(),
            root=Hash32(part.root()), running=add(self.state.running_of(layout), figures),
            sealed=Hash32(sha256(sealed).digest()), table=(), write_ins=(),
        )  # fmt: skip
        note, record = self._write("batch", body)
        return Letter(note, self._sealer.encrypt(sealed, record, self._dice.bytes(12)), "batch")

    def close(self) -> Letter:
        """End the count."""
        body = Close(
            links=self.state.links(TIME), batches=len(self.state.batches), findings=(), joined_from=(), joined_to=(),
            names=0, paper=(), running=closing_figures(self.state), write_ins=(),
        )  # fmt: skip
        return Letter(self._write("close", body)[0], b"", "close")
