"""The small county every test lives in: fixed keys, fixed clock, two units, three stations, real signed notes.

`World()` seals an election; `StationDesk` writes a station's chain the way a station does. Everything is deterministic:
keys come from SHA-256 of their names, secrets from the batch's place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tally_protocol.election.figures import add, subtract
from tally_protocol.election.manifest import Election, Official, Roster
from tally_protocol.election.shape import shape
from tally_protocol.election.unit import (
    BallotBox,
    Candidate,
    Contest,
    Layout,
    Relation,
    StationEntry,
    Unit,
    UnitRule,
)
from tally_protocol.ids import (
    COUNTY_CHAIN,
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
from tally_protocol.law.profile import Profile
from tally_protocol.law.validity import judge
from tally_protocol.log.checkpoint import Checkpoint, sign_checkpoint
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.record.ballots import SealedName, SealedPart, commit_name
from tally_protocol.record.chain import (
    Manifest,
    StationState,
    closing_figures,
    closing_findings,
    closing_write_ins,
)
from tally_protocol.record.kinds import StationBody
from tally_protocol.record.links import Links
from tally_protocol.record.manifest_rules import units_root
from tally_protocol.record.signing import choose_signers, sign_record
from tally_protocol.record.station_kinds import Batch, BoxCount, Close, Correction, Open, Void
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_kinds import Determination, Standings
from tally_protocol.seal.document import record_hash
from tally_protocol.seal.keys import Signer, authority_name, county_name, person_name
from tally_protocol.seal.note import encode_base64, parse_note
from tests.profiles import ALL_ROLES, BASE, profile

TIME = 1_790_000_400  # 2026-09-21T13:40:00Z, a multiple of 600
ZERO32 = Hash32(bytes(32))
ROLES = tuple(ALL_ROLES)
SIGNERS: dict[str, tuple[str, ...]] = {kind: tuple(roles) for kind, roles in BASE["signers"].items()}


def seed(name: str) -> bytes:
    """32 bytes from a name."""
    return sha256(name.encode()).digest()


def signer(name: str) -> Signer:
    """The signing key of a key name."""
    return Signer(name, Ed25519PrivateKey.from_private_bytes(seed(name)))


def public(name: str) -> Hash32:
    """The public key of a key name."""
    return Hash32(signer(name).public)


def hash_of(note: bytes) -> Hash32:
    """The record hash of a note."""
    return record_hash(parse_note(note).text)


@dataclass
class World:
    """A sealed election of two units: `v1` with stations 1 and 2 (two papers), `v2` with station 1.

    `overvote` is the scope of an over-vote; `values` changes further values of the profile by path, `more` are further
    profiles of the election; `rules`, `relations` and `registered` are those of every unit.
    """

    id: str = "county-test"
    test: bool = True
    names_full: bool = False
    overvote: str = "post"
    values: Mapping[str, object] = field(default_factory=dict)
    more: tuple[Profile, ...] = ()
    rules: tuple[UnitRule, ...] = ()
    relations: tuple[Relation, ...] = ()
    registered: int = 400
    places: tuple[tuple[str, tuple[str, ...]], ...] = (("v1", ("1", "2")), ("v2", ("1",)))
    laptops: Mapping[str, str] = field(default_factory=dict)
    towns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    entries: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Seal."""
        self.origin = f"log.example/{self.id}"
        self.ballot_private = X25519PrivateKey.from_private_bytes(seed("ballot key"))
        self.mldsa = MLDSA44PrivateKey.from_seed_bytes(seed("log"))
        self.log_signer = signer_under(self.origin, "log")
        asked = {"names.full": self.names_full, "ballot.overvote.scope": self.overvote} | dict(self.values)
        self.profile = profile(**asked)
        self.county_seq, self.county_head = 0, ZERO32
        self.authority = signer(authority_name(self.id))
        self.county = signer(county_name(self.id))
        self.election = Election(
            authority=Hash32(self.authority.public),
            ballot_key=Hash32(self.ballot_private.public_key().public_bytes_raw()),
            county_key=Hash32(self.county.public),
            date="2026-09-21",
            id=ElectionId(self.id),
            log_ed25519=Hash32(self.log_signer.public),
            log_mldsa44=encode_base64(self.mldsa.public_key().public_bytes_raw()),
            origin=self.origin,
            profiles=(self.profile, *self.more),
            test=self.test,
            threshold=50,
            title="清河县换届选举（演练）",
            units=len(self.places),
            units_root=Hash32(units_root([unit for unit, _ in self.places])),
        )
        self.election_note = sign_record("election", self.election, [self.authority])
        self.election_hash = hash_of(self.election_note)
        self.entries.append(self.election_note)
        self.rosters: dict[tuple[str, str], tuple[Roster, Hash32]] = {}
        self.units: dict[str, tuple[Unit, Hash32]] = {}
        for unit, stations in self.places:
            self._seal_unit(unit, stations)

    def _official(self, unit: str, person: str, role: str) -> Official:
        return Official(id=PersonId(person), key=public(person_name(self.id, unit, person)), role=role)

    def laptop(self, unit: str) -> NodeId:
        """The laptop that hosts a unit and its stations."""
        return NodeId(self.laptops.get(unit, "node-1"))

    def _seal_unit(self, name: str, stations: Sequence[str]) -> None:
        for station in stations:
            roster = Roster(
                election=self.election_hash,
                node=self.laptop(name),
                officials=tuple(self._official(name, f"{role}-{station}", role) for role in ROLES),
                prev=ZERO32,
                station=StationId(station),
                station_key=public(person_name(self.id, name, station)),
                unit=UnitId(name),
                version=1,
            )
            note = sign_record("roster", roster, [self.authority])
            self.entries.append(note)
            self.rosters[name, station] = roster, hash_of(note)
        unit = self._unit(name, stations)
        note = sign_record("unit", unit, [self.authority])
        self.entries.append(note)
        self.units[name] = unit, hash_of(note)

    def _unit(self, name: str, stations: Sequence[str]) -> Unit:
        chair = Contest(
            id=ContestId("chair"), title="主任", seats=1, max_marks=1, write_ins=1,
            candidates=(
                Candidate(id=CandidateId("a"), name="张䶮", sex="f"),
                Candidate(id=CandidateId("b"), name="买买提·阿不都"),
            ),
        )  # fmt: skip
        members = Contest(
            id=ContestId("member"), title="委员", seats=2, max_marks=2, write_ins=1,
            candidates=tuple(Candidate(id=CandidateId(c), name=f"候选人{c}") for c in "cde"),
        )  # fmt: skip
        deputy = Contest(
            id=ContestId("deputy"), title="代表", seats=1, max_marks=1, registered=300,
            candidates=(Candidate(id=CandidateId("x"), name="甲"), Candidate(id=CandidateId("y"), name="乙")),
        )  # fmt: skip
        return Unit(
            boxes=tuple(
                BallotBox(id=BoxId(f"box-{s}"), kind="main", layout=LayoutId("village"), station=StationId(s))
                for s in stations
            ),
            committee=(self._official(name, "head", "chair"), self._official(name, "second", "member")),
            contests=(chair, members, deputy),
            election=self.election_hash,
            id=UnitId(name),
            layouts=(
                Layout(id=LayoutId("village"), contests=(chair.id, members.id)),
                Layout(id=LayoutId("deputies"), contests=(deputy.id,)),
            ),
            name=f"村{name}",
            node=self.laptop(name),
            place=self.towns.get(name, ("清河县", "东乡")),
            prev=ZERO32,
            profile="p1",
            registered=self.registered,
            relations=self.relations,
            rules=self.rules,
            stations=tuple(StationEntry(id=StationId(s), roster=self.rosters[name, s][1]) for s in stations),
            version=1,
        )

    def manifest(self, unit: str, station: str) -> Manifest:
        """What a station's chain stands on."""
        roster, roster_hash = self.rosters[unit, station]
        found, unit_hash = self.units[unit]
        return Manifest(self.election, self.election_hash, found, unit_hash, roster, roster_hash)

    def desk(self, unit: str, station: str) -> "StationDesk":
        """A station that writes its chain into this world's entries."""
        return StationDesk(self, unit, station)

    def county_links(self) -> Links:
        """The chain fields of the county's next record."""
        head, seq = self.county_head, self.county_seq
        return Links(chain=COUNTY_CHAIN, election=self.election_hash, epoch=1, prev=head, seq=seq, time=TIME)

    def write_county(self, kind: str, body: Determination | Standings) -> bytes:
        """Sign and log the county's next record."""
        note = sign_record(kind, body, [self.county])
        self.county_seq, self.county_head = self.county_seq + 1, hash_of(note)
        self.entries.append(note)
        return note

    def checkpoint(self, size: int | None = None) -> bytes:
        """A signed checkpoint over the first `size` entries."""
        entries = self.entries if size is None else self.entries[:size]
        head = Checkpoint(self.origin, len(entries), root_of([leaf_hash(entry) for entry in entries]))
        return sign_checkpoint(head, self.log_signer, self.mldsa, TIME)


