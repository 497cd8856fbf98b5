"""Random small elections: random contests, kinds of paper, papers, written-in names, corrections and voids.

`counted` is a third count of the same papers in plain Python, straight from the sentences of spec/1; neither the
producers' nor the verifier's code is in it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from tally_protocol.election.unit import Candidate, Contest, Layout, Unit
from tally_protocol.ids import CandidateId, ContestId, LayoutId
from tests.committee import Committee
from tests.published import Story
from tests.world import StationDesk, World

NAMES = ("王小二", "李四", "买买提·阿不都", "赵䶮", "钱七")
LETTERS = "abcdef"
Totals = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One contest of a random paper."""

    candidates: int
    slots: int
    max_marks: int
    layout: int  # 0 or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What hypothesis chooses; everything else follows from `seed`."""

    posts: tuple[Post, ...]
    overvote: str
    names_full: bool
    seed: int


@dataclass
class RandomWorld(World):
    """The small county with the plan's contests in both units."""

    plan: Plan = field(default_factory=lambda: Plan(posts=(), overvote="post", names_full=False, seed=0))

    def _unit(self, name: str, stations: Sequence[str]) -> Unit:
        contests = tuple(
            Contest(
                id=ContestId(f"post{place}"), title=f"职位{place}", seats=1, max_marks=post.max_marks,
                write_ins=post.slots,
                candidates=tuple(
                    Candidate(id=CandidateId(letter), name=f"候选人{letter}") for letter in LETTERS[: post.candidates]
                ),
            )
            for place, post in enumerate(self.plan.posts)
        )  # fmt: skip
        layouts = tuple(
            Layout(
                id=LayoutId(f"paper{kind}"),
                contests=tuple(
                    contest.id for contest, post in zip(contests, self.plan.posts, strict=True) if post.layout == kind
                ),
            )
            for kind in sorted({post.layout for post in self.plan.posts})
        )
        unit = super()._unit(name, stations)
        boxes = tuple(replace(box, layout=layouts[0].id) for box in unit.boxes)
        return replace(unit, contests=contests, layouts=layouts, boxes=boxes)


def world_of(plan: Plan) -> RandomWorld:
    """The sealed election of a plan."""
    return RandomWorld(plan=plan, overvote=plan.overvote, names_full=plan.names_full)


def posts_of(plan: Plan, layout: str) -> list[tuple[str, Post]]:
    """(contest id, post) of a kind of paper, in order."""
    return [(f"post{i}", post) for i, post in enumerate(plan.posts) if f"paper{post.layout}" == layout]


def a_paper(dice: Random, plan: Plan, layout: str) -> bytes:
    """One random paper whose slot codes are 1 + place in NAMES; about one in eight is void."""
    row = [dice.choice((0,) * 7 + (dice.randint(1, 5),))]
    for _, post in posts_of(plan, layout):
        row += [dice.choice((0, 0, 1, 1, 2, 3)) for _ in range(post.candidates)]
        row += [dice.choice((0, 0, 1 + dice.randrange(len(NAMES)))) for _ in range(post.slots)]
    return bytes(row)


def pile(dice: Random, plan: Plan, layout: str, count: int) -> list[bytes]:
    """`count` papers with some votes that repeat, so that names gather votes."""
    kinds = [a_paper(dice, plan, layout) for _ in range(dice.randint(1, 12))]
    return [dice.choice(kinds) for _ in range(count)]


def counted(plan: Plan, layout: str, papers: Sequence[bytes]) -> Totals:
    """Votes by (contest, candidate or +name): spec/1, VALID-1 to VALID-5, in plain words."""
    votes: Totals = Counter()
    for paper in papers:
        if paper[0]:
            continue
        at, chosen, over = 1, [], False
        for contest, post in posts_of(plan, layout):
            marks = paper[at : at + post.candidates]
            written = {code for code in paper[at + post.candidates : at + post.candidates + post.slots] if code}
            at += post.candidates + post.slots
            names = [LETTERS[i] for i, mark in enumerate(marks) if mark == 1] + [f"+{NAMES[k - 1]}" for k in written]
            if len(names) > post.max_marks:
                over = True
            else:
                chosen += [(contest, name) for name in names]
        if not (over and plan.overvote == "ballot"):
            votes.update(chosen)
    return votes


