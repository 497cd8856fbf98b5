"""Taking a JSON object apart into checked values [KIND-1]: exact fields, types, patterns, ranges, lengths.

A `Reader` is made for one object; each method takes a field, and `done` refuses what nobody took. Codes:
E_UNKNOWN_FIELD, E_FIELD, E_RANGE, E_LIMIT, E_NAME. `Reader({"seq": 3}, "batch").integer("seq")` is 3.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from tally_protocol import limits
from tally_protocol.errors import Malformed
from tally_protocol.ids import Hash32, is_candidate_id, is_hash, is_id

JsonObject = dict[str, Any]
T = TypeVar("T")
MOST = 2**53 - 1
_INTEGERS = {int}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Reader:
    """Reads one object's fields; `where` names the object in errors."""

    def __init__(self, value: object, where: str) -> None:
        """Refuse what is not an object."""
        if type(value) is not dict:
            raise Malformed("E_FIELD", where, expected="an object")
        self._left: JsonObject = dict(value)
        self._where = where

    def done(self) -> None:
        """Raise E_UNKNOWN_FIELD if a field is left that nobody took."""
        if self._left:
            raise Malformed("E_UNKNOWN_FIELD", f"{self._where}.{min(self._left)}")

    def has(self, name: str) -> bool:
        """Whether an optional field is there."""
        return name in self._left

    def at(self, name: str) -> str:
        """The path of a field for errors."""
        return f"{self._where}.{name}"

    def take(self, name: str, kind: type[T]) -> T:
        """A field of exactly this JSON type (bool is not int)."""
        try:
            value = self._left.pop(name)
        except KeyError:
            raise Malformed("E_FIELD", self.at(name), found="nothing") from None
        if type(value) is not kind:
            raise Malformed("E_FIELD", self.at(name), expected=kind.__name__, found=type(value).__name__)
        return value

    def integer(self, name: str, least: int = 0, most: int = limits.FIGURE_MAXIMUM) -> int:
        """An integer within [least, most], else E_RANGE."""
        value = self.take(name, int)
        if not least <= value <= most:
            raise Malformed("E_RANGE", self.at(name), expected=f"{least} to {most}", found=value)
        return value

    def optional_count(self, name: str) -> int | None:
        """A count, or None where the field is left out."""
        return self.integer(name) if name in self._left else None

    def time(self, name: str = "time") -> int:
        """Seconds since 1970."""
        return self.integer(name, 0, MOST)

    def date(self, name: str) -> str:
        """A real calendar date, YYYY-MM-DD."""
        text = self.take(name, str)
        try:
            if _DATE.fullmatch(text) is None:
                raise ValueError
            date.fromisoformat(text)
        except ValueError:
            raise Malformed("E_FIELD", self.at(name), expected="a calendar date YYYY-MM-DD") from None
        return text

    def id(self, name: str) -> str:
        """An id [IDENT-1]."""
        value = self.take(name, str)
        if not is_id(value):
            raise Malformed("E_FIELD", self.at(name), expected="an id")
        return value

    def candidate_id(self, name: str) -> str:
        """A candidate's id [IDENT-1]."""
        value = self.take(name, str)
        if not is_candidate_id(value):
            raise Malformed("E_FIELD", self.at(name), expected="a candidate id")
        return value

    def text(self, name: str, most: int = limits.TITLE_CODE_POINTS) -> str:
        """A name, title or reason: 1 to `most` code points (E_LIMIT), not blank (E_NAME) [IDENT-2]."""
        value = self.take(name, str)
        if len(value) > most:
            raise Malformed("E_LIMIT", self.at(name), expected=f"at most {most} characters", found=len(value))
        if not value.strip():
            raise Malformed("E_NAME", self.at(name), expected="at least one visible character")
        return value

    def name(self, name: str = "name") -> str:
        """A name of at most 64 code points."""
        return self.text(name, limits.NAME_CODE_POINTS)

    def word(self, name: str, words: frozenset[str]) -> str:
        """One of a closed list."""
        value = self.take(name, str)
        if value not in words:
            raise Malformed("E_FIELD", self.at(name), expected="one of " + ", ".join(sorted(words)))
        return value

    def hash(self, name: str) -> Hash32:
        """64 hex digits as 32 bytes; also public keys."""
        return hash_of(self.take(name, str), self.at(name))

    def list(self, name: str, least: int = 0, most: int | None = None) -> list[Any]:
        """A list with a length within [least, most]: too long is E_LIMIT, too short E_FIELD."""
        value = self.take(name, list)
        if most is not None and len(value) > most:
            raise Malformed("E_LIMIT", self.at(name), expected=f"at most {most} entries", found=len(value))
        if len(value) < least:
            raise Malformed("E_FIELD", self.at(name), expected=f"at least {least} entries", found=len(value))
        return value

    def items(
        self, name: str, parse: Callable[[Any, str], T], least: int = 0, most: int | None = None
    ) -> tuple[T, ...]:
        """A list whose every entry is parsed by `parse(value, where)`."""
        where = self.at(name)
        return tuple(parse(value, f"{where}[{i}]") for i, value in enumerate(self.list(name, least, most)))

    def hashes(self, name: str, most: int) -> tuple[Hash32, ...]:
        """A list of hashes."""
        return self.items(name, hash_of, 0, most)

    def integers(self, name: str, least: int = 0, most: int = limits.FIGURE_MAXIMUM) -> tuple[int, ...]:
        """A flat list of integers, each within [least, most]."""
        return integers_of(self.take(name, list), self.at(name), least, most)


