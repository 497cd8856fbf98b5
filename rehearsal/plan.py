"""What a rehearsal folder says, as values: election, units, contests, papers' layouts, stations, boxes.

Pure and frozen. The second half of a rehearsal seals exactly this; field names follow spec 1-election.md. A figure
is None when the folder does not know it; a figure that cannot be a count (negative) is None too, and its finding
keeps what was written ([CLOSE-3]: the paper is recorded as far as the record can carry it).
"""

from dataclasses import dataclass

from rehearsal.idents import BoxId, CandidateId, ContestId, ElectionId, LayoutId, ProfileId, StationId, UnitId


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectionPlan:
    """election.toml. `test` is always true here: a rehearsal is never sealed as a real election ([SEAL-1])."""

    id: ElectionId
    title: str
    date: str
    test: bool
    profile: ProfileId


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePlan:
    """One printed name of a contest."""

    id: CandidateId
    name: str
    sex: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestPlan:
    """One post (职位) with its seats; `write_ins` is the number of write-in slots on the paper.

    `profile` is None where the unit's holds; `of` names the contest that this round follows.
    """

    id: ContestId
    title: str
    seats: int
    max_marks: int
    layout: LayoutId
    registered: int | None
    round: int
    rule: str
    of: ContestId | None
    female_only: bool
    profile: ProfileId | None
    candidates: tuple[CandidatePlan, ...]
    write_ins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutPlan:
    """One kind of paper: the contests on it, in the unit's order."""

    id: LayoutId
    contests: tuple[ContestPlan, ...]

    @property
    def width(self) -> int:
        """Cells of one paper: the status, then candidates and write-in slots of each contest."""
        return 1 + sum(len(contest.candidates) + contest.write_ins for contest in self.contests)

    def columns(self, contest: ContestId) -> tuple[int, int, int]:
        """Return (first candidate cell, first slot cell, first cell after the contest)."""
        at = 1
        for plan in self.contests:
            slots = at + len(plan.candidates)
            end = slots + plan.write_ins
            if plan.id == contest:
                return at, slots, end
            at = end
        raise KeyError(contest)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFigures:
    """What a station's or a box's paper form says; None = not known."""

    registered: int | None = None
    delivered: int | None = None
    issued: int | None = None
    spoiled: int | None = None
    unused: int | None = None
    proxies: int | None = None
    collected: int | None = None
    valid: int | None = None
    invalid: int | None = None
    voters: int | None = None
    present: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPlan:
    """One counting table with its paper figures."""

    id: StationId
    figures: PaperFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxPlan:
    """One ballot box of a station; its figures never have registered, valid, invalid or present."""

    id: BoxId
    station: StationId
    kind: str
    layout: LayoutId
    figures: PaperFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlan:
    """One village, community or district; `place` is its way down the administrative tree, itself not included."""

    id: UnitId
    name: str
    place: tuple[str, ...]
    registered: int | None
    profile: ProfileId
    contests: tuple[ContestPlan, ...]
    layouts: tuple[LayoutPlan, ...]
    stations: tuple[StationPlan, ...]
    boxes: tuple[BoxPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationPlan:
    """A declared relation between two persons of a unit: references (`id` or `+name`) and a word of the spec."""

    unit: UnitId
    person: str
    other: str
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlan:
    """One value of a unit's profile as the unit itself decided it (一村一策), spelled as in the folder."""

    unit: UnitId
    path: str
    value: str
    decided_by: str
