"""The commands as people type them; no font is asked before the wish is understood."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coordinator import fonts as county
from coordinator.cli import app
from coordinator.forms.catalogue import FORMS
from tests.forms.test_fonts import make_font


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def some_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_font(tmp_path / "fonts" / "f.ttf", "SimSun", "选举")
    monkeypatch.setenv(county.SETTING, str(tmp_path / "fonts"))


def test_all_forms_are_listed_in_both_languages() -> None:
    lines = run("forms").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(FORMS)
    assert all(form.zh in line and form.en in line for form, line in zip(FORMS.values(), lines, strict=True))
    listed = [json.loads(line) for line in run("forms", "--json").stdout.splitlines()]
    assert [one["form"] for one in listed] == list(FORMS)
    assert next(one for one in listed if one["form"] == "notice-13")["tables"] == ["proxies.csv"]


@pytest.mark.usefixtures("some_fonts")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["statement", "--unit", "v1"], "--public"),
        (["proof", "--unit", "v1"], "--from"),
        (["nonsense"], "notice-10"),
        (["daily", "--before", "most"], "voters/registered"),
        (["daily", "--remarks", "REMARKS"], "unit to text"),
        (["daily", "--centre", "NOTHING"], "cannot be read"),
        (["statement", "--unit", "v1", "--public", "EMPTY"], "not whole"),
    ],
)
def test_what_is_missing_is_said_in_both_languages(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "remarks.json").write_text('{"v1": 3}', "utf-8")
    places = {
        "REMARKS": str(tmp_path / "remarks.json"), "NOTHING": str(tmp_path / "none"), "EMPTY": str(tmp_path / "empty"),
    }  # fmt: skip
    asked = [places.get(word, word) for word in arguments]
    if arguments[0] == "daily":
        asked += ["--public", str(tmp_path)]
    result = run("form", *asked, "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    lines = [line for line in result.stderr.splitlines() if line.startswith("tally-coordinator: error: ")]
    assert len(lines) >= 2
    assert said in result.stderr
    assert any(ord(char) > 0x3000 for char in lines[0])
    assert not (tmp_path / "out").exists()


def test_without_fonts_the_command_says_what_to_install(
    public: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_font(tmp_path / "f.ttf", "DejaVu Sans", "abc")
    monkeypatch.setenv(county.SETTING, str(tmp_path))
    result = run("form", "statement", "--unit", "v1", "--public", str(public), "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "fonts-noto-cjk" in result.stderr
