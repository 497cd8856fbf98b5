"""Whose entry is this? A look at the bytes that is exact for every valid record, so work can be shared out by unit.

For a record that is not valid the answer may be wrong, which is harmless: whoever gets it refuses it.
"""

import re
from typing import Final, NamedTuple

_CHAIN: Final = re.compile(rb'"chain":"([^"]*)"')
_UNIT: Final = re.compile(rb'"election":"[0-9a-f]{64}","id":"([^"]*)","layouts":')
_ROSTER: Final = re.compile(rb'"unit":"([^"]*)","version":[0-9]+\}\n\n')
_DETERMINED: Final = re.compile(rb'"unit":"([^"]*)"\}\n\n')
_HEAD: Final = b"changpiao/v1 "
MANIFEST: Final = frozenset((b"election", b"roster", b"unit"))


class Route(NamedTuple):
    """Kind, chain and unit as the bytes show them; empty where they show none."""

    kind: bytes
    chain: str
    unit: bytes


def route(data: bytes) -> Route:
    """Kind, chain and unit of an entry."""
    end = data.find(b"\n", 0, 64)
    kind = data[len(_HEAD) : end] if end > 0 and data.startswith(_HEAD) else b""
    if kind in MANIFEST:
        match = (_UNIT if kind == b"unit" else _ROSTER).search(data) if kind != b"election" else None
        return Route(kind, "", match.group(1) if match else b"")
    match = _CHAIN.search(data)
    if match is None:
        return Route(kind, "", b"")
    chain = match.group(1)
    if kind == b"determination":  # of the county's chain, about a unit
        match = _DETERMINED.search(data)
        return Route(kind, chain.decode("utf-8", "replace"), match.group(1) if match else b"")
    parts = chain.split(b"/")
    return Route(kind, chain.decode("utf-8", "replace"), parts[1] if len(parts) > 1 else b"")
