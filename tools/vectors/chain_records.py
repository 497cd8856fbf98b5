"""Area `record`, kinds of the chains: a good note of each, one fault a rule [KIND-1] [KIND-2] [KIND-3] [CONV-2]."""

from collections.abc import Callable, Iterator
from typing import Any

from tools.vectors.forge import changed, find, hash_hex, parts, sign, text_of
from tools.vectors.form import Json, Vector, bad, set_
from tools.vectors.manifest_records import Faults, accepted, drop, refused
from tools.vectors.standings import standing_county

ZERO = "0" * 64


def put(name: str, place: int, value: Any) -> Callable[[Json], Any]:
    """Replace one entry of a list."""
    return lambda body: body[name].__setitem__(place, value)


LINKS: Faults = (
    ("chain-of-unit", "a station's record on a unit's chain", set_(chain="u/v1"), "E_FIELD"),
    ("chain-of-county", "a station's record on the county's chain", set_(chain="c"), "E_FIELD"),
    ("chain-short", "no station", set_(chain="s/v1"), "E_FIELD"),
    ("chain-slash-last", "an empty station", set_(chain="s/v1/"), "E_FIELD"),
    ("chain-dot", "an id that begins with a dot", set_(chain="s/v1/.1"), "E_FIELD"),
    ("chain-path", "a path", set_(chain="s/../1"), "E_FIELD"),
    ("chain-four", "four parts", set_(chain="s/v1/1/2"), "E_FIELD"),
    ("chain-full-width", "full-width digits are no id", set_(chain="s/v1/\uff11"), "E_FIELD"),
    ("epoch-2", "one epoch in version 1", set_(epoch=2), "E_EPOCH"),
    ("epoch-0", "epochs begin with 1", set_(epoch=0), "E_EPOCH"),
    ("epoch-string", "an epoch is a number", set_(epoch="1"), "E_FIELD"),
    ("seq-negative", "places begin with 0", set_(seq=-1), "E_RANGE"),
    ("seq-string", "a place is a number", set_(seq="0"), "E_FIELD"),
    ("time-negative", "times begin with 1970", set_(time=-600), "E_RANGE"),
    ("prev-upper", "hex is lower case", set_(prev="A" * 64), "E_FIELD"),
    ("prev-short", "63 digits", set_(prev="0" * 63), "E_FIELD"),
    ("election-number", "a hash is a string", set_(election=0), "E_FIELD"),
)
OPEN: Faults = (
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-nonce", "a field is missing", drop("nonce"), "E_FIELD"),
    ("nonce-11", "eleven digits", set_(nonce="1" * 11), "E_FIELD"),
    ("nonce-full-width", "full-width digits", set_(nonce="\uff11" * 12), "E_FIELD"),
    ("nonce-number", "a nonce is a string", set_(nonce=123456789012), "E_FIELD"),
    ("officials-empty", "nobody present", set_(officials=[]), "E_FIELD"),
    ("officials-number", "ids are strings", set_(officials=[1]), "E_FIELD"),
    ("officials-33", "33 present", set_(officials=[f"m{i}" for i in range(33)]), "E_LIMIT"),
)
BOX: Faults = (
    ("unknown-field", "a further count", set_(lost=1), "E_UNKNOWN_FIELD"),
    ("missing-box", "a field is missing", drop("box"), "E_FIELD"),
    ("negative", "counts begin with 0", set_(issued=-1), "E_RANGE"),
    ("too-many", "more than 10^9", set_(issued=10**9 + 1), "E_RANGE"),
    ("boolean", "true is no count", set_(issued=True), "E_FIELD"),
)
BATCH: Faults = (
    *LINKS,
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-table", "a field is missing", drop("table"), "E_FIELD"),
    ("time-not-floored", "times of papers are floored to ten minutes", set_(time=1_790_000_401), "E_FIELD"),
    ("figures-string", "figures are numbers", put("figures", 1, "60"), "E_FIELD"),
    ("figures-boolean", "true is no figure", put("figures", 1, True), "E_FIELD"),
    ("figures-list", "figures are flat", put("figures", 1, [60]), "E_FIELD"),
    ("figures-negative", "figures begin with 0", put("figures", 2, -1), "E_RANGE"),
    ("figures-too-large", "more than 10^9", put("figures", 2, 10**9 + 1), "E_RANGE"),
    ("figures-no-papers", "at least one paper", put("figures", 0, 0), "E_RANGE"),
    ("running-negative", "running figures begin with 0", put("running", 2, -1), "E_RANGE"),
    ("running-object", "running figures are a list", set_(running={}), "E_FIELD"),
    ("evidence-9", "nine hashes", set_(evidence=[ZERO] * 9), "E_LIMIT"),
    ("names-256", "256 names", set_(names=[ZERO] * 256), "E_LIMIT"),
    ("names-short", "a hash has 64 digits", set_(names=[ZERO[1:]]), "E_FIELD"),
    ("table-descending", "ascending", set_(table=[2, 1]), "E_FIELD"),
    ("table-twice", "distinct", set_(table=[1, 1]), "E_FIELD"),
    ("table-zero", "registers begin with 1", set_(table=[0, 1]), "E_RANGE"),
    ("table-string", "register numbers are numbers", set_(table=["1"]), "E_FIELD"),
    ("write-ins-pair", "an entry has three numbers", set_(write_ins=[[0, 1]]), "E_FIELD"),
    ("write-ins-string", "an entry is three numbers", set_(write_ins=[["0", 1, 4]]), "E_FIELD"),
    ("write-ins-descending", "ascending", set_(write_ins=[[1, 2, 4], [0, 1, 4]]), "E_FIELD"),
    ("write-ins-twice", "pairs are distinct", set_(write_ins=[[0, 1, 2], [0, 1, 2]]), "E_FIELD"),
    ("write-ins-no-votes", "at least one vote", set_(write_ins=[[0, 1, 0]]), "E_RANGE"),
    ("layout-slash", "an id has no slash", set_(layout="a/b"), "E_FIELD"),
    ("root-short", "a hash has 64 digits", set_(root="00"), "E_FIELD"),
)
VOID: Faults = (
    ("unknown-field", "a void carries no figures", set_(figures=[]), "E_UNKNOWN_FIELD"),
    ("missing-reason", "a reason is given", drop("reason"), "E_FIELD"),
    ("reason-201", "201 code points", set_(reason="错" * 201), "E_LIMIT"),
    ("reason-bidi", "an override in the reason", set_(reason="错\u202e"), "E_NAME"),
    ("reason-blank", "a reason that nobody can read", set_(reason="\u3000"), "E_NAME"),
    ("time-not-floored", "floored to ten minutes", set_(time=1_790_000_401), "E_FIELD"),
    ("effect-too-small", "below -10^9", put("effect", 0, -(10**9) - 1), "E_RANGE"),
    ("target-seq-negative", "places begin with 0", set_(target_seq=-1), "E_RANGE"),
)
CORRECTION: Faults = (
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-effect", "a field is missing", drop("effect"), "E_FIELD"),
    ("reason-blank", "a reason that nobody can read", set_(reason=" "), "E_NAME"),
    ("missing-sealed", "the ballots are restated", drop("sealed"), "E_FIELD"),
    ("time-not-floored", "floored to ten minutes", set_(time=1_790_000_401), "E_FIELD"),
    ("figures-no-papers", "at least one paper", put("figures", 0, 0), "E_RANGE"),
)
CLOSE: Faults = (
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-paper", "the form may be empty, not absent", drop("paper"), "E_FIELD"),
    ("paper-field", "a count that the form does not have", lambda b: b["paper"].update(lost=1), "E_UNKNOWN_FIELD"),
    ("paper-negative", "counts begin with 0", lambda b: b["paper"].update(valid=-1), "E_RANGE"),
    ("paper-list", "the form is an object", set_(paper=[]), "E_FIELD"),
    ("findings-order", "ascending", set_(findings=["F_VALID_INVALID", "F_BALANCE"]), "E_FIELD"),
    ("findings-twice", "distinct", set_(findings=["F_BALANCE", "F_BALANCE"]), "E_FIELD"),
    ("findings-number", "codes are words", set_(findings=[1]), "E_FIELD"),
    ("running-entry", "an entry is a layout and its figures", set_(running=[["village"]]), "E_FIELD"),
    ("joined-entry", "an entry is a layout and a station", set_(joined_from=[["village", "2", "3"]]), "E_FIELD"),
    ("write-ins-no-votes", "at least one vote", set_(write_ins=[["chair", 1, 0]]), "E_RANGE"),
    ("batches-negative", "counts begin with 0", set_(batches=-1), "E_RANGE"),
)
STATEMENT: Faults = (
    ("chain-of-station", "a unit's record on a station's chain", set_(chain="s/v1/1"), "E_FIELD"),
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-totals", "a field is missing", drop("totals"), "E_FIELD"),
    ("closes-entry", "an entry has four values", lambda b: b["closes"][0].pop(), "E_FIELD"),
    ("closes-hash", "a hash has 64 digits", lambda b: b["closes"][0].__setitem__(3, "00"), "E_FIELD"),
    ("totals-negative", "totals begin with 0", lambda b: b["totals"][0][1].__setitem__(1, -1), "E_RANGE"),
)
NAMES: Faults = (
    ("chain-of-county", "a unit's record on the county's chain", set_(chain="c"), "E_FIELD"),
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-rest", "a field is missing", drop("rest"), "E_FIELD"),
    ("part-0", "parts begin with 1", set_(part=0), "E_RANGE"),
    ("parts-1001", "at most 1,000 parts", set_(parts=1001), "E_RANGE"),
    ("person-field", "a further field deep inside", lambda b: b["persons"][0].update(x=1), "E_UNKNOWN_FIELD"),
    ("person-no-entries", "somebody wrote the name", lambda b: b["persons"][0].update(entries=[]), "E_FIELD"),
    ("person-blank", "a name of white space", lambda b: b["persons"][0].update(name=" "), "E_NAME"),
    ("entry-salt", "a salt has 32 digits", lambda b: b["persons"][0]["entries"][0].__setitem__(3, "00"), "E_FIELD"),
    (
        "entry-salt-upper",
        "hex is lower case",
        lambda b: b["persons"][0]["entries"][0].__setitem__(3, "A" * 32),
        "E_FIELD",
    ),
    (
        "entry-name-nfd",
        "a name that is not NFC",
        lambda b: b["persons"][0]["entries"][0].__setitem__(2, "e\u0301"),
        "E_NAME",
    ),
    ("entry-name-65", "65 code points", lambda b: b["persons"][0]["entries"][0].__setitem__(2, "王" * 65), "E_LIMIT"),
    ("rest-no-votes", "at least one vote", set_(rest=[["chair", 0]]), "E_RANGE"),
)
STANDINGS: Faults = (
    ("chain-of-unit", "the county's record on a unit's chain", set_(chain="u/v1"), "E_FIELD"),
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-root", "a field is missing", drop("root"), "E_FIELD"),
    ("totals-field", "a further total", lambda b: b["totals"].update(votes=1), "E_UNKNOWN_FIELD"),
    ("totals-missing", "a total is missing", lambda b: b["totals"].pop("papers"), "E_FIELD"),
    ("totals-negative", "totals begin with 0", lambda b: b["totals"].update(papers=-1), "E_RANGE"),
    ("size-negative", "sizes begin with 1", set_(size=-1), "E_RANGE"),
)
RECEIPT: Faults = (
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-head", "a field is missing", drop("head"), "E_FIELD"),
    ("chain", "no name of a chain", set_(chain="x"), "E_FIELD"),
    ("epoch-2", "one epoch in version 1", set_(epoch=2), "E_EPOCH"),
    ("from-negative", "places begin with 0", lambda b: b.update({"from": -1}), "E_RANGE"),
)


