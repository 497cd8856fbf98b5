"""Area `record`, sealed election: a good note a kind, one fault a rule [IDENT-1] [SEAL-1] [SEAL-3] [KIND-1]."""

from collections.abc import Callable, Iterator
from typing import Any

from tools.vectors.forge import changed, county, find, hash_hex, parts, sign
from tools.vectors.form import Json, Vector, bad, good, set_, sure

Faults = tuple[tuple[str, str, Callable[[Json], Any], str], ...]


def drop(name: str) -> Callable[[Json], Any]:
    """Leave a field out."""
    return lambda body: body.pop(name)


def in_context(what: str, code: str) -> bool:
    """Whether a fault shows only when a note's parts are compared; those stand in area `chain`."""
    return code in {"E_MANIFEST", "E_TEST"} or what.endswith("-cells")


def accepted(what: str, comment: str, note: bytes) -> Vector:
    """A record that must be read."""
    value = {"kind": parts(note)[0], "hash": hash_hex(note)}
    return good("record", f"good-{what}", comment, {"note_hex": note.hex()}, value)


def refused(note: bytes, kind: str, faults: Faults) -> Iterator[Vector]:
    """One vector a fault."""
    for what, comment, change, code in faults:
        if in_context(what, code):
            continue
        given = {"note_hex": changed(note, change).hex()}
        yield bad("record", f"{kind}-{what}", comment, given, code)


def _many(profile: Json) -> list[Json]:
    return [{**profile, "id": f"p{place}"} for place in range(17)]


ELECTION: Faults = (
    ("unknown-field", "a further field", set_(note="x"), "E_UNKNOWN_FIELD"),
    ("missing-threshold", "a field is missing", drop("threshold"), "E_FIELD"),
    ("threshold-49", "the threshold may only be raised", set_(threshold=49), "E_RANGE"),
    ("test-is-string", 'true, not "true"', set_(test="true"), "E_FIELD"),
    ("test-flag-off", "a real election must not be named test", set_(test=False), "E_TEST"),
    ("test-not-in-origin", "a rehearsal's log must be named test", set_(origin="log.example/county"), "E_TEST"),
    ("date-february-30", "a date of the calendar", set_(date="2026-02-30"), "E_FIELD"),
    ("date-short", "one spelling of a date", set_(date="2026-9-21"), "E_FIELD"),
    ("date-basic-form", "the other ISO spelling", set_(date="20260921"), "E_FIELD"),
    ("spec-2", "another version", set_(spec=2), "E_RANGE"),
    ("policy", "no witness policy in version 1", set_(policy="some"), "E_FIELD"),
    ("origin-space", "a space in the origin", set_(origin="log.example/ test"), "E_FIELD"),
    ("origin-plus", "a plus in the origin", set_(origin="log.example/test+1"), "E_FIELD"),
    ("origin-empty", "no origin", set_(origin=""), "E_FIELD"),
    ("origin-chinese", "the origin is ASCII", set_(origin="县test"), "E_FIELD"),
    ("origin-256", "256 characters", set_(origin="test" * 64), "E_FIELD"),
    ("units-0", "at least one unit", set_(units=0), "E_RANGE"),
    ("units-boolean", "true is no number", set_(units=True), "E_FIELD"),
    ("title-blank", "a title without a visible character", set_(title=" \u3000"), "E_NAME"),
    ("title-201", "201 code points", set_(title="题" * 201), "E_LIMIT"),
    ("profiles-empty", "at least one profile", set_(profiles=[]), "E_FIELD"),
    ("profiles-twice", "ids of profiles are distinct", lambda b: b["profiles"].append(b["profiles"][0]), "E_FIELD"),
    ("authority-upper", "hex is lower case", lambda b: b.update(authority=b["authority"].upper()), "E_FIELD"),
    ("authority-short", "a key has 64 digits", lambda b: b.update(authority=b["authority"][:62]), "E_FIELD"),
    ("log-key-short", "an ML-DSA-44 key has 1,312 bytes", lambda b: b["log"].update(mldsa44="AAAA"), "E_FIELD"),
    ("log-field", "a further field in log", lambda b: b["log"].update(x=1), "E_UNKNOWN_FIELD"),
    (
        "signers-no-statement",
        "a statement is signed by somebody",
        lambda b: b["profiles"][0]["signers"].update(statement=[]),
        "E_FIELD",
    ),
    ("signers-role", "a role that nobody has", lambda b: b["profiles"][0]["signers"].update(open=["boss"]), "E_FIELD"),
    ("signers-nine", "nine roles", lambda b: b["profiles"][0]["signers"].update(open=["teller"] * 9), "E_LIMIT"),
    ("dup-post", "a rule that does not exist", lambda b: b["profiles"][0]["ballot"].update(dup_post="none"), "E_FIELD"),
    ("profiles-17", "seventeen profiles", lambda b: b.update(profiles=_many(b["profiles"][0])), "E_LIMIT"),
    ("min-votes-0", "at least one vote", lambda b: b["profiles"][0]["names"].update(min_votes=0), "E_RANGE"),
    ("id-dot-first", "an id does not begin with a dot", set_(id=".test"), "E_FIELD"),
    ("id-slash", "an id has no slash", set_(id="test/1"), "E_FIELD"),
    ("id-33", "33 characters", set_(id="test" + "x" * 29), "E_FIELD"),
    ("id-empty", "no character", set_(id=""), "E_FIELD"),
    ("id-chinese", "ids are ASCII", set_(id="test县"), "E_FIELD"),
)


