"""Articles, findings and results as data: equal to the spec's files, whole, and read back as they were written."""

import json
from pathlib import Path

import pytest

from tally_protocol.errors import Malformed
from tally_protocol.law.articles import ARTICLES, article
from tally_protocol.law.finding_texts import FINDING_TEXTS
from tally_protocol.law.profile import Proxy
from tally_protocol.law.proxies import accepted_proxies
from tally_protocol.law.result import Outcome, Result
from tests.laws import rows_avoidance, rows_rounds
from tests.laws.cases import Case


def test_articles_are_those_of_the_spec(root: Path) -> None:
    known = json.loads((root / "spec/laws.json").read_text("utf-8"))
    ours = {
        key: {"law": one.law, "article": one.article, "date": one.date, "in_force": one.in_force}
        for key, one in ARTICLES.items()
    }
    assert ours == known
    assert article("VC-18").zh == "中华人民共和国村民委员会组织法第18条（2025-10-28）"


def test_every_finding_has_its_texts(root: Path) -> None:
    """Each code of the table, in its order, with a line for the desk and a longer text for the county."""
    rows = [
        (int(cells[1]), cells[2].strip(" `"))
        for line in (root / "spec/8-law.md").read_text("utf-8").splitlines()
        if (cells := line.split("|"))[1:2] and cells[1].strip().isdigit()
    ]
    assert [(text.number, code) for code, text in FINDING_TEXTS.items()] == rows
    for text in FINDING_TEXTS.values():
        assert 4 <= len(text.desk.zh) < len(text.county.zh)
        assert 10 <= len(text.desk.en) < len(text.county.en)
        assert "先查" in text.county.zh
        assert "处理" in text.county.zh
        assert "Check first:" in text.county.en
        assert "Do:" in text.county.en


def test_outcome_words_are_those_of_the_spec(root: Path) -> None:
    """The table of outcomes in spec/8, words and Chinese."""
    text = (root / "spec/8-law.md").read_text("utf-8")
    table = text[text.index("## Outcome of a contest") : text.index("**[ROUND-1]**")]
    for outcome in Outcome:
        assert f"`{outcome.value}`" in table
        assert outcome.zh.removeprefix("罢免") in table


@pytest.mark.parametrize("case", [*rows_rounds.ROWS, *rows_avoidance.ROWS], ids=lambda case: case.id)
def test_a_result_is_read_back(case: Case) -> None:
    for result in case.village().results().values():
        assert Result.parse(result.to_body(), "result") == result


def test_a_result_has_no_other_fields() -> None:
    (result,) = rows_rounds.NEXT_ROUND[0].village().results().values()
    with pytest.raises(Malformed) as refused:
        Result.parse(result.to_body() | {"votes": 1}, "result")
    assert refused.value.code == "E_UNKNOWN_FIELD"


@pytest.mark.parametrize("outcome", ["voided", "not_final", "elected"])
def test_words_that_are_in_no_determination(outcome: str) -> None:
    (result,) = rows_rounds.NEXT_ROUND[0].village().results().values()
    with pytest.raises(Malformed) as refused:
        Result.parse(result.to_body() | {"outcome": outcome}, "result")
    assert refused.value.code == "E_FIELD"


@pytest.mark.parametrize(
    ("allowed", "candidates", "limit", "proxies", "holder_is_candidate", "accepted"),
    [
        (True, False, 3, 4, False, 3),  # V24a: the fourth is refused
        (True, False, 3, 1, True, 0),  # V24b: a candidate holds none
        (True, True, 3, 1, True, 1),
        (True, False, 3, 3, False, 3),
        (True, False, 3, 0, False, 0),
        (True, False, 0, 2, False, 0),
        (False, True, 3, 2, False, 0),
    ],
)
def test_proxies_at_the_desk(
    *, allowed: bool, candidates: bool, limit: int, proxies: int, holder_is_candidate: bool, accepted: int
) -> None:
    """J2 [PROXY-1]."""
    rule = Proxy(allowed=allowed, candidates=candidates, deadline_days=3, holder="any", limit=limit)
    assert accepted_proxies(rule, proxies, holder_is_candidate=holder_is_candidate) == accepted
