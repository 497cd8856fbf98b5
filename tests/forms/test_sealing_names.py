"""A real election is not sealed with a name that no font can print. Fonts of this test: a few characters."""

import logging
from pathlib import Path

import pytest

from coordinator import fonts as county
from coordinator.sealing.draft import Draft, Folder, Head
from coordinator.sealing.printing import check_printable
from coordinator.sealing.problems import Problems, SealingFault
from coordinator.sealing.requests import Requests
from coordinator.sealing.tables import Row
from tally_protocol.election.unit import Candidate, Contest
from tally_protocol.ids import CandidateId, ContestId
from tests.forms.test_fonts import RARE, make_font


def folder_with(name: str, *, test: bool = False) -> Folder:
    def row(file: str, line: int, **cells: str) -> Row:
        return Row(file, line, cells, Problems())

    candidate = Candidate(id=CandidateId("a"), name=name)
    contest = Contest(id=ContestId("chair"), title="主任", seats=1, max_marks=1, candidates=(candidate,))
    draft = Draft(row("units.csv", 2, unit="v1", name="一村"), "n1", "p1", None, ("甲县",))
    draft.contests["chair"], draft.contest_rows["chair"] = contest, row("contests.csv", 2)
    draft.candidate_rows["a"] = row("candidates.csv", 7)
    head = Head(id="x", title="换届", date="2026-09-21", test=test, origin="log.example", threshold=50, profiles=())
    return Folder(head, {"v1": draft}, Requests())


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_font(tmp_path / "f.ttf", "SimSun", "一村甲县主任张三")
    monkeypatch.setenv(county.SETTING, str(tmp_path))


@pytest.mark.usefixtures("few")
def test_a_name_without_a_glyph_is_sent_back_with_its_line() -> None:
    check_printable(folder_with("张三"))
    check_printable(folder_with(f"张{RARE}", test=True))
    with pytest.raises(SealingFault) as caught:
        check_printable(folder_with(f"张{RARE}"))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("candidates.csv", 7)
    assert "U+2A6A5" in problem.zh
    assert f"张{RARE}" in problem.en


def test_a_machine_without_fonts_may_seal_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_font(tmp_path / "f.ttf", "DejaVu Sans", "abc")
    monkeypatch.setenv(county.SETTING, str(tmp_path))
    with caplog.at_level(logging.WARNING):
        check_printable(folder_with(f"张{RARE}"))
    assert "not checked" in caplog.text
