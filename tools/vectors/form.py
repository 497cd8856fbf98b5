"""What a vector is made of: area, name, comment, input, and the value or the code that must come out [CONV-1]."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Vector:
    """One scenario; `file` is `<area>-<what>.json`."""

    area: str
    what: str
    comment: str
    input: Mapping[str, Any]
    expect: Mapping[str, Any]

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.area}-{self.what}.json"

    def encode(self) -> bytes:
        """The bytes of its file."""
        value = {"area": self.area, "comment": self.comment, "input": self.input, "expect": self.expect}
        return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def good(
    area: str, what: str, comment: str, given: Mapping[str, Any], value: Mapping[str, Any] | None = None
) -> Vector:
    """A vector that must be accepted with this value."""
    return Vector(area, what, comment, given, {"ok": value or {}})


def bad(area: str, what: str, comment: str, given: Mapping[str, Any], code: str) -> Vector:
    """A vector that must be refused with this code."""
    return Vector(area, what, comment, given, {"error": code})


def spell(value: Json) -> bytes:
    """Canonical JSON without the checks of our own encoder: faults in values must be spellable."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def set_(**fields: Any) -> Callable[[Json], Any]:
    """A change that replaces or adds fields."""
    return lambda body: body.update(fields)


def sure(holds: bool, what: str) -> None:
    """Stop the maker where a published value does not come out: its own arithmetic is wrong."""
    if not holds:
        raise SystemExit(f"make_vectors: {what}")