def _contest(place: int, **fields: Any) -> Callable[[Json], Any]:
    return lambda body: body["contests"][place].update(fields)


def _candidate(**fields: Any) -> Callable[[Json], Any]:
    return lambda body: body["contests"][0]["candidates"][0].update(fields)


def _widen(body: Json) -> None:
    people = [{"id": f"c{i}", "name": "甲"} for i in range(293)]
    first = {**body["contests"][0], "candidates": people, "write_ins": 0, "title": "职"}
    body["contests"] = [{**first, "id": f"x{n}"} for n in range(7)]
    body["layouts"] = [{"id": "village", "contests": [f"x{n}" for n in range(7)]}]


UNIT: Faults = (
    ("unknown-field", "a further field", set_(note="x"), "E_UNKNOWN_FIELD"),
    ("missing-place", "a field is missing", drop("place"), "E_FIELD"),
    ("registered-null-word", "registered is a count", set_(registered="400"), "E_FIELD"),
    ("place-9", "nine levels", set_(place=list("abcdefghi")), "E_LIMIT"),
    ("place-blank", "a level without a name", set_(place=["清河县", " "]), "E_NAME"),
    ("name-65", "65 code points", set_(name="村" * 65), "E_LIMIT"),
    ("name-empty", "no name", set_(name=""), "E_NAME"),
    ("committee-empty", "nobody could sign the statement", set_(committee=[]), "E_FIELD"),
    (
        "committee-33",
        "33 members",
        lambda b: b.update(committee=[{**b["committee"][0], "id": f"m{i}"} for i in range(33)]),
        "E_LIMIT",
    ),
    ("committee-twice", "ids are distinct", lambda b: b["committee"].append(b["committee"][0]), "E_FIELD"),
    ("stations-empty", "at least one station", set_(stations=[], boxes=[]), "E_FIELD"),
    ("stations-twice", "ids are distinct", lambda b: b["stations"].append(b["stations"][0]), "E_FIELD"),
    (
        "stations-601",
        "601 stations",
        lambda b: b["stations"].extend({**b["stations"][0], "id": f"s{i}"} for i in range(599)),
        "E_LIMIT",
    ),
    (
        "boxes-601",
        "601 boxes",
        lambda b: b["boxes"].extend({**b["boxes"][0], "id": f"b{i}"} for i in range(599)),
        "E_LIMIT",
    ),
    ("version-0", "versions begin with 1", set_(version=0), "E_RANGE"),
    ("contests-empty", "at least one contest", set_(contests=[], layouts=[], boxes=[]), "E_FIELD"),
    (
        "contests-65",
        "65 contests",
        lambda b: b["contests"].extend({**b["contests"][0], "id": f"x{i}"} for i in range(62)),
        "E_LIMIT",
    ),
    ("contests-twice", "ids are distinct", lambda b: b["contests"].append(b["contests"][0]), "E_FIELD"),
    ("contest-unknown-field", "a further field deep inside", _contest(0, x=1), "E_UNKNOWN_FIELD"),
    ("contest-no-round", "a field is missing deep inside", lambda b: b["contests"][0].pop("round"), "E_FIELD"),
    ("contest-nothing-to-mark", "neither candidate nor slot", _contest(0, candidates=[], write_ins=0), "E_FIELD"),
    ("contest-max-marks-0", "at least one mark", _contest(0, max_marks=0), "E_RANGE"),
    ("contest-max-marks-513", "at most 512 marks", _contest(0, max_marks=513), "E_RANGE"),
    ("contest-slots-10", "at most nine slots", _contest(0, write_ins=10), "E_RANGE"),
    ("contest-seats-0", "at least one seat", _contest(0, seats=0), "E_RANGE"),
    ("contest-round-0", "rounds begin with 1", _contest(0, round=0), "E_RANGE"),
    (
        "candidates-513",
        "513 candidates",
        _contest(0, candidates=[{"id": f"k{i}", "name": "甲"} for i in range(513)]),
        "E_LIMIT",
    ),
    (
        "candidates-twice",
        "ids are distinct",
        lambda b: b["contests"][0]["candidates"].append(b["contests"][0]["candidates"][0]),
        "E_FIELD",
    ),
    ("candidate-id-hyphen", "a candidate's id begins with a letter, a digit or _", _candidate(id="-a"), "E_FIELD"),
    ("candidate-id-dot", "nor with a dot", _candidate(id=".a"), "E_FIELD"),
    ("candidate-sex", "f or m", _candidate(sex="x"), "E_FIELD"),
    ("candidate-name-blank", "a name of white space", _candidate(name="\u3000"), "E_NAME"),
    ("candidate-name-bidi", "an override in a name", _candidate(name="张\u202e三"), "E_NAME"),
    ("candidate-name-zero-width", "a zero-width space in a name", _candidate(name="张\u200b三"), "E_NAME"),
    ("candidate-name-nfd", "a name that is not NFC", _candidate(name="Jose\u0301"), "E_NAME"),
    ("box-kind", "a kind of box that does not exist", lambda b: b["boxes"][0].update(kind="large"), "E_FIELD"),
    ("box-layout", "a box for a paper that does not exist", lambda b: b["boxes"][0].update(layout="x"), "E_MANIFEST"),
    (
        "box-station",
        "a box of a station that does not exist",
        lambda b: b["boxes"][0].update(station="9"),
        "E_MANIFEST",
    ),
    ("boxes-twice", "ids are distinct", lambda b: b["boxes"].append(b["boxes"][0]), "E_FIELD"),
    ("layouts-twice", "ids are distinct", lambda b: b["layouts"][1].update(id="village"), "E_FIELD"),
    (
        "layout-contest-twice",
        "a contest on two papers",
        lambda b: b["layouts"][1]["contests"].append("chair"),
        "E_MANIFEST",
    ),
    ("layout-contest-missing", "a contest on no paper", lambda b: b["layouts"][0]["contests"].pop(), "E_MANIFEST"),
    (
        "layout-contest-unknown",
        "a contest that does not exist",
        lambda b: b["layouts"][0]["contests"].append("x"),
        "E_MANIFEST",
    ),
    (
        "layout-order",
        "contests of a paper stand in unit order",
        lambda b: b["layouts"][0]["contests"].reverse(),
        "E_MANIFEST",
    ),
    ("layout-2052-cells", "a paper of more than 2,048 cells", _widen, "E_LIMIT"),
)

