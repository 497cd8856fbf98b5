"""任职回避: close relatives may not both sit in a committee (spec/8) [POST-5] [POST-6].

村民委员会组织法 art. 8 (2025-10-28; VC-8), 居民委员会组织法 art. 8 (2025-10-28; RC-8), 民法典 art. 1045 (2020-05-28;
CC-1045). The way is 浙江 art. 31 (2020-07-31; ZJ-31): the highest post stays, in one post the most votes; equal votes
vote again; the next person above the share fills the seat.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from tally_protocol.law.persons import People
from tally_protocol.law.places import Place

Relatives = Mapping[int, frozenset[int]]


def avoid_relatives(
    places: Sequence[Place], relatives: Relatives, people: People, sitting: Collection[int]
) -> tuple[Place, ...]:
    """A committee after avoidance: who leaves, who runs, who fills. `relatives` are those that the profile lists.

    `sitting` persons of earlier rounds are kept from the start.
    """
    kept = set(sitting)
    left = [_keep_in_order(place, relatives, people, kept) for place in places]
    left = [_without_blocked_runners(place, kept, relatives) for place in left]
    for index, place in enumerate(left):
        if _lost_somebody(places[index], place):
            left[index] = _seat_again(place, _settled(left), kept, relatives)
    return tuple(left)


def is_related(person: int, kept: Collection[int], relatives: Relatives) -> bool:
    """Whether a person is a close relative of one who is kept."""
    return not relatives.get(person, frozenset()).isdisjoint(kept)


def families_of(persons: Sequence[int], relatives: Relatives) -> list[tuple[int, ...]]:
    """Persons cut into sets that relations connect, in the order of their first members."""
    found: list[tuple[int, ...]] = []
    waiting = list(persons)
    while waiting:
        family = [waiting.pop(0)]
        for member in family:  # grows while it is walked
            near = relatives.get(member, frozenset())
            family += [person for person in waiting if person in near]
            waiting = [person for person in waiting if person not in near]
        found.append(tuple(family))
    return found


def split_families(persons: Sequence[int], relatives: Relatives) -> tuple[list[int], list[tuple[int, ...]]]:
    """Those without a relative among the others, and the sets of those who have one."""
    found = families_of(persons, relatives)
    return [family[0] for family in found if len(family) == 1], [family for family in found if len(family) > 1]


def _keep_in_order(place: Place, relatives: Relatives, people: People, kept: set[int]) -> Place:
    """Keep the elected by votes unless a relative is kept already; `kept` grows [POST-5].

    Relatives of one post with equal votes leave for a runoff for one seat.
    """
    staying: list[int] = []
    families: list[tuple[int, ...]] = []
    removed: list[int] = []
    ordered = sorted(people.paper_order(place.counted.contest.id, place.elected), key=lambda one: -place.votes[one])
    for _, group in groupby(ordered, key=place.votes.__getitem__):
        equal = list(group)
        blocked = [person for person in equal if is_related(person, kept, relatives)]
        removed += blocked
        lone, together = split_families([person for person in equal if person not in blocked], relatives)
        staying += lone
        families += together
        kept.update(lone)
    elected = tuple(person for person in place.elected if person in staying)
    return replace(place, elected=elected, families=tuple(families), removed=tuple(removed))


def _without_blocked_runners(place: Place, kept: Collection[int], relatives: Relatives) -> Place:
    """Remove who runs but is a relative of a person kept; a family of which one is left runs no more [POST-6]."""
    blocked = {person for person in place.runoff if is_related(person, kept, relatives)}
    if not blocked:
        return place
    left = [tuple(person for person in family if person not in blocked) for family in place.families]
    families = tuple(family for family in left if len(family) > 1)
    lone = [person for family in left if family not in families for person in family]
    return replace(
        place,
        tied=(*(person for person in place.tied if person not in blocked), *lone),
        tied_seats=place.tied_seats + len(left) - len(families),
        families=families,
        removed=(*place.removed, *(person for person in place.runoff if person in blocked)),
    )


def _lost_somebody(before: Place, after: Place) -> bool:
    """Whether somebody was removed from a contest, or left it for a runoff of relatives."""
    return bool(after.removed) or len(after.elected) < len(before.elected)


def _settled(places: Iterable[Place]) -> set[int]:
    """Persons elected, removed, or in a runoff of relatives, anywhere in the committee."""
    return {
        person
        for place in places
        for group in (place.elected, place.removed, *place.families)
        for person in group
    }


def _seat_again(place: Place, settled: Collection[int], kept: set[int], relatives: Relatives) -> Place:
    """Dissolve the boundary runoff and give the seats to the next eligible persons, rank by rank [POST-6].

    With `fill` `none` only those of the dissolved runoff are asked, for the seats that it had.
    """
    filling = place.counted.profile.avoidance.fill == "next_qualified"
    left = place.short + place.tied_seats if filling else place.tied_seats
    filled: list[int] = []
    families: list[tuple[int, ...]] = []
    tied: tuple[int, ...] = ()
    tied_seats = 0
    groups = _free_groups(place, settled, None if filling else place.tied)
    while left and (group := next(groups, None)) is not None:
        free = [person for person in group if not is_related(person, kept, relatives)]
        if len(free) > left:
            tied, tied_seats, left = tuple(free), left, 0
        else:
            lone, together = split_families(free, relatives)
            filled += lone
            families += together
            kept.update(lone)
            left -= len(lone) + len(together)
    return replace(
        place,
        elected=(*place.elected, *filled),
        tied=tied,
        tied_seats=tied_seats,
        families=(*place.families, *families),
        filled=tuple(filled),
    )


def _free_groups(
    place: Place, settled: Collection[int], only: Collection[int] | None
) -> Iterator[list[int]]:
    """The eligible persons who are free, in groups of equal rank, most votes first."""
    for _, group in groupby(place.eligible.ranked, key=lambda pair: pair[0]):
        yield [person for _, person in group if person not in settled and (only is None or person in only)]
