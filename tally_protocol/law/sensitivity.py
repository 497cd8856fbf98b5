"""Whether an outcome hangs on the base: the committee decided again with every base that is known (spec/8) [LAW-8].

No text says which papers 参加投票的村民 are: the profile's base decides, and a difference is shown.
"""

from tally_protocol.election.unit import Unit
from tally_protocol.ids import ContestId
from tally_protocol.law.barriers import barrier_of
from tally_protocol.law.committee import Committee, Members, decide
from tally_protocol.law.counted import Counted
from tally_protocol.law.places import Place
from tally_protocol.law.quantities import Known
from tally_protocol.law.result import Outcome
from tally_protocol.law.rounds import Elected
from tally_protocol.law.standing import outcome_of, recall_outcome

BASES = ("collected", "issued", "valid", "voters")
Verdict = tuple[Outcome, frozenset[int]]
Values = tuple[tuple[int | None, ...], ...]


def sensitive_contests(
    unit: Unit, committee: Committee, places: tuple[Place, ...], elected: Elected
) -> set[ContestId]:
    """The contests of a committee whose outcome or elected persons differ with another base.

    `places` is the committee as the profile decides it, `elected` are those of the whole unit. A contest for which the
    replacing base is unknown keeps its own, and is not compared.
    """
    members = committee.members
    asked = [place.counted for place in places if place.counted.majorities and place.barrier is None]
    if not asked:
        return set()
    first = _verdicts(unit, places, elected)
    verdicts = {_values(members, None): first}
    found: set[ContestId] = set()
    for base in BASES:
        values = _values(members, base)
        if values not in verdicts:
            verdicts[values] = _verdicts(unit, decide(committee, base), elected)
        found |= {
            member.contest.id
            for member in asked
            if isinstance(member.quantities.exact(base), Known)
            and verdicts[values][member.contest.id] != first[member.contest.id]
        }
    return found


def _values(members: Members, instead: str | None) -> Values:
    """The bases that a decision uses: two that use the same are the same."""
    bases = ((member.base_of(share, instead) for share in member.majorities) for member in members)
    return tuple(tuple(base.value if isinstance(base, Known) else None for base in row) for row in bases)


def _verdicts(unit: Unit, places: tuple[Place, ...], elected: Elected) -> dict[ContestId, Verdict]:
    whole = {**elected, **{place.counted.contest.id: place.elected for place in places}}
    return {place.counted.contest.id: (outcome_of(unit, place, whole), frozenset(place.elected)) for place in places}


def is_sensitive_alone(counted: Counted) -> bool:
    """Whether a recall's outcome differs with another base."""
    if counted.contest.rule != "recall" or barrier_of(counted) is not None:
        return False
    known = [base for base in BASES if isinstance(counted.quantities.exact(base), Known)]
    return any(recall_outcome(counted, base) is not recall_outcome(counted) for base in known)
