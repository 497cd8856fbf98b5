"""One unit: its manifest, its stations, the committee's chain, and what the rules say of all of it.

Serves [STATE-1] to [STATE-5], [NAME-3], [STEP-1], [DET-1], [DET-2], [DET-3], [CHAIN-6] and the figures of one unit for
standings and totals (spec/6, spec/7). The rules themselves are handed in (`Law`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Any

from verifier.chain.manifest import UnitManifest, UnitNote
from verifier.chain.states import COUNTING, VOIDED, after_unit, event_of
from verifier.chain.station import Fields, Links, StationChain, UnitBatches
from verifier.decode.cases import Case, Law, Opened, Result
from verifier.decode.layouts import HEAD, PER, WRITTEN, Contest
from verifier.findings.codes import Refused
from verifier.hashes import ZERO, name_commitment
from verifier.notes import Record


@dataclass(slots=True)
class Opening:
    """Opened names since the last statement; complete when `part` has reached `parts`."""

    part: int = 0
    parts: int = 0
    persons: list[Opened] = field(default_factory=list)
    entries: set[tuple[str, str, int]] = field(default_factory=set)  # contest, station, register number
    rest: list[list[Any]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """All parts are there."""
        return self.parts > 0 and self.part == self.parts


@dataclass(slots=True)
class Unit:
    """State of one unit over the log."""

    id: str
    manifest: UnitManifest = field(default_factory=UnitManifest)
    stations: dict[str, StationChain] = field(default_factory=dict)
    batches: dict[str, UnitBatches] = field(default_factory=dict)  # by layout
    links: Links = field(default_factory=Links)
    state: str = COUNTING
    statement: str = ZERO
    stated_note: UnitNote | None = None
    stated_heads: list[list[Any]] = field(default_factory=list)
    stated_totals: dict[str, list[int]] = field(default_factory=dict)
    opening: Opening = field(default_factory=Opening)
    determined: str = ""  # the statement that a determination has followed
    _results: list[Result] | None = None  # what the rules give for the last statement, once somebody has asked

    @property
    def broken(self) -> bool:
        """Whether any of the unit's chains is broken, so that sums over the unit mean nothing."""
        return self.links.broken or any(chain.links.broken for chain in self.stations.values())

    def heads(self, note: UnitNote) -> list[list[Any]] | None:
        """[station, close seq, head seq, head hash] in unit order; None while a station has not closed."""
        result: list[list[Any]] = []
        for station in note.stations:
            chain = self.stations.get(station)
            if chain is None or chain.closed is None:
                return None
            result.append([station, chain.closed, chain.links.count - 1, chain.links.head])
        return result

    def next_state(self, record: Record) -> str:
        """[STEP-1]: the state after this record; what the table has not is refused."""
        return after_unit(self.state, event_of(record.kind, record.fields))

    def advance(self, record: Record, state: str) -> None:
        """Every rule has held: move the head and the state."""
        self.state = state
        self.links.advance(record.hash)

    def check_statement(self, record: Record) -> None:
        """[STATE-1] the newest note, closes and heads; [STATE-2] the sums."""
        fields: Fields = record.fields
        note = self.manifest.newest
        if note is None or fields["unit_note"] != note.hash:
            raise Refused("E_HEAD", "the newest unit note", f"unit_note {fields['unit_note']}")
        heads = self.heads(note)
        if heads is None or fields["closes"] != heads:
            raise Refused(
                "E_HEAD", "the close and the head of every station", "others" if heads else "a station is open"
            )
        if fields["totals"] != self.layout_totals(note):
            raise Refused("E_TOTAL", "sums of the stations' running figures", "other totals")
        self.statement, self.stated_note, self.stated_heads = record.hash, note, heads
        self.stated_totals = dict(fields["totals"])
        self.opening, self._results = Opening(), None

    def layout_totals(self, note: UnitNote) -> list[list[Any]]:
        """[layout, figures] summed over the stations of a unit note."""
        totals: list[list[Any]] = []
        for layout in note.layouts.values():
            figures = [0] * layout.length
            for chain in self._chains(note):
                running = chain.running.get(layout.id, [])
                if len(running) != layout.length:
                    raise Refused("E_TOTAL", f"running figures of layout {layout.id}", f"station {chain.station}")
                figures = list(map(add, figures, running))
            totals.append([layout.id, figures])
        return totals

    def _chains(self, note: UnitNote) -> list[StationChain]:
        chains = (self.stations.get(station) for station in note.stations)
        return [chain for chain in chains if chain is not None and chain.note is not None]

    def contest_sums(self, note: UnitNote) -> dict[str, list[int]]:
        """Integers of every contest in unit order, summed over the stations' running figures."""
        sums = {contest.id: [0] * contest.length for contest in note.contests.values()}
        for chain in self._chains(note):
            for layout in chain.layouts:
                running = chain.running[layout.id]
                for contest, start in zip(layout.contests, layout.starts, strict=True):
                    part = running[start : start + contest.length]
                    newest = note.contests.get(contest.id)
                    if newest is not None:
                        part = part if newest.candidates == contest.candidates else _moved(part, contest, newest)
                        sums[contest.id] = list(map(add, sums[contest.id], part))
        return sums

    def papers(self, note: UnitNote) -> int:
        """Running papers over stations and layouts."""
        return sum(running[0] for chain in self._chains(note) for running in chain.running.values())

    def closed_stations(self, note: UnitNote) -> int:
        """Stations whose chain has a close."""
        return sum(chain.closed is not None for chain in self._chains(note))

    def check_names(self, record: Record) -> None:
        """[STATE-3], [STATE-4], [STATE-5]; nothing changes unless all of it holds."""
        fields: Fields = record.fields
        note = self.stated_note
        if note is None or fields["statement"] != self.statement:
            raise _names("the unit's last statement", f"statement {fields['statement']}")
        before = self.opening
        expected = (before.part + 1, before.parts or fields["parts"])
        if (fields["part"], fields["parts"]) != expected or fields["part"] > fields["parts"]:
            raise _names(f"part {expected[0]} of {expected[1]}", f"part {fields['part']} of {fields['parts']}")
        if before.part and fields["rest"] != before.rest:
            raise _names("the same rest in each part", "another rest")
        after = Opening(fields["part"], fields["parts"], list(before.persons), set(before.entries), fields["rest"])
        for person in fields["persons"]:
            self._open_person(note, person, after)
        if after.complete:
            self._check_rest(note, after)
        self.opening, self._results = after, None

    def _open_person(self, note: UnitNote, person: Fields, after: Opening) -> None:
        """One person: entries open their commitments, none twice, votes add up [STATE-4]."""
        contest, votes = person["contest"], 0
        if contest not in note.contests:
            raise Refused("E_LAYOUT", "a contest of the unit", contest)
        _check_candidate(note, contest, person.get("candidate", ""))
        for station, number, name, salt in person["entries"]:
            chain = self.stations.get(station)
            if chain is None or not 1 <= number <= len(chain.register):
                raise _names("an entry of a station's register", f"{station} entry {number}")
            if name_commitment(bytes.fromhex(salt), name.encode()).hex() != chain.register[number - 1]:
                raise _names("the committed name", f"{station} entry {number}")
            if (contest, station, number) in after.entries:
                raise _names("an entry opened once", f"{station} entry {number}")
            after.entries.add((contest, station, number))
            votes += chain.votes.get((contest, number), 0)
        if person["votes"] != votes:
            raise _names(f"{votes} votes", str(person["votes"]))
        profile = note.profiles[note.contests[contest].profile]
        if not profile.full_names and votes < profile.min_votes:  # [STATE-5]
            raise _names(f"only persons with at least {profile.min_votes} votes", str(votes))
        opened = Opened(contest, person["name"], votes, person.get("candidate", ""), person.get("sex", ""))
        after.persons.append(opened)

    def _check_rest(self, note: UnitNote, after: Opening) -> None:
        """[STATE-5]: `rest` is what was written and not opened; nothing if the profile opens all."""
        rest = self.unopened(note, after)
        if after.rest != rest:
            raise _names("rest as written minus opened", "another rest")
        if any(note.profiles[note.contests[contest].profile].full_names for contest, _ in rest):
            raise _names("every person opened", "votes that are not opened")
        for station, chain in self.stations.items():
            for (contest, number), votes in chain.votes.items():
                # an entry's votes are public, and a person has at least those of each of its entries
                least = note.profiles[note.contests[contest].profile].min_votes
                if votes and votes >= least and (contest, station, number) not in after.entries:
                    raise _names(f"every entry with at least {least} votes opened", f"{station} entry {number}")
        if not any(written for written in self.written(note).values()):
            raise _names("no names record without written-in votes", "a names record")

    def written(self, note: UnitNote) -> dict[str, int]:
        """Written-in votes of each contest over the unit."""
        return {contest: sums[WRITTEN] for contest, sums in self.contest_sums(note).items()}

    def unopened(self, note: UnitNote, opening: Opening) -> list[list[Any]]:
        """[contest, votes] of written-in votes that no opened person has, in unit order."""
        left = self.written(note)
        for person in opening.persons:
            left[person.contest] = left.get(person.contest, 0) - person.votes
        return [[contest, votes] for contest, votes in left.items() if votes]

    # --- what the rules say

    def unfinished(self) -> str:
        """Why the unit is not final; empty if its statement stands over the final heads and its names are opened."""
        note = self.manifest.newest
        if note is None or self.stated_note is None:
            return "no statement"
        if not self.stated_over_heads:
            return "records after the last statement"
        if not self.names_complete:
            return "written-in names are not opened"
        return ""

    @property
    def stated_over_heads(self) -> bool:
        """The statement stands over the newest note and the final heads."""
        note = self.manifest.newest
        return note is not None and self.stated_note is note and self.stated_heads == self.heads(note)

    @property
    def names_complete(self) -> bool:
        """All parts of the names are there, or the last statement has no written-in votes."""
        note = self.stated_note
        if self.opening.complete or note is None:
            return note is not None
        totals = self.stated_totals
        return not any(
            totals[layout.id][start + WRITTEN] for layout in note.layouts.values() for start in layout.starts
        )

    def case(self, note: UnitNote) -> Case:
        """The unit as the rules see it, by a version of its note."""
        forms = [
            (self.stations.get(station) or StationChain("", self.id, station)).form(note) for station in note.stations
        ]
        return Case(
            contests=tuple(note.contests.values()),
            layouts=tuple(note.layouts.values()),
            profiles=note.profiles,
            profile=note.profile.id,
            registered=note.registered,
            relations=note.relations,
            stations=tuple(forms),
            totals=self.stated_totals,
            persons=tuple(self.opening.persons),
        )

    def results(self, law: Law) -> Sequence[Result]:
        """What the rules give for the last statement; decided once."""
        note = self.stated_note
        if self._results is None and note is not None:
            self._results = law.decide(self.case(note))
        return self._results or []

    def check_determination(self, record: Record, law: Law) -> None:
        """[DET-2]: for the last statement of a final unit, once, and exactly what the rules give."""
        fields: Fields = record.fields
        problem = "the unit is voided" if self.state == VOIDED else self.unfinished()
        if problem:
            raise Refused("E_OUTCOME", "a final unit", problem)  # [DET-1]
        if fields["statement"] != self.statement:
            raise Refused("E_OUTCOME", f"statement {self.statement}", fields["statement"])
        if self.determined == self.statement:
            raise Refused("E_OUTCOME", "one determination for a statement", "a second")
        self.determined = self.statement  # also by a wrong one, which is reported as wrong and not as missing
        expected = self.results(law)
        if [result["contest"] for result in fields["contests"]] != [result["contest"] for result in expected]:
            raise Refused("E_OUTCOME", "all contests in unit order", "other contests")
        for given, right in zip(fields["contests"], expected, strict=True):
            for name, value in right.items():
                if given[name] != value:
                    raise Refused("E_OUTCOME", f"{right['contest']}.{name} = {_said(value)}", f"{_said(given[name])}")

    def check_declaration(self, record: Record, law: Law) -> None:
        """[DET-3]: of the last statement, with a reason for every difference from the rules' result."""
        fields: Fields = record.fields
        note = self.stated_note
        if note is None or fields["statement"] != self.statement or not self.names_complete:
            raise Refused("E_DECLARATION", "the unit's last statement, its names complete", "another moment")
        law.check_declaration(self.case(note), self.results(law), fields)


def _said(value: object) -> str:
    return " ".join(map(str, value)) or "nobody" if isinstance(value, list) else str(value)


def _check_candidate(note: UnitNote, contest: str, candidate: str) -> None:
    """[NAME-3]: who is meant is exactly one person among the candidates of other contests, and none of this one."""
    if not candidate:
        return
    here = note.contests[contest].candidates
    people = {
        name
        for other in note.contests.values()
        for ident, name in zip(other.candidates, other.names, strict=True)
        if ident == candidate
    }
    if candidate in here or len(people) != 1:
        raise _names("a candidate of other contests alone, and of one name", f"candidate {candidate}")


def _moved(part: list[int], old: Contest, new: Contest) -> list[int]:
    """Figures of a contest carried over to another list of candidates, candidate by candidate."""
    at = {candidate: HEAD + PER * place for place, candidate in enumerate(old.candidates)}
    result = part[:HEAD]
    for candidate in new.candidates:
        start = at.get(candidate)
        result += part[start : start + PER] if start is not None else [0] * PER
    return result


def _names(expected: str, found: str) -> Refused:
    return Refused("E_NAMES", expected, found, check="I5")
