"""The quantities of a contest, the shares held against them, and what stops a contest before anybody is elected.

Serves [SHARE-1], [LAW-1], [LAW-2], [LAW-3] and the table of quantities of spec/8. What is unknown is None.
Worked example: `reaches({"num": 1, "den": 2, "strict": True}, 300, 600)` is False: 2 x 300 > 600 does not hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from verifier.decode.cases import BoxForm, Case, Counts
from verifier.decode.layouts import Contest, Layout
from verifier.rules.people import People, figures_of

SHARED_BASES: Final = ("collected", "issued", "valid", "voters")  # the bases of [LAW-8]
TURNOUT_RULES: Final = ("election", "recall")
OVERCOUNT_RULES: Final = ("election", "recall", "supplementary", "runoff")
Share = Mapping[str, Any]


def reaches(share: Share, value: int, base: int) -> bool:
    """[SHARE-1]: more than (strict), or at least, `num` of `den` parts of the base, without dividing (CC-1259)."""
    surplus: int = share["den"] * value - share["num"] * base
    return surplus > 0 if share["strict"] else surplus >= 0


@dataclass(frozen=True, slots=True)
class Measures:
    """The table of quantities for one contest."""

    collected: int
    valid: int
    marks: int  # approvals and written-in votes together
    registered: int | None
    issued: int | None
    voters: int | None
    present: int | None
    papers: int

    @property
    def base_of_voters(self) -> int:
        """The base `voters` of a share: V, else I, else C."""
        return next(value for value in (self.voters, self.issued, self.collected) if value is not None)

    def base(self, name: str) -> int | None:
        """The value of a base by its name."""
        known = {
            "collected": self.collected,
            "valid": self.valid,
            "registered": self.registered,
            "due": self.registered,
            "issued": self.issued,
            "present": self.present,
            "voters": self.base_of_voters,
        }
        return known[name]

    def replacing(self, name: str) -> int | None:
        """The value of a base in place of another [LAW-8]: `voters` only where V itself is known."""
        return self.voters if name == "voters" else self.base(name)

    def turnout(self, value: str) -> int | None:
        """What a turnout counts: V, else C; or `present`."""
        if value == "present":
            return self.present
        return self.collected if self.voters is None else self.voters

    def allowed(self, base: str) -> int | None:
        """What the papers may not exceed [LAW-3]."""
        return self.issued if base == "issued" or self.voters is None else self.voters


def is_void(counts: Counts, base: str) -> bool:
    """A box in which more papers were found than its voters (or than were issued)."""
    limit = counts.get("issued") if base == "issued" else counts.get("voters", counts.get("issued"))
    return limit is not None and counts.get("collected", 0) > limit


def sum_known(values: Iterable[int | None]) -> int | None:
    """The sum, if every summand is known."""
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def boxes_of(case: Case, layout: Layout) -> list[BoxForm]:
    """All boxes of a layout."""
    return [box for station in case.stations for box in station.boxes if box.layout == layout.id]


def void_boxes(case: Case, layout: Layout) -> set[str]:
    """Ids of the boxes that the layout's profile leaves out, if it looks at boxes at all."""
    rule = case.profiles[layout.profile].body["overcount"]
    boxes = boxes_of(case, layout) if rule["scope"] == "box" else []
    return {box.id for box in boxes if box.counts is not None and is_void(box.counts, rule["base"])}


def _over_boxes(case: Case, layout: Layout, name: str) -> int | None:
    """A figure over the boxes of a layout: every station has one, every box has the figure; void boxes left out."""
    if not all(any(box.layout == layout.id for box in station.boxes) for station in case.stations):
        return None
    boxes = boxes_of(case, layout)
    if any(box.counts is None or name not in box.counts for box in boxes):
        return None
    void = void_boxes(case, layout)
    return sum(box.counts[name] for box in boxes if box.counts is not None and box.id not in void)


def over_stations(case: Case, layout: Layout, name: str, *, forms: bool) -> int | None:
    """A figure over the unit: from the stations' forms, else from the boxes of the layout, else unknown."""
    value = sum_known(station.paper.get(name) for station in case.stations) if forms else None
    return _over_boxes(case, layout, name) if value is None else value


