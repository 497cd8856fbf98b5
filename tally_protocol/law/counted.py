"""What was counted for a contest, person by person, before any law is applied (spec/8, rules of a contest)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tally_protocol.election.shape import PER_CANDIDATE, VALID, WRITTEN, ContestShape, shape
from tally_protocol.election.unit import Contest, Layout, Unit
from tally_protocol.ids import ContestId
from tally_protocol.law.persons import People
from tally_protocol.law.profile import Majority, Profile
from tally_protocol.law.quantities import Known, Quantities, Quantity, layout_quantities, quantities_of, speaks_of
from tally_protocol.law.tally import Figures, Tally

COMMITTEE_RULES = frozenset({"election", "supplementary", "runoff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A contest's figures: `votes` and `oppose` by person, `hidden` the written-in votes of persons not opened.

    `marked` are all approvals with the written-in votes; at most `seats` x valid of them are possible, if a paper with
    more than `seats` is void (`marks` is the most that a valid one carries).
    """

    contest: Contest
    profile: Profile
    quantities: Quantities
    votes: Mapping[int, int]
    oppose: Mapping[int, int]
    marked: int
    seats: int
    marks: int
    hidden: int

    @property
    def majorities(self) -> tuple[Majority, ...]:
        """The shares that the contest's rule asks, in the order in which they are asked [LAW-4] [LAW-5]."""
        match self.contest.rule:
            case "election":
                return (self.profile.elected,)
            case "supplementary" if self.profile.supplementary.majority_first:
                return self.profile.elected, self.profile.supplementary
            case "supplementary":
                return (self.profile.supplementary,)
            case "recall":
                return (self.profile.recall,)
            case _:
                return ()

    def base_of(self, share: Majority, instead: str | None = None) -> Quantity:
        """The base of a share; `instead` replaces it where that quantity itself is known [LAW-8]."""
        if instead is not None and isinstance(exact := self.quantities.exact(instead), Known):
            return exact
        return self.quantities.base(share.base)

    def known_base(self, share: Majority, instead: str | None = None) -> Known:
        """The base of a share where no barrier stands: an unknown base is one, so nobody comes here with it."""
        base = self.base_of(share, instead)
        if isinstance(base, Known):
            return base
        raise LookupError(f"the base of {self.contest.id} is not known")


def counted_contests(
    unit: Unit, profiles: Mapping[str, Profile], tally: Tally, people: People
) -> dict[ContestId, Counted]:
    """Every contest of a unit as the last statement has it, in unit order."""
    contests = {contest.id: contest for contest in unit.contests}
    found: dict[ContestId, Counted] = {}
    for layout in unit.layouts:
        profile = profiles[unit.profile_of(contests[layout.contests[0]])]
        shared: dict[bool, Quantities] = {}
        figures = tally.totals[layout.id]
        for place in shape(unit, layout.id).contests:
            contest = contests[ContestId(place.contest)]
            if (forms := speaks_of(unit, contest)) not in shared:
                shared[forms] = layout_quantities(unit, layout.id, profile.overcount, tally, forms=forms)
            own = figures[place.figure : place.candidate_figure]
            quantities = quantities_of(unit, contest, shared[forms], own[VALID])
            limit = _limit(contests, contest, layout, profile)
            found[contest.id] = _counted(contest, profile, quantities, figures, place, people, limit)
    return {contest.id: found[contest.id] for contest in unit.contests}


def _limit(
    contests: Mapping[ContestId, Contest], contest: Contest, layout: Layout, profile: Profile
) -> tuple[int, int]:
    """(seats, marks) that bound a paper's approvals: the contest's, or the whole paper's where totals are compared."""
    together = [contests[name] for name in layout.contests]
    if profile.ballot.overvote.compare == "per_post":
        together = [contest]
    return sum(one.seats for one in together), sum(one.max_marks for one in together)


def _counted(
    contest: Contest,
    profile: Profile,
    quantities: Quantities,
    figures: Figures,
    place: ContestShape,
    people: People,
    limit: tuple[int, int],
) -> Counted:
    votes: dict[int, int] = {}
    oppose: dict[int, int] = {}
    for index, person in enumerate(people.standing[contest.id]):
        start = place.candidate_figure + PER_CANDIDATE * index
        votes[person], oppose[person] = figures[start : start + 2]
    written = figures[place.figure + WRITTEN]
    marked = sum(votes.values()) + written
    opened = people.written[contest.id]
    for person, count in opened.items():
        votes[person] = votes.get(person, 0) + count
    return Counted(
        contest=contest,
        profile=profile,
        quantities=quantities,
        votes=votes,
        oppose=oppose,
        marked=marked,
        seats=limit[0],
        marks=limit[1],
        hidden=written - sum(opened.values()),
    )
