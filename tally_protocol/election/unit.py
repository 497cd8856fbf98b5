"""A `unit` note: one village, community or district with its contests, papers, boxes and stations (spec/1)."""

from dataclasses import dataclass, field
from typing import Self

from tally_protocol import limits
from tally_protocol.election.manifest import Official
from tally_protocol.election.words import RELATION_WORDS
from tally_protocol.errors import Malformed, RuleViolation
from tally_protocol.fields import JsonObject, Reader, ascending, distinct, id_of, parts_of, text_of
from tally_protocol.ids import (
    BoxId,
    CandidateId,
    ContestId,
    Hash32,
    LayoutId,
    NodeId,
    StationId,
    UnitId,
    is_candidate_id,
)

BOX_KINDS = frozenset({"main", "station", "mobile"})
CONTEST_RULES = frozenset({"election", "supplementary", "runoff", "nomination", "advisory", "recall"})
WRITTEN_IN = "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A printed name; `sex` is `f`, `m` or None (not given)."""

    id: CandidateId
    name: str
    sex: str | None = None

    @property
    def person(self) -> tuple[str, str]:
        """Who it is: candidates of different contests are one person exactly when id and name are equal (spec/8)."""
        return self.id, self.name

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
    """A post to fill: `max_marks` is the most approvals one paper may carry, `write_ins` its free slots.

    `rule` says who wins (spec/8, rules of a contest); `of` names the contest that this round follows, `profile` a
    profile of its own, and `female_only` marks a seat for women.
    """

    id: ContestId
    title: str
    seats: int
    max_marks: int
    candidates: tuple[Candidate, ...]
    write_ins: int = 0
    round: int = 1
    registered: int | None = None
    rule: str = "election"
    profile: str | None = None
    female_only: bool = False
    of: ContestId | None = None

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
            rule=read.word("rule", CONTEST_RULES),
            profile=read.id("profile") if read.has("profile") else None,
            female_only=read.has("female_only"),
            of=ContestId(read.id("of")) if read.has("of") else None,
        )
        if contest.female_only and not read.take("female_only", bool):
            raise Malformed("E_FIELD", f"{where}.female_only", expected="true, or left out")
        read.done()
        distinct([candidate.id for candidate in contest.candidates], f"{where}.candidates")
        if not contest.candidates and not contest.write_ins:
            raise Malformed("E_FIELD", where, expected="a candidate or a write-in slot")
        recall = len(contest.candidates), contest.seats, contest.write_ins
        if contest.rule == "recall" and recall != (1, 1, 0):
            raise Malformed("E_FIELD", where, expected="a recall of one person: one candidate, one seat, no slot")
        return contest

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        body: JsonObject = {
            name: getattr(self, name) for name in ("id", "max_marks", "round", "rule", "seats", "title", "write_ins")
        }
        body["candidates"] = [candidate.to_body() for candidate in self.candidates]
        if self.female_only:
            body["female_only"] = True
        optional = {name: getattr(self, name) for name in ("of", "profile", "registered")}
        return body | {name: value for name, value in optional.items() if value is not None}


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


RuleValue = bool | int | str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Two declared close relatives, each a candidate's id or `+` and a name, and what they are to each other."""

    first: str
    second: str
    word: str

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one entry of `relations`."""
        first, second, word = parts_of(value, where, 3)
        relation = cls(first=reference_of(first, where), second=reference_of(second, where), word=word)
        if type(word) is not str or word not in RELATION_WORDS:
            raise Malformed("E_FIELD", where, expected="one of " + ", ".join(RELATION_WORDS))
        if relation.first == relation.second:
            raise Malformed("E_FIELD", where, expected="two persons")
        return relation

    def to_list(self) -> list[object]:
        """The JSON list; inverse of `parse`."""
        return [self.first, self.second, self.word]


def reference_of(value: object, where: str) -> str:
    """A reference: a candidate's id, or `+` and a name of 1 to 64 code points; Malformed E_FIELD."""
    if type(value) is str:
        name = value.removeprefix(WRITTEN_IN)
        if is_candidate_id(value) or (name != value and name.strip() and len(name) <= limits.NAME_CODE_POINTS):
            return value
    raise Malformed("E_FIELD", where, expected="a candidate's id, or + and a name")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRule:
    """一村一策: one value of the unit's profile replaced by the unit's own decision [PROF-4]; a list is a tuple."""

    path: str
    value: RuleValue
    decided_by: str

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one entry of `rules`; RuleViolation E_PROFILE for a value that no profile has [PROF-4]."""
        path, found, decided_by = parts_of(value, where, 3)
        if type(path) is not str:
            raise Malformed("E_FIELD", where, expected="a path")
        return cls(
            path=path,
            value=_rule_value(found, where),
            decided_by=text_of(decided_by, where, limits.REASON_CODE_POINTS),
        )

    def to_list(self) -> list[object]:
        """The JSON list; inverse of `parse`."""
        return [self.path, list(self.value) if isinstance(self.value, tuple) else self.value, self.decided_by]


def read_rules(read: Reader) -> tuple[UnitRule, ...]:
    """Take `rules`: at most 32, ascending by path; raises Malformed, RuleViolation E_PROFILE."""
    rules = read.items("rules", UnitRule.parse, 0, 32)
    if not ascending([rule.path for rule in rules]):
        raise Malformed("E_FIELD", read.at("rules"), expected="ascending paths, each once")
    return rules


def _rule_value(value: object, where: str) -> RuleValue:
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return tuple(value)
    raise RuleViolation("E_PROFILE", where, expected="a value of a profile")


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
    relations: tuple[Relation, ...] = ()
    rules: tuple[UnitRule, ...] = ()
    # what others derived from this value and want again for every batch (`shape`); no part of it
    memo: dict[str, object] = field(default_factory=dict, init=False, compare=False, repr=False)

    def profile_of(self, contest: Contest) -> str:
        """The id of the profile of a contest: its own, else the unit's."""
        return self.profile if contest.profile is None else contest.profile

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
            relations=read.items("relations", Relation.parse, 0, 512),
            rules=read_rules(read),
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
        for name in ("relations", "rules"):
            body[name] = [part.to_list() for part in getattr(self, name)]
        body["place"] = list(self.place)
        return body | ({} if self.registered is None else {"registered": self.registered})
