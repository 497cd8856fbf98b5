"""From a decided place to the result that a determination carries (spec/8, outcome and result of a contest) [DET-2]."""

from dataclasses import replace

from tally_protocol.election.unit import Unit
from tally_protocol.law.barriers import Comparison, barrier_of
from tally_protocol.law.counted import Counted
from tally_protocol.law.persons import People
from tally_protocol.law.places import Place
from tally_protocol.law.quantities import Known
from tally_protocol.law.result import NO_BASE, Outcome, Result, empty_result
from tally_protocol.law.rounds import Elected, by_votes, may_stay_empty, next_candidates, nominated, ordered_by_votes


def outcome_of(unit: Unit, place: Place, elected: Elected) -> Outcome:
    """The outcome word of a committee's contest; `elected` are those of the whole unit."""
    contest = place.counted.contest
    if place.barrier is not None:
        return place.barrier
    if place.runoff:
        return Outcome.RUNOFF
    if place.held or (contest.female_only and place.short):
        return Outcome.WOMEN_SUPPLEMENTARY
    if not place.short:
        return Outcome.FULL
    empty = contest.rule == "supplementary" and may_stay_empty(unit, place.counted, elected)
    return Outcome.VACANT if empty else Outcome.SUPPLEMENTARY


def result_of(
    unit: Unit, place: Place, committee: tuple[Place, ...], people: People, elected: Elected, *, sensitive: bool
) -> Result:
    """The result of a committee's contest."""
    contest = place.counted.contest
    outcome = outcome_of(unit, place, elected)
    if place.barrier is not None:
        return empty_result(contest.id, outcome, place.short)  # nobody has a seat: all of them
    base, base_value = base_of(place.counted)
    following: tuple[int, ...] = ()
    women: tuple[int, ...] = ()
    if place.short and outcome is not Outcome.VACANT:
        following = next_candidates(place, committee, people, place.short, women=contest.female_only)
    if place.held:
        women = next_candidates(place, committee, people, place.held, women=True)
    return Result(
        base=base,
        base_value=base_value,
        contest=contest.id,
        elected=people.named(by_votes(place, place.elected, people)),
        held=place.held,
        may_stop=bool(place.short) and not contest.female_only and may_stay_empty(unit, place.counted, elected),
        next=people.named(following),
        next_women=people.named(women),
        outcome=outcome,
        removed=people.named(people.paper_order(contest.id, place.removed)),
        runoff=people.named(people.paper_order(contest.id, place.runoff)),
        runoff_seats=place.runoff_seats,
        sensitive=sensitive,
        short=place.short,
    )


def base_of(counted: Counted) -> tuple[str, int]:
    """Name and value of the base of the share that a contest's rule asks, as its result prints them."""
    if not counted.majorities:
        return NO_BASE, 0
    share = counted.majorities[-1]
    base = counted.known_base(share)
    return share.base, base.value


def result_alone(counted: Counted, people: People, *, sensitive: bool) -> Result:
    """The result of a nomination, an advisory round or a recall: nobody is elected."""
    contest = counted.contest
    barrier = barrier_of(counted)
    if barrier is not None:
        return empty_result(contest.id, barrier, contest.seats)
    if contest.rule == "recall":
        base, base_value = base_of(counted)
        empty = empty_result(contest.id, recall_outcome(counted), 0)
        return replace(empty, base=base, base_value=base_value, sensitive=sensitive)
    if contest.rule == "nomination":
        return replace(empty_result(contest.id, Outcome.NOMINATED, 0), next=people.named(nominated(counted, people)))
    following = people.named(ordered_by_votes(counted, people))
    return replace(empty_result(contest.id, Outcome.ADVISORY, 0), next=following)


def recall_of(counted: Counted, instead: str | None = None) -> Comparison:
    """罢免: the approvals of the one candidate against the share `recall`; its base must be known.

    村民委员会组织法 art. 19 (2025-10-28; VC-19), 居民委员会组织法 art. 20 (2025-10-28; RC-20).
    """
    share = counted.profile.recall
    (votes,) = counted.votes.values()
    value = Known("approve", votes, counted.quantities.valid.source)
    return Comparison(share, value, counted.known_base(share, instead))


def recall_outcome(counted: Counted, instead: str | None = None) -> Outcome:
    """Whether a recall passed."""
    return Outcome.PASSED if recall_of(counted, instead).holds else Outcome.NOT_PASSED
