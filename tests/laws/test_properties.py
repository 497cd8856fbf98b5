"""What no election may depend on, over random elections and rules [LAW-6] [LAW-7] [POST-1] [POST-2] [POST-4] [POST-5].

One more approving paper never un-elects the person whom it approves: in a committee of one contest, with every rule of
ties, bases, rounds and women, but not with avoidance; and in one of several contests as long as the higher posts elect
the same persons. The exceptions are shown below; each follows from the words of the law, not from the program.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tally_protocol.law.result import Result
from tally_protocol.law.validity import judge
from tests.laws.elections import POOL, Election, elections
from tests.laws.papers import paper_shape
from tests.laws.village import Box, Post
from tests.profiles import profile

pytestmark = pytest.mark.property
SETS = ("elected", "runoff", "removed", "next", "next_women")
NUMBERS = ("base", "base_value", "held", "may_stop", "runoff_seats", "sensitive", "short")


def essence(results: Mapping[str, Result], names: Mapping[str, str] | None = None) -> dict[str, tuple[object, ...]]:
    """Results without the order of the paper; `names` translates references."""
    said = names or {}
    return {
        contest: (
            result.outcome,
            *(frozenset(said.get(who, who) for who in getattr(result, name)) for name in SETS),
            *(getattr(result, name) for name in NUMBERS),
        )
        for contest, result in results.items()
    }


@given(elections(), st.permutations(POOL), st.randoms(use_true_random=False))
def test_names_and_their_order_change_nothing(election: Election, others: list[str], dice: object) -> None:
    """Permuting the candidates of every contest, and giving everybody another's name, permutes the result."""
    renamed = dict(zip(POOL, others, strict=True))
    posts = []
    for post in election.posts:
        names = list(post.votes)
        dice.shuffle(names)  # type: ignore[attr-defined]
        posts.append(
            replace(
                post,
                votes={renamed[name]: post.votes[name] for name in names},
                oppose={renamed[name]: post.oppose[name] for name in names},
                women="".join(renamed[name] for name in post.women),
            )
        )
    kin = tuple((renamed[second], renamed[first], word) for first, second, word in reversed(election.relatives))
    again = replace(election, posts=tuple(posts), relatives=kin)
    assert essence(again.village().results()) == essence(election.village().results(), renamed)


