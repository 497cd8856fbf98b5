"""What a paper counts: each step and value against a third count in plain words, then the corners by hand."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol.election.shape import (
    BLANK,
    CANDIDATE_FIGURES,
    CONTEST_FIGURES,
    DUPLICATE,
    ILLEGIBLE,
    OVER,
    PER_CONTEST,
    STATUSES,
    TORN,
    UNPAIRED,
    VALID,
    WRITTEN,
    Shape,
    shape,
)
from tally_protocol.errors import RuleViolation
from tally_protocol.law.validity import Judged, judge, judge_paper
from tests.profiles import profile
from tests.properties.elections import LETTERS, NAMES, RULES, Plan, Post, Totals, a_paper, counted, posts_of, world_of
from tests.world import World

UNIT = World().units["v1"][0]
VILLAGE = shape(UNIT, "village")
posts = st.builds(
    Post,
    candidates=st.integers(1, 4),
    slots=st.integers(0, 3),
    max_marks=st.integers(1, 3),
    layout=st.just(0),
    shared=st.booleans(),
)
plans = st.builds(
    Plan,
    posts=st.lists(posts, min_size=1, max_size=3).map(tuple),
    names_full=st.just(value=False),
    seed=st.integers(0, 2**32),
    rules=st.tuples(*(st.tuples(st.just(path), st.sampled_from(values)) for path, values in RULES.items())),
)


def votes_of(plan: Plan, paper: Shape, judged: Judged) -> Totals:
    """Approvals and written-in votes as the third count has them."""
    votes: Totals = Counter()
    for (contest, post), place in zip(posts_of(plan, "paper0"), paper.contests, strict=True):
        for who in range(post.candidates):
            votes[contest, LETTERS[who]] += judged.figures[place.candidate_figure + 4 * who]
    for index, number, times in judged.write_ins:
        votes[paper.contests[index].contest, f"+{NAMES[number - 1]}"] += times
    return +votes


@pytest.mark.property
@given(plans)
def test_seven_steps_in_plain_words(plan: Plan) -> None:
    """[VALID-1] [VALID-2] [VALID-3] [VALID-4] [VALID-5] Every rule of every step, against a count of its own."""
    dice = Random(plan.seed)  # noqa: S311 - dice that can be thrown again, not a secret
    world = world_of(plan)
    paper = shape(world.units["v1"][0], "paper0")
    rows = [a_paper(dice, plan, "paper0") for _ in range(30)]
    judged = judge(paper, rows, range(1, len(NAMES) + 1), world.profile)
    assert votes_of(plan, paper, judged) == +counted(plan, "paper0", rows)
    assert judged.figures[0] == len(rows)
    for contest in paper.contests:
        assert sum(judged.figures[contest.figure : contest.figure + WRITTEN]) == len(rows)


def test_the_figures_have_names() -> None:
    """[FIG-1] Twelve integers a contest and four a candidate, in the order of the contract."""
    places = VALID, BLANK, OVER, DUPLICATE, ILLEGIBLE, UNPAIRED, TORN, WRITTEN
    named = "valid", "blank", "over", "duplicate", "illegible", "unpaired", "torn", "written"
    assert tuple(CONTEST_FIGURES[place] for place in places) == named
    assert CONTEST_FIGURES[TORN : TORN + 5] == STATUSES[1:]
    assert PER_CONTEST == len(CONTEST_FIGURES) == 12
    assert CANDIDATE_FIGURES == ("approve", "oppose", "unclear", "abstain")


# chair a b + slot | member c d e + slot
@pytest.mark.parametrize(
    ("row", "values", "kinds"),
    [
        ((1, 1, 0, 0, 1, 0, 0, 0), {}, (TORN, TORN)),
        ((5, 1, 0, 0, 1, 0, 0, 0), {"extra_mark": "ignore"}, (TORN + 4, TORN + 4)),
        ((3, 1, 0, 0, 1, 0, 0, 0), {}, (TORN + 2, TORN + 2)),
        ((3, 1, 0, 0, 0, 0, 0, 0), {"extra_mark": "ignore"}, (VALID, BLANK)),
        ((3, 1, 0, 0, 0, 3, 0, 0), {"extra_mark": "part"}, (VALID, VALID)),
        ((0, 3, 0, 0, 0, 0, 0, 0), {"illegible": "ballot"}, (ILLEGIBLE, ILLEGIBLE)),
        ((0, 1, 1, 0, 0, 3, 0, 0), {"illegible": "ballot"}, (ILLEGIBLE, ILLEGIBLE)),
        ((0, 3, 0, 0, 0, 0, 0, 0), {}, (VALID, BLANK)),
        ((0, 1, 1, 0, 1, 0, 0, 0), {}, (OVER, VALID)),
        ((0, 1, 1, 0, 0, 0, 0, 0), {"overvote.scope": "ballot"}, (OVER, OVER)),
        ((0, 0, 0, 0, 1, 1, 1, 0), {"overvote.compare": "total"}, (BLANK, VALID)),
        ((0, 1, 1, 0, 1, 1, 0, 0), {"overvote.compare": "total"}, (OVER, OVER)),
        ((0, 0, 0, 1, 0, 0, 0, 1), {}, (DUPLICATE, DUPLICATE)),
        ((0, 0, 0, 1, 0, 0, 0, 1), {"dup_post": "columns"}, (DUPLICATE, DUPLICATE)),
        ((0, 0, 0, 1, 0, 0, 0, 1), {"dup_post": "highest_only"}, (VALID, BLANK)),
        ((0, 1, 0, 1, 0, 0, 0, 1), {"dup_post": "columns"}, (OVER, DUPLICATE)),
        ((0, 1, 0, 1, 0, 0, 0, 1), {"dup_post": "highest_only"}, (OVER, BLANK)),
        ((0, 0, 0, 1, 0, 0, 0, 2), {"write_in": "needs_oppose"}, (UNPAIRED, UNPAIRED)),
        ((0, 2, 0, 1, 0, 2, 0, 2), {"write_in": "needs_oppose"}, (VALID, VALID)),
        ((0, 0, 0, 0, 0, 0, 0, 0), {"blank": "invalid"}, (BLANK, BLANK)),
    ],
)
def test_steps_in_their_order(row: tuple[int, ...], values: dict[str, str], kinds: tuple[int, int]) -> None:
    """[VALID-1] [VALID-3] The first step that applies to a contest decides."""
    rules = profile(**{f"ballot.{path}": value for path, value in values.items()})
    assert judge_paper(VILLAGE, bytes(row), rules.ballot)[1] == kinds


def test_only_the_highest_post_keeps_a_person() -> None:
    """[VALID-3] With `highest_only` an approval lower on the paper counts as no mark: an abstention on the person."""
    rules = profile(**{"ballot.dup_post": "highest_only"})
    judged = judge(VILLAGE, [bytes((0, 0, 0, 1, 1, 0, 0, 1))], (7,), rules)
    chair, member = VILLAGE.contests
    assert judged.write_ins == ((0, 7, 1),)
    assert judged.figures[chair.figure + WRITTEN] == 1
    assert judged.figures[member.figure + VALID] == 1
    assert judged.figures[member.figure + WRITTEN] == 0


@pytest.mark.parametrize(("shared", "groups"), [((True, True), 2), ((False, True), 0)])
def test_persons_of_a_paper_are_known_by_id_and_name(shared: tuple[bool, bool], groups: int) -> None:
    """[VALID-3] Candidates of two contests are one person exactly when id and name are equal."""
    some = tuple(Post(candidates=2, slots=1, max_marks=1, layout=0, shared=one) for one in shared)
    unit = world_of(Plan(posts=some, names_full=False, seed=0)).units["v1"][0]
    found = shape(unit, "paper0").same_person
    assert len(found) == groups
    assert all(len(cells) == 2 for cells in found)
    assert shape(unit, "paper0") is shape(unit, "paper0")


def test_every_slot_is_looked_at() -> None:
    """[CELL-1] A code that no name has is `E_RANGE` in whichever slot, a mark above 3 in whichever cell."""
    some = (Post(candidates=2, slots=2, max_marks=2, layout=0, shared=False),)
    unit = world_of(Plan(posts=some, names_full=False, seed=0)).units["v1"][0]
    paper = shape(unit, "paper0")
    assert judge(paper, [bytes((0, 3, 0, 2, 1))], (5, 7), profile()).write_ins == ((0, 5, 1), (0, 7, 1))
    for row in ((0, 0, 0, 1, 3), (0, 0, 0, 3, 1), (0, 4, 0, 0, 0), (0, 0, 4, 0, 0), (len(STATUSES), 0, 0, 0, 0)):
        with pytest.raises(RuleViolation, match="E_RANGE"):
            judge(paper, [bytes(row)], (5, 7), profile())
