"""Areas `results` and, for `standings`, `chain` [STAND-1] [STAND-2] [STAND-3] [STAND-4]: the chain of totals."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from tally_protocol.merkle.hashing import leaf_hash, root_of
from tests.vectors.replay import replay
from tools.vectors.forge import county, find, hash_hex, reforge, sign, text_of
from tools.vectors.form import Json, Vector, bad, good, set_

COUNTY = "changpiao/county-test/county"


def with_standings(entries: list[bytes], size: int, change: Callable[[Json], Any] | None = None) -> list[bytes]:
    """The log with one more `standings` record over its first `size` entries."""
    before = [note for note in entries if note.startswith(b"changpiao/v1 standings\n")]
    results, totals = replay(entries[:size]).tree.root() if size else (bytes(32), {})
    body: Json = {
        "chain": "c", "election": hash_hex(entries[0]), "epoch": 1,
        "prev": hash_hex(before[-1]) if before else "0" * 64, "results": results.hex(),
        "root": root_of([leaf_hash(entry) for entry in entries[:size]]).hex(), "seq": len(before), "size": size,
        "time": 1_790_001_234, "totals": totals,
    }  # fmt: skip
    if change is not None:
        change(body)
    return [*entries, sign(text_of("standings", body), [COUNTY])]


@lru_cache(maxsize=1)
def standing_county() -> tuple[bytes, ...]:
    """The counted county with two standings at its end."""
    entries = with_standings(list(county()), 20)
    return tuple(with_standings(entries, len(entries)))


def _log(entries: list[bytes]) -> dict[str, list[str]]:
    return {"entries_hex": [note.hex() for note in entries]}


def _good(what: str, comment: str, entries: list[bytes]) -> Vector:
    results, totals = replay(entries).tree.root()
    return good("results", what, comment, _log(entries), {"results": results.hex(), "totals": totals})


def _bad(what: str, comment: str, entries: list[bytes], code: str) -> Vector:
    return bad("results", what, comment, _log(entries), code)


def _places() -> Iterator[Vector]:
    entries = list(county())[: find(county(), "open")]
    first, second = find(entries, "unit", 0), find(entries, "unit", 1)
    for what, comment, places in (
        ("same-place", "two units directly in one township", (["县", "东乡"], ["县", "东乡"])),
        ("two-townships", "two townships of one county", (["县", "东乡"], ["县", "西乡"])),
        ("two-levels", "one unit stands a level above the other", (["县"], ["县", "东乡"])),
        ("at-the-top", "units directly at the root", ([], [])),
        ("eight-levels", "eight levels", (list("一二三四五六七八"), ["一"])),
        ("name-like-a-unit", "a place and a unit may have one name: the keys differ", (["v2"], [])),
        ("key-order", "children ascend by bytes, not by any alphabet", (["𬱖乡"], ["\uff21乡"])),
    ):
        moved = reforge(entries, first, set_(place=places[0]))
        moved = reforge(moved, second, set_(place=places[1]))
        yield _good(f"places-{what}", comment, moved)


def _one_more(name: str) -> Callable[[Json], Any]:
    return lambda body: body["totals"].update({name: body["totals"][name] + 1})


def _faults(entries: list[bytes]) -> Iterator[Vector]:
    end = len(entries)
    flip = "f" * 64
    yield _bad(
        "size-ahead",
        "a size beyond the record's own place",
        with_standings(entries, end, lambda b: b.update(size=end + 1)),
        "E_STANDINGS",
    )
    yield _bad(
        "root", "the root of another tree", with_standings(entries, end, lambda b: b.update(root=flip)), "E_STANDINGS"
    )
    yield _bad(
        "root-of-older",
        "the root of a smaller prefix",
        with_standings(
            entries, end, lambda b: b.update(root=root_of([leaf_hash(note) for note in entries[:-1]]).hex())
        ),
        "E_STANDINGS",
    )
    yield _bad(
        "results", "another results tree", with_standings(entries, end, lambda b: b.update(results=flip)), "E_TOTAL"
    )
    older = replay(entries[:12]).tree.root()[0].hex()
    yield _bad(
        "results-of-older",
        "the results of an older prefix",
        with_standings(entries, end, lambda b: b.update(results=older)),
        "E_TOTAL",
    )
    for name in ("closed", "papers", "registered", "statements", "stations", "units"):
        yield _bad(
            f"totals-{name}", "one sum is one too high", with_standings(entries, end, _one_more(name)), "E_TOTAL"
        )
    once = with_standings(entries, end)
    yield _bad("same-size", "the same size again", with_standings(once, end), "E_STANDINGS")
    yield _bad("smaller-size", "an older prefix after a newer one", with_standings(once, end - 1), "E_STANDINGS")
    yield _bad("nothing-new", "only the standings before is new", with_standings(once, end + 1), "E_STANDINGS")
    yield _bad(
        "gap",
        "a standings record is missing",
        with_standings(entries, end, lambda b: b.update(seq=1, prev=flip)),
        "E_GAP",
    )
    yield _bad(
        "prev",
        "standings do not follow each other",
        with_standings(entries, end, lambda b: b.update(prev=flip)),
        "E_CHAIN",
    )
    body_signed = with_standings(entries, end)[-1]
    text = body_signed.rpartition(b"\n\n")[0] + b"\n"
    authority = sign(text, ["changpiao/county-test/authority"])
    yield _bad("signed-by-authority", "only the county signs standings", [*entries, authority], "E_SIGNERS")
    both = sign(text, [COUNTY, "changpiao/county-test/authority"])
    yield _bad("signed-by-two", "nobody else signs standings", [*entries, both], "E_SIGNERS")
    early = [*with_standings(entries[:3], 3), *entries[3:6]]
    yield _bad("before-units", "standings before all unit notes", early, "E_ORDER")


def vectors() -> Iterator[Vector]:
    """Good and bad standings."""
    entries = list(county())
    yield _good("none", "a whole county without standings", entries)
    yield _good("manifest-only", "sealed, nothing counted", entries[: find(entries, "open")])
    yield _good("half-way", "some stations are still counting", entries[:20])
    yield _good("one", "one standings record at the end", with_standings(entries, len(entries)))
    yield _good("older-prefix", "the newest entries may be uncovered", with_standings(entries, len(entries) - 5))
    yield _good("two", "two standings", list(standing_county()))
    early = with_standings(entries[:15], 15)
    yield _good("in-between", "counting goes on after standings", with_standings([*early, *entries[15:]], len(entries)))
    yield _good(
        "manifest-covered",
        "the first standings may cover the sealed election alone",
        with_standings(entries[:12], find(entries, "open")),
    )
    yield from _places()
    yield from _faults(entries[:16])
