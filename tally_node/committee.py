"""A unit's election committee: the statement of the count (计票结果报告单), the written-in names opened, the result.

Serves [STATE-1] [STATE-2] [STATE-3] [STATE-4] [STATE-5] [NAME-3] [STEP-1] [DET-3]. Names are merged when they are
written alike or the table has adjudicated that they are one person, never by guess; a person is opened when the
contest's profile wants all names or the unit's total reaches its number, and the rest stays a sum. What the rules give
is decided here from the journal alone, so it is known without a network.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tally_node.chains import Chains
from tally_node.voice import NodeError
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName, Hash32, unit_chain
from tally_protocol.law.counted import COMMITTEE_RULES
from tally_protocol.law.declared import Declared, Reason
from tally_protocol.law.result import Result
from tally_protocol.law.states import UNIT_STEPS
from tally_protocol.limits import RECORD_BYTES
from tally_protocol.record.deciding import check_declaration, results_of
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Declaration, Entry, Names, Person, Statement
from tally_protocol.seal import canonical

# what a `names` note holds beside its persons: links, rest of 64 contests, signature lines of 8 people
_ROOM = RECORD_BYTES - 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudicated:
    """Who a written-in person is, as the table decided: other spellings, the candidate of another post, the sex."""

    contest: str
    name: str
    written: tuple[str, ...] = ()
    candidate: str | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    persons: tuple[Person, ...]
    rest: tuple[tuple[str, int], ...]


class Committee:
    """The unit chain at work."""

    def __init__(self, chains: Chains, unit: str) -> None:
        """Nothing is read before it is needed."""
        self._chains = chains
        self._unit = unit
        self.name: ChainName = unit_chain(unit)

    def _state(self) -> UnitState:
        try:
            return self._chains.committee(self._unit)
        except NodeError as error:
            if error.code != "N_NOT_OURS":
                raise
            raise NodeError(
                "N_NOT_OURS", error.where, expected="all stations of the unit here, or imported with tally-node import"
            ) from None

    def statement(self, time: int) -> Hash32:
        """Cite every station's close and head, and add them up [STATE-1] [STATE-2]."""
        state = self._state()
        if state.statement is not None and self._unchanged(state):
            raise NodeError("N_STATE", self.name, expected="a station record after the last statement")
        body = Statement(
            links=state.links(time), closes=state.cited_closes(), totals=state.totals(), unit_note=state.unit_hash
        )
        with self._chains.work(self.name):
            return self._chains.add_unit_record(state, "statement", body)

    def _unchanged(self, state: UnitState) -> bool:
        """Whether the last statement already cites every station's present head."""
        cited: tuple[object, ...] = ()
        for row in self._chains.journal.records(self.name):
            if row.kind == "statement":
                body = self._chains.decoded(row).body
                cited = body.closes if isinstance(body, Statement) else ()
        return cited == state.cited_closes()

    def names(self, time: int, people: Sequence[Adjudicated] = ()) -> int:
        """Open the written-in persons who may be opened; gives the number of records (0: nobody was written in)."""
        state = self._state()
        if state.statement is None or state.names_done:
            raise NodeError("N_STATE", self.name, expected="a statement whose names are not opened yet")
        if not any(state.written().values()):
            return 0
        opened = self._open(state, people)
        parts = _parts(opened.persons)
        with self._chains.work(self.name):
            for number, persons in enumerate(parts, start=1):
                body = Names(
                    links=state.links(time), part=number, parts=len(parts), persons=persons,
                    rest=opened.rest, statement=state.statement,
                )  # fmt: skip
                self._chains.add_unit_record(state, "names", body)
        return len(parts)

    def _open(self, state: UnitState, people: Sequence[Adjudicated]) -> _Opened:
        said = _by_spelling(people)
        found: dict[tuple[str, str], tuple[list[Entry], int]] = {}
        for entry in state.unit.stations:
            table = self._chains.table(self._unit, entry.id)
            by_number = {known.number: known for known in table.names.values()}
            for (contest, number), votes in sorted(table.state.votes.items()):
                if not votes:
                    continue
                if number not in by_number:
                    raise NodeError("N_NOT_OURS", f"{table.state.chain} register", expected="the names of this station")
                known = by_number[number]
                person = said.get((contest, known.name))
                key = contest, person.name if person else known.name
                entries, total = found.setdefault(key, ([], 0))
                entries.append(Entry(entry.id, number, known.name, known.salt))
                found[key] = entries, total + votes
        for person in people:
            if (person.contest, person.name) not in found:
                raise NodeError("E_NAMES", f"{self.name} {person.contest}", expected="a name written in for this post")
        order = {str(contest.id): place for place, contest in enumerate(state.unit.contests)}
        ranked = sorted(found.items(), key=lambda item: (order[item[0][0]], -item[1][1], item[0][1]))
        persons = tuple(
            self._person(said.get((contest, name)), contest, name, entries, votes)
            for (contest, name), (entries, votes) in ranked
            if _may_open(state, contest, votes)
        )
        left = state.written()
        for opened in persons:
            left[opened.contest] -= opened.votes
        return _Opened(persons, tuple((name, left[name]) for name in order if left[name]))

    def _person(
        self, said: Adjudicated | None, contest: str, name: str, entries: Sequence[Entry], votes: int
    ) -> Person:
        return Person(
            contest=contest, entries=tuple(entries), name=name, votes=votes,
            candidate=said.candidate if said else None, sex=said.sex if said else None,
        )  # fmt: skip

    # the result

    def step(self, word: str, time: int, reason: str | None = None) -> Hash32:
        """公布, 资格审查, 备案, 归档, 选举无效: what happens to a result beside declaring it [STEP-1]."""
        if word not in UNIT_STEPS:
            raise NodeError("E_FIELD", f"{self.name} step", expected=" ".join(UNIT_STEPS), found=word)
        state = self._state()
        with self._chains.work(self.name):
            return self._chains.add_unit_record(state, "step", Step(links=state.links(time), step=word, reason=reason))

    def decided(self) -> UnitState:
        """The unit's chain, if its result is fixed: a statement over the final heads, its names opened."""
        state = self._state()
        if not state.final:
            raise NodeError("N_STATE", self.name, expected="a statement over the final heads, its names opened")
        return state

    def declaration(self, time: int, differences: Sequence[Reason] = ()) -> tuple[Declared, ...]:
        """宣布当选: what the rules give, but for the differences, each with its reason [DET-3].

        A person of a difference who is elected by the rules is not declared, any other is declared in addition.
        """
        state = self._state()
        if state.statement is None or not state.names_complete:
            raise NodeError("N_STATE", self.name, expected="a statement whose names are opened")
        declared = _with_differences(results_of(state), state, differences)
        order = {contest.id: place for place, contest in enumerate(state.unit.contests)}
        reasons = sorted(differences, key=lambda one: (order.get(one.contest, -1), one.reference))
        body = Declaration(
            links=state.links(time), contests=declared, reasons=tuple(reasons), statement=state.statement
        )
        check_declaration(state, body)
        with self._chains.work(self.name):
            self._chains.add_unit_record(state, "declaration", body)
        return declared


