"""Worked cases of women's seats (VC-8, RC-8, SD-25, ZJ-21): of a thousand papers more than 500 elect."""

from typing import Any

from tests.laws.cases import Case, Due, full, nobody, runoff, supplementary
from tests.laws.village import Post

FIRST = {"female.method": "top_woman_first", "female.on_fail": "supplementary"}


def post(name: str, votes: dict[str, int], seats: int = 2, **more: Any) -> Post:
    return Post(id=name, votes=votes, seats=seats, women=more.pop("women", "FGHI"), **more)


def row(name: str, posts: list[Post], due: dict[str, Due], rules: dict[str, object] | None = None) -> Case:
    return Case(id=name, covers="I3 I4", posts=posts, papers=1000, due=due, rules=FIRST | (rules or {}))


MEN = {"A": 700, "B": 650, "C": 600}
ROWS = (
    # --- who comes first ----------------------------------------------------------------------------------------------
    row("first", [post("m", MEN | {"F": 510}, 3)], {"m": full("A B F")}),
    row(
        "first-of-two", [post("m", MEN | {"G": 505, "F": 510}, 3)], {"m": full("A B F")},
    ),
    row("sure-by-votes", [post("m", {"A": 700, "F": 650, "C": 600, "G": 510}, 3)], {"m": full("A F C")}),
    row("sure-as-all-are-elected", [post("m", {"A": 700, "B": 650, "F": 510}, 3)], {"m": full("A B F")}),
    row("2013", [post("m", MEN | {"F": 510}, 3)], {"m": full("A B F")}, {"female.method": "procedure_2013"}),
    row("no-method", [post("m", MEN | {"F": 510}, 3)], {"m": full("A B C")}, {"female.method": "none"}),
    row("seat-of-its-own", [post("m", MEN | {"F": 510}, 3)], {"m": full("A B C")}, {"female.method": "dedicated_seat"}),
    row("one-seat", [post("m", {"A": 480, "F": 510}, 1), post("n", {"B": 510, "G": 480}, 1)],
        {"m": full("F"), "n": full("B")}),
    row("one-seat-asks-nothing", [post("m", {"A": 510, "F": 480}, 1)], {"m": full("A")}),
    row(
        "written-in-woman", [post("m", MEN, 3, written={"I": 510}, women="I")], {"m": full("A B +I")},
    ),
    row(
        "a-man-written-in", [post("m", MEN | {"G": 200}, 3, written={"W": 510})],
        {"m": Due(outcome="women_supplementary", elected="A B", held=1, next_women="G")},
    ),
    # --- ties ---------------------------------------------------------------------------------------------------------
    row("women-tied-below", [post("m", {"A": 700, "B": 650, "C": 600, "F": 510, "G": 510}, 3)],
        {"m": runoff("F G", 1, "A B")}),
    row("women-tied-and-men-tied", [post("m", {"A": 700, "B": 620, "C": 620, "F": 510, "G": 510}, 3)],
        {"m": runoff("B C F G", 2, "A")}),  # two ballots, one list
    row("woman-tied-with-a-man", [post("m", {"A": 600, "B": 550, "F": 550})], {"m": full("A F")}),
    row("women-alone-tied", [post("m", {"A": 700, "B": 650, "F": 510, "G": 510}, 3)],
        {"m": runoff("F G", 1, "A B")}),  # whoever wins is a woman: the ordinary runoff
    row("more-women-than-men-tied", [post("m", {"A": 700, "B": 550, "F": 550, "G": 550}, 3)],
        {"m": runoff("B F G", 2, "A")}),  # one man cannot take both seats
    row("as-many-men-as-seats-tied", [post("m", {"A": 700, "B": 540, "C": 540, "F": 540}, 3)],
        {"m": runoff("B C", 1, "A F")}),  # two men could take both: the woman first
    row("two-women-with-equal-votes-elected", [post("m", {"A": 700, "F": 600, "G": 600, "C": 550}, 3)],
        {"m": full("A F G")}),
    row("all-tied-and-men-could-take-all", [post("m", {"B": 550, "C": 550, "F": 550})], {"m": runoff("B C", 1, "F")}),
    row("three-women-for-two-seats", [post("m", {"F": 550, "G": 550, "H": 550})], {"m": runoff("F G H", 2)}),
    row(
        "fewer-against", [post("m", {"A": 700, "B": 650, "C": 600, "F": 510, "G": 510}, 3, oppose={"F": 20, "G": 10})],
        {"m": full("A B G")}, {"tie": "fewer_against"},
    ),
    # --- nobody eligible ----------------------------------------------------------------------------------------------
    row("held", [post("m", MEN | {"G": 300}, 3)],
        {"m": Due(outcome="women_supplementary", elected="A B", held=1, next_women="G")}),
    row("held-at-exactly-half", [post("m", {"A": 700, "B": 650, "G": 500}, 3)],
        {"m": Due(outcome="women_supplementary", elected="A B", held=1, next_women="G")}),
    row("held-and-short", [post("m", {"A": 700, "B": 450, "G": 300}, 3)],
        {"m": Due(outcome="women_supplementary", elected="A", held=1, short=1, next="B G", next_women="G")}),
    row("held-and-tied", [post("m", {"A": 700, "B": 600, "C": 600, "G": 300}, 3)],
        {"m": Due(outcome="runoff", elected="A", runoff="B C", runoff_seats=1, held=1, next_women="G")}),
    row("held-without-women", [post("m", MEN, 3)], {"m": Due(outcome="women_supplementary", elected="A B", held=1)}),
    row("flag", [post("m", MEN | {"G": 300}, 3)], {"m": full("A B C")}, {"female.on_fail": "flag"}),
    row("flag-still-first", [post("m", MEN | {"G": 510}, 3)], {"m": full("A B G")}, {"female.on_fail": "flag"}),
    row("held-list-with-margin", [post("m", {"A": 700, "B": 650, "G": 300, "H": 200, "I": 100}, 3)],
        {"m": Due(outcome="women_supplementary", elected="A B", held=1, next_women="G H")}),
    row("held-list-at-least", [post("m", {"A": 700, "B": 650, "G": 300, "H": 200, "I": 100}, 3)],
        {"m": Due(outcome="women_supplementary", elected="A B", held=1, next_women="G H I")},
        {"supplementary.min_candidates": 3, "supplementary.margin": 0}),
    row("held-list-with-ties", [post("m", {"A": 700, "B": 650, "G": 300, "H": 200, "I": 200}, 3)],
        {"m": Due(outcome="women_supplementary", elected="A B", held=1, next_women="G H I")}),
    # --- which contest ------------------------------------------------------------------------------------------------
    row("woman-in-a-higher-post", [post("v", {"F": 600}, 1), post("m", MEN | {"G": 510}, 3)],
        {"v": full("F"), "m": full("A B C")}),
    row("woman-in-a-lower-post", [post("m", MEN | {"G": 510}, 3), post("t", {"F": 600}, 1)],
        {"m": full("A B G"), "t": full("F")}),  # the lower post is decided later
    row("last-with-two-seats", [post("v", {"A": 700, "B": 600, "F": 510}), post("m", {"C": 700, "D": 600, "G": 510})],
        {"v": full("A B"), "m": full("C G")}),
    row("women-only-contest-is-last", [post("m", {"A": 700, "B": 600, "F": 510}),
                                      post("w", {"G": 600, "H": 550}, female_only=True)],
        {"m": full("A B"), "w": full("G H")}),
    row("impossible-contest-is-last", [post("v", {"A": 700, "B": 600, "F": 510}),
                                       post("m", {"C": 900, "D": 900, "G": 900})],
        {"v": full("A B"), "m": nobody("impossible", 2)}),  # the members will be elected again, and the woman then
    row("supplementary-round", [post("m", {"A": 500, "B": 480, "F": 340}, rule="supplementary", round=2)],
        {"m": full("A F")}),
    row("runoff", [post("m", {"A": 500, "B": 480, "F": 340}, rule="runoff", round=2)], {"m": full("A B")}),
    row("a-woman-sits", [post("c", {"F": 600}, 1),
                         post("m", {"A": 500, "B": 480, "G": 340}, rule="supplementary", round=2)],
        {"c": full("F"), "m": full("A B")}),
    row("another-round-without-a-woman", [post("c", {"A": 600}, 1),
                                          post("m", {"B": 500, "C": 480, "G": 340}, rule="supplementary", round=2)],
        {"c": full("A"), "m": full("B G")}),
    # --- women's own contests -----------------------------------------------------------------------------------------
    row("men-are-not-asked", [post("w", {"A": 600, "F": 400}, 1, female_only=True)],
        {"w": Due(outcome="women_supplementary", short=1, next="F")}),
    row("women-only-runoff", [post("w", {"A": 300, "F": 200, "G": 200}, 1, female_only=True, rule="runoff", round=2)],
        {"w": runoff("F G", 1)}),
    row("women-only-is-never-vacant", [post("w", {"F": 300, "G": 200}, 1, female_only=True, rule="supplementary")],
        {"w": Due(outcome="women_supplementary", short=1, next="F G")},
        {"vacancy.allowed": "before", "vacancy.min_members": 0}),
    row("held-and-short-may-stop", [post("m", {"A": 700, "B": 450, "G": 300}, 3)],
        {"m": Due(outcome="women_supplementary", elected="A", held=1, short=1, next="B G", next_women="G",
                  may_stop=True)},
        {"vacancy.allowed": "before", "vacancy.min_members": 1}),
    row("same-woman-in-two-posts", [post("c", {"F": 400, "A": 550}, 1, women=""), post("m", MEN | {"F": 510}, 3)],
        {"c": full("A"), "m": full("B C F")}),  # A is chair; F is a woman by her entry in one of the two
)  # fmt: skip
# a supplementary round where nobody reaches a third
SHORT = row("third", [post("m", {"A": 300, "F": 200}, 1, rule="supplementary", round=2)],
            {"m": supplementary(1, "A F")})  # fmt: skip
