"""Why a contest came out as it did, in two languages, with its integers and its sources [OUTCOME-2]."""

import operator
import re
from math import prod

import pytest

from tally_protocol.ids import ContestId
from tally_protocol.law.explanation import explain
from tally_protocol.law.sayings import Line, because, most_votes_win
from tests.laws import rows_avoidance, rows_figures, rows_national, rows_provinces, rows_rounds, rows_women
from tests.laws.cases import Case
from tests.laws.village import Post, village
from tests.profiles import profile

EVERY = (
    *rows_national.NATIONAL, *rows_national.SUPPLEMENTARY, *rows_national.RECALL, *rows_provinces.PROVINCES,
    *rows_figures.ROWS, *rows_women.ROWS, *rows_avoidance.ROWS, *rows_rounds.ROWS,
)  # fmt: skip
BY_ID = {case.id: case for case in EVERY}
COMPARED = re.compile(r"((?:\d+ x )?\d+ (?:>|>=|<=) (?:\d+ x )?\d+)(?:: |：)(yes|no|是|否)")
IN_ENGLISH = {"yes": "yes", "no": "no", "是": "yes", "否": "no"}
PERCENT = re.compile(r"\d+/\d+ \(\d+\.\d\d %\)")


def told(case: Case, contest: str) -> tuple[list[str], list[str]]:
    one = case.village()
    lines = explain(one.unit, one.profiles, one.tally, ContestId(contest))
    return [line.zh for line in lines], [line.en for line in lines]


def compared_in(lines: list[str]) -> list[list[tuple[str, str]]]:
    return [[(asked, IN_ENGLISH[answer]) for asked, answer in COMPARED.findall(line)] for line in lines]


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.id)
def test_each_line_speaks_one_language(case: Case) -> None:
    """No English answer, tail or key of ours in Chinese, no Chinese answer in English; no name of a field in either."""
    for contest in case.due:
        chinese, english = told(case, contest)
        for line in chinese:
            assert not re.search(r"\b(?:yes|no|after|by|default|decided_by|(?:VC|RC|EL|PB)-\d+)\b", line), line
        for line in english:
            assert not re.search("[：:] ?[是否]|decided_by", line), line


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.id)
def test_every_case_can_be_explained(case: Case) -> None:
    """Both languages line by line, the same comparisons in both, percentages only as n/N, the outcome at the end."""
    for contest, due in case.due.items():
        chinese, english = told(case, contest)
        assert re.search("[\u4e00-\u9fff]", "".join(chinese))
        assert all(zh.strip() and en.strip() for zh, en in zip(chinese, english, strict=True))
        assert compared_in(chinese) == compared_in(english)
        for line in chinese + english:
            assert "%" not in PERCENT.sub("", re.sub(r"（依据：.*|\(by: .*", "", line)), line
        assert english[-1].startswith(f"outcome: {due.outcome};")
        assert due.elected.split() == english[-1].split("elected: ")[1].split(";")[0].replace("–", "").split()


SIGNS = {">": operator.gt, ">=": operator.ge, "<=": operator.le}
HELD = re.compile(r"((?:\d+ x )?\d+) (>|>=|<=) ((?:\d+ x )?\d+)(?:: |：)(yes|no|是|否)")
SUMMED = re.compile(r"(?<![\d(])(\d+) \+ (\d+) = (\d+)")
AT_LEAST = re.compile(r"max\((\d+) \+ (\d+), (\d+)\) = (\d+)")
OTHER_BASE = re.compile(r"with .* as the base \(.*\): (\w+)(?:, elected (.*))?, (another result|the same)")


