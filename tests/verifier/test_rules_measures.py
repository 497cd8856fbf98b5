"""Quantities, shares and what stops a contest, against tables computed by hand.

Serves [SHARE-1], [LAW-1], [LAW-2], [LAW-3] and the order of spec/8: impossible, turnout, over-count, not known.
"""

from typing import Any

import pytest

from tests.verifier.lawcases import case, contest, written
from tests.verifier.profiles import profile
from verifier.rules.measures import measures_of, reaches
from verifier.rules.outcome import decide


def outcome(contests: list[Any], **more: Any) -> str:
    word: str = decide(case(contests, **more))[0]["outcome"]
    return word


@pytest.mark.parametrize(
    ("num", "den", "strict", "value", "base", "holds"),
    [
        (1, 2, True, 300, 600, False), (1, 2, True, 301, 600, True), (1, 2, True, 300, 599, True),
        (1, 3, False, 200, 600, True), (1, 3, False, 199, 600, False), (1, 3, False, 200, 601, False),
        (2, 3, True, 400, 600, False), (2, 3, True, 401, 600, True), (1, 1, True, 5, 5, False),
        (1, 1, False, 5, 5, True), (1, 2, True, 0, 0, False), (1, 2, False, 0, 0, True),
        (999, 1000, True, 10**9, 10**9, True),
    ],
)  # fmt: skip
def test_a_share_is_reached_without_dividing(
    num: int, den: int, strict: bool, value: int, base: int, holds: bool
) -> None:
    """[SHARE-1]: 过半数 excludes the half, 以上 includes the number."""
    assert reaches({"num": num, "den": den, "strict": strict}, value, base) is holds


A = contest("a", {"x": 60, "y": 40})


@pytest.mark.parametrize(
    ("registered", "paper", "expected"),
    [
        (199, {}, "full"),  # nobody counted voters: the 100 papers
        (200, {}, "invalid_turnout"),
        (200, {"voters": 101, "issued": 101}, "full"),
        (202, {"voters": 101, "issued": 101}, "invalid_turnout"),
        (100, {"voters": 99, "issued": 105}, "invalid_overcount"),
        (100, {"voters": 100}, "full"),
        (100, {"issued": 99}, "invalid_overcount"),  # V unknown: I
        (100, {"voters": 100, "collected": 101}, "invalid_overcount"),  # what the form says it collected
        (400, {"voters": 100, "collected": 101}, "invalid_turnout"),  # turnout is asked first
    ],
)
def test_turnout_and_overcount(registered: int, paper: dict[str, int], expected: str) -> None:
    """[LAW-2], [LAW-3]."""
    assert outcome([A], registered=registered, paper=paper) == expected


def test_a_stopped_contest_elects_nobody_and_leaves_every_seat_open() -> None:
    (result,) = decide(case([contest("a", {"x": 60, "y": 40}, seats=2)], registered=1000))
    assert result == {
        "base": "none", "base_value": 0, "contest": "a", "elected": [], "held": 0, "may_stop": False, "next": [],
        "next_women": [], "outcome": "invalid_turnout", "removed": [], "runoff": [], "runoff_seats": 0,
        "sensitive": False, "short": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "profile_turnout", "asked"),
    [
        ("election", False, True),
        ("supplementary", False, False),
        ("supplementary", True, True),
        ("runoff", True, False),
    ],
)
def test_of_whom_turnout_is_asked(rule: str, profile_turnout: bool, asked: bool) -> None:
    body = profile(supplementary__turnout=profile_turnout)
    low = outcome([contest("a", {"x": 60, "y": 40}, rule=rule)], registered=1000, body=body)
    assert low == ("invalid_turnout" if asked else "full")
    unknown = outcome([contest("a", {"x": 60, "y": 40}, rule=rule)], registered=None, body=body)
    assert unknown == ("not_known" if asked else "full")


@pytest.mark.parametrize("rule", ["election", "supplementary", "runoff", "recall"])
def test_of_whom_overcount_is_asked(rule: str) -> None:
    """[LAW-3]: of all that elect, and of recall; not with scope `box`, not where the base is not recorded."""
    one = contest("a", {"x": 60}, rule=rule, max_marks=1)
    assert outcome([one], paper={"issued": 99}) == "invalid_overcount"
    assert outcome([one], paper={"issued": 99}, body=profile(overcount__scope="box")) != "invalid_overcount"
    assert outcome([one], paper={"voters": 99}, body=profile(overcount__base="issued")) != "invalid_overcount"
    assert outcome([one], paper={"voters": 100, "issued": 99}) != "invalid_overcount"
    assert outcome([one], paper={"voters": 100, "issued": 99}, body=profile(overcount__base="issued")) == (
        "invalid_overcount"
    )


@pytest.mark.parametrize("rule", ["nomination", "advisory"])
def test_lists_ask_neither(rule: str) -> None:
    one = contest("a", {"x": 60, "y": 40}, rule=rule)
    assert outcome([one], paper={"issued": 1}, registered=100000) in ("nominated", "advisory")


