"""Who is who in a unit, who is related to whom, and how many votes each has in each contest.

Serves the Persons section of spec/8, [LAW-4] (votes) and [POST-2]'s own votes. People are numbered: candidates in unit
order, then written-in persons by name in UTF-8 bytes. Worked example: a candidate `c1` 张三 of two contests is one
number; a written-in 张三 is another, unless the opened entry names the candidate.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from verifier.decode.cases import Case, Opened
from verifier.decode.layouts import HEAD, PER, WRITTEN, Contest
from verifier.findings.codes import Refused


@dataclass(slots=True)
class People:
    """The people of a unit by number; what a contest says of them is by contest id."""

    references: list[str] = field(default_factory=list)
    women: set[int] = field(default_factory=set)
    printed: dict[str, dict[int, int]] = field(default_factory=dict)  # candidates of each contest: number -> place
    votes: dict[str, dict[int, int]] = field(default_factory=dict)  # candidates, also with none, and opened persons
    against: dict[str, dict[int, int]] = field(default_factory=dict)
    hidden: dict[str, int] = field(default_factory=dict)  # written-in votes of nobody that is opened

    def place_on_paper(self, contest: str, who: int) -> int:
        """The order of the paper: the contest's candidates, then everybody else by number."""
        printed = self.printed[contest]
        return printed.get(who, len(printed) + who)

    def by_paper(self, contest: str, people: Iterable[int]) -> list[int]:
        """People in the order of the paper."""
        return sorted(people, key=lambda who: self.place_on_paper(contest, who))

    def named(self, people: Iterable[int]) -> list[str]:
        """Their references."""
        return [self.references[who] for who in people]

    def pairs(self, relations: Iterable[Iterable[str]], words: Collection[str]) -> set[tuple[int, int]]:
        """Who is related to whom by these words, in both directions; an id means everybody who has it."""
        holders: dict[str, list[int]] = {}
        for who, reference in enumerate(self.references):
            holders.setdefault(reference, []).append(who)
        found = set()
        for one, other, word in relations:
            if word in words:
                for a in holders.get(one, ()):
                    found |= {pair for b in holders.get(other, ()) for pair in ((a, b), (b, a))}
        return found


def people_of(case: Case) -> People:
    """Number the people of a unit and take their votes from the totals of the statement and the opened names."""
    people = People()
    numbers: dict[tuple[str, str], int] = {}
    for contest in case.contests:
        printed = people.printed[contest.id] = {}
        for ident, name, sex in contest.printed:
            who = numbers.setdefault((ident, name), len(numbers))
            if who == len(people.references):
                people.references.append(ident)
            printed[who] = len(printed)
            people.women |= {who} if sex == "f" else set()
    strangers = {person.name for person in case.persons if not person.candidate}
    for name in sorted(strangers, key=str.encode):
        numbers["", name] = len(people.references)
        people.references.append("+" + name)
    _count_marks(case, people)
    for person in case.persons:
        who = numbers["", person.name] if not person.candidate else _meant(case, numbers, person)
        votes = people.votes[person.contest]
        votes[who] = votes.get(who, 0) + person.votes
        people.hidden[person.contest] -= person.votes
        people.women |= {who} if person.sex == "f" else set()
    return people


def _count_marks(case: Case, people: People) -> None:
    for layout in case.layouts:
        figures = case.totals[layout.id]
        for contest, start in layout.parts:
            printed = people.printed[contest.id]
            first = start + HEAD
            people.votes[contest.id] = {who: figures[first + PER * i] for i, who in enumerate(printed)}
            people.against[contest.id] = {who: figures[first + PER * i + 1] for i, who in enumerate(printed)}
            people.hidden[contest.id] = figures[start + WRITTEN]


def _meant(case: Case, numbers: dict[tuple[str, str], int], person: Opened) -> int:
    """[NAME-3]: exactly one person of other contests has this id, and nobody of the own one."""
    holders = {who for (ident, _), who in numbers.items() if ident == person.candidate}
    own = next((contest for contest in case.contests if contest.id == person.contest), None)
    if own is None or person.candidate in own.candidates or len(holders) != 1:
        raise Refused("E_NAMES", "a candidate of other contests alone, and of one name", person.candidate)
    return holders.pop()


def figures_of(case: Case, contest: Contest) -> tuple[int, int, int]:
    """Papers of the layout, `valid` of the contest, approvals and written-in votes together."""
    for layout in case.layouts:
        if contest in layout.contests:
            figures = case.totals[layout.id]
            start = layout.starts[layout.contests.index(contest)]
            first = start + HEAD
            approvals = sum(figures[first : first + PER * len(contest.candidates) : PER])
            return figures[0], figures[start], approvals + figures[start + WRITTEN]
    raise Refused("E_LAYOUT", "a layout for every contest", contest.id)
