"""The whole election in memory: every chain's state and the live totals. One thread writes.

The arrays only add effects; they must equal what the chains say [RUN-1] [RUN-2].
"""

from collections.abc import Mapping
from typing import TypeGuard

from coordinator.settings import CountyError
from coordinator.tally.columns import columns
from coordinator.tally.matrix import Effect, Matrix
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.shape import shape
from tally_protocol.election.unit import Unit
from tally_protocol.errors import RuleViolation
from tally_protocol.ids import COUNTY_CHAIN, Hash32, station_chain, unit_chain
from tally_protocol.record.chain import ZERO32, Manifest, StationState
from tally_protocol.record.deciding import check_declaration, check_determination
from tally_protocol.record.kinds import ChainBody, StationBody, UnitBody
from tally_protocol.record.links import Links
from tally_protocol.record.station_kinds import Batch, Correction, Void
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Declaration, Determination, Names, Standings, Statement


class County:
    """The whole election in memory: sealed notes, chains, live totals. One thread writes."""

    def __init__(self, election: Election, election_hash: Hash32) -> None:
        """Before the units are known."""
        self.election = election
        self.election_hash = election_hash
        self.stations: dict[str, StationState] = {}
        self.units: dict[str, UnitState] = {}
        self.nodes: dict[str, str] = {}
        self.size = 0
        self.next_seq = 0
        self.head: Hash32 = ZERO32
        self.matrix = Matrix(columns(()))

    def county_links(self, time: int) -> Links:
        """The chain fields of the county's next record."""
        return Links(
            chain=COUNTY_CHAIN, election=self.election_hash, epoch=1, prev=self.head, seq=self.next_seq, time=time
        )

    def add_unit(self, unit: Unit, unit_hash: Hash32, rosters: Mapping[Hash32, Roster]) -> None:
        """Take a sealed unit in, with the rosters it cites; its tables' chains are empty."""
        tables: dict[str, StationState] = {}
        for entry in unit.stations:
            roster = rosters[entry.roster]
            manifest = Manifest(self.election, self.election_hash, unit, unit_hash, roster, entry.roster)
            chain = station_chain(unit.id, entry.id)
            tables[entry.id] = self.stations[chain] = StationState(manifest)
            self.nodes[chain] = roster.node
        self.units[unit.id] = UnitState(self.election, self.election_hash, unit, unit_hash, tables)
        self.nodes[unit_chain(unit.id)] = unit.node

    def seal(self) -> None:
        """All units are known: lay out the arrays."""
        self.matrix = Matrix(columns(state.unit for state in self.units.values()))

    def take(self, body: ChainBody, record: Hash32) -> Effect | None:
        """Apply an admitted record; gives what it adds to the totals. The caller adds it to the matrix."""
        self.size += 1
        if isinstance(body, Standings | Determination):
            self.next_seq, self.head = self.next_seq + 1, record
            if isinstance(body, Determination):
                self.units[body.unit].take_determination(body.statement)
            return None
        if is_unit_body(body):
            self.units[body.links.chain[2:]].apply(body, record)
            return None
        if not is_station_body(body):
            raise TypeError("a record of a chain is a station's, a unit's or the county's")
        state = self.stations[body.links.chain]
        state.apply(body, record)
        unit = state.manifest.unit.id
        if isinstance(body, Batch):
            self.units[unit].cells.add(body.layout, body.figures[0], threshold_of(state, body.layout))
        return effect_of(body, unit, state.station)

    def check(self, body: ChainBody) -> None:
        """Raise the code of the first rule that a record breaks as the next of its chain; changes nothing."""
        match body:
            case Standings():
                # whether its sums are those of its prefix is the publisher's to see to, and the verifier's to check
                return
            case Determination():
                unit = self.units.get(body.unit)
                if unit is None:
                    raise RuleViolation("E_UNKNOWN_CHAIN", COUNTY_CHAIN, found=body.unit)
                check_determination(unit, body)
            case _ if is_unit_body(body):
                state = self.units[body.links.chain[2:]]
                state.check(body)
                if isinstance(body, Declaration):
                    check_declaration(state, body)
            case _ if is_station_body(body):
                self.stations[body.links.chain].check(body)

    def position(self, chain: str) -> tuple[int, bytes]:
        """Next seq and head of a chain; (0, empty) for a chain that is not known."""
        table = self.stations.get(chain)
        if table is not None:
            return table.next_seq, table.head
        unit = self.units.get(chain[2:]) if chain.startswith("u/") else None
        return (0, b"") if unit is None else (unit.next_seq, unit.head)

    def check_arrays(self) -> int:
        """Compare every integer of the arrays with the chains' running figures; gives how many were compared.

        CountyError E_SELF_CHECK if one differs: a total was added twice, or not at all.
        """
        compared = 0
        for unit_id, unit in self.units.items():
            sums = dict(unit.totals())
            for layout in unit.unit.layouts:
                length = shape(unit.unit, layout.id).figures
                pairs = [(self.matrix.unit(unit_id, layout.id, length), sums[layout.id])]
                pairs += [
                    (self.matrix.station(unit_id, name, layout.id, length), table.running_of(layout.id))
                    for name, table in unit.stations.items()
                ]
                if any(first != second for first, second in pairs):
                    raise CountyError(
                        f"E_SELF_CHECK: 单位 {unit_id} 版式 {layout.id} 的合计与链上累计不符；请停机并保留现场",
                        f"E_SELF_CHECK: unit {unit_id}, layout {layout.id}: arrays differ from the chains; stop",
                    )
                compared += length * len(pairs)
        return compared


def is_unit_body(body: ChainBody) -> TypeGuard[UnitBody]:
    """Whether a record belongs to a unit's chain; a `step` is told by its chain."""
    return isinstance(body, Statement | Names | Declaration | Step) and body.links.chain.startswith("u/")


def is_station_body(body: ChainBody) -> TypeGuard[StationBody]:
    """Whether a record belongs to a station's chain."""
    return body.links.chain.startswith("s/")


def threshold_of(state: StationState, layout: str) -> int:
    """The fewest papers that a batch of this layout may have beside another: its profile's threshold [CUT-2]."""
    return state.manifest.layout_profile(layout).publish.min_ballots_per_cell


def effect_of(body: StationBody, unit: str, station: str) -> Effect | None:
    """What a record adds to its station's figures."""
    match body:
        case Batch():
            return Effect(unit, station, body.layout, body.figures)
        case Correction():
            return Effect(unit, station, body.batch.layout, body.effect)
        case Void():
            return Effect(unit, station, body.layout, body.effect)
        case _:
            return None
