"""Dated rules of provinces: 浙江 2020, 上海 2020, 北京 2012, 河南 2011, 山东 2011, 甘肃 (as quoted).

They are examples with their dates, never "current law". Requirements [VALID-2] [VALID-3] [VALID-4] [LAW-3] [LAW-5]
[LAW-7] [POST-2] [POST-3] [POST-4] [POST-5] [POST-6] [ROUND-1] [ROUND-2] [ROUND-3]; articles ZJ-21 to GS-27.
"""

import pytest

from tests.laws.cases import Case, Due, check, full, nobody, runoff, shipped, supplementary
from tests.laws.papers import kinds, votes
from tests.laws.village import Post

CHAIR = Post(id="chair", votes={"A": 0, "X": 0}, slots=1)
VICE = Post(id="vice", votes={"B": 0, "X": 0}, slots=1)
MEMBERS = Post(id="member", seats=3, votes={"K": 0, "L": 0, "M": 0, "N": 0, "X": 0}, slots=1)
PAPER = [CHAIR, VICE, MEMBERS]
FOUR = {"chair": "○A", "vice": "○B", "member": "○K ○L ○M ○N"}


def each(*words: str) -> dict[str, str]:
    return dict(zip(("chair", "vice", "member"), words, strict=True))


# --- what a paper counts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["zhejiang-village-2020", "shanghai-village-2020", "beijing-village-2012", "henan-village-2011"]
)
def test_over_vote_voids_the_whole_paper(name: str) -> None:
    """V13a, C1: ZJ-27, SH-19, BJ-28, HN-35. The paper stays in C: every contest counts it once."""
    assert kinds(shipped(name), PAPER, FOUR) == each("over", "over", "over")
    assert kinds(shipped(name), PAPER, FOUR | {"member": "○K ○L ○M"}) == each("valid", "valid", "valid")


def test_over_vote_of_one_column() -> None:
    """V13b, V14a, C1, C2: where a village's rule voids the column only, A and B count."""
    law = shipped("cn-village-2026-national", **{"ballot.overvote.scope": "post"})
    assert kinds(law, PAPER, FOUR) == each("valid", "valid", "over")
    assert votes(law, PAPER, FOUR) == {"chair": "A", "vice": "B", "member": ""}
    assert kinds(law, PAPER, FOUR | {"chair": ""}) == each("blank", "valid", "over")


def test_over_vote_of_the_whole_paper_by_total() -> None:
    """V14b, C2: five names for five seats are within the limit where the profile compares totals; six are not."""
    law = shipped("cn-village-2026-national", **{"ballot.overvote.compare": "total", "ballot.overvote.scope": "post"})
    assert kinds(law, PAPER, FOUR | {"chair": ""}) == each("blank", "valid", "valid")
    assert kinds(law, PAPER, FOUR) == each("over", "over", "over")


@pytest.mark.parametrize(
    ("dup_post", "words", "counted"),
    [
        ("ballot", each("duplicate", "duplicate", "duplicate"), each("", "", "")),  # ZJ-27
        ("columns", each("duplicate", "duplicate", "valid"), each("", "", "K")),
        ("highest_only", each("valid", "blank", "valid"), each("X", "", "K")),
    ],
)
def test_one_person_in_two_posts(dup_post: str, words: dict[str, str], counted: dict[str, str]) -> None:
    """C3: Zhejiang voids the paper; elsewhere the text is silent and the profile says it."""
    law = shipped("zhejiang-village-2020", **{"ballot.dup_post": dup_post})
    marks = {"chair": "○X", "vice": "○X", "member": "○K"}
    assert kinds(law, PAPER, marks) == words
    assert votes(law, PAPER, marks) == counted


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shandong-village-2011", each("valid", "valid", "blank")),  # SD-23: the legible rest counts
        ("henan-village-2011", each("illegible", "illegible", "illegible")),  # HN-35
        ("beijing-village-2012", each("illegible", "illegible", "illegible")),  # BJ-28
    ],
)
def test_illegible(name: str, words: dict[str, str]) -> None:
    """C4: the part in Shandong, the paper in Henan and Beijing."""
    assert kinds(shipped(name), PAPER, {"chair": "?A", "vice": "○B"}) == words


