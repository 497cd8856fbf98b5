"""Close relatives who are elected, and who takes their seats, against tables computed by hand.

Serves [POST-5], [POST-6]. A line of a table is elected/runoff:seats/removed/short.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.verifier.lawcases import Votes, case, contest, kin, written
from tests.verifier.profiles import profile
from verifier.rules.outcome import decide

KIN = {"avoidance__method": "highest_post_then_votes"}
FILL = {**KIN, "avoidance__fill": "next_qualified"}


def decided(contests: list[Any], **more: Any) -> list[dict[str, Any]]:
    return decide(case(contests, **more))


def seen(result: Mapping[str, Any]) -> str:
    """elected/runoff for seats/removed/short, as a line of a table."""
    run = f"{''.join(result['runoff'])}:{result['runoff_seats']}"
    return f"{''.join(result['elected'])}/{run}/{''.join(result['removed'])}/{result['short']}"


@pytest.mark.parametrize(
    ("votes", "seats", "relations", "none", "fill"),
    [
        ({"x": 90, "y": 80, "z": 70}, 2, "xy", "x/:0/y/1", "xz/:0/y/0"),
        ({"x": 90, "y": 80, "z": 70}, 2, "yx", "x/:0/y/1", "xz/:0/y/0"),
        ({"x": 90, "y": 80, "z": 50}, 2, "xy", "x/:0/y/1", "x/:0/y/1"),  # nobody else is eligible
        ({"x": 90, "y": 80, "z": 70}, 2, "xz", "xy/:0//0", "xy/:0//0"),  # z was not elected anyway
        ({"x": 90, "y": 80, "z": 70}, 2, "xy xz", "x/:0/y/1", "x/:0/y/1"),  # nor may z fill
        ({"x": 90, "y": 80, "z": 70}, 3, "xy yz", "xz/:0/y/1", "xz/:0/y/1"),  # y is gone before z is asked
        ({"x": 80, "y": 80, "z": 70, "w": 60}, 2, "xy", "/xy:1//1", "z/xy:1//0"),  # equals run for one seat
        ({"x": 80, "y": 80, "z": 80, "w": 60}, 3, "xy yz", "/xyz:1//2", "w/xyz:1//1"),  # a family of three
        ({"x": 80, "y": 80, "a": 60, "b": 60}, 3, "xy", "/xyab:2//1", "ab/xy:1//0"),  # beside a family the tie stays
        ({"x": 90, "a": 60, "b": 60, "c": 60, "d": 55}, 3, "xb xc", "xa/:0/bc/1", "xad/:0/bc/0"),
        ({"x": 90, "y": 80, "z": 80, "w": 60}, 3, "yz xz", "xy/:0/z/1", "xyw/:0/z/0"),  # z leaves because of x, y stays
        ({"x": 90, "y": 80, "z": 70, "w": 70}, 2, "xy", "x/:0/y/1", "x/zw:1/y/0"),  # equals for the opened seat
        ({"x": 90, "y": 80, "z": 70, "w": 70}, 3, "xy", "x/zw:1/y/1", "xzw/:0/y/0"),  # the runoff is dissolved
        ({"x": 90, "b": 60, "a": 60}, 2, "xb", "xa/:0/b/0", "xa/:0/b/0"),  # a brother of the kept leaves the runoff
        ({"x": 90, "y": 85, "b": 60, "a": 60, "c": 60}, 3, "xb", "xy/ac:1/b/0", "xy/ac:1/b/0"),
        ({"x": 90, "y": 85, "z": 70, "w": 70}, 2, "xy zw", "x/:0/y/1", "x/zw:1/y/0"),
        ({"x": 90, "y": 85, "v": 80, "z": 70, "w": 70}, 3, "xy xv zw", "x/:0/yv/2", "x/zw:1/yv/1"),  # a family fills
        ({"x": 90, "y": 85, "v": 80, "z": 70, "w": 60}, 3, "xy xv zw", "x/:0/yv/2", "xz/:0/yv/1"),
    ],
)  # fmt: skip
def test_close_relatives_in_one_post(votes: Votes, seats: int, relations: str, none: str, fill: str) -> None:
    """[POST-5], [POST-6]: the more votes stay, equals run for one seat, the next qualified fill."""
    one = contest("a", votes, seats=seats)
    for body, expected in ((profile(**KIN), none), (profile(**FILL), fill)):
        (result,) = decided([one], body=body, relations=kin(relations))
        assert seen(result) == expected, body["avoidance"]
    (result,) = decided([one], relations=kin(relations))  # `flag`: nobody is removed
    assert result["removed"] == []


def test_the_higher_post_stays() -> None:
    chief, member = contest("a", {"x": 60}), contest("b", {"y": 95, "z": 80, "w": 70}, seats=2)
    result = decided([chief, member], body=profile(**FILL), relations=kin("xy"))[1]
    assert seen(result) == "zw/:0/y/0"
    assert (result["outcome"], result["next"]) == ("full", [])


def test_who_is_seated_or_removed_anywhere_fills_nothing() -> None:
    """*Elected*, *removed*, *in a runoff* mean anywhere in the committee."""
    posts = [
        contest("a", {"x": 90, "b": 80, "s": 70, "t": 60}, seats=2),
        contest("b", {"s": 90, "t": 85, "u": 80}, seats=2),
    ]
    first, second = decided(posts, body=profile(**FILL), relations=kin("xb xt"))
    assert (seen(first), seen(second)) == ("x/:0/b/1", "su/:0/t/0")
    assert (first["next"], second["next"]) == (["u"][:0], [])


def test_a_sitting_person_is_kept_from_the_start() -> None:
    chair = contest("a", {"x": 60})
    later = contest("b", {"y": 60, "z": 50}, rule="supplementary", round=2)
    result = decided([chair, later], body=profile(**FILL), relations=kin("xy"))[1]
    assert seen(result) == "z/:0/y/0"


def test_a_family_that_loses_its_members_is_none() -> None:
    """[POST-6]: vice x = y are brothers with equal votes, z of the lower post is kept and a son of x."""
    vice = contest("a", {"x": 70, "y": 70}, seats=2)
    member = contest("b", {"z": 90}, seats=1)
    for body in (profile(**KIN), profile(**FILL)):
        first, second = decided([vice, member], body=body, relations=kin("xy xz"))
        assert (seen(first), seen(second)) == ("y/:0/x/1", "z/:0//0")
        first, _ = decided([vice, member], body=body, relations=kin("xy xz yz"))
        assert seen(first) == "/:0/xy/2"


def test_only_listed_relations_are_close() -> None:
    one = contest("a", {"x": 90, "y": 80}, seats=2)
    assert seen(decided([one], body=profile(**KIN), relations=kin("xy", "other"))[0]) == "xy/:0//0"
    narrow = profile(**KIN, avoidance__relations=["spouse"])
    assert seen(decided([one], body=narrow, relations=kin("xy"))[0]) == "xy/:0//0"
    assert seen(decided([one], body=narrow, relations=kin("xy", "spouse"))[0]) == "x/:0/y/1"


def test_relations_name_people_by_references() -> None:
    """An id means everybody of the unit who has it; `+` a written-in person without a candidate."""
    one = contest("a", {"x": 90}, seats=2, written=80)
    opened = [written("a", "王五", 80)]
    relations = [["+王五", "x", "child"]]
    assert decided([one], body=profile(**KIN), persons=opened, relations=relations)[0]["removed"] == ["+王五"]
    strangers = [["+李四", "x", "child"], ["nobody", "x", "child"]]
    assert decided([one], body=profile(**KIN), persons=opened, relations=strangers)[0]["removed"] == []
    chief, other = contest("a", {"x": 60}), contest("b", {"y": 60})
    third = contest("c", {"x": 90}, names={"x": "another x"})
    found = decided([chief, other, third], body=profile(**KIN), relations=kin("yx"))
    assert [seen(result) for result in found] == ["x/:0//0", "/:0/y/1", "x/:0//0"]


def test_a_held_seat_is_not_filled() -> None:
    body = profile(**FILL, female__method="top_woman_first", female__on_fail="supplementary")
    one = contest("a", {"x": 90, "y": 80, "z": 70, "w": 40}, seats=3, women="w")
    (result,) = decided([one], body=body, relations=kin("xy"))
    assert (seen(result), result["held"], result["outcome"]) == ("xz/:0/y/0", 1, "women_supplementary")


def test_fewer_against_ranks_who_fills() -> None:
    body = profile(**FILL, tie="fewer_against")
    one = contest("a", {"x": 90, "y": 80, "z": (70, 2), "w": (70, 1)}, seats=2)
    assert seen(decided([one], body=body, relations=kin("xy"))[0]) == "xw/:0/y/0"
    equal = contest("a", {"x": (80, 9), "y": (80, 0)}, seats=2)  # avoidance looks at votes alone
    assert seen(decided([equal], body=body, relations=kin("xy"))[0]) == "/xy:1//1"
