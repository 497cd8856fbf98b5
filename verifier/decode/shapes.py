"""Shapes of fields: small checkers that a table of kinds is made of. Each refuses with the code of spec/2.

Serves [KIND-1], [IDENT-1], [IDENT-2], [CONV-2].
Worked example: `listed(HASH, 0, 8)(["00" * 32], "evidence")` passes; nine hashes are E_LIMIT.
"""

import base64
import binascii
import datetime
import itertools
import re
from collections.abc import Callable, Collection
from typing import Final

from verifier.findings.codes import Refused

Shape = Callable[[object, str], None]

_ID: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,31}")
_CANDIDATE_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}")
BILLION: Final = 10**9


def _field(expected: str, where: str) -> Refused:
    return Refused("E_FIELD", expected, where)


def matching(pattern: str, expected: str) -> Shape:
    """A string that fits a pattern as a whole."""
    fits = re.compile(pattern).fullmatch

    def check(value: object, where: str) -> None:
        if type(value) is not str or not fits(value):
            raise _field(expected, where)

    return check


def words(*allowed: str) -> Shape:
    """One of a closed list of words."""
    known = frozenset(allowed)

    def check(value: object, where: str) -> None:
        if type(value) is not str or value not in known:
            raise _field(f"one of {', '.join(sorted(known))}", where)

    return check


def integer(low: int = 0, high: int = BILLION) -> Shape:
    """An integer; out of its range is E_RANGE [KIND-1]."""

    def check(value: object, where: str) -> None:
        if type(value) is not int:
            raise _field("an integer", where)
        if not low <= value <= high:
            raise Refused("E_RANGE", f"{low} to {high}", where)

    return check


def integers(low: int = 0, high: int = BILLION) -> Shape:
    """A flat list of integers, such as figures; checked in bulk because every batch has two of them."""

    def check(value: object, where: str) -> None:
        if type(value) is not list or not set(map(type, value)) <= {int}:
            raise _field("a list of integers", where)
        if value and not (low <= min(value) and max(value) <= high):
            raise Refused("E_RANGE", f"integers {low} to {high}", where)

    return check


def figures_of_batch(value: object, where: str) -> None:
    """Figures begin with the papers of the batch: 1 to 100 (the limit `batch_papers`; E_RANGE is named in [KIND-1])."""
    integers()(value, where)
    if isinstance(value, list):
        if not value:
            raise _field("figures that begin with the papers", where)
        if not 1 <= value[0] <= 100:
            raise Refused("E_RANGE", "1 to 100 papers", where)


def written(limit: int, *, visible: bool, least: int = 1) -> Shape:
    """A text of 1 to `limit` code points; too long is E_LIMIT, without a visible character E_NAME [IDENT-2]."""

    def check(value: object, where: str) -> None:
        if type(value) is not str:
            raise _field("a text", where)
        if len(value) > limit:
            raise Refused("E_LIMIT", f"at most {limit} characters", where)
        if visible and not value.strip() and (value or least):
            raise Refused("E_NAME", "at least one character that is not white space", where)
        if len(value) < least:
            raise _field("at least one character", where)

    return check


def reference(value: object, where: str) -> None:
    """Who is meant: a candidate's id, or `+` and the name of a written-in person (spec/8, Persons)."""
    if type(value) is str and value.startswith("+"):
        if 2 <= len(value) <= 65 and value[1:].strip():
            return
    elif type(value) is str and _CANDIDATE_ID.fullmatch(value):
        return
    raise _field("a candidate's id, or + and a name", where)


def flag(value: object, where: str) -> None:
    """A boolean."""
    if type(value) is not bool:
        raise _field("true or false", where)


def date(value: object, where: str) -> None:
    """A real calendar date `YYYY-MM-DD`."""
    if type(value) is not str or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise _field("YYYY-MM-DD", where)
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        raise _field("a real calendar date", where) from None


def base64_of(size: int) -> Shape:
    """Canonical base64 of exactly `size` bytes."""

    def check(value: object, where: str) -> None:
        if type(value) is not str:
            raise _field("base64", where)
        if len(canonical_base64(value)) != size:
            raise _field(f"base64 of {size} bytes", where)

    return check


def canonical_base64(text: str) -> bytes:
    """Decode base64 that has its one spelling; spare bits and missing padding are E_B64."""
    try:
        raw = binascii.a2b_base64(text.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError):
        raise Refused("E_B64", "canonical base64", "other characters or length") from None
    if base64.b64encode(raw).decode() != text:
        raise Refused("E_B64", "canonical base64", "another spelling of the same bytes")
    return raw


def listed(item: Shape, low: int, high: int, *, ascending: bool = False, key: str = "") -> Shape:
    """A list; too long is E_LIMIT. `ascending`: strictly; `key`: field of the items that must be distinct."""

    def check(value: object, where: str) -> None:
        if type(value) is not list:
            raise _field("a list", where)
        if len(value) > high:
            raise Refused("E_LIMIT", f"at most {high} entries", where)
        if len(value) < low:
            raise _field(f"at least {low} entries", where)
        for place, entry in enumerate(value):
            item(entry, f"{where}[{place}]")
        if ascending and any(a >= b for a, b in itertools.pairwise(value)):
            raise _field("ascending and distinct entries", where)
        if key and len({entry[key] for entry in value}) != len(value):
            raise _field(f"distinct {key}", where)

    return check


def row(*shapes: Shape) -> Shape:
    """A list of fixed length, each place with its own shape."""

    def check(value: object, where: str) -> None:
        if type(value) is not list or len(value) != len(shapes):
            raise _field(f"a list of {len(shapes)} values", where)
        for place, (shape, entry) in enumerate(zip(shapes, value, strict=True)):
            shape(entry, f"{where}[{place}]")

    return check


def fields(table: dict[str, Shape], optional: Collection[str] = ()) -> Shape:
    """An object with exactly these fields [KIND-1]: further = E_UNKNOWN_FIELD, missing = E_FIELD."""
    required = frozenset(table) - frozenset(optional)
    known = frozenset(table)
    order = sorted(table.items())

    def check(value: object, where: str) -> None:
        if type(value) is not dict:
            raise _field("an object", where)
        present = value.keys()
        if not present <= known:
            raise Refused("E_UNKNOWN_FIELD", "only the fields of the kind", _dotted(where, min(present - known)))
        if not required <= present:
            raise _field("the field to be present", _dotted(where, min(required - present)))
        for name, shape in order:
            if name in value:
                shape(value[name], _dotted(where, name))

    return check


def _dotted(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


IDENT: Final = matching(_ID.pattern, "an id of 1 to 32 characters A-Z a-z 0-9 _ . -")
CANDIDATE: Final = matching(_CANDIDATE_ID.pattern, "a candidate id that begins with a letter, digit or _")
HASH: Final = matching("[0-9a-f]{64}", "64 hex characters")
SALT: Final = matching("[0-9a-f]{32}", "32 hex characters")
NAME: Final = written(64, visible=True)
TITLE: Final = written(200, visible=True)
REASON: Final = written(200, visible=True)
COUNT: Final = integer()
SIGNED: Final = integer(-BILLION, BILLION)
POSITIVE: Final = integer(1)
TIME: Final = integer(0, 2**53 - 1)
