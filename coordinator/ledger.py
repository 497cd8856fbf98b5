"""What the store amounts to: every chain's state, the live totals, and totals of any published prefix.

The record log is the only truth. `rebuild` reads it at start and gives the same state that the writer had; the arrays,
which only add effects, must then equal what the chains say [RUN-1] [RUN-2]. `Fold` follows the log entry by entry, so
that board and `standings` can show a checkpointed prefix and nothing newer [STAND-1].
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store.database import Database, damage
from coordinator.tally.columns import columns
from coordinator.tally.matrix import Effect, Matrix
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.shape import shape
from tally_protocol.election.unit import Unit
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import COUNTY_CHAIN, Hash32, station_chain, unit_chain
from tally_protocol.log.results import StationStanding, unit_standing
from tally_protocol.record.chain import ZERO32, Manifest, StationState
from tally_protocol.record.kinds import Body, ChainBody, Receipt, StationBody, decode_record
from tally_protocol.record.links import Links
from tally_protocol.record.station_kinds import Batch, BoxCount, Close, Correction, Open, Void
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Names, Standings, Statement


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
        self.units[unit.id] = UnitState(self.election_hash, unit, unit_hash, tables)
        self.nodes[unit_chain(unit.id)] = unit.node

    def seal(self) -> None:
        """All units are known: lay out the arrays."""
        self.matrix = Matrix(columns(state.unit for state in self.units.values()))

    def take(self, body: ChainBody, record: Hash32) -> Effect | None:
        """Apply an admitted record; gives what it adds to the totals. The caller adds it to the matrix."""
        self.size += 1
        if isinstance(body, Standings):
            self.next_seq, self.head = self.next_seq + 1, record
            return None
        if isinstance(body, Statement | Names):
            self.units[body.links.chain[2:]].apply(body, record)
            return None
        state = self.stations[body.links.chain]
        state.apply(body, record)
        if isinstance(body, Batch):
            cells = self.units[state.manifest.unit.id].cells
            cells.add(body.layout, body.figures[0], self.election.threshold)
        return effect_of(body, state.manifest.unit.id, state.station)

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


@dataclass(frozen=True, slots=True)
class Event:
    """What an entry of the log changes in the totals of its prefix; `running` only where the record has it."""

    idx: int
    kind: str
    unit: str
    station: str
    hash: bytes
    layout: str = ""
    running: tuple[int, ...] = ()
    note: Unit | None = None
    size: int = 0


def event_of(idx: int, kind: str, body: Body, record: Hash32) -> Event:
    """The event of an entry."""
    match body:
        case Batch() | Void():
            _, unit, station = body.links.chain.split("/")
            return Event(idx, kind, unit, station, record, body.layout, body.running)
        case Correction():
            _, unit, station = body.links.chain.split("/")
            return Event(idx, kind, unit, station, record, body.batch.layout, body.batch.running)
        case Open() | BoxCount() | Close():
            _, unit, station = body.links.chain.split("/")
            return Event(idx, kind, unit, station, record)
        case Statement() | Names():
            return Event(idx, kind, body.links.chain[2:], "", record)
        case Unit():
            return Event(idx, kind, body.id, "", record, note=body)
        case Standings():
            return Event(idx, kind, "", "", record, size=body.size)
        case _:
            return Event(idx, kind, "", "", record)


@dataclass(slots=True)
class _Table:
    records: int = 0
    head: bytes = b""
    closed: bool = False
    running: dict[str, tuple[int, ...]] = field(default_factory=dict)


class Fold:
    """Totals of a prefix of the log; `size` entries are in. One thread writes and reads."""

    def __init__(self) -> None:
        """The empty prefix."""
        self.size = 0
        self.units: dict[str, Unit] = {}
        self.statements: dict[str, bytes] = {}
        self.changed: set[str] = set()
        self.last_size = 0
        self.last_record = -1
        self._tables: dict[str, dict[str, _Table]] = {}

    def add(self, event: Event) -> None:
        """Take the next entry in."""
        if event.idx != self.size:
            raise ValueError(f"fold: entry {event.idx} after {self.size}")
        self.size += 1
        if event.kind == "standings":
            self.last_size = event.size
            return
        if event.note is not None:
            self.units[event.unit] = event.note
            self.changed.add(event.unit)
            self._tables.setdefault(event.unit, {})
            return
        if not event.unit or event.kind == "roster":
            return
        self.last_record = event.idx
        self.changed.add(event.unit)
        if event.kind == "statement":
            self.statements[event.unit] = event.hash
        if event.station:
            table = self._tables[event.unit].setdefault(event.station, _Table())
            table.records += 1
            table.head = event.hash
            table.closed = table.closed or event.kind == "close"
            if event.layout:
                table.running[event.layout] = event.running

    @property
    def uncovered(self) -> bool:
        """Whether the prefix has a record that no `standings` covers yet [STAND-3]."""
        return self.last_record >= self.last_size

    def standing(self, unit: str) -> dict[str, object]:
        """The unit's standing in this prefix [STAND-2]."""
        tables = {
            name: StationStanding(records=t.records, head=t.head, closed=t.closed, running=t.running)
            for name, t in self._tables[unit].items()
        }
        return unit_standing(self.units[unit], tables, self.statements.get(unit))


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What `rebuild` gives."""

    county: County
    events: list[Event]


def rebuild(database: Database, *, strict: bool = False) -> Rebuilt:
    """Read the whole log; links are checked always, every rule again if `strict`. CountyError if it does not fit."""
    try:
        with damage("store.db"):
            return _rebuild(database, strict=strict)
    except (ProtocolError, ValueError, KeyError) as error:
        # rows that are missing or do not decode: damage too, whatever it looks like from inside
        raise CountyError(
            f"E_SELF_CHECK: 存储的内容不完整或读不懂 ({error})；请停机，从备份恢复并保留现场",
            f"E_SELF_CHECK: the store is not whole ({error}); stop, restore it, keep the evidence",
        ) from error


def _rebuild(database: Database, *, strict: bool) -> Rebuilt:
    size = log.size(database)
    found = log.read_range(database, 0, size)
    first = next(found, None)
    if first is None or first.kind != "election":
        raise CountyError("存储为空或没有选举文件；请先执行 init", "the store holds no election; run init first")
    decoded = decode_record(first.note)
    if not isinstance(decoded.body, Election) or decoded.hash != first.hash:
        raise _broken(first)
    county = County(decoded.body, decoded.hash)
    county.size = 1
    events = [event_of(0, "election", decoded.body, decoded.hash)]
    effects: list[Effect] = []
    rosters: dict[Hash32, Roster] = {}
    sealed = False
    for entry, body, record in _decode(found):
        events.append(event_of(entry.idx, entry.kind, body, record))
        if isinstance(body, Roster):
            rosters[record] = body
            county.size += 1
        elif isinstance(body, Unit):
            county.add_unit(body, record, rosters)
            county.size += 1
        elif isinstance(body, Election | Receipt):
            raise _broken(entry)
        else:
            if not sealed:
                county.seal()
                sealed = True
            _check(county, body, entry, strict=strict)
            effect = county.take(body, record)
            if effect is not None:
                effects.append(effect)
            if len(effects) >= 4096:
                county.matrix.add(effects)
                effects.clear()
    if not sealed:
        county.seal()
    county.matrix.add(effects)
    county.check_arrays()
    return Rebuilt(county, events)


def _decode(found: Iterator[log.Entry]) -> Iterator[tuple[log.Entry, Body, Hash32]]:
    for entry in found:
        decoded = decode_record(entry.note)
        if decoded.kind != entry.kind or decoded.hash != entry.hash:
            raise _broken(entry)
        yield entry, decoded.body, decoded.hash


def _check(county: County, body: ChainBody, entry: log.Entry, *, strict: bool) -> None:
    links = body.links
    if isinstance(body, Standings):
        expected: tuple[int, bytes] = county.next_seq, county.head
    else:
        expected = county.position(links.chain)
    if (links.chain, links.seq) != (entry.chain, entry.seq) or (links.seq, links.prev) != expected:
        raise _broken(entry)
    if not strict or isinstance(body, Standings):
        return
    if isinstance(body, Statement | Names):
        unit = county.units[links.chain[2:]]
        profile = county.election.profile(unit.unit.profile)
        if profile is None:
            raise _broken(entry)
        unit.check(body, profile)
    else:
        county.stations[links.chain].check(body)


def _broken(entry: log.Entry) -> CountyError:
    return CountyError(
        f"E_SELF_CHECK: 存储第 {entry.idx} 条 ({entry.kind}) 与其哈希或所在链不符；请停机，从备份恢复并保留现场",
        f"E_SELF_CHECK: entry {entry.idx} ({entry.kind}) does not fit its hash or chain; stop and restore",
    )
