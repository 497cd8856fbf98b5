"""`totals`: votes by unit, contest and candidate, recomputed from the record alone.

Serves [TOTALS-1]: everything but signatures is checked first, and a record that is FAILED gives no figures.
"""

import csv
import io
import json

from verifier.checks.shards import TotalsRow

COLUMNS = ("unit", "contest", "candidate", "votes")


def in_order(rows: list[TotalsRow]) -> list[TotalsRow]:
    """Units by id; within a unit the order is that of its note already."""
    return sorted(rows, key=lambda row: row[0].encode())


def as_csv(rows: list[TotalsRow]) -> str:
    """`unit,contest,candidate,votes`, one line end everywhere."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(in_order(rows))
    return text.getvalue()


def as_json(rows: list[TotalsRow]) -> str:
    """A list of objects with the columns as keys."""
    entries = [dict(zip(COLUMNS, row, strict=True)) for row in in_order(rows)]
    return json.dumps(entries, ensure_ascii=False, indent=0) + "\n"
