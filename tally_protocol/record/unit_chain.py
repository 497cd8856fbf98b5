"""The unit committee's chain: statements, opened names, steps, declarations (spec/3, spec/8).

Serves [STATE-1] [STATE-2] [STATE-3] [STATE-4] [STATE-5] [NAME-3] [STEP-1] [DET-1]; also keeps what the publication
threshold needs to know of a unit's batches [CUT-2]. What the rules give for the unit is in `deciding`.
"""

from collections.abc import Mapping
from typing import assert_never

from tally_protocol.election.figures import add
from tally_protocol.election.manifest import Election
from tally_protocol.election.shape import WRITTEN, shape
from tally_protocol.election.unit import Unit
from tally_protocol.errors import BrokenChain, RuleViolation
from tally_protocol.ids import ChainName, Hash32, unit_chain
from tally_protocol.law.person_keys import meant_candidate
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import profiles_of
from tally_protocol.law.states import Shown, UnitWord, next_unit, shown
from tally_protocol.record.ballots import commit_name
from tally_protocol.record.chain import ZERO32, StationState, check_links
from tally_protocol.record.kinds import UnitBody
from tally_protocol.record.links import Links
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_kinds import CitedClose, Declaration, Names, Person, Statement

Totals = tuple[tuple[str, tuple[int, ...]], ...]


class SmallCells:
    """Which layouts of a unit already have a batch, and which have one below the threshold [CUT-2]."""

    __slots__ = ("batches", "small")

    def __init__(self) -> None:
        """No batches yet."""
        self.batches: set[str] = set()
        self.small: set[str] = set()

    def check(self, layout: str, papers: int, threshold: int) -> None:
        """Raise E_PRIVACY if a batch of `papers` would stand beside another while one of them is too small.

        `threshold` is `publish.min_ballots_per_cell` of the layout's profile.
        """
        if layout in self.small or (papers < threshold and layout in self.batches):
            raise RuleViolation("E_PRIVACY", f"layout {layout}", expected=f"batches of at least {threshold}")

    def add(self, layout: str, papers: int, threshold: int) -> None:
        """Take a batch in."""
        self.batches.add(layout)
        if papers < threshold:
            self.small.add(layout)


