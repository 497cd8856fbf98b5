"""Outcomes of a unit: every contest decided from the statement's figures, the opened names and the profiles.

Serves [LAW-8], [ROUND-1], [ROUND-2], [ROUND-3], the tables of outcomes and results of spec/8, [DET-2].
Worked example: `decide(case)[0]["outcome"] == "runoff"` with `runoff` naming the tied persons.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.decode.cases import Case, Result
from verifier.decode.kinds import SEATED_RULES
from verifier.decode.layouts import Contest, Layout
from verifier.rules.committee import Bench, Post, decide_committee
from verifier.rules.measures import (
    SHARED_BASES,
    Measures,
    base_value,
    measures_of,
    reaches,
    shares_of,
    stopped_by,
)
from verifier.rules.people import People, people_of

Posts = Mapping[str, Post]


@dataclass(frozen=True, slots=True)
class Docket:
    """Everything that is the same however often something is decided."""

    case: Case
    people: People
    layouts: Mapping[str, Layout]  # by contest
    measures: Mapping[str, Measures]  # by contest
    committees: Sequence[Sequence[Contest]]  # by rising round

    def post(self, contest: Contest, instead: str = "") -> Post:
        """A contest before anybody is elected, or stopped."""
        measures, layout = self.measures[contest.id], self.layouts[contest.id]
        return Post(contest, stopped_by(self.case, self.people, layout, contest, measures, instead))

    def bases(self, contest: Contest, instead: str = "") -> list[int | None]:
        """Values of the bases of the shares that a contest asks."""
        shares = shares_of(self.case.profile_of(contest), contest.rule)
        return [base_value(self.measures[contest.id], share, instead) for share in shares]


def docket_of(case: Case) -> Docket:
    """Number the people, measure the contests, form the committees."""
    layouts = {contest.id: layout for layout in case.layouts for contest in layout.contests}
    committees: dict[tuple[int, str], list[Contest]] = {}
    for contest in case.contests:
        if contest.rule in SEATED_RULES:
            committees.setdefault((contest.round, contest.profile), []).append(contest)
    return Docket(
        case,
        people_of(case),
        layouts,
        {contest.id: measures_of(case, layouts[contest.id], contest) for contest in case.contests},
        [committees[key] for key in sorted(committees)],
    )


def decide(case: Case) -> list[Result]:
    """The results of all contests of a unit, in unit order."""
    return results_of(docket_of(case))


def results_of(docket: Docket) -> list[Result]:
    """The same, for who has a docket already."""
    posts, benches = seat_all(docket)
    sensitive: set[str] = set()
    for committee, bench in benches:
        sensitive |= _sensitive(docket, posts, committee, bench)
    return [
        _seated_result(docket, posts, contest, sensitive=contest.id in sensitive)
        if contest.rule in SEATED_RULES
        else _listed_result(docket, contest)
        for contest in docket.case.contests
    ]


def seat_all(docket: Docket) -> tuple[dict[str, Post], list[tuple[Sequence[Contest], Bench]]]:
    """Every post of every committee, by rising round, and from what each committee was decided."""
    posts: dict[str, Post] = {}
    benches: list[tuple[Sequence[Contest], Bench]] = []
    for committee in docket.committees:
        profile = committee[0].profile
        earlier = [post.elected for post in posts.values() if post.contest.profile == profile]
        bench = _bench(docket, committee[0], frozenset().union(*earlier))
        benches.append((committee, bench))
        decided = decide_committee(bench, [docket.post(contest) for contest in committee])
        posts |= {post.contest.id: post for post in decided}
    return posts, benches


def _bench(docket: Docket, contest: Contest, sitting: frozenset[int]) -> Bench:
    profile = docket.case.profile_of(contest)
    kin = frozenset(docket.people.pairs(docket.case.relations, profile["avoidance"]["relations"]))
    return Bench(docket.people, profile, docket.measures, kin, sitting)


def _sensitive(docket: Docket, posts: Posts, committee: Sequence[Contest], bench: Bench) -> set[str]:
    """[LAW-8]: the committee decided again with every other known base."""
    found = set()
    for base in SHARED_BASES:
        if all(docket.bases(contest, base) == docket.bases(contest) for contest in committee):
            continue  # the same integers give the same result
        again = {
            post.contest.id: post
            for post in decide_committee(bench, [docket.post(contest, base) for contest in committee], base)
        }
        whole = {**posts, **again}
        for contest in committee:
            usual, other, measures = posts[contest.id], again[contest.id], docket.measures[contest.id]
            if usual.stopped or contest.rule == "runoff" or measures.replacing(base) is None:
                continue
            words = outcome_of(docket, posts, contest), outcome_of(docket, whole, contest)
            if words[0] != words[1] or usual.elected != other.elected:
                found.add(contest.id)
    return found


def outcome_of(docket: Docket, posts: Posts, contest: Contest) -> str:
    """The word of a contest that elects: the first of the table that holds."""
    post = posts[contest.id]
    if post.stopped:
        return post.stopped
    if post.runoff:
        return "runoff"
    if post.held or (contest.female_only and post.short):
        return "women_supplementary"
    if not post.short:
        return "full"
    return "vacant" if contest.rule == "supplementary" and may_stop(docket, posts, contest) else "supplementary"


def may_stop(docket: Docket, posts: Posts, contest: Contest) -> bool:
    """[ROUND-3]: whether a shortfall may stay (ZJ-30, SH-21, BJ-30); a woman's seat never may."""
    post, vacancy = posts[contest.id], docket.case.profile_of(contest)["vacancy"]
    if post.stopped or post.short == 0 or contest.female_only:
        return False
    if vacancy["allowed"] == "no" or (vacancy["allowed"] == "after" and contest.rule != "supplementary"):
        return False
    same = [other for other in posts.values() if other.contest.profile == contest.profile]
    if len(set().union(*(other.elected for other in same))) < vacancy["min_members"]:
        return False
    return not vacancy["needs_chair"] or _has_chair(docket, posts, contest.profile)


