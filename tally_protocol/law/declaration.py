"""宣布当选: a committee's declaration against the rules' result, with a reason for every difference (spec/8) [DET-3].

浙江 art. 32 (2020-07-31; ZJ-32): votes are announced, then conditions are reviewed; announced votes and declared
winners are two records. A disqualified winner's seat goes to the next round, never to the next person.
"""

from collections.abc import Mapping, Sequence

from tally_protocol.election.unit import Unit
from tally_protocol.errors import RuleViolation
from tally_protocol.ids import ContestId
from tally_protocol.law.counted import COMMITTEE_RULES
from tally_protocol.law.declared import ADDING_WORDS, Declared, Reason
from tally_protocol.law.outcome import Decided, decide_unit
from tally_protocol.law.profile import Profile
from tally_protocol.law.tally import Tally

Difference = tuple[ContestId, str]


def check_declaration(
    unit: Unit,
    profiles: Mapping[str, Profile],
    tally: Tally,
    declared: Sequence[Declared],
    reasons: Sequence[Reason],
) -> None:
    """Raise RuleViolation E_DECLARATION unless the declaration stands beside the rules' result [DET-3].

    The citation of the unit's last statement, with its names complete, is checked where the chain is known.
    """
    decided = decide_unit(unit, profiles, tally)
    expected = declared_contests(unit)
    if tuple(one.contest for one in declared) != expected:
        raise RuleViolation("E_DECLARATION", "declaration.contests", expected="every contest that elects, unit order")
    for one in declared:
        _check_persons(unit, decided, one)
    found = tuple((reason.contest, reason.reference) for reason in reasons)
    due = differences(decided, declared)
    if found != due:
        raise RuleViolation(
            "E_DECLARATION", "declaration.reasons", expected=f"{len(due)} reasons", found=_first_gap(due, found)
        )
    declared_by = {one.contest: one.elected for one in declared}
    for reason in reasons:
        if reason.reference in declared_by[reason.contest] and reason.word not in ADDING_WORDS:
            raise RuleViolation(
                "E_DECLARATION", f"reason for {reason.reference}", expected=" or ".join(sorted(ADDING_WORDS)),
                found=reason.word,
            )  # fmt: skip


def declared_contests(unit: Unit) -> tuple[ContestId, ...]:
    """The contests that a declaration speaks of: those that elect, in unit order."""
    return tuple(contest.id for contest in unit.contests if contest.rule in COMMITTEE_RULES)


def differences(decided: Decided, declared: Sequence[Declared]) -> tuple[Difference, ...]:
    """Who is elected by one of declaration and rules alone: by contest, then reference; each needs one reason."""
    found: list[Difference] = []
    for one in declared:
        by_rules = decided.result_of(one.contest).elected
        found += [(one.contest, reference) for reference in sorted(set(one.elected) ^ set(by_rules))]
    return tuple(found)


def persons_of(decided: Decided, contest: ContestId) -> tuple[str, ...]:
    """The references of a contest's persons, who may be declared elected.

    Its candidates, its opened written-in persons and, with roll-down, everybody with votes in a higher contest that
    takes part.
    """
    persons = dict.fromkeys(decided.counted[contest].votes)
    for place in decided.higher_places(contest):
        persons |= dict.fromkeys(person for person, votes in place.counted.votes.items() if votes)
    return decided.people.named(persons)


def _check_persons(unit: Unit, decided: Decided, one: Declared) -> None:
    contest = unit.contest(one.contest)
    where = f"declaration contest {one.contest}"
    if contest is None or len(one.elected) > contest.seats:
        raise RuleViolation("E_DECLARATION", where, expected="at most as many persons as seats", found=len(one.elected))
    if len(set(one.elected)) != len(one.elected):
        raise RuleViolation("E_DECLARATION", where, expected="each person once")
    if not set(one.elected) <= set(persons_of(decided, one.contest)):
        raise RuleViolation("E_DECLARATION", where, expected="persons of the contest")


def _first_gap(due: Sequence[Difference], found: Sequence[Difference]) -> str:
    missing = [reference for contest, reference in due if (contest, reference) not in found]
    return f"no reason for {missing[0]}" if missing else f"{len(found)} reasons, out of order or without a difference"
