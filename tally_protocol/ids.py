"""Names for things, each with one parser [IDENT-1]; chains and their owners (spec/2, chain fields).

Example: `station_chain("v01", "1")` is `s/v01/1`, and `parse_chain` takes it apart again.
"""

import re
from dataclasses import dataclass
from typing import NewType

from tally_protocol.errors import Malformed

ElectionId = NewType("ElectionId", str)
UnitId = NewType("UnitId", str)
StationId = NewType("StationId", str)
ContestId = NewType("ContestId", str)
CandidateId = NewType("CandidateId", str)
LayoutId = NewType("LayoutId", str)
BoxId = NewType("BoxId", str)
PersonId = NewType("PersonId", str)
NodeId = NewType("NodeId", str)
ChainName = NewType("ChainName", str)
Hash32 = NewType("Hash32", bytes)

ZERO = "0" * 64
COUNTY_CHAIN = ChainName("c")

_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,31}", re.ASCII)
_CANDIDATE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def is_id(text: str) -> bool:
    """Whether a string is an id [IDENT-1]."""
    return _ID.fullmatch(text) is not None


def is_candidate_id(text: str) -> bool:
    """Whether a string is a candidate's id: it never begins with `-`, which the marks grammar uses."""
    return _CANDIDATE.fullmatch(text) is not None


def is_hash(text: str) -> bool:
    """Whether a string is 64 lower-case hex digits."""
    return _HASH.fullmatch(text) is not None


def check_id(text: str, where: str = "id") -> str:
    """Return the id unchanged, or raise Malformed E_FIELD."""
    if not is_id(text):
        raise Malformed("E_FIELD", where, expected="1 to 32 of A-Z a-z 0-9 _ . -, not beginning with .")
    return text


@dataclass(frozen=True, slots=True)
class StationChain:
    """The chain of one counting table."""

    unit: UnitId
    station: StationId


@dataclass(frozen=True, slots=True)
class UnitChain:
    """The chain of a unit's election committee."""

    unit: UnitId


@dataclass(frozen=True, slots=True)
class CountyChain:
    """The county's own chain."""


def station_chain(unit: str, station: str) -> ChainName:
    """`s/<unit>/<station>`; inverse of `parse_chain`."""
    return ChainName(f"s/{unit}/{station}")


def unit_chain(unit: str) -> ChainName:
    """`u/<unit>`; inverse of `parse_chain`."""
    return ChainName(f"u/{unit}")


def parse_chain(name: str, where: str = "chain") -> StationChain | UnitChain | CountyChain:
    """Take a chain name apart; anything else is Malformed E_FIELD [KIND-3]."""
    match name.split("/"):
        case ["c"]:
            return CountyChain()
        case ["u", unit] if is_id(unit):
            return UnitChain(UnitId(unit))
        case ["s", unit, station] if is_id(unit) and is_id(station):
            return StationChain(UnitId(unit), StationId(station))
        case _:
            raise Malformed("E_FIELD", where, expected="s/<unit>/<station>, u/<unit> or c")
