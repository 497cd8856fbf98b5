"""Who is elected: seats, ties, several posts, women, against tables computed by hand.

Serves [LAW-4] to [LAW-7], [POST-1] to [POST-4], and identity of persons (spec/8, Persons).
"""

from typing import Any

import pytest

from tests.verifier.lawcases import Votes, case, contest, written
from tests.verifier.profiles import profile
from verifier.findings.codes import Refused
from verifier.rules.outcome import decide

ANY = profile(elected__den=1000)  # whoever has a vote is eligible


def decided(contests: list[Any], **more: Any) -> list[dict[str, Any]]:
    return decide(case(contests, **more))


def short(result: dict[str, Any]) -> tuple[str, str, str, int]:
    """Word, elected, in a runoff, open seats."""
    return result["outcome"], " ".join(result["elected"]), " ".join(result["runoff"]), result["short"]


@pytest.mark.parametrize(
    ("votes", "seats", "expected"),
    [
        ({"x": 51, "y": 49}, 1, ("full", "x", "", 0)),
        ({"x": 50, "y": 50}, 1, ("supplementary", "", "", 1)),  # half is not more than half
        ({"x": 80, "y": 51, "z": 60}, 2, ("full", "x z", "", 0)),
        ({"x": 80, "y": 50, "z": 60}, 3, ("supplementary", "x z", "", 1)),
        ({"x": 80, "y": 60, "z": 60}, 2, ("runoff", "x", "y z", 0)),
        ({"x": 60, "y": 60, "z": 60}, 2, ("runoff", "", "x y z", 0)),
        ({"x": 60, "y": 60, "z": 60}, 3, ("full", "x y z", "", 0)),
        ({"x": 80, "y": 80, "z": 60}, 2, ("full", "x y", "", 0)),  # a tie above the boundary is none
        ({"x": 0, "y": 0}, 1, ("supplementary", "", "", 1)),
    ],
)
def test_seats_of_one_contest(votes: Votes, seats: int, expected: tuple[str, str, str, int]) -> None:
    """[LAW-4], [LAW-6], [LAW-7]; elected by votes, runoff in the order of the paper."""
    (result,) = decided([contest("a", votes, seats=seats)])
    assert short(result) == expected


def test_seats_of_a_runoff_are_those_that_are_left() -> None:
    (result,) = decided([contest("a", {"w": 90, "x": 60, "y": 60, "z": 60}, seats=3)])
    assert (result["runoff_seats"], result["short"], result["elected"]) == (2, 0, ["w"])


def test_persons_without_a_vote_are_never_eligible() -> None:
    """Even where a share of nothing would be reached."""
    body = profile(elected__strict=False, elected__base="valid", turnout__value="voters")
    (result,) = decided([contest("a", {"x": 0, "y": 0}, valid=0)], body=body)
    assert short(result) == ("supplementary", "", "", 1)


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ({"x": (60, 5), "y": (60, 4)}, ("full", "y", "", 0)),
        ({"x": (60, 5), "y": (60, 5)}, ("runoff", "", "x y", 0)),
        ({"x": (61, 30), "y": (60, 0)}, ("full", "x", "", 0)),
    ],
)
def test_fewer_against_ranks_among_equal_votes(votes: Votes, expected: tuple[str, str, str, int]) -> None:
    """[LAW-7] HN-36; only then. A written-in person has nobody against it."""
    two = contest("a", votes, max_marks=2)
    assert short(decided([two], body=profile(tie="fewer_against"))[0]) == expected
    plain = short(decided([two])[0])
    assert plain == (expected if votes["x"] == (61, 30) else ("runoff", "", "x y", 0))


def test_a_written_in_person_has_nobody_against_it() -> None:
    one = contest("a", {"x": (60, 1)}, max_marks=2, written=60)
    (result,) = decided([one], body=profile(tie="fewer_against"), persons=[written("a", "王五", 60)])
    assert short(result) == ("full", "+王五", "", 0)


@pytest.mark.parametrize(
    ("majority_first", "votes", "elected"),
    [
        (False, {"x": 60, "y": 34, "z": 33}, "x y"), (True, {"x": 60, "y": 34}, "x"),
        (True, {"x": 50, "y": 34, "z": 33}, "x y"), (True, {"x": 51, "y": 52, "z": 50}, "y x"),
    ],
)  # fmt: skip
def test_a_supplementary_round_asks_a_third(majority_first: bool, votes: Votes, elected: str) -> None:
    """[LAW-5]; with `majority_first` the third counts only if nobody has the majority."""
    body = profile(supplementary__majority_first=majority_first)
    one = contest("a", votes, rule="supplementary", seats=3)
    assert " ".join(decided([one], body=body)[0]["elected"]) == elected


