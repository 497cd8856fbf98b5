"""docs/rules-covered.md has every rule of the reference page, and what it cites exists."""

import re
from pathlib import Path

import pytest

from tests.laws.test_explanation import EVERY

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "rules.md"
# Rules by letter where the reference has no numbers of its own
WHOLE = ("M", "N", "O", "P", "R")
IDS = (
    *(f"A{n}" for n in range(1, 5)), *(f"B{n}" for n in range(1, 5)), *(f"C{n}" for n in range(1, 12)),
    *(f"D{n}" for n in range(5)), *(f"E{n}" for n in range(1, 6)), *(f"F{n}" for n in range(1, 5)),
    *(f"G{n}" for n in range(1, 9)), "H1", "H2", *(f"I{n}" for n in range(1, 6)), *(f"J{n}" for n in range(1, 7)),
    *(f"K{n}" for n in range(1, 9)), *(f"L{n}" for n in range(1, 6)), *WHOLE[:-1], *(f"Q{n}" for n in range(1, 10)),
    WHOLE[-1],
)  # fmt: skip


def rows(root: Path) -> dict[str, list[str]]:
    """Rule -> the other cells of its row."""
    found = {}
    for line in (root / "docs/rules-covered.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"[A-R]\d*", cells[0]):
            assert cells[0] not in found, f"{cells[0]} twice"
            found[cells[0]] = cells[1:]
    return found


def test_every_rule_has_its_row(root: Path) -> None:
    assert list(rows(root)) == list(IDS)


@pytest.mark.skipif(not REFERENCE.exists(), reason="THE REFERENCE IS NOT BESIDE THE CHECKOUT: rules.md was not read")
def test_the_reference_has_no_other_rules() -> None:
    text = REFERENCE.read_text("utf-8")
    section = text[text.index("## 4. Rules by topic") : text.index("## 5. ")]
    named = set(re.findall(r"\*\*([A-LQ]\d+)\*\*", section))
    assert named == set(IDS) - set(WHOLE)
    assert {letter for letter in WHOLE if f"### {letter}." in section} == set(WHOLE)


def test_what_a_row_cites_exists(root: Path) -> None:
    """Modules, functions, test files and requirements; a rule without a test says why."""
    stated = set(re.findall(r"\*\*\[([A-Z]+-\d+)\]\*\*", "".join(p.read_text("utf-8") for p in root.glob("spec/*.md"))))
    for rule, (_, where, test) in rows(root).items():
        for module, function in re.findall(r"`((?:law|election)/\w+\.py)(?::(\w+))?`", where):
            text = (root / "tally_protocol" / module).read_text("utf-8")
            assert not function or f"def {function}(" in text, f"{rule}: {module}:{function}"
        assert set(re.findall(r"\b[A-Z]{3,}-\d+", where)) <= stated, rule
        for name in re.findall(r"`(test_\w+\.py)`", test):
            assert (root / "tests/laws" / name).exists(), f"{rule}: {name}"
        cited = "`" in test
        assert cited or "not covered" in test, f"{rule}: neither a test nor a reason"


def test_rows_of_the_tables_name_known_rules() -> None:
    """Every table row of this folder covers rules that exist."""
    known = {*IDS, "3"}
    named = {rule for case in EVERY for rule in case.covers.split()}
    assert {rule for rule in named if not rule.startswith("invariant")} <= known
