"""`centre-init` at a terminal: one first password at a time, gone before the next person looks."""

import json
import sys

import pytest
import typer

from coordinator.commands import centre

FOUND = [
    {"person": "wang", "role": "operator", "password": "one two three"},
    {"person": "li", "role": "authority", "password": "four five six"},
]
CLEARED = "\x1b[3J"


def test_at_a_terminal_each_person_reads_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, str]] = []

    def enter(text: str, *_: object, **__: object) -> str:
        asked.append((text, capsys.readouterr().out))
        return ""

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(typer, "prompt", enter)
    centre._tell_first(FOUND)  # noqa: SLF001 - what a person sees between two questions
    assert [("wang" in text, "li" in text) for text, _ in asked[::2]] == [(True, False), (False, True)]
    before, first, between, second = (out for _, out in asked)
    assert before == ""
    assert ("one two three" in first, "four" in first) == (True, False)
    assert between.endswith(CLEARED)
    assert "four five six" not in between
    assert ("four five six" in second, "one" in second) == (True, False)
    assert capsys.readouterr().out.endswith(CLEARED)


def test_a_program_reads_a_line_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    centre._tell_first(FOUND)  # noqa: SLF001
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == FOUND
