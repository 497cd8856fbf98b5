"""Figures for reports, with the figures that offices printed in their summaries (seeds, section 2)."""

from dataclasses import fields

import pytest

from tally_protocol.law.composition import (
    COMMITTEE_LAWS,
    Body,
    DecidedUnit,
    TwoBodies,
    body_of,
    composition,
    two_bodies,
    unit_composition,
)
from tally_protocol.law.outcome import decide_unit
from tally_protocol.law.ratio import Change, Ratio
from tests.laws.village import Post, Village, village
from tests.profiles import profile


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [
        (12863, 13067, "98.44"),  # H: those who voted of the registered villagers
        (211, 224, "94.20"),  # H: representatives
        (35, 36, "97.22"),  # J
        (139, 540, "25.74"),  # B: women among the members, not "100 %"
        (138, 138, "100.00"),  # B: villages with a woman: another base
        (191, 932, "20.49"),  # C: printed as 20 %
        (131, 184, "71.20"),  # D: printed as 72 %
        (53, 184, "28.80"),
        (4, 184, "2.17"),  # D: printed as 2.5 %
        (106, 184, "57.61"),
        (74, 184, "40.22"),
        (31, 184, "16.85"),  # E: the same 31 with two bases
        (31, 66, "46.97"),
        (21, 184, "11.41"),  # F
        (110, 184, "59.78"),
        (44, 184, "23.91"),
        (5, 35, "14.29"),  # K: three bases in one paragraph
        (11, 27, "40.74"),
        (4, 48, "8.33"),
        (10, 12, "83.33"),  # I
        (0, 7, "0.00"),
        (1, 20000, "0.01"),  # half up: 0.005 %
        (1, 20001, "0.00"),
        (2, 3, "66.67"),
    ],
)
def test_a_percentage_is_printed_with_its_base(part: int, whole: int, printed: str) -> None:
    assert str(Ratio(part, whole)) == f"{part}/{whole} ({printed} %)"


def test_of_nothing_there_is_no_percentage() -> None:
    assert str(Ratio(0, 0)) == "0/0"


def test_no_percentage_without_its_base() -> None:
    """A ratio has its two integers and its text, and nothing that would print the percentage alone."""
    assert [field.name for field in fields(Ratio)] == ["part", "whole"]
    public = {name for name in dir(Ratio) if not name.startswith("_")}
    assert public == {"part", "whole"}
    for conversion in ("__float__", "__int__", "__round__", "__truediv__", "__format__"):
        assert conversion not in vars(Ratio)


def test_units_add_integers_not_percentages() -> None:
    """G: sums that are exact in the source."""
    assert Ratio(1, 2) + Ratio(1, 4) == Ratio(2, 6)
    assert 17_751 + 16_739 == 34_490
    assert 4_531 + 6_642 == 11_173


@pytest.mark.parametrize(
    ("now", "before", "printed"),
    [
        ((98, 100), (90, 100), "98/100 (98.00 %); 90/100 (90.00 %); +8.00"),
        ((87, 100), (90, 100), "87/100 (87.00 %); 90/100 (90.00 %); -3.00"),
        ((1, 3), (1, 3), "1/3 (33.33 %); 1/3 (33.33 %); +0.00"),
        ((1, 3), (2, 3), "1/3 (33.33 %); 2/3 (66.67 %); -33.33"),
        ((1, 2), (0, 0), "1/2 (50.00 %); 0/0"),
        ((0, 0), (1, 2), "0/0; 1/2 (50.00 %)"),
    ],
)
def test_turnout_against_last_term(now: tuple[int, int], before: tuple[int, int], printed: str) -> None:
    assert str(Change(Ratio(*now), Ratio(*before))) == printed


def test_the_union_of_two_bodies() -> None:
    """V22, A and K: one-shoulder persons are not inside the cross posts; the union is not the sum."""
    county = TwoBodies(party=603, committee=540, both_heads=16, cross=195)
    assert county.formula == "603 + 540 - 16 - 195 = 932"
    assert county.persons == 932
    assert TwoBodies(party=27, committee=27, both_heads=0, cross=19).persons == 35


A, B, C, D, E = (("id", name) for name in "ABCDE")


def test_two_bodies_as_sets() -> None:
    """Who heads both is counted once, and not among the cross posts."""
    party, committee = Body(frozenset({A, B, C}), A), Body(frozenset({A, C, D, E}), A)
    assert two_bodies(party, committee) == TwoBodies(party=3, committee=4, both_heads=1, cross=1)
    assert two_bodies(party, committee).persons == len({A, B, C, D, E})
    assert two_bodies(party, Body(frozenset({A, C}), C)) == TwoBodies(party=3, committee=2, both_heads=0, cross=2)
    nobody = Body(frozenset())
    assert two_bodies(nobody, nobody) == TwoBodies(party=0, committee=0, both_heads=0, cross=0)


PARTY_LAW = {"id": "party", "law": "party_2020", "electorate": "member"}
BRANCH = (
    Post(id="secretary", votes={"A": 20, "C": 5}, profile="party", layout="party", registered=40),
    Post(id="branch", seats=2, votes={"B": 20, "D": 19, "E": 2}, profile="party", layout="party", registered=40),
)


