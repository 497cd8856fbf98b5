"""Areas `profile` and `rules`: fields, national law, who decided the rest, a unit's own decisions [PROF-1] to [PROF-4].

Words and bounds are written here by hand, not taken from the reader.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from tests.profiles import DECIDED, change, decide, profile_body
from tools.vectors.form import Json, Vector, bad, good, sure

WORDS: dict[str, tuple[str, ...]] = {
    "avoidance.fill": ("next_qualified", "none"),
    "avoidance.method": ("flag", "highest_post_then_votes"),
    "ballot.blank": ("abstain", "invalid"),
    "ballot.dup_post": ("ballot", "columns", "highest_only"),
    "ballot.extra_mark": ("ballot", "ignore", "part"),
    "ballot.form": ("one_sheet", "separate"),
    "ballot.illegible": ("ballot", "part"),
    "ballot.name_variants": ("adjudicate",),
    "ballot.overvote.compare": ("per_post", "total"),
    "ballot.overvote.scope": ("ballot", "post"),
    "ballot.write_in": ("free", "needs_oppose"),
    "elected.base": ("collected", "due", "issued", "present", "registered", "valid", "voters"),
    "female.method": ("dedicated_seat", "none", "procedure_2013", "top_woman_first"),
    "female.on_fail": ("flag", "supplementary"),
    "overcount.base": ("issued", "voters"),
    "overcount.scope": ("box", "election"),
    "proxy.holder": ("any", "relative"),
    "recall.base": ("collected", "due", "issued", "present", "registered", "valid", "voters"),
    "source": ("national", "province", "village"),
    "supplementary.base": ("collected", "due", "issued", "present", "registered", "valid", "voters"),
    "tie": ("fewer_against", "runoff"),
    "turnout.of": ("due", "registered"),
    "turnout.value": ("present", "voters"),
    "vacancy.allowed": ("after", "before", "no"),
}
# path -> least, most; the shares' numbers have their own vectors
BOUNDS: dict[str, tuple[int, int]] = {
    "margin.most": (1, 512),
    "names.min_votes": (1, 10**9),
    "nomination.margin": (0, 512),
    "proxy.deadline_days": (0, 60),
    "proxy.limit": (0, 10),
    "publish.min_ballots_per_cell": (50, 10**9),
    "scrutineers.per_box_min": (0, 8),
    "supplementary.deadline_days": (0, 366),
    "supplementary.margin": (0, 512),
    "supplementary.min_candidates": (1, 512),
    "vacancy.min_members": (0, 64),
}
SHARES = ("elected", "recall", "supplementary", "turnout")
BOOLEANS = (
    "elected.strict", "names.full", "proxy.allowed", "proxy.candidates", "recall.strict", "roll_down",
    "supplementary.majority_first", "supplementary.strict", "supplementary.turnout", "turnout.strict",
    "vacancy.needs_chair",
)  # fmt: skip
LAWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("congress", {"law": "congress_2020", "ballot.overvote.scope": "ballot", "elected.base": "voters",
                  "supplementary.min_candidates": 2}),
    ("party", {"law": "party_2020", "electorate": "member", "proxy.allowed": False, "turnout.num": 4, "turnout.den": 5,
               "turnout.strict": False, "turnout.of": "due", "turnout.value": "present", "elected.base": "due"}),
    ("residents-person", {"law": "residents_2026"}),
    ("residents-household", {"law": "residents_2026", "electorate": "household"}),
    ("residents-representative", {"law": "residents_2026", "electorate": "representative", "proxy.allowed": False,
                                  "turnout.num": 2, "turnout.den": 3}),
)  # fmt: skip
# one value of each law that its article fixes, and another
DEPARTURES: tuple[tuple[str, dict[str, Any], str, object], ...] = (
    ("congress", {"law": "congress_2020", "supplementary.min_candidates": 2}, "elected.base", "collected"),
    ("congress-tie", {"law": "congress_2020", "supplementary.min_candidates": 2}, "tie", "fewer_against"),
    ("party", {"law": "party_2020", "electorate": "member"}, "proxy.allowed", True),
    ("residents-proxies", {"law": "residents_2026", "electorate": "representative"}, "proxy.allowed", True),
    ("residents-turnout", {"law": "residents_2026", "electorate": "representative"}, "turnout.num", 1),
    ("village-share", {}, "elected.strict", False),
    ("village-third", {}, "supplementary.strict", True),
    ("village-proxies", {}, "proxy.limit", 2),
    ("village-margin", {}, "margin.least", 0),
    ("village-relations", {}, "avoidance.relations", ["child", "parent", "spouse"]),
    ("village-recall", {}, "recall.base", "registered"),
)


def paths(body: Json, above: str = "") -> Iterator[str]:
    """Every field of a profile, objects and their parts."""
    for name, value in body.items():
        yield above + name
        if isinstance(value, dict):
            yield from paths(value, f"{above}{name}.")


def without(body: Json, path: str) -> Json:
    """A profile without one field."""
    made = deepcopy(body)
    part = made
    *above, name = path.split(".")
    for step in above:
        part = part[step]
    del part[name]
    return made


def raw(**changes: Any) -> Json:
    """A profile with changes that nobody decided: the sources stay those of the plain one."""
    body = profile_body()
    for path, value in changes.items():
        change(body, path, value)
    return body


def slug(path: str) -> str:
    """A path in a file's name."""
    return path.replace(".", "-").replace("_", "-")


