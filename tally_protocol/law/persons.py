"""Who is one person within a unit, by what reference, in what order (spec/8, persons) [NAME-3].

Persons are numbers: candidates in unit order, then written-in persons by name. Identity is what the record says, never
a guess from the look of a name: two candidates are one person when id and name are equal, a written-in person is the
candidate that it names, and written-in persons without one are one person when their names are equal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tally_protocol.election.unit import WRITTEN_IN, Contest, Unit
from tally_protocol.ids import ContestId
from tally_protocol.law.tally import Opened

Pairs = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """All persons of a unit: `standing` are a contest's candidates in order, `written` its opened written-in votes.

    `keys` are (id, name), for a written-in person (`+`, name): equal keys of two units are one person.
    """

    keys: tuple[tuple[str, str], ...]
    references: tuple[str, ...]
    women: frozenset[int]
    standing: Mapping[ContestId, tuple[int, ...]]
    written: Mapping[ContestId, Mapping[int, int]]
    by_reference: Mapping[str, tuple[int, ...]]

    def paper_order(self, contest: ContestId, persons: Iterable[int]) -> list[int]:
        """The order of the paper: the contest's candidates, other candidates of the unit, written-in persons."""
        places = {person: place for place, person in enumerate(self.standing[contest])}
        beyond = len(places)
        return sorted(persons, key=lambda person: (places.get(person, beyond), person))

    def named(self, persons: Iterable[int]) -> tuple[str, ...]:
        """The references of persons, in the order given."""
        return tuple(self.references[person] for person in persons)

    def is_woman(self, person: int) -> bool:
        """Whether the record says so of any of the person's entries."""
        return person in self.women


def people_of(unit: Unit, opened: Sequence[Opened]) -> People:
    """The persons of a unit; `opened` are those of its `names`."""
    keys: dict[tuple[str, str], int] = {}
    women: set[int] = set()
    standing: dict[ContestId, tuple[int, ...]] = {}
    by_reference: dict[str, list[int]] = {}
    references: list[str] = []
    for contest in unit.contests:
        places = []
        for candidate in contest.candidates:
            key = candidate.id, candidate.name
            if key not in keys:
                keys[key] = len(references)
                by_reference.setdefault(candidate.id, []).append(len(references))
                references.append(candidate.id)
            places.append(keys[key])
            if candidate.sex == "f":
                women.add(keys[key])
        standing[contest.id] = tuple(places)
    for name in sorted({person.name for person in opened if person.candidate is None}):
        by_reference[WRITTEN_IN + name] = [len(references)]
        references.append(WRITTEN_IN + name)
    written: dict[ContestId, dict[int, int]] = {contest.id: {} for contest in unit.contests}
    for entry in opened:
        person = by_reference[_reference(entry)][0]
        votes = written[entry.contest]
        votes[person] = votes.get(person, 0) + entry.votes
        if entry.sex == "f":
            women.add(person)
    written_in = [(WRITTEN_IN, name.removeprefix(WRITTEN_IN)) for name in references[len(keys) :]]
    return People(
        keys=(*keys, *written_in),
        references=tuple(references),
        women=frozenset(women),
        standing=standing,
        written=written,
        by_reference={name: tuple(found) for name, found in by_reference.items()},
    )


def _reference(entry: Opened) -> str:
    return WRITTEN_IN + entry.name if entry.candidate is None else entry.candidate


def relatives_of(unit: Unit, people: People, words: Iterable[str]) -> dict[int, frozenset[int]]:
    """Person -> close relatives, by the unit's declared table and the words that the profile lists.

    村民委员会组织法 art. 8, 民法典 art. 1045 (VC-8, CC-1045): the program applies the table, it does not know families.
    """
    listed = set(words)
    found: dict[int, set[int]] = {}
    for entry in unit.relations:
        if entry.word not in listed:
            continue
        for first in people.by_reference.get(entry.first, ()):
            for second in people.by_reference.get(entry.second, ()):
                if first != second:
                    found.setdefault(first, set()).add(second)
                    found.setdefault(second, set()).add(first)
    return {person: frozenset(others) for person, others in found.items()}


def candidate_references(contest: Contest) -> tuple[str, ...]:
    """The references of a contest's candidates, in order."""
    return tuple(candidate.id for candidate in contest.candidates)