def committee(chair: str, *, second_round: bool) -> list[Post]:
    other = "B" if chair == "A" else "A"
    first = 40 if second_round else 60
    posts = [
        Post(id="chair", votes={chair: 60, other: 30}),
        Post(id="member", seats=2, votes={"B": 70, "F": first, "G": 20}, women="F"),
    ]
    again = Post(id="again", votes={"F": 60, "G": 30}, rule="supplementary", round=2, of="member")
    return [*posts, again] if second_round else posts


def joint(chair: str = "A", *, second_round: bool = False) -> DecidedUnit:
    """A village whose branch elects A secretary and B, D members, on a paper of its own; its committee: chair, B, F."""
    return decided(village(
        *BRANCH, *committee(chair, second_round=second_round), papers={"paper": 100, "party": 26}, registered=200,
        forms=[{"voters": 104}], more=[profile(**PARTY_LAW)],
    ))  # fmt: skip


def decided(one: Village) -> DecidedUnit:
    return DecidedUnit(one.unit, decide_unit(one.unit, one.profiles, one.tally))


def test_a_unit() -> None:
    """一肩挑: A heads both; 交叉任职: B sits in both; the union has A, B, D, F."""
    found = unit_composition(joint())
    assert found.bodies == TwoBodies(party=3, committee=3, both_heads=1, cross=1)
    assert found.bodies.persons == 4
    assert (str(found.women), found.has_woman) == ("1/3 (33.33 %)", True)
    assert found.first_round_full


def test_a_branch_in_a_unit_of_its_own() -> None:
    """The same persons, matched by id and name over two units."""
    branch = decided(village(*BRANCH, papers=26, registered=40, plain=profile(**PARTY_LAW)))
    assert str(unit_composition(branch).turnout) == "26/40 (65.00 %)"
    village_alone = decided(village(*committee("A", second_round=False), papers=100, forms=[{"voters": 104}]))
    found = unit_composition(village_alone, branch)
    assert found.bodies == TwoBodies(party=3, committee=3, both_heads=1, cross=1)
    assert str(found.turnout) == "104/100 (104.00 %)"  # a finding says that this cannot be


def test_a_unit_in_two_rounds() -> None:
    """The supplementary round fills the committee; the first round was no success."""
    found = unit_composition(joint("B", second_round=True))
    assert found.bodies == TwoBodies(party=3, committee=2, both_heads=0, cross=1)  # B is chair, no member
    assert not found.first_round_full
    assert found.has_woman


def test_who_heads_a_body() -> None:
    """Who is elected in the first post in whatever round; of a first post with two seats nobody is the head."""
    late = decided(village(
        Post(id="chair", votes={"A": 40, "C": 30}), Post(id="member", votes={"B": 60}),
        Post(id="again", votes={"C": 35, "A": 60}, rule="supplementary", round=2, of="chair"), papers=100,
    ))  # fmt: skip
    assert body_of([late], COMMITTEE_LAWS) == Body(frozenset({("A", "A"), ("B", "B")}), ("A", "A"))
    nobody_yet = decided(village(Post(id="chair", votes={"A": 40}), Post(id="member", votes={"B": 60}), papers=100))
    assert body_of([nobody_yet], COMMITTEE_LAWS) == Body(frozenset({("B", "B")}), None)
    equals = decided(village(Post(id="members", seats=2, votes={"A": 60, "B": 55}), papers=100))
    assert body_of([equals], COMMITTEE_LAWS) == Body(frozenset({("A", "A"), ("B", "B")}), None)


def test_a_unit_without_a_woman_and_with_advice() -> None:
    """A first round is full whatever was advised beside it, and not because of what a later round filled."""
    found = unit_composition(decided(village(
        Post(id="advice", votes={"C": 10}, rule="advisory"), Post(id="chair", votes={"A": 60}), papers=100,
    )))  # fmt: skip
    assert (str(found.women), found.has_woman, found.first_round_full) == ("0/1 (0.00 %)", False, True)
    second = unit_composition(decided(village(Post(id="chair", votes={"A": 60}, round=2), papers=100)))
    assert not second.first_round_full


def test_the_turnout_is_of_the_first_contest() -> None:
    """Each of a branch's two contests has its own register."""
    branch = decided(village(
        Post(id="secretary", votes={"A": 20}, registered=40), Post(id="branch", votes={"B": 20}, registered=30),
        papers=26, plain=profile(**PARTY_LAW),
    ))  # fmt: skip
    assert str(unit_composition(branch).turnout) == "26/40 (65.00 %)"


def test_a_county() -> None:
    """I: 10 of 12 units were full after the first round; women by units and by persons are two figures."""
    rows = [unit_composition(one) for one in [joint()] * 10 + [joint(second_round=True)] * 2]
    found = composition(rows)
    assert str(found.first_round_full) == "10/12 (83.33 %)"
    assert str(found.units_with_a_woman) == "12/12 (100.00 %)"
    assert str(found.women) == "12/36 (33.33 %)"
    assert str(found.both_heads) == "12/12 (100.00 %)"
    assert found.bodies.formula == "36 + 36 - 12 - 12 = 48"
    assert str(found.turnout) == "1248/2400 (52.00 %)"


def test_a_unit_without_bodies_or_figures() -> None:
    """What is not known is left out of every sum, and an advisory round elects nobody into a body."""
    advice = village(Post(id="a", votes={"A": 5}, rule="advisory"), papers=10, registered=None)
    found = unit_composition(decided(advice))
    assert found.bodies.persons == 0
    assert (found.turnout, found.first_round_full, found.women) == (Ratio(0, 0), False, Ratio(0, 0))
