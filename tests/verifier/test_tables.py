"""`outcomes`, `findings`, `explain` and `inspect` as a user sees them, in both shells.

Serves [OUTCOME-1], [OUTCOME-2], [FIND-2], [TOTALS-1].
"""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import Run
from tests.verifier.lawcases import case, contest, kin, written
from tests.verifier.liar import Liar
from tests.verifier.maker import Maker
from tests.verifier.profiles import profile, result
from tests.verifier.test_record import at, changed
from verifier.checks.tables import as_csv
from verifier.decode.kinds import OUTCOMES as WORDS
from verifier.rules.explain import OUTCOMES, compared, explain, source_of
from verifier.rules.outcome import decide

ROOT = Path(__file__).parents[2]
OUTCOME_TABLE = """unit,contest,round,outcome,elected,base_sensitive
v1,chief,1,full,c2,true
v2,chief,1,full,c1,false
"""
FINDING_TABLE = """unit,station,code,expected,found
v1,a,F_COLLECTED_ISSUED,54,55
v1,a,F_BOX_SUM,55,60
v1,,F_BOX_COUNTED,120,109
v1,,W_OVERCOUNT_UNTESTED,1,0
v1,,W_BASE,0,1
v2,a,F_BOX_SUM,30,60
v2,,F_BOX_COUNTED,60,30
v2,,W_OVERCOUNT_UNTESTED,1,0
"""


@pytest.mark.parametrize(("command", "table"), [("outcomes", OUTCOME_TABLE), ("findings", FINDING_TABLE)])
def test_tables_are_recomputed_from_the_record(
    command: str, table: str, honest: Path, tmp_path: Path, run: Run
) -> None:
    assert run(command, honest / "pub") == (0, table, "")
    assert run(command, honest / "pub", "--processes", 2) == (0, table, "")
    assert run(command, honest / "pub", "--out", tmp_path / "t.csv")[:2] == (0, "")
    assert (tmp_path / "t.csv").read_bytes() == table.encode()
    rows = json.loads(run(command, honest / "pub", "--format", "json")[1])
    assert [row["unit"] for row in rows] == [line.split(",")[0] for line in table.splitlines()[1:]]
    assert run(command, honest / "pub", "--format", "xml")[0] == 64


def test_more_for_programs(honest: Path, run: Run) -> None:
    """JSON holds the columns of the CSV and everything else of a result and of a finding."""
    rows = json.loads(run("outcomes", honest / "pub", "--format", "json")[1])
    assert rows[0] == {
        "unit": "v1", "contest": "chief", "round": 1, "outcome": "full", "elected": ["c2"], "base_sensitive": True,
        "base": "valid", "base_value": 92, "held": 0, "may_stop": False, "next": [], "next_women": [], "removed": [],
        "runoff": [], "runoff_seats": 0, "short": 0,
    }  # fmt: skip
    rows = json.loads(run("findings", honest / "pub", "--format", "json")[1])
    assert rows[2] == {
        "unit": "v1", "station": "", "code": "F_BOX_COUNTED", "expected": 120, "found": 109, "layout": "L",
    }  # fmt: skip
    assert rows[4]["contest"] == "chief"


@pytest.mark.parametrize("command", ["outcomes", "findings", "explain", "totals"])
def test_nothing_is_printed_of_a_failed_record(command: str, maker: Maker, tmp_path: Path, run: Run) -> None:
    """[OUTCOME-1]; wherever the contradiction is."""
    more = ["--unit", "v2"] if command == "explain" else []
    maker.publish(tmp_path / "link", changed("batch", prev="1" * 64)(maker.entries))
    assert run(command, tmp_path / "link", *more)[:2] == (1, "")
    Liar(result={"elected": ["c1"]}).story().publish(tmp_path / "law")
    assert run(command, tmp_path / "law", *more)[:2] == (1, "")
    maker.publish(tmp_path / "standings", changed("standings", 2, results="0" * 64)(maker.entries))
    assert run(command, tmp_path / "standings", *more)[:2] == (1, "")


def test_a_unit_that_is_not_final(maker: Maker, tmp_path: Path, run: Run) -> None:
    """[OUTCOME-1]: `not_final` with nobody elected; findings need no statement, but those that do are left out."""
    short = maker.entries[: at(maker.entries, "names")]
    maker.publish(tmp_path / "names", short)
    code, out, err = run("outcomes", tmp_path / "names")
    assert (code, out.splitlines()[1:], "INCOMPLETE" in err) == (
        2, ["v1,chief,1,not_final,,false", "v2,chief,1,full,c1,false"], True,
    )  # fmt: skip
    found = run("findings", tmp_path / "names")[1].splitlines()[1:6]
    assert [line.split(",")[2] for line in found if line.startswith("v1")] == [
        "F_COLLECTED_ISSUED", "F_BOX_SUM", "F_BOX_COUNTED", "W_OVERCOUNT_UNTESTED",
    ]  # fmt: skip
    maker.publish(tmp_path / "open", maker.entries[: at(maker.entries, "close")])
    assert run("findings", tmp_path / "open")[1] == "unit,station,code,expected,found\n"
    assert "not_final" in run("explain", tmp_path / "names", "--unit", "v1")[1]
    maker.publish(tmp_path / "nothing", maker.entries[:2])
    assert run("outcomes", tmp_path / "nothing")[:2] == (2, "unit,contest,round,outcome,elected,base_sensitive\n")


