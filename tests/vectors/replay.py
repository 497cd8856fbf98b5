"""A whole log, entry by entry, through the producers' rules: chapters 1 to 6 without files (areas `chain`, `results`).

The coordinator has such a walk over its own store; this one starts from notes alone, takes every signature as seriously
as admission does and stops at the first entry that breaks a rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import BrokenChain, Malformed, RuleViolation
from tally_protocol.ids import COUNTY_CHAIN, Hash32, StationChain, UnitChain, parse_chain
from tally_protocol.log.results import ResultsTree, StationStanding, unit_standing
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.merkle.tree import Frontier
from tally_protocol.record.chain import ZERO32, Manifest, StationState, check_links
from tally_protocol.record.deciding import check_declaration, check_determination
from tally_protocol.record.kinds import Decoded, Receipt, StationBody, UnitBody, decode_record
from tally_protocol.record.manifest_rules import (
    check_election,
    check_kept,
    check_roster_keys,
    check_unit,
    check_version,
    units_root,
)
from tally_protocol.record.signing import (
    check_committee_signers,
    check_county_signer,
    check_manifest_signer,
    check_station_signers,
)
from tally_protocol.record.station_kinds import Batch
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Declaration, Determination, Standings


@dataclass(slots=True)
class UnitPlace:
    """A unit as the log knows it: its newest note, its committee's chain, its stations by id."""

    note: Unit
    hash: Hash32
    state: UnitState
    stations: dict[str, StationState]