def test_most_votes_win_a_runoff() -> None:
    one = contest("a", {"x": 3, "y": 2, "z": 0}, rule="runoff")
    (result,) = decided([one])
    assert (short(result), result["base"]) == (("full", "x", "", 0), "none")
    assert short(decided([contest("a", {"x": 3, "y": 0}, rule="runoff", seats=2)])[0]) == ("supplementary", "x", "", 1)


# --- persons


def test_persons_of_one_name() -> None:
    """Candidates are one person by id and name; written-in persons by name; a candidate and a name never."""
    one = contest("a", {"x": 20}, seats=9, written=70)
    opened = [written("a", "王五", 30), written("a", "王五", 25), written("a", "name of x", 15)]
    (result,) = decided([one], persons=opened)
    assert result["elected"] == ["+王五"]
    (result,) = decided([one], body=ANY, persons=opened)
    assert result["elected"] == ["+王五", "x", "+name of x"]


def test_a_written_in_person_who_is_a_candidate_elsewhere() -> None:
    """The written-in votes count in the contest where they were written, under the candidate's id."""
    posts = [contest("a", {"x": 20}, seats=2, written=60), contest("b", {"x": 10, "y": 90}, seats=2)]
    posts[1]["fields"]["candidates"][0] = {"id": "z", "name": "赵六"}
    first, second = decided(posts, persons=[written("a", "赵 六", 60, candidate="z")])
    assert (first["elected"], second["elected"]) == (["z"], ["y"])


@pytest.mark.parametrize("candidate", ["x", "nobody", "twice"])
def test_whom_an_opened_entry_may_mean(candidate: str) -> None:
    """[NAME-3]: exactly one person of other contests, nobody of its own."""
    posts = [contest("a", {"x": 20}, written=60), contest("b", {"twice": 9}), contest("c", {"twice": 9})]
    posts[2]["fields"]["candidates"][0]["name"] = "another"
    with pytest.raises(Refused, match="E_NAMES"):
        decided(posts, persons=[written("a", "赵六", 60, candidate=candidate)])


def test_the_order_of_the_paper() -> None:
    """Own candidates, other candidates of the unit in unit order, written-in persons by name in UTF-8."""
    posts = [contest("a", {"q": 1, "p": 1}), contest("b", {"s": 20, "r": 20}, seats=1, written=80)]
    people = [written("b", name, 20) for name in ("李", "é", "z")] + [written("b", "p", 20, candidate="p")]
    assert decided(posts, body=ANY, persons=people)[1]["runoff"] == ["s", "r", "p", "+z", "+é", "+李"]


# --- several posts


def test_who_is_elected_above_leaves_the_lower_posts() -> None:
    """[POST-1]; who is only in a runoff stays."""
    chief, member = contest("a", {"x": 60, "y": 30}), contest("b", {"x": 90, "y": 80, "z": 70}, seats=2)
    assert [result["elected"] for result in decided([chief, member])] == [["x"], ["y", "z"]]
    tied = contest("a", {"x": 60, "y": 60}, max_marks=2)
    first, second = decided([tied, member])
    assert (first["runoff"], second["elected"]) == (["x", "y"], ["x", "y"])


def test_other_profiles_and_rounds_are_other_committees() -> None:
    chief = contest("a", {"x": 60})
    party = profile(id="q")
    other = contest("b", {"x": 70}, profile="q")
    first, second = decided([chief, other], layouts={"L": ["a"], "M": ["b"]}, bodies=[party])
    assert (first["elected"], second["elected"]) == (["x"], ["x"])
    listed = contest("b", {"x": 70, "y": 3}, rule="nomination")
    assert decided([chief, listed])[1]["next"] == ["x", "y"]


def test_sitting_persons_are_removed_from_papers_that_do_not_print_them() -> None:
    """[POST-1]: elected in round 1, written in in round 2; printed in round 2 they may win again."""
    first = contest("a", {"x": 60, "y": 20})
    writing = contest("b", {"y": 50}, rule="supplementary", round=2, seats=2, written=70)
    again = contest("b", {"x": 70, "y": 50}, rule="supplementary", round=2, seats=2)
    meant = [written("b", "name of x", 70, candidate="x")]
    result = decided([first, writing], persons=meant)[1]
    assert (result["elected"], result["next"]) == (["y"], [])
    assert decided([first, again])[1]["elected"] == ["x", "y"]
    unfinished = contest("b", {"y": 30}, rule="supplementary", round=2, seats=2, written=70)
    result = decided([first, unfinished], persons=meant)[1]
    assert (short(result), result["next"]) == (("supplementary", "", "", 2), ["y"])
    third = contest("b", {"x": 40}, rule="runoff", round=3, seats=2, written=0)
    assert decided([first, third])[1]["elected"] == ["x"]


