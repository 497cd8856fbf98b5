"""The log walked in its order, for some or all of its units: every rule that needs no file.

Serves [LOG-2], [LOG-3], [LOG-4], [SEAL-4] (station keys), [KEY-1], [CHAIN-1], [CHAIN-6], [SIGN-4], [DET-1], [VERIFY-6].
One walker sees all entries of its units; walkers over different units add up. A refused record breaks its chain once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from verifier.chain.manifest import Election, UnitNote, read_roster, read_unit
from verifier.chain.places import UnitStanding, standing_of
from verifier.chain.route import MANIFEST, Route
from verifier.chain.signers import sole_signer, station_and_people
from verifier.chain.states import VOIDED
from verifier.chain.station import Fields, StationChain
from verifier.chain.unit import Unit
from verifier.decode.cases import Law
from verifier.decode.kinds import STATION_KINDS, UNIT_KINDS
from verifier.decode.layouts import PaperClaim
from verifier.findings.codes import Refused
from verifier.findings.report import Finding, Tally
from verifier.notes import Record, read_record
from verifier.signatures import Ed25519Keys, key_is_a_point

Pairs = list[tuple[bytes, bytes]]
CHAINED_KINDS = STATION_KINDS | UNIT_KINDS | {"step"}
PaperCheck = Callable[[PaperClaim], None]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a walker has to know beforehand."""

    election: Election
    signatures: str = "all"  # all, heads or none
    only_unit: str = ""
    manifest_end: int = 2**63  # index of the first entry that is not of the manifest
    boundaries: Sequence[int] = ()  # sizes that standings records cite, ascending
    wanted: frozenset[tuple[str, int]] = frozenset()  # (chain, seq) whose hashes receipts ask for
    hole: int = 2**63  # entries from here on cannot be walked: a bundle before them is missing


@dataclass(frozen=True, slots=True)
class CountyLink:
    """A determination as a link of the county's chain, which is walked elsewhere; `hash` is empty if it was refused."""

    index: int
    seq: int = -1
    prev: str = ""
    hash: str = ""


@dataclass(slots=True)
class Walked:
    """What a walker found; small enough to travel between processes."""

    tally: Tally = field(default_factory=Tally)
    units: list[str] = field(default_factory=list)
    station_keys: dict[bytes, str] = field(default_factory=dict)
    standings: list[tuple[int, UnitStanding]] = field(default_factory=list)  # (size, unit as it was then)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)  # only for small logs (conformance)
    answers: dict[tuple[str, int], str] = field(default_factory=dict)  # (chain, seq) -> hash
    county: list[CountyLink] = field(default_factory=list)
    county_pending: tuple[int, bytes, Pairs] | None = None  # mode `heads`: the newest determination seen here
    first_break: int = 2**63
    unverified: int = 0  # records whose signatures mode `heads` did not verify


