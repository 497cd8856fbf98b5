"""中国共产党基层组织选举工作条例 (2020-07): quorum, members present as the base, no proxies (rules Q1 to Q9).

The quorum's wording and number are not checked against the text (PB-Q1): both readings are shown.
Requirements [LAW-2] [LAW-3] [LAW-4] [LAW-7] [PROXY-1] [VALID-3]; articles PB-5, PB-24, PB-Q1.
"""

import pytest

from tally_protocol.law.proxies import accepted_proxies
from tally_protocol.law.validity import judge
from tests.laws.cases import Case, Due, check, full, nobody, runoff, shipped, supplementary
from tests.laws.papers import figure, paper_shape
from tests.laws.village import Post

LAW = "cn-party-branch-2020"


def branch(votes: dict[str, int], *, seats: int = 1, **more: object) -> Post:
    return Post(id="branch", votes=votes, seats=seats, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("strict", "due"),
    [
        (False, full("A", base="present", base_value=36)),  # V20a: 5 x 36 = 180 = 4 x 45, 不少于
        (True, nobody("invalid_turnout")),  # V20b: 超过, as the rules of 1990 had it
    ],
)
def test_quorum_of_four_fifths(strict: bool, due: Due) -> None:
    """Q1: of those due, by members present."""
    case = Case(
        id="V20", covers="Q1", posts=[branch({"A": 19})], papers=36, registered=45, forms=[{"present": 36}],
        due={"branch": due},
    )  # fmt: skip
    check(case, shipped(LAW, **{"turnout.strict": strict}))


@pytest.mark.parametrize(
    ("votes", "present", "due"),
    [
        (18, 36, supplementary(1, "A")),  # V20c: 36 is not more than 36
        (19, 36, full("A")),  # V20d
        (18, 35, full("A")),
    ],
)
def test_elected_by_more_than_half_of_those_present(votes: int, present: int, due: Due) -> None:
    """Q7: present, not papers: a paper that was not handed in counts against."""
    case = Case(
        id="V20", covers="Q7", posts=[branch({"A": votes})], papers=34, registered=40, forms=[{"present": present}],
        due={"branch": due},
    )  # fmt: skip
    check(case, shipped(LAW))


def test_not_known_without_the_members_present() -> None:
    """Q1: an unrecorded figure is not guessed."""
    case = Case(
        id="Q1", covers="Q1", posts=[branch({"A": 30})], papers=36, registered=45, due={"branch": nobody("not_known")}
    )
    check(case, shipped(LAW))


@pytest.mark.parametrize(("issued", "due"), [(36, full("A")), (35, nobody("invalid_overcount"))])
def test_papers_not_more_than_issued(issued: int, due: Due) -> None:
    """Q6: C <= I."""
    case = Case(
        id="Q6", covers="Q6", posts=[branch({"A": 30})], papers=36, registered=45,
        forms=[{"present": 36, "issued": issued}], due={"branch": due},
    )  # fmt: skip
    check(case, shipped(LAW))


def test_ties_and_fewer_seats() -> None:
    """Q8: a tie votes again; with fewer elected than seats the meeting may agree to fewer (`vacancy` before)."""
    tie = Case(
        id="Q8-tie", covers="Q8", posts=[branch({"A": 30, "B": 20, "C": 20}, seats=2)], papers=36, registered=45,
        forms=[{"present": 36}], due={"branch": runoff("B C", 1, "A")},
    )  # fmt: skip
    check(tie, shipped(LAW))
    short = Case(
        id="Q8-short", covers="Q8", posts=[branch({"A": 30, "B": 25, "C": 24, "D": 5}, seats=4)], papers=36,
        registered=45, forms=[{"present": 36}],
        due={"branch": supplementary(1, "D", "A B C", may_stop=True)},
    )  # fmt: skip
    check(short, shipped(LAW))


def test_no_proxies() -> None:
    """Q3: PB-24, not even one."""
    assert accepted_proxies(shipped(LAW).proxy, 1, holder_is_candidate=False) == 0


def test_a_written_in_name_needs_an_opposed_candidate() -> None:
    """D3: an abstention may not be paired with a name."""
    law = shipped(LAW)
    shape = paper_shape(branch({"A": 0, "B": 0}, seats=2, slots=2))
    for marks, word in (((2, 1, 1, 0), "valid"), ((0, 1, 1, 0), "unpaired"), ((2, 0, 1, 2), "unpaired")):
        judged = judge(shape, [bytes((0, *marks))], [1, 2], law)
        assert figure(shape, judged.figures, "branch", word) == 1
