"""Figures for reports: 一肩挑, 交叉任职, union of two bodies, women, turnout, first-round success; always n/N.

Persons are counted as the rules give them, in all rounds of a unit; a report of many units adds integers, never
percentages (`Ratio`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from tally_protocol.election.unit import Contest, Unit
from tally_protocol.ids import ContestId
from tally_protocol.law.counted import COMMITTEE_RULES
from tally_protocol.law.outcome import Decided
from tally_protocol.law.quantities import Known
from tally_protocol.law.ratio import Ratio
from tally_protocol.law.result import Outcome

Key = tuple[str, str]
PARTY_LAWS = frozenset({"party_2020"})
COMMITTEE_LAWS = frozenset({"village_2026", "residents_2026"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoBodies:
    """"两委": the party branch committee and the villagers' (residents') committee.

    `both_heads` (一肩挑) are persons who head both; `cross` (交叉任职) are the others who sit in both. The two do
    not contain each other.
    """

    party: int
    committee: int
    both_heads: int
    cross: int

    @property
    def persons(self) -> int:
        """How many persons the two bodies have together: a union, not a sum."""
        return self.party + self.committee - self.both_heads - self.cross

    @property
    def formula(self) -> str:
        """The union with its parts: "603 + 540 - 16 - 195 = 932"."""
        return f"{self.party} + {self.committee} - {self.both_heads} - {self.cross} = {self.persons}"

    def __add__(self, other: "TwoBodies") -> "TwoBodies":
        """Several units together."""
        return TwoBodies(
            party=self.party + other.party,
            committee=self.committee + other.committee,
            both_heads=self.both_heads + other.both_heads,
            cross=self.cross + other.cross,
        )


@dataclass(frozen=True, slots=True)
class Body:
    """The persons whom the rules elect into one body, and its head, if that post is filled."""

    persons: frozenset[Key]
    head: Key | None = None


@dataclass(frozen=True, slots=True)
class DecidedUnit:
    """A unit with its decision."""

    unit: Unit
    decided: Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitComposition:
    """One unit's figures."""

    bodies: TwoBodies
    women: Ratio
    has_woman: bool
    first_round_full: bool
    turnout: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """Figures of many units: each with the base that it is a share of."""

    bodies: TwoBodies
    women: Ratio  # of all persons of the villagers' or residents' committees
    units_with_a_woman: Ratio  # of all units
    first_round_full: Ratio  # 一次选举成功: of all units
    both_heads: Ratio  # 一肩挑: of all units
    turnout: Ratio  # 参选率: of those registered


def two_bodies(party: Body, committee: Body) -> TwoBodies:
    """Set arithmetic over persons: who sits in both, and who heads both."""
    heads = int(party.head is not None and party.head == committee.head)
    both = len(party.persons & committee.persons)
    return TwoBodies(
        party=len(party.persons), committee=len(committee.persons), both_heads=heads, cross=both - heads
    )


def body_of(units: Iterable[DecidedUnit], laws: Collection[str]) -> Body:
    """The persons elected in some units under profiles of some laws, in all rounds; the head is of the first post."""
    persons: set[Key] = set()
    head: Key | None = None
    for one in units:
        contests = [
            contest
            for contest in one.unit.contests
            if contest.rule in COMMITTEE_RULES and one.decided.counted[contest.id].profile.law in laws
        ]
        persons |= {key for contest in contests for key in _elected(one, contest.id)}
        head = head or _head(one, contests)
    return Body(frozenset(persons), head)


def _elected(one: DecidedUnit, contest: ContestId) -> list[Key]:
    return [one.decided.people.keys[person] for person in one.decided.elected.get(contest, ())]


def _head(one: DecidedUnit, contests: Sequence[Contest]) -> Key | None:
    """Who is elected in the first post of the lowest round, or in a later round of it."""
    if not contests:
        return None
    first = min(contests, key=lambda contest: contest.round)
    rounds = [first.id, *(contest.id for contest in contests if contest.of == first.id)]
    elected = [key for name in rounds for key in _elected(one, name)]
    return elected[0] if first.seats == 1 and elected else None


def unit_composition(one: DecidedUnit, beside: DecidedUnit | None = None) -> UnitComposition:
    """One village's figures, from its decision; `beside` is the unit of its party branch, if that is another unit."""
    units = [one] if beside is None else [one, beside]
    committee = body_of([one], COMMITTEE_LAWS)
    people = one.decided.people
    women = len({key for person, key in enumerate(people.keys) if people.is_woman(person)} & committee.persons)
    return UnitComposition(
        bodies=two_bodies(body_of(units, PARTY_LAWS), committee),
        women=Ratio(women, len(committee.persons)),
        has_woman=women > 0,
        first_round_full=first_round_full(one.unit, one.decided),
        turnout=turnout_ratio(one.unit, one.decided),
    )


def first_round_full(unit: Unit, decided: Decided) -> bool:
    """一次选举成功: every contest that elects in the first round is full, computed from rounds, not reported."""
    outcomes = {result.contest: result.outcome for result in decided.results}
    first = [contest.id for contest in unit.contests if contest.rule == "election" and contest.round == 1]
    return bool(first) and all(outcomes[name] is Outcome.FULL for name in first)


def turnout_ratio(unit: Unit, decided: Decided) -> Ratio:
    """参选率: voters (papers collected where voters are not recorded) of those registered.

    Of the first contest of the villagers' or residents' committee; of the unit's first contest where there is none.
    """
    ours = [contest.id for contest in unit.contests if decided.counted[contest.id].profile.law in COMMITTEE_LAWS]
    quantities = decided.counted[ours[0] if ours else unit.contests[0].id].quantities
    voters, registered = quantities.turnout_value("voters"), quantities.registered
    if isinstance(voters, Known) and isinstance(registered, Known):
        return Ratio(voters.value, registered.value)
    return Ratio(0, 0)  # not known: left out of every sum


def composition(units: Iterable[UnitComposition]) -> Composition:
    """Many units together."""
    rows = list(units)
    none = TwoBodies(party=0, committee=0, both_heads=0, cross=0)
    return Composition(
        bodies=sum((row.bodies for row in rows), none),
        women=sum((row.women for row in rows), Ratio(0, 0)),
        units_with_a_woman=Ratio(sum(row.has_woman for row in rows), len(rows)),
        first_round_full=Ratio(sum(row.first_round_full for row in rows), len(rows)),
        both_heads=Ratio(sum(row.bodies.both_heads for row in rows), len(rows)),
        turnout=sum((row.turnout for row in rows), Ratio(0, 0)),
    )
