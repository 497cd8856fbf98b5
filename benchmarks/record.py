"""A whole published record of an invented county, written with the protocol alone: what the verifier reads.

Units, rosters, opens, batches with two signatures, closes, statements, determinations, all signed; tiles, bundles,
checkpoint. About as many batches a station and stations a unit as a real county of villages has.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks.desk import PROFILE_BODY, ROLES, TIME, Desk, private_key, signer, station_people
from tally_protocol.election.manifest import Election, Official, Roster
from tally_protocol.election.unit import BallotBox, Candidate, Contest, Layout, StationEntry, Unit
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
from tally_protocol.log.checkpoint import Checkpoint, mldsa_vkey, sign_checkpoint
from tally_protocol.log.tiles import WIDTH, bundle_path, encode_bundle, tile_path, tiles_of
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.record.chain import Manifest
from tally_protocol.record.deciding import determination_of
from tally_protocol.record.links import Links
from tally_protocol.record.manifest_rules import units_root
from tally_protocol.record.signing import sign_record
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Statement
from tally_protocol.seal.document import record_hash
from tally_protocol.seal.keys import Signer, authority_name, county_name, person_name, vkey
from tally_protocol.seal.note import encode_base64, parse_note

ELECTION = "bench-test"
ORIGIN = "log.example/bench-test"
ZERO32 = Hash32(bytes(32))
# contest: candidates, most marks
CONTESTS = (("chair", 2, 1), ("deputy", 3, 1), ("member", 5, 3))


@dataclass(frozen=True, slots=True)
class Record:
    """The log's entries and what a person needs to verify them."""

    entries: list[bytes]
    batches: int
    anchor: str
    log: Signer
    mldsa: MLDSA44PrivateKey


def _hash_of(note: bytes) -> Hash32:
    return record_hash(parse_note(note).text)


def _public(name: str) -> Hash32:
    return Hash32(signer(name).public)


def seal_election(units: int) -> tuple[Election, MLDSA44PrivateKey]:
    """An election of `units` units called u0, u1, ..."""
    mldsa = MLDSA44PrivateKey.from_seed_bytes(private_key("log").private_bytes_raw())
    profile = Profile.parse(PROFILE_BODY, "profile")
    ballots = X25519PrivateKey.from_private_bytes(private_key("ballots").private_bytes_raw())
    election = Election(
        authority=_public(authority_name(ELECTION)), ballot_key=Hash32(ballots.public_key().public_bytes_raw()),
        county_key=_public(county_name(ELECTION)), date="2026-09-21", id=ElectionId(ELECTION),
        log_ed25519=_public(ORIGIN), log_mldsa44=encode_base64(mldsa.public_key().public_bytes_raw()), origin=ORIGIN,
        profiles=(profile,), test=True, threshold=50, title="测速（演练）", units=units,
        units_root=Hash32(units_root([f"u{i}" for i in range(units)])),
    )  # fmt: skip
    return election, mldsa


def _officials(unit: UnitId, people: dict[str, str]) -> tuple[Official, ...]:
    return tuple(
        Official(id=PersonId(name), key=_public(person_name(ELECTION, unit, name)), role=role)
        for name, role in people.items()
    )


def seal_roster(election: Hash32, unit: UnitId, station: StationId) -> Roster:
    """A station's officials."""
    people = dict(zip(station_people(unit, station), ROLES, strict=True))
    return Roster(
        election=election, node=NodeId("n"), officials=_officials(unit, people), prev=ZERO32, station=station,
        station_key=_public(person_name(ELECTION, unit, station)), unit=unit, version=1,
    )  # fmt: skip


def seal_unit(election: Hash32, unit: UnitId, place: str, rosters: dict[StationId, Hash32]) -> Unit:
    """A unit with one paper of three posts."""
    contests = tuple(
        Contest(
            id=ContestId(name), title=name, seats=most, max_marks=most,
            candidates=tuple(
                Candidate(id=CandidateId(f"{name}{i}"), name=f"候选人{name}{i}") for i in range(candidates)
            ),
        )
        for name, candidates, most in CONTESTS
    )  # fmt: skip
    return Unit(
        boxes=tuple(BallotBox(id=BoxId(f"b{s}"), kind="main", layout=LayoutId("v"), station=s) for s in rosters),
        committee=_officials(unit, {"head": "chair"}), contests=contests, election=election, id=unit, name=f"村{unit}",
        layouts=(Layout(id=LayoutId("v"), contests=tuple(contest.id for contest in contests)),), node=NodeId("n"),
        place=("某县", place), prev=ZERO32, profile="p", registered=900,
        stations=tuple(StationEntry(id=station, roster=roster) for station, roster in rosters.items()), version=1,
    )  # fmt: skip


