"""How the parts of a profile are read and written: one line a field, type and range beside its name [PROF-1].

A part is a dataclass; its fields come from `word`, `words`, `integer`, `boolean`, `sentence`, `ident`, `day`, `key`, or
are parts themselves. `read_part` and `body_of` are inverse; what is unset, unknown or of a wrong type is Malformed.
"""

from collections.abc import Callable
from dataclasses import field, fields
from typing import Any, TypeVar

from tally_protocol import limits
from tally_protocol.errors import Malformed
from tally_protocol.fields import JsonObject, Reader, ascending

T = TypeVar("T")
_READ = "read"


def _field(read: Callable[[Reader, str], object], **told: object) -> Any:
    return field(metadata={_READ: read, **told})


def word(*allowed: str) -> Any:
    """One of a closed list of words; the list is `metadata["words"]`."""
    known = frozenset(allowed)
    return _field(lambda read, name: read.word(name, known), words=allowed)


def words(*allowed: str) -> Any:
    """At least one of a closed list of words, ascending, each once."""

    def read_words(read: Reader, name: str) -> tuple[str, ...]:
        found = read.items(name, _text, 1, len(allowed))
        if not set(found) <= set(allowed) or not ascending(found):
            raise Malformed("E_FIELD", read.at(name), expected="ascending words of " + ", ".join(sorted(allowed)))
        return found

    return _field(read_words, words=allowed)


def _text(value: object, where: str) -> str:
    if type(value) is not str:
        raise Malformed("E_FIELD", where, expected="a string", found=type(value).__name__)
    return value


def integer(least: int, most: int = limits.FIGURE_MAXIMUM) -> Any:
    """An integer within [least, most], else E_RANGE."""
    return _field(lambda read, name: read.integer(name, least, most), least=least, most=most)


def boolean() -> Any:
    """`true` or `false`."""
    return _field(lambda read, name: read.take(name, bool))


def sentence() -> Any:
    """A sentence of 1 to 200 characters."""
    return _field(lambda read, name: read.text(name, limits.TITLE_CODE_POINTS))


def key() -> Any:
    """A string that is looked up elsewhere."""
    return _field(lambda read, name: read.take(name, str))


def ident() -> Any:
    """An id [IDENT-1]."""
    return _field(lambda read, name: read.id(name))


def day() -> Any:
    """A real calendar date, YYYY-MM-DD."""
    return _field(lambda read, name: read.date(name))


def special(read: Callable[[Reader, str], object]) -> Any:
    """A field with a reader of its own."""
    return _field(read)


def read_part(kind: type[T], value: object, where: str) -> T:
    """Read an object into a part; raises Malformed E_FIELD, E_RANGE, E_LIMIT, E_NAME, E_UNKNOWN_FIELD [PROF-1]."""
    read = Reader(value, where)
    found = {}
    for one in fields(kind):  # type: ignore[arg-type]
        if _READ in one.metadata:
            found[one.name] = one.metadata[_READ](read, one.name)
        else:
            kind_of_part: type[Any] = one.type  # type: ignore[assignment]
            found[one.name] = read_part(kind_of_part, read.take(one.name, dict), read.at(one.name))
    read.done()
    return kind(**found)


def body_of(value: object) -> JsonObject:
    """The JSON object of a part; inverse of `read_part`."""
    return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}  # type: ignore[arg-type]


def _plain(value: object) -> Any:
    match value:
        case bool() | int() | str():
            return value
        case tuple():
            return [_plain(entry) for entry in value]
        case _:
            return body_of(value)
