"""Area `findings`: every rule of the table, where it speaks and where it must not [FIND-1] [FIND-2].

The rows are those of tests/laws, written by hand; the maker stops where the law's own functions say something else.
"""

from collections.abc import Iterator

from tally_protocol.law.reconciliation import findings
from tests.laws.rows_findings import ROWS
from tests.laws.test_findings import told
from tools.vectors.form import Vector, good, sure
from tools.vectors.villages import given


def vectors() -> Iterator[Vector]:
    """One vector for each row."""
    for row in ROWS:
        village = row.village()
        found = findings(village.unit, village.profiles, village.tally)
        sure([told(one) for one in found] == list(row.due), f"findings {row.id}")
        codes = " ".join(dict.fromkeys(code for code, *_ in row.due)) or "nothing to say"
        expect = {"findings": [one.to_body() for one in found]}
        what = row.id.lower()
        yield good("findings", what, f"{row.id.replace('-', ' ')}: {codes}", given(village, running=True), expect)
