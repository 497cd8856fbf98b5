"""What can be recomputed from a record as a table: votes, outcomes, findings, and the explanation of an outcome.

Serves [TOTALS-1], [OUTCOME-1], [OUTCOME-2], [FIND-2]. A row is one object; the CSV columns are those of spec/7. Cells
that begin with `+` (a written-in name), `-` (an id) or what a name begins with are data and are printed as they are.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from verifier.chain.states import VOIDED
from verifier.chain.unit import Unit
from verifier.decode.cases import Law
from verifier.decode.layouts import HEAD, PER
from verifier.rules.explain import OUTCOMES, explain
from verifier.rules.reconcile import findings

Row = dict[str, Any]

COLUMNS: Final = {
    "totals": ("unit", "contest", "candidate", "votes"),
    "outcomes": ("unit", "contest", "round", "outcome", "elected", "base_sensitive"),
    "findings": ("unit", "station", "code", "expected", "found"),
}


def totals_of(unit: Unit, law: Law) -> list[Row]:
    """Candidates, then opened persons, then what is not opened."""
    del law  # votes are sums of the record; no rule is asked
    note = unit.manifest.newest
    if note is None:
        return []
    rows: list[tuple[str, str, int]] = []
    rest: dict[str, Any] = dict(unit.unopened(note, unit.opening))
    for contest, sums in unit.contest_sums(note).items():
        candidates = note.contests[contest].candidates
        rows += [(contest, candidate, sums[HEAD + PER * place]) for place, candidate in enumerate(candidates)]
        rows += [(contest, f"+{one.name}", one.votes) for one in unit.opening.persons if one.contest == contest]
        if rest.get(contest):
            rows.append((contest, "+", rest[contest]))
    return [dict(zip(COLUMNS["totals"], (unit.id, *row), strict=True)) for row in rows]


def outcomes_of(unit: Unit, law: Law) -> list[Row]:
    """Every contest decided again [OUTCOME-1]; a unit that is void or not final says so and elects nobody."""
    note = unit.manifest.newest
    if note is None:
        return []
    word = "voided" if unit.state == VOIDED else "not_final" if unit.unfinished() else ""
    results = {} if word else {result["contest"]: result for result in unit.results(law)}
    rows: list[Row] = []
    for contest in note.contests.values():
        row: Row = {"unit": unit.id, "contest": contest.id, "round": contest.round}
        if contest.id in results:
            result = results[contest.id]
            more = {name: value for name, value in result.items() if name not in ("contest", "sensitive")}
            row |= {"outcome": "", "elected": [], "base_sensitive": result["sensitive"], **more}
        else:
            row |= {"outcome": word, "elected": [], "base_sensitive": False}
        rows.append(row)
    return rows


def findings_of(unit: Unit, law: Law) -> list[Row]:
    """Every finding of the unit, in order [FIND-2]."""
    del law  # findings ask the rules themselves, with or without a statement
    note = unit.manifest.newest
    if note is None:
        return []
    stated = unit.stated_over_heads
    rows = findings(unit.case(note), stated=stated, complete=stated and unit.names_complete)
    return [{"unit": unit.id, **row.as_data()} for row in rows]


def explanation_of(unit: Unit, law: Law) -> list[Row]:
    """Lines for each contest of the unit, Chinese and English [OUTCOME-2]."""
    del law
    note = unit.manifest.newest
    if note is None:
        return []
    rows: list[Row] = []
    word = "voided" if unit.state == VOIDED else "not_final" if unit.unfinished() else ""
    for contest in note.contests.values():
        lines = [(f"结论：{OUTCOMES[word]}", f"outcome: {word}")] if word else explain(unit.case(note), contest)
        rows += [{"unit": unit.id, "contest": contest.id, "zh": zh, "en": en} for zh, en in lines]
    return rows


TABLES: Final[dict[str, Callable[[Unit, Law], list[Row]]]] = {
    "totals": totals_of,
    "outcomes": outcomes_of,
    "findings": findings_of,
    "explain": explanation_of,
}


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Units by id; within a unit the order is right already."""
    return sorted(rows, key=lambda row: str(row["unit"]).encode())


def as_csv(table: str, rows: Iterable[Row]) -> str:
    """The columns of the table, one line end everywhere."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    writer.writerows([_cell(row[column]) for column in COLUMNS[table]] for row in in_order(rows))
    return text.getvalue()


def _cell(value: object) -> object:
    """A cell of the CSV: words for booleans, references apart by one space, no space inside a name."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join("".join("_" if char.isspace() else char for char in reference) for reference in value)
    return value


def as_json(rows: Iterable[Row]) -> str:
    """A list of objects; they hold the columns of the CSV and whatever else a program may want."""
    return json.dumps(in_order(rows), ensure_ascii=False, indent=0) + "\n"