def test_a_unit_that_is_void(tmp_path: Path, run: Run) -> None:
    def tell(maker: Maker) -> None:
        maker.step("u/v2", "voided", reason="违法")

    Liar(after=tell).story().publish(tmp_path)
    rows = run("outcomes", tmp_path)[1].splitlines()
    assert rows[2] == "v2,chief,1,voided,,false"
    assert "outcome: voided" in run("explain", tmp_path, "--unit", "v2")[1]


def test_references_in_one_cell() -> None:
    """Separated by one space; white space inside a written-in name is `_`; whatever a name begins with is data."""
    row = {"unit": "-v", "contest": "a", "round": 1, "outcome": "full", "base_sensitive": False}
    row["elected"] = ["c1", "+=1+1,\u00a0x", '+阿依古丽 "买"']
    (_, cells) = list(csv.reader(io.StringIO(as_csv("outcomes", [row]))))
    assert cells == ["-v", "a", "1", "full", 'c1 +=1+1,_x +阿依古丽_"买"', "false"]


def test_units_by_their_bytes() -> None:
    rows = [{"unit": unit, "station": "", "code": "F_X", "expected": 1, "found": 2} for unit in ("b", "B", "a", "-")]
    assert [line.split(",")[0] for line in as_csv("findings", rows).splitlines()[1:]] == ["-", "B", "a", "b"]


@pytest.mark.parametrize("shell", ["plain", "typer"])
def test_both_shells_offer_them(shell: str, honest: Path) -> None:
    start = ["-m", "verifier"] if shell == "plain" else ["-c", "from verifier.cli import main; main()"]
    record = honest / "pub"

    def program(*arguments: object) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, *start, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout

    assert program("outcomes", record) == (0, OUTCOME_TABLE)
    assert program("findings", record, "--format", "csv") == (0, FINDING_TABLE)
    code, text = program("explain", record, "--unit", "v1", "--contest", "chief")
    assert (code, "2 x 52 > 92: yes" in text) == (0, True)
    assert program("explain", record)[0] == 64
    assert program("explain", record, "--unit", "v9")[0] == 4
    assert program("explain", record, "--unit", "v1", "--contest", "other")[0] == 4


# --- explain


def said(contests: list[Any], which: int = 0, **more: Any) -> str:
    unit = case(contests, **more)
    return "\n".join(f"{zh}\n{en}" for zh, en in explain(unit, unit.contests[which]))


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
        "turnout: 2 x 100 > 199: yes (中华人民共和国村民委员会组织法第18条（2025-10-28，施行 in force 2026-01-01）)",
        "收回多于应有：100 > 100: 否（", "应选 2 人：2 > 2: 否；", "over-count: 100 > 100: no (overcount: 选举委员会决定 2026-10-01)",
        "votes must be more than 1/2 of collected 100 (中华人民共和国村民委员会组织法第18条",
        "x name of x 得票 60；2 x 60 > 100: 是",
        "x name of x: votes 60; 2 x 60 > 100: yes", "z name of z: votes 30; 2 x 30 > 100: no",
        "+王五: votes 8; 2 x 8 > 100: no", "未公开姓名的另选票 1", "elected: x, y", "结论：选满", "outcome: full",
        "enough votes: 2, seats: 2; 2 > 2: no",
        "another outcome with another base (collected 100, valid 100, voters 100): no",
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
    assert source_of(body, "recall").startswith("recall: 选举") is False
    assert source_of(body, "recall") == "中华人民共和国村民委员会组织法第19条（2025-10-28，施行 in force 2026-01-01）"
    assert source_of(body, "tie") == "tie: 选举委员会决定 2026-10-01"
    assert "第18条" in source_of(body, "elected") and "elected: 选举委员会决定" in source_of(body, "elected")
    assert source_of(profile(elected__num=2, elected__den=3), "elected.num") == "elected: 选举委员会决定 2026-10-01"
    assert source_of(body, "publish") == body["text"]


# --- inspect


def test_inspect_prints_the_new_kinds(honest: Path, maker: Maker, tmp_path: Path, run: Run) -> None:
    def shown(kind: str, nth: int = 0) -> str:
        return run("inspect", honest / "pub", at(maker.entries, kind, nth))[1]

    assert "  chief: 选满 full\n    base: valid\n    base_value: 92\n    elected: c2 李\\四\n" in shown(
        "determination", 1
    )
    assert "step: 投票结束 polls_closed" in shown("step")
    assert "step: 中断 interrupted" in shown("step", 2)
    text = shown("declaration")
    assert "  chief\n    elected: 无人 nobody\n" in text
    assert "  chief c1 阿依古丽·买买提: 资格不符 disqualified 法院判决" in text
    (tmp_path / "alone").write_bytes(maker.entries[at(maker.entries, "determination", 1)])
    assert "    elected: c2\n" in run("inspect", tmp_path / "alone")[1]


def test_the_result_of_the_story(maker: Maker) -> None:
    """What this file takes for granted: the maker's own determination, written by hand."""
    assert result("chief", "full")["short"] == 0
    assert len([entry for entry in maker.entries if b" determination\n" in entry]) == 2
