"""Worked cases of avoidance among close relatives (VC-8, RC-8, CC-1045, ZJ-31): more than 500 of 1000 papers elect."""

from typing import Any

from tests.laws.cases import Case, Due, full, runoff, supplementary
from tests.laws.village import Post
from tests.profiles import profile

LEAVE: dict[str, object] = {"avoidance.method": "highest_post_then_votes", "avoidance.fill": "next_qualified"}
SECOND = profile(id="p2", **LEAVE)
NONE = LEAVE | {"avoidance.fill": "none"}


def post(name: str, votes: dict[str, int], seats: int = 1, **more: Any) -> Post:
    return Post(id=name, votes=votes, seats=seats, **more)


def kin(*pairs: str, word: str = "sibling") -> list[tuple[str, str, str]]:
    return [(pair[0], pair[1], word) for pair in pairs]


def row(
    name: str, relatives: list[tuple[str, str, str]], posts: list[Post], due: dict[str, Due],
    rules: dict[str, object] = LEAVE,
) -> Case:  # fmt: skip
    return Case(
        id=name, covers="I5", posts=posts, papers=1000, due=due, rules=rules, relatives=relatives, more=[SECOND]
    )


CHAIR = post("c", {"X": 700})
ROWS = (
    row("flag", kin("XB"), [CHAIR, post("m", {"B": 550, "C": 510, "D": 505}, 2)],
        {"c": full("X"), "m": full("B C")}, {}),
    row("highest-post-stays", kin("BX"), [CHAIR, post("m", {"B": 550, "C": 510, "D": 505}, 2)],
        {"c": full("X"), "m": full("C D", removed="B")}),
    row("no-filling", kin("XB"), [CHAIR, post("m", {"B": 550, "C": 510, "D": 505}, 2)],
        {"c": full("X"), "m": supplementary(1, "D", "C", removed="B")}, NONE),
    row("most-votes-stay", kin("BC"), [post("m", {"C": 510, "B": 550, "D": 505}, 2)], {"m": full("B D", removed="C")}),
    row("a-word-not-listed", kin("XB", word="other"), [CHAIR, post("m", {"B": 550, "C": 510}, 2)],
        {"c": full("X"), "m": full("B C")}),
    row("a-word-that-is-listed", kin("XB", word="other"), [CHAIR, post("m", {"B": 550, "C": 510}, 2)],
        {"c": full("X"), "m": supplementary(1, "", "C", removed="B")},
        LEAVE | {"avoidance.relations": ["other", "parent"]}),
    row("a-word-not-listed-before-one-that-is", [("X", "B", "other"), ("X", "C", "child")],
        [CHAIR, post("m", {"B": 550, "C": 510}, 2)], {"c": full("X"), "m": supplementary(1, "", "B", removed="C")}),
    row("two-removed", kin("XB", "XC"), [CHAIR, post("m", {"B": 550, "C": 540, "D": 505}, 2)],
        {"c": full("X"), "m": supplementary(1, "", "D", removed="B C")}),
    row("a-chain-of-relatives", kin("AB", "BC"), [post("m", {"A": 600, "B": 550, "C": 540}, 3)],
        {"m": supplementary(1, "", "A C", removed="B")}),  # C is no relative of A, and B has left
    row("removed-higher-is-not-asked-lower", kin("XY"),
        [CHAIR, post("v", {"Y": 600, "Z": 300}), post("m", {"Y": 700, "W": 100})],
        {"c": full("X"), "v": supplementary(1, "Z", removed="Y"), "m": supplementary(1, "W")}),
    # --- equal votes --------------------------------------------------------------------------------------------------
    row("equal-votes-fill", kin("BC"), [post("m", {"B": 550, "C": 550, "D": 510}, 2)], {"m": runoff("B C", 1, "D")}),
    row("equal-votes-no-filling", kin("BC"), [post("m", {"B": 550, "C": 550, "D": 510}, 2)],
        {"m": runoff("B C", 1, short=1, next="D")}, NONE),
    row("equal-votes-one-blocked", kin("BC", "XB"), [CHAIR, post("m", {"B": 550, "C": 550, "D": 510}, 2)],
        {"c": full("X"), "m": full("C D", removed="B")}),
    row("three-equal", kin("BC", "CD"), [post("m", {"B": 550, "C": 550, "D": 550, "E": 520, "G": 510}, 3)],
        {"m": runoff("B C D", 1, "E G")}),
    row("equal-but-not-related", kin("BC"), [post("m", {"B": 550, "C": 550, "E": 550, "G": 510}, 3)],
        {"m": runoff("B C", 1, "E G")}),
    row("two-families", kin("BC", "DE"), [post("m", {"B": 520, "C": 520, "D": 510, "E": 510, "G": 505}, 4)],
        {"m": runoff("B C D E", 2, "G", short=1)}),
    row("equal-votes-unequal-against", kin("BC"),
        [post("m", {"B": 550, "C": 550, "D": 510}, 2, oppose={"B": 5, "C": 9})],
        {"m": runoff("B C", 1, "D")}, LEAVE | {"tie": "fewer_against"}),  # votes alone
    row("a-runner-is-blocked-from-below", kin("AB", "AZ"),
        [post("v", {"A": 550, "B": 550, "V": 400}, 2), post("m", {"Z": 600})],
        {"v": supplementary(1, "V", "B", removed="A"), "m": full("Z")}),
    row("a-runner-is-blocked-no-filling", kin("AB", "AZ"),
        [post("v", {"A": 550, "B": 550, "V": 400}, 2), post("m", {"Z": 600})],
        {"v": supplementary(1, "V", "B", removed="A"), "m": full("Z")}, NONE),
    row("a-family-of-three-loses-one", kin("AB", "BD", "AZ"),
        [post("v", {"A": 550, "B": 550, "D": 550, "E": 520, "V": 400}, 3), post("m", {"Z": 600})],
        {"v": runoff("B D", 1, "E", short=1, next="V", removed="A"), "m": full("Z")}),
    row("a-family-of-three-loses-one-no-filling", kin("AB", "BD", "AZ"),
        [post("v", {"A": 550, "B": 550, "D": 550, "E": 520, "V": 400}, 3), post("m", {"Z": 600})],
        {"v": runoff("B D", 1, short=2, next="E V", removed="A"), "m": full("Z")}, NONE),
    row("a-family-of-three-loses-the-one-between", kin("AB", "AD", "AZ"),
        [post("v", {"A": 550, "B": 550, "D": 550, "E": 520, "V": 400}, 3), post("m", {"Z": 600})],
        {"v": runoff("B D", 1, "E", short=1, next="V", removed="A"), "m": full("Z")}),  # they ran for one seat
    row("one-family-dissolved-beside-another-no-filling", kin("AB", "EF", "AZ"),
        [post("v", {"A": 700, "B": 700, "E": 650, "F": 650, "P": 550, "Q": 550}, 5), post("m", {"Z": 600})],
        {"v": runoff("E F P Q", 2, "B", short=2, removed="A"), "m": full("Z")}, NONE),
    row("both-runners-blocked-no-filling", kin("AB", "AZ", "BZ"),
        [post("v", {"A": 550, "B": 550, "V": 510}, 2), post("m", {"Z": 600})],
        {"v": supplementary(2, "V", removed="A B"), "m": full("Z")}, NONE),
    row("both-runners-blocked", kin("AB", "AZ", "BZ"),
        [post("v", {"A": 550, "B": 550, "V": 510}, 2), post("m", {"Z": 600})],
        {"v": supplementary(1, "", "V", removed="A B"), "m": full("Z")}),
    # --- ties at the boundary -----------------------------------------------------------------------------------------
    row("runoff-dissolved-by-removal", kin("XA"),
        [CHAIR, post("m", {"A": 600, "M": 590, "B": 510, "C": 510, "D": 505}, 3)],
        {"c": full("X"), "m": full("M B C", removed="A")}),
    row("runoff-stays-without-filling", kin("XA"),
        [CHAIR, post("m", {"A": 600, "M": 590, "B": 510, "C": 510, "D": 505}, 3)],
        {"c": full("X"), "m": runoff("B C", 1, "M", short=1, next="D", removed="A")}, NONE),
    row("runner-removed", kin("XB"), [CHAIR, post("m", {"A": 600, "B": 510, "C": 510}, 2)],
        {"c": full("X"), "m": full("A C", removed="B")}),
    row("runner-removed-no-filling", kin("XB"), [CHAIR, post("m", {"A": 600, "B": 510, "C": 510}, 2)],
        {"c": full("X"), "m": full("A C", removed="B")}, NONE),
    row("one-of-three-runners-removed", kin("XB"),
        [CHAIR, post("m", {"A": 600, "M": 590, "B": 510, "C": 510, "D": 510}, 3)],
        {"c": full("X"), "m": runoff("C D", 1, "A M", removed="B")}),
    row("runner-of-the-higher-post", kin("AB"),
        [post("v", {"A": 400, "C": 400}, rule="supplementary", round=2),
         post("m", {"B": 400, "D": 300}, rule="supplementary", round=2)],
        {"v": full("C", removed="A"), "m": full("B")}),  # A only might serve, B does
    row("tie-while-filling", kin("XA"),
        [CHAIR, post("m", {"A": 600, "M": 590, "N": 580, "O": 570, "P": 520, "Q": 520, "R": 505}, 4)],
        {"c": full("X"), "m": runoff("P Q", 1, "M N O", removed="A")}),  # R, with fewer votes, waits
    row("relatives-while-filling", kin("XK", "XL", "PQ"),
        [CHAIR, post("m", {"K": 600, "L": 590, "M": 580, "P": 520, "Q": 520}, 3)],
        {"c": full("X"), "m": runoff("P Q", 1, "M", short=1, removed="K L")}),
    row("relatives-then-a-tie-while-filling", kin("XK", "XL", "PQ"),
        [CHAIR, post("m", {"K": 560, "L": 555, "M": 550, "P": 520, "Q": 520, "R": 510, "S": 510}, 3, marks=7)],
        {"c": full("X"), "m": runoff("P Q R S", 2, "M", removed="K L")}),
    row("a-relative-of-who-fills", kin("XK", "XL", "PQ"),
        [CHAIR, post("m", {"K": 600, "L": 590, "M": 580, "N": 570, "P": 520, "Q": 510, "R": 505}, 4)],
        {"c": full("X"), "m": full("M N P R", removed="K L")}),
    row("fewer-against-while-filling", kin("XA"),
        [CHAIR, post("m", {"A": 600, "M": 590, "N": 580, "P": 520, "Q": 520}, 3, oppose={"P": 9, "Q": 3})],
        {"c": full("X"), "m": full("M N Q", removed="A")}, LEAVE | {"tie": "fewer_against"}),
    row("elected-elsewhere-does-not-fill", kin("XY"),
        [CHAIR, post("v", {"Y": 600, "W": 580, "Z": 510}, 2), post("m", {"Z": 700})],
        {"c": full("X"), "v": supplementary(1, "", "W", removed="Y"), "m": full("Z")}),
    row("who-fills-above-blocks-below", kin("XY", "ZT"),
        [CHAIR, post("v", {"Y": 600, "W": 580, "Z": 510}, 2), post("m", {"K": 600, "T": 510}, 2), post("n", {"K": 1})],
        {"c": full("X"), "v": supplementary(1, "Z", "W", removed="Y"), "m": full("K T"), "n": supplementary(1, "")}),
    # --- rounds -------------------------------------------------------------------------------------------------------
    row("sitting-relative", kin("XB"),
        [CHAIR, post("m", {"B": 500, "C": 400, "D": 340}, 2, rule="supplementary", round=2)],
        {"c": full("X"), "m": full("C D", removed="B")}),
    row("sitting-person-written-in", [],
        [CHAIR, post("m", {"C": 340, "D": 100}, written={"X": 500}, meant={"X": "X"}, rule="supplementary", round=2)],
        {"c": full("X"), "m": full("C")}),
    row("sitting-person-in-no-list", [],
        [CHAIR, post("m", {"C": 330, "D": 100}, written={"X": 500}, meant={"X": "X"}, rule="supplementary", round=2)],
        {"c": full("X"), "m": supplementary(1, "C D")}),
    row("sitting-person-printed", [], [CHAIR, post("v", {"X": 500, "C": 340}, rule="supplementary", round=2)],
        {"c": full("X"), "v": full("X")}),
    row("another-profile-does-not-sit", kin("XB"),
        [post("c", {"X": 700}, profile="p2", layout="party"), post("m", {"B": 550, "C": 400}, round=2)],
        {"c": full("X"), "m": full("B")}),
    # --- who is meant -------------------------------------------------------------------------------------------------
    row("written-in-relative", [("X", "+W", "spouse")], [CHAIR, post("m", {"C": 510}, 2, written={"W": 600})],
        {"c": full("X"), "m": supplementary(1, "", "C", removed="+W")}),
    row("one-id-two-persons", kin("XB"),
        [CHAIR, post("m", {"B": 550, "C": 510}, 2, names={"B": "王一"}), post("n", {"B": 520}, names={"B": "王二"})],
        {"c": full("X"), "m": supplementary(1, "", "C", removed="B"), "n": supplementary(1, "", removed="B")}),
    row("nobody-of-that-name", [("X", "+W", "spouse"), ("nobody", "B", "spouse")],
        [CHAIR, post("m", {"B": 550, "C": 510}, 2)], {"c": full("X"), "m": full("B C")}),
    row("impossible-above", kin("XB"), [post("c", {"X": 700, "Y": 700}), post("m", {"B": 550})],
        {"c": Due(outcome="impossible", short=1), "m": full("B")}),
    # --- with the women's step ----------------------------------------------------------------------------------------
    row("woman-has-to-leave", kin("XF"), [CHAIR, post("m", {"A": 700, "B": 600, "F": 510}, 2, women="F")],
        {"c": full("X"), "m": full("A B", removed="F")}, LEAVE | {"female.method": "top_woman_first"}),
    row("held-seat-is-not-filled", kin("XA"),
        [CHAIR, post("m", {"A": 700, "B": 600, "C": 510, "G": 100}, 3, women="G")],
        {"c": full("X"), "m": Due(outcome="women_supplementary", elected="B C", held=1, next_women="G", removed="A")},
        LEAVE | {"female.method": "top_woman_first", "female.on_fail": "supplementary"}),
    row("womens-runoff-dissolved", kin("XF"),
        [CHAIR, post("m", {"A": 700, "B": 650, "C": 600, "F": 510, "G": 510}, 3, women="FG")],
        {"c": full("X"), "m": full("A B C", removed="F")}, LEAVE | {"female.method": "top_woman_first"}),
)  # fmt: skip
