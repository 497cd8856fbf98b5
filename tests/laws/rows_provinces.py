"""Worked cases of dated provincial rules: who is elected (articles ZJ-21 to GS-27); integers by hand."""

from tests.laws.cases import Case, Due, full, nobody, runoff, supplementary
from tests.laws.village import Post


def post(name: str, marks: dict[str, int], **more: object) -> Post:
    return Post(id=name, votes=marks, **more)  # type: ignore[arg-type]


THREE = {"A": 700, "B": 500, "C": 500, "D": 100}

PROVINCES = (
    # Zhejiang
    Case(
        law="zhejiang-village-2020", id="ZJ-27", covers="B2",
        posts=[post("chair", {"A": 400})], papers=502, registered=600,
        forms=[{"voters": 501}], due={"chair": nobody("invalid_overcount")},
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-28", covers="F1",
        posts=[post("member", THREE, seats=2)], papers=900,
        due={"member": runoff("B C", 1, "A")},
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-21-seat", covers="I2",
        papers=900,
        posts=[
            post("member", {"A": 500, "F": 400}, seats=1),
            post("woman", {"F": 460, "G": 440}, women="FG", female_only=True),
        ],
        due={"member": full("A"), "woman": full("F")},
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-21-short", covers="I2",
        papers=900, posts=[
            post("member", {"A": 700, "F": 600}, seats=2),
            post("woman", {"F": 100, "G": 150, "H": 140, "M": 460}, women="FGH", female_only=True),
        ],
        # F sits as a member already, M is a man: the women's seat goes to a women's round, and is never vacant
        due={
            "member": full("A F"),
            "woman": Due(outcome="women_supplementary", short=1, next="G H"),
        },
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-29", covers="G2",
        posts=[post("member", {"A": 440, "B": 300, "C": 200}, seats=2)], papers=900,
        due={"member": supplementary(2, "A B C")},
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-30-no", covers="G4",
        posts=[
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
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-30-yes", covers="G4",
        posts=[
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
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-31-most-votes", covers="I5",
        papers=900, relatives=[("B", "C", "spouse")],
        posts=[post("member", {"B": 550, "C": 540, "D": 470, "E": 230}, seats=2)],
        due={"member": full("B D", removed="C")},
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-31-equal", covers="I5",
        papers=900, relatives=[("B", "C", "spouse")],
        posts=[post("member", {"B": 550, "C": 550, "D": 480}, seats=2)],
        due={"member": runoff("B C", 1, "D")},  # vote again for one seat; the other goes to the next above the share
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-31-grandchild", covers="I5",
        papers=900, relatives=[("A", "B", "grandchild")],
        posts=[post("chair", {"A": 600}), post("member", {"B": 550}, seats=1)],
        due={"chair": full("A"), "member": full("B")},  # its list has no grandparents (the Civil Code has)
    ),
    Case(
        law="zhejiang-village-2020", id="ZJ-31-third", covers="I5",
        papers=900, relatives=[("B", "C", "spouse")],
        posts=[post("member", {"B": 400, "C": 390, "D": 310, "E": 290}, seats=2, rule="supplementary", round=2)],
        due={"member": full("B D", removed="C")},  # after a supplementary round: the next with a third
    ),
    # Shanghai
    Case(
        law="shanghai-village-2020", id="SH-19", covers="B2",
        posts=[post("chair", {"A": 400})], papers=502, registered=600,
        forms=[{"voters": 501}], due={"chair": nobody("invalid_overcount")},
    ),
    Case(
        law="shanghai-village-2020", id="SH-20", covers="F1",
        posts=[post("member", THREE, seats=2)], papers=900,
        due={"member": runoff("B C", 1, "A")},
    ),
    Case(
        law="shanghai-village-2020", id="SH-21", covers="G4",
        posts=[post("member", {"A": 500, "B": 490, "C": 480, "D": 300}, seats=4)], papers=900,
        due={"member": supplementary(1, "D", "A B C", may_stop=True)},  # before the round, if three are elected
    ),
    Case(
        law="shanghai-village-2020", id="SH-21-two", covers="G4",
        posts=[post("member", {"A": 500, "B": 490, "C": 440, "D": 300}, seats=4)],
        papers=900, due={"member": supplementary(2, "C D", "A B")},
    ),
    # Beijing
    Case(
        law="beijing-village-2012", id="BJ-28", covers="3 E1",
        posts=[post("chair", {"A": 309, "B": 290}, void=17)], papers=622,
        due={"chair": supplementary(1, "A B")},  # 废票计入选票总数
    ),
    Case(
        law="beijing-village-2012", id="BJ-29", covers="F1",
        posts=[post("member", THREE, seats=2)], papers=900,
        due={"member": runoff("B C", 1, "A")},
    ),
    Case(
        law="beijing-village-2012", id="BJ-30-chair", covers="G4",
        posts=[
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
    ),
    Case(
        law="beijing-village-2012", id="BJ-30-three", covers="G4",
        posts=[
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
    ),
    Case(
        law="beijing-village-2012", id="BJ-30-later-chair", covers="G4",
        posts=[
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
    ),
    # Henan
    Case(
        law="henan-village-2011", id="HN-35", covers="B2",
        posts=[post("chair", {"A": 400})], papers=502, registered=600,
        forms=[{"voters": 520, "issued": 501}], due={"chair": nobody("invalid_overcount")},  # papers issued, not voters
    ),
    Case(
        law="henan-village-2011", id="HN-36", covers="F1",
        posts=[post("member", THREE, seats=2)], papers=900,
        due={"member": runoff("B C", 1, "A")},
    ),
    Case(
        law="henan-village-2011", id="HN-38-first", covers="G5",
        posts=[
            post("member", {"A": 460, "B": 400, "C": 310}, seats=2, rule="supplementary", round=2),
        ],
        papers=900,
        due={"member": supplementary(1, "B C", "A", base="collected")},  # A has more than half: a third is not asked
    ),
    Case(
        law="henan-village-2011", id="HN-38-third", covers="G5",
        posts=[
            post("member", {"A": 450, "B": 400, "C": 310}, seats=2, rule="supplementary", round=2),
        ],
        papers=900, due={"member": full("A B")},  # nobody has more than half: most votes with a third
    ),
    Case(
        law="henan-village-2011", id="HN-38-turnout", covers="G6",
        posts=[post("member", {"A": 460}, rule="supplementary", round=2)],
        papers=900, registered=1800, due={"member": nobody("invalid_turnout")},
    ),
    Case(
        law="henan-village-2011", id="HN-25", covers="F4",
        posts=[
            post("member", {"A": 90, "B": 80, "C": 70, "D": 70, "E": 0}, seats=2, rule="nomination"),
        ],
        papers=900, due={"member": Due(outcome="nominated", next="A B C D")},
    ),
    # Shandong
    Case(
        law="shandong-village-2011", id="V16a", covers="I3",
        posts=[post("member", {"A": 700, "B": 650, "C": 600, "F": 480}, seats=3, women="F")],
        papers=900, due={"member": full("A B F")},
    ),
    Case(
        law="shandong-village-2011", id="V16b", covers="I3",
        posts=[post("member", {"A": 700, "B": 650, "C": 600, "G": 300}, seats=3, women="G")],
        papers=900, due={"member": Due(outcome="women_supplementary", elected="A B", held=1, next_women="G")},
    ),
    Case(
        law="shandong-village-2011", id="I3-by-votes", covers="I3",
        papers=900,
        posts=[post("member", {"A": 700, "F": 650, "C": 600, "D": 480}, seats=3, women="F")],
        due={"member": full("A F C")},
    ),
    Case(
        law="shandong-village-2011", id="I3-short", covers="I3",
        posts=[post("member", {"A": 700, "B": 440, "G": 300}, seats=3, women="G")],
        papers=900,
        due={"member": Due(
            outcome="women_supplementary", elected="A", held=1, short=1, next="B G", next_women="G",
        )},
    ),
    Case(
        law="shandong-village-2011", id="I4-woman-higher", covers="I4",
        papers=900, posts=[
            post("vice", {"F": 600}, women="F"),
            post("member", {"A": 700, "B": 650, "C": 600, "G": 480}, seats=3, women="G"),
        ],
        due={"vice": full("F"), "member": full("A B C")},
    ),
    # roll-down
    Case(
        law="example-roll-down-village", id="V15a", covers="H2",
        papers=800,
        posts=[
            post("chair", {"Y": 430, "X": 350}),
            post("vice", {"Z": 420, "X": 30, "Q": 300}),
            post("member", {"P": 500, "N": 410, "X": 60, "Q": 120}, seats=2),
        ],
        # X: vice 380 <= 400, member 350 + 30 + 60 = 440 > N 410
        due={"chair": full("Y"), "vice": full("Z"), "member": full("P X")},
    ),
    Case(
        law="example-roll-down-village", id="GS-27-not-standing", covers="H2",
        papers=800,
        posts=[post("chair", {"Y": 430, "X": 350}), post("vice", {"Z": 390}, written={"X": 60}, meant={"X": "X"})],
        due={"chair": full("Y"), "vice": full("X")},  # 350 + 60 = 410, written in below, printed above
    ),
    Case(
        law="example-roll-down-village", id="GS-27-rolled-alone", covers="H2",
        papers=800,
        posts=[post("chair", {"Y": 390, "X": 405}), post("vice", {"Z": 391})],
        due={"chair": full("X"), "vice": supplementary(1, "Z Y")},  # Y never stood for vice and comes with 390
    ),
    Case(
        law="example-roll-down-village", id="GS-27-never-upward", covers="H2",
        papers=800,
        posts=[post("chair", {"X": 390, "Y": 200}), post("vice", {"X": 100, "Z": 300})],
        due={"chair": supplementary(1, "Y"), "vice": full("X")},  # 490 as vice, 390 as chair
    ),
)  # fmt: skip
