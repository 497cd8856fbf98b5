"""Area `chain`, the sealed election: order, citations, keys, versions [SEAL-1] to [SEAL-5] [LOG-1] to [LOG-4]."""

from collections.abc import Iterator, Sequence

from tests.world import World
from tools.vectors.chain_records import receipt_body
from tools.vectors.chains import FLIP, accepted, broken
from tools.vectors.forge import changed, county, find, hash_hex, parts, reforge, sign, text_of
from tools.vectors.form import Vector, set_, spell
from tools.vectors.keys import small_order
from tools.vectors.manifest_records import ELECTION, UNIT, in_context
from tools.vectors.trees import leaf, node

AUTHORITY = "changpiao/county-test/authority"


def _sealed() -> list[bytes]:
    """The sealed election alone: election, two rosters and unit v1, roster and unit v2."""
    return list(county()[: find(county(), "open")])


def _within_notes(sealed: Sequence[bytes]) -> Iterator[Vector]:
    """Faults within one note that only a comparison of its parts shows."""
    for kind, faults in (("election", ELECTION), ("unit", UNIT)):
        at = find(sealed, kind)
        for what, comment, change, code in faults:
            if in_context(what, code):
                made = reforge(sealed, at, change)
                yield broken(f"{kind}-{what}", comment, made if kind == "election" else made[: at + 1], code)
    named = World(id="county").entries
    yield broken("election-rehearsal-unnamed", "a rehearsal must be named test", named, "E_TEST")
    real = World(id="county-test", test=False).entries
    yield broken("election-real-named-test", "a real election must not be named test", real, "E_TEST")


def _order(sealed: Sequence[bytes]) -> Iterator[Vector]:
    entries = county()
    opened = entries[find(entries, "open")]
    yield broken("log-no-election", "the log begins with a roster", sealed[1:2], "E_MANIFEST")
    yield broken(
        "log-early-record", "a record before the last unit note", [*sealed[:4], opened, *sealed[4:]], "E_ORDER"
    )
    yield broken("log-dup-unit", "a unit note twice", [*sealed, sealed[-1]], "E_DUP")
    yield broken("log-dup-election", "the election note twice", [*sealed, sealed[0]], "E_DUP")
    receipt = sign(text_of("receipt", receipt_body(entries)), ["changpiao/county-test/county"])
    yield broken("log-receipt", "a receipt is never an entry", [*entries, receipt], "E_KIND")
    for kind, body in (("objection", {"reason": "x"}), ("notice", {"a": 1})):
        text = f"changpiao/v1 {kind}\n".encode() + spell(body) + b"\n"
        yield broken(
            f"log-kind-{kind}", "a kind that version 1 does not have", [*sealed, sign(text, [AUTHORITY])], "E_KIND"
        )
    yield broken("log-not-a-note", "bytes that are no note", [*sealed, b"hello\n"], "E_NOTE")


