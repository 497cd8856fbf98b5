"""Worked cases of national village law (2025-10-28); integers by hand, facts from the articles."""

from tests.laws.cases import Case, Due, full, nobody, runoff, supplementary
from tests.laws.village import Post

LAW = "cn-village-2026-national"


def chair(votes: dict[str, int], **more: object) -> Post:
    return Post(id="chair", votes=votes, **more)  # type: ignore[arg-type]


def members(seats: int, votes: dict[str, int], **more: object) -> Post:
    return Post(id="member", seats=seats, votes=votes, **more)  # type: ignore[arg-type]


TURNOUT = tuple(
    Case(
        law=LAW, id=f"V01-{registered}-{voters}", covers="B1",
        posts=[chair({"A": 400})], papers=voters, registered=registered,
        forms=[{"voters": voters}], due={"chair": due},
    )
    for registered, voters, due in (
        (1000, 500, nobody("invalid_turnout")),  # 2 x 500 = 1000 is not more than 1000
        (1000, 501, full("A")),
        (1001, 500, nobody("invalid_turnout")),
        (1001, 501, full("A")),
    )
)  # fmt: skip

NATIONAL = (
    *TURNOUT,
    Case(
        law=LAW, id="turnout-by-collected", covers="B1",
        posts=[chair({"A": 400})], papers=501, registered=1000,
        due={"chair": full("A")},  # V is not recorded: C stands in
    ),
    Case(
        law=LAW, id="turnout-unknown", covers="B1",
        posts=[chair({"A": 400})], papers=501, registered=None,
        due={"chair": nobody("not_known")},
    ),
    Case(
        law=LAW, id="V02a", covers="B2",
        posts=[chair({"A": 400})], papers=502, registered=600, forms=[{"voters": 501}],
        due={"chair": nobody("invalid_overcount")},
    ),
    Case(
        law=LAW, id="V02b", covers="B2",
        posts=[chair({"A": 400})], papers=501, registered=600, forms=[{"voters": 501}],
        due={"chair": full("A")},
    ),
    Case(
        law=LAW, id="V04", covers="invariant-5",
        posts=[chair({"A": 315, "B": 294}, void=17)], papers=622, registered=700,
        due={"chair": nobody("impossible")},  # 315 + 294 = 609 > 605 valid papers: some were called twice
    ),
    Case(
        law=LAW, id="V04-honest", covers="invariant-5",
        posts=[chair({"A": 315, "B": 290}, void=17)], papers=622,
        registered=700, due={"chair": full("A")},
    ),
    Case(
        law=LAW, id="V05a", covers="E1 3",
        posts=[chair({"A": 309, "B": 290}, void=17)], papers=622,
        due={"chair": supplementary(1, "A B", base="collected", base_value=622, sensitive=True)},  # 618 <= 622
    ),
    Case(
        law=LAW, id="V05a-blank", covers="E1 C9",
        posts=[chair({"A": 309, "B": 290}, blank=17)], papers=622,
        due={"chair": supplementary(1, "A B")},  # a blank is an abstention: it stays in the base as a void paper does
    ),
    Case(
        law=LAW, id="V06a", covers="E1",
        posts=[chair({"A": 300})], papers=600,
        due={"chair": supplementary(1, "A", base_value=600)},  # exactly half is not more than half
    ),
    Case(
        law=LAW, id="V06b", covers="E1",
        posts=[chair({"A": 301})], papers=600, due={"chair": full("A", sensitive=False)},
    ),
    Case(
        law=LAW, id="V07", covers="3 invariant-12",
        posts=[chair({"A": 308})], papers=612, registered=1000,
        forms=[{"voters": 620, "issued": 620}],
        due={"chair": full("A", sensitive=True, base="collected", base_value=612)},  # 616 > 612, but not > 620
    ),
    Case(
        law=LAW, id="V08", covers="E2",
        posts=[members(2, {"A": 700, "B": 560, "C": 460, "D": 70})], papers=900,
        due={"member": full("A B")},
    ),
    Case(
        law=LAW, id="V09a", covers="F1",
        posts=[members(2, {"A": 700, "B": 500, "C": 500, "D": 80})], papers=900,
        due={"member": runoff("B C", 1, "A")},
    ),
    Case(
        law=LAW, id="V09b", covers="F1",
        posts=[members(1, {"B": 430, "C": 425}, rule="runoff", round=2)], papers=900,
        due={"member": full("B", base="none", base_value=0, sensitive=False)},  # most votes, no majority asked
    ),
    Case(
        law=LAW, id="tie-again", covers="F2",
        posts=[members(1, {"B": 430, "C": 430}, rule="runoff", round=2)], papers=900,
        due={"member": runoff("B C", 1)},
    ),
    Case(
        law=LAW, id="V10", covers="F1",
        posts=[members(3, {"A": 700, "B": 560, "C": 560, "D": 100})], papers=900,
        due={"member": full("A B C")},
    ),
    Case(
        law=LAW, id="tie-below-the-share", covers="F1 E3",
        posts=[members(2, {"A": 700, "B": 450, "C": 450, "D": 80})], papers=900,
        due={"member": supplementary(1, "B C", "A")},  # neither is eligible: no tie, a shortfall
    ),
    Case(
        law=LAW, id="tie-of-three-for-two", covers="F1",
        posts=[members(3, {"A": 700, "B": 500, "C": 500, "D": 500})], papers=900,
        due={"member": runoff("B C D", 2, "A")},
    ),
    Case(
        law=LAW, id="V11a", covers="G1 G2 E3",
        posts=[members(3, {"A": 600, "B": 470, "C": 440, "D": 300, "E": 120})], papers=900,
        due={"member": supplementary(1, "C D", "A B")},
    ),
    Case(
        law=LAW, id="next-round-tie", covers="F4",
        posts=[members(3, {"A": 600, "B": 470, "C": 440, "D": 300, "E": 300})],
        papers=900, due={"member": supplementary(1, "C D E", "A B")},  # everybody with as many votes as the last
    ),
    Case(
        law=LAW, id="V15b", covers="H1 E4",
        papers=800,
        posts=[
            chair({"Y": 430, "X": 350}),
            Post(id="vice", votes={"Z": 420, "X": 30, "Q": 300}),
            members(2, {"P": 500, "N": 410, "X": 60, "Q": 120}),
        ],
        due={"chair": full("Y"), "vice": full("Z"), "member": full("P N")},
    ),
    Case(
        law=LAW, id="elected-higher", covers="H1",
        papers=800,
        posts=[chair({"A": 500, "B": 250}), members(2, {"A": 600, "C": 450, "B": 420})],
        due={"chair": full("A"), "member": full("C B")},  # A leaves the lower post before it is decided
    ),
    Case(
        law=LAW, id="runoff-higher", covers="H1 F1",
        papers=1000,
        posts=[members(2, {"A": 600, "B": 550, "C": 550}), Post(id="third", votes={"B": 700, "D": 100})],
        due={"member": runoff("B C", 1, "A"), "third": full("B")},  # one who is only in a runoff is not removed
    ),
    Case(
        law=LAW, id="V17a", covers="I5",
        papers=900, relatives=[("A", "B", "sibling")],
        posts=[chair({"A": 600}), members(2, {"B": 550, "C": 500, "D": 480})],
        due={"chair": full("A"), "member": full("C D", removed="B")},
    ),
    Case(
        law=LAW, id="V17b", covers="I5",
        papers=900, relatives=[("A", "B", "sibling")],
        posts=[chair({"A": 600}), members(2, {"B": 550, "C": 500, "D": 440})],
        due={"chair": full("A"), "member": supplementary(1, "D", "C", removed="B")},
    ),
    Case(
        law=LAW, id="grandparent", covers="I5",
        papers=900, relatives=[("B", "A", "grandparent")],
        posts=[chair({"A": 600}), members(2, {"B": 550, "C": 500, "D": 440})],
        due={"chair": full("A"), "member": supplementary(1, "D", "C", removed="B")},  # Civil Code 1045 lists them
    ),
    Case(
        law=LAW, id="other-kin", covers="I5",
        papers=900, relatives=[("A", "B", "other")],
        posts=[chair({"A": 600}), members(2, {"B": 550, "C": 500, "D": 440})],
        due={"chair": full("A"), "member": full("B C")},  # a cousin is no close relative of the code
    ),
    Case(
        law=LAW, id="V23a", covers="D4",
        papers=900, posts=[chair({}, written={"W": 460})], due={"chair": full("+W")},
    ),
    Case(
        law=LAW, id="written-in-not-opened", covers="D4",
        papers=900, posts=[chair({"A": 100}, hidden=460)],
        due={"chair": supplementary(1, "A")},  # 460 hidden votes are many persons with at most 2 votes each
    ),
    Case(
        law=LAW, id="no-candidates", covers="D2",
        papers=900, posts=[members(2, {}, written={"W": 440, "X": 450, "Y": 700})],
        due={"member": supplementary(1, "+X +W", "+Y")},
    ),
    Case(
        law=LAW, id="uncontested-with-margin", covers="D0",
        papers=600, posts=[members(2, {"A": 500, "B": 400})],
        due={"member": full("A B")},  # 等额 is a warning for people, never another outcome
    ),
    Case(
        law=LAW, id="by-election", covers="O",
        papers=300, posts=[members(1, {"A": 151, "B": 140})],
        due={"member": full("A")},  # 补选 goes by the same rule
    ),
)  # fmt: skip

