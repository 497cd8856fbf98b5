"""What the producers' law gives for a rehearsal folder, without playing it: papers judged, figures added, outcomes."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rehearsal.folder import Folder
from rehearsal.papers import Stack
from rehearsal.plan import LayoutPlan, UnitPlan
from rehearsal.tabling import CountingTable, unit_tables
from tally_protocol.election.figures import add
from tally_protocol.election.shape import shape
from tally_protocol.election.unit import (
    BallotBox,
    Candidate,
    Contest,
    Layout,
    Relation,
    StationEntry,
    Unit,
    UnitRule,
)
from tally_protocol.ids import BoxId, CandidateId, ContestId, LayoutId, NodeId, StationId, UnitId
from tally_protocol.law.outcome import determine
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import apply_rules
from tally_protocol.law.result import Result
from tally_protocol.law.tally import Figures, Opened, StationFigures, Tally
from tally_protocol.law.validity import judge
from tests.world import ZERO32


def sealed_unit(folder: Folder, plan: UnitPlan) -> Unit:
    """The unit as the county seals it, but for keys."""
    return Unit(
        boxes=tuple(
            BallotBox(id=BoxId(box.id), kind=box.kind, layout=LayoutId(box.layout), station=StationId(box.station))
            for box in plan.boxes
        ),
        committee=(),
        contests=tuple(
            Contest(
                id=ContestId(one.id), title=one.title, seats=one.seats, max_marks=one.max_marks,
                candidates=tuple(Candidate(id=CandidateId(p.id), name=p.name, sex=p.sex) for p in one.candidates),
                write_ins=one.write_ins, round=one.round, registered=one.registered, rule=one.rule,
                profile=one.profile, female_only=one.female_only, of=ContestId(one.of) if one.of else None,
            )
            for one in plan.contests
        ),
        election=ZERO32, id=UnitId(plan.id),
        layouts=tuple(
            Layout(id=LayoutId(one.id), contests=tuple(ContestId(contest.id) for contest in one.contests))
            for one in plan.layouts
        ),
        name=plan.name, node=NodeId("node-1"), place=plan.place, prev=ZERO32, profile=plan.profile,
        stations=tuple(
            StationEntry(id=StationId(one.id), roster=ZERO32, registered=one.figures.registered)
            for one in plan.stations
        ),
        version=1, registered=plan.registered,
        relations=tuple(
            Relation(first=kin.person, second=kin.other, word=kin.relation)
            for kin in folder.relations
            if kin.unit == plan.id
        ),
        rules=tuple(
            UnitRule(path=one.path, value=one.value, decided_by=one.decided_by)
            for one in sorted(folder.rules, key=lambda one: one.path)
            if one.unit == plan.id
        ),
    )  # fmt: skip


def shipped(root: Path, name: str) -> Profile:
    """A profile that ships with the county."""
    body = json.loads((root / f"coordinator/sealing/profiles/{name}.json").read_text("utf-8"))
    return Profile.parse(body, name)


class Judged:
    """One unit's papers, judged table by table."""

    def __init__(self, root: Path, folder: Folder, plan: UnitPlan) -> None:
        self.unit = sealed_unit(folder, plan)
        used = {plan.profile} | {contest.profile for contest in plan.contests if contest.profile}
        self.profiles: dict[str, Profile] = {name: shipped(root, name) for name in used}
        self.profiles[plan.profile] = apply_rules(self.profiles[plan.profile], self.unit.rules)
        self.written: Counter[tuple[str, str]] = Counter()
        self.totals: dict[str, Figures] = {one.id: shape(self.unit, one.id).zeros for one in self.unit.layouts}
        self.stations = tuple(self._table(table) for table in unit_tables(folder, plan, lambda _: None))

    def _table(self, table: CountingTable) -> StationFigures:
        running = {LayoutId(one.layout.id): self._papers(one.layout, one.stack) for one in table.papers}
        figures = {name: value for name, value in asdict(table.station.figures).items() if value is not None}
        boxes = [box for box in table.unit.boxes if box.station == table.station.id]
        joined = any(one.joined_to or one.joined_from for one in table.papers)
        return StationFigures(
            station=StationId(table.station.id), paper=figures, joined=joined, running=running,
            boxes={
                BoxId(box.id): {name: value for name, value in asdict(box.figures).items() if value is not None}
                for box in boxes
            },
        )  # fmt: skip

    def _papers(self, layout: LayoutPlan, stack: Stack) -> Figures:
        paper = shape(self.unit, layout.id)
        first = self.unit.contest(layout.contests[0].id)
        assert first is not None
        profile = self.profiles[self.unit.profile_of(first)]
        rows = [row.tobytes() for row in stack.rows.astype("uint8")]
        names = stack.names
        judged = judge(paper, rows, tuple(range(1, len(names) + 1)), profile)
        self.totals[layout.id] = add(self.totals[layout.id], judged.figures)
        for index, number, votes in judged.write_ins:
            self.written[paper.contests[index].contest, names[number - 1]] += votes
        return judged.figures

    def persons(self) -> Iterator[Opened]:
        for (contest, name), votes in self.written.items():
            found = self.unit.contest(contest)
            assert found is not None
            rule = self.profiles[self.unit.profile_of(found)].names
            if rule.full or votes >= rule.min_votes:
                yield Opened(contest=ContestId(contest), name=name, votes=votes)

    def tally(self) -> Tally:
        totals = {LayoutId(layout): figures for layout, figures in self.totals.items()}
        return Tally(totals=totals, stations=self.stations, persons=tuple(self.persons()))

    def results(self) -> tuple[Result, ...]:
        return determine(self.unit, self.profiles, self.tally())
