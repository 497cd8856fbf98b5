"""The sealed election as the log tells it: who may sign where, which papers exist. Grows as manifest notes come.

Serves [SEAL-1], [SEAL-3] to [SEAL-7], [PROF-2] to [PROF-4], [SIGN-1], [KEY-1], [CHAIN-5] (versions) and [LOG-1].
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from verifier.decode.layouts import Contest, Layout, contests_of, layouts_of
from verifier.decode.profiles import Profile, read_profile, with_rules
from verifier.decode.shapes import canonical_base64
from verifier.findings.codes import Refused
from verifier.hashes import ZERO
from verifier.notes import Record, Signer
from verifier.signatures import key_is_canonical


@dataclass(frozen=True, slots=True)
class Person:
    """One official or committee member, with place in the list and role."""

    id: str
    role: str
    signer: Signer


@dataclass(frozen=True, slots=True)
class Election:
    """The fields of entry 0 that verification needs."""

    hash: str
    id: str
    title: str
    date: str
    test: bool
    authority: Signer
    county: Signer
    log_ed25519: bytes
    log_mldsa44: bytes
    origin: str
    profiles: dict[str, Profile]
    threshold: int
    units: int
    units_root: str


@dataclass(frozen=True, slots=True)
class Roster:
    """One version of a station's roster."""

    hash: str
    station: str
    version: int
    key: Signer
    officials: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class UnitNote:
    """One version of a unit note."""

    hash: str
    id: str
    name: str
    version: int
    place: tuple[str, ...]
    registered: int | None
    profile: Profile  # the unit's own, with its rules laid over it
    profiles: Mapping[str, Profile]  # all of the election's, this one in its place
    contests: dict[str, Contest]
    layouts: dict[str, Layout]
    stations: dict[str, Roster]
    electors: dict[str, int | None]  # registered at each station
    boxes: dict[str, tuple[str, str]]  # station and layout
    committee: tuple[Person, ...]
    relations: Sequence[Sequence[str]]
    sealed: bytes  # of everything that no later version may change once a box is open


@dataclass(slots=True)
class UnitManifest:
    """All versions of one unit and its rosters."""

    rosters: dict[str, Roster] = field(default_factory=dict)  # by hash
    newest_roster: dict[str, Roster] = field(default_factory=dict)  # by station
    notes: dict[str, UnitNote] = field(default_factory=dict)  # by hash
    newest: UnitNote | None = None


def people_of(election: str, unit: str, entries: list[dict[str, Any]]) -> tuple[Person, ...]:
    """Officials in their order; a weak key is refused where it stands."""
    prefix = f"changpiao/{election}/{unit}/"
    return tuple([Person(one["id"], one["role"], Signer.of(prefix + one["id"], sound(one["key"]))) for one in entries])


def sound(text: str) -> bytes:
    """Bytes of a key; weak spellings are E_WEAK_KEY [KEY-1]."""
    key = bytes.fromhex(text)
    if not key_is_canonical(key):
        raise Refused("E_WEAK_KEY", "a canonical key that is not of small order", f"key {text[:16]}...")
    return key


def read_election(record: Record) -> Election:
    """Entry 0 [LOG-1], [SEAL-1]."""
    fields: dict[str, Any] = record.fields
    ident, origin = fields["id"], fields["origin"]
    if {"test" in ident, "test" in origin} != {fields["test"]}:
        raise Refused("E_TEST", "'test' in id and origin of a rehearsal, and only there", f"test is {fields['test']}")
    prefix = f"changpiao/{ident}/"
    return Election(
        hash=record.hash,
        id=ident,
        title=fields["title"],
        date=fields["date"],
        test=fields["test"],
        authority=Signer.of(prefix + "authority", sound(fields["authority"])),
        county=Signer.of(prefix + "county", sound(fields["county_key"])),
        log_ed25519=sound(fields["log"]["ed25519"]),
        log_mldsa44=canonical_base64(fields["log"]["mldsa44"]),
        origin=origin,
        profiles={entry["id"]: read_profile(entry, fields["threshold"]) for entry in fields["profiles"]},
        threshold=fields["threshold"],
        units=fields["units"],
        units_root=fields["units_root"],
    )


def read_roster(election: Election, manifest: UnitManifest, record: Record) -> Roster:
    """A roster; its version rises by one and cites what it replaces [SEAL-5]."""
    fields: dict[str, Any] = record.fields
    unit, station = fields["unit"], fields["station"]
    _follows(fields, manifest.newest_roster.get(station))
    key = Signer.of(f"changpiao/{election.id}/{unit}/{station}", sound(fields["station_key"]))
    people = people_of(election.id, unit, fields["officials"])
    return Roster(record.hash, station, fields["version"], key, people)