def _has_chair(docket: Docket, posts: Posts, profile: str) -> bool:
    """Whether the highest post of the first round, or a contest that follows it, elected somebody."""
    first = [contest for contest in docket.case.contests if (contest.profile, contest.rule) == (profile, "election")]
    if not first:
        return False
    chair = next(contest for contest in first if contest.round == min(other.round for other in first))
    return any(post.elected for post in posts.values() if chair.id in (post.contest.id, post.contest.of))


def first_by_votes(votes: Mapping[int, int], number: int) -> set[int]:
    """The first `number` people by votes, and everybody with as many as the last: fewer than `number` have more."""
    levels = Counter(votes.values())
    reached = {level for level in levels if sum(many for more, many in levels.items() if more > level) < number}
    return {who for who, many in votes.items() if many in reached}


def in_order(docket: Docket, contest: Contest, votes: Mapping[int, int], people: set[int]) -> list[str]:
    """References by votes, then in the order of the paper."""
    by_paper = docket.people.by_paper(contest.id, people)
    return docket.people.named(sorted(by_paper, key=lambda who: -votes[who]))


def next_round(docket: Docket, posts: Posts, contest: Contest, seats: int, *, women: bool) -> list[str]:
    """[ROUND-1]: who stands in the supplementary round for these seats (VC-18, ZJ-29, SH-21, BJ-30, EL-45)."""
    if not seats:
        return []
    post, rule = posts[contest.id], docket.case.profile_of(contest)["supplementary"]
    together = [
        other
        for other in posts.values()
        if (other.contest.profile, other.contest.round) == (contest.profile, contest.round)
    ]
    gone = post.barred.union(*(other.elected | other.removed | other.runoff for other in together))
    votes = {who: many for who, many in post.votes.items() if who not in gone}
    if women or contest.female_only:
        votes = {who: many for who, many in votes.items() if who in docket.people.women}
    number = max(seats + rule["margin"], rule["min_candidates"])
    return in_order(docket, contest, votes, first_by_votes(votes, number))


