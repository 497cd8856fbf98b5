"""The commands as people use them: from init to status, through the real command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tally_node.cli import app
from tally_node.handoff import read_file
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.station_kinds import Close
from tests.node.laptop import PASSPHRASE, VILLAGES
from tests.node.sealing import Sealing, plan
from tests.world import TIME

WHERE = ["--unit", "v1", "--station", "1", "--time", str(TIME)]


class Person:
    """Types commands."""

    def __init__(self, home: Path) -> None:
        """Work in a home."""
        self.home = home

    def run(self, *words: str, typed: str = "", code: int = 0) -> Result:
        """One command; its exit code must be the expected one."""
        found = CliRunner().invoke(
            app, [words[0], "--home", str(self.home), *words[1:]], input=typed, env={"CHANGPIAO_PASSPHRASE": PASSPHRASE}
        )
        assert found.exit_code == code, (words, found.output, found.exception)
        return found

    def ask(self, *words: str, typed: str = "", code: int = 0) -> dict[str, Any]:
        """The JSON object of a command."""
        lines = self.run(*words, "--json", typed=typed, code=code).stdout.splitlines()
        answer: dict[str, Any] = json.loads(lines[-1])
        return answer


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Someone at an enrolled laptop."""
    someone = Person(tmp_path / "home")
    someone.run("init", "--node", "n1")
    (tmp_path / "plan.json").write_text(json.dumps(plan("n1", VILLAGES)))
    someone.run("enrol", "--plan", str(tmp_path / "plan.json"), "--out", str(tmp_path / "request.json"))
    sealing = Sealing([json.loads((tmp_path / "request.json").read_text())])
    bundle = sealing.bundle(tmp_path / "bundle", "n1")
    found = someone.ask("install", "--bundle", str(bundle), "--authority", sealing.authority_vkey)
    assert (found["stations"], found["units"], found["anchored"], found["test"]) == (3, 2, True, True)
    return someone


def papers(count: int) -> str:
    """Lines for the keyboard."""
    return "".join(("a | c d\n", "-b | +王五\n", "\n", "!torn\n")[number % 4] for number in range(count))


def count_table(person: Person, unit: str, station: str, lines: str) -> None:
    """One table from the seal to the signature."""
    where = ["--unit", unit, "--station", station, "--time", str(TIME)]
    person.run("open", *where, "--nonce", "123456789012")
    person.run("box", *where, "--box", f"box-{station}", "issued=60", "collected=60")
    person.run("count", *where, "--layout", "village", typed=lines + ".\n")
    person.run("close", *where, "collected=60", "valid=45")


def test_an_evening(person: Person, tmp_path: Path) -> None:
    for unit, stations in VILLAGES.items():
        for station in stations:
            count_table(person, unit, station, papers(60))
        person.run("statement", "--unit", unit, "--time", str(TIME))
        assert person.ask("names", "--unit", unit, "--time", str(TIME)) == {"records": 1}
    status = person.ask("status")
    assert {one["chain"]: one["records"] for one in status["chains"]} == {
        "s/v1/1": 4, "s/v1/2": 4, "u/v1": 2, "s/v2/1": 4, "u/v2": 2,
    }  # fmt: skip
    assert person.ask("export", "--out", str(tmp_path / "stick.changpiao")) == {"records": 16}
    kinds = [decode_record(part.note).kind for part in read_file(tmp_path / "stick.changpiao")]
    assert kinds[:5] == ["open", "box", "batch", "close", "open"]
    assert kinds.count("names") == 2


