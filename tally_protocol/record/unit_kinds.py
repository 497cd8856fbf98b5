"""The kinds of a unit's and the county's chain (spec/2, unit chain, county chain) [KIND-1].

statement, names, declaration; determination, standings. `step` is in `step_kind`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tally_protocol import limits
from tally_protocol.errors import Malformed
from tally_protocol.fields import JsonObject, Reader, hash_of, id_of, integer_of, parts_of, text_of
from tally_protocol.ids import Hash32, UnitId
from tally_protocol.law.declared import Declared, Reason
from tally_protocol.law.result import Result
from tally_protocol.record.links import Links
from tally_protocol.record.station_kinds import layout_figures

TOTALS = ("closed", "papers", "registered", "statements", "stations", "units")
_SALT = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LARGE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class CitedClose:
    """The place of a station's `close` and the head of its chain, as a statement cites them."""

    station: str
    close_seq: int
    head_seq: int
    head: Hash32

    @classmethod
    def parse(cls, value: object, where: str) -> "CitedClose":
        """Read one entry."""
        station, close_seq, head_seq, head = parts_of(value, where, 4)
        return cls(
            id_of(station, where),
            integer_of(close_seq, where),
            integer_of(head_seq, where),
            hash_of(head, where),
        )

    def to_list(self) -> list[object]:
        """The JSON list; inverse of `parse`."""
        return [self.station, self.close_seq, self.head_seq, self.head.hex()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """计票结果报告单: the committee's totals over its stations."""

    links: Links
    closes: tuple[CitedClose, ...]
    totals: tuple[tuple[str, tuple[int, ...]], ...]
    unit_note: Hash32

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {
            "closes": [part.to_list() for part in self.closes],
            "totals": [[layout, list(figures)] for layout, figures in self.totals],
            "unit_note": self.unit_note.hex(),
        }


def _read_statement(read: Reader, links: Links) -> Statement:
    return Statement(
        links=links,
        closes=read.items("closes", CitedClose.parse, 1, limits.STATIONS_PER_UNIT),
        totals=read.items("totals", layout_figures, 1, limits.CONTESTS_PER_UNIT),
        unit_note=read.hash("unit_note"),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One opened entry of a station's register: the name as written and its salt (16 bytes)."""

    station: str
    number: int
    name: str
    salt: bytes

    @classmethod
    def parse(cls, value: object, where: str) -> "Entry":
        """Read one entry."""
        station, number, name, salt = parts_of(value, where, 4)
        if type(salt) is not str or _SALT.fullmatch(salt) is None:
            raise Malformed("E_FIELD", where, expected="a salt of 32 hex digits")
        return cls(
            id_of(station, where),
            integer_of(number, where, 1, limits.NAMES_PER_CHAIN),
            text_of(name, where),
            bytes.fromhex(salt),
        )

    def to_list(self) -> list[object]:
        """The JSON list; inverse of `parse`."""
        return [self.station, self.number, self.name, self.salt.hex()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A written-in person, merged by adjudicated identity, and the votes of all entries in one contest.

    `candidate` is the candidate of another contest who is meant; `sex` is `f`, `m` or None (not given).
    """

    contest: str
    entries: tuple[Entry, ...]
    name: str
    votes: int
    candidate: str | None = None
    sex: str | None = None

    @classmethod
    def parse(cls, value: object, where: str) -> "Person":
        """Read one person."""
        read = Reader(value, where)
        person = cls(
            contest=read.id("contest"),
            entries=read.items("entries", Entry.parse, 1, limits.NAMES_PER_CHAIN),
            name=read.name(),
            votes=read.integer("votes"),
            candidate=read.candidate_id("candidate") if read.has("candidate") else None,
            sex=read.word("sex", frozenset({"f", "m"})) if read.has("sex") else None,
        )
        read.done()
        return person

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        optional = {"candidate": self.candidate, "sex": self.sex}
        return {
            "contest": self.contest,
            "entries": [entry.to_list() for entry in self.entries],
            "name": self.name,
            "votes": self.votes,
            **{name: value for name, value in optional.items() if value is not None},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The unit's written-in persons opened, in numbered parts; `rest` = votes not opened, by contest."""

    links: Links
    part: int
    parts: int
    persons: tuple[Person, ...]
    rest: tuple[tuple[str, int], ...]
    statement: Hash32

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {
            "part": self.part,
            "parts": self.parts,
            "persons": [person.to_body() for person in self.persons],
            "rest": [list(part) for part in self.rest],
            "statement": self.statement.hex(),
        }


def _rest(value: object, where: str) -> tuple[str, int]:
    contest, votes = parts_of(value, where, 2)
    return id_of(contest, where), integer_of(votes, where, 1)


def _read_names(read: Reader, links: Links) -> Names:
    parts = read.integer("parts", 1, 1000)
    return Names(
        links=links,
        parts=parts,
        part=read.integer("part", 1, parts),
        persons=read.items("persons", Person.parse),
        rest=read.items("rest", _rest, 0, limits.CONTESTS_PER_UNIT),
        statement=read.hash("statement"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What the committee declares after the review, with a reason for every difference from the rules' result."""

    links: Links
    contests: tuple[Declared, ...]
    reasons: tuple[Reason, ...]
    statement: Hash32

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {
            "contests": [part.to_body() for part in self.contests],
            "reasons": [part.to_list() for part in self.reasons],
            "statement": self.statement.hex(),
        }


def _read_declaration(read: Reader, links: Links) -> Declaration:
    return Declaration(
        links=links,
        contests=read.items("contests", Declared.parse, 0, limits.CONTESTS_PER_UNIT),
        reasons=read.items("reasons", Reason.parse, 0, 512),
        statement=read.hash("statement"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """What the rules give for a unit at its last statement: the results of all contests, in unit order."""

    links: Links
    contests: tuple[Result, ...]
    statement: Hash32
    unit: UnitId

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {
            "contests": [part.to_body() for part in self.contests],
            "statement": self.statement.hex(),
            "unit": self.unit,
        }


def _read_determination(read: Reader, links: Links) -> Determination:
    return Determination(
        links=links,
        contests=read.items("contests", Result.parse, 0, limits.CONTESTS_PER_UNIT),
        statement=read.hash("statement"),
        unit=UnitId(read.id("unit")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """What the live board shows for the first `size` entries of the log: the chain of totals (spec/6)."""

    links: Links
    results: Hash32
    root: Hash32
    size: int
    totals: tuple[tuple[str, int], ...]

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {
            "results": self.results.hex(),
            "root": self.root.hex(),
            "size": self.size,
            "totals": dict(self.totals),
        }


def _read_standings(read: Reader, links: Links) -> Standings:
    totals = Reader(read.take("totals", dict), "standings.totals")
    value = Standings(
        links=links,
        results=read.hash("results"),
        root=read.hash("root"),
        size=read.integer("size", 1),
        totals=tuple((name, totals.integer(name, 0, _LARGE)) for name in TOTALS),
    )
    totals.done()
    return value


UNIT_READERS: dict[str, Callable[[Reader, Links], Statement | Names | Declaration]] = {
    "statement": _read_statement,
    "names": _read_names,
    "declaration": _read_declaration,
}
COUNTY_READERS: dict[str, Callable[[Reader, Links], Determination | Standings]] = {
    "determination": _read_determination,
    "standings": _read_standings,
}
