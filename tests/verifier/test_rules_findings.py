"""Findings of forms, boxes, units, contests and committees, in their order, against tables computed by hand.

Serves [FIND-1], [FIND-2]: rules 101 to 407 of spec/8.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.verifier.lawcases import case, contest, given, kin, written
from tests.verifier.profiles import profile
from verifier.checks.lawcases import case_of
from verifier.decode.forms import box_findings, form_findings
from verifier.rules.reconcile import findings

A = contest("a", {"x": 60, "y": 40})


def found(contests: Any = (A,), **more: Any) -> list[str]:
    """`code expected found`, with the station or box or contest in front."""
    rows = findings(case(list(contests), **more), stated=True, complete=True)
    return [
        f"{row.box or row.station or row.contest or row.layout} {row.code} {row.expected} {row.found}" for row in rows
    ]


def only(code: str, contests: Any = (A,), **more: Any) -> list[str]:
    return [row for row in found(contests, **more) if code in row]


@pytest.mark.parametrize(
    ("paper", "expected"),
    [
        ({"delivered": 100, "issued": 60, "spoiled": 5, "unused": 35}, []),
        ({"delivered": 100, "issued": 60, "spoiled": 5, "unused": 34}, [("F_BALANCE", 100, 99)]),
        ({"delivered": 100, "issued": 60, "spoiled": 6, "unused": 35}, [("F_BALANCE", 100, 101)]),
        ({"delivered": 100, "issued": 60, "spoiled": 5}, []),
        ({"issued": 60, "spoiled": 5, "unused": 3}, []),
        ({"collected": 61, "issued": 60}, [("F_COLLECTED_ISSUED", 60, 61)]),
        ({"collected": 60, "issued": 60}, []),
        ({"collected": 61, "registered": 60}, [("F_COLLECTED_REGISTERED", 60, 61)]),
        ({"collected": 60, "registered": 60}, []),
        ({"proxies": 61, "issued": 60}, [("F_PROXIES_ISSUED", 60, 61)]),
        ({"proxies": 60, "issued": 60}, []),
        ({"valid": 50, "invalid": 9, "collected": 60}, [("F_VALID_INVALID", 60, 59)]),
        ({"valid": 50, "invalid": 11, "collected": 60}, [("F_VALID_INVALID", 60, 61)]),
        ({"valid": 50, "invalid": 10, "collected": 60}, []),
        ({"voters": 59, "issued": 60}, [("F_VOTERS_ISSUED", 60, 59)]),
        ({"voters": 61, "issued": 60}, [("F_VOTERS_ISSUED", 60, 61)]),
        ({"voters": 61, "registered": 60}, [("F_VOTERS_REGISTERED", 60, 61)]),
        ({"voters": 60, "registered": 60}, []),
        ({"collected": 61, "voters": 60}, [("F_COLLECTED_VOTERS", 60, 61)]),
        ({"collected": 60, "voters": 60}, []),
    ],
)
def test_rules_101_to_110(paper: dict[str, int], expected: list[tuple[str, int, int]]) -> None:
    assert form_findings(paper) == expected


def test_what_the_chain_counted_against_the_form() -> None:
    """104, 105."""
    assert form_findings({"collected": 60, "valid": 50}, counted=61, counted_valid=49) == [
        ("F_COUNTED_COLLECTED", 60, 61), ("F_COUNTED_VALID", 50, 49),
    ]  # fmt: skip
    assert form_findings({"collected": 60, "valid": 50}, counted=60, counted_valid=50) == []
    assert form_findings({}, counted=60, counted_valid=50) == []


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"delivered": 9, "issued": 5, "spoiled": 1, "unused": 2}, [("F_BOX_BALANCE", 9, 8)]),
        ({"collected": 6, "issued": 5}, [("F_BOX_COLLECTED_ISSUED", 5, 6)]),
        ({"proxies": 6, "issued": 5}, [("F_BOX_PROXIES_ISSUED", 5, 6)]),
        ({"voters": 4, "issued": 5}, [("F_BOX_VOTERS_ISSUED", 5, 4)]),
        ({"collected": 6, "voters": 5}, [("F_BOX_COLLECTED_VOTERS", 5, 6)]),
        ({"collected": 4, "voters": 5}, [("W_BOX_SHORT", 5, 4)]),
        ({"collected": 4, "issued": 5}, [("W_BOX_SHORT", 5, 4)]),
        ({"collected": 5, "voters": 5, "issued": 5}, []),
        ({"collected": 5, "voters": 5, "issued": 6}, [("F_BOX_VOTERS_ISSUED", 6, 5)]),
        ({"voters": 5}, []), ({"collected": 5}, []), ({}, []),
    ],
)  # fmt: skip
def test_rules_201_to_206(counts: dict[str, int], expected: list[tuple[str, int, int]]) -> None:
    assert box_findings(counts) == expected


def test_the_order_of_all_findings() -> None:
    """[FIND-2]: station, its boxes, 301; unit; contests; committees."""
    posts = [
        contest("a", {"x": 48, "y": 45}, valid=90),
        contest("b", {"p": 90, "q": 80}, seats=2, of="a", round=1),
    ]
    paper = {"collected": 99, "issued": 98, "proxies": 80}
    boxes = {"m": {"collected": 60, "issued": 59}, "n": None, "o": {"collected": 7, "issued": 7}}
    rows = found(
        posts, paper=paper, boxes=boxes, registered=99, relations=[["p", "q", "child"]],
        stations=[{"id": "s0", "roster": "00" * 32, "registered": 98}],
        body=profile(turnout__value="present", overcount__scope="box", margin__least=0),
    )  # fmt: skip
    assert rows == [
        "s0 F_COLLECTED_ISSUED 98 99", "s0 F_COUNTED_COLLECTED 99 100", "m F_BOX_COLLECTED_ISSUED 59 60",
        "n W_BOX_MISSING 1 0", " F_REGISTERED_SUM 99 98",
        " F_UNIT_REGISTERED 99 100", " F_PROXY_LIMIT 54 80", "a W_TURNOUT_UNTESTED 1 0", "b W_TURNOUT_UNTESTED 1 0",
        "b W_ROUND_LIST 0 2",
    ]  # fmt: skip


def test_sums_over_boxes() -> None:
    """301: each figure that all boxes and the form have, in its order; 302: against what was counted."""
    paper = {"delivered": 200, "issued": 104, "proxies": 4, "collected": 99, "voters": 104}
    boxes = {
        "m": {"delivered": 90, "issued": 60, "proxies": 3, "collected": 58, "voters": 60, "spoiled": 2, "unused": 28},
        "n": {"delivered": 60, "issued": 44, "proxies": 1, "collected": 41, "voters": 44, "spoiled": 0},
    }
    assert only("F_BOX_SUM", paper=paper, boxes=boxes) == ["s0 F_BOX_SUM 200 150"]
    assert only("F_BOX_COUNTED", paper=paper, boxes=boxes) == ["L F_BOX_COUNTED 99 100"]
    wrong = {"delivered": 1, "issued": 2, "spoiled": 3, "unused": 4, "proxies": 5, "collected": 6, "voters": 7}
    assert only("F_BOX_SUM", paper=wrong, boxes=boxes) == [
        "s0 F_BOX_SUM 1 150", "s0 F_BOX_SUM 2 104", "s0 F_BOX_SUM 3 2", "s0 F_BOX_SUM 5 4", "s0 F_BOX_SUM 6 99",
        "s0 F_BOX_SUM 7 104",
    ]  # fmt: skip
    assert only("F_BOX_SUM", paper=wrong, boxes={**boxes, "o": None}) == []
    assert only("F_BOX", paper=wrong, boxes={}) == []
    two = [A, contest("b", {"z": 1})]
    layouts = {"L": ["a"], "M": ["b"]}
    assert only("F_BOX_SUM", two, layouts=layouts, paper=wrong, boxes=boxes) == []
    assert only("F_BOX_COUNTED", two, layouts=layouts, boxes=boxes) == ["L F_BOX_COUNTED 99 100"]


def test_papers_are_counted_whatever_is_valid() -> None:
    """302, 304: C is the papers, not the valid ones."""
    one = contest("a", {"x": 50}, valid=60)
    assert only("F_BOX_COUNTED", [one], boxes={"m": {"collected": 99}}) == ["L F_BOX_COUNTED 99 100"]
    assert only("F_UNIT_REGISTERED", [one], registered=99) == [" F_UNIT_REGISTERED 99 100"]


def test_void_boxes_are_not_among_the_counted() -> None:
    boxes = {"m": {"collected": 100, "voters": 100}, "n": {"collected": 9, "voters": 8}}
    assert only("F_BOX_COUNTED", boxes=boxes) == ["L F_BOX_COUNTED 109 100"]
    assert only("F_BOX_COUNTED", boxes=boxes, body=profile(overcount__scope="box")) == []
    equal = {"m": {"collected": 100, "voters": 100}, "n": {"collected": 8, "voters": 8}}
    assert only("F_BOX_COUNTED", boxes=equal, body=profile(overcount__scope="box")) == ["L F_BOX_COUNTED 108 100"]
    unknown = {"m": {"collected": 100, "voters": 100}, "n": {"voters": 8}}
    assert only("F_BOX_COUNTED", boxes=unknown) == []


@pytest.mark.parametrize(
    ("contests", "joined", "expected"),
    [
        ([A], False, ["s0 F_COUNTED_COLLECTED 99 100", "s0 F_COUNTED_VALID 98 100"]), ([A], True, []),
        ([A, contest("b", {"z": 1})], False, ["s0 F_COUNTED_COLLECTED 99 100"]),
    ],
)  # fmt: skip
def test_counted_against_the_form_where_nothing_is_joined(contests: Any, joined: bool, expected: list[str]) -> None:
    raw = given(contests, paper={"collected": 99, "valid": 98})
    raw["stations"][0]["joined"] = joined
    rows = findings(case_of(raw), stated=True, complete=True)
    assert [f"{row.station} {row.code} {row.expected} {row.found}" for row in rows if "COUNTED" in row.code] == expected


def test_counted_only_where_there_is_one_layout() -> None:
    two = [A, contest("b", {"z": 1})]
    assert only("F_COUNTED", two, layouts={"L": ["a"], "M": ["b"]}, paper={"collected": 99, "valid": 98}) == []


@pytest.mark.parametrize(
    ("registered", "paper", "expected"),
    [
        (100, {}, []), (99, {}, [" F_UNIT_REGISTERED 99 100"]), (99, {"voters": 99}, []),
        (99, {"voters": 101}, [" F_UNIT_REGISTERED 99 101"]), (None, {"voters": 101}, []),
    ],
)  # fmt: skip
def test_more_came_than_are_registered(registered: int | None, paper: dict[str, int], expected: list[str]) -> None:
    """304."""
    assert only("F_UNIT_REGISTERED", registered=registered, paper=paper) == expected


def test_304_looks_at_the_first_layout_and_the_first_contest() -> None:
    two = [contest("a", {"x": 60}, registered=50), contest("b", {"z": 1})]
    layouts = {"L": ["a"], "M": ["b"]}
    assert only("F_UNIT", two, layouts=layouts, paper={"voters": 40}) == [" F_UNIT_REGISTERED 50 100"]
    assert only("F_UNIT", [two[0]], paper={"voters": 40}) == []
    boxes = {"m": {"voters": 40}}
    assert only("F_UNIT", two, layouts=layouts, boxes=boxes) == []


@pytest.mark.parametrize(
    ("changes", "papers", "expected"),
    [
        ({}, [{"proxies": 75, "issued": 100}], []), ({}, [{"proxies": 76, "issued": 100}], [" F_PROXY_LIMIT 72 76"]),
        ({}, [{"proxies": 76}], []), ({}, [{"proxies": 40, "issued": 50}, {"proxies": 36, "issued": 50}],
                                      [" F_PROXY_LIMIT 72 76"]),
        ({}, [{"proxies": 76, "issued": 100}, {}], []),
        ({"proxy__allowed": False}, [{"proxies": 1}], [" F_PROXY_LIMIT 0 1"]),
        ({"proxy__allowed": False}, [{"proxies": 0, "issued": 5}], []),
        ({"proxy__limit": 1}, [{"proxies": 50, "issued": 100}], []),
        ({"proxy__limit": 1}, [{"proxies": 51, "issued": 100}], [" F_PROXY_LIMIT 49 51"]),
    ],
)  # fmt: skip
def test_more_proxies_than_the_limit_can_give(changes: Any, papers: list[dict[str, int]], expected: list[str]) -> None:
    """305, by the unit's own profile."""
    assert only("F_PROXY_LIMIT", paper=papers, body=profile(**changes)) == expected


