"""One committee: its posts from the highest to the lowest, then avoidance, then the seats that avoidance opened.

Serves [LAW-4] to [LAW-7], [POST-1] to [POST-6]. Nobody is sorted into a seat: how many are stronger than a person, and
how many as strong, says where the person stands. Every decision of a committee is made from nothing.
Worked example: `seat({1: (5, 0), 2: (3, 0), 3: (3, 0)}, 2) == Seated({1}, {2, 3}, 1)`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from verifier.decode.layouts import Contest
from verifier.rules.measures import Measures, base_value, reaches, shares_of
from verifier.rules.people import People

Strength = tuple[int, int]  # votes, and minus the votes against where these count
WOMEN_METHODS: Final = ("top_woman_first", "procedure_2013")


class Seated(NamedTuple):
    """Who has a seat, who has to run for one, and for how many."""

    elected: set[int]
    tied: set[int]
    left: int


def seat(strength: Mapping[int, Strength], seats: int) -> Seated:
    """[LAW-6], [LAW-7]: most votes win; a tie matters only across the boundary of the seats (VC-18, ZJ-28)."""
    levels = Counter(strength.values())
    above = {level: sum(many for other, many in levels.items() if other > level) for level in levels}
    elected = {who for who, level in strength.items() if above[level] + levels[level] <= seats}
    tied = {who for who, level in strength.items() if above[level] < seats < above[level] + levels[level]}
    return Seated(elected, tied, seats - len(elected) if tied else 0)


@dataclass(slots=True)
class Post:
    """One contest of a committee while it is decided; `stopped` is the word that ended it before."""

    contest: Contest
    stopped: str
    votes: dict[int, int] = field(default_factory=dict)  # as counted: with those of higher posts where they roll down
    barred: set[int] = field(default_factory=set)  # elected above, or sitting and not on the paper
    eligible: set[int] = field(default_factory=set)
    elected: set[int] = field(default_factory=set)
    tied: set[int] = field(default_factory=set)  # in a runoff across the boundary of the seats
    tied_seats: int = 0
    families: list[set[int]] = field(default_factory=list)  # relatives with equal votes: a runoff for one seat each
    removed: set[int] = field(default_factory=set)
    held: int = 0

    @property
    def runoff(self) -> set[int]:
        """Everybody who has to run again."""
        return self.tied.union(*self.families)

    @property
    def runoff_seats(self) -> int:
        """The seats for which they run."""
        return self.tied_seats + len(self.families)

    @property
    def short(self) -> int:
        """Seats that nobody has, runs for or is held for."""
        return self.contest.seats - len(self.elected) - self.runoff_seats - self.held


@dataclass(frozen=True, slots=True)
class Bench:
    """What a committee is decided from."""

    people: People
    profile: Mapping[str, Any]
    measures: Mapping[str, Measures]
    kin: frozenset[tuple[int, int]]  # close relatives, in both directions
    sitting: frozenset[int]  # elected in lower rounds under this profile


def decide_committee(bench: Bench, posts: Sequence[Post], instead: str = "") -> Sequence[Post]:
    """Decide all posts, the highest first; `instead` is a base in place of the profile's own [LAW-8]."""
    live = [post for post in posts if not post.stopped]
    womens = _womens_post(bench.profile, posts)
    for place, post in enumerate(live):
        higher = live[:place]
        _count(bench, post, higher)
        post.eligible = _eligible(bench, post, instead)
        _seat_post(bench, post, higher, womens=post is womens)
    if bench.profile["avoidance"]["method"] == "highest_post_then_votes" and bench.kin:
        kept = _avoid(bench, live)
        dissolved = {post.contest.id: _leave_runoffs(bench, post, kept) for post in live}
        for post in live:
            if post.removed or post.families:
                _seat_again(bench, live, post, kept, dissolved[post.contest.id])
    return posts


def _womens_post(profile: Mapping[str, Any], posts: Sequence[Post]) -> Post | None:
    """[POST-4]: the last contest with room for a woman besides others; it stays that, even where it is void."""
    if profile["female"]["method"] not in WOMEN_METHODS:
        return None
    wide = [post for post in posts if post.contest.seats >= 2 and post.contest.rule != "runoff"]
    return wide[-1] if wide and not wide[-1].contest.female_only else None


def _count(bench: Bench, post: Post, higher: Sequence[Post]) -> None:
    """Votes as counted, and who cannot be elected here any more."""
    own = bench.people.votes[post.contest.id]
    above = set().union(*(other.elected for other in higher))
    post.votes = dict(own)
    if bench.profile["roll_down"]:  # [POST-2] GS-27
        for other in higher:
            for who, votes in bench.people.votes[other.contest.id].items():
                if votes and who not in above:
                    post.votes[who] = post.votes.get(who, 0) + votes
    printed = bench.people.printed[post.contest.id]
    post.barred = above | {who for who in bench.sitting if who not in printed}  # [POST-1]