def test_from_the_count_to_the_archive(person: Person, tmp_path: Path) -> None:
    """[STEP-1] [NAME-3] [DET-3] steps, adjudicated names, the outcome without a network, the declaration."""
    unit = ["--unit", "v1", "--time", str(TIME)]
    for station in VILLAGES["v1"]:
        where = [*unit, "--station", station]
        person.run("open", *where, "--nonce", "123456789012")
        person.run("step", "polls_closed", *where)
        refused = person.run("step", "interrupted", *where, code=1)
        assert "E_FIELD" in refused.stderr
        person.run("step", "interrupted", *where, "--reason", "停电")
        person.run("step", "resumed", *where)
        person.run("count", *where, "--layout", "village", typed="a | c d\n" * 90 + " | +王五\n" * 20 + ".\n")
        person.run("close", *where, "voters=110", "issued=110", "collected=110")
    assert "N_STATE" in person.run("outcome", "v1", code=1).stderr
    person.run("statement", *unit)
    for wrong in ("王五", "member:王五", "member:=b", "member:赵六=b"):
        assert "E_NAMES" in person.run("names", *unit, "--means", wrong, code=1).stderr
    person.run("names", *unit, "--means", "member:王五=b", "--sex", "member:王五=f")
    found = person.ask("outcome", "v1")["contests"]
    assert [(one["contest"], one["outcome"], one["elected"]) for one in found] == [
        ("chair", "full", ["a"]), ("member", "full", ["c", "d"]), ("deputy", "supplementary", []),
    ]  # fmt: skip
    told = person.run("outcome", "v1")
    assert "委员 member: 选满 full; 当选 elected: c, d" in told.stdout
    # [OUTCOME-2] every comparison with its integers, in both languages
    assert "2 x 180 > 220" in told.stdout
    assert "村民委员会组织法第18条（2025-10-28）" in told.stdout
    assert "provisional" in told.stderr
    person.run("step", "announced", *unit)
    for wrong in ("member:d=because", "member:d", "d=death", "member:e=other"):
        assert "E_DECLARATION" in person.run("declaration", *unit, "--differ", wrong, code=1).stderr
    said = person.ask("declaration", *unit, "--differ", "member:d=disqualified 非本村选民")
    assert said == {"elected": {"chair": ["a"], "member": ["c"], "deputy": []}}
    person.run("step", "filed", *unit)
    person.run("step", "archived", *unit)
    assert "E_STATE" in person.run("step", "announced", *unit, code=1).stderr
    person.run("export", "--out", str(tmp_path / "stick.changpiao"))
    kinds = [decode_record(part.note).kind for part in read_file(tmp_path / "stick.changpiao")]
    assert kinds[-5:] == ["names", "step", "declaration", "step", "step"]


def test_notice_fifteen_comes_from_the_profile_that_judges(person: Person, tmp_path: Path) -> None:
    told = person.run("notice", "v1").stdout
    assert "该职务一栏无效" in told  # the profile's over-vote voids the post alone
    person.run("notice", "v1", "--out", str(tmp_path / "notice.txt"))
    assert (tmp_path / "notice.txt").read_text("utf-8") == told
    assert "N_EXISTS" in person.run("notice", "v1", "--out", str(tmp_path / "notice.txt"), code=1).stderr
    assert "N_NOT_OURS" in person.run("notice", "v9", code=1).stderr


def test_the_keyboard_can_stop_undo_and_go_on(person: Person) -> None:
    person.run("open", *WHERE, "--nonce", "123456789012")
    # a wrong line is not recorded, an undo takes one back, the end of input is an interruption
    person.run("count", *WHERE, "--layout", "village", typed=papers(30) + "zz | c\nundo\n", code=1)
    refused = person.run("close", *WHERE, code=1)
    assert "N_STATE" in refused.stderr
    assert "已启封" not in refused.stderr
    found = person.ask("count", *WHERE, "--layout", "village", typed=papers(40) + ".\n")
    assert found == {"batches": 1, "refused_lines": 0}
    exported = person.ask("close", *WHERE)
    assert exported["findings"] == []
    status = person.ask("status")
    assert [one["records"] for one in status["chains"]] == [3]


def test_void_and_correct(person: Person, tmp_path: Path) -> None:
    """[FIX-1] [FIX-2] a batch is called again, another taken back; the running figures follow."""
    person.run("open", *WHERE, "--nonce", "123456789012")
    person.run("count", *WHERE, "--layout", "village", typed=papers(120) + ".\n")
    (tmp_path / "again.txt").write_text("a | c\n" * 61 + ".\n")
    person.run("correct", *WHERE, "--seq", "1", "--reason", "复核", "--file", str(tmp_path / "again.txt"))
    person.run("void", *WHERE, "--seq", "2", "--reason", "数错叠")
    refused = person.run("void", *WHERE, "--seq", "2", "--reason", "数错叠", code=1)
    assert "E_TARGET" in refused.stderr
    person.run("close", *WHERE)
    person.run("export", "--out", str(tmp_path / "out.changpiao"))
    close = [decode_record(part.note).body for part in read_file(tmp_path / "out.changpiao")][-1]
    assert isinstance(close, Close)
    assert close.running[0][1][0] == 61
    # after close a correction is all that is left [CHAIN-7]
    assert "N_STATE" in person.run("box", *WHERE, "--box", "box-1", code=1).stderr
    person.run("correct", *WHERE, "--seq", "1", "--reason", "再复核", "--file", str(tmp_path / "again.txt"))


def test_too_few_papers_are_not_signed(person: Person) -> None:
    """[CUT-2] a table below the threshold joins a sibling instead."""
    person.run("open", *WHERE, "--nonce", "123456789012")
    person.run("count", *WHERE, "--layout", "village", typed=papers(60) + ".\n")
    other = ["--unit", "v1", "--station", "2", "--time", str(TIME)]
    person.run("open", *other, "--nonce", "123456789012")
    refused = person.run("count", *other, "--layout", "village", typed=papers(49) + ".\n", code=1)
    assert "E_PRIVACY" in refused.stderr
    # the papers are still there: nothing that was acknowledged is thrown away
    found = person.ask("count", *other, "--layout", "village", typed="a | c\n.\n")
    assert found["batches"] == 1