@pytest.mark.parametrize(
    ("seats", "votes", "more", "expected"),
    [
        (1, "xy", {}, []), (2, "xy", {}, ["a W_MARGIN 3 2"]), (1, "xyz", {}, []), (1, "wxyz", {}, ["a W_MARGIN 2 4"]),
        (2, "xy", {"write_ins": 1}, []), (3, "xy", {"write_ins": 1}, ["a W_MARGIN 4 2"]),
        (2, "xy", {"rule": "supplementary"}, []),
    ],
)  # fmt: skip
def test_candidates_beside_seats(seats: int, votes: str, more: Mapping[str, Any], expected: list[str]) -> None:
    """401, also before any statement; a slot lifts the margin, not the lack of candidates."""
    body = profile(margin__least=1, margin__most=2)
    one = contest("a", dict.fromkeys(votes, 10), seats=seats, **{"write_ins": 0, **more})
    assert only("W_MARGIN", [one], body=body) == expected
    early = findings(case([one], body=body), stated=False, complete=False)
    assert [row.code for row in early] == ["W_MARGIN"] * len(expected)


def test_before_a_statement_only_what_needs_none() -> None:
    stations = [{"id": "s0", "roster": "00" * 32, "registered": 98}]
    unit = case([A], registered=50, stations=stations, paper={"collected": 9, "registered": 8}, boxes={"m": None})
    early = [row.code for row in findings(unit, stated=False, complete=False)]
    assert early == ["F_COLLECTED_REGISTERED", "F_COUNTED_COLLECTED", "W_BOX_MISSING", "F_REGISTERED_SUM"]
    late = [row.code for row in findings(unit, stated=True, complete=False)]
    assert late == [*early, "F_UNIT_REGISTERED", "W_OVERCOUNT_UNTESTED"]