def make_record(units: int, stations: int, batches: int) -> Record:
    """`batches` for each of `stations` of each of `units`."""
    election, mldsa = seal_election(units)
    authority = signer(authority_name(ELECTION))
    entries = [sign_record("election", election, [authority])]
    sealed_in = _hash_of(entries[0])
    manifests: list[tuple[Unit, Hash32, list[Manifest]]] = []
    for number in range(units):
        name = UnitId(f"u{number}")
        rosters = [seal_roster(sealed_in, name, StationId(str(i + 1))) for i in range(stations)]
        notes = [sign_record("roster", roster, [authority]) for roster in rosters]
        cited = {roster.station: _hash_of(note) for roster, note in zip(rosters, notes, strict=True)}
        unit = seal_unit(sealed_in, name, f"乡{number // 20}", cited)
        note = sign_record("unit", unit, [authority])
        entries += [*notes, note]
        of_unit = _hash_of(note)
        manifests.append((unit, of_unit, [
            Manifest(election, sealed_in, unit, of_unit, roster, cited[roster.station]) for roster in rosters
        ]))  # fmt: skip
    states = []
    for seed, (unit, of_unit, stands) in enumerate(manifests):
        notes, state = _play_unit(sealed_in, unit, of_unit, stands, seed, batches)
        entries += notes
        states.append(state)
    entries += _determine(sealed_in, states)
    return Record(entries, units * stations * batches, vkey(authority.name, authority.public), signer(ORIGIN), mldsa)


def _play_unit(
    election: Hash32, unit: Unit, of_unit: Hash32, stands: list[Manifest], seed: int, batches: int
) -> tuple[list[bytes], UnitState]:
    """The unit's chains, station after station, then its statement."""
    notes, desks = [], []
    for place, manifest in enumerate(stands):
        desk = Desk(manifest, seed * 1000 + place)
        notes += [desk.open().note, *(letter.note for letter in desk.batches(batches)), desk.close().note]
        desks.append(desk)
    of_station = {str(desk.state.station): desk.state for desk in desks}
    state = UnitState(stands[0].election, election, unit, of_unit, of_station)
    body = Statement(links=state.links(TIME), closes=state.cited_closes(), totals=state.totals(), unit_note=of_unit)
    notes.append(sign_record("statement", body, [signer(person_name(ELECTION, unit.id, "head"))]))
    state.apply(body, _hash_of(notes[-1]))
    return notes, state


def _determine(election: Hash32, states: list[UnitState]) -> list[bytes]:
    """The county's chain: what the rules give for every unit."""
    county, notes, prev = signer(county_name(ELECTION)), list[bytes](), ZERO32
    for seq, state in enumerate(states):
        links = Links(chain=COUNTY_CHAIN, election=election, epoch=1, prev=prev, seq=seq, time=TIME)
        notes.append(sign_record("determination", determination_of(state, links), [county]))
        prev = _hash_of(notes[-1])
    return notes


def publish(record: Record, folder: Path) -> None:
    """Write the published folder of spec/5."""
    levels = [[leaf_hash(entry) for entry in record.entries]]
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        levels.append([root_of(below[i : i + WIDTH]) for i in range(0, len(below) - WIDTH + 1, WIDTH)])
    size = len(record.entries)
    head = Checkpoint(ORIGIN, size, root_of(levels[0]))
    files = {
        "checkpoint": sign_checkpoint(head, record.log, record.mldsa, TIME),
        "log.vkey": vkey(ORIGIN, record.log.public).encode() + b"\n",
        "keys/log-mldsa44.vkey": mldsa_vkey(ORIGIN, record.mldsa.public_key().public_bytes_raw()).encode() + b"\n",
        "keys/authority.vkey": record.anchor.encode() + b"\n",
    }
    for level, number, width in tiles_of(size):
        first = number * WIDTH
        files[tile_path(level, number, width)] = b"".join(levels[level][first : first + width])
        if level == 0:
            files[bundle_path(number, width)] = encode_bundle(record.entries[first : first + width])
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