def _accepted(what: str, comment: str, body: Json, threshold: int = 50) -> Vector:
    return good("profile", what, comment, {"profile_json": body, "threshold": threshold})


def _refused(what: str, comment: str, body: Json, code: str, threshold: int = 50) -> Vector:
    return bad("profile", what, comment, {"profile_json": body, "threshold": threshold}, code)


def _fields() -> Iterator[Vector]:
    body = profile_body()
    yield _accepted("village", "a whole profile", body)
    for path in paths(body):
        yield _refused(f"without-{slug(path)}", "nothing is guessed", without(body, path), "E_FIELD")
    yield _refused("further", "a field that nobody knows", {**body, "note": "x"}, "E_UNKNOWN_FIELD")
    for part in ("avoidance", "elected", "signers", "supplementary", "turnout"):
        further = raw(**{f"{part}.note": "x"})
        yield _refused(f"further-in-{part}", "a field that nobody knows, inside", further, "E_UNKNOWN_FIELD")
    further = raw(**{"ballot.overvote.note": "x"})
    yield _refused("further-in-overvote", "a field that nobody knows, two levels inside", further, "E_UNKNOWN_FIELD")
    for path, allowed in WORDS.items():
        for word in allowed:
            made = profile_body(**{path: word})
            yield _accepted(f"{slug(path)}-is-{slug(word)}", "a word of the list", made)
        yield _refused(f"{slug(path)}-is-other", "no word of the list", raw(**{path: "other_word"}), "E_FIELD")
    for path in BOOLEANS:
        yield _refused(f"{slug(path)}-is-1", "1 is not true", raw(**{path: 1}), "E_FIELD")
    for name in ("avoidance", "ballot", "elected", "ballot.overvote", "signers"):
        yield _refused(f"{slug(name)}-is-list", "an object is wanted", raw(**{name: []}), "E_FIELD")
    yield _refused("electorate-is-other", "an electorate that no law has", raw(electorate="guest"), "E_FIELD")


def _ranges() -> Iterator[Vector]:
    for path, (least, most) in BOUNDS.items():
        yield _accepted(f"{slug(path)}-least", "the least", profile_body(**{path: least}))
        if path != "publish.min_ballots_per_cell":
            yield _accepted(f"{slug(path)}-most", "the most", profile_body(**{path: most}))
        yield _refused(f"{slug(path)}-below", "below the least", raw(**{path: least - 1}), "E_RANGE")
        yield _refused(f"{slug(path)}-above", "above the most", raw(**{path: most + 1}), "E_RANGE")
        yield _refused(f"{slug(path)}-is-true", "true is no number", raw(**{path: True}), "E_FIELD")
    yield _refused("per-batch-above", "nine scrutineers", raw(**{"scrutineers.per_batch_min": 9}), "E_RANGE")
    for name in SHARES:
        whole = {f"{name}.num": 1000, f"{name}.den": 1000}
        yield _accepted(f"{name}-share-whole", "all of them", profile_body(**whole))
        yield _refused(f"{name}-num-0", "no share", raw(**{f"{name}.num": 0}), "E_RANGE")
        yield _refused(f"{name}-den-1001", "beyond 1,000", raw(**{f"{name}.den": 1001}), "E_RANGE")
        more = {f"{name}.num": 3, f"{name}.den": 2}
        yield _refused(f"{name}-num-above-den", "more than all", raw(**more), "E_RANGE")
    wide = {"margin.least": 3, "margin.most": 2}
    yield _refused("margin-least-above-most", "no number lies between", raw(**wide), "E_RANGE")
    yield _accepted("margin-equal", "exactly so many", profile_body(**{"margin.least": 2}))
    yield _accepted("margin-none", "as many as seats", profile_body(**{"margin.least": 0, "margin.most": 0}))
    yield _accepted("margin-least-most", "512 at least", profile_body(**{"margin.least": 512, "margin.most": 512}))