def _with_differences(
    results: Sequence[Result], state: UnitState, differences: Sequence[Reason]
) -> tuple[Declared, ...]:
    changed: dict[tuple[str, str], Reason] = {(one.contest, one.reference): one for one in differences}
    declared = []
    for contest, result in zip(state.unit.contests, results, strict=True):
        if contest.rule not in COMMITTEE_RULES:
            continue
        kept = [name for name in result.elected if (contest.id, name) not in changed]
        added = [name for post, name in changed if post == contest.id and name not in result.elected]
        declared.append(Declared(contest=contest.id, elected=tuple(kept + added)))
    return tuple(declared)


def _may_open(state: UnitState, contest: str, votes: int) -> bool:
    """[STATE-5] by the profile of the contest."""
    found = state.unit.contest(contest)
    names = state.profiles[state.unit.profile_of(found) if found else state.unit.profile].names
    return names.full or votes >= names.min_votes


def _by_spelling(people: Sequence[Adjudicated]) -> dict[tuple[str, str], Adjudicated]:
    """Every spelling that stands for an adjudicated person; E_NAMES if one stands for two."""
    found: dict[tuple[str, str], Adjudicated] = {}
    for person in people:
        for spelling in dict.fromkeys((person.name, *person.written)):
            if found.setdefault((person.contest, spelling), person) is not person:
                raise NodeError("E_NAMES", f"contest {person.contest}", expected="each name for one person")
    return found


def _parts(persons: Sequence[Person]) -> list[tuple[Person, ...]]:
    """Persons cut so that each note stays below the limit; one empty part if nobody is opened."""
    parts: list[list[Person]] = [[]]
    size = 0
    for person in persons:
        weight = len(canonical.encode(person.to_body())) + 1
        if weight > _ROOM:
            raise ProtocolError("E_LIMIT", "names", expected=f"a person of at most {_ROOM} bytes", found=weight)
        if parts[-1] and size + weight > _ROOM:
            parts.append([])
            size = 0
        parts[-1].append(person)
        size += weight
    return [tuple(part) for part in parts]
