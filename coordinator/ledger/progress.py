"""How far a unit is in a prefix of the log, beyond its totals: states, boxes, forms, names, results.

Frozen values: every entry makes a new one, so that whoever was handed one may read it from any thread for as long as
it likes. Records were admitted before they came here; what does not follow from the state before leaves it as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tally_protocol.election.manifest import Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import BrokenChain
from tally_protocol.law.states import Shown, StationWord, UnitWord, next_station, next_unit, shown
from tally_protocol.record.kinds import Body
from tally_protocol.record.station_kinds import BoxCount, Close
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_kinds import Declaration, Determination, Names, Person, Statement

Figures = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TableProgress:
    """One station's chain: `running` by layout, `batches` in force, the last record of each box, its form."""

    records: int = 0
    head: bytes = b""
    state: StationWord = StationWord.NEW
    before: StationWord = StationWord.NEW
    running: Mapping[str, Figures] = field(default_factory=dict)
    batches: int = 0
    boxes: Mapping[str, BoxCount] = field(default_factory=dict)
    close: Close | None = None
    closed: bool = False

    def after(self, word: str, record: bytes, layout: str, running: Figures, body: Body | None) -> "TableProgress":
        """The state after a record, named as the table of states names it."""
        state = _station(self.state, self.before, word)
        return TableProgress(
            records=self.records + 1,
            head=record,
            state=state,
            before=self.state if state is StationWord.INTERRUPTED is not self.state else self.before,
            running={**self.running, layout: running} if layout else self.running,
            batches=self.batches + (word == "batch") - (word == "void"),
            boxes={**self.boxes, body.box: body} if isinstance(body, BoxCount) else self.boxes,
            close=body if isinstance(body, Close) else self.close,
            closed=self.closed or word == "close",
        )


def _station(state: StationWord, before: StationWord, word: str) -> StationWord:
    try:
        return next_station(state, before, word, "")
    except BrokenChain:
        return state


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitProgress:
    """One unit with its stations; `entries` are the log indexes of its records, `note_hash` that of its newest note."""

    note: Unit
    note_hash: bytes
    rosters: Mapping[str, Roster] = field(default_factory=dict)
    tables: Mapping[str, TableProgress] = field(default_factory=dict)
    state: UnitWord = UnitWord.COUNTING
    statement: bytes | None = None
    stated: Statement | None = None
    persons: tuple[Person, ...] = ()
    names_done: bool = False
    determination: Determination | None = None
    declaration: Declaration | None = None
    entries: tuple[int, ...] = ()

    def table(self, name: str) -> TableProgress:
        """A station, or one without records."""
        return self.tables.get(name, _NONE)

    @property
    def determined(self) -> bool:
        """Whether the determination for the last statement is in."""
        return self.determination is not None and self.determination.statement == self.statement

    @property
    def shown(self) -> Shown:
        """The state that people see, over all chains of the unit."""
        boxes = [box.id in self.table(box.station).boxes for box in self.note.boxes]
        return shown(
            [self.table(entry.id).state for entry in self.note.stations],
            boxes_reconciled=bool(boxes) and all(boxes),
            unit=self.state,
            determined=self.determined,
        )

    def renewed(self, note: Unit, note_hash: bytes, rosters: Mapping[str, Roster], idx: int) -> "UnitProgress":
        """Standing on a newer version of the unit note [SEAL-5]."""
        return replace(self, note=note, note_hash=note_hash, rosters=rosters, entries=(*self.entries, idx))

    def at_table(self, station: str, table: TableProgress, idx: int) -> "UnitProgress":
        """After a record of one of its stations."""
        return replace(self, tables={**self.tables, station: table}, entries=(*self.entries, idx))

    def after(self, body: Body | None, record: bytes, idx: int) -> "UnitProgress":
        """After a record of its committee, or the county's determination."""
        entries = (*self.entries, idx)
        match body:
            case Statement():
                return replace(
                    self, state=self._next("statement"), statement=record, stated=body, persons=(), names_done=False,
                    entries=entries,
                )  # fmt: skip
            case Names():
                return replace(
                    self, state=self._next("names"), persons=(*self.persons, *body.persons),
                    names_done=body.part == body.parts, entries=entries,
                )  # fmt: skip
            case Declaration():
                return replace(self, state=self._next("declaration"), declaration=body, entries=entries)
            case Determination():
                return replace(self, determination=body, entries=entries)
            case Step():
                return replace(self, state=self._next(f"step {body.step}"), entries=entries)
            case _:
                return replace(self, entries=entries)

    def _next(self, word: str) -> UnitWord:
        try:
            return next_unit(self.state, word, "")
        except BrokenChain:
            return self.state


_NONE = TableProgress()