def test_marks_that_are_not_provided() -> None:
    """C5: void with its reason (HN-35); a village may say that they do not matter."""
    marks = {"chair": "○A", "vice": "○B", "member": "○K"}
    assert kinds(shipped("henan-village-2011"), PAPER, marks, "marked") == each("marked", "marked", "marked")
    lenient = shipped("henan-village-2011", **{"ballot.extra_mark": "ignore"})
    assert kinds(lenient, PAPER, marks, "marked") == each("valid", "valid", "valid")
    assert kinds(lenient, PAPER, marks, "torn") == each("torn", "torn", "torn")  # C8: never leniency for a torn paper


def test_names_written_in_count_with_the_approvals() -> None:
    """C10: approvals and written-in names together not more than the seats."""
    law = shipped("zhejiang-village-2020", **{"ballot.overvote.scope": "post"})
    assert kinds(law, PAPER, {"chair": "○A +1", "member": "○K ○L +2"}) == each("over", "blank", "valid")


def test_blank_is_an_abstention_in_its_own_class() -> None:
    """C9: collected, counted, for nobody (BJ-28, SD-23)."""
    assert kinds(shipped("beijing-village-2012"), PAPER, {"vice": "×B"}) == each("blank", "valid", "blank")


# --- who is elected ---------------------------------------------------------------------------------------------------


def post(name: str, marks: dict[str, int], **more: object) -> Post:
    return Post(id=name, votes=marks, **more)  # type: ignore[arg-type]


THREE = {"A": 700, "B": 500, "C": 500, "D": 100}

