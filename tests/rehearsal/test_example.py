"""The invented county: made by its tool byte for byte, read without a problem, everything in it that it promises."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from rehearsal.cli import app, main
from rehearsal.tables import open_table
from tally_protocol.election.shape import DUPLICATE, OVER, shape
from tests.rehearsal.folders import told
from tests.rehearsal.lawyer import Judged
from tools.make_example import write_example


def test_the_committed_example_is_what_its_tool_makes(root: Path, tmp_path: Path) -> None:
    write_example(tmp_path)
    committed = {path.name: path.read_bytes() for path in (root / "examples/qinghe").iterdir()}
    assert committed == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_the_example_shows_what_it_promises(root: Path) -> None:
    county = told(root / "examples/qinghe")
    units = county.folder.units
    assert county.problems() == []
    # one wrong form, of a box and so of its station; and the village that collected a paper too many
    assert county.codes() == {"F_BALANCE": 2, "F_COLLECTED_ISSUED": 2, "F_COLLECTED_VOTERS": 2}
    assert len(units) == 20
    assert len({unit.place for unit in units}) == 4
    assert [(join.unit, join.station, join.joined_to, join.papers) for join in county.joins()] == [
        ("qh07", "2", "1", 23)
    ]
    papers = {unit.id: len(unit.layouts) for unit in units if len(unit.layouts) > 1}
    assert papers == {"qh02": 3, "qh04": 2, "qh19": 2, "qh20": 2}
    assert {box.kind for unit in units for box in unit.boxes} == {"main", "station", "mobile"}
    assert any(contest.seats > 1 and contest.write_ins for unit in units for contest in unit.contests)
    names = "".join(person.name for unit in units for contest in unit.contests for person in contest.candidates)
    names += "".join(name for table in county.tables for papers in table.papers for name in papers.stack.names)
    assert all(sign in names for sign in "䶮㛃𬱖·བئ")
    statuses = np.concatenate([papers.stack.rows[:, 0] for table in county.tables for papers in table.papers])
    assert set(statuses.tolist()) == {0, 1, 2, 3, 4, 5}
    assert [(kin.unit, kin.person, kin.other, kin.relation) for kin in county.folder.relations] == [
        ("qh01", "z1", "w2", "other"),
        ("qh09", "z1", "w2", "spouse"),
    ]
    assert [(rule.unit, rule.path, rule.value) for rule in county.folder.rules] == [
        ("qh14", "ballot.overvote.scope", "post")
    ]
    assert len({unit.profile for unit in units}) == 5


def test_the_outcomes_are_those_of_the_table(root: Path) -> None:
    """`qinghe_outcomes.csv` was checked row by row against the papers and the articles.

    qh02 POST-1 (two posts on papers of their own); qh03 LAW-7 (105 = 105 for the last seat); qh04 LAW-6, LAW-5 (90 of
    180 is no majority; 3 x 62 >= 180); qh05 LAW-2 (2 x 150 > 300: no); qh06 LAW-8 (2 x 101 > 200: yes, > 203: no); qh08
    a written-in person; qh09 POST-5, POST-6 (the chair's wife leaves, w4 with 85 of 160 fills); qh10, qh11 POST-3
    (2 x 70 > 140: no); qh12 POST-4 (the one woman with a majority); qh15 LAW-3 (120 collected, 119 voters); qh16
    VALID-3 (four papers with one person twice); qh18 2 x 47 > 94: no; qh19 ROUND-3 (3 x 59 >= 180: no; four sit).
    """
    county = told(root / "examples/qinghe")
    found = ["unit,contest,round,outcome,elected,base_sensitive"]
    for plan in county.folder.units:
        judged = Judged(root, county.folder, plan)
        for contest, result in zip(judged.unit.contests, judged.results(), strict=True):
            row = (plan.id, contest.id, str(contest.round), result.outcome.value, " ".join(result.elected))
            found.append(",".join((*row, str(result.sensitive).lower())))
    assert found == (root / "tests/rehearsal/qinghe_outcomes.csv").read_text("utf-8").splitlines()


def test_the_example_shows_the_law(root: Path) -> None:
    """What it is there for beyond who is elected: rounds, removals, void papers, findings."""
    county = told(root / "examples/qinghe")
    judged = {str(plan.id): Judged(root, county.folder, plan) for plan in county.folder.units}
    results = {unit: {str(one.contest): one for one in each.results()} for unit, each in judged.items()}
    assert results["qh03"]["weiyuan"].runoff == ("w3", "w4")
    assert results["qh04"]["weiyuan"].next == ("w3", "w4")
    assert results["qh09"]["weiyuan"].removed == ("w2",)
    assert results["qh11"]["nvweiyuan"].next == ("n1", "n2")
    assert results["qh19"]["weiyuan-2"].may_stop
    first = {unit: each.totals[each.unit.layouts[0].id] for unit, each in judged.items()}
    over = {unit for unit, figures in first.items() if figures[1 + OVER]}
    assert over == {"qh01", "qh07", "qh13", "qh14", "qh20"}
    # an over-vote voids the paper, in qh14 by its own decision only the post
    contests = shape(judged["qh14"].unit, "1").contests
    assert len({first["qh14"][contest.figure + OVER] for contest in contests}) > 1
    assert first["qh16"][1 + DUPLICATE] == 4


def test_the_papers_carry_every_mark_of_the_file(root: Path) -> None:
    """Counted a second way: the file's own words against the rows of the papers."""
    county = told(root / "examples/qinghe")
    table = open_table(root / "examples/qinghe/ballots.csv", ("marks", "status"), (), lambda _: None)
    assert table
    words = [word for row in table.rows(lambda _: None) for word in row.cells["marks"].split()]
    signs = {"-": 2, "?": 3, "+": 4}
    expected = [sum(signs.get(word[0], 1) == code for word in words) for code in (1, 2, 3, 4)]
    found = [0, 0, 0, 0]
    for papers in (papers for each in county.tables for papers in each.papers):
        for contest in papers.layout.contests:
            first, slots, end = papers.layout.columns(contest.id)
            for code in (1, 2, 3):
                found[code - 1] += int((papers.stack.rows[:, first:slots] == code).sum())
            found[3] += int((papers.stack.rows[:, slots:end] > 0).sum())
    assert found == expected


def test_check_prints_counts_and_codes_and_writes_the_report(root: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(root / "examples/qinghe"), "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert "units: 20\n" in result.stdout
    assert "F_BALANCE: 2  " in result.stdout
    assert "relations: 2\n" in result.stdout
    assert (tmp_path / "report.json").exists()


def test_check_of_nothing_says_why_and_fails(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(tmp_path / "none"), "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "E_FILE" in (tmp_path / "out/report.json").read_text("utf-8")
    assert "cannot be rehearsed" in result.stderr


def test_a_wrong_command_line_is_64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["tally-rehearsal", "check"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 64