def _citations(sealed: Sequence[bytes]) -> Iterator[Vector]:
    unit, roster = find(sealed, "unit"), find(sealed, "roster")
    before = list(sealed[:unit])
    for what, comment, change in (
        ("profile", "a profile that the election does not have", lambda b: b.update(profile="p9")),
        ("roster-unknown", "a roster that is not in the log", lambda b: b["stations"][0].update(roster=FLIP)),
        ("roster-of-other-station", "the other station's roster",
         lambda b: b["stations"][0].update(roster=b["stations"][1]["roster"])),
        ("version-2-first", "the first version is 1", lambda b: b.update(version=2)),
        ("prev-first", "the first version replaces nothing", lambda b: b.update(prev=FLIP)),
        ("committee-is-station", "a person with the id of a station", lambda b: b["committee"][1].update(id="2")),
        ("committee-one-key", "two members with one key",
         lambda b: b["committee"][1].update(key=b["committee"][0]["key"])),
        ("committee-two-keys", "one id with the key of its own here and another in a roster",
         lambda b: b["committee"][1].update(id="chair-1")),
    ):  # fmt: skip
        yield broken(f"unit-{what}", comment, [*before, changed(sealed[unit], change)], "E_MANIFEST")
    yield broken(
        "unit-election",
        "a unit of another election",
        [*before, changed(sealed[unit], lambda b: b.update(election=FLIP))],
        "E_ELECTION",
    )
    yield broken(
        "roster-election",
        "a roster of another election",
        [*sealed[:roster], changed(sealed[roster], lambda b: b.update(election=FLIP))],
        "E_ELECTION",
    )
    yield broken(
        "roster-version-2-first",
        "the first version is 1",
        [*sealed[:roster], changed(sealed[roster], lambda b: b.update(version=2))],
        "E_MANIFEST",
    )
    key = parts(sealed[roster])[1]["station_key"]
    made = reforge([*sealed], roster + 1, lambda b: b.update(station_key=key))
    yield broken("roster-station-key-twice", "two stations with one key", made[: unit + 1], "E_MANIFEST")
    last = find(sealed, "roster", 2)
    made = reforge([*sealed], last, lambda b: b.update(station_key=key))
    yield broken("roster-station-key-other-unit", "two units' stations with one key", made, "E_MANIFEST")
    official = parts(sealed[roster])[1]["officials"][0]["key"]
    made = reforge([*sealed], roster, lambda b: b["officials"][1].update(key=official))
    yield broken("roster-official-one-key", "two officials with one key", made[: unit + 1], "E_MANIFEST")
    for what, comment, root in (
        ("other", "the root of other units", FLIP),
        ("swapped-order", "the root of the ids in descending order", _descending()),
    ):
        made = reforge([*sealed], 0, set_(units_root=root))
        yield broken(f"units-root-{what}", comment, made, "E_MANIFEST_ROOT")
    renamed = [*sealed[:4], *_renamed(sealed[4:])]
    yield broken("units-other", "a unit that the root does not cover", renamed, "E_MANIFEST_ROOT")


def _descending() -> str:
    return node(leaf(b"v2"), leaf(b"v1")).hex()


def _renamed(notes: Sequence[bytes]) -> list[bytes]:
    """Roster and unit note of v2 under the name v3."""
    roster = changed(notes[0], lambda b: b.update(unit="v3"))
    unit = changed(notes[1], lambda b: (b.update(id="v3"), b["stations"][0].update(roster=hash_hex(roster))))
    return [roster, unit]


def _keys(sealed: Sequence[bytes]) -> Iterator[Vector]:
    weak = dict(small_order())["one"].hex()
    beyond = (2**255 - 19 + 3).to_bytes(32, "little").hex()
    yield broken(
        "weak-county-key",
        "a county key that accepts everything",
        reforge(sealed, 0, lambda b: b.update(county_key=weak)),
        "E_WEAK_KEY",
    )
    yield broken(
        "weak-log-key",
        "a log key in its second spelling",
        reforge(sealed, 0, lambda b: b["log"].update(ed25519=beyond)),
        "E_WEAK_KEY",
    )
    yield broken(
        "weak-station-key",
        "a station key that accepts everything",
        reforge(sealed, 1, lambda b: b.update(station_key=weak)),
        "E_WEAK_KEY",
    )
    yield broken(
        "weak-official",
        "an official's weak key",
        reforge(sealed, 1, lambda b: b["officials"][0].update(key=weak)),
        "E_WEAK_KEY",
    )
    unit = find(sealed, "unit")
    yield broken(
        "weak-member",
        "a committee member's weak key",
        reforge(sealed, unit, lambda b: b["committee"][0].update(key=beyond)),
        "E_WEAK_KEY",
    )


def _signers(sealed: Sequence[bytes]) -> Iterator[Vector]:
    county_key = "changpiao/county-test/county"
    for kind in ("election", "roster", "unit"):
        at = find(sealed, kind)
        text = sealed[at].rpartition(b"\n\n")[0] + b"\n"
        for what, comment, who in (
            ("by-county", "only the authority seals", [county_key]),
            ("by-two", "nobody seals beside it", [AUTHORITY, county_key]),
            ("twice", "one line", [AUTHORITY, AUTHORITY]),
        ):
            yield broken(f"{kind}-signed-{what}", comment, [*sealed[:at], sign(text, who)], "E_SIGNERS")
        other = sealed[find(sealed, "roster", 1)].rpartition(b"\n\n")[2]
        yield broken(f"{kind}-sig", "the signature of another text", [*sealed[:at], text + b"\n" + other], "E_SIG")


