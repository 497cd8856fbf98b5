"""units.csv, contests.csv, candidates.csv, stations.csv and boxes.csv, read row by row.

Nothing here stops at a bad row: it is noted and left out, and what refers to it is noted in turn. Only a missing or
headless required file makes a folder unusable. The drafts are mutable because layouts and write-in slots are known
only after the votes or ballots were read (`rehearsal.folder` closes them).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from rehearsal.idents import (
    NAME_LIMIT,
    TITLE_LIMIT,
    BoxId,
    CandidateId,
    ContestId,
    LayoutId,
    ProfileId,
    StationId,
    UnitId,
    candidate_id,
    composed,
    name_fault,
    plain_id,
    whole_number,
)
from rehearsal.notes import Finding, MappedId, Sink, clip
from rehearsal.plan import CandidatePlan, PaperFigures, StationPlan
from rehearsal.rules import RULES, SAID_DEFAULT, SHIPPED, default_rule
from rehearsal.tables import Row, Table, is_level

FIGURES: Final = ("registered", "delivered", "issued", "spoiled", "unused", "proxies", "collected", "valid", "invalid")
LATER_FIGURES: Final = ("voters", "present")
"""Figures that many forms do not have: their absence is not worth a word."""
BOX_FIGURES: Final = ("delivered", "issued", "spoiled", "unused", "proxies", "collected", "voters")
BOX_KINDS: Final = ("main", "station", "mobile")
MAX_CONTESTS: Final = 64
MAX_CANDIDATES: Final = 512
MAX_STATIONS: Final = 600
MAX_BOXES: Final = 600
MAX_LEVELS: Final = 8
MAX_MARKS: Final = 512


@dataclass(slots=True)
class ContestDraft:
    """A contest while the folder is being read; `slots` grows with the written-in names seen on one paper."""

    id: ContestId
    row: Row
    title: str
    seats: int
    max_marks: int
    layout: LayoutId | None
    registered: int | None
    round: int
    rule: str
    of: ContestId | None
    female_only: bool
    profile: ProfileId | None
    candidates: list[CandidatePlan] = field(default_factory=list)
    places: dict[CandidateId, int] = field(default_factory=dict)
    slots: int = 0


@dataclass(frozen=True, slots=True)
class BoxDraft:
    """A box whose layout may still be open."""

    id: BoxId
    station: StationId
    kind: str
    layout: LayoutId | None
    figures: PaperFigures
    row: Row


@dataclass(slots=True)
class UnitDraft:
    """A unit while the folder is being read."""

    id: UnitId
    row: Row
    name: str
    place: tuple[str, ...]
    registered: int | None
    profile: ProfileId | None
    contests: dict[ContestId, ContestDraft] = field(default_factory=dict)
    stations: dict[StationId, StationPlan] = field(default_factory=dict)
    boxes: dict[tuple[StationId, BoxId], BoxDraft] = field(default_factory=dict)
    looked_for: set[str] = field(default_factory=set)
    """Names of declared relatives who are no candidates: perhaps somebody wrote them in."""
    written: set[str] = field(default_factory=set)
    """Those of them that stand on a ballot."""


Units = dict[UnitId, UnitDraft]


class Cells:
    """Reads typed cells of one row and notes what is wrong; `ok` turns false when a required one is unusable."""

    def __init__(self, row: Row, note: Sink) -> None:
        """Read cells of `row`, note faults to `note`."""
        self.row = row
        self.note = note
        self.ok = True

    def text(self, column: str) -> str:
        """Return the cell, '' where the column is absent."""
        return self.row.cells.get(column, "")

    def bad(self, code: str, column: str, expected: str) -> None:
        """Note a fault that makes the row unusable."""
        self.note(self.row.fault(code, column, expected, self.text(column)))
        self.ok = False

    def ident(self, column: str, *, new: bool = False, rule: Callable[[str], str] = plain_id) -> str:
        """Read an id; where the row defines it (`new`), a slug is put on the list of mapped ids."""
        raw = self.text(column)
        if not raw:
            self.bad("E_EMPTY", column, "an id")
            return ""
        ident = rule(raw)
        if new and ident != raw:
            self.note(MappedId(file=self.row.file, line=self.row.line, kind=column, raw=clip(raw), id=ident))
        return ident

    def optional_ident(self, column: str) -> str | None:
        """Read an optional id."""
        return self.ident(column) if self.text(column) else None

    def choice(self, column: str, words: Sequence[str], default: str) -> str:
        """Read an optional word of a closed list; another one is noted and the default holds."""
        text = self.text(column) or default
        if text not in words:
            self.note(self.row.fault("E_VALUE", column, ", ".join(word for word in words if word), text))
            return default
        return text

    def profile(self, column: str) -> ProfileId | None:
        """Read an optional id of a shipped profile; an unknown one is noted and the default holds."""
        text = self.text(column)
        if text in SAID_DEFAULT:
            return None
        if text not in SHIPPED:
            self.note(self.row.fault("W_PROFILE", column, "the id of a shipped profile", text))
            return None
        return ProfileId(text)

    def name(self, column: str, limit: int = NAME_LIMIT) -> str:
        """Read a required name or title ([IDENT-2])."""
        raw = self.text(column)
        name = composed(raw)
        if name_fault(name, limit) is not None:
            self.bad("E_NAME", column, f"1 to {limit} permitted characters")
        elif name != raw:
            self.note(self.row.fault("W_NFC", column, "Unicode NFC", raw))
        return name

    def number(self, column: str, low: int, high: int) -> int:
        """Read a required whole number."""
        number = whole_number(self.text(column))
        if number is None or not low <= number <= high:
            self.bad("E_INT", column, f"a whole number from {low} to {high}")
            return low
        return number

    def optional_number(self, column: str, low: int) -> int | None:
        """Read an optional whole number; a bad one is noted and not known, the row stays."""
        text = self.text(column)
        if not text:
            return None
        number = whole_number(text)
        if number is None or number < low:
            self.note(self.row.fault("E_INT", column, f"empty or a whole number from {low}", text))
            return None
        return number


def read_units(table: Table, note: Sink) -> Units:
    """Read units.csv."""
    units: Units = {}
    levels = sorted((c for c in table.columns if is_level(c)), key=lambda column: int(column[5:]))
    for row in table.rows(note):
        cells = Cells(row, note)
        ident = UnitId(cells.ident("unit", new=True))
        name = cells.name("name")
        place = tuple(cells.name(level) for level in levels if cells.text(level))
        registered = cells.optional_number("registered", 0)
        profile = cells.profile("profile")
        if len(place) > MAX_LEVELS:
            note(row.fault("E_LIMIT", "levels", f"at most {MAX_LEVELS}", str(len(place))))
            cells.ok = False
        if ident in units:
            cells.bad("E_DUPLICATE", "unit", "each unit once")
        if cells.ok:
            units[ident] = UnitDraft(ident, row, name, place, registered, profile)
    return units


def unit_of(cells: Cells, units: Units) -> UnitDraft | None:
    """Read the unit of a row; one that units.csv does not have makes the row unusable."""
    ident = UnitId(cells.ident("unit"))
    unit = units.get(ident)
    if unit is None and ident:
        cells.bad("E_REF", "unit", "a unit of units.csv")
    return unit


def read_contests(table: Table, units: Units, note: Sink) -> None:
    """Read contests.csv into the units."""
    for row in table.rows(note):
        cells = Cells(row, note)
        unit = unit_of(cells, units)
        ident = ContestId(cells.ident("contest", new=True))
        title = cells.name("title", TITLE_LIMIT)
        seats = cells.number("seats", 1, 1_000_000_000)
        max_marks = cells.number("max_marks", 1, MAX_MARKS)
        layout, of, profile = cells.optional_ident("layout"), cells.optional_ident("of"), cells.profile("profile")
        registered = cells.optional_number("registered", 0)
        turn = cells.number("round", 1, 1_000_000_000) if cells.text("round") else 1
        rule = cells.choice("rule", RULES, default_rule(turn))
        female_only = cells.choice("female_only", ("true", "false"), "false") == "true"
        if unit and ident in unit.contests:
            cells.bad("E_DUPLICATE", "contest", "each contest of a unit once")
        elif unit and len(unit.contests) >= MAX_CONTESTS:
            cells.bad("E_LIMIT", "contest", f"at most {MAX_CONTESTS} contests a unit")
        if unit and cells.ok:
            unit.contests[ident] = ContestDraft(
                id=ident,
                row=row,
                title=title,
                seats=seats,
                max_marks=max_marks,
                layout=LayoutId(layout) if layout else None,
                registered=registered,
                round=turn,
                rule=rule,
                of=ContestId(of) if of else None,
                female_only=female_only,
                profile=profile,
            )


def read_candidates(table: Table, units: Units, note: Sink) -> None:
    """Read candidates.csv into the contests."""
    for row in table.rows(note):
        cells = Cells(row, note)
        unit = unit_of(cells, units)
        contest = unit.contests.get(ContestId(cells.ident("contest"))) if unit else None
        if unit and contest is None:
            cells.bad("E_REF", "contest", "a contest of contests.csv")
        ident = CandidateId(cells.ident("candidate", new=True, rule=candidate_id))
        name = cells.name("name")
        sex = cells.text("sex")
        if sex not in {"", "f", "m"}:
            note(row.fault("E_VALUE", "sex", "f, m or empty", sex))
            sex = ""
        if contest is None:
            continue
        if ident in contest.places:
            cells.bad("E_DUPLICATE", "candidate", "each candidate of a contest once")
        elif len(contest.places) >= MAX_CANDIDATES:
            cells.bad("E_LIMIT", "candidate", f"at most {MAX_CANDIDATES} candidates a contest")
        if cells.ok:
            contest.places[ident] = len(contest.candidates)
            contest.candidates.append(CandidatePlan(id=ident, name=name, sex=sex or None))


def _figures(cells: Cells, columns: tuple[str, ...], unit: str, station: str, box: str) -> PaperFigures:
    """Read the paper figures of a row: a bad one is noted and not known, the station stays ([CLOSE-3])."""
    known: dict[str, int] = {}
    for column in columns:
        text = cells.text(column)
        if not text:
            continue
        number = whole_number(text)
        if number is None:
            cells.note(cells.row.fault("E_INT", column, "empty or a whole number up to 10^9", text))
        elif number < 0:
            cells.note(
                Finding(
                    code="F_NEGATIVE", unit=unit, station=station, box=box, what=column, expected=">= 0", found=text
                )
            )
        else:
            known[column] = number
    return PaperFigures(**known)


def read_stations(table: Table, units: Units, note: Sink) -> None:
    """Read stations.csv into the units."""
    for row in table.rows(note):
        cells = Cells(row, note)
        unit = unit_of(cells, units)
        ident = StationId(cells.ident("station", new=True))
        if unit and ident in unit.stations:
            cells.bad("E_DUPLICATE", "station", "each station of a unit once")
        elif unit and len(unit.stations) >= MAX_STATIONS:
            cells.bad("E_LIMIT", "station", f"at most {MAX_STATIONS} stations a unit")
        if unit and cells.ok:
            figures = _figures(cells, (*FIGURES, *LATER_FIGURES), unit.id, ident, "")
            unit.stations[ident] = StationPlan(id=ident, figures=figures)


def read_boxes(table: Table, units: Units, note: Sink) -> None:
    """Read boxes.csv into the units."""
    for row in table.rows(note):
        cells = Cells(row, note)
        unit = unit_of(cells, units)
        station = StationId(cells.ident("station"))
        if unit and station and station not in unit.stations:
            cells.bad("E_REF", "station", "a station of stations.csv")
        ident = BoxId(cells.ident("box", new=True))
        kind = cells.text("kind")
        if kind not in BOX_KINDS:
            cells.bad("E_VALUE", "kind", ", ".join(BOX_KINDS))
        layout = cells.optional_ident("layout")
        if unit and (station, ident) in unit.boxes:
            cells.bad("E_DUPLICATE", "box", "each box of a station once")
        elif unit and len(unit.boxes) >= MAX_BOXES:
            cells.bad("E_LIMIT", "box", f"at most {MAX_BOXES} boxes a unit")
        if unit and cells.ok:
            figures = _figures(cells, BOX_FIGURES, unit.id, station, ident)
            unit.boxes[station, ident] = BoxDraft(
                ident, station, kind, LayoutId(layout) if layout else None, figures, row
            )
