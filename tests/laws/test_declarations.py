"""Announced votes and declared winners are two records: every difference has its reason [DET-3] (ZJ-32)."""

import pytest

from tally_protocol.errors import RuleViolation
from tally_protocol.ids import ContestId
from tally_protocol.law.declaration import check_declaration
from tally_protocol.law.declared import Declared, Reason
from tests.laws.rows_declarations import ROWS, DeclarationCase


def spoken(case: DeclarationCase) -> tuple[list[Declared], list[Reason]]:
    """A case's declaration as the record says it."""
    declared = [Declared(contest=ContestId(name), elected=tuple(who.split())) for name, who in case.declared]
    reasons = [
        Reason(contest=ContestId(name), reference=who, word=word, text=text) for name, who, word, text in case.reasons
    ]
    return declared, reasons


def stands(case: DeclarationCase) -> bool:
    """Whether the declaration is accepted; otherwise it is E_DECLARATION and nothing else."""
    unit = case.village()
    try:
        check_declaration(unit.unit, unit.profiles, unit.tally, *spoken(case))
    except RuleViolation as refused:
        assert refused.code == "E_DECLARATION"
        return False
    return True


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("half-of-the-reasons", "no reason for G"),
        ("reasons-out-of-order", "2 reasons, out of order or without a difference"),
        ("more-than-seats", "2"),
    ],
)
def test_what_a_refusal_says(name: str, found: str) -> None:
    (case,) = [one for one in ROWS if one.id == name]
    unit = case.village()
    with pytest.raises(RuleViolation) as refused:
        check_declaration(unit.unit, unit.profiles, unit.tally, *spoken(case))
    assert refused.value.found == found


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.id)
def test_declarations(case: DeclarationCase) -> None:
    assert stands(case) is case.stands
