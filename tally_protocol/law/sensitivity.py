"""Whether an outcome hangs on the base: the committee decided again with every base that is known (spec/8) [LAW-8].

No text says which papers 参加投票的村民 are: the profile's base decides, and a difference is shown.
"""

from dataclasses import dataclass

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
Values = tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a decision says of a contest, as far as a base can change it."""

    outcome: Outcome
    elected: frozenset[int]


Verdicts = dict[ContestId, Verdict]


def verdicts_by_base(
    unit: Unit, committee: Committee, places: tuple[Place, ...], elected: Elected
) -> dict[str, Verdicts]:
    """Base -> what the committee gives with it, for the contests whose share has that base known.

    `places` is the committee as the profile decides it, `elected` are those of the whole unit. A contest for which the
    replacing base is unknown keeps its own, and is not compared.
    """
    members = committee.members
    asked = [place.counted for place in places if place.counted.majorities and place.barrier is None]
    made = {_values(members, None): _verdicts(unit, places, elected)}
    found: dict[str, Verdicts] = {}
    for base in BASES:
        compared = [one.contest.id for one in asked if isinstance(one.quantities.exact(base), Known)]
        if not compared:
            continue
        values = _values(members, base)
        if values not in made:
            made[values] = _verdicts(unit, decide(committee, base), elected)
        found[base] = {name: made[values][name] for name in compared}
    return found


def sensitive_contests(
    unit: Unit, committee: Committee, places: tuple[Place, ...], elected: Elected
) -> set[ContestId]:
    """The contests of a committee whose outcome or elected persons differ with another base [LAW-8]."""
    own = _verdicts(unit, places, elected)
    by_base = verdicts_by_base(unit, committee, places, elected)
    return {name for verdicts in by_base.values() for name, verdict in verdicts.items() if verdict != own[name]}


def _values(members: Members, instead: str | None) -> Values:
    """The bases that a decision uses: two that use the same are the same."""
    bases = ((member.base_of(share, instead) for share in member.majorities) for member in members)
    return tuple(tuple(base.value if isinstance(base, Known) else None for base in row) for row in bases)


def _verdicts(unit: Unit, places: tuple[Place, ...], elected: Elected) -> Verdicts:
    whole = {**elected, **{place.counted.contest.id: place.elected for place in places}}
    return {
        place.counted.contest.id: Verdict(outcome_of(unit, place, whole), frozenset(place.elected)) for place in places
    }


def recalls_by_base(counted: Counted) -> dict[str, Outcome]:
    """Base -> the outcome of a recall with it; empty where the recall could not be decided."""
    if counted.contest.rule != "recall" or barrier_of(counted) is not None:
        return {}
    known = [base for base in BASES if isinstance(counted.quantities.exact(base), Known)]
    return {base: recall_outcome(counted, base) for base in known}


def is_sensitive_alone(counted: Counted) -> bool:
    """Whether a recall's outcome differs with another base."""
    by_base = recalls_by_base(counted)
    return any(outcome is not recall_outcome(counted) for outcome in by_base.values())
