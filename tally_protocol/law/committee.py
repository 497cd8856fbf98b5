"""Several posts decided together: higher before lower, then relatives (spec/8, several posts) [POST-1] to [POST-6].

A committee is the contests of a unit with one profile and one round, in unit order: the first is the highest post.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tally_protocol.law.avoidance import Relatives, avoid_relatives
from tally_protocol.law.barriers import barrier_of
from tally_protocol.law.counted import COMMITTEE_RULES, Counted
from tally_protocol.law.persons import People
from tally_protocol.law.places import Place
from tally_protocol.law.seats import eligible_of, seat
from tally_protocol.law.women import seat_with_woman, women_place

Members = tuple[Counted, ...]


def committees_of(counted: Iterable[Counted]) -> tuple[Members, ...]:
    """The contests of each committee of a unit, in the order of their first contests."""
    found: dict[tuple[str, int], list[Counted]] = {}
    for one in counted:
        if one.contest.rule in COMMITTEE_RULES:
            found.setdefault((one.profile.id, one.contest.round), []).append(one)
    return tuple(tuple(members) for members in found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Committee:
    """Contests decided together; `sitting` are the persons elected in lower rounds under the same profile."""

    members: Members
    people: People
    relatives: Relatives
    sitting: frozenset[int] = frozenset()


def decide(committee: Committee, instead: str | None = None) -> tuple[Place, ...]:
    """Decide a committee from its highest post to its lowest; `instead` replaces the base [LAW-8].

    A contest that cannot elect takes no part in the rest: its votes are not rolled down, nobody is removed because of
    it; but the women's step does not move to another contest, because it will be held again.
    """
    members, people = committee.members, committee.people
    profile = members[0].profile
    women_at = women_place(members)
    places: list[Place] = []
    elected: set[int] = set()
    higher: dict[int, int] = {}
    for index, member in enumerate(members):
        barrier = barrier_of(member, instead)
        if barrier is not None:
            places.append(Place(counted=member, barrier=barrier, votes=member.votes, rolled={}))
            continue
        rolled = _rolled(higher, elected) if profile.roll_down else {}
        needs_woman = index == women_at and not any(map(people.is_woman, committee.sitting | elected))
        outside = frozenset(elected | _not_printed(member, committee.sitting, people))
        places.append(_decide_one(member, people, rolled, outside, instead, needs_woman=needs_woman))
        elected.update(places[-1].elected)
        for person, votes in member.votes.items():
            higher[person] = higher.get(person, 0) + votes
    return tuple(places) if profile.avoidance.method == "flag" else _without_relatives(places, committee)


def _rolled(higher: Mapping[int, int], elected: Collection[int]) -> dict[int, int]:
    """上票下加: the votes of higher posts, of those who were elected in none of them [POST-2].

    甘肃 art. 27 (2011; GS-27). They are added once each, never upward, whether or not the person stands here.
    """
    return {person: votes for person, votes in higher.items() if votes and person not in elected}


def _not_printed(member: Counted, sitting: Collection[int], people: People) -> set[int]:
    """Sitting persons who do not stand in a contest: written-in votes do not elect them a second time [POST-1]."""
    return set(sitting).difference(people.standing[member.contest.id])


def _decide_one(
    member: Counted,
    people: People,
    rolled: Mapping[int, int],
    outside: frozenset[int],
    instead: str | None,
    *,
    needs_woman: bool,
) -> Place:
    votes = dict(member.votes)
    for person, count in rolled.items():
        votes[person] = votes.get(person, 0) + count
    eligible = eligible_of(member, votes, people, outside, instead)
    seats = member.contest.seats
    if needs_woman:
        seating = seat_with_woman(eligible.ranked, seats, people.women, member.profile.female.on_fail)
    else:
        seating = seat(eligible.ranked, seats)
    return Place(
        counted=member,
        votes=votes,
        rolled=rolled,
        outside=outside,
        eligible=eligible,
        elected=seating.elected,
        tied=seating.tied,
        tied_seats=seating.seats,
        held=seating.held,
        women_step=needs_woman,
    )


def _without_relatives(places: Sequence[Place], committee: Committee) -> tuple[Place, ...]:
    open_places = [place for place in places if place.barrier is None]
    left = iter(avoid_relatives(open_places, committee.relatives, committee.people, committee.sitting))
    return tuple(place if place.barrier else next(left) for place in places)
