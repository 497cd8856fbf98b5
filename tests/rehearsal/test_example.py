"""The invented county: made by its tool byte for byte, read without a problem, everything in it that it promises."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from rehearsal.cli import app, main
from rehearsal.tables import open_table
from tests.rehearsal.folders import told
from tools.make_example import write_example


def test_the_committed_example_is_what_its_tool_makes(root: Path, tmp_path: Path) -> None:
    write_example(tmp_path)
    committed = {path.name: path.read_bytes() for path in (root / "examples/qinghe").iterdir()}
    assert committed == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_the_example_shows_what_it_promises(root: Path) -> None:
    county = told(root / "examples/qinghe")
    units = county.folder.units
    assert county.problems() == []
    assert county.codes() == {"F_BALANCE": 2}
    assert len(units) == 20
    assert len({unit.place for unit in units}) == 4
    assert [(join.unit, join.station, join.joined_to, join.papers) for join in county.joins()] == [
        ("qh07", "2", "1", 23)
    ]
    assert [len(unit.layouts) for unit in units] == [1] * 19 + [2]
    assert {box.kind for unit in units for box in unit.boxes} == {"main", "station", "mobile"}
    assert any(contest.seats > 1 and contest.write_ins for unit in units for contest in unit.contests)
    names = "".join(person.name for unit in units for contest in unit.contests for person in contest.candidates)
    names += "".join(name for table in county.tables for papers in table.papers for name in papers.stack.names)
    assert all(sign in names for sign in "䶮㛃𬱖·བئ")
    statuses = np.concatenate([papers.stack.rows[:, 0] for table in county.tables for papers in table.papers])
    assert set(statuses.tolist()) == {0, 1, 2, 3, 4, 5}
    assert len(county.folder.relations) == 3


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