def _eligible(bench: Bench, post: Post, instead: str) -> set[int]:
    """[LAW-4], [LAW-5], [POST-3]: who has enough votes, and may have the seat."""
    contest = post.contest
    pool = {who for who, votes in post.votes.items() if votes > 0} - post.barred
    if contest.female_only:
        pool &= bench.people.women
    shares = shares_of(bench.profile, contest.rule)
    if not shares:
        return pool  # a runoff: everybody with a vote
    found: set[int] = set()
    for share in reversed(shares):  # the majority first, where the profile asks for it
        base = base_value(bench.measures[contest.id], share, instead)
        if not found and base is not None:
            found = {who for who in pool if reaches(share, post.votes[who], base)}
    return found


def _strength(bench: Bench, post: Post, people: Iterable[int]) -> dict[int, Strength]:
    """Votes, and among equal votes fewer against, where the profile ranks so [LAW-7] (HN-36)."""
    against = bench.people.against[post.contest.id] if bench.profile["tie"] == "fewer_against" else {}
    return {who: (post.votes[who], -against.get(who, 0)) for who in people}


def _seat_post(bench: Bench, post: Post, higher: Sequence[Post], *, womens: bool) -> None:
    strength, seats, women = _strength(bench, post, post.eligible), post.contest.seats, bench.people.women
    seated = seat(strength, seats)
    sure = bool(seated.elected & women) or len(seated.tied - women) < seated.left
    if womens and not sure and not (set(bench.sitting).union(*(other.elected for other in higher)) & women):
        able = post.eligible & women
        if able:
            best = max(strength[who] for who in able)
            first = {who for who in able if strength[who] == best}
            rest = seat(_strength(bench, post, post.eligible - first), seats - 1)
            if len(first) == 1:
                seated = Seated(rest.elected | first, rest.tied, rest.left)
            else:
                seated = Seated(rest.elected, rest.tied | first, rest.left + 1)
        elif bench.profile["female"]["on_fail"] == "supplementary":
            post.held = 1
            seated = seat(strength, seats - 1)
    post.elected, post.tied, post.tied_seats = set(seated.elected), set(seated.tied), seated.left


def _kin_of(bench: Bench, who: int, people: Iterable[int]) -> set[int]:
    return {other for other in people if (who, other) in bench.kin}


def _avoid(bench: Bench, live: Sequence[Post]) -> set[int]:
    """[POST-5]: of close relatives the higher post stays, then the more votes; equals run for one seat (ZJ-31)."""
    kept = set(bench.sitting)
    for post in live:
        for level in sorted({post.votes[who] for who in post.elected}, reverse=True):
            equals = {who for who in post.elected if post.votes[who] == level}
            out = {who for who in equals if _kin_of(bench, who, kept)}
            post.removed |= out
            post.elected -= out
            for family in _families(bench, equals - out):
                if len(family) == 1:
                    kept |= family
                else:
                    post.elected -= family
                    post.families.append(family)
    return kept


def _families(bench: Bench, people: set[int]) -> list[set[int]]:
    """People connected by relations, each family once."""
    families: list[set[int]] = []
    for who in people:
        joined = [family for family in families if _kin_of(bench, who, family)]
        families = [family for family in families if family not in joined]
        families.append({who}.union(*joined))
    return families


def _leave_runoffs(bench: Bench, post: Post, kept: set[int]) -> list[set[int]]:
    """[POST-6], first: relatives of a person kept leave the runoffs; gives the families that are none any more."""
    out = {who for who in post.runoff if _kin_of(bench, who, kept)}
    post.removed |= out
    post.tied -= out
    families = [family - out for family in post.families]
    post.families = [family for family in families if len(family) > 1]
    return [family for family in families if len(family) < 2]


def _seat_again(bench: Bench, live: Sequence[Post], post: Post, kept: set[int], dissolved: Sequence[set[int]]) -> None:
    """[POST-6]: the boundary runoff is dissolved and what is not filled is seated once more (ZJ-31)."""
    again, seats = post.tied.union(*dissolved), post.tied_seats + len(dissolved)
    post.tied, post.tied_seats = set(), 0
    gone = set().union(*(other.elected.union(other.removed, *other.families) for other in live))
    waiting = {who for who in post.eligible - gone if not _kin_of(bench, who, kept)}
    if bench.profile["avoidance"]["fill"] == "next_qualified":
        seats = post.short
    else:
        waiting &= again
    while seats and waiting:
        strength = _strength(bench, post, waiting)
        best = max(strength.values())
        group = {who for who in waiting if strength[who] == best and not _kin_of(bench, who, kept)}
        waiting -= {who for who in waiting if strength[who] == best}
        if len(group) > seats:
            post.tied, post.tied_seats = group, seats
            return
        for family in _families(bench, group):
            seats -= 1
            if len(family) == 1:
                post.elected |= family
                kept |= family
            else:
                post.families.append(family)
