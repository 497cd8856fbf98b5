"""What an explanation says: integers, comparisons, rule, source and date, in Chinese and English.

Serves [OUTCOME-2].
"""

import re
from typing import Any

import pytest

from tests.verifier.lawcases import case, contest, kin, written
from tests.verifier.profiles import profile
from verifier.decode.kinds import OUTCOMES as WORDS
from verifier.rules.explain import OUTCOMES, compared, explain, source_of, spoken
from verifier.rules.outcome import decide


def said(contests: list[Any], which: int = 0, **more: Any) -> str:
    unit = case(contests, **more)
    lines = list(explain(unit, unit.contests[which]))
    # every line cites in its own language: an article's date of force, or the path of a decided value
    assert [zh for zh, _ in lines if "in force" in zh or re.search(r"[（；][a-z_.]+: ", zh)] == []
    return "\n".join(f"{zh}\n{en}" for zh, en in lines)


def test_a_comparison_shows_its_integers() -> None:
    """[OUTCOME-2]."""
    assert compared({"num": 1, "den": 2, "strict": True}, 300, 600) == "2 x 300 > 600: no"
    assert compared({"num": 1, "den": 3, "strict": False}, 200, 600) == "3 x 200 >= 600: yes"
    assert compared({"num": 2, "den": 3, "strict": True}, 401, 600) == "3 x 401 > 2 x 600: yes"


def test_every_outcome_has_its_word() -> None:
    assert set(OUTCOMES) == {*WORDS, "voided", "not_final"}


def test_what_an_explanation_says() -> None:
    text = said(
        [contest("a", {"x": 60, "y": 60, "z": 30}, seats=2, written=9)],
        registered=199, paper={"voters": 100, "collected": 100}, persons=[written("a", "王五", 8)],
    )  # fmt: skip
    for line in (
        "职位 a a：选举，第 1 轮，应选 2 人", "contest a a: election, round 1, 2 seats",
        "turnout: 2 x 100 > 199: yes (VC-18 中华人民共和国村民委员会组织法 第18条 (2025-10-28, in force 2026-01-01))",
        "参选：2 x 100 > 199: 是（中华人民共和国村民委员会组织法第18条（2025-10-28，2026-01-01 起施行））",
        "收回多于应有：100 > 100: 否（", "over-count: 100 > 100: no (overcount: 选举委员会决定 2026-10-01)",
        "应选 2 人：2 > 2: 否；",
        "votes must be more than 1/2 of collected 100 (VC-18 中华人民共和国村民委员会组织法 第18条",
        "x name of x 得票 60；2 x 60 > 100: 是",
        "x name of x: votes 60; 2 x 60 > 100: yes", "z name of z: votes 30; 2 x 30 > 100: no",
        "+王五: votes 8; 2 x 8 > 100: no", "未公开姓名的另选票 1", "elected: x, y", "结论：选满", "outcome: full",
        "enough votes: 2, seats: 2; 2 > 2: no",
        "another outcome with another base (collected 100, valid 100, voters 100): no",
        "换用其他基数（收回选票 100, 有效票 100, 投票人数 100）结果是否不同：否",
    ):  # fmt: skip
        assert line in text, line


def test_explanations_of_every_outcome() -> None:
    """The word at the end is the result's, whatever happened before; nothing that is unknown breaks the text."""
    body = profile(female__method="top_woman_first", female__on_fail="supplementary", vacancy__allowed="after")
    women = contest("a", {"x": 90, "y": 80, "w": 5}, seats=2, women="w")
    stories: list[tuple[str, list[Any], dict[str, Any]]] = [
        ("impossible", [contest("a", {"x": 101})], {}), ("not_known", [contest("a", {"x": 60})], {"registered": None}),
        ("invalid_turnout", [contest("a", {"x": 60})], {"registered": 999}),
        ("invalid_overcount", [contest("a", {"x": 60})], {"paper": {"issued": 90}}),
        ("advisory", [contest("a", {"x": 60}, rule="advisory")], {}),
        ("nominated", [contest("a", {"x": 60}, rule="nomination")], {}),
        ("passed", [contest("a", {"x": 60}, rule="recall")], {}),
        ("not_passed", [contest("a", {"x": 6}, rule="recall")], {}),
        ("runoff", [contest("a", {"x": 60, "y": 60})], {}), ("women_supplementary", [women], {"body": body}),
        ("vacant", [contest("a", {"x": 6}, rule="supplementary")], {"body": body}),
        ("supplementary", [contest("a", {"x": 6})], {}), ("full", [contest("a", {"x": 60})], {}),
    ]  # fmt: skip
    assert {word for word, _, _ in stories} == set(WORDS)
    for word, contests, more in stories:
        assert decide(case(contests, **more))[0]["outcome"] == word
        text = said(contests, **more)
        assert text.endswith(f"结论：{OUTCOMES[word]}\noutcome: {word}"), word