def test_votes_roll_down() -> None:
    """[POST-2] GS-27: own votes of every higher post, unless elected there; also for who does not stand below."""
    body = profile(roll_down=True, names__full=True)
    chief = contest("a", {"x": 55, "y": 45})
    vice = contest("b", {"y": 30, "z": 40}, seats=1)
    member = contest("c", {"y": 10, "z": 20, "w": 61}, seats=2)
    first, second, third = decided([chief, vice, member], body=body)
    assert (first["elected"], second["elected"]) == (["x"], ["y"])  # 45 + 30
    assert third["elected"] == ["w", "z"]  # 61, 20 + 40; y is elected above
    assert [result["elected"] for result in decided([chief, vice, member])] == [["x"], [], ["w"]]
    above = contest("a", {"x": 60, "s": 51, "half": 50, "nobody": 0}, max_marks=3)
    body["supplementary"]["min_candidates"] = 5
    strangers = decided([above, contest("b", {"z": 3}, seats=2)], body=body)
    assert (strangers[1]["elected"], strangers[1]["next"]) == (["s"], ["half", "z"])


def test_a_void_contest_takes_no_part() -> None:
    """Nothing rolls down from it and nobody is removed because of it."""
    body = profile(roll_down=True, names__full=True)
    void = contest("a", {"x": 101, "y": 40}, max_marks=2)
    first, second = decided([void, contest("b", {"x": 60, "y": 20}, seats=2)], body=body)
    assert (first["outcome"], second["elected"], second["next"]) == ("impossible", ["x"], ["y"])


def test_a_seat_for_women() -> None:
    """[POST-3]: only women are eligible; a short one is the women's own further round."""
    one = contest("a", {"x": 90, "y": 60, "z": 20}, female_only=True, women=("y", "z"))
    assert short(decided([one])[0]) == ("full", "y", "", 0)
    two = contest("a", {"x": 90, "y": 60, "z": 20}, female_only=True, women=("y", "z"), seats=2)
    (result,) = decided([two], body=profile(vacancy__allowed="before"))
    assert short(result) == ("women_supplementary", "y", "", 1)
    assert (result["next"], result["next_women"], result["may_stop"]) == (["z"], [], False)


WOMEN = {"female__method": "top_woman_first", "female__on_fail": "supplementary"}


@pytest.mark.parametrize("method", ["top_woman_first", "procedure_2013"])
@pytest.mark.parametrize(
    ("votes", "women", "seats", "expected"),
    [
        ({"x": 90, "y": 80, "w": 70}, "w", 2, ("full", "x w", "", 0, 0)),  # she goes first, x takes the other seat
        ({"x": 90, "y": 80, "w": 85}, "w", 2, ("full", "x w", "", 0, 0)),  # sure already
        ({"x": 90, "y": 80, "w": 70, "v": 70}, "wv", 2, ("runoff", "x", "w v", 0, 0)),
        ({"x": 90, "y": 80, "w": 70, "v": 60}, "wv", 2, ("full", "x w", "", 0, 0)),
        ({"x": 90, "y": 90, "w": 70}, "w", 2, ("runoff", "w", "x y", 0, 0)),
        ({"x": 90, "y": 90, "w": 70, "v": 70}, "wv", 2, ("runoff", "", "x y w v", 0, 0)),  # two runoffs in one list
        ({"x": 90, "y": 70, "w": 70}, "w", 2, ("full", "x w", "", 0, 0)),  # tied with a man: not sure
        ({"x": 90, "v": 70, "w": 70}, "wv", 2, ("runoff", "x", "v w", 0, 0)),  # one of them is sure
        ({"x": 70, "v": 70, "w": 70}, "wv", 2, ("runoff", "", "x v w", 0, 0)),  # one man for two seats: sure
        ({"x": 90, "w": 70}, "w", 2, ("full", "x w", "", 0, 0)),  # room for all
        ({"x": 90, "y": 80, "w": 50}, "w", 2, ("women_supplementary", "x", "", 0, 1)),  # none is eligible: held
        ({"x": 90, "y": 90, "w": 50}, "w", 2, ("runoff", "", "x y", 0, 1)),
        ({"x": 90, "w": 50}, "w", 3, ("women_supplementary", "x", "", 1, 1)),
        ({"x": 90, "y": 80, "w": 70}, "w", 1, ("full", "x", "", 0, 0)),  # one seat alone
    ],
)  # fmt: skip
def test_the_top_woman_goes_first(
    method: str, votes: Votes, women: str, seats: int, expected: tuple[str, str, str, int, int]
) -> None:
    """[POST-4] VC-8, SD-25."""
    body = profile(**{**WOMEN, "female__method": method})
    (result,) = decided([contest("a", votes, seats=seats, women=women)], body=body)
    assert (*short(result), result["held"]) == expected


