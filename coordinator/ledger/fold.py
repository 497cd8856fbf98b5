"""Totals of a prefix of the log, entry by entry: what is shown stands under a checkpoint, nothing newer [STAND-1]."""

from dataclasses import dataclass

from coordinator.ledger.progress import UnitProgress
from tally_protocol.election.manifest import Roster
from tally_protocol.election.unit import Unit
from tally_protocol.ids import Hash32
from tally_protocol.law.result import Outcome
from tally_protocol.log.results import StationStanding, unit_standing
from tally_protocol.record.kinds import Body
from tally_protocol.record.station_kinds import Batch, BoxCount, Close, Correction, Open, Void
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_kinds import Declaration, Determination, Names, Standings, Statement

Outcomes = tuple[tuple[str, Outcome], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What an entry of the log changes in the totals of its prefix; the last fields only where the record has them.

    `body` is the record itself where it is rare: not of `batch`, `void`, `correction`, of which there are thousands.
    """

    idx: int
    kind: str
    unit: str
    station: str
    hash: bytes
    layout: str = ""
    running: tuple[int, ...] = ()
    note: Unit | None = None
    size: int = 0
    outcomes: Outcomes = ()
    voids: bool = False
    body: Body | None = None

    @property
    def word(self) -> str:
        """The record as the tables of states name it: its kind, a step with its word [STEP-1]."""
        return f"step {self.body.step}" if isinstance(self.body, Step) else self.kind


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
            return Event(idx, kind, unit, station, record, body=body)
        case Step():
            # s/<unit>/<station> or u/<unit>
            _, unit, station = f"{body.links.chain}/".split("/")[:3]
            return Event(idx, kind, unit, station, record, voids=body.step == "voided", body=body)
        case Statement() | Names() | Declaration():
            return Event(idx, kind, body.links.chain[2:], "", record, body=body)
        case Determination():
            outcomes = tuple((str(result.contest), result.outcome) for result in body.contests)
            return Event(idx, kind, body.unit, "", body.statement, outcomes=outcomes, body=body)
        case Roster():
            return Event(idx, kind, body.unit, body.station, record, body=body)
        case Unit():
            return Event(idx, kind, body.id, "", record, note=body)
        case Standings():
            return Event(idx, kind, "", "", record, size=body.size)
        case _:
            return Event(idx, kind, "", "", record)


class Fold:
    """Totals of a prefix of the log; `size` entries are in. One thread writes and reads."""

    def __init__(self) -> None:
        """The empty prefix."""
        self.size = 0
        self.units: dict[str, Unit] = {}
        self.statements: dict[str, bytes] = {}
        self.determined: dict[str, tuple[bytes, Outcomes]] = {}
        self.voided: set[str] = set()
        self.changed: set[str] = set()
        self.last_size = 0
        self.last_record = -1
        self.progress: dict[str, UnitProgress] = {}
        self._rosters: dict[str, dict[str, Roster]] = {}

    def add(self, event: Event) -> None:
        """Take the next entry in."""
        if event.idx != self.size:
            raise ValueError(f"fold: entry {event.idx} after {self.size}")
        self.size += 1
        if event.kind == "standings":
            self.last_size = event.size
            return
        if event.kind == "determination":
            # the county's own word: `event.hash` is the statement that it stands on
            self.determined[event.unit] = event.hash, event.outcomes
            self.last_record = event.idx
            self.changed.add(event.unit)
            self.progress[event.unit] = self.progress[event.unit].after(event.body, event.hash, event.idx)
            return
        if event.note is not None:
            self._take_note(event, event.note)
            return
        if isinstance(event.body, Roster):
            self._rosters.setdefault(event.unit, {})[event.station] = event.body
        if not event.unit or event.kind == "roster":
            return
        self.last_record = event.idx
        self.changed.add(event.unit)
        if event.kind == "statement":
            self.statements[event.unit] = event.hash
        if event.voids:
            self.voided.add(event.unit)
        unit = self.progress[event.unit]
        if event.station:
            table = unit.table(event.station).after(event.word, event.hash, event.layout, event.running, event.body)
            self.progress[event.unit] = unit.at_table(event.station, table, event.idx)
        else:
            self.progress[event.unit] = unit.after(event.body, event.hash, event.idx)

    def _take_note(self, event: Event, note: Unit) -> None:
        """A unit, or a newer version of it [SEAL-5]."""
        self.units[event.unit] = note
        self.changed.add(event.unit)
        rosters = dict(self._rosters.get(event.unit, {}))
        before = self.progress.get(event.unit) or UnitProgress(note=note, note_hash=event.hash)
        self.progress[event.unit] = before.renewed(note, event.hash, rosters, event.idx)

    @property
    def uncovered(self) -> bool:
        """Whether the prefix has a record that no `standings` covers yet [STAND-3]."""
        return self.last_record >= self.last_size

    def outcomes(self, unit: str) -> Outcomes:
        """What the rules gave for the unit's last statement; empty while nothing is determined [DET-1]."""
        if unit in self.voided:
            return tuple((str(contest.id), Outcome.VOIDED) for contest in self.units[unit].contests)
        statement, outcomes = self.determined.get(unit, (b"", ()))
        return outcomes if statement and statement == self.statements.get(unit) else ()

    def standing(self, unit: str) -> dict[str, object]:
        """The unit's standing in this prefix [STAND-2]."""
        tables = {
            name: StationStanding(records=t.records, head=t.head, closed=t.closed, running=t.running)
            for name, t in self.progress[unit].tables.items()
        }
        return unit_standing(self.units[unit], tables, self.statements.get(unit))