def persons_of(docket: Docket, posts: Posts, contest: Contest) -> set[int]:
    """Everybody who is a person of a contest [ROUND-1]: on its paper, opened in it, or with votes that roll down."""
    people = set(docket.people.votes[contest.id])
    if docket.case.profile_of(contest)["roll_down"]:
        committee = next(one for one in docket.committees if contest in one)
        for other in committee[: committee.index(contest)]:
            if not posts[other.id].stopped:
                people |= {who for who, many in docket.people.votes[other.id].items() if many}
    return people


def _empty(contest: Contest, outcome: str, short: int) -> Result:
    return {
        "base": "none",
        "base_value": 0,
        "contest": contest.id,
        "elected": [],
        "held": 0,
        "may_stop": False,
        "next": [],
        "next_women": [],
        "outcome": outcome,
        "removed": [],
        "runoff": [],
        "runoff_seats": 0,
        "sensitive": False,
        "short": short,
    }


def _based(docket: Docket, contest: Contest) -> dict[str, Any]:
    shares = shares_of(docket.case.profile_of(contest), contest.rule)
    if not shares:
        return {}
    return {"base": shares[0]["base"], "base_value": docket.bases(contest)[0]}


def _seated_result(docket: Docket, posts: Posts, contest: Contest, *, sensitive: bool) -> Result:
    post, people = posts[contest.id], docket.people
    if post.stopped:
        return _empty(contest, post.stopped, post.short)
    outcome = outcome_of(docket, posts, contest)
    return {
        **_empty(contest, outcome, post.short),
        **_based(docket, contest),
        "elected": in_order(docket, contest, post.votes, post.elected),
        "held": post.held,
        "may_stop": may_stop(docket, posts, contest),
        "next": [] if outcome == "vacant" else next_round(docket, posts, contest, post.short, women=False),
        "next_women": next_round(docket, posts, contest, post.held, women=True),
        "removed": people.named(people.by_paper(contest.id, post.removed)),
        "runoff": people.named(people.by_paper(contest.id, post.runoff)),
        "runoff_seats": post.runoff_seats,
        "sensitive": sensitive,
    }


def _listed_result(docket: Docket, contest: Contest) -> Result:
    """Nomination, advisory and recall: nobody is elected."""
    stopped = docket.post(contest).stopped
    if stopped:
        return _empty(contest, stopped, contest.seats)
    profile = docket.case.profile_of(contest)
    votes = {who: many for who, many in docket.people.votes[contest.id].items() if many > 0}
    if contest.rule == "recall":
        return _recall(docket, contest)
    if contest.rule == "advisory":
        return {**_empty(contest, "advisory", 0), "next": in_order(docket, contest, votes, set(votes))}
    chosen = first_by_votes(votes, contest.seats + profile["nomination"]["margin"])  # [ROUND-2] HN-25
    return {**_empty(contest, "nominated", 0), "next": in_order(docket, contest, votes, chosen)}


def recall_word(docket: Docket, contest: Contest, instead: str = "") -> str:
    """`passed` or `not_passed`: the approvals of the one candidate against the share."""
    share = docket.case.profile_of(contest)["recall"]
    base = docket.bases(contest, instead)[0]
    (votes,) = docket.people.votes[contest.id].values()
    return "passed" if base is not None and reaches(share, votes, base) else "not_passed"


def _recall(docket: Docket, contest: Contest) -> Result:
    usual = recall_word(docket, contest)
    known = [base for base in SHARED_BASES if docket.measures[contest.id].replacing(base) is not None]
    sensitive = any(recall_word(docket, contest, base) != usual for base in known)  # [LAW-8]
    return {**_empty(contest, usual, 0), **_based(docket, contest), "sensitive": sensitive}
