"""One unit: its manifest, its stations, and the committee's chain of statements and opened names.

Serves [STATE-1] to [STATE-5], [CHAIN-6] and the figures of one unit for standings and totals (spec/6, spec/7).
"""

from dataclasses import dataclass, field
from operator import add
from typing import Any

from verifier.chain.manifest import UnitManifest, UnitNote
from verifier.chain.station import Fields, Links, StationChain, UnitBatches
from verifier.decode.layouts import Contest
from verifier.findings.codes import Refused
from verifier.hashes import ZERO, name_commitment
from verifier.notes import Record


@dataclass(slots=True)
class Opening:
    """Opened names since the last statement; complete when `part` has reached `parts`."""

    part: int = 0
    parts: int = 0
    persons: list[tuple[str, str, int]] = field(default_factory=list)  # contest, name, votes
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
    statement: str = ZERO
    stated_note: UnitNote | None = None
    stated_heads: list[list[Any]] = field(default_factory=list)
    opening: Opening = field(default_factory=Opening)

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
        self.opening = Opening()

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
        self.opening = after

    def _open_person(self, note: UnitNote, person: Fields, after: Opening) -> None:
        """One person: entries open their commitments, none twice, votes add up [STATE-4]."""
        contest, votes = person["contest"], 0
        if contest not in note.contests:
            raise Refused("E_LAYOUT", "a contest of the unit", contest)
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
        if not note.profile.full_names and votes < note.profile.min_votes:  # [STATE-5]
            raise _names(f"only persons with at least {note.profile.min_votes} votes", str(votes))
        after.persons.append((contest, person["name"], votes))

    def _check_rest(self, note: UnitNote, after: Opening) -> None:
        """[STATE-5]: `rest` is what was written and not opened; nothing if the profile opens all."""
        rest = self.unopened(note, after)
        if after.rest != rest:
            raise _names("rest as written minus opened", "another rest")
        if note.profile.full_names and rest:
            raise _names("every person opened", "votes that are not opened")
        if not any(written for written in self.written(note).values()):
            raise _names("no names record without written-in votes", "a names record")

    def written(self, note: UnitNote) -> dict[str, int]:
        """Written-in votes of each contest over the unit."""
        return {contest: sums[8] for contest, sums in self.contest_sums(note).items()}

    def unopened(self, note: UnitNote, opening: Opening) -> list[list[Any]]:
        """[contest, votes] of written-in votes that no opened person has, in unit order."""
        left = self.written(note)
        for contest, _, votes in opening.persons:
            left[contest] = left.get(contest, 0) - votes
        return [[contest, votes] for contest, votes in left.items() if votes]


def _moved(part: list[int], old: Contest, new: Contest) -> list[int]:
    """Figures of a contest carried over to another list of candidates, candidate by candidate."""
    at = {candidate: 9 + 4 * place for place, candidate in enumerate(old.candidates)}
    result = part[:9]
    for candidate in new.candidates:
        start = at.get(candidate)
        result += part[start : start + 4] if start is not None else [0, 0, 0, 0]
    return result


def _names(expected: str, found: str) -> Refused:
    return Refused("E_NAMES", expected, found, check="I5")
