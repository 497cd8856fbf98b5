"""What comes after the seats: further rounds, vacancies, lists, recall, the base that decides.

Serves [ROUND-1], [ROUND-2], [ROUND-3], [LAW-8] and the table of outcomes, by hand.
"""

from typing import Any

import pytest

from tests.verifier.lawcases import Votes, case, contest, kin, written
from tests.verifier.profiles import profile
from verifier.rules.outcome import decide

KIN = {"avoidance__method": "highest_post_then_votes"}


def decided(contests: list[Any], **more: Any) -> list[dict[str, Any]]:
    return decide(case(contests, **more))


# --- rounds


@pytest.mark.parametrize(
    ("margin", "least", "votes", "seats", "expected"),
    [
        (1, 1, {"x": 60, "y": 40, "z": 30, "w": 20}, 2, "y z"), (0, 1, {"x": 60, "y": 40, "z": 30}, 2, "y"),
        (0, 3, {"x": 60, "y": 40, "z": 30, "w": 20, "v": 10}, 2, "y z w"),
        (1, 1, {"y": 40, "z": 40, "w": 40}, 1, "y z w"), (0, 1, {"y": 40, "z": 40, "w": 40}, 1, "y z w"),
        (1, 1, {"x": 60, "y": 40}, 3, "y"),
        (0, 2, {"x": 60, "y": 0, "z": 0}, 2, "y z"), (0, 2, {"y": 0, "z": 5, "w": 0}, 1, "z y w"),
        (1, 1, {"x": 60}, 1, ""),
    ],
)  # fmt: skip
def test_candidates_of_a_supplementary_round(margin: int, least: int, votes: Votes, seats: int, expected: str) -> None:
    """[ROUND-1]: by votes, also with none; everybody with as many as the last."""
    body = profile(supplementary__margin=margin, supplementary__min_candidates=least)
    (result,) = decided([contest("a", votes, seats=seats)], body=body)
    assert " ".join(result["next"]) == expected


def test_who_is_seated_stands_in_no_list() -> None:
    chief = contest("a", {"x": 40, "y": 38, "z": 36, "w": 10})
    member = contest("b", {"y": 90, "z": 60, "q": 60, "p": 5}, seats=2)
    first, second = decided([chief, member])
    assert (second["elected"], second["runoff"], second["next"]) == (["y"], ["z", "q"], [])
    assert first["next"] == ["x", "w"]  # y is elected below, z in a runoff
    gone = decided([chief, contest("b", {"q": 90, "x": 80}, seats=2)], body=profile(**KIN), relations=kin("qx"))
    assert gone[0]["next"] == ["y", "z"]  # x was removed from the lower post


def test_a_written_in_person_stands_in_the_next_round() -> None:
    one = contest("a", {"x": 40, "y": 5}, written=30)
    assert decided([one], persons=[written("a", "王五", 30)])[0]["next"] == ["x", "+王五"]


def test_women_of_the_next_round() -> None:
    """For held seats likewise among women: max(held + margin, min_candidates)."""
    body = profile(female__method="top_woman_first", female__on_fail="supplementary")
    votes = {"x": 90, "y": 80, "u": 40, "v": 30, "w": 30, "t": 20}
    (result,) = decided([contest("a", votes, seats=3, women="uvwt")], body=body)
    assert (result["held"], result["short"], result["outcome"]) == (1, 0, "women_supplementary")
    assert (result["next"], result["next_women"]) == ([], ["u", "v", "w"])


@pytest.mark.parametrize(
    ("votes", "seats", "margin", "expected"),
    [
        ({"x": 9, "y": 8, "z": 7, "w": 6}, 1, 1, "x y"), ({"x": 9, "y": 7, "z": 7, "w": 6}, 1, 1, "x y z"),
        ({"y": 1, "x": 9, "z": 0}, 2, 1, "x y"), ({"x": 9, "y": 8, "z": 7}, 2, 0, "x y"), ({"x": 0}, 1, 1, ""),
    ],
)  # fmt: skip
def test_candidates_that_a_nomination_gives(votes: Votes, seats: int, margin: int, expected: str) -> None:
    """[ROUND-2] HN-25."""
    one = contest("a", votes, seats=seats, rule="nomination")
    (result,) = decided([one], body=profile(nomination__margin=margin))
    assert (result["outcome"], " ".join(result["next"]), result["short"]) == ("nominated", expected, 0)
    assert (result["elected"], result["base"]) == ([], "none")


def test_an_advisory_vote_is_an_order() -> None:
    one = contest("a", {"x": 3, "y": 9, "z": 0, "w": 3}, rule="advisory", written=9)
    (result,) = decided([one], persons=[written("a", "王五", 9)])
    assert (result["outcome"], result["next"], result["short"]) == ("advisory", ["y", "+王五", "x", "w"], 0)