CASES = (
    # Zhejiang
    ("zhejiang-village-2020", Case(
        id="ZJ-27", covers="B2", posts=[post("chair", {"A": 400})], papers=502, registered=600,
        forms=[{"voters": 501}], due={"chair": nobody("invalid_overcount")},
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-28", covers="F1", posts=[post("member", THREE, seats=2)], papers=900,
        due={"member": runoff("B C", 1, "A")},
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-21-seat", covers="I2", papers=900,
        posts=[
            post("member", {"A": 500, "F": 400}, seats=1),
            post("woman", {"F": 460, "G": 440}, women="FG", female_only=True),
        ],
        due={"member": full("A"), "woman": full("F")},
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-21-short", covers="I2", papers=900, posts=[
            post("member", {"A": 700, "F": 600}, seats=2),
            post("woman", {"F": 100, "G": 150, "H": 140, "M": 460}, women="FGH", female_only=True),
        ],
        # F sits as a member already, M is a man: the women's seat goes to a women's round, and is never vacant
        due={
            "member": full("A F"),
            "woman": Due(outcome="women_supplementary", short=1, next="G H"),
        },
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-29", covers="G2", posts=[post("member", {"A": 440, "B": 300, "C": 200}, seats=2)], papers=900,
        due={"member": supplementary(2, "A B C")},
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-30-no", covers="G4", posts=[
            post("chair", {"A": 500}),
            post("member", {"B": 500, "C": 250}, seats=3),
            post("more", {"C": 200}, seats=2, rule="supplementary", round=2),
        ],
        papers=900,
        due={
            "chair": full("A"),
            "member": supplementary(2, "C", "B"),
            "more": supplementary(2, "C"),  # two members are too few to stop
        },
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-30-yes", covers="G4", posts=[
            post("chair", {"A": 500}),
            post("member", {"B": 500, "D": 480, "C": 250}, seats=3),
            post("more", {"C": 200}, rule="supplementary", round=2),
        ],
        papers=900,
        due={
            "chair": full("A"),
            "member": supplementary(1, "C", "B D"),  # not before the round
            "more": Due(outcome="vacant", short=1, may_stop=True),
        },
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-31-most-votes", covers="I5", papers=900, relatives=[("B", "C", "spouse")],
        posts=[post("member", {"B": 550, "C": 540, "D": 470, "E": 230}, seats=2)],
        due={"member": full("B D", removed="C")},
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-31-equal", covers="I5", papers=900, relatives=[("B", "C", "spouse")],
        posts=[post("member", {"B": 550, "C": 550, "D": 480}, seats=2)],
        due={"member": runoff("B C", 1, "D")},  # vote again for one seat; the other goes to the next above the share
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-31-grandchild", covers="I5", papers=900, relatives=[("A", "B", "grandchild")],
        posts=[post("chair", {"A": 600}), post("member", {"B": 550}, seats=1)],
        due={"chair": full("A"), "member": full("B")},  # its list has no grandparents (the Civil Code has)
    )),
    ("zhejiang-village-2020", Case(
        id="ZJ-31-third", covers="I5", papers=900, relatives=[("B", "C", "spouse")],
        posts=[post("member", {"B": 400, "C": 390, "D": 310, "E": 290}, seats=2, rule="supplementary", round=2)],
        due={"member": full("B D", removed="C")},  # after a supplementary round: the next with a third
    )),
    # Shanghai
    ("shanghai-village-2020", Case(
        id="SH-19", covers="B2", posts=[post("chair", {"A": 400})], papers=502, registered=600,
        forms=[{"voters": 501}], due={"chair": nobody("invalid_overcount")},
    )),
    ("shanghai-village-2020", Case(
        id="SH-20", covers="F1", posts=[post("member", THREE, seats=2)], papers=900,
        due={"member": runoff("B C", 1, "A")},
    )),
    ("shanghai-village-2020", Case(
        id="SH-21", covers="G4", posts=[post("member", {"A": 500, "B": 490, "C": 480, "D": 300}, seats=4)], papers=900,
        due={"member": supplementary(1, "D", "A B C", may_stop=True)},  # before the round, if three are elected
    )),
    ("shanghai-village-2020", Case(
        id="SH-21-two", covers="G4", posts=[post("member", {"A": 500, "B": 490, "C": 440, "D": 300}, seats=4)],
        papers=900, due={"member": supplementary(2, "C D", "A B")},
    )),
    # Beijing
    ("beijing-village-2012", Case(
        id="BJ-28", covers="3 E1", posts=[post("chair", {"A": 309, "B": 290}, void=17)], papers=622,
        due={"chair": supplementary(1, "A B")},  # 废票计入选票总数
    )),
    ("beijing-village-2012", Case(
        id="BJ-29", covers="F1", posts=[post("member", THREE, seats=2)], papers=900,
        due={"member": runoff("B C", 1, "A")},
    )),
    ("beijing-village-2012", Case(
        id="BJ-30-chair", covers="G4", posts=[
            post("chair", {"Z": 440}),
            post("member", {"A": 500, "B": 490, "C": 480, "D": 470, "E": 300}, seats=5),
            post("more", {"E": 250}, rule="supplementary", round=2),
        ],
        papers=900,
        due={
            "chair": supplementary(1, "Z"),
            "member": supplementary(1, "E", "A B C D"),
            "more": supplementary(1, "E"),  # four are elected, but there is no chair: no seat may stay empty
        },
    )),
    ("beijing-village-2012", Case(
        id="BJ-30-three", covers="G4", posts=[
            post("chair", {"Z": 460}),
            post("member", {"A": 500, "B": 490, "C": 440}, seats=3),
            post("more", {"C": 250}, rule="supplementary", round=2),
        ],
        papers=900,
        due={
            "chair": full("Z"),
            "member": supplementary(1, "C", "A B"),
            "more": supplementary(1, "C"),  # 超过三人: three are not more than three
        },
    )),
    ("beijing-village-2012", Case(
        id="BJ-30-later-chair", covers="G4", posts=[
            post("chair", {"Z": 440}),
            post("member", {"A": 500, "B": 490, "C": 480, "D": 300}, seats=4),
            post("chair2", {"Z": 460}, rule="supplementary", round=2, of="chair"),
            post("more", {"D": 250}, rule="supplementary", round=2),
        ],
        papers=900,
        due={
            "chair": supplementary(1, "Z"),
            "member": supplementary(1, "D", "A B C"),
            "chair2": full("Z"),
            "more": Due(outcome="vacant", short=1, may_stop=True),  # four members with the chair of the second round
        },
    )),
    # Henan
    ("henan-village-2011", Case(
        id="HN-35", covers="B2", posts=[post("chair", {"A": 400})], papers=502, registered=600,
        forms=[{"voters": 520, "issued": 501}], due={"chair": nobody("invalid_overcount")},  # papers issued, not voters
    )),
    ("henan-village-2011", Case(
        id="HN-36", covers="F1", posts=[post("member", THREE, seats=2)], papers=900,
        due={"member": runoff("B C", 1, "A")},
    )),
    ("henan-village-2011", Case(
        id="HN-38-first", covers="G5", posts=[
            post("member", {"A": 460, "B": 400, "C": 310}, seats=2, rule="supplementary", round=2),
        ],
        papers=900,
        due={"member": supplementary(1, "B C", "A", base="collected")},  # A has more than half: a third is not asked
    )),
    ("henan-village-2011", Case(
        id="HN-38-third", covers="G5", posts=[
            post("member", {"A": 450, "B": 400, "C": 310}, seats=2, rule="supplementary", round=2),
        ],
        papers=900, due={"member": full("A B")},  # nobody has more than half: most votes with a third
    )),
    ("henan-village-2011", Case(
        id="HN-38-turnout", covers="G6", posts=[post("member", {"A": 460}, rule="supplementary", round=2)],
        papers=900, registered=1800, due={"member": nobody("invalid_turnout")},
    )),
    ("henan-village-2011", Case(
        id="HN-25", covers="F4", posts=[
            post("member", {"A": 90, "B": 80, "C": 70, "D": 70, "E": 0}, seats=2, rule="nomination"),
        ],
        papers=900, due={"member": Due(outcome="nominated", next="A B C D")},
    )),
    # Shandong
    ("shandong-village-2011", Case(
        id="V16a", covers="I3", posts=[post("member", {"A": 700, "B": 650, "C": 600, "F": 480}, seats=3, women="F")],
        papers=900, due={"member": full("A B F")},
    )),
    ("shandong-village-2011", Case(
        id="V16b", covers="I3", posts=[post("member", {"A": 700, "B": 650, "C": 600, "G": 300}, seats=3, women="G")],
        papers=900, due={"member": Due(outcome="women_supplementary", elected="A B", held=1, next_women="G")},
    )),
    ("shandong-village-2011", Case(
        id="I3-by-votes", covers="I3", papers=900,
        posts=[post("member", {"A": 700, "F": 650, "C": 600, "D": 480}, seats=3, women="F")],
        due={"member": full("A F C")},
    )),
    ("shandong-village-2011", Case(
        id="I3-short", covers="I3", posts=[post("member", {"A": 700, "B": 440, "G": 300}, seats=3, women="G")],
        papers=900,
        due={"member": Due(
            outcome="women_supplementary", elected="A", held=1, short=1, next="B G", next_women="G",
        )},
    )),
    ("shandong-village-2011", Case(
        id="I4-woman-higher", covers="I4", papers=900, posts=[
            post("vice", {"F": 600}, women="F"),
            post("member", {"A": 700, "B": 650, "C": 600, "G": 480}, seats=3, women="G"),
        ],
        due={"vice": full("F"), "member": full("A B C")},
    )),
    # roll-down
    ("example-roll-down-village", Case(
        id="V15a", covers="H2", papers=800,
        posts=[
            post("chair", {"Y": 430, "X": 350}),
            post("vice", {"Z": 420, "X": 30, "Q": 300}),
            post("member", {"P": 500, "N": 410, "X": 60, "Q": 120}, seats=2),
        ],
        # X: vice 380 <= 400, member 350 + 30 + 60 = 440 > N 410
        due={"chair": full("Y"), "vice": full("Z"), "member": full("P X")},
    )),
    ("example-roll-down-village", Case(
        id="GS-27-not-standing", covers="H2", papers=800,
        posts=[post("chair", {"Y": 430, "X": 350}), post("vice", {"Z": 390}, written={"X": 60}, meant={"X": "X"})],
        due={"chair": full("Y"), "vice": full("X")},  # 350 + 60 = 410, written in below, printed above
    )),
    ("example-roll-down-village", Case(
        id="GS-27-rolled-alone", covers="H2", papers=800,
        posts=[post("chair", {"Y": 390, "X": 405}), post("vice", {"Z": 391})],
        due={"chair": full("X"), "vice": supplementary(1, "Z Y")},  # Y never stood for vice and comes with 390
    )),
    ("example-roll-down-village", Case(
        id="GS-27-never-upward", covers="H2", papers=800,
        posts=[post("chair", {"X": 390, "Y": 200}), post("vice", {"X": 100, "Z": 300})],
        due={"chair": supplementary(1, "Y"), "vice": full("X")},  # 490 as vice, 390 as chair
    )),
)  # fmt: skip


@pytest.mark.parametrize(("name", "case"), CASES, ids=[case.id for _, case in CASES])
def test_province(name: str, case: Case) -> None:
    check(case, shipped(name))