def test_what_could_not_be_tested() -> None:
    """402, 403."""
    assert only("UNTESTED") == ["a W_OVERCOUNT_UNTESTED 1 0"]
    assert only("UNTESTED", paper={"issued": 100}) == []
    assert only("UNTESTED", registered=None, paper={"voters": 100}) == ["a W_TURNOUT_UNTESTED 1 0"]
    assert only("UNTESTED", paper={"voters": 100}, body=profile(overcount__base="issued")) == [
        "a W_OVERCOUNT_UNTESTED 1 0"
    ]
    assert only("UNTESTED", body=profile(overcount__scope="box")) == []
    body = profile(turnout__value="present", overcount__scope="box")
    assert only("UNTESTED", body=body) == ["a W_TURNOUT_UNTESTED 1 0"]
    later = contest("a", {"x": 60}, rule="supplementary", round=2)
    assert only("UNTESTED", [later], registered=None, paper={"voters": 100}) == []
    assert only("UNTESTED", [contest("a", {"x": 60}, rule="nomination")], registered=None) == []


def test_the_base_decides() -> None:
    """404."""
    one = contest("a", {"x": 48, "y": 20}, valid=90)
    assert only("W_BASE", [one]) == ["a W_BASE 0 1"]
    assert only("W_BASE") == []