@given(elections(), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_stations_change_nothing(election: Election, weights: list[int]) -> None:
    """The figures of one form split over several: only their sums count."""
    forms: list[dict[str, int]] = [{} for _ in weights]
    totals = {"voters": election.voters, "issued": election.issued, "collected": election.papers}
    for name, whole in totals.items():
        left = whole
        for form, weight in zip(forms[1:], weights[1:], strict=True):
            form[name] = min(left, whole * weight // sum(weights))
            left -= form[name]
        forms[0][name] = left
    assert essence(election.village(forms).results()) == essence(election.village().results())


@given(elections(), st.integers(0, 15))
def test_boxes_change_nothing(election: Election, cut: int) -> None:
    """The same figures told by boxes instead of the form, in one box or in two (boxes are not judged one by one)."""
    whole = {"voters": election.voters, "issued": election.issued, "collected": election.papers}
    first = {name: min(cut, count) for name, count in whole.items()}
    rest = {name: count - first[name] for name, count in whole.items()}
    one = election.village([{}], boxes=[Box(id="b1", counts=whole)])
    two = election.village([{}], boxes=[Box(id="b1", counts=first), Box(id="b2", counts=rest)])
    assert essence(one.results()) == essence(two.results()) == essence(election.village().results())


@given(
    st.lists(st.tuples(*[st.integers(0, 3)] * 5, st.integers(0, 2)), min_size=1, max_size=40),
    st.lists(st.integers(1, 10), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_papers_and_batches_change_nothing(
    rows: list[tuple[int, ...]], sizes: list[int], dice: object
) -> None:
    """Papers in any order, cut into batches anyhow: the figures of the whole are the sum of the figures."""
    shape = paper_shape(Post(id="c", votes={"A": 0, "B": 0}), Post(id="m", seats=2, votes={"A": 0, "C": 0}, slots=1))
    law = profile()
    papers = [bytes((0, *row[:4], row[5])) for row in rows]
    whole = judge(shape, papers, [1, 2], law).figures
    dice.shuffle(papers)  # type: ignore[attr-defined]
    total, left = [0] * shape.figures, papers
    for size in [*sizes, len(papers)]:
        batch, left = left[:size], left[size:]
        total = [first + second for first, second in zip(total, judge(shape, batch, [1, 2], law).figures, strict=True)]
    assert tuple(total) == whole


def stays(before: Election, contest: str, person: str) -> bool:
    after = before.with_paper(contest, person).village().results()
    return any(person in result.elected for result in after.values())


@given(elections(1, avoidance=False))
def test_one_more_approval_never_unelects_in_one_contest(election: Election) -> None:
    (result,) = election.village().results().values()
    assume(result.elected)
    assert all(stays(election, result.contest, person) for person in result.elected)


@given(elections(3, avoidance=False))
def test_one_more_approval_never_unelects_below_the_same_persons(election: Election) -> None:
    """With several posts: wherever the higher posts elect the same persons with the paper as without it."""
    before = election.village().results()
    for index, post in enumerate(election.posts):
        for person in before[post.id].elected:
            if person not in post.votes:
                continue  # elected by votes rolled down: no paper approves him here
            after = election.with_paper(post.id, person).village().results()
            higher = [one.id for one in election.posts[:index]]
            if all(set(after[name].elected) == set(before[name].elected) for name in higher):
                assert person in after[post.id].elected


# --- the exceptions, each from the words of the law -------------------------------------------------------------------

PLAIN: dict[str, object] = {"elected.base": "collected"}


def small(posts: list[Post], papers: int, rules: dict[str, object], kin: str = "") -> Election:
    pairs = tuple((pair[0], pair[1], "sibling") for pair in kin.split())
    return Election(posts=tuple(posts), papers=papers, voters=papers, issued=papers, registered=papers, rules=rules,
                    relatives=pairs)  # fmt: skip


def elected(election: Election) -> dict[str, str]:
    return {name: " ".join(result.elected) for name, result in election.village().results().items()}


def test_exception_a_higher_post_loses_its_majority() -> None:
    """The paper for A says nothing of the chair, whose base grows: X is no chair any more and comes down before A."""
    posts = [Post(id="chair", votes={"X": 6}), Post(id="member", votes={"X": 8, "Y": 8, "A": 6}, seats=2)]
    election = small(posts, 11, PLAIN)
    assert elected(election) == {"chair": "X", "member": "Y A"}  # 2 x 6 > 11
    assert elected(election.with_paper("member", "A")) == {"chair": "", "member": "X Y"}  # 2 x 6 = 12


def test_exception_votes_rolled_down() -> None:
    """E loses the chair by the same paper, and his votes for it come down before F's."""
    posts = [Post(id="chair", votes={"E": 4, "B": 2}), Post(id="vice", votes={"F": 4, "E": 2})]
    election = small(posts, 7, PLAIN | {"roll_down": True, "names.full": True})
    assert elected(election) == {"chair": "E", "vice": "F"}
    assert elected(election.with_paper("vice", "F")) == {"chair": "", "vice": "E"}


def test_exception_a_tie_among_relatives() -> None:
    """E and F are brothers and vote again for one seat, D fills the other; with one vote more D ties with both."""
    rules = PLAIN | {"avoidance.method": "highest_post_then_votes", "avoidance.fill": "next_qualified"}
    post = Post(id="m", votes={"E": 7, "F": 7, "D": 6}, seats=2, rule="runoff")
    election = small([post], 13, rules, "DE EF")
    assert elected(election) == {"m": "D"}
    assert not stays(election, "m", "D")  # all three vote again for two seats