def product(side: str) -> int:
    return prod(int(factor) for factor in side.split(" x "))


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.id)
def test_what_is_printed_can_be_calculated_again(case: Case) -> None:
    """[OUTCOME-2] [LAW-8] Every comparison, sum and maximum is true; another base is called another result if it is."""
    results = case.village().results()
    for contest, result in results.items():
        lines = [line for language in told(case, contest) for line in language]
        for left, sign, right, answer in (found for line in lines for found in HELD.findall(line)):
            assert SIGNS[sign](product(left), product(right)) is (IN_ENGLISH[answer] == "yes"), lines
        for first, second, total in (found for line in lines for found in SUMMED.findall(line)):
            assert int(first) + int(second) == int(total), lines
        for first, second, least, most in (found for line in lines for found in AT_LEAST.findall(line)):
            assert max(int(first) + int(second), int(least)) == int(most), lines
        others = [line for line in lines if line.startswith("with ")]
        assert any(line.endswith(", another result") for line in others) is result.sensitive
        for line in others:
            said = OTHER_BASE.fullmatch(line)
            assert said is not None, line
            same = said[1] == result.outcome.value
            if said[2] is not None:
                named = {one.split(" ")[0] for one in said[2].replace("–", "").split("、") if one}
                same = same and named == set(result.elected)
            assert (said[3] == "the same") is same, line


BARRED = {"impossible", "not_known", "invalid_turnout", "invalid_overcount"}


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.id)
def test_what_follows_is_told_where_something_does(case: Case) -> None:
    """[ROUND-1] [ROUND-3] A next round for seats that are open, and whether they may stay so; nothing where none is."""
    one = case.village()
    for name, result in one.results().items():
        contest = one.unit.contest(ContestId(name))
        assert contest is not None
        english = told(case, name)[1]
        open_seats = result.short if result.outcome.value not in BARRED else 0
        empty = [line for line in english if line.startswith("the seat ")]
        assert len(empty) == (open_seats > 0 and not contest.female_only)
        assert all(line.startswith("the seat may stay empty") is result.may_stop for line in empty)
        vacant = result.outcome.value == "vacant"
        due = [] if vacant or not open_seats else [(f"supplementary round: {open_seats} seats", result.next)]
        due += [(f"women's supplementary round: {result.held} seats", result.next_women)] if result.held else []
        found = [line for line in english if "supplementary round: " in line]
        assert len(found) == len(due)
        for line, (starts, persons) in zip(found, due, strict=True):
            assert line.startswith(starts)
            assert f": {' '.join(persons) or '–'} (by" in line


def lines_of(name: str, contest: str) -> str:
    chinese, english = told(BY_ID[name], contest)
    return "\n".join(chinese + english)


@pytest.mark.parametrize(
    ("case", "contest", "said"),
    [
        ("V06a", "chair", "A: 300/600 (50.00 %); 2 x 300 > 600: no"),
        ("V01-1000-500", "chair", "turnout: 500/1000 (50.00 %); 2 x 500 > 1000: no"),
        ("V01-1000-500", "chair", "依据：中华人民共和国村民委员会组织法第18条（2025-10-28）"),
        ("V01-1000-500", "chair", "by: VC-18 中华人民共和国村民委员会组织法 第18条 (2025-10-28)"),
        ("turnout-by-collected", "chair", "persons who voted not recorded: papers collected instead"),
        ("turnout-unknown", "chair", "turnout: those registered not recorded"),
        ("V02a", "chair", "papers not more than allowed: 502 <= 501: no"),
        ("V04", "chair", "609 <= 1 x 605: no"),
        ("V07", "chair", "with papers issued as the base (papers issued 620 (stations' forms, added)): supplementary"),
        ("V07", "chair", "elected –, another result"),
        ("V09a", "member", "tied for 1 seats, a runoff: B、C"),
        ("V09b", "member", "most votes win, no share is asked"),
        ("V11a", "member", "supplementary round: 1 seats open, candidates max(1 + 1, 2) = 2: C D"),
        ("V11c", "member", "3 x 255 >= 780: no"),
        ("elected-higher", "member", "elected higher or in an earlier round, not asked here: A"),
        ("V17a", "member", "avoidance: B leaves, a close relative of A"),
        ("V17a", "member", "next in order: D"),
        ("no-filling", "m", "avoidance: B leaves, a close relative of X ("),
        ("highest-post-stays", "m", "回避：B 与 X 是近亲属，退出（"),
        ("equal-votes-no-filling", "m", "B、C are relatives with equal votes, a runoff for one seat"),
        ("V19a", "recall", "for the recall: 260/520 (50.00 %); 2 x 260 > 520: no"),
        ("V15a", "member", "X: 440/800 (55.00 %); 2 x 440 > 800: yes, 380 of them rolled down"),
        ("V16b", "member", "1 seat is held for a women's round"),
        ("V16b", "member", "women's supplementary round: 1 seats open, candidates max(1 + 1, 2) = 2: G"),
        ("V16a", "member", "a woman must be a member; elected: F"),
        ("women-tied-below", "m", "a woman must be a member; none yet"),
        ("ZJ-21-seat", "woman", "a seat for women: only women are asked"),
        ("ZJ-30-yes", "more", 'stay empty: rule "after the supplementary round", elected 3 >= 3: yes'),
        ("BJ-30-chair", "more", "chair elected: no"),
        ("HN-25", "member", "nomination, the first 2 + 1 = 3 by votes: A B C D"),
        ("advice", "m", "advice, by votes: A B C D"),
        ("equal-votes-fill", "m", "B、C are relatives with equal votes, a runoff for one seat"),
        ("issued-unknown", "chair", "the base is not recorded: papers issued"),
        ("hidden-could-win", "chair", "60 written-in votes are not opened; one person may have 51 of them"),
        ("more-votes-than-valid", "chair", "one person's votes, valid papers: 101 <= 100: no"),
        ("voters-of-one-form-of-two", "chair", "voted 620, persons who voted not recorded: papers issued instead"),
        ("V03b", "chair", "void boxes: paper12"),
        ("present-known", "chair", "those present 615 (stations' forms, added)"),
        ("registered-of-the-stations", "chair", "those registered 1223 (sealed stations, added)"),
        ("registered-of-the-contest", "chair", "those registered 1224 (sealed contest)"),
        ("voters-of-boxes", "chair", "persons who voted 620 (boxes' records, added)"),
        ("overcount-issued-unknown", "chair", "papers issued not recorded, not tested"),
        ("V23a", "chair", "+W: 460/900 (51.11 %)"),
        ("one-id-with-two-names-is-two", "n", "A 王二: 520/1000 (52.00 %)"),
    ],
)
def test_what_is_said(case: str, contest: str, said: str) -> None:
    assert said in lines_of(case, contest)


