"""Dated rules of provinces: 浙江 2020, 上海 2020, 北京 2012, 河南 2011, 山东 2011, 甘肃 (as quoted).

They are examples with their dates, never "current law". Requirements [VALID-2] [VALID-3] [VALID-4] [LAW-3] [LAW-5]
[LAW-7] [POST-2] [POST-3] [POST-4] [POST-5] [POST-6] [ROUND-1] [ROUND-2] [ROUND-3]; articles ZJ-21 to GS-27.
"""

import pytest

from tests.laws.cases import Case, check, shipped
from tests.laws.papers import kinds, votes
from tests.laws.rows_provinces import PROVINCES
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


@pytest.mark.parametrize("case", PROVINCES, ids=lambda case: case.id)
def test_province(case: Case) -> None:
    check(case)
