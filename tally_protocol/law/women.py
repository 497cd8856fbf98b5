"""应当有妇女成员: how a committee gets its woman when votes alone do not give one (spec/8) [POST-4]."""

from collections.abc import Collection, Sequence

from tally_protocol.law.counted import Counted
from tally_protocol.law.seats import Rank, Seating, seat

METHODS = frozenset({"top_woman_first", "procedure_2013"})


def women_place(members: Sequence[Counted]) -> int | None:
    """Which contest of a committee gives the woman, if a method says so: the last with at least 2 seats that elects.

    A `female_only` contest gives a woman anyway: if it is the last one, no contest takes the step.
    """
    if not members or members[0].profile.female.method not in METHODS:
        return None
    places = [
        place
        for place, member in enumerate(members)
        if member.contest.seats >= 2 and member.contest.rule in {"election", "supplementary"}
    ]
    return places[-1] if places and not members[places[-1]].contest.female_only else None


def is_sure(seating: Seating, women: Collection[int]) -> bool:
    """Whether a woman is elected already: above the boundary, or too few men are tied to take all seats left."""
    men = sum(person not in women for person in seating.tied)
    return any(person in women for person in seating.elected) or (bool(seating.tied) and men < seating.seats)


def seat_with_woman(
    ranked: Sequence[tuple[Rank, int]], seats: int, women: Collection[int], on_fail: str
) -> Seating:
    """First the woman with most votes, the others for the rest; without an eligible woman one seat is held [POST-4].

    村民委员会组织法 art. 8 (2025-10-28; VC-8), 居民委员会组织法 art. 8 (2025-10-28; RC-8); the way is 山东 art. 25
    (2011-01-14; SD-25).
    """
    plain = seat(ranked, seats)
    if is_sure(plain, women):
        return plain
    ranks = [rank for rank, person in ranked if person in women]
    if not ranks:
        if on_fail != "supplementary":
            return plain
        rest = seat(ranked, seats - 1)
        return Seating(rest.elected, rest.tied, rest.seats, held=1)
    first = [person for rank, person in ranked if person in women and rank == ranks[0]]
    rest = seat([pair for pair in ranked if pair[1] not in first], seats - 1)
    if len(first) == 1:
        return Seating((*first, *rest.elected), rest.tied, rest.seats)
    return Seating(rest.elected, (*first, *rest.tied), 1 + rest.seats)