def hash_of(value: object, where: str) -> Hash32:
    """A hash in JSON as bytes, or Malformed E_FIELD."""
    if type(value) is not str or not is_hash(value):
        raise Malformed("E_FIELD", where, expected="64 lower-case hex digits")
    return Hash32(bytes.fromhex(value))


def id_of(value: object, where: str) -> str:
    """An id inside a list, or Malformed E_FIELD."""
    if type(value) is not str or not is_id(value):
        raise Malformed("E_FIELD", where, expected="an id")
    return value


def integer_of(value: object, where: str, least: int = 0, most: int = limits.FIGURE_MAXIMUM) -> int:
    """An integer inside a list, or Malformed E_FIELD, E_RANGE."""
    if type(value) is not int:
        raise Malformed("E_FIELD", where, expected="an integer")
    if not least <= value <= most:
        raise Malformed("E_RANGE", where, expected=f"{least} to {most}", found=value)
    return value


def integers_of(value: object, where: str, least: int = 0, most: int = limits.FIGURE_MAXIMUM) -> tuple[int, ...]:
    """A flat list of integers, or Malformed E_FIELD, E_RANGE. The hot path of every batch: one pass, C loops."""
    if type(value) is not list or not set(map(type, value)) <= _INTEGERS:
        raise Malformed("E_FIELD", where, expected="a list of integers")
    if value and (min(value) < least or max(value) > most):
        raise Malformed("E_RANGE", where, expected=f"{least} to {most}")
    return tuple(value)


def parts_of(value: object, where: str, length: int) -> list[Any]:
    """A list of exactly `length` entries (a tuple in JSON), or Malformed E_FIELD."""
    if type(value) is not list or len(value) != length:
        raise Malformed("E_FIELD", where, expected=f"a list of {length}")
    return value


def text_of(value: object, where: str, most: int = limits.NAME_CODE_POINTS) -> str:
    """A name inside a list, or Malformed E_FIELD, E_LIMIT, E_NAME."""
    return Reader({"text": value}, where).text("text", most)


def distinct(values: list[str], where: str) -> None:
    """Raise Malformed E_FIELD if an id stands twice."""
    if len(set(values)) != len(values):
        raise Malformed("E_FIELD", where, expected="distinct ids")


def ascending(values: Sequence[str]) -> bool:
    """Whether strings rise in byte order, so that each stands once (code points order as their UTF-8 bytes do)."""
    return all(first < second for first, second in itertools.pairwise(values))