@pytest.mark.parametrize(
    ("approvals", "voters", "outcome", "sensitive"),
    [
        (51, 100, "passed", False), (50, 100, "not_passed", False), (51, 102, "not_passed", True),
        (50, 99, "passed", True), (0, 100, "not_passed", False),
    ],
)  # fmt: skip
def test_recall(approvals: int, voters: int, outcome: str, sensitive: bool) -> None:
    """VC-19: a majority of the voters; sensitive if another known base says otherwise."""
    one = contest("a", {"x": (approvals, 100 - approvals)}, rule="recall", max_marks=1)
    body = profile(overcount__scope="box")
    (result,) = decided([one], paper={"voters": voters}, body=body)
    assert (result["outcome"], result["sensitive"]) == (outcome, sensitive)
    assert (result["base"], result["base_value"]) == ("voters", voters)
    assert (result["elected"], result["short"]) == ([], 0)
    (unknown,) = decided([one], body=profile(recall__base="issued"))
    assert (unknown["outcome"], unknown["short"]) == ("not_known", 1)


VACANCY = {"vacancy__allowed": "after"}


@pytest.mark.parametrize(
    ("changes", "rule", "outcome", "may_stop"),
    [
        ({}, "election", "supplementary", False), ({}, "supplementary", "supplementary", False),
        (VACANCY, "election", "supplementary", False), (VACANCY, "supplementary", "vacant", True),
        ({"vacancy__allowed": "before"}, "election", "supplementary", True),
        ({"vacancy__allowed": "before"}, "supplementary", "vacant", True),
        ({"vacancy__allowed": "before"}, "runoff", "supplementary", True),
        ({**VACANCY, "vacancy__min_members": 2}, "supplementary", "vacant", True),
        ({**VACANCY, "vacancy__min_members": 3}, "supplementary", "supplementary", False),
    ],
)  # fmt: skip
def test_a_shortfall_that_may_stay(changes: dict[str, Any], rule: str, outcome: str, may_stop: bool) -> None:
    """[ROUND-3]: two of three seats are filled."""
    one = contest("a", {"x": 90, "y": 80, "z": 0}, seats=3, rule=rule)
    (result,) = decided([one], body=profile(**changes))
    assert (result["outcome"], result["may_stop"], result["short"]) == (outcome, may_stop, 1)
    assert result["next"] == ([] if outcome == "vacant" else ["z"])


def test_nothing_may_stop_where_nothing_is_short() -> None:
    body = profile(vacancy__allowed="before")
    full = decided([contest("a", {"x": 90})], body=body)[0]
    assert (full["outcome"], full["may_stop"]) == ("full", False)
    run = decided([contest("a", {"x": 90, "y": 60, "z": 60}, seats=2)], body=body)[0]
    assert (run["outcome"], run["may_stop"]) == ("runoff", False)
    both = contest("a", {"x": 80, "y": 80, "z": 60}, seats=3)
    (result,) = decided([both], body=profile(**KIN, vacancy__allowed="before"), relations=kin("xy"))
    assert (result["outcome"], result["short"], result["may_stop"]) == ("runoff", 1, True)


def test_a_vacancy_needs_its_chair() -> None:
    """[ROUND-3]: the first contest of the first round under this profile, or one that follows it, elected somebody."""
    body = profile(vacancy__allowed="before", vacancy__needs_chair=True)

    def may_stop(*contests: Any) -> bool:
        last: bool = decided(list(contests), body=body)[-1]["may_stop"]
        return last

    member = contest("m", {"p": 90}, seats=2)
    assert may_stop(contest("a", {"x": 60}), member)
    assert not may_stop(contest("a", {"x": 40}), member)
    assert may_stop(member)  # it is the first itself
    assert not may_stop(contest("m", {"p": 90}, seats=2, rule="supplementary"))
    again = contest("b", {"x": 40}, rule="supplementary", round=2, of="a")
    assert may_stop(contest("a", {"x": 40}), again, member)
    assert not may_stop(contest("a", {"x": 40}), {**again, "fields": {**again["fields"], "of": "m"}}, member)
    listed = contest("n", {"q": 5}, rule="nomination")
    assert may_stop(listed, contest("a", {"x": 60}), member)
    second = contest("z", {"x": 40}, round=2)
    assert may_stop(second, contest("a", {"x": 60}, round=1), member)


def test_members_are_counted_over_all_rounds_of_the_profile() -> None:
    body = profile(vacancy__allowed="after", vacancy__min_members=2)
    later = contest("b", {"y": 90, "z": 2}, rule="supplementary", round=2, seats=2)
    assert decided([contest("a", {"x": 60}), later], body=body)[1]["outcome"] == "vacant"
    assert decided([contest("a", {"x": 40}), later], body=body)[1]["outcome"] == "supplementary"
    party = profile(id="q")
    other = contest("c", {"x": 60}, profile="q")
    found = decided([other, later], body=body, bodies=[party], layouts={"L": ["c"], "M": ["b"]})
    assert found[1]["outcome"] == "supplementary"
    same = contest("b", {"x": 90, "z": 2}, rule="supplementary", round=2, seats=2)
    assert decided([contest("a", {"x": 60}), same], body=body)[1]["outcome"] == "supplementary"  # one person