def receipt_body(entries: tuple[bytes, ...]) -> Json:
    """A receipt for the first station's whole chain."""
    last = entries[find(entries, "close")]
    body = parts(last)[1]
    return {
        "chain": body["chain"],
        "election": body["election"],
        "epoch": 1,
        "from": 0,
        "head": hash_hex(last),
        "time": 1_790_000_777,
        "to": body["seq"],
    }


def vectors() -> Iterator[Vector]:
    """Good and bad notes of every chain's kinds."""
    entries = standing_county()
    tables = (
        ("open", OPEN, 0),
        ("box", BOX, 0),
        ("batch", BATCH, 1),
        ("void", VOID, 0),
        ("correction", CORRECTION, 0),
        ("close", CLOSE, 0),
        ("statement", STATEMENT, 0),
        ("names", NAMES, 0),
        ("standings", STANDINGS, 0),
    )
    for kind, faults, nth in tables:
        note = entries[find(entries, kind, nth)]
        yield accepted(kind, f"a good {kind}", note)
        yield from refused(note, kind, faults)
    receipt = sign(text_of("receipt", receipt_body(entries)), ["changpiao/county-test/county"])
    yield accepted("receipt", "a good receipt", receipt)
    yield from refused(receipt, "receipt", RECEIPT)
    box = entries[find(entries, "box")]
    nothing = changed(
        box, lambda b: [b.pop(n) for n in ("collected", "delivered", "issued", "proxies", "spoiled", "unused")]
    )
    yield accepted("box-no-counts", "a box whose papers nobody counted", nothing)
    batch = entries[find(entries, "batch")]
    yield accepted("batch-evidence-8", "eight hashes of evidence", changed(batch, set_(evidence=[ZERO] * 8)))
    yield accepted("batch-100", "100 papers", changed(batch, put("figures", 0, 100)))
    many = changed(batch, put("figures", 0, 101))
    yield bad("record", "batch-101-papers", "101 papers", {"note_hex": many.hex()}, "E_RANGE")
    void = entries[find(entries, "void")]
    yield accepted("void-reason-200", "200 code points", changed(void, set_(reason="错" * 200)))
