"""Area `sealed` [BALLOT-1] [BALLOT-2] [BALLOT-3] [BALLOT-4]: a sealed part against the record that commits to it.

The record is a batch of two papers; whoever checks needs its unit note, layout and profile beside it.
"""

import json
import struct
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from tests.profiles import profile_body
from tests.world import VOTE_A, VOTE_B, WRITE_IN, StationDesk, World, papers
from tools.vectors.forge import changed, find, parts
from tools.vectors.form import Json, Vector, bad, good, spell

MAGIC = b"changpiao/v1 sealed\n"
HEAD = len(MAGIC) + 32 + 4


def _batch(rows: list[bytes], names: list[str]) -> tuple[World, bytes, bytes]:
    world = World()
    desk = StationDesk(world, "v1", "1")
    desk.open()
    note = desk.batch(rows, names)
    (part,) = desk.sealed.values()
    return world, note, part.encode()


def _given(world: World, note: bytes, sealed: bytes) -> Json:
    unit = parts(world.entries[find(world.entries, "unit")])[1]
    return {
        "sealed_hex": sealed.hex(), "unit_json": unit, "layout": "village",
        "profile_json": profile_body(), "record_note_hex": note.hex(),
    }  # fmt: skip


def committed(note: bytes, sealed: bytes) -> bytes:
    """The record with the hash of another sealed part."""
    return changed(note, lambda body: body.update(sealed=sha256(sealed).hexdigest()))


def tail_of(sealed: bytes, change: Callable[[Json], Any]) -> bytes:
    """The sealed part with its tail changed."""
    papers_, width = struct.unpack_from(">HH", sealed, HEAD - 4)
    end = HEAD + papers_ * width
    body = json.loads(sealed[end:])
    change(body)
    return sealed[:end] + spell(body)


def _decide_silently(body: Json) -> None:
    body["adjudications"].append([2, "chair", " "])


def _shapes(sealed: bytes) -> Iterator[tuple[str, str, bytes]]:
    papers_, width = struct.unpack_from(">HH", sealed, HEAD - 4)
    end = HEAD + papers_ * width
    yield "empty", "no bytes", b""
    yield "magic", "another first line", sealed.replace(b"/v1 sealed", b"/v2 sealed", 1)
    yield "head-cut", "cut within the secret", sealed[:40]
    yield "rows-cut", "cut within the rows", sealed[: end - 3]
    yield "no-tail", "no tail", sealed[:end]
    yield "tail-cut", "cut within the tail", sealed[:-1]
    yield "tail-line-end", "a byte behind the tail", sealed + b"\n"
    yield "tail-spelling", "the tail is canonical JSON", sealed[:end] + sealed[end:].replace(b":", b": ", 1)
    yield "tail-field", "a further field in the tail", tail_of(sealed, lambda b: b.update(x=1))
    yield "tail-no-times", "a field is missing in the tail", tail_of(sealed, lambda b: b.pop("to"))
    yield "tail-salt", "a salt of 15 bytes", tail_of(sealed, lambda b: b["names"][0].__setitem__(1, "00" * 15))
    yield "width", "a width that is not the layout's", sealed[: HEAD - 2] + struct.pack(">H", width - 1) + sealed[HEAD:]
    fewer = sealed[: HEAD - 4] + struct.pack(">HH", papers_ - 1, width) + sealed[HEAD : end - width] + sealed[end:]
    yield "papers-fewer", "one paper less than the figures", fewer
    none = sealed[: HEAD - 4] + struct.pack(">HH", 0, width) + sealed[end:]
    yield "papers-none", "no papers", none
    yield "reason-blank", "a decision without a reason", tail_of(sealed, _decide_silently)
    yield "name-salt", "a name's salt is another", tail_of(sealed, lambda b: b["names"][0].__setitem__(1, "00" * 16))
    yield "name-other", "another name than committed", tail_of(sealed, lambda b: b["names"][0].__setitem__(2, "王小三"))
    yield "name-number", "a name's number is another", tail_of(sealed, lambda b: b["names"][0].__setitem__(0, 7))
    yield "name-missing", "a name is not opened", tail_of(sealed, lambda b: b["names"].pop())
    more = tail_of(sealed, lambda b: b["names"].append([3, "00" * 16, "多"]))
    yield "name-more", "a name that the record does not commit to", more


def vectors() -> Iterator[Vector]:
    """Good and bad sealed parts."""
    rows = [*papers(2, VOTE_A), *papers(1, WRITE_IN)]
    world, note, sealed = _batch(rows, ["王小二", "李四"])
    yield good("sealed", "good", "papers with written-in names", _given(world, note, sealed), {"papers": 3})
    plain = _batch(papers(100, VOTE_B), [])
    yield good("sealed", "good-100", "a hundred papers", _given(*plain), {"papers": 100})
    single = _batch(papers(1, VOTE_B), [])
    yield good("sealed", "good-1", "one paper", _given(*single), {"papers": 1})
    judged = tail_of(sealed, lambda b: b["adjudications"].append([2, "chair", "字迹不清"]))
    yield good("sealed", "good-adjudication", "a decision about a row travels with it",
               _given(world, committed(note, judged), judged), {"papers": 3})  # fmt: skip
    for what, comment, data in _shapes(sealed):
        yield bad("sealed", what, comment, _given(world, committed(note, data), data), "E_SEALED")
    yield bad("sealed", "hash", "the part of another record", _given(world, note, judged), "E_SEALED")
    secret = sealed[: len(MAGIC)] + bytes(32) + sealed[HEAD - 4 :]
    yield bad(
        "sealed",
        "secret",
        "other salts: the root is another",
        _given(world, committed(note, secret), secret),
        "E_COMMITMENT",
    )
    swapped = sealed[:HEAD] + bytes(WRITE_IN) + bytes(VOTE_A) * 2 + sealed[HEAD + 24 :]
    yield bad(
        "sealed",
        "rows-swapped",
        "rows in another order",
        _given(world, committed(note, swapped), swapped),
        "E_COMMITMENT",
    )
    root = changed(note, lambda body: body.update(root="f" * 64))
    yield bad("sealed", "root", "a root that is nobody's", _given(world, root, sealed), "E_COMMITMENT")
    wrong = changed(note, _move_vote)
    yield bad(
        "sealed",
        "count",
        "a vote moved from one candidate to another; every sum holds",
        _given(world, wrong, sealed),
        "E_COUNT",
    )
    names = changed(note, lambda body: body.update(write_ins=[[0, 1, 1], [1, 1, 1]]))
    yield bad(
        "sealed", "count-names", "a written-in vote given to another name", _given(world, names, sealed), "E_COUNT"
    )


def _move_vote(body: Json) -> None:
    for figures in (body["figures"], body["running"]):
        a, b = 13, 17  # approve of the first and the second candidate of `chair`; abstain is three further
        figures[a], figures[a + 3], figures[b], figures[b + 3] = (
            figures[a] - 1, figures[a + 3] + 1, figures[b] + 1, figures[b + 3] - 1,
        )  # fmt: skip