# --- the base that decides


@pytest.mark.parametrize(
    ("votes", "valid", "paper", "sensitive"),
    [
        ({"x": 60, "y": 10}, 90, {}, False), ({"x": 48, "y": 10}, 90, {}, True),  # 96 > 90 valid
        ({"x": 51, "y": 10}, 90, {"issued": 101}, False), ({"x": 51, "y": 10}, 90, {"issued": 102}, True),
        ({"x": 51, "y": 10}, 90, {"voters": 102}, True),
        ({"x": 51, "y": 10}, 90, {"issued": 101, "voters": 102}, True),
        ({"x": 60, "y": 60, "z": 1}, 100, {}, False),
        ({"x": 48, "y": 48}, 90, {}, True),  # another word, though nobody is elected either way
    ],
)  # fmt: skip
def test_sensitive_to_the_base(votes: Votes, valid: int, paper: dict[str, int], sensitive: bool) -> None:
    """[LAW-8]: collected, issued, valid, voters, as far as they are known."""
    one = contest("a", votes, valid=valid)
    (result,) = decided([one], paper=paper, body=profile(overcount__scope="box"))
    assert result["sensitive"] is sensitive


def test_the_base_voters_is_known_only_by_itself() -> None:
    """A profile's `voters` that stands for I is no known `voters`; `collected` is what differs here."""
    body = profile(elected__base="voters", overcount__scope="box")
    one = contest("a", {"x": 51, "y": 10})
    assert decided([one], paper={"issued": 101}, body=body)[0]["sensitive"] is False
    assert decided([one], paper={"issued": 102}, body=body)[0]["sensitive"] is True


def test_the_whole_committee_is_decided_again() -> None:
    """Where the chief is elected under another base alone, the members below change with it."""
    chief = contest("a", {"x": 48, "y": 20}, valid=90)
    member = contest("b", {"x": 95, "y": 94}, valid=100)
    first, second = decided([chief, member])
    assert (first["sensitive"], second["sensitive"]) == (True, True)
    assert (second["elected"], second["outcome"]) == (["x"], "full")
    alone = contest("b", {"z": 95, "y": 94}, valid=100)
    assert [result["sensitive"] for result in decided([chief, alone])] == [True, False]


def test_a_contest_without_a_share_hides_no_other() -> None:
    """What is stopped, or a runoff, is passed over; the others of its committee are asked all the same."""
    second = contest("b", {"p": 48, "q": 20}, valid=90)
    for first in (contest("a", {"x": 101}), contest("a", {"x": 48, "y": 20}, rule="runoff")):
        assert [result["sensitive"] for result in decided([first, second])] == [False, True]


def test_only_bases_that_the_contest_itself_knows() -> None:
    """`issued` is known for the village's contest alone; what it changes in the party's contest is not asked there."""
    body = profile(elected__base="collected", overcount__scope="box")
    village = contest("a", {"x": 51, "y": 10})
    party = contest("b", {"x": 60, "z": 55}, registered=100)
    layouts = {"L": ["a"], "M": ["b"]}
    first, second = decided([village, party], layouts=layouts, paper={"issued": 110}, body=body)
    assert (first["elected"], second["elected"]) == (["x"], ["z"])
    assert (first["sensitive"], second["sensitive"]) == (True, False)


def test_what_is_never_sensitive() -> None:
    run = contest("a", {"x": 48, "y": 20}, valid=90, rule="runoff")
    assert decided([run])[0]["sensitive"] is False
    below = contest("b", {"x": 90, "y": 80}, rule="runoff")  # x is elected above under another base alone
    assert [one["sensitive"] for one in decided([contest("a", {"x": 48}, valid=90), below])] == [True, False]
    stopped = contest("a", {"x": 48, "y": 20}, valid=90)
    assert decided([stopped], registered=1000)[0]["sensitive"] is False
    unknown = decided([stopped], body=profile(elected__base="issued"))[0]
    assert (unknown["outcome"], unknown["sensitive"]) == ("not_known", False)


def test_a_majority_first_asks_both_shares_of_the_other_base() -> None:
    body = profile(supplementary__majority_first=True, elected__base="valid", supplementary__base="valid")
    one = contest("a", {"x": 50, "y": 34}, rule="supplementary", seats=2, valid=96)
    (result,) = decided([one], body=body)
    assert (result["elected"], result["base"], result["base_value"]) == (["x"], "valid", 96)
    assert result["sensitive"] is True  # of 100 collected nobody has the majority: x and y by the third


def test_hidden_votes_may_decide_under_another_base() -> None:
    """Decided again, the contest is not known."""
    one = contest("a", {"x": 60}, valid=90, written=46)
    body = profile(names__min_votes=90)
    (result,) = decided([one], body=body)
    assert (result["outcome"], result["sensitive"]) == ("full", True)