def _lists() -> Iterator[Vector]:
    for path, some in (("avoidance.relations", ["child", "parent"]), ("ballot.choices", ["approve", "oppose"])):
        name = slug(path)
        yield _accepted(f"{name}-one", "one entry", profile_body(**{path: some[:1]}))
        yield _refused(f"{name}-none", "at least one entry", raw(**{path: []}), "E_FIELD")
        yield _refused(f"{name}-order", "ascending", raw(**{path: some[::-1]}), "E_FIELD")
        yield _refused(f"{name}-twice", "an entry twice", raw(**{path: [some[0], some[0]]}), "E_FIELD")
        yield _refused(f"{name}-other", "no word of the list", raw(**{path: ["zzz"]}), "E_FIELD")
        yield _refused(f"{name}-text", "a list is wanted", raw(**{path: some[0]}), "E_FIELD")
    every = ["child", "grandchild", "grandparent", "other", "parent", "sibling", "spouse"]
    yield _accepted("avoidance-relations-all", "all seven", profile_body(**{"avoidance.relations": every}))
    every = ["abstain", "approve", "choose", "oppose", "write_in"]
    yield _accepted("ballot-choices-all", "all five", profile_body(**{"ballot.choices": every}))
    for kind in ("declaration", "names", "statement", "step"):
        yield _refused(f"signers-{kind}-none", "somebody answers for it", raw(**{f"signers.{kind}": []}), "E_FIELD")
    yield _accepted("signers-box-none", "a box may go without", profile_body(**{"signers.box": []}))
    yield _accepted("signers-open-8", "eight roles, one repeated", profile_body(**{"signers.open": ["teller"] * 8}))
    yield _refused("signers-open-9", "nine roles", raw(**{"signers.open": ["teller"] * 9}), "E_LIMIT")
    yield _refused("signers-role", "a role that nobody has", raw(**{"signers.open": ["boss"]}), "E_FIELD")
    for what, comment, fields, code in (
        ("id-dot", "an id does not begin with a dot", {"id": ".p"}, "E_FIELD"),
        ("in-force-month", "a calendar date", {"in_force": "2026-13-01"}, "E_FIELD"),
        ("in-force-year", "a whole date", {"in_force": "2026"}, "E_FIELD"),
        ("text-201", "201 characters", {"text": "法" * 201}, "E_LIMIT"),
        ("text-blank", "nothing to read", {"text": "\u3000"}, "E_NAME"),
        ("title-201", "201 characters", {"title": "题" * 201}, "E_LIMIT"),
        ("law-number", "a key is a string", {"law": 2026}, "E_FIELD"),
    ):
        yield _refused(what, comment, raw(**fields), code)


