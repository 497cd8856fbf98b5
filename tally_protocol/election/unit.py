"""A `unit` note: one village, community or district with its contests, papers, boxes and stations (spec/1)."""

from dataclasses import dataclass
from typing import Self

from tally_protocol import limits
from tally_protocol.election.manifest import Official
from tally_protocol.errors import Malformed, RuleViolation
from tally_protocol.fields import JsonObject, Reader, distinct, id_of, text_of
from tally_protocol.ids import (
    BoxId,
    CandidateId,
    ContestId,
    Hash32,
    LayoutId,
    NodeId,
    StationId,
    UnitId,
)

BOX_KINDS = frozenset({"main", "station", "mobile"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A printed name; `sex` is `f`, `m` or None (not given)."""

    id: CandidateId
    name: str
    sex: str | None = None

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one candidate."""
        read = Reader(value, where)
        sex = read.word("sex", frozenset({"f", "m"})) if read.has("sex") else None
        candidate = cls(id=CandidateId(read.candidate_id("id")), name=read.name(), sex=sex)
        read.done()
        return candidate

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        return {"id": self.id, "name": self.name} | ({"sex": self.sex} if self.sex else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A post to fill: `max_marks` is the most approvals one paper may carry, `write_ins` its free slots."""

    id: ContestId
    title: str
    seats: int
    max_marks: int
    candidates: tuple[Candidate, ...]
    write_ins: int = 0
    round: int = 1
    registered: int | None = None

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one contest."""
        read = Reader(value, where)
        contest = cls(
            id=ContestId(read.id("id")),
            title=read.text("title"),
            seats=read.integer("seats", 1),
            max_marks=read.integer("max_marks", 1, limits.CANDIDATES_PER_CONTEST),
            candidates=read.items("candidates", Candidate.parse, 0, limits.CANDIDATES_PER_CONTEST),
            write_ins=read.integer("write_ins", 0, limits.WRITE_IN_SLOTS),
            round=read.integer("round", 1),
            registered=read.optional_count("registered"),
        )
        read.done()
        distinct([candidate.id for candidate in contest.candidates], f"{where}.candidates")
        if not contest.candidates and not contest.write_ins:
            raise Malformed("E_FIELD", where, expected="a candidate or a write-in slot")
        return contest

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        body: JsonObject = {
            name: getattr(self, name) for name in ("id", "max_marks", "round", "seats", "title", "write_ins")
        }
        body["candidates"] = [candidate.to_body() for candidate in self.candidates]
        return body | ({} if self.registered is None else {"registered": self.registered})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One kind of paper: the contests printed on it."""

    id: LayoutId
    contests: tuple[ContestId, ...]

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one layout."""
        read = Reader(value, where)
        layout = cls(
            id=LayoutId(read.id("id")),
            contests=tuple(ContestId(name) for name in read.items("contests", id_of, 1, 64)),
        )
        read.done()
        return layout

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        return {"contests": list(self.contests), "id": self.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotBox:
    """A box (票箱) that one station reconciles; mobile boxes (流动票箱) are boxes."""

    id: BoxId
    kind: str
    layout: LayoutId
    station: StationId

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one box."""
        read = Reader(value, where)
        box = cls(
            id=BoxId(read.id("id")),
            kind=read.word("kind", BOX_KINDS),
            layout=LayoutId(read.id("layout")),
            station=StationId(read.id("station")),
        )
        read.done()
        return box

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        return {"id": self.id, "kind": self.kind, "layout": self.layout, "station": self.station}


@dataclass(frozen=True, slots=True, kw_only=True)
class StationEntry:
    """A station as the unit note lists it."""

    id: StationId
    roster: Hash32
    registered: int | None = None

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one station."""
        read = Reader(value, where)
        entry = cls(
            id=StationId(read.id("id")),
            roster=read.hash("roster"),
            registered=read.optional_count("registered"),
        )
        read.done()
        return entry

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        body: JsonObject = {"id": self.id, "roster": self.roster.hex()}
        return body | ({} if self.registered is None else {"registered": self.registered})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit in one version."""

    boxes: tuple[BallotBox, ...]
    committee: tuple[Official, ...]
    contests: tuple[Contest, ...]
    election: Hash32
    id: UnitId
    layouts: tuple[Layout, ...]
    name: str
    node: NodeId
    place: tuple[str, ...]
    prev: Hash32
    profile: str
    stations: tuple[StationEntry, ...]
    version: int
    registered: int | None = None

    def contest(self, name: str) -> Contest | None:
        """The contest of an id."""
        return next((contest for contest in self.contests if contest.id == name), None)

    def layout(self, name: str) -> Layout | None:
        """The layout of an id."""
        return next((layout for layout in self.layouts if layout.id == name), None)

    def station(self, name: str) -> StationEntry | None:
        """The station entry of an id."""
        return next((station for station in self.stations if station.id == name), None)

    @classmethod
    def from_body(cls, body: JsonObject) -> Self:
        """Read the fields; raises Malformed, and RuleViolation E_MANIFEST where parts contradict [SEAL-3]."""
        read = Reader(body, "unit")
        value = cls(
            boxes=read.items("boxes", BallotBox.parse, 0, limits.BOXES_PER_UNIT),
            committee=read.items("committee", Official.parse, 1, limits.COMMITTEE_MEMBERS),
            contests=read.items("contests", Contest.parse, 1, limits.CONTESTS_PER_UNIT),
            election=read.hash("election"),
            id=UnitId(read.id("id")),
            layouts=read.items("layouts", Layout.parse, 1, limits.CONTESTS_PER_UNIT),
            name=read.name(),
            node=NodeId(read.id("node")),
            place=read.items("place", text_of, 0, limits.PLACE_LEVELS),
            prev=read.hash("prev"),
            profile=read.id("profile"),
            stations=read.items("stations", StationEntry.parse, 1, limits.STATIONS_PER_UNIT),
            version=read.integer("version", 1),
            registered=read.optional_count("registered"),
        )
        read.done()
        for name in ("boxes", "committee", "contests", "layouts", "stations"):
            distinct([part.id for part in getattr(value, name)], f"unit.{name}")
        value.check_parts()
        return value

    def check_parts(self) -> None:
        """Raise E_MANIFEST unless boxes and layouts refer to what exists [SEAL-3], E_LIMIT for too wide a paper."""
        order = {contest.id: i for i, contest in enumerate(self.contests)}
        used = [name for layout in self.layouts for name in layout.contests]
        if sorted(used) != sorted(order):
            raise RuleViolation("E_MANIFEST", f"unit {self.id}", expected="every contest in exactly one layout")
        for layout in self.layouts:
            places = [order[name] for name in layout.contests]
            if places != sorted(places):
                raise RuleViolation("E_MANIFEST", f"layout {layout.id}", expected="contests in unit order")
            contests = [self.contests[place] for place in places]
            cells = 1 + sum(len(contest.candidates) + contest.write_ins for contest in contests)
            if cells > limits.CELLS_PER_LAYOUT:
                raise Malformed("E_LIMIT", f"layout {layout.id}", found=cells)
        for box in self.boxes:
            if self.layout(box.layout) is None or self.station(box.station) is None:
                raise RuleViolation("E_MANIFEST", f"box {box.id}", expected="a layout and a station of the unit")

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `from_body`."""
        body: JsonObject = {name: getattr(self, name) for name in ("id", "name", "node", "profile", "version")}
        body |= {name: getattr(self, name).hex() for name in ("election", "prev")}
        for name in ("boxes", "committee", "contests", "layouts", "stations"):
            body[name] = [part.to_body() for part in getattr(self, name)]
        body["place"] = list(self.place)
        return body | ({} if self.registered is None else {"registered": self.registered})
