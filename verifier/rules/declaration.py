"""A declaration held against the rules' result: every difference has its reason, and nothing else has one.

Serves [DET-3]. Worked example: the rules elect c1; a declaration of nobody needs `["chief", "c1", "death", ""]`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from verifier.decode.cases import Case, Law, Result
from verifier.decode.kinds import REASONS_TO_ADD, SEATED_RULES
from verifier.findings.codes import Refused
from verifier.rules.outcome import decide, docket_of, persons_of, seat_all


def check_declaration(case: Case, results: Sequence[Result], declared: Mapping[str, Any]) -> None:
    """Refuse a declaration that is not allowed beside these results (ZJ-32)."""
    contests = {contest.id: contest for contest in case.contests if contest.rule in SEATED_RULES}
    if [entry["contest"] for entry in declared["contests"]] != list(contests):
        raise _declaration("every contest that elects, in unit order", "other contests")
    docket = docket_of(case)
    posts, _ = seat_all(docket)
    decided = {result["contest"]: set(result["elected"]) for result in results}
    owed: list[tuple[str, str]] = []
    added: set[tuple[str, str]] = set()
    for entry in declared["contests"]:
        contest, elected = contests[entry["contest"]], entry["elected"]
        known = set(docket.people.named(persons_of(docket, posts, contest)))
        if len(set(elected)) != len(elected) or not known.issuperset(elected):
            raise _declaration("persons of the contest, each once", f"{contest.id}: {' '.join(elected)}")
        if len(elected) > contest.seats:
            raise _declaration(f"at most {contest.seats} persons", f"{contest.id}: {len(elected)}")
        added |= {(contest.id, reference) for reference in set(elected) - decided[contest.id]}
        owed += [(contest.id, reference) for reference in sorted(decided[contest.id] ^ set(elected), key=str.encode)]
    given = [(contest, reference) for contest, reference, _, _ in declared["reasons"]]
    if given != owed:
        raise _declaration(f"a reason for each of {_said(owed)}", f"reasons for {_said(given)}")
    for contest_id, reference, word, _ in declared["reasons"]:  # a seat never goes to the next person
        if (contest_id, reference) in added and word not in REASONS_TO_ADD:
            raise _declaration(f"{contest_id} {reference}: {', '.join(sorted(REASONS_TO_ADD))}", word)


def _declaration(expected: str, found: str) -> Refused:
    return Refused("E_DECLARATION", expected, found)


def _said(differences: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{contest} {reference}" for contest, reference in differences) or "nobody"


LAW = Law(decide, check_declaration)