def _second(note: bytes, **fields: object) -> bytes:
    """The next version of a note."""
    return changed(note, lambda b: b.update({"version": b["version"] + 1, "prev": hash_hex(note), **fields}))


def _versions() -> Iterator[Vector]:
    sealed = _sealed()
    entries = county()
    first = find(entries, "open")
    at = find(sealed, "unit")
    opened, box = entries[first], entries[first + 1]
    newer = _second(sealed[at], name="新村")
    yield accepted("version-2", "a second version before the box is opened", [*sealed, newer])
    fresh = changed(opened, lambda b: b.update(unit_note=hash_hex(newer)))
    yield accepted("version-2-opened", "`open` cites the newest version", [*sealed, newer, fresh])
    hosted = _second(sealed[at], node="node-2")
    yield accepted("version-2-later", "a chain that is open keeps its version", [*sealed, opened, hosted, box])
    yield from _kept(sealed, opened, sealed[at])
    yield broken("open-old-version", "`open` cites an old version", [*sealed, newer, opened], "E_MANIFEST")
    roster = _second(sealed[1], node="node-2")
    moved = _second(sealed[at])
    moved = changed(moved, lambda b: b["stations"][0].update(roster=hash_hex(roster)))
    yield accepted("roster-version-2", "a station moves to another laptop", [*sealed, roster, moved])
    old = changed(opened, lambda b: b.update(unit_note=hash_hex(moved)))
    yield broken(
        "open-old-roster", "`open` cites the roster that was replaced", [*sealed, roster, moved, old], "E_MANIFEST"
    )
    leap = changed(newer, lambda b: b.update(version=3))
    yield broken("version-leap", "versions rise by one", [*sealed, leap], "E_MANIFEST")
    again = changed(newer, lambda b: b.update(version=1))
    yield broken("version-again", "version 1 a second time", [*sealed, again], "E_MANIFEST")
    loose = changed(newer, lambda b: b.update(prev=FLIP))
    yield broken("version-prev", "a version that replaces another text", [*sealed, loose], "E_MANIFEST")
    leap = changed(roster, lambda b: b.update(version=3))
    yield broken("roster-version-leap", "versions rise by one", [*sealed, leap], "E_MANIFEST")
    loose = changed(roster, lambda b: b.update(prev=FLIP))
    yield broken("roster-version-prev", "a version that replaces another text", [*sealed, loose], "E_MANIFEST")


def _kept(sealed: list[bytes], opened: bytes, unit: bytes) -> Iterator[Vector]:
    """What decides the result is sealed before the first paper [SEAL-5]."""
    changes: dict[str, dict[str, object]] = {
        "name": {"name": "新村"},
        "registered": {"registered": 1},
        "relations": {"relations": [["a", "b", "spouse"]]},
        "rules": {"rules": [["elected.base", "valid", "村民代表会议 2026-09-21"]]},
        "place": {"place": []},
    }
    later = {field: _second(unit, **change) for field, change in changes.items()}
    for name, edit in (
        ("candidate", lambda b: b["contests"][0]["candidates"][0].update(name="别人")),
        ("seats", lambda b: b["contests"][-1].update(seats=b["contests"][-1]["seats"] + 1)),
        ("station-registered", lambda b: b["stations"][0].update(registered=7)),
    ):
        later[name] = changed(_second(unit), edit)
    for name, note in later.items():
        entries = [*sealed, opened, note]
        yield broken(f"version-2-later-{name}", f"{name} changes after the first `open`", entries, "E_MANIFEST")


def vectors() -> Iterator[Vector]:
    """Sealed elections, right and wrong."""
    sealed = _sealed()
    yield from _within_notes(sealed)
    yield from _order(sealed)
    yield from _citations(sealed)
    yield from _keys(sealed)
    yield from _signers(sealed)
    yield from _versions()