@dataclass
class Play:
    """A played random election and its third count by unit."""

    plan: Plan
    story: Story
    votes: dict[str, Totals] = field(default_factory=dict)
    desks: dict[tuple[str, str], StationDesk] = field(default_factory=dict)

    def desk(self, unit: str, station: str) -> StationDesk:
        """An opened station."""
        if (unit, station) not in self.desks:
            desk = self.desks[unit, station] = self.story.world.desk(unit, station)
            self.story.desks.append(desk)
            desk.open()
        return self.desks[unit, station]

    def batch(self, unit: str, station: str, layout: str, papers: Sequence[bytes]) -> int:
        """Count a batch; returns its seq."""
        desk = self.desk(unit, station)
        seq = desk.state.next_seq
        desk.batch(papers, NAMES, layout)
        self.votes.setdefault(unit, Counter()).update(counted(self.plan, layout, papers))
        return seq

    def void(self, unit: str, station: str, seq: int, layout: str, papers: Sequence[bytes]) -> None:
        """Take a batch back."""
        self.desk(unit, station).void(seq)
        self.votes[unit].subtract(counted(self.plan, layout, papers))

    def correct(
        self, unit: str, station: str, seq: int, layout: str, old: Sequence[bytes], new: Sequence[bytes]
    ) -> None:
        """Count a batch again."""
        self.desk(unit, station).correct(seq, new, NAMES)
        self.votes[unit].subtract(counted(self.plan, layout, old))
        self.votes[unit].update(counted(self.plan, layout, new))

    def finish(self) -> None:
        """Close every station, state every unit, open the names, let the board show it."""
        for unit, (note, _) in self.story.world.units.items():
            for entry in note.stations:
                self.desk(unit, entry.id).close()
            committee = Committee(self.story.world, unit, [desk for desk in self.story.desks if desk.unit == unit])
            committee.statement()
            if any(committee.state.written().values()):
                committee.write("names", committee.names_body(1 if self.plan.names_full else 3))
        self.story.stand()

    def expected(self) -> dict[tuple[str, str, str], int]:
        """Rows of `totals` by unit, contest and candidate; names below the minimum under `+`."""
        rows: dict[tuple[str, str, str], int] = {}
        for unit in self.story.world.units:
            votes = self.votes.get(unit, Counter())
            for place, post in enumerate(self.plan.posts):
                contest = f"post{place}"
                rows |= {(unit, contest, letter): votes[contest, letter] for letter in LETTERS[: post.candidates]}
                for name in NAMES:
                    found = votes[contest, f"+{name}"]
                    opened = found and (self.plan.names_full or found >= 3)
                    key = unit, contest, f"+{name}" if opened else "+"
                    if found:
                        rows[key] = rows.get(key, 0) + found
        return rows


def play(plan: Plan) -> Play:
    """A whole election by the dice of the plan: every station counts, some correct, some void."""
    dice = Random(plan.seed)  # noqa: S311 - dice that can be thrown again, not a secret
    game = Play(plan, Story(world_of(plan)))
    layouts = sorted({f"paper{post.layout}" for post in plan.posts})
    for unit, (note, _) in game.story.world.units.items():
        for entry in note.stations:
            for _ in range(dice.randint(0, 3)):
                _one_batch(dice, game, unit, entry.id, dice.choice(layouts))
            story = game.story
            if dice.random() < 0.3 and len(story.world.entries) > story.seen + bool(story.standings):  # [STAND-3]
                game.story.stand()
    game.finish()
    return game


def _one_batch(dice: Random, game: Play, unit: str, station: str, layout: str) -> None:
    papers = pile(dice, game.plan, layout, dice.randint(50, 100))
    seq = game.batch(unit, station, layout, papers)
    if dice.random() < 0.3:
        again = pile(dice, game.plan, layout, dice.choice((len(papers), dice.randint(1, 100))))
        game.correct(unit, station, seq, layout, papers, again)
        papers = again
    if dice.random() < 0.2:
        game.void(unit, station, seq, layout, papers)