ROSTER: Faults = (
    ("unknown-field", "a further field", set_(note="x"), "E_UNKNOWN_FIELD"),
    ("missing-node", "a field is missing", drop("node"), "E_FIELD"),
    ("officials-empty", "nobody could sign", set_(officials=[]), "E_FIELD"),
    (
        "officials-33",
        "33 officials",
        lambda b: b.update(officials=[{**b["officials"][0], "id": f"m{i}"} for i in range(33)]),
        "E_LIMIT",
    ),
    ("officials-twice", "ids are distinct", lambda b: b["officials"].append(b["officials"][0]), "E_FIELD"),
    ("official-role", "a role that does not exist", lambda b: b["officials"][0].update(role="boss"), "E_FIELD"),
    ("official-field", "a further field deep inside", lambda b: b["officials"][0].update(name="x"), "E_UNKNOWN_FIELD"),
    ("version-0", "versions begin with 1", set_(version=0), "E_RANGE"),
    ("station-key-odd", "63 digits", lambda b: b.update(station_key=b["station_key"][1:]), "E_FIELD"),
    ("node-space", "an id has no space", set_(node="node 1"), "E_FIELD"),
)


def vectors() -> Iterator[Vector]:
    """Good and bad notes of the sealed election."""
    entries = county()
    for kind in ("election", "roster", "unit"):
        yield accepted(kind, f"a good {kind}", entries[find(entries, kind)])
    yield accepted("election-real", "a real election is nowhere named so", county(test=False, id="county")[0])
    unit = entries[find(entries, "unit")]
    plain = changed(unit, lambda b: (b.pop("registered"), b["contests"][2].pop("registered"), b.update(place=[])))
    yield accepted("unit-optional-left-out", "what is not known is left out", plain)
    wide = changed(unit, lambda b: (b.update(name="村" * 64), b["contests"][0].update(title="职" * 200)))
    yield accepted("unit-longest-names", "limits count code points, not bytes", wide)
    yield from refused(entries[0], "election", ELECTION)
    yield from refused(unit, "unit", UNIT)
    yield from refused(entries[find(entries, "roster")], "roster", ROSTER)
    _, _, names = parts(unit)
    text = unit.rpartition(b"\n\n")[0] + b"\n"
    for what, comment, old, new, code in (
        ("kind-unknown", "a kind that does not exist", b"v1 unit\n", b"v1 village\n", "E_KIND"),
        ("kind-reserved", "reserved for a later version", b"v1 unit\n", b"v1 recount\n", "E_KIND"),
        ("kind-upper", "kinds are lower case", b"v1 unit\n", b"v1 Unit\n", "E_KIND"),
        ("kind-version", "another version", b"/v1 unit\n", b"/v2 unit\n", "E_KIND"),
        ("kind-space-last", "a space behind the kind", b"v1 unit\n", b"v1 unit \n", "E_KIND"),
        ("kind-twice", "the type line's beginning twice", b"v1 unit\n", b"v1 changpiao/v1 unit\n", "E_KIND"),
        ("kind-missing", "only the beginning", b"v1 unit\n", b"v1 \n", "E_KIND"),
        ("kind-other-product", "another product's type line", b"changpiao/", b"tally/", "E_KIND"),
        ("text-three-lines", "a third line", b"}\n", b"}\n{}\n", "E_NOTE"),
        ("text-empty-line", "an empty line between", b"unit\n", b"unit\n\n", "E_NOTE"),
    ):
        head, found, tail = text.partition(old) if new != b"}\n{}\n" else (text[:-2], old, b"")
        sure(bool(found), old.decode())
        yield bad("record", what, comment, {"note_hex": sign(head + new + tail, names).hex()}, code)
    one = sign(b"changpiao/v1 unit\n", names)
    yield bad("record", "text-one-line", "no JSON", {"note_hex": one.hex()}, "E_NOTE")
    spaced = sign(text.replace(b'":', b'": ', 1), names)
    yield bad("record", "json-space", "the JSON is spelled otherwise", {"note_hex": spaced.hex()}, "E_NONCANON")
    number = sign(text.replace(b'"version":1', b'"version":1.0'), names)
    yield bad("record", "json-number", "a number is spelled otherwise", {"note_hex": number.hex()}, "E_NUM")
    null = sign(text.replace(b'"registered":400', b'"registered":null'), names)
    yield bad("record", "json-null", "there is no null", {"note_hex": null.hex()}, "E_JSON")