class UnitState:
    """One unit's committee chain; `stations` are the states of all its stations, by id.

    `stated` is the last statement and `statement` its hash; `persons` are the written-in persons opened for it,
    `determined` the statement that has its determination, `declared` the last declaration.
    """

    __slots__ = (
        "cells", "declared", "determined", "election", "election_hash", "head", "names_done", "next_seq", "opened",
        "part", "parts", "persons", "profiles", "rest", "seen", "state", "stated", "statement", "stations", "unit",
        "unit_hash",
    )  # fmt: skip

    def __init__(
        self,
        election: Election,
        election_hash: Hash32,
        unit: Unit,
        unit_hash: Hash32,
        stations: Mapping[str, StationState],
    ) -> None:
        """An empty chain of the unit in its newest version."""
        self.election = election
        self.election_hash = election_hash
        self.stations = stations
        self.renew(unit, unit_hash)
        self.next_seq = 0
        self.head: Hash32 = ZERO32
        self.state = UnitWord.COUNTING
        self.statement: Hash32 | None = None
        self.stated: Statement | None = None
        self.determined: Hash32 | None = None
        self.declared: Declaration | None = None
        self.cells = SmallCells()
        self._restart_names()

    def renew(self, unit: Unit, unit_hash: Hash32) -> None:
        """Stand on a newer version of the unit note [SEAL-5]."""
        self.unit = unit
        self.unit_hash = unit_hash
        self.profiles = profiles_of(self.election, unit)

    def _restart_names(self) -> None:
        self.part, self.parts, self.names_done = 0, 0, False
        self.rest: tuple[tuple[str, int], ...] = ()
        self.seen: set[tuple[str, str, int]] = set()
        self.opened: dict[str, int] = {}
        self.persons: list[Person] = []

    @property
    def chain(self) -> ChainName:
        """The chain's name."""
        return unit_chain(self.unit.id)

    @property
    def profile(self) -> Profile:
        """The unit's own profile, which says who signs [SIGN-3]."""
        return self.profiles[self.unit.profile]

    def links(self, time: int) -> Links:
        """The chain fields of the record that would come next."""
        return Links(
            chain=self.chain, election=self.election_hash, epoch=1, prev=self.head, seq=self.next_seq, time=time
        )

    def check(self, body: UnitBody) -> None:
        """Raise the code of the first rule that the record breaks as the next of this chain.

        What a declaration says of persons is checked by `deciding.check_declaration`.
        """
        check_links(body.links, self.election_hash, self.next_seq, self.head)
        next_unit(self.state, word_of(body), self.chain)
        match body:
            case Statement():
                self._check_statement(body)
            case Names():
                self._check_names(body)
            case Declaration():
                self._check_cited(body)
            case Step():
                pass
            case _:
                assert_never(body)

    def apply(self, body: UnitBody, record: Hash32) -> None:
        """Take a checked record in."""
        self.state = next_unit(self.state, word_of(body), self.chain)
        match body:
            case Statement():
                self.statement, self.stated = record, body
                self._restart_names()
            case Names():
                self._take_names(body)
            case Declaration():
                self.declared = body
            case Step():
                pass
            case _:
                assert_never(body)
        self.next_seq += 1
        self.head = record

    def _take_names(self, body: Names) -> None:
        self.part, self.parts, self.rest = body.part, body.parts, body.rest
        self.names_done = body.part == body.parts
        self.persons.extend(body.persons)
        for person in body.persons:
            self.opened[person.contest] = self.opened.get(person.contest, 0) + person.votes
            self.seen.update((person.contest, entry.station, entry.number) for entry in person.entries)

    def take_determination(self, statement: Hash32) -> None:
        """The county's determination for a statement is in the log."""
        self.determined = statement

    def cited_closes(self) -> tuple[CitedClose, ...]:
        """What a statement must cite now; BrokenChain E_HEAD if a station has not closed [STATE-1]."""
        cited = []
        for entry in self.unit.stations:
            state = self.stations[entry.id]
            if state.close is None:
                raise BrokenChain("E_HEAD", f"station {entry.id}", expected="a closed station")
            cited.append(CitedClose(entry.id, state.close_seq, state.next_seq - 1, state.head))
        return tuple(cited)

    def totals(self) -> Totals:
        """Sums of the stations' running figures, every layout in unit order [STATE-2]."""
        sums = []
        for layout in self.unit.layouts:
            total = shape(self.unit, layout.id).zeros
            for entry in self.unit.stations:
                total = add(total, self.stations[entry.id].running_of(layout.id))
            sums.append((str(layout.id), total))
        return tuple(sums)

    def written(self) -> dict[str, int]:
        """Written-in votes of each contest over the unit."""
        return self._written_of(self.totals())

    def _written_of(self, totals: Totals) -> dict[str, int]:
        written = {}
        for layout, figures in totals:
            for contest in shape(self.unit, layout).contests:
                written[contest.contest] = figures[contest.figure + WRITTEN]
        return written

    @property
    def stands(self) -> bool:
        """Whether the last statement stands over the final heads of all stations."""
        closed = all(self.stations[entry.id].closed for entry in self.unit.stations)
        return self.stated is not None and closed and self.stated.closes == self.cited_closes()

    @property
    def names_complete(self) -> bool:
        """Whether the names of the last statement are all opened, or there are none to open."""
        if self.stated is None:
            return False
        return self.names_done or not any(self._written_of(self.stated.totals).values())

    @property
    def final(self) -> bool:
        """Whether the unit's result is fixed: a statement over the final heads, its names opened."""
        return self.stands and self.names_complete

    @property
    def awaits_determination(self) -> bool:
        """Whether the county must append a determination for the last statement [DET-1]."""
        return self.state is not UnitWord.VOIDED and self.determined != self.statement and self.final

    @property
    def shown(self) -> Shown:
        """The state that people see, over all chains of the unit."""
        boxes = [self.stations[box.station].boxes for box in self.unit.boxes]
        recorded = [box.id in found for box, found in zip(self.unit.boxes, boxes, strict=True)]
        return shown(
            [state.state for state in self.stations.values()],
            boxes_reconciled=bool(recorded) and all(recorded),
            unit=self.state,
            determined=self.statement is not None and self.determined == self.statement,
        )

    def _check_statement(self, body: Statement) -> None:
        if body.unit_note != self.unit_hash or body.closes != self.cited_closes():
            raise RuleViolation("E_HEAD", self.chain, expected="the heads of all stations")
        if body.totals != self.totals():
            raise RuleViolation("E_TOTAL", self.chain)

    def _check_names(self, body: Names) -> None:
        follows = body.part == self.part + 1 and (self.part == 0 or (body.parts, body.rest) == (self.parts, self.rest))
        if self.statement is None or body.statement != self.statement or not follows:
            raise RuleViolation("E_NAMES", self.chain, expected="the next part after the last statement")
        if not any(self.written().values()):
            raise RuleViolation("E_NAMES", self.chain, expected="no names: nothing was written in")
        seen = set(self.seen)
        opened = dict(self.opened)
        for person in body.persons:
            self._check_person(person, seen)
            opened[person.contest] = opened.get(person.contest, 0) + person.votes
        if body.part == body.parts:
            self._check_rest(body, opened)
            self._check_hidden(seen)

    def _names_profile(self, contest: str) -> Profile:
        found = self.unit.contest(contest)
        if found is None:
            raise RuleViolation("E_LAYOUT", self.chain, expected="a contest of the unit", found=contest)
        return self.profiles[self.unit.profile_of(found)]

    def _check_person(self, person: Person, seen: set[tuple[str, str, int]]) -> None:
        names = self._names_profile(person.contest).names
        votes = 0
        for entry in person.entries:
            state = self.stations.get(entry.station)
            key = person.contest, entry.station, entry.number
            if state is None or entry.number > len(state.register) or key in seen:
                raise RuleViolation("E_NAMES", self.chain, expected="each entry once")
            if commit_name(entry.salt, entry.name) != state.register[entry.number - 1]:
                raise RuleViolation("E_NAMES", self.chain, expected="names that open their commitments")
            seen.add(key)
            votes += state.votes.get((person.contest, entry.number), 0)
        if votes != person.votes or not (names.full or votes >= names.min_votes):
            raise RuleViolation("E_NAMES", self.chain, expected="the votes of the entries, enough to be opened")
        if person.candidate is not None:
            meant_candidate(self.unit, person.contest, person.candidate)

    def _check_rest(self, body: Names, opened: Mapping[str, int]) -> None:
        order = [contest.id for contest in self.unit.contests]
        written = self.written()
        left = tuple((name, written[name] - opened.get(name, 0)) for name in order)
        rest = tuple((name, votes) for name, votes in left if votes)
        hidden = any(votes < 0 or self._names_profile(name).names.full for name, votes in rest)
        if body.rest != rest or hidden:
            raise RuleViolation("E_NAMES", self.chain, expected="the rest of the written-in votes")

    def _check_hidden(self, seen: set[tuple[str, str, int]]) -> None:
        """[STATE-5] An entry's votes are public: nobody stays hidden whose one entry reaches the threshold."""
        for station, state in self.stations.items():
            for (contest, number), votes in state.votes.items():
                least = self._names_profile(contest).names.min_votes
                if votes and votes >= least and (contest, station, number) not in seen:
                    raise RuleViolation("E_NAMES", self.chain, expected="every entry with enough votes opened")

    def _check_cited(self, body: Declaration) -> None:
        """[DET-3] A declaration stands on the last statement, with its names complete."""
        if body.statement != self.statement or not self.names_complete:
            raise RuleViolation("E_DECLARATION", self.chain, expected="the last statement, its names opened")


def word_of(body: UnitBody) -> str:
    """A record as the table of states names it: its kind, a step with its word [STEP-1]."""
    match body:
        case Statement():
            return "statement"
        case Names():
            return "names"
        case Declaration():
            return "declaration"
        case Step():
            return f"step {body.step}"
        case _:
            assert_never(body)
