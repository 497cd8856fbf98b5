"""The signed records of one unit as a list: place in the log, chain, number, time, hash, signers with their roles.

The notes are read from the store by their log indexes, which the board knows from the prefix that it shows; nothing
newer can slip in. A batch says how many papers it has; no figure of a candidate stands in the list.
"""

import json
from typing import Any, Protocol

from coordinator.ledger.progress import UnitProgress
from coordinator.store import entries as log
from coordinator.store.database import Database
from tally_protocol.seal.document import record_hash
from tally_protocol.seal.note import parse_note

Json = dict[str, Any]


class Archive(Protocol):
    """Where the notes of the log are."""

    def notes(self, indexes: tuple[int, ...]) -> list[bytes]:
        """The notes at these places, in their order."""


class StoreArchive:
    """The county's store, or the server's."""

    def __init__(self, database: Database) -> None:
        """Reads with the connections of `database`."""
        self._database = database

    def notes(self, indexes: tuple[int, ...]) -> list[bytes]:
        """As stored."""
        return [entry.note for entry in log.at_places(self._database, indexes)]


class NoArchive:
    """For whoever shows no records."""

    def notes(self, indexes: tuple[int, ...]) -> list[bytes]:
        """Nothing."""
        return [b""] * (0 * len(indexes))


def records(unit: UnitProgress, size: int, archive: Archive) -> Json:
    """The JSON of a unit's records in the order of the log."""
    roles = _roles(unit)
    found = archive.notes(unit.entries)
    return {
        "unit": unit.note.id,
        "size": size,
        "records": [_record(idx, note, roles) for idx, note in zip(unit.entries, found, strict=False)],
    }


def _roles(unit: UnitProgress) -> dict[str, str]:
    """Person -> role, of the committee and of every station."""
    roles = {str(person.id): person.role for person in unit.note.committee}
    for roster in unit.rosters.values():
        roles |= {str(person.id): person.role for person in roster.officials}
    return roles


def _record(idx: int, data: bytes, roles: dict[str, str]) -> Json:
    note = parse_note(data)
    line, _, text = note.text.partition(b"\n")
    body = json.loads(text)
    kind = line.rpartition(b" ")[2].decode()
    last = [signature.name.rpartition("/")[2] for signature in note.lines]
    found: Json = {
        "index": idx,
        "kind": f"{kind} {body['step']}" if kind == "step" else kind,
        "chain": body.get("chain", ""),
        "seq": body.get("seq"),
        "time": body.get("time"),
        "hash": record_hash(note.text).hex(),
        "signers": [[name, roles.get(name, "")] for name in last],
    }
    if kind in {"batch", "correction"}:
        found["papers"] = body["figures"][0]
    return found