def signer_under(name: str, secret: str) -> Signer:
    """A key under a name of its own."""
    return Signer(name, Ed25519PrivateKey.from_private_bytes(seed(secret)))


class StationDesk:
    """Writes one station's chain; keeps notes, sealed parts and the state."""

    def __init__(self, world: World, unit: str, station: str) -> None:
        """Before the box is opened."""
        self.world, self.unit, self.station = world, unit, station
        self.state = StationState(world.manifest(unit, station))
        self.notes: list[bytes] = []
        self.sealed: dict[Hash32, SealedPart] = {}

    def signers(self, kind: str) -> list[Signer]:
        """The station and the officials that the profile demands."""
        roster = self.state.manifest.roster
        people = choose_signers(roster.officials, SIGNERS[kind])
        assert people is not None
        names = [self.station, *(person.id for person in people)]
        return [signer(person_name(self.world.id, self.unit, name)) for name in names]

    def write(self, kind: str, body: StationBody) -> bytes:
        """Check, sign, apply and log a record."""
        self.state.check(body)
        note = sign_record(kind, body, self.signers(kind))
        self.state.apply(body, hash_of(note))
        self.notes.append(note)
        self.world.entries.append(note)
        return note

    def open(self) -> bytes:
        """Break the seal."""
        manifest = self.state.manifest
        body = Open(
            links=self.state.links(TIME),
            nonce="123456789012",
            officials=tuple(str(person.id) for person in manifest.roster.officials),
            roster=manifest.roster_hash,
            unit_note=manifest.unit_hash,
        )
        return self.write("open", body)

    def box(self, **papers: int) -> bytes:
        """Reconcile the station's box."""
        body = BoxCount(links=self.state.links(TIME), box=f"box-{self.station}", papers=tuple(sorted(papers.items())))
        return self.write("box", body)

    def batch_body(self, rows: Sequence[bytes], names: Sequence[str] = (), layout: str = "village") -> Batch:
        """A batch of papers; slot code k means names[k-1], each new to the register."""
        paper = shape(self.state.manifest.unit, layout)
        first = len(self.state.register) + 1
        table = tuple(range(first, first + len(names)))
        judged = judge(paper, rows, table, self.state.manifest.layout_profile(layout))
        secret = seed(f"secret {self.unit} {self.station} {self.state.next_seq}")
        new = tuple(SealedName(n, seed(f"salt {n}")[:16], name) for n, name in zip(table, names, strict=True))
        part = SealedPart(
            secret=secret, papers=len(rows), width=paper.width, rows=b"".join(rows),
            from_time=TIME, to_time=TIME + 60, names=new,
        )  # fmt: skip
        body = Batch(
            links=self.state.links(TIME),
            evidence=(),
            figures=judged.figures,
            layout=layout,
            names=tuple(Hash32(commit_name(entry.salt, entry.name)) for entry in new),
            root=Hash32(part.root()),
            running=add(self.state.running_of(layout), judged.figures),
            sealed=Hash32(sha256(part.encode()).digest()),
            table=table,
            write_ins=judged.write_ins,
        )
        self._last_part = part
        return body

    def batch(self, rows: Sequence[bytes], names: Sequence[str] = (), layout: str = "village") -> bytes:
        """Write a batch."""
        note = self.write("batch", self.batch_body(rows, names, layout))
        self.sealed[hash_of(note)] = self._last_part
        return note

    def void(self, seq: int) -> bytes:
        """Take a batch back."""
        target = self.state.batches[seq]
        paper = shape(self.state.manifest.unit, target.layout)
        effect = subtract(paper.zeros, target.figures or paper.zeros)
        body = Void(
            links=self.state.links(TIME),
            effect=effect,
            layout=target.layout,
            reason="数错叠",
            running=add(self.state.running_of(target.layout), effect),
            target=target.hash,
            target_seq=seq,
            write_ins=tuple((i, n, -v) for i, n, v in target.write_ins),
        )
        return self.write("void", body)

    def correct(self, seq: int, rows: Sequence[bytes], names: Sequence[str] = ()) -> bytes:
        """Count a batch again."""
        target = self.state.batches[seq]
        batch = self.batch_body(rows, names, target.layout)
        assert target.figures is not None
        effect = subtract(batch.figures, target.figures)
        fixed = Batch(
            links=batch.links, evidence=(), figures=batch.figures, layout=batch.layout, names=batch.names,
            root=batch.root, running=add(self.state.running_of(batch.layout), effect), sealed=batch.sealed,
            table=batch.table, write_ins=batch.write_ins,
        )  # fmt: skip
        body = Correction(batch=fixed, effect=effect, reason="复核", target=target.hash, target_seq=seq)
        note = self.write("correction", body)
        self.sealed[hash_of(note)] = self._last_part
        return note

    def step(self, step: str, reason: str | None = None) -> bytes:
        """Say what happens at the table."""
        return self.write("step", Step(links=self.state.links(TIME), step=step, reason=reason))

    def close(self, **paper: int) -> bytes:
        """End the count."""
        body = Close(
            links=self.state.links(TIME),
            batches=len(self.state.batches),
            findings=closing_findings(self.state, paper, joined=False),
            joined_from=(),
            joined_to=(),
            names=len(self.state.register),
            paper=tuple(sorted(paper.items())),
            running=closing_figures(self.state),
            write_ins=closing_write_ins(self.state),
        )
        return self.write("close", body)


def papers(count: int, row: Sequence[int]) -> list[bytes]:
    """`count` equal papers."""
    return [bytes(row)] * count


# village paper: status | chair a b + slot | member c d e + slot; deputies paper: status | x y
VOTE_A = (0, 1, 0, 0, 1, 1, 0, 0)
VOTE_B = (0, 0, 1, 0, 0, 1, 1, 0)
WRITE_IN = (0, 0, 0, 1, 1, 0, 0, 2)
BLANK = (0,) * 8
OVER = (0, 1, 1, 0, 1, 0, 0, 0)
TORN = (1, 1, 0, 0, 0, 0, 0, 0)
