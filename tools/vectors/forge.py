"""A competent forger: takes good notes apart, changes one thing, signs again with the right keys.

The small county of tests/world.py derives every key from its name, so whoever signed can sign again.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

from tally_protocol.record.signing import sign_text
from tests.committee import counted_world
from tests.world import signer
from tools.vectors.form import Json, spell

Change = Callable[[Json], Any]


def parts(note: bytes) -> tuple[str, Json, list[str]]:
    """Kind, fields and key names of a note."""
    text, _, lines = note.decode().rpartition("\n\n")
    head, _, document = text.partition("\n")
    return head.split(" ")[1], json.loads(document), [line.split(" ")[1] for line in lines.splitlines()]


def text_of(kind: str, body: Json) -> bytes:
    """The signed bytes of a record, whatever it says."""
    return f"changpiao/v1 {kind}\n".encode() + spell(body) + b"\n"


def sign(text: bytes, names: Iterable[str]) -> bytes:
    """A note of a text with a line of each name."""
    return sign_text(text, [signer(name) for name in names])


def changed(note: bytes, change: Change) -> bytes:
    """The note with its fields changed, signed again by the same names."""
    kind, body, names = parts(note)
    change(body)
    return sign(text_of(kind, body), names)


def hash_hex(note: bytes) -> str:
    """The hash by which others cite the note."""
    return sha256(note.rpartition(b"\n\n")[0] + b"\n").hexdigest()


def reforge(entries: Sequence[bytes], index: int, change: Change) -> list[bytes]:
    """Change one entry; all later ones cite the new hashes and are signed again."""
    result = list(entries[:index])
    moved: dict[str, str] = {}
    for place, note in enumerate(entries[index:], index):
        kind, body, names = parts(note)
        text = spell(body).decode()
        for old, new in moved.items():
            text = text.replace(old, new)
        body = json.loads(text)
        if place == index:
            change(body)
        made = sign(text_of(kind, body), names)
        moved[hash_hex(note)] = hash_hex(made)
        result.append(made)
    return result


@lru_cache(maxsize=8)
def county(**options: Any) -> tuple[bytes, ...]:
    """The entries of a whole counted county, before the county's determinations."""
    return tuple(counted_world(determined=False, **options).entries)


def find(entries: Sequence[bytes], kind: str, nth: int = 0) -> int:
    """The index of the nth entry of a kind."""
    found = [i for i, note in enumerate(entries) if note.startswith(f"changpiao/v1 {kind}\n".encode())]
    return found[nth]