@pytest.mark.parametrize(
    ("body", "elected"),
    [
        (profile(female__method="none"), ["x", "y"]), (profile(female__method="dedicated_seat"), ["x", "y"]),
        (profile(**WOMEN), ["x", "w"]),
    ],
)  # fmt: skip
def test_other_methods_give_no_woman_a_seat(body: dict[str, Any], elected: list[str]) -> None:
    one = contest("a", {"x": 90, "y": 80, "w": 70}, seats=2, women="w")
    assert decided([one], body=body)[0]["elected"] == elected


def test_held_only_if_the_profile_says_so() -> None:
    one = contest("a", {"x": 90, "y": 80, "w": 50, "v": 40, "u": 40}, seats=2, women="wvu")
    flagged = profile(**{**WOMEN, "female__on_fail": "flag"})
    assert short(decided([one], body=flagged)[0]) == ("full", "x y", "", 0)
    (result,) = decided([one], body=profile(**WOMEN))
    assert (result["next"], result["next_women"], result["held"]) == ([], ["w", "v", "u"], 1)


def test_where_the_womens_step_is_taken() -> None:
    """The last contest with two seats and a share; not where a woman is elected before, or sits since round 1."""
    body = profile(**WOMEN)
    chief = contest("a", {"w": 60}, women="w")
    vice = contest("b", {"x": 90, "y": 80, "v": 70}, seats=2, women="v")
    member = contest("c", {"p": 90, "q": 80, "u": 70}, seats=2, women="u")
    single = contest("d", {"r": 90, "t": 60}, women="t")
    assert decided([chief, vice], body=body)[1]["elected"] == ["x", "y"]
    found = decided([vice, member, single], body=body)
    assert [result["elected"] for result in found] == [["x", "y"], ["p", "u"], ["r"]]
    only = contest("c", {"p": 90, "u": 70, "s": 66}, seats=2, female_only=True, women="us")
    assert decided([vice, only], body=body)[0]["elected"] == ["x", "y"]  # nor another contest in its place
    void = contest("c", {"p": 101, "u": 70}, seats=2, women="u")
    assert decided([vice, void], body=body)[0]["elected"] == ["x", "y"]  # it will be held again
    run = contest("c", {"p": 90, "q": 80, "u": 70}, seats=2, rule="runoff", women="u")
    assert decided([vice, run], body=body)[0]["elected"] == ["x", "v"]
    later = contest("e", {"p": 90, "q": 80, "u": 70}, seats=2, round=2, rule="supplementary", women="u")
    assert decided([chief, later], body=body)[1]["elected"] == ["p", "q"]
    assert decided([contest("a", {"m": 60}), later], body=body)[1]["elected"] == ["p", "u"]


def test_fewer_against_ranks_women_too() -> None:
    body = profile(**WOMEN, tie="fewer_against")
    one = contest("a", {"x": 90, "y": 80, "w": (70, 9), "v": (70, 8)}, seats=2, women="wv")
    assert decided([one], body=body)[0]["elected"] == ["x", "v"]


def test_a_woman_is_who_any_entry_says_is_one() -> None:
    """A written-in entry of the same person, or its paper in another contest."""
    body = profile(**WOMEN)
    one = contest("a", {"x": 90, "y": 80, "w": 70}, seats=2, written=3)
    other = contest("b", {"w": 1}, women="w", rule="nomination")
    assert decided([one, other], body=body)[0]["elected"] == ["x", "w"]
    opened = contest("a", {"x": 90, "y": 80}, seats=2, written=70)
    assert decided([opened], body=body, persons=[written("a", "王五", 70, sex="f")])[0]["elected"] == ["x", "+王五"]
    man = decided([opened], body=body, persons=[written("a", "王五", 70, sex="m")])[0]
    assert (man["elected"], man["held"]) == (["x"], 1)
