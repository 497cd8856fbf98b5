"""城市居民委员会组织法 (2025-10-28, in force 2026-01-01): three electorates, three quorums; arts. 8, 19, 20.

Requirements [LAW-2] [LAW-4] [LAW-5] [PROXY-1] [PROF-2]; articles RC-8, RC-16, RC-18, RC-19, RC-20.
"""

import pytest

from tally_protocol.law.national import fixed_by
from tally_protocol.law.proxies import accepted_proxies
from tests.laws.cases import Case, Due, check, full, nobody, shipped, supplementary
from tests.laws.village import Post

QUORUMS = (
    ("household", 1200, 600, False),  # V18a: 2 x 600 = 1200
    ("household", 1200, 601, True),  # V18b
    ("representative", 225, 150, False),  # V18c: 3 x 150 = 450 = 2 x 225
    ("representative", 225, 151, True),  # V18d
    ("representative", 224, 211, True),  # V18e: 633 > 448
    ("representative", 225, 113, False),  # more than half is not enough for representatives
    ("person", 1001, 500, False),
    ("person", 1001, 501, True),
)


@pytest.mark.parametrize(("electorate", "registered", "voters", "valid"), QUORUMS)
def test_quorum(electorate: str, registered: int, voters: int, *, valid: bool) -> None:
    """P: voters and households more than half, representatives more than two thirds."""
    case = Case(
        id="V18", covers="P", posts=[Post(id="chair", votes={"A": voters})], papers=voters, registered=registered,
        forms=[{"voters": voters}], due={"chair": full("A") if valid else nobody("invalid_turnout")},
    )  # fmt: skip
    check(case, shipped(f"cn-residents-2026-{electorate}"))


@pytest.mark.parametrize("electorate", ["household", "person", "representative"])
@pytest.mark.parametrize(("votes", "due"), [(106, full("A")), (105, supplementary(1, "A"))])
def test_elected_by_more_than_half_of_those_who_voted(electorate: str, votes: int, due: Due) -> None:
    """P: 2v > D, whoever the electors are."""
    case = Case(
        id="P", covers="P", posts=[Post(id="chair", votes={"A": votes})], papers=211, registered=224,
        forms=[{"voters": 211}], due={"chair": due},
    )  # fmt: skip
    check(case, shipped(f"cn-residents-2026-{electorate}"))


def test_supplementary_round_as_in_villages() -> None:
    """P: at least a third of its own round."""
    for votes, due in ((70, full("A")), (69, supplementary(1, "A"))):
        post = Post(id="chair", votes={"A": votes}, rule="supplementary", round=2)
        case = Case(id="P", covers="P", posts=[post], papers=210, registered=224, due={"chair": due})
        check(case, shipped("cn-residents-2026-household"))


def test_recall_goes_by_the_voters() -> None:
    """O, P: RC-20, the same electorate and quorum as the election."""
    for yes, outcome in ((106, "passed"), (105, "not_passed")):
        post = Post(id="recall", votes={"A": yes}, rule="recall")
        case = Case(
            id="O", covers="O P", posts=[post], papers=200, registered=224, forms=[{"voters": 210}],
            due={"recall": Due(outcome=outcome, base="voters", base_value=210)},
        )  # fmt: skip
        check(case, shipped("cn-residents-2026-representative"))


def test_proxies() -> None:
    """J2, P: three at most, none for candidates, none at all where representatives vote."""
    for electorate, candidate, held, accepted in (
        ("household", False, 4, 3),
        ("household", True, 1, 0),
        ("person", False, 2, 2),
        ("representative", False, 1, 0),
    ):
        rule = shipped(f"cn-residents-2026-{electorate}").proxy
        assert accepted_proxies(rule, held, holder_is_candidate=candidate) == accepted


def test_what_the_law_fixes() -> None:
    """RC-16, RC-18, RC-19, RC-20 fix values for each electorate; the seats' number is not the program's (D0, P)."""
    for electorate, turnout in (("household", 2), ("person", 2), ("representative", 3)):
        fixed = fixed_by("residents_2026", electorate)
        assert fixed is not None
        assert fixed["turnout.den"] == (turnout, "RC-19")
        assert fixed["electorate"] == (electorate, "RC-16")
        assert fixed["margin.least"] == (1, "RC-18")
        assert fixed["recall.base"] == ("voters", "RC-20")
