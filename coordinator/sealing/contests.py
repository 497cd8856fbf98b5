"""contests.csv and candidates.csv: the posts of each unit, their rules, papers and printed names."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from coordinator.sealing.draft import Draft
from coordinator.sealing.problems import Problems
from coordinator.sealing.tables import Row, read_table
from tally_protocol.election.unit import CONTEST_RULES, Candidate, Contest
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import CandidateId, ContestId

OPTIONAL = ("layout", "round", "registered", "write_ins", "profile", "rule", "of", "female_only")
YES = {"true": True, "": False}


def of_unit(rows: Iterator[Row], drafts: dict[str, Draft]) -> Iterator[tuple[Row, Draft]]:
    """Rows with the draft of the unit that they name; a unit that is not in units.csv is noted."""
    for row in rows:
        draft = drafts.get(row.text("unit"))
        if draft is None:
            row.fault(f"units.csv 中没有单位 {row.text('unit')[:40]!r}", "unit not in units.csv")
        else:
            yield row, draft


def read_contests(path: Path, drafts: dict[str, Draft], problems: Problems) -> None:
    """Every post with its rule, its own profile and the round that it follows."""
    rows = read_table(path, "contests.csv", ("unit", "contest", "title", "seats", "max_marks"), OPTIONAL, problems)
    for row, draft in of_unit(rows, drafts):
        follows = row.optional_id("of")
        contest = Contest(
            id=ContestId(row.id("contest")),
            title=row.text("title"),
            seats=row.count("seats"),
            max_marks=row.count("max_marks"),
            candidates=(),
            write_ins=row.count("write_ins", 0),
            round=row.count("round", 1),
            registered=row.optional_count("registered"),
            rule=_rule(row),
            profile=row.optional_id("profile") or None,
            female_only=_female_only(row),
            of=ContestId(follows) if follows else None,
        )
        layout = row.optional_id("layout") or "1"
        draft.named.add(contest.id)
        if contest.id in draft.contests:
            row.fault(f"职位 {contest.id} 出现两次", f"contest {contest.id} twice")
        if row.ok:
            draft.contests[contest.id] = contest
            draft.contest_rows[contest.id] = row
            draft.layout_of[contest.id] = layout


def _rule(row: Row) -> str:
    rule = row.text("rule") or "election"
    if rule not in CONTEST_RULES:
        words = ", ".join(sorted(CONTEST_RULES))
        row.fault(f"rule: 应为 {words} 之一，现为 {rule[:40]!r}", f"rule: expected one of {words}")
    return rule


def _female_only(row: Row) -> bool:
    value = row.text("female_only")
    if value not in YES:
        row.fault(f"female_only: 应为 true 或空，现为 {value[:40]!r}", "female_only: expected true, or nothing")
    return YES.get(value, False)


def read_candidates(path: Path, drafts: dict[str, Draft], problems: Problems) -> None:
    """The names on each paper, in the order of the rows."""
    found: dict[tuple[str, str], list[Candidate]] = {}
    rows = read_table(path, "candidates.csv", ("unit", "contest", "candidate", "name"), ("sex",), problems)
    for row, draft in of_unit(rows, drafts):
        contest = row.text("contest")
        if contest not in draft.contests and contest in draft.named:
            continue
        if contest not in draft.contests:
            row.fault(f"contests.csv 中没有职位 {contest[:40]!r}", "contest not in contests.csv")
            continue
        try:
            body = {"id": row.text("candidate"), "name": row.text("name")}
            body |= {"sex": row.text("sex")} if row.text("sex") else {}
            Candidate.parse(body, "candidate")
        except ProtocolError as error:
            row.fault(f"候选人不合规: {error}", str(error))
            continue
        person = Candidate(id=CandidateId(body["id"]), name=body["name"], sex=body.get("sex"))
        found.setdefault((row.text("unit"), contest), []).append(person)
        draft.candidate_rows.setdefault(person.id, row)
    for (unit, contest), people in found.items():
        draft = drafts[unit]
        draft.contests[contest] = replace(draft.contests[contest], candidates=tuple(people))