def test_what_else_happened_is_told() -> None:
    body = profile(avoidance__method="highest_post_then_votes", elected__base="issued")
    two = [contest("a", {"x": 60}), contest("b", {"y": 95, "z": 80, "x": 70}, seats=2)]
    text = said(two, 1, body=body, paper={"issued": 100}, relations=kin("xy"))
    assert "close relatives of persons kept" in text
    assert "：y\n" in text
    assert "elected in a higher post or an earlier round: x" in text
    held = profile(female__method="top_woman_first", female__on_fail="supplementary")
    assert "1 seat held for women (female: " in said([contest("a", {"x": 90, "y": 80}, seats=2)], body=held)
    assert "a runoff for 1 seats (tie: " in said([contest("a", {"x": 60, "y": 60})])
    assert "1 seats open, must be filled" in said([contest("a", {"x": 6})])
    assert "1 seats open, may stay empty" in said([contest("a", {"x": 6})], body=profile(vacancy__allowed="before"))
    crowd = said([contest("a", {"x": 60, "y": 70, "z": 80}, seats=2)], paper={"issued": 99})
    assert "收回多于应有：100 > 99: 是（" in crowd
    assert "over-count: 100 > 99: yes (" in crowd
    assert "应选 2 人：3 > 2: 是；" in said([contest("a", {"x": 60, "y": 70, "z": 80}, seats=2)])
    assert "over-count: 100 > ?: not tested" in said([contest("a", {"x": 60})])
    assert "turnout: not known" in said([contest("a", {"x": 60})], registered=None)
    assert "candidates of the next round: x, y" in said([contest("a", {"x": 6, "y": 5})])


def test_sources_of_values() -> None:
    """An article of national law where it fixes the value, else whoever decided it, else the profile's text."""
    body = profile()
    assert source_of(body, "recall") == (
        "中华人民共和国村民委员会组织法第19条（2025-10-28，2026-01-01 起施行）",
        "VC-19 中华人民共和国村民委员会组织法 第19条 (2025-10-28, in force 2026-01-01)",
    )
    assert source_of(body, "tie") == ("选举委员会决定 2026-10-01", "tie: 选举委员会决定 2026-10-01")
    zh, en = source_of(body, "elected")
    assert "第18条" in zh and "；选举委员会决定" in zh and "elected: 选举委员会决定" in en
    assert source_of(profile(elected__num=2, elected__den=3), "elected.num")[1] == "elected: 选举委员会决定 2026-10-01"
    assert source_of(body, "publish") == (body["text"], body["text"])


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("本村决定", "本村决定", "本村决定"), ("甲 / the village", "甲", "the village"),
        ("甲 / 乙 / 丙", "甲 / 乙 / 丙", "甲 / 乙 / 丙"), ("甲 / silent；只提示", "甲；只提示", "silent"),
        ("某法；其余见 decided_by", "某法；其余见各项依据", "某法；其余见各项依据"),
    ],
)  # fmt: skip
def test_a_text_is_shown_in_one_language(text: str, zh: str, en: str) -> None:
    """[OUTCOME-2] No English tail in Chinese, no name of a field in either; the profile itself stays as sealed."""
    assert spoken(text) == (zh, en)


def test_figures_that_are_known_and_that_are_not() -> None:
    text = said([contest("a", {"x": 60}, valid=90)], registered=150, paper={"issued": 120, "voters": 110})
    assert (
        "数字：登记选民 150，发出选票 120，到会人数 未记录，收回选票 100，有效票 90，投票人数 110，每票至多 9 人"
        in text
    )
    assert (
        "figures: registered 150, issued 120, present unknown, collected 100, valid 90, voters 110, at most 9" in text
    )


def test_another_base_may_give_another_outcome() -> None:
    """[LAW-8] [OUTCOME-2] In both languages, with the value of every base that is known."""
    text = said([contest("a", {"x": 46}, valid=90)])
    assert "换用其他基数（收回选票 100, 有效票 90）结果是否不同：是\n" in text
    assert "another outcome with another base (collected 100, valid 90): yes\n" in text


def test_people_by_votes_as_they_are_counted() -> None:
    """Also where nobody is elected, and with the votes that roll down."""
    text = said([contest("a", {"x": 5, "y": 60, "z": 30})])
    assert text.index("y name of y") < text.index("z name of z") < text.index("x name of x")
    body = profile(roll_down=True, names__full=True)
    lower = said([contest("a", {"x": 60, "y": 40}), contest("b", {"y": 30})], 1, body=body)
    assert "y name of y: votes 70; 2 x 70 > 100: yes" in lower
    later = contest("a", {"x": 40}, rule="supplementary")
    assert "votes must be at least 1/3 of collected 100" in said([later])
    assert "x name of x: votes 40; 3 x 40 >= 100: yes" in said([later])
    assert "; supplementary: 选举委员会决定 2026-10-01)" in said([later])
    assert "第19条" in said([contest("a", {"x": 60}, rule="recall")])
    first = profile(supplementary__majority_first=True)
    assert "x name of x: votes 40; 3 x 40 >= 100: yes; 2 x 40 > 100: no" in said([later], body=first)
    assert "votes must be more than 1/2 of collected 100" in said([later], body=first)
    unknown = said([later], body=profile(supplementary__base="issued"))
    assert "1/3 of issued ?" in unknown
    assert unknown.endswith("outcome: not_known")


def test_the_source_of_most_votes_win() -> None:
    """The article of the profile's law, or the profile's own text where no article is known."""
    assert "most votes win (VC-18 中华人民共和国村民委员会组织法 第18条" in said([contest("a", {"x": 60})])
    party = profile(law="party_2020", electorate="member", proxy__allowed=False)
    assert "most votes win (演练细则 2026-10-01)" in said([contest("a", {"x": 60})], body=party)