def electors(case: Case, contest: Contest) -> int | None:
    """R: the contest's own, else the unit's, else the stations' together."""
    if contest.registered is not None:
        return contest.registered
    if case.registered is not None:
        return case.registered
    return sum_known(station.registered for station in case.stations)


def measures_of(case: Case, layout: Layout, contest: Contest) -> Measures:
    """The quantities of a contest; an electorate of its own does not stand on the unit's forms."""
    forms = contest.registered is None or len(case.layouts) == 1
    collected, valid, marks = figures_of(case, contest)
    papers = over_stations(case, layout, "collected", forms=forms)
    return Measures(
        collected=collected,
        valid=valid,
        marks=marks,
        registered=electors(case, contest),
        issued=over_stations(case, layout, "issued", forms=forms),
        voters=over_stations(case, layout, "voters", forms=forms),
        present=over_stations(case, layout, "present", forms=forms),  # which no box has
        papers=collected if papers is None else papers,
    )


def shares_of(profile: Mapping[str, Any], rule: str) -> list[Share]:
    """The shares that a contest asks; the first is the one that its result names."""
    match rule:
        case "election":
            return [profile["elected"]]
        case "supplementary":
            majority = [profile["elected"]] if profile["supplementary"]["majority_first"] else []
            return [profile["supplementary"], *majority]
        case "recall":
            return [profile["recall"]]
        case _:
            return []


def base_value(measures: Measures, share: Share, instead: str = "") -> int | None:
    """The value of a share's base, or of another in its place where that is known [LAW-8]."""
    other = measures.replacing(instead) if instead else None
    return measures.base(share["base"]) if other is None else other


def asks_turnout(profile: Mapping[str, Any], rule: str) -> bool:
    """Whether turnout is asked of a contest."""
    return rule in TURNOUT_RULES or (rule == "supplementary" and profile["supplementary"]["turnout"])


def asks_overcount(profile: Mapping[str, Any], rule: str) -> bool:
    """Whether the papers of the whole election may not exceed a base."""
    return rule in OVERCOUNT_RULES and profile["overcount"]["scope"] == "election"


def is_impossible(case: Case, people: People, layout: Layout, contest: Contest, measures: Measures) -> bool:
    """[LAW-1]: more votes than the seats of the valid papers can give, or a person with more votes than papers."""
    together = [contest]
    if case.profiles[layout.profile].body["ballot"]["overvote"]["compare"] == "total":
        together = list(layout.contests)
    marks, seats = sum(one.max_marks for one in together), sum(one.seats for one in together)
    if marks <= seats and measures.marks > seats * measures.valid:
        return True
    return any(votes > measures.valid for votes in people.votes[contest.id].values())


def stopped_by(
    case: Case, people: People, layout: Layout, contest: Contest, measures: Measures, instead: str = ""
) -> str:
    """The word that ends a contest before anybody is elected, in the order of the law; empty if nothing does."""
    profile, rule = case.profile_of(contest), contest.rule
    if is_impossible(case, people, layout, contest, measures):
        return "impossible"
    if asks_turnout(profile, rule):  # [LAW-2] VC-18, RC-19, EL-44
        share = profile["turnout"]
        value = measures.turnout(share["value"])
        if value is None or measures.registered is None:
            return "not_known"
        if not reaches(share, value, measures.registered):
            return "invalid_turnout"
    if asks_overcount(profile, rule):  # [LAW-3] EL-44, ZJ-27, SH-19, BJ-28, HN-35
        allowed = measures.allowed(profile["overcount"]["base"])
        if allowed is not None and measures.papers > allowed:
            return "invalid_overcount"
    shares = shares_of(profile, rule)
    bases = [base_value(measures, share, instead) for share in shares]
    if None in bases:
        return "not_known"
    if rule != "recall" and bases and bases[0] is not None:
        most = min(people.hidden[contest.id], profile["names"]["min_votes"] - 1)  # of one person nobody has named
        if most >= 1 and reaches(shares[0], most, bases[0]):
            return "not_known"
    return ""
