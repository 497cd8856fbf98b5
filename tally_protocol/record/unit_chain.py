"""The unit committee's chain: statements and the opened names [STATE-1] [STATE-2] [STATE-3] [STATE-4] [STATE-5].

Also keeps what the publication threshold needs to know of a unit's batches [CUT-2].
"""

from collections.abc import Mapping

from tally_protocol.election.figures import add
from tally_protocol.election.shape import WRITTEN, shape
from tally_protocol.election.unit import Unit
from tally_protocol.errors import BrokenChain, RuleViolation
from tally_protocol.ids import Hash32, unit_chain
from tally_protocol.law.profile import Profile
from tally_protocol.record.ballots import commit_name
from tally_protocol.record.chain import ZERO32, StationState, check_links
from tally_protocol.record.links import Links
from tally_protocol.record.unit_kinds import CitedClose, Names, Person, Statement


class SmallCells:
    """Which layouts of a unit already have a batch, and which have one below the threshold [CUT-2]."""

    __slots__ = ("batches", "small")

    def __init__(self) -> None:
        """No batches yet."""
        self.batches: set[str] = set()
        self.small: set[str] = set()

    def check(self, layout: str, papers: int, threshold: int) -> None:
        """Raise E_PRIVACY if a batch of `papers` would stand beside another while one of them is too small."""
        if layout in self.small or (papers < threshold and layout in self.batches):
            raise RuleViolation("E_PRIVACY", f"layout {layout}", expected=f"batches of at least {threshold}")

    def add(self, layout: str, papers: int, threshold: int) -> None:
        """Take a batch in."""
        self.batches.add(layout)
        if papers < threshold:
            self.small.add(layout)


class UnitState:
    """One unit's committee chain; `stations` are the states of all its stations, by id."""

    __slots__ = (
        "cells", "election_hash", "head", "names_done", "next_seq", "opened", "part", "parts", "rest", "seen",
        "statement", "stations", "unit", "unit_hash",
    )  # fmt: skip

    def __init__(
        self, election_hash: Hash32, unit: Unit, unit_hash: Hash32, stations: Mapping[str, StationState]
    ) -> None:
        """An empty chain of the unit in its newest version."""
        self.election_hash = election_hash
        self.unit = unit
        self.unit_hash = unit_hash
        self.stations = stations
        self.next_seq = 0
        self.head: Hash32 = ZERO32
        self.statement: Hash32 | None = None
        self.cells = SmallCells()
        self._restart_names()

    def _restart_names(self) -> None:
        self.part, self.parts, self.names_done = 0, 0, False
        self.rest: tuple[tuple[str, int], ...] = ()
        self.seen: set[tuple[str, str, int]] = set()
        self.opened: dict[str, int] = {}

    def links(self, time: int) -> Links:
        """The chain fields of the record that would come next."""
        return Links(
            chain=unit_chain(self.unit.id),
            election=self.election_hash,
            epoch=1,
            prev=self.head,
            seq=self.next_seq,
            time=time,
        )

    def check(self, body: Statement | Names, profile: Profile) -> None:
        """Raise the code of the first rule that the record breaks as the next of this chain."""
        check_links(body.links, self.election_hash, self.next_seq, self.head)
        if isinstance(body, Statement):
            self._check_statement(body)
        else:
            self._check_names(body, profile)

    def apply(self, body: Statement | Names, record: Hash32) -> None:
        """Take a checked record in."""
        if isinstance(body, Statement):
            self.statement = record
            self._restart_names()
        else:
            self.part, self.parts, self.rest = body.part, body.parts, body.rest
            self.names_done = body.part == body.parts
            for person in body.persons:
                self.opened[person.contest] = self.opened.get(person.contest, 0) + person.votes
                self.seen.update((person.contest, entry.station, entry.number) for entry in person.entries)
        self.next_seq += 1
        self.head = record

    def cited_closes(self) -> tuple[CitedClose, ...]:
        """What a statement must cite now; BrokenChain E_HEAD if a station has not closed [STATE-1]."""
        cited = []
        for entry in self.unit.stations:
            state = self.stations[entry.id]
            if state.close is None:
                raise BrokenChain("E_HEAD", f"station {entry.id}", expected="a closed station")
            cited.append(CitedClose(entry.id, state.close_seq, state.next_seq - 1, state.head))
        return tuple(cited)

    def totals(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
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
        written = {}
        for layout, figures in self.totals():
            for contest in shape(self.unit, layout).contests:
                written[contest.contest] = figures[contest.figure + WRITTEN]
        return written

    def _check_statement(self, body: Statement) -> None:
        if body.unit_note != self.unit_hash or body.closes != self.cited_closes():
            raise RuleViolation("E_HEAD", unit_chain(self.unit.id), expected="the heads of all stations")
        if body.totals != self.totals():
            raise RuleViolation("E_TOTAL", unit_chain(self.unit.id))

    def _check_names(self, body: Names, profile: Profile) -> None:
        where = unit_chain(self.unit.id)
        follows = body.part == self.part + 1 and (self.part == 0 or (body.parts, body.rest) == (self.parts, self.rest))
        if self.statement is None or body.statement != self.statement or not follows:
            raise RuleViolation("E_NAMES", where, expected="the next part after the last statement")
        seen = set(self.seen)
        opened = dict(self.opened)
        for person in body.persons:
            self._check_person(person, profile, seen)
            opened[person.contest] = opened.get(person.contest, 0) + person.votes
        if body.part == body.parts:
            self._check_rest(body, profile, opened)

    def _check_person(self, person: Person, profile: Profile, seen: set[tuple[str, str, int]]) -> None:
        where = unit_chain(self.unit.id)
        votes = 0
        for entry in person.entries:
            state = self.stations.get(entry.station)
            key = person.contest, entry.station, entry.number
            if state is None or entry.number > len(state.register) or key in seen:
                raise RuleViolation("E_NAMES", where, expected="each entry once")
            if commit_name(entry.salt, entry.name) != state.register[entry.number - 1]:
                raise RuleViolation("E_NAMES", where, expected="names that open their commitments")
            seen.add(key)
            votes += state.votes.get((person.contest, entry.number), 0)
        if votes != person.votes or not (profile.names.full or votes >= profile.names.min_votes):
            raise RuleViolation("E_NAMES", where, expected="the votes of the entries, enough to be opened")

    def _check_rest(self, body: Names, profile: Profile, opened: Mapping[str, int]) -> None:
        order = [contest.id for contest in self.unit.contests]
        written = self.written()
        left = tuple((name, written[name] - opened.get(name, 0)) for name in order)
        rest = tuple((name, votes) for name, votes in left if votes)
        if body.rest != rest or any(votes < 0 for _, votes in rest) or (profile.names.full and rest):
            raise RuleViolation("E_NAMES", unit_chain(self.unit.id), expected="the rest of the written-in votes")