def test_the_list_of_the_round_before() -> None:
    """407: `next`, of a runoff `runoff`, of a women's round `next_women` if seats are held."""
    first = contest("a", {"x": 40, "y": 38, "z": 9})

    def second(votes: str, **more: Any) -> Any:
        return contest("b", dict.fromkeys(votes, 30), **{"of": "a", "round": 2, "rule": "supplementary", **more})

    assert only("W_ROUND_LIST", [first, second("xy")]) == []
    assert only("W_ROUND_LIST", [first, second("yx")]) == []
    assert only("W_ROUND_LIST", [first, second("xz")]) == ["b W_ROUND_LIST 2 2"]
    assert only("W_ROUND_LIST", [first, second("xyz")]) == ["b W_ROUND_LIST 2 3"]
    assert only("W_ROUND_LIST", [first, second("xz", of="elsewhere")]) == []
    tied = contest("a", {"x": 60, "y": 60, "z": 9})
    assert only("W_ROUND_LIST", [tied, second("xy", rule="runoff")]) == []
    assert only("W_ROUND_LIST", [tied, second("xz", rule="runoff")]) == ["b W_ROUND_LIST 2 2"]
    body = profile(female__method="top_woman_first", female__on_fail="supplementary")
    held = contest("a", {"x": 90, "y": 80, "u": 40, "v": 30}, seats=2, women="uv")
    women: dict[str, Any] = {"female_only": True, "women": "uv"}
    assert only("W_ROUND_LIST", [held, second("uv", **women)], body=body) == []
    assert only("W_ROUND_LIST", [held, second("u", **women)], body=body) == ["b W_ROUND_LIST 2 1"]
    own = contest("a", {"u": 40, "v": 30, "x": 90}, female_only=True, women="uv")
    assert only("W_ROUND_LIST", [own, second("uv", **women)]) == []
    writing = contest("a", {"x": 40, "y": 5}, written=30)
    opened = [written("a", "王五", 30)]
    assert only("W_ROUND_LIST", [writing, second("xw")], persons=opened) == ["b W_ROUND_LIST 2 2"]