def test_present_counts_only_from_the_forms() -> None:
    """Table of quantities: `present` is never added over boxes, and unknown is not known."""
    body = profile(turnout__value="present", turnout__of="due")
    assert outcome([A], body=body, paper={"present": 51}) == "full"
    assert outcome([A], body=body, paper={"present": 50}) == "invalid_turnout"
    assert outcome([A], body=body, paper={}) == "not_known"
    assert outcome([A], body=body, paper=[{"present": 51}, {}]) == "not_known"
    assert outcome([A], body=body, paper=[{"present": 41}, {"present": 10}]) == "full"


def test_a_base_that_nobody_recorded_is_not_known() -> None:
    body = profile(elected__base="issued")
    assert outcome([A], body=body) == "not_known"
    assert outcome([A], body=body, registered=1000) == "invalid_turnout"  # a failed turnout stays failed
    assert outcome([A], body=body, paper={"issued": 100}) == "full"
    both = profile(supplementary__majority_first=True, elected__base="issued")
    assert outcome([contest("a", {"x": 60}, rule="supplementary")], body=both) == "not_known"


@pytest.mark.parametrize(
    ("base", "paper", "value"),
    [
        ("voters", {"voters": 119, "issued": 150}, 119), ("voters", {"voters": 120, "issued": 110}, 120),
        ("voters", {"issued": 119}, 119), ("voters", {"issued": 120}, 120), ("voters", {}, 100),
        ("registered", {}, 100), ("due", {}, 100), ("present", {"present": 119}, 119),
        ("present", {"present": 120}, 120), ("issued", {"issued": 120}, 120), ("collected", {"issued": 120}, 100),
        ("valid", {"issued": 120}, 98),
    ],
)  # fmt: skip
def test_bases_of_a_share(base: str, paper: dict[str, int], value: int) -> None:
    """60 approvals on 100 papers; the base `voters` is V, else I, else C."""
    one = contest("a", {"x": 60, "y": 38}, valid=98)
    unit = case([one], body=profile(elected__base=base, overcount__scope="box"), paper=paper)
    (result,) = decide(unit)
    assert (result["base"], result["base_value"]) == (base, value)
    assert result["outcome"] == ("full" if value < 120 else "supplementary")


def test_electors_are_the_contests_the_units_or_the_stations() -> None:
    def electors(**more: Any) -> int | None:
        own = {"registered": more.pop("own")} if "own" in more else {}
        unit = case([contest("a", {"x": 1}, **own)], **more)
        return measures_of(unit, unit.layouts[0], unit.contests[0]).registered

    stations = [{"id": f"s{place}", "roster": "00" * 32, "registered": 40 + place} for place in (0, 1)]
    assert electors(own=7, registered=30, paper=[{}, {}], stations=stations) == 7
    assert electors(registered=30, paper=[{}, {}], stations=stations) == 30
    assert electors(registered=None, paper=[{}, {}], stations=stations) == 81
    del stations[1]["registered"]
    assert electors(registered=None, paper=[{}, {}], stations=stations) is None


def test_figures_over_boxes_where_the_forms_are_silent() -> None:
    """Every station has a box of the layout and every box has the figure; else unknown."""

    def measured(boxes: Any, paper: Any = (), **more: Any) -> tuple[int | None, int | None, int]:
        unit = case([A], boxes=boxes, paper=paper, **more)
        found = measures_of(unit, unit.layouts[0], unit.contests[0])
        return found.voters, found.issued, found.papers

    both = {"m": {"voters": 60, "issued": 61, "collected": 59}, "n": {"voters": 40, "issued": 41, "collected": 42}}
    assert measured(both) == (100, 102, 101)
    assert measured(both, {"voters": 7}) == (7, 102, 101)  # a form goes first
    assert measured({**both, "n": {"voters": 40}}) == (100, None, 100)
    assert measured({**both, "n": None}) == (None, None, 100)
    assert measured(both, [{}, {}]) == (None, None, 100)  # the second station has no box
    assert measured({}) == (None, None, 100)
    box = profile(overcount__scope="box")
    assert measured(both, body=box) == (60, 61, 59)  # n holds 42 papers of 40 voters
    issued = profile(overcount__scope="box", overcount__base="issued")
    assert measured(both, body=issued) == (60, 61, 59)
    tight = {**both, "n": {"voters": 40, "issued": 42, "collected": 42}}
    assert measured(tight, body=issued) == (100, 103, 101)
    empty = {"m": {"voters": 60, "issued": 61, "collected": 59}, "n": {"voters": 0, "issued": 5}}
    assert measured(empty, body=box) == (60, 66, 100)  # nothing collected is not too much
    no_voters = {**both, "n": {"issued": 41, "collected": 42}}
    assert measured(no_voters, body=box) == (None, 61, 59)


