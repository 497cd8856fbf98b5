"""村民委员会组织法 (2025-10-28, in force 2026-01-01): arts. 8, 18, 19 as worked cases, integers by hand.

Requirements [SHARE-1] [PROF-2] [LAW-2] [LAW-3] [LAW-4] [LAW-5] [LAW-6] [LAW-7] [LAW-8] [POST-1] [ROUND-1]; articles
VC-8, VC-18, VC-19. The profile is the one that the county ships for this law.
"""

import pytest

from tally_protocol.law.share import Share
from tests.laws.cases import Case, Due, check, full, shipped, supplementary
from tests.laws.rows_national import LAW, NATIONAL, RECALL, SUPPLEMENTARY, chair


@pytest.mark.parametrize("case", [*NATIONAL, *SUPPLEMENTARY, *RECALL], ids=lambda case: case.id)
def test_national_law(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("base", "due"),
    [
        ("valid", full("A", base="valid", base_value=605, sensitive=True)),  # 618 > 605: the wrong base elects A
        ("collected", supplementary(1, "A B", sensitive=True)),
        ("registered", supplementary(1, "A B", base="registered", base_value=622, sensitive=True)),
    ],
)
def test_the_base_decides(base: str, due: Due) -> None:
    """V05b: E1. No text says that valid papers are the base; where a profile says it, the flag tells."""
    case = Case(
        id="V05b", covers="E1", posts=[chair({"A": 309, "B": 290}, void=17)], papers=622, due={"chair": due}
    )
    check(case, shipped(LAW, **{"elected.base": base}))


def test_voters_as_base() -> None:
    """V07b: 616 <= 620 with the voters as base; without V the papers issued stand in, without both the collected."""
    post = chair({"A": 308})
    law = shipped(LAW, **{"elected.base": "voters"})
    for form, value in (({"voters": 620, "issued": 625}, 620), ({"issued": 620}, 620), ({}, 612)):
        due = full("A") if value == 612 else supplementary(1, "A")
        due = Due(**{**{name: getattr(due, name) for name in Due.__dataclass_fields__}, "base": "voters",
                     "base_value": value})  # fmt: skip
        check(Case(id="V07b", covers="3", posts=[post], papers=612, registered=1000, forms=[form],
                   due={"chair": due}), law)  # fmt: skip


@pytest.mark.parametrize(
    ("share", "value", "base", "reached"),
    [
        (Share(num=1, den=2, strict=True), 300, 600, False),
        (Share(num=1, den=2, strict=True), 301, 600, True),
        (Share(num=2, den=3, strict=False), 400, 600, True),
        (Share(num=2, den=3, strict=False), 399, 600, False),
        (Share(num=2, den=3, strict=True), 400, 600, False),
        (Share(num=1, den=3, strict=False), 0, 0, True),
        (Share(num=1, den=3, strict=True), 0, 0, False),
    ],
)
def test_legal_words_are_integers(share: Share, value: int, base: int, *, reached: bool) -> None:
    """CC-1259 by analogy [SHARE-1]: 以上 includes the number, 超过 does not."""
    assert share.reaches(value, base) is reached
