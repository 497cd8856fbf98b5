"""Who is elected: every contest of a unit decided from the public record, by integers alone (spec/8).

`determine(unit, profiles, tally)` is the whole of it; `decide_unit` gives the steps beside the results, for those who
explain them. `profiles` are those of the unit by id, its own decisions applied.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tally_protocol.election.unit import Unit
from tally_protocol.ids import ContestId
from tally_protocol.law.committee import Committee, committees_of, decide
from tally_protocol.law.counted import COMMITTEE_RULES, Counted, counted_contests
from tally_protocol.law.persons import People, people_of, relatives_of
from tally_protocol.law.places import Place
from tally_protocol.law.profile import Profile
from tally_protocol.law.result import Result
from tally_protocol.law.rounds import Elected
from tally_protocol.law.sensitivity import is_sensitive_alone, sensitive_contests
from tally_protocol.law.standing import result_alone, result_of
from tally_protocol.law.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedCommittee:
    """A committee with the place of each of its contests."""

    committee: Committee
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A unit decided: its persons, what was counted, its committees by first contest, the results in unit order."""

    people: People
    counted: Mapping[ContestId, Counted]
    committees: tuple[DecidedCommittee, ...]
    elected: Elected
    results: tuple[Result, ...]

    def place_of(self, contest: ContestId) -> Place | None:
        """The place of a committee's contest; None for a nomination, an advisory round or a recall."""
        places = (place for one in self.committees for place in one.places)
        return next((place for place in places if place.counted.contest.id == contest), None)

    def higher_places(self, contest: ContestId) -> tuple[Place, ...]:
        """The higher posts of a contest's committee that take part and whose votes roll down to it [POST-2]."""
        for one in self.committees:
            names = [place.counted.contest.id for place in one.places]
            if contest in names and one.places[0].counted.profile.roll_down:
                return tuple(place for place in one.places[: names.index(contest)] if place.barrier is None)
        return ()

    def result_of(self, contest: ContestId) -> Result:
        """The result of a contest; KeyError for one that the unit does not have."""
        for result in self.results:
            if result.contest == contest:
                return result
        raise KeyError(contest)


def determine(unit: Unit, profiles: Mapping[str, Profile], tally: Tally) -> tuple[Result, ...]:
    """The results of all contests, in unit order: what a `determination` must say [DET-2]."""
    return decide_unit(unit, profiles, tally).results


def decide_unit(unit: Unit, profiles: Mapping[str, Profile], tally: Tally) -> Decided:
    """Decide a unit: committees of one profile by rising round, then every contest's result."""
    people = people_of(unit, tally.persons)
    counted = counted_contests(unit, profiles, tally, people)
    committees = _decide_committees(unit, tuple(counted.values()), people)
    elected: Elected = {
        place.counted.contest.id: place.elected for one in committees for place in one.places
    }
    results = {result.contest: result for one in committees for result in _results(unit, one, people, elected)}
    for one in counted.values():
        if one.contest.rule not in COMMITTEE_RULES:
            results[one.contest.id] = result_alone(one, people, sensitive=is_sensitive_alone(one))
    return Decided(
        people=people,
        counted=counted,
        committees=committees,
        elected=elected,
        results=tuple(results[contest.id] for contest in unit.contests),
    )


def _decide_committees(unit: Unit, counted: tuple[Counted, ...], people: People) -> tuple[DecidedCommittee, ...]:
    groups = committees_of(counted)
    found: dict[ContestId, DecidedCommittee] = {}
    for members in sorted(groups, key=lambda members: members[0].contest.round):
        relatives = relatives_of(unit, people, members[0].profile.avoidance.relations) if unit.relations else {}
        sitting = _sitting(members[0], found.values())
        committee = Committee(members=members, people=people, relatives=relatives, sitting=sitting)
        found[members[0].contest.id] = DecidedCommittee(committee=committee, places=decide(committee))
    return tuple(found[members[0].contest.id] for members in groups)


def _sitting(member: Counted, decided: Iterable[DecidedCommittee]) -> frozenset[int]:
    """The persons elected in lower rounds of the unit under the profile of a contest; only those are decided yet."""
    return frozenset(
        person
        for one in decided
        for place in one.places
        if place.counted.profile.id == member.profile.id
        for person in place.elected
    )


def _results(unit: Unit, one: DecidedCommittee, people: People, elected: Elected) -> Iterator[Result]:
    sensitive = sensitive_contests(unit, one.committee, one.places, elected)
    for place in one.places:
        yield result_of(
            unit, place, one.places, people, elected, sensitive=place.counted.contest.id in sensitive
        )
