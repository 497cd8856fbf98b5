"""What figures say against each other, all at once and in the order of the table [FIND-1] [FIND-2]."""

import pytest

from tally_protocol.law.reconciliation import Finding, findings
from tests.laws.rows_findings import EARLY, ROWS, FindingCase, Row


def told(finding: Finding) -> Row:
    """A finding as a row of the table: where it is about a box, contest or layout, that; else its station or unit."""
    about = {"b": finding.box, "c": finding.contest, "l": finding.layout}
    where = next((f"{kind}:{name}" for kind, name in about.items() if name is not None), "")
    return finding.code, finding.expected, finding.found, where or (f"s{finding.station}" if finding.station else "")


@pytest.mark.parametrize("case", [*ROWS, *EARLY], ids=lambda case: case.id)
def test_findings(case: FindingCase) -> None:
    unit = case.village()
    assert [told(row) for row in findings(unit.unit, unit.profiles, unit.tally)] == list(case.due)
