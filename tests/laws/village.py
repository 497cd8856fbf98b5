"""A village made of votes: posts as a table row says them, turned into a unit, its profile and its tally.

`village(Post("chair", votes={"A": 300, "B": 200}), papers=600)` is a unit with one paper, one station and one profile;
`decide(...)` gives its results by contest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tally_protocol.election.manifest import Official
from tally_protocol.election.shape import VALID, WRITTEN, shape
from tally_protocol.election.unit import (
    BallotBox,
    Candidate,
    Contest,
    Layout,
    Relation,
    StationEntry,
    Unit,
)
from tally_protocol.ids import BoxId, CandidateId, ContestId, Hash32, LayoutId, NodeId, PersonId, StationId, UnitId
from tally_protocol.law.outcome import determine
from tally_protocol.law.profile import Profile
from tally_protocol.law.result import Result
from tally_protocol.law.tally import Opened, Stage, StationFigures, Tally
from tests.profiles import profile

BLANK, VOID = 1, 10  # places of `blank` and `unstated` among a contest's own figures


@dataclass(frozen=True, kw_only=True)
class Post:
    """One contest: `votes` are the candidates' approvals in the order of the paper, `written` opened written-in votes.

    `meant` are those of them who are candidates of other posts, `hidden` are votes whose names are not opened.
    """

    id: str
    votes: Mapping[str, int] = field(default_factory=dict)
    seats: int = 1
    marks: int = 0  # 0: as many as seats
    oppose: Mapping[str, int] = field(default_factory=dict)
    women: str = ""
    names: Mapping[str, str] = field(default_factory=dict)  # a name that is not the id
    written: Mapping[str, int] = field(default_factory=dict)
    meant: Mapping[str, str] = field(default_factory=dict)
    hidden: int = 0
    slots: int = 0  # 0: as many as the written-in votes need
    void: int = 0
    blank: int = 0
    rule: str = "election"
    round: int = 1
    of: str | None = None
    female_only: bool = False
    registered: int | None = None
    profile: str | None = None
    layout: str = "paper"

    @property
    def all_written(self) -> int:
        return sum(self.written.values()) + self.hidden

    def contest(self) -> Contest:
        candidates = tuple(
            Candidate(id=CandidateId(name), name=self.names.get(name, name), sex="f" if name in self.women else None)
            for name in self.votes
        )
        return Contest(
            id=ContestId(self.id),
            title=self.id,
            seats=self.seats,
            max_marks=self.marks or self.seats,
            candidates=candidates,
            write_ins=self.slots or (self.marks or self.seats if self.all_written else 0),
            rule=self.rule,
            round=self.round,
            of=None if self.of is None else ContestId(self.of),
            female_only=self.female_only,
            registered=self.registered,
            profile=self.profile,
        )

    def opened(self) -> list[Opened]:
        return [
            Opened(
                contest=ContestId(self.id),
                name=name,
                votes=votes,
                candidate=CandidateId(self.meant[name]) if name in self.meant else None,
                sex="f" if name in self.women else None,
            )
            for name, votes in self.written.items()
        ]

    def figures(self, papers: int) -> list[int]:
        own = [0] * (WRITTEN + 1)
        valid = papers - self.void - self.blank
        own[VALID], own[BLANK], own[VOID], own[WRITTEN] = valid, self.blank, self.void, self.all_written
        for name, votes in self.votes.items():
            against = self.oppose.get(name, 0)
            own += [votes, against, 0, valid - votes - against]
        return own


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box and the figures of its record; empty figures are a box without a record."""

    id: str
    counts: Mapping[str, int] = field(default_factory=dict)
    station: str = "1"
    layout: str = "paper"


@dataclass(frozen=True, kw_only=True)
class Village:
    """A unit with its profiles and its tally: what the law's functions are asked with."""

    unit: Unit
    profiles: Mapping[str, Profile]
    tally: Tally

    def results(self) -> dict[str, Result]:
        return {str(result.contest): result for result in determine(self.unit, self.profiles, self.tally)}


def village(
    *posts: Post,
    papers: int | Mapping[str, int] = 0,
    rules: Mapping[str, object] | None = None,
    plain: Profile | None = None,
    more: Sequence[Profile] = (),
    registered: int | None = -1,
    forms: Sequence[Mapping[str, int]] = ({},),
    boxes: Sequence[Box] = (),
    relatives: Sequence[tuple[str, str, str]] = (),
    stations_registered: Sequence[int | None] = (),
    stage: Stage = Stage.FINAL,
    joined: bool = False,
) -> Village:
    """A unit. `papers` by layout (or of each); `registered` -1: as many as the papers; one form for each station."""
    names = list(dict.fromkeys(post.layout for post in posts))
    by_layout = papers if isinstance(papers, Mapping) else dict.fromkeys(names, papers)
    plain = plain or profile(**(rules or {}))
    told = [*stations_registered, *[None] * len(forms)]
    unit = Unit(
        boxes=tuple(
            BallotBox(id=BoxId(box.id), kind="main", layout=LayoutId(box.layout), station=StationId(box.station))
            for box in boxes
        ),
        committee=(Official(id=PersonId("zhu-ren"), key=Hash32(bytes(range(32))), role="chair"),),
        contests=tuple(post.contest() for post in posts),
        election=Hash32(bytes(32)),
        id=UnitId("v"),
        layouts=tuple(
            Layout(id=LayoutId(name), contests=tuple(ContestId(post.id) for post in posts if post.layout == name))
            for name in names
        ),
        name="清河村",
        node=NodeId("node-1"),
        place=("清河县",),
        prev=Hash32(bytes(32)),
        profile=plain.id,
        stations=tuple(
            StationEntry(id=StationId(f"{number + 1}"), roster=Hash32(bytes(32)), registered=told[number])
            for number in range(len(forms))
        ),
        version=1,
        registered=max(by_layout.values()) if registered == -1 else registered,
        relations=tuple(Relation(first=first, second=second, word=word) for first, second, word in relatives),
    )
    tally = _tally(unit, posts, by_layout, forms, boxes, stage, joined=joined)
    return Village(unit=unit, profiles={plain.id: plain, **{one.id: one for one in more}}, tally=tally)


def _tally(
    unit: Unit,
    posts: Sequence[Post],
    papers: Mapping[str, int],
    forms: Sequence[Mapping[str, int]],
    boxes: Sequence[Box],
    stage: Stage,
    *,
    joined: bool,
) -> Tally:
    """Everything was counted at station 1; forms and boxes say what they say."""
    totals: dict[LayoutId, tuple[int, ...]] = {}
    for layout in unit.layouts:
        own = [post.figures(papers[layout.id]) for post in posts if post.layout == layout.id]
        totals[layout.id] = papers[layout.id], *(figure for figures in own for figure in figures)
        assert len(totals[layout.id]) == shape(unit, layout.id).figures
    nothing = {name: (0,) * len(figures) for name, figures in totals.items()}
    return Tally(
        totals=totals,
        stations=tuple(
            StationFigures(
                station=entry.id,
                paper=form,
                boxes={BoxId(box.id): box.counts for box in boxes if box.station == entry.id and box.counts},
                running=nothing if number else totals,
                joined=joined,
            )
            for number, (entry, form) in enumerate(zip(unit.stations, forms, strict=True))
        ),
        persons=tuple(person for post in posts for person in post.opened()),
        stage=stage,
    )
