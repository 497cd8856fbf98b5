"""Ids and small parts that both NIST files use: places, units, stations and contests numbered by their order.

NIST ids must be XML names, ours may begin with a digit: `u3.c2` is the second contest of the third unit, and our own
ids stand beside as external identifiers.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from coordinator.exports.reading import Published
from tally_protocol.fields import JsonObject
from tally_protocol.record.unit_chain import UnitState

ROOT: Final = "place.0"
# what a name ends with, the kind of reporting unit: 1500-100 has no word for a street office or a community
_ENDINGS: Final = (
    ("省", "state"), ("自治区", "state"), ("县", "county"), ("旗", "county"), ("市", "city"), ("区", "borough"),
    ("乡", "township"), ("镇", "town"), ("村", "village"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prefix:
    """The namespace of a file's types: `ElectionResults` or `CVR`."""

    name: str

    def typed(self, kind: str, **fields: object) -> JsonObject:
        """An object of a class."""
        return {"@type": f"{self.name}.{kind}", **fields}


def ordered_units(published: Published) -> list[UnitState]:
    """Units by id (bytes), as everywhere."""
    return sorted(published.county.units.values(), key=lambda state: state.unit.id.encode())


def place_ids(states: Iterable[UnitState]) -> dict[tuple[str, ...], str]:
    """Id of every place that a unit is in; the root is first."""
    found: set[tuple[str, ...]] = {()}
    for state in states:
        found |= {state.unit.place[:depth] for depth in range(1, len(state.unit.place) + 1)}
    return {place: f"place.{number}" for number, place in enumerate(sorted(found))}


def unit_kind(name: str) -> tuple[str, str]:
    """(Type, OtherType) of a place by the last word of its name; OtherType is empty where a Type fits."""
    for ending, kind in _ENDINGS:
        if name.endswith(ending):
            return kind, ""
    return "other", "行政层级 administrative level"


def write_object(path: Path, head: Mapping[str, object], lists: Mapping[str, Iterable[object]]) -> None:
    """A JSON object whose lists are written element by element: memory stays flat."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write("{\n")
        stream.write(",\n".join(f"{json.dumps(name)}: {_text(value)}" for name, value in head.items()))
        for name, items in lists.items():
            stream.write(f",\n{json.dumps(name)}: ")
            _write_list(stream, items)
        stream.write("\n}\n")


class Nested:
    """One object inside a list whose own lists are written element by element."""

    def __init__(self, head: Mapping[str, object], lists: Mapping[str, Iterable[object]]) -> None:
        """Nothing is read before it is written."""
        self.head, self.lists = head, lists


def _write_list(stream: TextIO, items: Iterable[object]) -> None:
    stream.write("[")
    for number, item in enumerate(items):
        stream.write(",\n" if number else "\n")
        if isinstance(item, Nested):
            stream.write("{" + ", ".join(f"{json.dumps(name)}: {_text(value)}" for name, value in item.head.items()))
            for name, inner in item.lists.items():
                stream.write(f", {json.dumps(name)}: ")
                _write_list(stream, inner)
            stream.write("}")
        else:
            stream.write(_text(item))
    stream.write("]")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def numbered(states: Iterable[UnitState]) -> Iterator[tuple[str, UnitState]]:
    """(id, state) of every unit."""
    for number, state in enumerate(states, 1):
        yield f"u{number}", state
