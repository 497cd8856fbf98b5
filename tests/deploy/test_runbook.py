"""Every alert has its entry in docs/runbook.md: what it means, what to look at, what to do, in both languages."""

import re
from pathlib import Path
from typing import Any

import pytest

PARTS = ("是什么", "看什么", "做什么", "Means", "Look", "Do")


@pytest.fixture
def entries(root: Path) -> dict[str, str]:
    """Alert -> text under its heading."""
    _, *parts = re.split(r"^## (\w+)\n", (root / "docs/runbook.md").read_text("utf-8"), flags=re.MULTILINE)
    names = parts[::2]
    assert len(set(names)) == len(names)
    return dict(zip(names, parts[1::2], strict=True))


def missing(text: str) -> list[str]:
    """Parts that an entry lacks, or that say nothing."""
    found = dict(re.findall(r"^\*\*([^*]+)\*\* (.+?)(?=^\*\*|\Z)", text, re.MULTILINE | re.DOTALL))
    return [part for part in PARTS if len(found.get(part, "").strip()) < 15]


def test_every_entry_is_whole(entries: dict[str, str]) -> None:
    assert {name: missing(text) for name, text in entries.items() if missing(text)} == {}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_missing_is_noticed(part: str, entries: dict[str, str]) -> None:
    text = re.sub(rf"^\*\*{part}\*\* .*\n", f"**{part}** ...\n", entries["ChangpiaoFork"], flags=re.MULTILINE)
    assert missing(text) == [part]


@pytest.mark.network
def test_alerts_and_entries_are_the_same(entries: dict[str, str], rules: list[dict[str, Any]]) -> None:
    assert sorted(entries) == sorted(rule["alert"] for rule in rules)
