"""Eligible persons and the seat boundary: who is above it, who is tied across it (spec/8) [LAW-4] to [LAW-7].

`seat([(rank, person), ...], 2)` elects the first two unless the second and the third have one rank.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tally_protocol.law.counted import Counted
from tally_protocol.law.persons import People
from tally_protocol.law.profile import Majority
from tally_protocol.law.quantities import Known

Rank = tuple[int, ...]
Ranked = tuple[tuple[Rank, int], ...]


@dataclass(frozen=True, slots=True)
class Seating:
    """Persons elected, persons tied for `seats` more, and seats kept for women."""

    elected: tuple[int, ...]
    tied: tuple[int, ...] = ()
    seats: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Eligible:
    """The eligible persons, best first, and the share that made them so (None in a runoff)."""

    ranked: Ranked
    share: Majority | None = None
    base: Known | None = None


def rank_of(counted: Counted, votes: Mapping[int, int], person: int) -> Rank:
    """Most votes first; with `fewer_against` the one with fewer 反对 among equal votes [LAW-7]."""
    if counted.profile.tie == "fewer_against":
        return -votes[person], counted.oppose.get(person, 0)
    return (-votes[person],)


def ranked_of(counted: Counted, votes: Mapping[int, int], persons: Collection[int], people: People) -> Ranked:
    """Persons by rank, then in the order of the paper."""
    ordered = people.paper_order(counted.contest.id, persons)
    return tuple(sorted(((rank_of(counted, votes, person), person) for person in ordered), key=lambda pair: pair[0]))


def eligible_of(
    counted: Counted, votes: Mapping[int, int], people: People, outside: Collection[int], instead: str | None = None
) -> Eligible:
    """Who may be elected: whoever reaches the share; everybody with a vote in a runoff; in a women's seat women alone.

    More than half in an election [LAW-4], a third in a supplementary round [LAW-5]: 村民委员会组织法 art. 18
    (2025-10-28; VC-18), 居民委员会组织法 art. 19 (2025-10-28; RC-19), 选举法 art. 45 (2020-10-17; EL-45). 河南 art. 38
    (2011-07-29; HN-38) asks for more than half first. 北京 art. 28 (2012-09-28; BJ-28), 山东 art. 23 (2011-01-14;
    SD-23): void papers stay in the base. 浙江 art. 21 (2020-07-31; ZJ-21): a seat for women [POST-3]. `outside` are
    persons who sit already [POST-1].
    """
    pool = [person for person, count in votes.items() if count > 0 and person not in outside]
    if counted.contest.female_only:
        pool = [person for person in pool if people.is_woman(person)]
    found = Eligible(ranked_of(counted, votes, pool, people) if not counted.majorities else ())
    for share in counted.majorities:
        base = counted.known_base(share, instead)
        reaching = [person for person in pool if share.reaches(votes[person], base.value)]
        found = Eligible(ranked_of(counted, votes, reaching, people), share, base)
        if reaching:
            break
    return found


def seat(ranked: Sequence[tuple[Rank, int]], seats: int) -> Seating:
    """Most votes win; a tie matters only across the boundary: a runoff for the seats that are left [LAW-6] [LAW-7].

    村民委员会组织法 art. 18 (2025-10-28; VC-18); ties: 浙江 art. 28 (2020-07-31; ZJ-28), 上海 art. 20 (2020-09-25;
    SH-20), 北京 art. 29 (2012-09-28; BJ-29), 河南 art. 36 (2011-07-29; HN-36), 选举法 art. 45 (2020-10-17; EL-45).
    """
    if len(ranked) <= seats:
        return Seating(tuple(person for _, person in ranked))
    if not seats:
        return Seating(())
    edge = ranked[seats - 1][0]
    if ranked[seats][0] != edge:
        return Seating(tuple(person for _, person in ranked[:seats]))
    above = tuple(person for rank, person in ranked if rank < edge)
    return Seating(above, tuple(person for rank, person in ranked if rank == edge), seats - len(above))
