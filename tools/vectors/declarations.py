"""Area `declaration`: what may be declared beside the rules' result, by hand [DET-3]."""

from collections.abc import Iterator

from tests.laws.rows_declarations import ROWS
from tests.laws.test_declarations import spoken, stands
from tools.vectors.form import Vector, bad, good, sure
from tools.vectors.villages import given


def vectors() -> Iterator[Vector]:
    """One vector for each row."""
    for row in ROWS:
        sure(stands(row) is row.stands, f"declaration {row.id}")
        declared, reasons = spoken(row)
        asked = given(row.village()) | {
            "declared": [one.to_body() for one in declared],
            "reasons": [one.to_list() for one in reasons],
        }
        what, comment = row.id.lower(), row.id.replace("-", " ")
        if row.stands:
            yield good("declaration", what, comment, asked)
        else:
            yield bad("declaration", what, comment, asked, "E_DECLARATION")