def read_unit(election: Election, manifest: UnitManifest, record: Record, *, opened: bool) -> UnitNote:
    """A unit note: what it cites exists [SEAL-3], one key is one person [SEAL-4], versions follow [SEAL-5].

    `opened`: a chain of the unit has begun, so that what decides the result stays as it is.
    """
    fields: dict[str, Any] = record.fields
    _follows(fields, manifest.newest)
    sealed = _sealed(fields)
    if opened and manifest.newest is not None and sealed != manifest.newest.sealed:
        raise Refused("E_MANIFEST", "no other change than of committee, node and rosters after the first open", "more")
    contests = contests_of(fields)
    for ident in (fields["profile"], *(contest.profile for contest in contests.values())):
        if ident not in election.profiles:
            raise Refused("E_MANIFEST", "a profile of the election", f"profile {ident}")
    profile = with_rules(election.profiles[fields["profile"]], fields["rules"], election.threshold)
    profiles = {**election.profiles, profile.id: profile} if fields["rules"] else election.profiles
    layouts = layouts_of(fields, by_total(profiles))
    stations: dict[str, Roster] = {}
    for entry in fields["stations"]:
        roster = manifest.rosters.get(entry["roster"])
        if roster is None or roster.station != entry["id"]:
            raise Refused("E_MANIFEST", "a roster of this station in the log", f"station {entry['id']}")
        stations[entry["id"]] = roster
    for box in fields["boxes"]:
        if box["station"] not in stations or box["layout"] not in layouts:
            raise Refused("E_MANIFEST", "a station and a layout of the unit", f"box {box['id']}")
    committee = people_of(election.id, fields["id"], fields["committee"])
    _one_key_one_person(committee, stations)
    _nobody_counts_for_himself(committee, stations, contests, fields["relations"])
    return UnitNote(
        hash=record.hash,
        id=fields["id"],
        name=fields["name"],
        version=fields["version"],
        place=tuple(fields["place"]),
        registered=fields.get("registered"),
        profile=profile,
        profiles=profiles,
        contests=contests,
        layouts=layouts,
        stations=stations,
        electors={entry["id"]: entry.get("registered") for entry in fields["stations"]},
        boxes={box["id"]: (box["station"], box["layout"]) for box in fields["boxes"]},
        committee=committee,
        relations=fields["relations"],
        sealed=sealed,
    )


CHANGEABLE: Final = frozenset(("committee", "node", "prev", "version"))


def _sealed(fields: dict[str, Any]) -> bytes:
    """Digest of what decides the result [SEAL-5]: everything but who organises, where, and the stations' rosters."""
    kept = {name: value for name, value in fields.items() if name not in CHANGEABLE}
    kept["stations"] = [{name: value for name, value in one.items() if name != "roster"} for one in fields["stations"]]
    return sha256(json.dumps(kept, ensure_ascii=False).encode()).digest()


def by_total(profiles: Mapping[str, Profile]) -> frozenset[str]:
    """Profiles that compare the approvals of the whole paper with all its seats [FIG-2]."""
    return frozenset(
        ident for ident, profile in profiles.items() if profile.body["ballot"]["overvote"]["compare"] == "total"
    )


def _follows(fields: dict[str, Any], newest: Roster | UnitNote | None) -> None:
    """[SEAL-5]: version 1 cites nothing, each later version the one before."""
    version, prev = (newest.version + 1, newest.hash) if newest else (1, ZERO)
    if fields["version"] != version or fields["prev"] != prev:
        raise Refused("E_MANIFEST", f"version {version} that cites {prev}", f"version {fields['version']}")


def _one_key_one_person(committee: tuple[Person, ...], stations: dict[str, Roster]) -> None:
    """[SEAL-4] within a unit; a station counts with its id, so no person can have it."""
    key_of: dict[str, bytes] = {}
    id_of: dict[bytes, str] = {}
    people = list(committee)
    for roster in stations.values():
        people.extend(roster.officials)
    holders = [(person.id, person.signer.key) for person in people]
    for ident in {ident for ident, _ in holders} & stations.keys():
        raise Refused("E_MANIFEST", "no person with the id of a station", f"id {ident}")
    holders += [(station, roster.key.key) for station, roster in stations.items()]
    for ident, key in holders:
        if key_of.setdefault(ident, key) != key or id_of.setdefault(key, ident) != ident:
            raise Refused("E_MANIFEST", "one key for one id and one id for one key", f"id {ident}")


def _nobody_counts_for_himself(
    committee: tuple[Person, ...],
    stations: dict[str, Roster],
    contests: dict[str, Contest],
    relations: Sequence[Sequence[str]],
) -> None:
    """[SEAL-7]: who organises or counts is no candidate and no declared relative of one (VC-15, EL-43)."""
    serving = {person.id for person in committee}
    serving.update(person.id for roster in stations.values() for person in roster.officials)
    standing = {candidate for contest in contests.values() for candidate in contest.candidates}
    if serving & standing:
        raise Refused("E_MANIFEST", "officials who are no candidates", f"id {min(serving & standing)}")
    for one, other, word in relations:
        if (one in serving and other in standing) or (other in serving and one in standing):
            raise Refused("E_MANIFEST", "officials who are no relatives of candidates", f"{one}, {other}: {word}")