@pytest.mark.parametrize(
    ("votes", "seats", "women", "expected"),
    [
        ({"x": 90, "y": 80, "z": 70}, 3, "", [" W_NO_WOMAN 1 0"]), ({"x": 90, "y": 80, "z": 70}, 3, "z", []),
        ({"x": 90, "y": 80}, 2, "", []), ({"x": 90, "y": 80, "z": 40}, 3, "z", [" W_NO_WOMAN 1 0"]),
        ({"x": 90, "y": 80, "z": 70, "w": 70}, 3, "", []),  # a runoff is to come
    ],
)  # fmt: skip
def test_no_woman_is_elected(votes: dict[str, int], seats: int, women: str, expected: list[str]) -> None:
    """405: in a committee of at least three seats that is decided."""
    assert only("W_NO_WOMAN", [contest("a", votes, seats=seats, women=women)]) == expected


def test_who_sits_counts() -> None:
    """405: a woman who sits since round 1; she says nothing of the round before."""
    body = profile(margin__least=0)
    first = contest("a", {"w": 90, "x": 80}, seats=2, women="w")
    later = contest("b", {"p": 90, "q": 80, "r": 70}, seats=3, round=2)
    assert only("W_NO_WOMAN", [first, later], body=body) == []
    early = contest("b", {"p": 90, "q": 80, "r": 70}, seats=3, round=1)
    last = contest("a", {"w": 90, "x": 80}, seats=2, women="w", round=2)
    assert only("W_NO_WOMAN", [early, last], body=body) == [" W_NO_WOMAN 1 0"]
    assert only("W_RELATIVES", [first, later], relations=kin("wx"), body=body) == [" W_RELATIVES 0 1"]


def test_a_committee_with_every_settled_word() -> None:
    """405: `full`, `vacant` and `supplementary` beside each other are decided too."""
    posts = [
        contest("a", {"x": 60}), contest("b", {"y": 60}, seats=2, rule="supplementary"), contest("c", {"z": 6}),
    ]  # fmt: skip
    assert only("W_NO_WOMAN", posts, body=profile(vacancy__allowed="after")) == [" W_NO_WOMAN 1 0"]


def test_committees_are_looked_at_one_by_one() -> None:
    """405, 406 by committee, in unit order; of relatives at least one is elected here."""
    body = profile(margin__least=0)
    first = contest("a", {"x": 90, "y": 80, "z": 70}, seats=3)
    second = contest("b", {"p": 90, "q": 80, "w": 70}, seats=3, round=2, women="w")
    rows = found(
        [second, first], body=body, relations=[["x", "y", "child"], ["y", "z", "sibling"], ["p", "x", "child"]]
    )
    assert rows[2:] == [" W_RELATIVES 0 1", " W_NO_WOMAN 1 0", " W_RELATIVES 0 2"]  # x sits when p is elected
    assert only("W_RELATIVES", [first], relations=[["x", "y", "other"]]) == []
    kept = profile(avoidance__method="highest_post_then_votes")
    assert only("W_RELATIVES", [first], relations=[["x", "y", "child"]], body=kept) == []
    split = [contest("a", {"x": 90}), contest("b", {"y": 80})]
    assert only("W_RELATIVES", split, relations=[["x", "y", "child"], ["y", "x", "sibling"]]) == [" W_RELATIVES 0 1"]
