"""选举法 (2020-10-17): deputies of township people's congresses, arts. 42 to 45 (rule R).

Requirements [LAW-2] [LAW-3] [LAW-4] [LAW-5] [LAW-7] [ROUND-1] [VALID-2] [PROXY-1]; articles EL-42,
EL-44, EL-45 (EL-43: test_who_counts.py).
"""

import pytest

from tally_protocol.law.proxies import accepted_proxies
from tests.laws.cases import Case, Due, check, full, nobody, runoff, shipped, supplementary
from tests.laws.papers import kinds
from tests.laws.village import Post

LAW = "cn-township-congress-2020"


def deputies(votes: dict[str, int], *, seats: int = 2, **more: object) -> Post:
    return Post(id="deputy", votes=votes, seats=seats, **more)  # type: ignore[arg-type]


V21 = deputies({"A": 900, "B": 825, "D": 700})


def test_voters_are_the_base() -> None:
    """V21a: 2 x 825 = 1650 is not more than the 1650 who voted; with the 1648 papers it would be: flagged."""
    case = Case(
        id="V21a", covers="R", posts=[V21], papers=1648, registered=3200, forms=[{"voters": 1650}],
        due={"deputy": supplementary(1, "B D", "A", base="voters", base_value=1650, sensitive=True)},
    )  # fmt: skip
    check(case, shipped(LAW))


def test_papers_as_the_base() -> None:
    """V21b: the other reading of the same count."""
    case = Case(
        id="V21b", covers="R", posts=[V21], papers=1648, registered=3200, forms=[{"voters": 1650}],
        due={"deputy": full("A B", base="collected", base_value=1648, sensitive=True)},
    )  # fmt: skip
    check(case, shipped(LAW, **{"elected.base": "collected"}))


@pytest.mark.parametrize(
    ("registered", "voters", "papers", "due"),
    [
        (3300, 1650, 1648, nobody("invalid_turnout", 2)),  # 3300 is not more than 3300
        (3200, 1647, 1648, nobody("invalid_overcount", 2)),
        (3200, 1648, 1648, full("A B")),
    ],
)
def test_valid_by_turnout_and_papers(registered: int, voters: int, papers: int, due: Due) -> None:
    """R: EL-44, more than half took part; papers more than voters make the election void."""
    case = Case(
        id="R", covers="R B1 B2", posts=[V21], papers=papers, registered=registered, forms=[{"voters": voters}],
        due={"deputy": due},
    )  # fmt: skip
    check(case, shipped(LAW))


def test_two_candidates_for_one_seat() -> None:
    """G2, G4, R: EL-45, the two with most votes of those not elected; a third of the round."""
    votes = {"A": 900, "B": 700, "C": 600, "D": 500}
    first = Case(id="G2", covers="R G2", posts=[deputies(votes)], papers=1600,
                 due={"deputy": supplementary(1, "B C", "A")})  # fmt: skip
    check(first, shipped(LAW))
    vacant = Due(outcome="vacant", short=1, may_stop=True)  # G4: a deputy's seat may stay empty after the round
    for papers, due in ((1500, full("B")), (1503, vacant)):
        posts = [deputies({"B": 500, "C": 499}, seats=1, rule="supplementary", round=2)]
        check(Case(id="R", covers="R G1", posts=posts, papers=papers, due={"deputy": due}), shipped(LAW))


def test_tie_votes_again() -> None:
    """R, F1: EL-45."""
    case = Case(id="R", covers="R F1", posts=[deputies({"A": 900, "B": 850, "C": 850})], papers=1600,
                due={"deputy": runoff("B C", 1, "A")})  # fmt: skip
    check(case, shipped(LAW))


def test_over_vote_voids_the_paper() -> None:
    """C1, R: EL-44, more persons than seats is void, as many or fewer is valid."""
    post = deputies({"A": 0, "B": 0, "C": 0})
    for marks, word in (("○A ○B ○C", "over"), ("○A ○B", "valid"), ("○A", "valid"), ("", "blank")):
        assert kinds(shipped(LAW), [post], {"deputy": marks}) == {"deputy": word}


def test_proxies() -> None:
    """R: EL-42, three at most; the law does not bar candidates."""
    rule = shipped(LAW).proxy
    assert accepted_proxies(rule, 4, holder_is_candidate=False) == 3
    assert accepted_proxies(rule, 2, holder_is_candidate=True) == 2
