"""What follows a contest: the next round's candidates, and whether a seat may stay empty (spec/8)."""

from collections.abc import Iterable, Mapping, Sequence

from tally_protocol.election.unit import Unit
from tally_protocol.ids import ContestId
from tally_protocol.law.counted import Counted
from tally_protocol.law.persons import People
from tally_protocol.law.places import Place
from tally_protocol.law.profile import Profile

Elected = Mapping[ContestId, tuple[int, ...]]


def by_votes(place: Place, persons: Iterable[int], people: People) -> list[int]:
    """Persons by the votes counted in a contest, then in the order of the paper."""
    ordered = people.paper_order(place.counted.contest.id, persons)
    return sorted(ordered, key=lambda person: -place.votes[person])


def first_of(ordered: Sequence[int], votes: Mapping[int, int], count: int) -> tuple[int, ...]:
    """The first `count`, and everybody with as many votes as the last of them (并列的一并列入)."""
    last = ordered[:count][-1:]
    return tuple(
        person for place, person in enumerate(ordered) if place < count or votes[person] == votes[last[0]]
    )


def next_candidates(
    place: Place, committee: Iterable[Place], people: People, seats: int, *, women: bool
) -> tuple[int, ...]:
    """另行选举的候选人: the persons with most votes who are not elected [ROUND-1].

    村民委员会组织法 art. 18 (2025-10-28; VC-18). How many: 浙江 art. 29 (2020-07-31; ZJ-29), 上海 art. 21 (2020-09-25;
    SH-21), 北京 art. 30 (2012-09-28; BJ-30), 选举法 art. 45 (2020-10-17; EL-45): two for one seat.
    """
    settled = {person for one in committee for person in (*one.elected, *one.removed, *one.runoff)}
    persons = [
        person
        for person in place.votes
        if person not in settled and person not in place.outside and (not women or people.is_woman(person))
    ]
    rule = place.counted.profile.supplementary
    count = max(seats + rule.margin, rule.min_candidates)
    return first_of(by_votes(place, persons, people), place.votes, count)


def nominated(counted: Counted, people: People) -> tuple[int, ...]:
    """The candidates that a nomination gives: those with most votes [ROUND-2]. 河南 art. 25 (2011-07-29; HN-25)."""
    ordered = ordered_by_votes(counted, people)
    return first_of(ordered, counted.votes, counted.contest.seats + counted.profile.nomination.margin)


def ordered_by_votes(counted: Counted, people: People) -> list[int]:
    """All persons with a vote, most votes first."""
    voted = [person for person, votes in counted.votes.items() if votes]
    return sorted(people.paper_order(counted.contest.id, voted), key=lambda person: -counted.votes[person])


def may_stay_empty(unit: Unit, counted: Counted, elected: Elected) -> bool:
    """Whether the profile lets a shortfall of this contest be; `elected` are those of the whole unit [ROUND-3].

    浙江 art. 30 (2020-07-31; ZJ-30): after the round, with 3 members; 上海 art. 21 (2020-09-25; SH-21): before it; 北京
    art. 30 (2012-09-28; BJ-30): after it, with more than 3 members and the chair.
    """
    rule = counted.profile.vacancy
    in_time = rule.allowed == "before" or (rule.allowed == "after" and counted.contest.rule == "supplementary")
    return (
        in_time
        and members_elected(unit, counted.profile, elected) >= rule.min_members
        and (not rule.needs_chair or has_chair(unit, counted.profile, elected))
    )


def members_elected(unit: Unit, profile: Profile, elected: Elected) -> int:
    """The number of persons elected in all contests of the unit under a profile, whatever the round."""
    members = {
        person
        for contest in unit.contests
        if unit.profile_of(contest) == profile.id
        for person in elected.get(contest.id, ())
    }
    return len(members)


def has_chair(unit: Unit, profile: Profile, elected: Elected) -> bool:
    """Whether the first contest of the lowest round elected somebody, or a later round that names it did."""
    posts = [
        contest
        for contest in unit.contests
        if unit.profile_of(contest) == profile.id and contest.rule == "election"
    ]
    if not posts:
        return False
    chair = min(posts, key=lambda contest: contest.round)
    rounds = [chair.id, *(contest.id for contest in unit.contests if contest.of == chair.id)]
    return any(elected.get(name) for name in rounds)
