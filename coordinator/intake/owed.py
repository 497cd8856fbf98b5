"""Sealed parts that the county has lost: laptops are asked for them, and what fits fills the gap [INTAKE-8] [BALLOT-5].

There are some only after the county was rebuilt from the public record, which has everything but the ballots. A part is
taken if it opens for its record and is the one that the record names: nothing else can be put in its place.
"""

from collections.abc import Sequence
from hashlib import sha256

from coordinator.intake.admission import Candidate
from coordinator.intake.group import Group
from coordinator.store import entries as log
from coordinator.store import marks, repairing
from coordinator.store.database import Database
from tally_protocol.errors import ProtocolError
from tally_protocol.record.sealing import Opener
from tally_protocol.record.station_kinds import Batch, Correction


class Owed:
    """The gaps of a store, for its writer; the range is read once: only a process at rest can be rebuilt."""

    def __init__(self, database: Database, opener: Opener | None) -> None:
        """Without the ballot key nothing can be looked into, and nothing is asked for."""
        self._database = database
        self._opener = opener
        with database.read() as connection:
            self._within = marks.owed_range(connection) if opener is not None else (0, 0)

    def first(self, chains: Sequence[str]) -> dict[str, int]:
        """For each of these chains the first seq whose part is missing."""
        if not self._within[1]:
            return {}
        with self._database.read() as connection:
            return repairing.owed_from(connection, self._database, chains, self._within)

    def fill(self, candidate: Candidate, group: Group) -> None:
        """A record that came again, with a part that may be missing."""
        blob, decoded = candidate.received.sealed, candidate.decoded
        if not (self._within[1] and blob) or decoded is None or self._opener is None:
            return
        body = decoded.body
        batch = body.batch if isinstance(body, Correction) else body
        if not isinstance(batch, Batch):
            return
        found = log.find_place(group.connection, candidate.chain, decoded.links.seq)
        if found is None or not self._within[0] <= found[0] < self._within[1]:
            return
        if not repairing.lacks_part(group.connection, found[0]):
            return
        try:
            good = sha256(self._opener.open(blob, candidate.hash)).digest() == batch.sealed
        except ProtocolError:
            good = False
        if good:
            group.filled.append((found[0], blob))