def test_findings_are_shown_and_never_refuse(person: Person) -> None:
    """[CLOSE-3] what the paper says is recorded even if it cannot be right."""
    person.run("open", *WHERE, "--nonce", "123456789012")
    figures = "collected=90", "issued=80", "valid=80", "invalid=20", "voters=81", "present=81"
    found = person.ask("close", *WHERE, *figures)
    codes = ["F_COLLECTED_ISSUED", "F_COLLECTED_VOTERS", "F_VALID_INVALID", "F_VOTERS_ISSUED"]
    assert (found["findings"], found["state"]) == (codes, "counted")
    assert [(note["code"], note.get("box"), note["expected"], note["found"]) for note in found["notes"]] == [
        ("F_COLLECTED_ISSUED", None, 80, 90),
        ("F_VALID_INVALID", None, 90, 100),
        ("F_VOTERS_ISSUED", None, 80, 81),
        ("F_COLLECTED_VOTERS", None, 81, 90),
        ("W_BOX_MISSING", "box-1", 1, 0),
    ]


def test_a_box_speaks_alone_and_at_once(person: Person) -> None:
    """[FIND-2] 201 to 207 when the box is recorded, before its total hides it."""
    person.run("open", *WHERE, "--nonce", "123456789012")
    said = person.run("box", *WHERE, "--box", "box-1", "voters=40", "collected=41", "issued=40")
    assert "F_BOX_COLLECTED_VOTERS" in said.stderr
    assert "票箱 box box-1" in said.stderr
    found = person.ask("box", *WHERE, "--box", "box-1", "voters=40", "collected=39", "issued=40")
    assert [note["code"] for note in found["notes"]] == ["W_BOX_SHORT"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["open", "--unit", "v9", "--station", "1", "--nonce", "123456789012"], "N_NOT_OURS"),
        (["open", "--unit", "v1", "--station", "1", "--nonce", "12"], "E_FIELD"),
        (["box", *WHERE, "--box", "box-1"], "N_STATE"),
        (["statement", "--unit", "v1"], "E_HEAD"),
        (["names", "--unit", "v1"], "N_STATE"),
    ],
)
def test_refusals_say_what_where_and_what_to_do(person: Person, words: list[str], code: str) -> None:
    found = person.run(*words, code=1)
    assert code in found.stderr
    assert "where" in found.stderr
    assert person.ask("status") == {"chains": [], "refusals": []}


def test_wrong_figures_are_refused(person: Person) -> None:
    person.run("open", *WHERE, "--nonce", "123456789012")
    for wrong in ("issued=-1", "issued=01", "issued=1.5", "issuedd=1", "issued=99999999999"):
        assert "E_FIELD" in person.run("box", *WHERE, "--box", "box-1", wrong, code=1).stderr
    assert "E_UNKNOWN_BOX" in person.run("box", *WHERE, "--box", "box-2", code=1).stderr


def test_send_without_a_county_says_so_and_loses_nothing(person: Person) -> None:
    person.run("open", *WHERE, "--nonce", "123456789012")
    found = person.run("send", "--county", "localhost:1", "--give-up", "0.1", code=4)
    assert "N_NETWORK" in found.stderr
    assert person.ask("status")["chains"][0] == {
        "chain": "s/v1/1", "records": 1, "acknowledged": 0, "receipted": 0, "stopped": "",
    }  # fmt: skip


def test_a_wrong_passphrase_and_a_missing_home(person: Person, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong\n")
    found = person.run("status", "--passphrase-file", str(tmp_path / "wrong"), code=1)
    assert "N_PASSPHRASE" in found.stderr
    assert "N_HOME" in Person(tmp_path / "nowhere").run("status", code=1).stderr
    assert "N_EXISTS" in person.run("init", "--node", "n1", code=1).stderr


def test_a_bundle_of_somebody_else_is_refused(person: Person, tmp_path: Path) -> None:
    """[SEAL-3] [SIGN-1] authority, keys and certificate are compared before anything is installed."""
    stranger = Person(tmp_path / "stranger")
    stranger.run("init", "--node", "n1")
    found = stranger.run("install", "--bundle", str(tmp_path / "bundle"), code=1)
    assert "N_BUNDLE" in found.stderr
    assert "N_BUNDLE" in stranger.run("status", code=1).stderr
    note = (tmp_path / "bundle" / "election.note").read_bytes()
    (tmp_path / "bundle" / "election.note").write_bytes(note.replace(b"2026", b"2027"))
    assert "E_SIG" in person.run("install", "--bundle", str(tmp_path / "bundle"), code=1).stderr
