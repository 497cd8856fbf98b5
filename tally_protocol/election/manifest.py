"""The sealed election: `election`, `roster` and `unit` notes as frozen values (spec/1) [KIND-1] [SEAL-1].

Each class reads its JSON object strictly (`from_body`) and gives it back (`to_body`, inverse).
What spans several notes is in `record/manifest_rules`.
"""

from dataclasses import dataclass
from typing import Any, Self

from tally_protocol import limits
from tally_protocol.election.words import ROLE_WORDS
from tally_protocol.errors import Malformed, RuleViolation
from tally_protocol.fields import JsonObject, Reader, distinct
from tally_protocol.ids import (
    ElectionId,
    Hash32,
    NodeId,
    PersonId,
    StationId,
    UnitId,
)
from tally_protocol.law.profile import Profile
from tally_protocol.seal.note import decode_base64

_MLDSA44_PUBLIC = 1312


@dataclass(frozen=True, slots=True, kw_only=True)
class Election:
    """The root of everything: keys, profiles, threshold, the set of units."""

    authority: Hash32
    ballot_key: Hash32
    county_key: Hash32
    date: str
    id: ElectionId
    log_ed25519: Hash32
    log_mldsa44: str
    origin: str
    profiles: tuple[Profile, ...]
    test: bool
    threshold: int
    title: str
    units: int
    units_root: Hash32

    def profile(self, name: str) -> Profile | None:
        """The profile of an id, if the election has it."""
        return next((profile for profile in self.profiles if profile.id == name), None)

    @classmethod
    def from_body(cls, body: JsonObject) -> Self:
        """Read the fields; raises Malformed, and RuleViolation E_TEST [SEAL-1]."""
        read = Reader(body, "election")
        log = Reader(read.take("log", dict), "election.log")
        value = cls(
            authority=read.hash("authority"),
            ballot_key=read.hash("ballot_key"),
            county_key=read.hash("county_key"),
            date=read.date("date"),
            id=ElectionId(read.id("id")),
            log_ed25519=log.hash("ed25519"),
            log_mldsa44=_read_mldsa44(log),
            origin=_read_origin(read),
            profiles=read.items("profiles", Profile.parse, 1, 16),
            test=read.take("test", bool),
            threshold=read.integer("threshold", 50),
            title=read.text("title"),
            units=read.integer("units", 1, limits.UNITS_PER_ELECTION),
            units_root=read.hash("units_root"),
        )
        read.word("policy", frozenset({"none"}))
        read.integer("spec", 1, 1)
        log.done()
        read.done()
        distinct([profile.id for profile in value.profiles], "election.profiles")
        marked = "test" in value.id, "test" in value.origin
        if marked != (value.test, value.test):
            raise RuleViolation("E_TEST", "election", expected=f"test in id and origin: {value.test}")
        return value

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `from_body`."""
        return {
            "authority": self.authority.hex(),
            "ballot_key": self.ballot_key.hex(),
            "county_key": self.county_key.hex(),
            "date": self.date,
            "id": self.id,
            "log": {"ed25519": self.log_ed25519.hex(), "mldsa44": self.log_mldsa44},
            "origin": self.origin,
            "policy": "none",
            "profiles": [profile.to_body() for profile in self.profiles],
            "spec": 1,
            "test": self.test,
            "threshold": self.threshold,
            "title": self.title,
            "units": self.units,
            "units_root": self.units_root.hex(),
        }


def _read_mldsa44(read: Reader) -> str:
    text = read.take("mldsa44", str)
    if len(decode_base64(text.encode(), read.at("mldsa44"))) != _MLDSA44_PUBLIC:
        raise Malformed("E_FIELD", read.at("mldsa44"), expected=f"base64 of {_MLDSA44_PUBLIC} bytes")
    return text


def _read_origin(read: Reader) -> str:
    text = read.take("origin", str)
    if not 1 <= len(text) <= 255 or not text.isascii() or " " in text or "+" in text:
        raise Malformed("E_FIELD", "election.origin", expected="1 to 255 ASCII characters, no space, no +")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """A person with a role and a key: an official of a roster or a member of a unit's committee."""

    id: PersonId
    key: Hash32
    role: str

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one person."""
        read = Reader(value, where)
        person = cls(id=PersonId(read.id("id")), key=read.hash("key"), role=read.word("role", ROLE_WORDS))
        read.done()
        return person

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        return {"id": self.id, "key": self.key.hex(), "role": self.role}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """One station's key and officials."""

    election: Hash32
    node: NodeId
    officials: tuple[Official, ...]
    prev: Hash32
    station: StationId
    station_key: Hash32
    unit: UnitId
    version: int

    @classmethod
    def from_body(cls, body: JsonObject) -> Self:
        """Read the fields; raises Malformed."""
        read = Reader(body, "roster")
        value = cls(
            election=read.hash("election"),
            node=NodeId(read.id("node")),
            officials=read.items("officials", Official.parse, 1, limits.OFFICIALS_PER_ROSTER),
            prev=read.hash("prev"),
            station=StationId(read.id("station")),
            station_key=read.hash("station_key"),
            unit=UnitId(read.id("unit")),
            version=read.integer("version", 1),
        )
        read.done()
        distinct([person.id for person in value.officials], "roster.officials")
        return value

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `from_body`."""
        body: dict[str, Any] = {name: getattr(self, name) for name in ("node", "station", "unit", "version")}
        body |= {name: getattr(self, name).hex() for name in ("election", "prev", "station_key")}
        return body | {"officials": [person.to_body() for person in self.officials]}