def _sources() -> Iterator[Vector]:
    """[PROF-2] National law or a name for every value."""
    for what, values in LAWS:
        yield _accepted(f"law-{what}", "values of another national law", profile_body(**values))
    body = profile_body()
    for what, values, path, other in DEPARTURES:
        made = profile_body(**values)
        change(made, path, other)
        entries = [entry for entry in made["decided_by"] if entry[0] != path]
        made_alone = made | {"decided_by": entries}
        yield _refused(f"departs-{what}", "not what the law says, and nobody decided it", made_alone, "E_PROFILE")
        yield _accepted(f"departs-{what}-decided", "somebody stands for it", decide(made))
    for place, (path, _) in enumerate(body["decided_by"]):
        rest = body["decided_by"][:place] + body["decided_by"][place + 1 :]
        made = body | {"decided_by": rest}
        yield _refused(f"undecided-{slug(path)}", "open in national law, decided by nobody", made, "E_PROFILE")
    above = sorted({path.partition(".")[0] for path, _ in body["decided_by"]})
    whole = body | {"decided_by": [[path, DECIDED] for path in above]}
    yield _accepted("decided-above", "a path above covers all below it", whole)
    middle = [entry for entry in body["decided_by"] if not entry[0].startswith("ballot.overvote")]
    made = body | {"decided_by": sorted([*middle, ["ballot.overvote", DECIDED]])}
    yield _accepted("decided-in-the-middle", "a path between", made)
    yield _accepted("decided-though-fixed", "also a value that the law fixes",
                    body | {"decided_by": sorted([*body["decided_by"], ["elected.num", DECIDED]])})  # fmt: skip
    for what, path in (("unknown", "ballot.colour"), ("prefix", "ball"), ("names", "names.full"), ("title", "title"),
                       ("empty", ""), ("signers", "signers.open"), ("below", "tie.way")):  # fmt: skip
        made = body | {"decided_by": sorted([*body["decided_by"], [path, DECIDED]])}
        yield _refused(f"decided-{what}", "an entry that covers no rule", made, "E_PROFILE")
    yield _refused("law-unknown", "a law that nobody knows", body | {"law": "village_2010"}, "E_PROFILE")
    yield _refused("law-electorate", "villages have no households that vote", raw(electorate="household"), "E_PROFILE")
    yield _refused("decided-order", "ascending by path", body | {"decided_by": body["decided_by"][::-1]}, "E_FIELD")
    twice = [body["decided_by"][0], *body["decided_by"]]
    yield _refused("decided-twice", "a path twice", body | {"decided_by": twice}, "E_FIELD")
    for what, comment, entry, code in (
        ("decided-alone", "a path without a name", ["zz"], "E_FIELD"),
        ("decided-number", "a path is a string", [1, DECIDED], "E_FIELD"),
        ("decided-text-201", "201 characters", ["tie", "村" * 201], "E_LIMIT"),
        ("decided-text-blank", "nobody", ["tie", " "], "E_NAME"),
    ):
        some = [one for one in body["decided_by"] if one[0] != "tie"]
        place = len([one for one in some if one[0] < "tie"])
        made = body | {"decided_by": [*some[:place], entry, *some[place:]]}
        yield _refused(what, comment, made, code)
    many = body | {"decided_by": [[f"x{place:02}", DECIDED] for place in range(65)]}
    yield _refused("decided-65", "65 entries", many, "E_LIMIT")


def _consistent() -> Iterator[Vector]:
    """[PROF-3] Signers, threshold, roll-down."""
    two = {"scrutineers.per_batch_min": 2}
    yield _refused("one-scrutineer-of-two", "two must sign a batch, the profile names one", profile_body(**two),
                   "E_PROFILE")  # fmt: skip
    both = profile_body(**two, **{"signers.batch": ["chief_scrutineer", "scrutineer"]})
    yield _accepted("chief-scrutineer-counts", "the chief scrutineer is one of them", both)
    teller = profile_body(**{"signers.batch": ["chair", "teller"]})
    yield _refused("no-scrutineer", "tellers are no scrutineers", teller, "E_PROFILE")
    none = profile_body(**{"signers.batch": [], "scrutineers.per_batch_min": 0})
    yield _accepted("no-scrutineer-wanted", "where none is wanted", none)
    body = profile_body(**{"publish.min_ballots_per_cell": 60})
    yield _accepted("publish-equal", "exactly the election's threshold", body, 60)
    yield _refused("publish-below", "below the election's threshold", body, "E_PROFILE", 61)
    yield _refused("roll-down-hidden", "hidden names could be the next", profile_body(roll_down=True), "E_PROFILE")
    full = profile_body(roll_down=True, **{"names.full": True})
    yield _accepted("roll-down-full", "all names are opened", full)


def _ruled(what: str, comment: str, rules: list[list[Any]], body: Json | None = None) -> Vector:
    """A decision of a unit that stands; what comes out is put together here by hand."""
    given = profile_body() if body is None else body
    made = deepcopy(given)
    decided = dict(made["decided_by"])
    for path, value, who in rules:
        change(made, path, value)
        decided[path] = who
    made["decided_by"] = [list(entry) for entry in sorted(decided.items())]
    asked = {"profile_json": given, "rules": rules, "threshold": 50}
    return good("rules", what, comment, asked, {"profile_json": made})