def test_word_by_word() -> None:
    """One contest whole, in each language: which shares are asked, whose votes they are, who stands behind each line.

    Somebody has the majority, so that the third is not asked; the base that is not recorded is said where it is asked.
    """
    law, county = "by: VC-18 中华人民共和国村民委员会组织法 第18条 (2025-10-28)", "清河县选举工作领导小组 2026-05-08"
    assert told(BY_ID["majority-first"], "m")[1] == [
        "m (m): supplementary, round 1, 2 seats",
        "rules: 村民委员会选举 (p1), 中华人民共和国村民委员会组织法（2025年10月28日修订）, in force from 2026-01-01",
        "figures: those registered 1000 (sealed unit); persons who voted not recorded; papers issued not recorded; "
        "papers collected 1000 (statement); valid papers 1000 (statement)",
        "votes that valid papers can give: 1260 <= 2 x 1000: yes (arithmetic)",
        "turnout: 1000/1000 (100.00 %); 2 x 1000 > 1000: yes, "
        f"persons who voted not recorded: papers collected instead ({law})",
        f"papers not more than allowed: papers issued not recorded, not tested (by: {county})",
        f"votes to be elected: base papers collected 1000 ({law}; {county})",
        "  A: 510/1000 (51.00 %); 2 x 510 > 1000: yes",
        "  B: 400/1000 (40.00 %); 2 x 400 > 1000: no",
        "  C: 350/1000 (35.00 %); 2 x 350 > 1000: no",
        f"if more are eligible than seats, most votes win: 1 > 2: no ({law})",
        f"supplementary round: 1 seats open, candidates max(1 + 1, 1) = 2: B C (by: {county})",
        f'the seat may not stay empty: rule "no", elected 1 >= 3: no (by: {county})',
        "with papers collected as the base (papers collected 1000 (statement)): supplementary, elected A, the same",
        "with valid papers as the base (valid papers 1000 (statement)): supplementary, elected A, the same",
        "outcome: supplementary; elected: A; 1 seats open",
    ]
    law, county = "依据：中华人民共和国村民委员会组织法第18条（2025-10-28）", "依据：清河县选举工作领导小组 2026-05-08"
    written = told(BY_ID["written-in-persons-too"], "m")[0]
    assert written[0] == "m：选举，第 1 轮，应选 1 人"
    assert written[4:] == [
        f"参选：1000/1000 (100.00 %)；2 x 1000 > 1000：是，投票人数未记录，以收回选票数代替（{law}）",
        f"收回不多于应有：发出选票数未记录，未检验（{county}）",
        f"当选票数：以收回选票数 1000 为基数（{law}；{county.removeprefix('依据：')}）",
        "  +W：300/1000 (30.00 %)；2 x 300 > 1000：否",
        "  A：100/1000 (10.00 %)；2 x 100 > 1000：否",
        "  +V：100/1000 (10.00 %)；2 x 100 > 1000：否",
        "  B：50/1000 (5.00 %)；2 x 50 > 1000：否",
        f"够票的人多于名额的，得票多的当选：0 > 1：否（{law}）",
        f"另行选举：缺 1 名，候选人 max(1 + 1, 1) = 2 名：+W A +V（{county}）",
        f"缺额不可以空着：规则“否”，已选出 0 >= 3：否（{county}）",
        "若以收回选票数为基数（收回选票数 1000（报告单））：另行选举，当选 –，相同",
        "若以有效票数为基数（有效票数 1000（报告单））：另行选举，当选 –，相同",
        "结果：另行选举；当选：–；缺 1 名",
    ]