class Replay:
    """Take entries in log order; the first that breaks a rule raises ProtocolError with its code."""

    def __init__(self) -> None:
        """An empty log."""
        self.election: Election | None = None
        self.election_hash = ZERO32
        self.hashes: set[Hash32] = set()
        self.rosters: dict[Hash32, Roster] = {}
        self.newest_rosters: dict[tuple[str, str], tuple[int, Hash32]] = {}
        self.station_keys: dict[bytes, tuple[str, str]] = {}
        self.units: dict[str, UnitPlace] = {}
        self.roots: list[bytes] = []
        self.kinds: list[str] = []
        self.covered = 0
        self.county_seq, self.county_head = 0, ZERO32
        self.standings_at: dict[int, tuple[bytes, dict[str, Any]]] = {}
        self._frontier = Frontier()
        self.tree = ResultsTree()

    def add(self, note: bytes) -> None:
        """Take the next entry."""
        decoded = decode_record(note)
        if isinstance(decoded.body, Receipt):
            raise Malformed("E_KIND", "log", found="receipt")  # [LOG-4]
        if decoded.hash in self.hashes:
            raise BrokenChain("E_DUP", "log")  # [LOG-3]
        self._dispatch(decoded)
        self.hashes.add(decoded.hash)
        self.kinds.append(decoded.kind)
        self._frontier.append(leaf_hash(note))
        self.roots.append(self._frontier.root())
        results, totals = self.tree.root()
        self.standings_at[len(self.roots)] = results, totals

    def _dispatch(self, decoded: Decoded) -> None:
        body = decoded.body
        if not self.kinds:
            if not isinstance(body, Election):
                raise RuleViolation("E_MANIFEST", "entry 0")  # [LOG-1]
            self._take_election(decoded, body)
        elif isinstance(body, Election):
            raise RuleViolation("E_MANIFEST", "log", expected="one election")
        elif isinstance(body, Roster):
            self._take_roster(decoded, body)
        elif isinstance(body, Unit):
            self._take_unit(decoded, body)
        else:
            self._take_chain_record(decoded)

    def _take_election(self, decoded: Decoded, body: Election) -> None:
        check_election(body)  # [KEY-1] [PROF-2]
        check_manifest_signer(decoded.note, body)  # [SIGN-1]
        self.election, self.election_hash = body, decoded.hash

    def _sealed(self, decoded: Decoded, election: Hash32) -> Election:
        assert self.election is not None
        if election != self.election_hash:
            raise RuleViolation("E_ELECTION", decoded.kind)  # [CHAIN-1]
        check_manifest_signer(decoded.note, self.election)
        return self.election

    def _take_roster(self, decoded: Decoded, body: Roster) -> None:
        self._sealed(decoded, body.election)
        place = str(body.unit), str(body.station)
        check_roster_keys(body)
        check_version(body.version, body.prev, self.newest_rosters.get(place), "roster")  # [SEAL-5]
        if self.station_keys.setdefault(body.station_key, place) != place:
            raise RuleViolation("E_MANIFEST", "roster", expected="a station key of its own")  # [SEAL-4]
        self.rosters[decoded.hash] = body
        self.newest_rosters[place] = body.version, decoded.hash

    def _take_unit(self, decoded: Decoded, body: Unit) -> None:
        election = self._sealed(decoded, body.election)
        before = self.units.get(body.id)
        replaced = None if before is None else (before.note.version, before.hash)
        check_version(body.version, body.prev, replaced, f"unit {body.id}")
        check_unit(election, body, self.rosters)
        if before is not None and any(state.opened for state in before.stations.values()):
            check_kept(before.note, body)
        if before is None and self._complete(election):
            raise RuleViolation("E_MANIFEST_ROOT", "unit", expected=f"{election.units} units")
        stations = {} if before is None else before.stations
        for entry in body.stations:
            state = stations.get(entry.id)
            if state is None or not state.opened:
                roster = self.rosters[entry.roster]
                manifest = Manifest(election, self.election_hash, body, decoded.hash, roster, entry.roster)
                stations[entry.id] = StationState(manifest)
        if before is None:
            committee = UnitState(election, self.election_hash, body, decoded.hash, stations)
            self.units[body.id] = UnitPlace(body, decoded.hash, committee, stations)
        else:
            before.note, before.hash = body, decoded.hash
            before.state.renew(body, decoded.hash)
        if self._complete(election) and units_root(self.units) != election.units_root:
            raise RuleViolation("E_MANIFEST_ROOT", "election.units_root")  # [SEAL-2]
        self._stand(body.id)

    def _complete(self, election: Election) -> bool:
        return len(self.units) == election.units

    def _take_chain_record(self, decoded: Decoded) -> None:
        election = self.election
        assert election is not None
        body, links = decoded.body, decoded.links
        if links.election != self.election_hash:
            raise RuleViolation("E_ELECTION", links.chain)
        if not self._complete(election):
            raise BrokenChain("E_ORDER", "log", expected="all unit notes first")  # [LOG-2]
        if isinstance(body, Standings):
            self._take_standings(decoded, body, election)
            return
        if isinstance(body, Determination):
            self._take_determination(decoded, body, election)
            return
        owner = parse_chain(links.chain)
        assert isinstance(owner, StationChain | UnitChain)
        unit = self.units.get(owner.unit)
        if unit is None or (isinstance(owner, StationChain) and owner.station not in unit.stations):
            raise RuleViolation("E_UNKNOWN_CHAIN", links.chain)  # [CHAIN-6]
        if isinstance(owner, UnitChain):
            self._take_committee(decoded, election, unit)
        else:
            self._take_station(decoded, election, unit, unit.stations[owner.station])
        self._stand(owner.unit)

    def _take_committee(self, decoded: Decoded, election: Election, unit: UnitPlace) -> None:
        body: UnitBody = decoded.body  # type: ignore[assignment]
        check_committee_signers(decoded.note, decoded.kind, election, unit.note, unit.state.profile)
        unit.state.check(body)
        if isinstance(body, Declaration):
            check_declaration(unit.state, body)  # [DET-3]
        unit.state.apply(body, decoded.hash)

    def _take_station(self, decoded: Decoded, election: Election, unit: UnitPlace, state: StationState) -> None:
        body: StationBody = decoded.body  # type: ignore[assignment]
        manifest = state.manifest
        check_station_signers(decoded.note, decoded.kind, election, manifest.unit, manifest.roster, manifest.profile)
        state.check(body)
        if isinstance(body, Batch):
            threshold = manifest.layout_profile(body.layout).publish.min_ballots_per_cell
            unit.state.cells.check(body.layout, body.figures[0], threshold)  # [CUT-2]
            unit.state.cells.add(body.layout, body.figures[0], threshold)
        state.apply(body, decoded.hash)

    def _take_determination(self, decoded: Decoded, body: Determination, election: Election) -> None:
        check_county_signer(decoded.note, election)  # [SIGN-3]
        check_links(body.links, self.election_hash, self.county_seq, self.county_head)
        unit = self.units.get(body.unit)
        if unit is None:
            raise RuleViolation("E_UNKNOWN_CHAIN", COUNTY_CHAIN, found=body.unit)  # [CHAIN-6]
        check_determination(unit.state, body)  # [DET-1] [DET-2]
        unit.state.take_determination(body.statement)
        self.county_seq, self.county_head = self.county_seq + 1, decoded.hash

    def _take_standings(self, decoded: Decoded, body: Standings, election: Election) -> None:
        check_county_signer(decoded.note, election)  # [SIGN-3]
        check_links(body.links, self.election_hash, self.county_seq, self.county_head)
        size = body.size
        if not self.covered < size <= len(self.roots) or body.root != self.roots[size - 1]:
            raise RuleViolation("E_STANDINGS", COUNTY_CHAIN, expected="a prefix of this log")  # [STAND-1]
        if all(kind == "standings" for kind in self.kinds[self.covered : size]):
            raise RuleViolation("E_STANDINGS", COUNTY_CHAIN, expected="something new")  # [STAND-3]
        if (body.results, dict(body.totals)) != self.standings_at[size]:
            raise RuleViolation("E_TOTAL", COUNTY_CHAIN)  # [STAND-2]
        self.covered = size
        self.county_seq, self.county_head = self.county_seq + 1, decoded.hash

    def _stand(self, name: str) -> None:
        unit = self.units[name]
        stations: Mapping[str, StationStanding] = {
            key: StationStanding(
                records=state.next_seq, head=state.head if state.next_seq else b"", closed=state.closed,
                running=state.running,
            )
            for key, state in unit.stations.items()
        }  # fmt: skip
        self.tree.set_unit(unit.note.place, unit_standing(unit.note, stations, unit.state.statement))

    def heads(self) -> dict[str, list[object]]:
        """Every chain with at least one record: number of records and head."""
        found: dict[str, list[object]] = {}
        if self.county_seq:
            found["c"] = [self.county_seq, self.county_head.hex()]
        for name, unit in self.units.items():
            states: list[tuple[str, StationState | UnitState]] = [(f"u/{name}", unit.state)]
            states += [(f"s/{name}/{station}", state) for station, state in unit.stations.items()]
            found |= {chain: [state.next_seq, state.head.hex()] for chain, state in states if state.next_seq}
        return dict(sorted(found.items()))


def replay(entries: Sequence[bytes]) -> Replay:
    """A whole log; raises ProtocolError."""
    walk = Replay()
    for note in entries:
        walk.add(note)
    return walk
