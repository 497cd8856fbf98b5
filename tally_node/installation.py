"""Taking in the county's bundle: nothing of it is believed before the authority's signature holds.

A bundle is a folder: `ca.pem`, `node.pem`, `county.json` (transport), `election.note`, and the notes of rosters and
units either in `notes.bin` (`u32 length || note`, repeated) or as files `units/*.note` and `rosters/*.note`.
Installed are the notes that belong to this election; every key that the bundle gives this laptop must be one that its
keyring holds [SEAL-3] [SEAL-4] [SIGN-1]. If the process dies half-way, nothing is installed; installing again is
harmless.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tally_node import certificate
from tally_node.journal import Journal
from tally_node.keyring import Keyring
from tally_node.manifest import AUTHORITY, check_authority
from tally_node.settings import Home, write_private
from tally_node.uplink import County
from tally_node.voice import NodeError
from tally_protocol.election.manifest import Election, Official, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32
from tally_protocol.limits import RECORD_BYTES
from tally_protocol.seal.document import decode_text, record_hash
from tally_protocol.seal.keys import VerifierKey, authority_name, parse_vkey
from tally_protocol.seal.note import parse_note


@dataclass(frozen=True, slots=True)
class Installed:
    """What a bundle brought; `fingerprint` is for people to compare with the printed one."""

    election: str
    title: str
    fingerprint: str
    anchored: bool
    units: int
    stations: int
    test: bool


def install(home: Home, journal: Journal, keyring: Keyring, bundle: Path, authority: str | None) -> Installed:
    """Check everything, then install everything in one transaction; certificates last."""
    note = _read(bundle / "election.note")
    transport = {name: _read(bundle / name) for name in ("ca.pem", "node.pem", "county.json")}
    _check_certificate(transport["node.pem"], keyring)
    _read_county(bundle / "county.json")
    try:
        election = Election.from_body(decode_text(parse_note(note).text)[1])
        anchor = VerifierKey(authority_name(election.id), election.authority)
        if authority is not None and parse_vkey(authority) != anchor:
            raise NodeError("E_ANCHOR", "election.note", expected=authority, found=anchor.text)
        check_authority(note, election.id, election.authority)
        digest = record_hash(parse_note(note).text)
        with journal.write():
            _keep_election(journal, digest, note, election)
            units, stations = _keep_notes(journal, keyring, home.node(), bundle, (election, digest))
    except ProtocolError as error:
        raise NodeError(error.code, f"bundle {error.where}", expected=error.expected, found=error.found) from None
    home.county.mkdir(mode=0o700, exist_ok=True)
    for name, data in transport.items():
        write_private(home.county / name, data)
    return Installed(
        election.id, election.title, anchor.fingerprint, authority is not None, units, stations, election.test
    )


def _keep_election(journal: Journal, digest: Hash32, note: bytes, election: Election) -> None:
    known = journal.manifest("election")
    if known is not None and known != note:
        raise NodeError("N_EXISTS", "election", expected="the election installed before", found=election.id)
    journal.add_manifest(digest, ("election", "", ""), 1, note)
    journal.set_setting(AUTHORITY, election.authority.hex())


def _keep_notes(
    journal: Journal, keyring: Keyring, node: str, bundle: Path, election: tuple[Election, Hash32]
) -> tuple[int, int]:
    units = stations = 0
    for note in _notes(bundle):
        kind, body, digest = check_authority(note, election[0].id, election[0].authority)
        if body.get("election") != election[1].hex():
            raise NodeError("E_ELECTION", f"bundle {kind}")
        if kind == "roster":
            roster = Roster.from_body(body)
            if roster.node == node:
                _check_roster(roster, election[0].id, keyring)
                stations += 1
            journal.add_manifest(digest, ("roster", roster.unit, roster.station), roster.version, note)
        elif kind == "unit":
            unit = Unit.from_body(body)
            if unit.node == node:
                _check_people(unit.committee, election[0].id, unit.id, keyring)
            units += 1
            journal.add_manifest(digest, ("unit", unit.id, ""), unit.version, note)
        else:
            raise NodeError("N_BUNDLE", "notes", expected="roster and unit notes", found=kind)
    if not units:
        raise NodeError("N_BUNDLE", "notes", expected="rosters and units of this laptop")
    return units, stations


def _check_roster(roster: Roster, election: str, keyring: Keyring) -> None:
    where = f"roster {roster.unit}/{roster.station}"
    if keyring.station_signer(election, roster.unit, roster.station).public != roster.station_key:
        raise NodeError("N_BUNDLE", where, expected="the station key that this laptop enrolled")
    _check_people(roster.officials, election, roster.unit, keyring)


def _check_people(people: tuple[Official, ...], election: str, unit: str, keyring: Keyring) -> None:
    for person in people:
        if keyring.person_signer(election, unit, person.id).public != person.key:
            raise NodeError("N_BUNDLE", f"unit {unit}: {person.id}", expected="the key that this laptop enrolled")


def _notes(bundle: Path) -> Iterator[bytes]:
    """All notes of the bundle, rosters and units in any order."""
    packed = bundle / "notes.bin"
    if packed.exists():
        with packed.open("rb") as stream:
            while head := stream.read(4):
                length = int.from_bytes(head, "big")
                note = stream.read(length) if len(head) == 4 and length <= RECORD_BYTES else b""
                if not note or len(note) != length:
                    raise NodeError("N_BUNDLE", str(packed), expected="u32 length and note, repeated")
                yield note
        return
    for folder in ("rosters", "units"):
        for path in sorted((bundle / folder).glob("*.note")):
            yield _read(path)


def _check_certificate(pem: bytes, keyring: Keyring) -> None:
    try:
        found = x509.load_pem_x509_certificate(pem).public_key()
    except ValueError as error:
        raise NodeError("N_BUNDLE", "node.pem", found=error) from None
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if found.public_bytes(*form) != keyring.tls_key().public_key().public_bytes(*form):
        raise NodeError("N_BUNDLE", "node.pem", expected="a certificate for this laptop's key")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NodeError("N_BUNDLE", str(path), found=error.strerror) from None


def _read_county(path: Path) -> tuple[str, str]:
    try:
        value = json.loads(_read(path))
        address, name = value["address"], value.get("server_name", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NodeError("N_BUNDLE", str(path), expected="address and server_name") from None
    if not isinstance(address, str) or not isinstance(name, str) or ":" not in address:
        raise NodeError("N_BUNDLE", str(path), expected="an address host:port")
    return address, name


def county(home: Home, keyring: Keyring, address: str | None = None) -> County:
    """Where to connect and with which certificates; `address` overrides what the bundle says."""
    found, name = _read_county(home.county / "county.json")
    pair = certificate.current(home, keyring)
    return County(
        address=address or found, server_name=name, ca=_read(home.county / "ca.pem"),
        certificate=pair.certificate, key=pair.key,
    )  # fmt: skip