def test_the_third_is_asked_where_nobody_has_the_majority() -> None:
    """[LAW-5] With `majority_first` both shares are printed then, each with its own base."""
    said = lines_of("majority-of-another-base", "m")
    assert "base persons who voted 1020" in said
    assert "base papers collected 1000" in said
    assert "  B: 400/1020 (39.22 %); 2 x 400 > 1020: no\n" in said
    assert "  B: 400/1000 (40.00 %); 3 x 400 >= 1000: yes\n" in said


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("本村决定 / the village", "依据：本村决定", "by: the village"),
        ("本村决定", "依据：本村决定", "by: 本村决定"),
        ("甲 / 乙 / 丙", "依据：甲 / 乙 / 丙", "by: 甲 / 乙 / 丙"),
        ("甲 / the text is silent；只提示", "依据：甲；只提示", "by: the text is silent"),
        ("某法；未规定的各项见 decided_by", "依据：某法；未规定的各项见各项依据", "by: 某法；未规定的各项见各项依据"),
    ],
)
def test_a_text_is_split_into_two_languages_or_left_whole(text: str, zh: str, en: str) -> None:
    one = profile(law="party_2020", electorate="member", text=text)
    assert because(one) == Line(zh, en) == most_votes_win(one)
    assert most_votes_win(profile(text=text)).en == "by: VC-18 中华人民共和国村民委员会组织法 第18条 (2025-10-28)"


def test_an_impossible_count_is_not_explained_further() -> None:
    """Nothing is asked of figures that no papers can have given."""
    assert "turnout" not in lines_of("impossible-before-turnout", "chair")


def test_no_papers_at_all_are_no_contradiction() -> None:
    """[LAW-1] [OUTCOME-2] Nobody has more votes than valid papers where there are neither; as many are allowed."""
    empty = village(Post(id="chair", slots=1), papers=0, registered=10)
    said = [line.en for line in explain(empty.unit, empty.profiles, empty.tally, ContestId("chair"))]
    assert not any("one person's votes" in line for line in said)
    all_of_them = village(Post(id="chair", votes={"A": 9}), papers=9)
    said = [line.en for line in explain(all_of_them.unit, all_of_them.profiles, all_of_them.tally, ContestId("chair"))]
    assert not any("one person's votes" in line for line in said)
    assert "votes that valid papers can give: 9 <= 1 x 9: yes (arithmetic)" in said


def test_a_text_in_two_languages_is_read_in_each() -> None:
    """`中文 / English` of a profile's decision is split; a text with more slashes is left whole."""
    chinese, english = told(BY_ID["V05a"], "chair")
    assert any("产品默认：收回选票数" in line and "papers collected; other" not in line for line in chinese)
    assert any("papers collected; other bases are tested too" in line for line in english)
