"""Signing records with several signers, and checking who signed [SIGN-1] [SIGN-2] [SIGN-3] [SIGN-4].

The demand is exact: these names, in this order, nobody else. `E_SIGNERS` is found before any signature is verified.
"""

from collections.abc import Sequence
from typing import Protocol

from tally_protocol.election.manifest import Election, Official, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import BadSignature
from tally_protocol.fields import JsonObject
from tally_protocol.law.profile import Profile
from tally_protocol.seal.document import encode_text
from tally_protocol.seal.keys import (
    Signer,
    authority_name,
    county_name,
    key_id,
    person_name,
    verify_signature,
)
from tally_protocol.seal.note import Note, format_note


class HasBody(Protocol):
    """A record value."""

    def to_body(self) -> JsonObject:
        """Its JSON object."""
        ...


def sign_text(text: bytes, signers: Sequence[Signer]) -> bytes:
    """The note of a text with one line a signer, in the given order."""
    return format_note(text, tuple(signer.sign(text) for signer in signers))


def sign_record(kind: str, body: HasBody, signers: Sequence[Signer]) -> bytes:
    """The note of a record."""
    return sign_text(encode_text(kind, body.to_body()), signers)


def choose_signers(people: Sequence[Official], roles: Sequence[str]) -> tuple[Official, ...] | None:
    """The first people of a list, in its order, whose roles are exactly `roles`; None if it has too few."""
    wanted = list(roles)
    chosen = []
    for person in people:
        if person.role in wanted:
            wanted.remove(person.role)
            chosen.append(person)
    return None if wanted else tuple(chosen)


def check_manifest_signer(note: Note, election: Election) -> None:
    """`election`, `unit`, `roster`: exactly the authority [SIGN-1]."""
    _check_lines(note, ((authority_name(election.id), election.authority),))


def check_county_signer(note: Note, election: Election) -> None:
    """`standings`, `determination`, `receipt`: exactly the county [SIGN-3]."""
    _check_lines(note, ((county_name(election.id), election.county_key),))


def check_station_signers(
    note: Note, kind: str, election: Election, unit: Unit, roster: Roster, profile: Profile
) -> None:
    """The station, then officials of the roster with exactly the profile's roles [SIGN-2]."""
    station = person_name(election.id, unit.id, roster.station), roster.station_key
    people = _match_people(note, 1, roster.officials, election.id, unit.id)
    _check_roles(people, profile.roles(kind))
    _check_lines(note, (station, *people_keys(people, election.id, unit.id)))


def check_committee_signers(note: Note, kind: str, election: Election, unit: Unit, profile: Profile) -> None:
    """Committee members with exactly the profile's roles [SIGN-3]."""
    people = _match_people(note, 0, unit.committee, election.id, unit.id)
    _check_roles(people, profile.roles(kind))
    _check_lines(note, people_keys(people, election.id, unit.id))


def people_keys(people: Sequence[Official], election: str, unit: str) -> tuple[tuple[str, bytes], ...]:
    """(key name, public key) of people."""
    return tuple((person_name(election, unit, person.id), person.key) for person in people)


def _match_people(note: Note, skip: int, people: Sequence[Official], election: str, unit: str) -> tuple[Official, ...]:
    """The people whose names stand on the lines after `skip`, in ascending order of the list, or E_SIGNERS."""
    # names are cut, not built: a batch has one or two signers and a roster may have thirty people
    prefix = person_name(election, unit, "")
    ids: list[str] = [person.id for person in people]
    named = [line.name.removeprefix(prefix) if line.name.startswith(prefix) else "" for line in note.lines[skip:]]
    places = [ids.index(name) if name in ids else -1 for name in named]
    if any(place < 0 for place in places) or places != sorted(set(places)):
        raise BadSignature("E_SIGNERS", "signature lines", expected="people of the list, in its order")
    return tuple(people[place] for place in places)


def _check_roles(people: Sequence[Official], roles: Sequence[str]) -> None:
    found = sorted(person.role for person in people)
    if found != sorted(roles):
        raise BadSignature("E_SIGNERS", "roles", expected=" ".join(sorted(roles)), found=" ".join(found))


def _check_lines(note: Note, keys: Sequence[tuple[str, bytes]]) -> None:
    if len(note.lines) != len(keys):
        raise BadSignature("E_SIGNERS", "signature lines", expected=len(keys), found=len(note.lines))
    for line, (name, public) in zip(note.lines, keys, strict=True):
        if line.name != name or line.key_id != key_id(name, public):
            raise BadSignature("E_SIGNERS", "signature lines", expected=name, found=line.name)
    for line, (name, public) in zip(note.lines, keys, strict=True):
        if not verify_signature(public, note.text, line.signature):
            raise BadSignature("E_SIG", "signature lines", found=name)