SUPPLEMENTARY = tuple(
    Case(
        law=LAW, id=name, covers="G1", posts=[members(1, votes, rule="supplementary", round=2)], papers=papers,
        due={"member": due},
    )
    for name, papers, votes, due in (
        ("V11b", 780, {"C": 390, "D": 380}, full("C", base="collected", base_value=780)),  # most votes of two
        ("V11c", 780, {"C": 255, "D": 250}, supplementary(1, "C D")),  # 3 x 255 = 765 < 780
        ("V12a", 300, {"X": 100}, full("X")),  # 不少于三分之一: 3 x 100 = 300
        ("V12b", 300, {"X": 99}, supplementary(1, "X")),
        ("V12c", 301, {"X": 100}, supplementary(1, "X")),
        ("V12d", 301, {"X": 101}, full("X")),
        ("nobody-voted", 300, {"X": 0, "Y": 0}, supplementary(1, "X Y")),
    )
)  # fmt: skip

RECALL = tuple(
    Case(
        law=LAW, id=name, covers="O", posts=[Post(id="recall", votes={"A": yes}, rule="recall")],
        papers=520, registered=1000,
        forms=[{"voters": voters}], due={"recall": due},
    )
    for name, voters, yes, due in (
        ("V19a", 520, 260, Due(outcome="not_passed", base="voters", base_value=520)),
        ("V19b", 520, 261, Due(outcome="passed", base="voters", base_value=520)),
        ("recall-turnout", 500, 261, nobody("invalid_turnout")),
        ("recall-overcount", 519, 261, nobody("invalid_overcount")),
    )
)  # fmt: skip
