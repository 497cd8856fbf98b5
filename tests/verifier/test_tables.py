"""`outcomes`, `findings`, `explain` and `inspect` as a user sees them, in both shells.

Serves [OUTCOME-1], [OUTCOME-2], [FIND-2], [TOTALS-1].
"""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifier.conftest import Run
from tests.verifier.liar import Liar
from tests.verifier.maker import Maker
from tests.verifier.profiles import result
from tests.verifier.test_record import at, changed
from verifier.checks.commands import RECOMPUTED
from verifier.checks.tables import as_csv

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
    note = f"tally-verifier: note: {RECOMPUTED}\n"
    assert run(command, honest / "pub") == (0, table, note)
    assert run(command, honest / "pub", "--processes", 2) == (0, table, note)
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
