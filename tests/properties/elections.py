"""Random small elections: random contests, kinds of paper, papers, written-in names, corrections and voids.

`counted` is a third count of the same papers in plain Python, straight from the seven steps of spec/8; neither the
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
# every rule of judging with its values; the first is that of the plain profile of tests/profiles.py
RULES: dict[str, tuple[str, ...]] = {
    "dup_post": ("ballot", "columns", "highest_only"),
    "extra_mark": ("ballot", "ignore", "part"),
    "illegible": ("part", "ballot"),
    "overvote.compare": ("per_post", "total"),
    "overvote.scope": ("post", "ballot"),
    "write_in": ("free", "needs_oppose"),
}
PLAIN = {path: values[0] for path, values in RULES.items()}
Totals = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One contest of a random paper; candidates of `shared` contests are the same persons by their letters."""

    candidates: int
    slots: int
    max_marks: int
    layout: int  # 0 or 1
    shared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What hypothesis chooses; everything else follows from `seed`."""

    posts: tuple[Post, ...]
    names_full: bool
    seed: int
    rules: tuple[tuple[str, str], ...] = ()  # path below `ballot`, value

    def rule(self, path: str) -> str:
        """How papers are judged, by a path below `ballot`."""
        return dict(self.rules).get(path, PLAIN[path])


@dataclass
class RandomWorld(World):
    """The small county with the plan's contests in both units."""

    plan: Plan = field(default_factory=lambda: Plan(posts=(), names_full=False, seed=0))

    def _unit(self, name: str, stations: Sequence[str]) -> Unit:
        contests = tuple(
            Contest(
                id=ContestId(f"post{place}"), title=f"职位{place}", seats=1, max_marks=post.max_marks,
                write_ins=post.slots,
                candidates=tuple(
                    Candidate(id=CandidateId(letter), name=f"候选人{letter}" + ("" if post.shared else str(place)))
                    for letter in LETTERS[: post.candidates]
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
    values = {f"ballot.{path}": plan.rule(path) for path in RULES}
    return RandomWorld(plan=plan, values=values, names_full=plan.names_full)


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


@dataclass
class Column:
    """One contest of one paper: who is approved, and how many are opposed."""

    contest: str
    post: Post
    approved: list[str]
    written: set[str]
    opposed: int
    unclear: int
    void: bool = False

    @property
    def names(self) -> list[str]:
        """Everybody approved, written-in names with a plus."""
        return self.approved + sorted(self.written)

    def persons(self) -> set[str]:
        """Who they are on the whole paper: candidates of contests that are not shared are nobody else's."""
        mark = "" if self.post.shared else f" of {self.contest}"
        return {name + mark for name in self.approved} | self.written

    def drop(self, persons: set[str]) -> None:
        """Take approvals of these persons as empty."""
        mark = "" if self.post.shared else f" of {self.contest}"
        self.approved = [name for name in self.approved if name + mark not in persons]
        self.written -= persons


def columns_of(plan: Plan, layout: str, paper: bytes) -> list[Column]:
    """A paper taken apart."""
    found, at = [], 1
    for contest, post in posts_of(plan, layout):
        marks = paper[at : at + post.candidates]
        slots = paper[at + post.candidates : at + post.candidates + post.slots]
        at += post.candidates + post.slots
        approved = [LETTERS[place] for place, mark in enumerate(marks) if mark == 1]
        written = {f"+{NAMES[code - 1]}" for code in slots if code}
        found.append(Column(contest, post, approved, written, marks.count(2), marks.count(3)))
    return found


def counted(plan: Plan, layout: str, papers: Sequence[bytes]) -> Totals:
    """Votes by (contest, candidate or +name): the seven steps of spec/8, VALID-1 to VALID-5, in plain words."""
    votes: Totals = Counter()
    for paper in papers:
        columns = columns_of(plan, layout, paper)
        if not void_as_a_whole(plan, paper[0], columns):
            void_one_by_one(plan, columns)
            votes.update((column.contest, name) for column in columns if not column.void for name in column.names)
    return votes


def void_as_a_whole(plan: Plan, status: int, columns: Sequence[Column]) -> bool:
    """Steps 1 to 3 where they take the whole paper."""
    if status and not (status == 3 and plan.rule("extra_mark") in {"ignore", "part"}):
        return True
    if plan.rule("illegible") == "ballot" and any(column.unclear for column in columns):
        return True
    if plan.rule("overvote.compare") == "total":
        return sum(len(column.names) for column in columns) > sum(column.post.max_marks for column in columns)
    over = any(len(column.names) > column.post.max_marks for column in columns)
    return over and plan.rule("overvote.scope") == "ballot"


def void_one_by_one(plan: Plan, columns: Sequence[Column]) -> None:
    """Steps 3 to 5 contest by contest; blank contests have no votes anyway."""
    if plan.rule("overvote.compare") == "per_post":
        for column in columns:
            column.void = len(column.names) > column.post.max_marks
    how_often = Counter(person for column in columns for person in column.persons())
    twice = {person for person, times in how_often.items() if times > 1}
    seen: set[str] = set()
    for column in columns:
        if plan.rule("dup_post") == "ballot":
            column.void = column.void or bool(twice)
        elif plan.rule("dup_post") == "columns":
            column.void = column.void or bool(twice & column.persons())
        else:
            again = seen & column.persons()
            seen |= column.persons()
            column.drop(again)
        if plan.rule("write_in") == "needs_oppose" and len(column.written) > column.opposed:
            column.void = True


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
        """Close every station, state every unit, open the names, determine, let the board show it."""
        for unit, (note, _) in self.story.world.units.items():
            for entry in note.stations:
                self.desk(unit, entry.id).close()
            committee = Committee(self.story.world, unit, [desk for desk in self.story.desks if desk.unit == unit])
            committee.statement()
            if any(committee.state.written().values()):
                committee.write("names", committee.names_body(1 if self.plan.names_full else 3))
            committee.determination()
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
            # a record without a single paper proves nothing and is not complete
            for _ in range(dice.randint(0 if game.votes else 1, 3)):
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