def _rule_faults() -> Iterator[tuple[str, str, list[Any], str]]:
    for path in ("decided_by", "electorate", "id", "in_force", "law", "names.full", "publish.min_ballots_per_cell",
                 "signers.open", "source", "text", "title"):  # fmt: skip
        value: object = {"names.full": True, "publish.min_ballots_per_cell": 60}.get(path, "person")
        if path == "signers.open":
            value = ["chair"]
        yield f"not-{slug(path)}", "not a unit's to decide", [[path, value, "x"]], "E_PROFILE"
    for what, comment, path, value in (
        ("unknown-path", "a rule that no profile has", "ballot.colour", "red"),
        ("whole-object", "one value, not a part of many", "elected", "collected"),
        ("below-value", "nothing lies below a value", "tie.way", "runoff"),
        ("empty-path", "no path", "", "runoff"),
        ("wrong-word", "no word of the list", "tie", "lot"),
        ("wrong-type", "1 is not true", "roll_down", 1),
        ("out-of-range", "eleven proxies", "proxy.limit", 11),
        ("object", "an object is no value", "elected", {"base": "valid"}),
        ("mixed-list", "a list of strings", "ballot.choices", ["approve", 1]),
        ("list-order", "a list stays ascending", "ballot.choices", ["oppose", "approve"]),
        ("share-beyond-all", "more than all", "turnout.num", 3),
        ("margin-crossed", "no number lies between", "margin.least", 9),
        ("scrutineers", "more than the profile's signers give", "scrutineers.per_batch_min", 2),
        ("roll-down", "hidden names could be the next", "roll_down", True),
    ):
        yield what, comment, [[path, value, "村民会议 2026-05-12"]], "E_PROFILE"
    yield "order", "ascending by path", [["tie", "runoff", "x"], ["proxy.limit", 2, "x"]], "E_FIELD"
    yield "twice", "one value once", [["proxy.limit", 2, "x"], ["proxy.limit", 1, "x"]], "E_FIELD"
    yield "two-members", "who decided it?", [["proxy.limit", 2]], "E_FIELD"
    yield "path-number", "a path is a string", [[1, 2, "x"]], "E_FIELD"
    yield "who-blank", "nobody", [["proxy.limit", 2, " "]], "E_NAME"
    yield "who-201", "201 characters", [["proxy.limit", 2, "村" * 201]], "E_LIMIT"
    yield "thirty-three", "33 rules", [[f"x{place:02}", 1, "x"] for place in range(33)], "E_LIMIT"


def _rules() -> Iterator[Vector]:
    who = "东乡一村村民会议 2026-05-12"
    yield _ruled("none", "no decision of its own", [])
    yield _ruled("one", "one open value", [["ballot.dup_post", "columns", who]])
    yield _ruled("departs", "a value that national law fixes", [["proxy.limit", 1, who]])
    yield _ruled("same-value", "the same value, now decided here", [["tie", "runoff", who]])
    yield _ruled("list", "a list is one value", [["ballot.choices", ["approve", "write_in"], who]])
    yield _ruled("deep", "a value two levels inside", [["ballot.overvote.scope", "ballot", who]])
    some: list[list[Any]] = [["elected.base", "valid", who], ["female.on_fail", "flag", who], ["margin.most", 1, "另"]]
    yield _ruled("several", "several values, each with who decided it", some)
    yield _ruled("share", "a share in two rules", [["supplementary.den", 2, who], ["supplementary.strict", True, who]])
    above = profile_body()
    above["decided_by"] = [["ballot", "省"], *[entry for entry in above["decided_by"] if entry[0] > "ballot/"]]
    above["decided_by"] = sorted([["avoidance", "省"], *above["decided_by"]])
    yield _ruled("under-above", "the entry above stays for the others", [["ballot.form", "separate", who]], above)
    for what, comment, rules, code in _rule_faults():
        given = {"profile_json": profile_body(), "rules": rules, "threshold": 50}
        yield bad("rules", what, comment, given, code)


def vectors() -> Iterator[Vector]:
    """Profiles and units' own decisions."""
    parts: tuple[Callable[[], Iterator[Vector]], ...] = (_fields, _ranges, _lists, _sources, _consistent, _rules)
    for part in parts:
        made = list(part())
        sure(bool(made), part.__name__)
        yield from made