class Walker:
    """Feeds entries in log order into units and chains."""

    def __init__(self, assignment: Assignment, law: Law, papers: PaperCheck | None = None) -> None:
        self.todo = assignment
        self.law = law
        self.election = assignment.election
        self.papers = papers
        self.keys = Ed25519Keys()
        self.units: dict[str, Unit] = {}
        self.result = Walked()
        self._seen = {bytes.fromhex(assignment.election.hash)}
        self._dirty: set[str] = set()
        self._boundaries = list(reversed(assignment.boundaries))
        self._pending: dict[str, tuple[int, bytes, Pairs]] = {}
        self._declared: dict[bytes, str] = {}

    def feed(self, index: int, data: bytes, way: Route) -> None:
        """One entry; whatever is wrong with it becomes a finding."""
        self._flush(index)
        tally = self.result.tally
        tally.touch("I1")
        tally.touch("S2")
        record = None
        try:
            record = read_record(data)
            digest = bytes.fromhex(record.hash)
            if digest in self._seen:
                raise Refused("E_DUP", "each record once", f"hash {record.hash}")  # [LOG-3]
            self._seen.add(digest)
            if index >= self.todo.hole:
                return  # what stands before is not all there, so only the spelling can be judged
            if way.kind in MANIFEST:
                self._manifest(index, record)
            elif record.kind == "determination":
                self._determination(index, record)
            else:
                self._chained(index, record)
        except Refused as refused:
            self._refuse(index, way, record, refused)

    def _refuse(self, index: int, way: Route, record: Record | None, refused: Refused) -> None:
        chain = str(record.fields.get("chain", "")) if record else way.chain
        seq = f" seq {record.fields['seq']}" if record and "seq" in record.fields else ""
        kind = record.kind if record else way.kind.decode("ascii", "replace")
        place = f"entry {index} {kind} {chain}{seq}"
        self.result.tally.add(Finding.of(refused, place, index))
        if way.kind == b"determination":
            if refused.code != "E_DUP":
                self.result.county.append(CountyLink(index))
            return
        self.result.first_break = min(self.result.first_break, index)
        parts = chain.split("/")
        unit = self.units.get(parts[1]) if len(parts) > 1 else None
        if unit is not None and refused.code != "E_DUP":
            if len(parts) == 3:
                self._station_chain(unit, chain, parts[2]).links.broken = True
            else:
                unit.links.broken = True

    def _signed(self, index: int, chain: str, record: Record, pairs: Pairs) -> None:
        """Verify now, or remember the newest record of the chain [VERIFY-6]."""
        self.result.tally.touch("A3")
        mode = self.todo.signatures
        if mode == "none":
            return
        if mode == "heads" and chain:
            self.result.unverified += chain in self._pending
            self._pending[chain] = (index, record.note.text, pairs)
            return
        self._verify(record.note.text, pairs)

    def _verify(self, text: bytes, pairs: Pairs) -> None:
        for place, (key, signature) in enumerate(pairs):
            if not self.keys.verify(key, signature, text):
                raise Refused("E_SIG", "a signature that verifies", f"signature line {place + 1}")

    # --- manifest

    def _manifest(self, index: int, record: Record) -> None:
        fields: Fields = record.fields
        if record.kind == "election":
            raise Refused("E_ORDER", "one election note, entry 0", "a second election note")
        if fields["election"] != self.election.hash:
            raise Refused("E_ELECTION", self.election.hash, fields["election"])
        self._signed(index, "", record, sole_signer(record.note, self.election.authority))  # [SIGN-1]
        self.result.tally.touch("S4")
        ident = fields["unit"] if record.kind == "roster" else fields["id"]
        unit = self.units.get(ident) or self.units.setdefault(ident, Unit(ident))
        if fields["version"] == 1 and index > self.todo.manifest_end:
            raise Refused("E_ORDER", "version 1 before any record of a chain", f"{record.kind} of {ident}")  # [LOG-2]
        if record.kind == "roster":
            self._roster(unit, record)
        else:
            self._unit_note(unit, record)

    def _roster(self, unit: Unit, record: Record) -> None:
        manifest = unit.manifest
        fields: Fields = record.fields
        if fields["version"] == 1 and manifest.newest is not None:
            raise Refused("E_ORDER", "rosters before the unit note", f"station {fields['station']}")
        roster = read_roster(self.election, manifest, record)
        owner = f"{unit.id}/{roster.station}"
        if self.result.station_keys.setdefault(roster.key.key, owner) != owner:  # [SEAL-4]
            raise Refused("E_MANIFEST", "a station key of its own", f"{owner} shares one")
        manifest.rosters[roster.hash] = roster
        manifest.newest_roster[roster.station] = roster
        self._declare(owner, [roster.key.key, *(person.signer.key for person in roster.officials)])

    def _unit_note(self, unit: Unit, record: Record) -> None:
        manifest = unit.manifest
        opened = any(chain.note is not None for chain in unit.stations.values())
        note = read_unit(self.election, manifest, record, opened=opened)
        if manifest.newest is None:
            self.result.units.append(note.id)
        manifest.notes[note.hash] = note
        manifest.newest = note
        self._dirty.add(unit.id)
        self._declare(unit.id, [person.signer.key for person in note.committee])

    def _declare(self, owner: str, keys: list[bytes]) -> None:
        self.result.tally.touch("A4", len(keys))
        for key in keys:
            self._declared.setdefault(key, owner)

    # --- chains

    def _chained(self, index: int, record: Record) -> None:
        fields: Fields = record.fields
        if record.kind not in CHAINED_KINDS:
            raise Refused("E_KIND", "a kind of the log", record.kind)  # [LOG-4]
        if fields["election"] != self.election.hash:
            raise Refused("E_ELECTION", self.election.hash, fields["election"])  # [CHAIN-1]
        chain: str = fields["chain"]
        parts = chain.split("/")
        unit = self.units.get(parts[1])
        if unit is None or unit.manifest.newest is None:
            raise Refused("E_UNKNOWN_CHAIN", "a unit of the manifest", chain)  # [CHAIN-6]
        self.result.tally.touch("S3")
        if (chain, fields["seq"]) in self.todo.wanted:
            self.result.answers[chain, fields["seq"]] = record.hash
        if len(parts) == 2:
            done = self._on_unit(index, record, unit, unit.manifest.newest)
        else:
            done = self._on_station(index, record, unit, parts[2])
        if done:
            self._dirty.add(unit.id)

    def _determination(self, index: int, record: Record) -> None:
        """A link of the county's chain about one unit: signed by the county, and what the rules give [DET-2]."""
        fields: Fields = record.fields
        result = self.result
        if fields["election"] != self.election.hash:
            raise Refused("E_ELECTION", self.election.hash, fields["election"])  # [CHAIN-1]
        unit = self.units.get(fields["unit"])
        if unit is None or unit.manifest.newest is None:
            raise Refused("E_UNKNOWN_CHAIN", "a unit of the manifest", f"unit {fields['unit']}")  # [CHAIN-6]
        self._signed(index, "c", record, sole_signer(record.note, self.election.county))  # [SIGN-3]
        result.county.append(CountyLink(index, fields["seq"], fields["prev"], record.hash))
        if self.todo.only_unit not in ("", unit.id):
            return
        result.tally.touch("I7")
        if unit.broken:
            return
        try:
            unit.check_determination(record, self.law)
        except Refused as refused:  # the links of the county's chain are sound, so it is walked on
            result.tally.add(Finding.of(refused, f"entry {index} determination {unit.id}", index))

    def _station_chain(self, unit: Unit, name: str, station: str) -> StationChain:
        found = unit.stations.get(station)
        if found is None:
            found = unit.stations[station] = StationChain(name, unit.id, station)
        return found

    def _on_station(self, index: int, record: Record, unit: Unit, station: str) -> bool:
        fields: Fields = record.fields
        newest = unit.manifest.newest
        if station not in unit.stations and newest is not None and station not in newest.stations:
            raise Refused("E_UNKNOWN_CHAIN", "a station of the unit note", fields["chain"])  # [CHAIN-6]
        chain = self._station_chain(unit, fields["chain"], station)
        note, roster = chain.note, chain.roster
        if record.kind == "open":
            note = unit.manifest.notes.get(fields["unit_note"])
            roster = note.stations.get(station) if note else None
        if note is None or roster is None:
            if chain.links.broken:
                return False
            if record.kind == "open":
                raise Refused("E_MANIFEST", "a unit note and roster of the log", f"unit_note {fields['unit_note']}")
            chain.links.check(fields)
            raise Refused("E_NONZERO", "open as the first record", record.kind)
        pairs = station_and_people(record.note, roster.key, roster.officials, note.profile.roles[record.kind])
        self._signed(index, chain.name, record, pairs)
        if chain.links.broken:
            return False
        chain.links.check(fields)
        self.result.tally.touch("S6")
        state = chain.next_state(record)
        self._apply(chain, note, record, unit)
        chain.advance(record, state)
        return True

    def _apply(self, chain: StationChain, note: UnitNote, record: Record, unit: Unit) -> None:
        tally, claim = self.result.tally, None
        match record.kind:
            case "open":
                tally.touch("S4")
                chain.opened(*chain.start(unit.manifest, record.fields))
            case "box":
                chain.box(note, record.fields)
            case "batch":
                for check in ("I2", "I3", "I6"):
                    tally.touch(check)
                claim = chain.batch(note, record, unit.batches)
            case "correction":
                for check in ("I2", "I3", "I4"):
                    tally.touch(check)
                claim = chain.correction(note, record)
            case "void":
                tally.touch("I3")
                tally.touch("I4")
                chain.void(note, record)
            case "close":
                tally.touch("I5")
                chain.close(note, record)
            case _:  # a step moves the state alone
                pass
        if claim is not None and self.papers is not None:
            self.papers(claim)

    def _on_unit(self, index: int, record: Record, unit: Unit, newest: UnitNote) -> bool:
        fields: Fields = record.fields
        if record.kind == "statement":
            note = unit.manifest.notes.get(fields["unit_note"], newest)
        else:
            note = unit.stated_note or newest
        pairs = station_and_people(record.note, None, note.committee, note.profile.roles[record.kind])  # [SIGN-3]
        self._signed(index, fields["chain"], record, pairs)
        if unit.broken:
            unit.links.broken = True  # sums over a broken station mean nothing; reported once, at the station
            return False
        unit.links.check(fields)
        tally = self.result.tally
        tally.touch("S6")
        state = unit.next_state(record)
        match record.kind:
            case "statement":
                tally.touch("I5")
                unit.check_statement(record)
            case "names":
                tally.touch("I5")
                unit.check_names(record)
            case "declaration":
                tally.touch("I8")
                unit.check_declaration(record, self.law)
            case _:  # a step moves the state alone
                pass
        unit.advance(record, state)
        return True

    # --- standings and the end

    def _flush(self, index: int) -> None:
        """Standings of the units that changed, at every size that a standings record cites [STAND-2]."""
        while self._boundaries and self._boundaries[-1] <= index:
            self._emit(self._boundaries.pop())

    def _emit(self, size: int) -> None:
        for ident in sorted(self._dirty):
            unit = self.units[ident]
            if unit.manifest.newest is not None:
                self.result.standings.append((size, standing_of(unit, unit.manifest.newest)))
        self._dirty.clear()

    def finish(self, size: int) -> Walked:
        """The end of the log: pending signatures, unproven keys, what is open or not final."""
        self._flush(size)
        self.result.county_pending = self._pending.pop("c", None)
        for chain, (index, text, pairs) in self._pending.items():
            try:
                self._verify(text, pairs)
            except Refused as refused:
                self.result.tally.add(Finding.of(refused, f"entry {index} {chain}", index))
        if self.todo.signatures != "none":
            for key, owner in self._declared.items():
                if key not in self.keys.proven and not key_is_a_point(key):
                    weak = Refused("E_WEAK_KEY", "a point of the curve", f"key {key.hex()[:16]}...")
                    self.result.tally.add(Finding.of(weak, f"manifest {owner}"))
        for ident in sorted(self.units):
            if self.todo.only_unit in ("", ident):
                self._completeness(self.units[ident])
        return self.result

    def _completeness(self, unit: Unit) -> None:
        """C3, C4 and C5 for one unit."""
        note = unit.manifest.newest
        if note is None:
            return
        tally = self.result.tally
        for station in note.stations:
            tally.touch("C3")
            chain = unit.stations.get(station)
            if chain is not None and (chain.links.broken or chain.closed is not None):
                continue
            found = "not opened" if chain is None or chain.note is None else "not closed"
            tally.add(Finding.of(Refused("MISSING", "an open and a close", found), f"s/{unit.id}/{station}"))
        tally.touch("C4")
        tally.touch("C5")
        if unit.broken or unit.state == VOIDED:  # nothing more is asked of an election that is void
            return
        problem = unit.unfinished()
        if problem:
            lacking = Refused("NOT_FINAL", "a statement of the final heads and names", problem)
            tally.add(Finding.of(lacking, f"u/{unit.id}"))
        elif unit.determined != unit.statement:  # [DET-1]
            lacking = Refused("NOT_FINAL", "a determination of the last statement", "none", check="C5")
            tally.add(Finding.of(lacking, f"u/{unit.id}"))
