"""A unit's election committee: the statement of the count (计票结果报告单) and the written-in names opened.

Serves [STATE-1] [STATE-2] [STATE-3] [STATE-4] [STATE-5]. Names are merged when they are written alike; a person is
opened when the profile wants all names or the unit's total reaches the profile's number, and the rest stays a sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tally_node.chains import Chains
from tally_node.voice import NodeError
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName, Hash32, unit_chain
from tally_protocol.limits import RECORD_BYTES
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Entry, Names, Person, Statement
from tally_protocol.seal import canonical

# what a `names` note holds beside its persons: links, rest of 64 contests, signature lines of 8 people
_ROOM = RECORD_BYTES - 8192


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

    def names(self, time: int) -> int:
        """Open the written-in persons who may be opened; gives the number of records (0: nobody was written in)."""
        state = self._state()
        if state.statement is None or state.names_done:
            raise NodeError("N_STATE", self.name, expected="a statement whose names are not opened yet")
        if not any(state.written().values()):
            return 0
        opened = self._open(state)
        parts = _parts(opened.persons)
        with self._chains.work(self.name):
            for number, persons in enumerate(parts, start=1):
                body = Names(
                    links=state.links(time), part=number, parts=len(parts), persons=persons,
                    rest=opened.rest, statement=state.statement,
                )  # fmt: skip
                self._chains.add_unit_record(state, "names", body)
        return len(parts)

    def _open(self, state: UnitState) -> _Opened:
        profile = self._chains.profile(state.unit)
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
                entries, total = found.setdefault((contest, known.name), ([], 0))
                entries.append(Entry(entry.id, number, known.name, known.salt))
                found[contest, known.name] = entries, total + votes
        order = {str(contest.id): place for place, contest in enumerate(state.unit.contests)}
        ranked = sorted(found.items(), key=lambda item: (order[item[0][0]], -item[1][1], item[0][1]))
        persons = tuple(
            Person(contest=contest, entries=tuple(entries), name=name, votes=votes)
            for (contest, name), (entries, votes) in ranked
            if profile.names_full or votes >= profile.names_min_votes
        )
        left = state.written()
        for person in persons:
            left[person.contest] -= person.votes
        return _Opened(persons, tuple((name, left[name]) for name in order if left[name]))


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
