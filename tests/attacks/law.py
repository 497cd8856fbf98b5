"""What the rules give for a forged record, every word of it believed: a forger's determinations must fit his lies."""

from dataclasses import dataclass, field
from typing import Any

from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32, StationId
from tally_protocol.record.chain import Manifest, StationState
from tally_protocol.record.deciding import results_of
from tally_protocol.record.kinds import Decoded, Receipt, decode_record
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Determination, Standings

# a record that breaks a rule may not fit the state of an honest chain in any way
NONSENSE = (ProtocolError, ValueError, KeyError, IndexError, TypeError)


@dataclass
class Believer:
    """Every unit's state, entry by entry; nothing is checked."""

    election: Election | None = None
    election_hash: Hash32 = field(default_factory=lambda: Hash32(bytes(32)))
    rosters: dict[Hash32, Roster] = field(default_factory=dict)
    units: dict[str, UnitState] = field(default_factory=dict)

    def take(self, note: bytes) -> None:
        """The next entry; what makes no sense changes nothing."""
        try:
            self._take(decode_record(note))
        except NONSENSE:
            return

    def _take(self, decoded: Decoded) -> None:
        body = decoded.body
        if isinstance(body, Election):
            self.election, self.election_hash = body, decoded.hash
        elif isinstance(body, Roster):
            self.rosters[decoded.hash] = body
        elif isinstance(body, Unit):
            self._unit(body, decoded.hash)
        elif not isinstance(body, Receipt | Standings | Determination):
            _, unit, *station = decoded.links.chain.split("/")
            state = self.units[unit]
            (state.stations[StationId(station[0])] if station else state).apply(body, decoded.hash)  # type: ignore[arg-type]

    def _unit(self, unit: Unit, record: Hash32) -> None:
        if self.election is None or unit.id in self.units:
            return
        stations = {}
        for entry in unit.stations:
            roster = self.rosters[entry.roster]
            manifest = Manifest(self.election, self.election_hash, unit, record, roster, entry.roster)
            stations[str(entry.id)] = StationState(manifest)
        self.units[unit.id] = UnitState(self.election, self.election_hash, unit, record, stations)

    def is_final(self, unit: str) -> bool:
        """Whether a determination is due: a statement over the final heads, its names opened. Unknown units are not."""
        state = self.units.get(unit)
        return state is not None and state.stands and state.names_complete

    def results(self, unit: str) -> list[dict[str, Any]] | None:
        """A determination's `contests` as the rules give them here, or None where they cannot."""
        try:
            return [result.to_body() for result in results_of(self.units[unit])]
        except NONSENSE:
            return None
