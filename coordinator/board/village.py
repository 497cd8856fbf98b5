"""One unit's page: posts and candidates with the 正 board, boxes, stations, findings, the outcome and its explanation.

Computed when somebody asks, from a frozen `UnitProgress`; `records` (hashes, signers) are read from the store then.
Explanation and findings come from the values by which the law decides, in Chinese and English [OUTCOME-2] [FIND-2].
"""

from collections.abc import Iterable, Mapping
from typing import Any

from coordinator.board.facts import decides, tally_of, totals_of
from coordinator.board.rows import Row
from coordinator.ledger.progress import UnitProgress
from coordinator.results.declared import elected_in, standing, superseded
from coordinator.results.electors import electors_of
from tally_protocol.election.shape import CANDIDATE_FIGURES, CONTEST_FIGURES, PER_CANDIDATE, PER_CONTEST, shape
from tally_protocol.election.unit import Contest
from tally_protocol.law.explanation import RULES, explain_decided
from tally_protocol.law.finding_texts import FINDING_TEXTS
from tally_protocol.law.outcome import Decided, decide_unit
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_words import FIELDS, words_of
from tally_protocol.law.reconciliation import Finding, findings
from tally_protocol.law.result import Result
from tally_protocol.law.sources import in_both
from tally_protocol.record.unit_kinds import Declaration

Json = dict[str, Any]
Profiles = Mapping[str, Profile]


def village(unit: UnitProgress, row: Row, profiles: Profiles) -> Json:
    """The JSON of a unit's page."""
    note, profile = unit.note, profiles[unit.note.profile]
    tally = tally_of(unit)
    decided = decide_unit(note, profiles, tally) if decides(unit) else None
    results = _results(unit)
    return {
        "unit": note.id,
        "name": note.name,
        "place": list(note.place),
        "size": row.size,
        "state": row.state.name,
        "registered": electors_of(note, profiles),
        "papers": row.papers,
        "batches": row.batches,
        "voters": row.voters,
        "voters_from": row.voters_from.value,
        "profile": {
            "id": profile.id, "title": profile.title, "text": profile.text, "in_force": profile.in_force,
        },
        "rules": [[FIELDS.get(rule.path, (rule.path, rule.path)), words_of(rule.value), in_both(rule.decided_by)]
                  for rule in note.rules],
        "contests": [_contest(unit, contest, results.get(contest.id), decided) for contest in note.contests],
        "stations": [_station(unit, entry.id, entry.registered) for entry in note.stations],
        "boxes": [_box(unit, place) for place in range(len(note.boxes))],
        "findings": [_finding(unit, one) for one in findings(note, profiles, tally)],
        "statement": unit.statement.hex() if unit.statement else None,
        "declared": standing(unit.declaration, unit.statement) is not None,
        "records": len(unit.entries),
    }  # fmt: skip


def _results(unit: UnitProgress) -> dict[str, Result]:
    if unit.determination is None or not unit.determined:
        return {}
    return {result.contest: result for result in unit.determination.contests}


def _contest(unit: UnitProgress, contest: Contest, result: Result | None, decided: Decided | None) -> Json:
    layout = next(one for one in unit.note.layouts if contest.id in one.contests)
    figures = totals_of(unit)[layout.id]
    at = next(one for one in shape(unit.note, layout.id).contests if one.contest == contest.id)
    own = figures[at.figure : at.figure + PER_CONTEST]
    return {
        "id": contest.id,
        "title": contest.title,
        "seats": contest.seats,
        "max_marks": contest.max_marks,
        "round": contest.round,
        "rule": [contest.rule, RULES[contest.rule]],
        "of": contest.of,
        "women": contest.female_only,
        "layout": layout.id,
        "papers": figures[0],
        "figures": dict(zip(CONTEST_FIGURES, own, strict=True)),
        "candidates": [
            {
                "id": person.id,
                "name": person.name,
                "sex": person.sex,
                **dict(zip(CANDIDATE_FIGURES, figures[start : start + PER_CANDIDATE], strict=True)),
            }
            for person, start in zip(
                contest.candidates, range(at.candidate_figure, at.end_figure, PER_CANDIDATE), strict=True
            )
        ],
        "written": [
            {"name": person.name, "votes": person.votes, "candidate": person.candidate}
            for person in unit.persons
            if person.contest == contest.id
        ],
        "result": None if result is None else _result(result),
        "declared": _names(standing(unit.declaration, unit.statement), contest),
        "superseded": _names(superseded(unit.declaration, unit.statement), contest),
        "explanation": []
        if decided is None
        else [[line.zh, line.en] for line in explain_decided(unit.note, decided, contest.id)],
    }


def _result(result: Result) -> Json:
    return {
        "outcome": result.outcome.value,
        "elected": list(result.elected),
        "short": result.short,
        "next": list(result.next),
        "runoff": list(result.runoff),
        "sensitive": result.sensitive,
    }


def _names(declaration: Declaration | None, contest: Contest) -> list[str] | None:
    """Whom a declaration names; None where there is none, or none about this contest."""
    elected = elected_in(declaration, contest.id)
    return None if elected is None else list(elected)


def _station(unit: UnitProgress, name: str, registered: int | None) -> Json:
    table = unit.table(name)
    roster = unit.rosters.get(name)
    people: Iterable[tuple[str, str]] = () if roster is None else ((one.id, one.role) for one in roster.officials)
    return {
        "id": name,
        "state": table.state.value,
        "registered": registered,
        "records": table.records,
        "batches": table.batches,
        "papers": sum(figures[0] for figures in table.running.values()),
        "head": table.head.hex(),
        "officials": [list(pair) for pair in people],
        "form": None if table.close is None else dict(table.close.paper),
    }


def _box(unit: UnitProgress, place: int) -> Json:
    box = unit.note.boxes[place]
    count = unit.table(box.station).boxes.get(box.id)
    return {
        "id": box.id,
        "kind": box.kind,
        "layout": box.layout,
        "station": box.station,
        "papers": None if count is None else dict(count.papers),
    }


def _finding(unit: UnitProgress, finding: Finding) -> Json:
    text = FINDING_TEXTS[finding.code]
    contest = None if finding.contest is None else unit.note.contest(finding.contest)
    return {
        "code": finding.code,
        "number": text.number,
        "station": finding.station,
        "box": finding.box,
        "contest": None if contest is None else contest.title,
        "expected": finding.expected,
        "found": finding.found,
        "text": [text.desk.zh, text.desk.en],
        "advice": [text.county.zh, text.county.en],
    }