def test_an_electorate_of_its_own_does_not_stand_on_the_units_forms() -> None:
    """In a unit of several layouts a contest with its own `registered` counts its own boxes alone."""
    village, party = contest("a", {"x": 60}), contest("b", {"y": 20}, registered=30)
    forms = {"voters": 100, "issued": 101, "collected": 99, "present": 98}
    unit = case([village, party], layouts={"L": ["a"], "M": ["b"]}, paper=forms)
    first, second = (measures_of(unit, unit.layouts[i], unit.contests[i]) for i in (0, 1))
    assert (first.voters, first.issued, first.papers, first.present) == (100, 101, 99, 98)
    assert (second.voters, second.issued, second.papers, second.present) == (None, None, 100, None)
    alone = case([party], paper=forms)
    assert measures_of(alone, alone.layouts[0], alone.contests[0]).voters == 100


@pytest.mark.parametrize(
    ("seats", "max_marks", "votes", "valid", "expected"),
    [
        (1, 1, {"x": 60, "y": 41}, 100, "impossible"),
        (1, 1, {"x": 60, "y": 40}, 100, "full"),
        (1, 2, {"x": 60, "y": 50}, 100, "full"),  # a paper may carry more marks than there are seats
        (2, 1, {"x": 100, "y": 100}, 100, "full"),
        (2, 2, {"x": 101, "y": 1}, 100, "impossible"),  # one person, more votes than papers
        (2, 2, {"x": 100, "y": 1}, 100, "full"),
    ],
)
def test_impossible_figures(seats: int, max_marks: int, votes: dict[str, int], valid: int, expected: str) -> None:
    """[LAW-1] before anything else, even where turnout is not known."""
    one = contest("a", votes, seats=seats, max_marks=max_marks, valid=valid)
    body = profile(elected__num=1, elected__den=1000)
    assert outcome([one], body=body) == expected
    assert outcome([one], body=body, registered=None) == ("impossible" if expected == "impossible" else "not_known")


def test_written_in_votes_count_as_marks_and_as_a_persons() -> None:
    assert outcome([contest("a", {"x": 60}, written=40, max_marks=1)]) == "full"
    assert outcome([contest("a", {"x": 60}, written=41, max_marks=1)]) == "impossible"
    twice = [written("a", "王五", 60), written("a", "王五", 50)]
    assert outcome([contest("a", {"x": 1}, seats=3, written=110)], persons=twice) == "impossible"


def test_marks_may_wander_over_the_paper_where_totals_are_compared() -> None:
    """[LAW-1] with `compare` `total`: seats and marks of the layout together."""
    body = profile(ballot__overvote__compare="total", elected__den=1000)
    other = contest("b", {"z": 50}, max_marks=1)
    two = [contest("a", {"x": 60, "y": 90}, max_marks=1), other]
    assert outcome(two, body=body) == "full"
    assert outcome(two, body=profile(elected__den=1000)) == "impossible"
    assert outcome([contest("a", {"x": 99, "y": 98, "z": 3}, max_marks=1), other], body=body) == "full"
    assert outcome([contest("a", {"x": 99, "y": 98, "z": 4}, max_marks=1), other], body=body) == "impossible"
    assert outcome([contest("a", {"x": 99, "y": 98, "z": 4}, max_marks=2), other], body=body) == "full"


@pytest.mark.parametrize(
    ("hidden", "min_votes", "rule", "expected"),
    [
        (40, 52, "election", "full"),  # 40 votes, whoever has them, are no majority of 100
        (51, 52, "election", "not_known"), (51, 51, "election", "supplementary"), (50, 52, "election", "supplementary"),
        (34, 35, "supplementary", "not_known"), (34, 34, "supplementary", "full"), (33, 90, "supplementary", "full"),
        (99, 90, "runoff", "full"), (99, 90, "nomination", "nominated"),
    ],
)  # fmt: skip
def test_hidden_votes_that_could_elect_somebody(hidden: int, min_votes: int, rule: str, expected: str) -> None:
    """min(hidden, min_votes - 1) against the share."""
    votes = {"x": 60 if hidden == 40 else 1 if rule == "election" else 34}
    one = contest("a", votes, rule=rule, written=hidden, seats=1, max_marks=9)
    assert outcome([one], body=profile(names__min_votes=min_votes)) == expected


def test_opened_votes_are_not_hidden() -> None:
    body = profile(names__min_votes=60)
    one = contest("a", {"x": 1}, written=60, max_marks=9)
    assert outcome([one], body=body) == "not_known"
    assert outcome([one], body=body, persons=[written("a", "王五", 60)]) == "full"
    assert outcome([one], body=body, persons=[written("a", "王五", 10)]) == "supplementary"


def test_hidden_votes_of_nobody_block_no_result() -> None:
    """A share of nothing is reached by nobody: min(hidden, min_votes - 1) must be at least 1."""
    body = profile(elected__strict=False, elected__base="issued", names__min_votes=1, overcount__scope="box")
    one = contest("a", {"x": 1}, written=3)
    assert outcome([one], body=body, paper={"issued": 0}) == "full"
    more = profile(elected__strict=False, elected__base="issued", names__min_votes=2, overcount__scope="box")
    assert outcome([one], body=more, paper={"issued": 0}) == "not_known"
