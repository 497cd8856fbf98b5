"""The kinds of record as tables: which fields, of which shape. Reading a record means looking here.

Serves [KIND-1], [KIND-2], [KIND-3], [NOTE-2] (names of kinds), spec/1 and spec/2; profiles are in profiles.py.
"""

import itertools
from typing import Final

from verifier.decode.profiles import PATH, PROFILE, RELATIONS, ROLE, decided_value, rising_paths
from verifier.decode.shapes import (
    CANDIDATE,
    COUNT,
    HASH,
    IDENT,
    NAME,
    POSITIVE,
    REASON,
    SALT,
    SIGNED,
    TIME,
    TITLE,
    Shape,
    base64_of,
    date,
    fields,
    figures_of_batch,
    flag,
    integer,
    integers,
    listed,
    matching,
    reference,
    row,
    words,
    written,
)
from verifier.findings.codes import Refused

ID_PATTERN: Final = r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,31}"
STATION_KINDS: Final = frozenset(("open", "box", "batch", "void", "correction", "close"))
UNIT_KINDS: Final = frozenset(("statement", "names", "declaration"))
COUNTY_KINDS: Final = frozenset(("standings", "determination"))
STATION_STEPS: Final = frozenset(("polls_closed", "sorted", "interrupted", "resumed"))
UNIT_STEPS: Final = frozenset(("announced", "reviewed", "filed", "archived", "voided"))
STEPS_WITH_REASON: Final = frozenset(("interrupted", "voided"))
RULES: Final = ("election", "supplementary", "runoff", "nomination", "advisory", "recall")
SEATED_RULES: Final = frozenset(("election", "supplementary", "runoff"))  # these elect, so they are declared
REASONS_TO_ADD: Final = frozenset(("avoidance", "court", "runoff"))  # why somebody may be declared beside the rules
REASONS: Final = ("avoidance", "court", "death", "disqualified", "other", "runoff", "withdrew")
OUTCOMES: Final = (
    "impossible", "not_known", "invalid_turnout", "invalid_overcount", "advisory", "nominated", "passed", "not_passed",
    "runoff", "women_supplementary", "vacant", "supplementary", "full",
)  # fmt: skip
BASES: Final = ("collected", "due", "issued", "present", "registered", "valid", "voters")


def epoch_one(value: object, where: str) -> None:
    """Version 1 knows epoch 1 alone; another integer is E_EPOCH."""
    if type(value) is not int:
        raise Refused("E_FIELD", "an integer", where)
    if value != 1:
        raise Refused("E_EPOCH", "epoch 1", where)


def floored_time(value: object, where: str) -> None:
    """Times of papers are floored to ten minutes [KIND-2]."""
    TIME(value, where)
    if isinstance(value, int) and value % 600:
        raise Refused("E_FIELD", "a multiple of 600", where)


def contest_on_paper(value: object, where: str) -> None:
    """A contest has at least one candidate or one slot; a recall asks about one person."""
    _CONTEST(value, where)
    if not isinstance(value, dict):
        return
    candidates, slots = len(value["candidates"]), value["write_ins"]
    if not candidates and not slots:
        raise Refused("E_FIELD", "a candidate or a write-in slot", where)
    if value["rule"] == "recall" and (candidates, value["seats"], slots) != (1, 1, 0):
        raise Refused("E_FIELD", "one candidate, one seat and no slot in a recall", where)


def true_alone(value: object, where: str) -> None:
    """A mark that is there or not: `true`."""
    if value is not True:
        raise Refused("E_FIELD", "true, or no such field", where)


def relatives(value: object, where: str) -> None:
    """Two different references and how they are related."""
    _RELATIVES(value, where)
    if isinstance(value, list) and value[0] == value[1]:
        raise Refused("E_FIELD", "two different references", where)


def own_rules(value: object, where: str) -> None:
    """A unit's own decisions, ascending by path [PROF-4]."""
    _OWN_RULES(value, where)
    rising_paths(value, where)


_RELATIVES = row(reference, reference, words(*RELATIONS))
_OWN_RULES = listed(row(PATH, decided_value, REASON), 0, 32)
_PERSON = fields({"id": IDENT, "key": HASH, "role": ROLE})
_CONTEST = fields(
    {
        "candidates": listed(
            fields({"id": CANDIDATE, "name": NAME, "sex": words("f", "m")}, ("sex",)), 0, 512, key="id"
        ),
        "female_only": true_alone,
        "id": IDENT,
        "max_marks": integer(1, 512),
        "of": IDENT,
        "profile": IDENT,
        "registered": COUNT,
        "round": POSITIVE,
        "rule": words(*RULES),
        "seats": POSITIVE,
        "title": TITLE,
        "write_ins": integer(0, 9),
    },
    ("female_only", "of", "profile", "registered"),
)
_BOX = fields({"id": IDENT, "kind": words("main", "station", "mobile"), "layout": IDENT, "station": IDENT})
_STATION = fields({"id": IDENT, "registered": COUNT, "roster": HASH}, ("registered",))
_LAYOUT = fields({"contests": listed(IDENT, 1, 64), "id": IDENT})
_CHAIN_FIELDS: dict[str, Shape] = {"election": HASH, "epoch": epoch_one, "prev": HASH, "seq": TIME, "time": TIME}
_ON_STATION = {**_CHAIN_FIELDS, "chain": matching(f"s/{ID_PATTERN}/{ID_PATTERN}", "s/<unit>/<station>")}  # [KIND-3]
_ON_UNIT = {**_CHAIN_FIELDS, "chain": matching(f"u/{ID_PATTERN}", "u/<unit>")}
_ON_COUNTY = {**_CHAIN_FIELDS, "chain": words("c")}
_ANY_CHAIN = matching(f"c|u/{ID_PATTERN}|s/{ID_PATTERN}/{ID_PATTERN}", "the name of a chain")

_EFFECT = integers(-(10**9), 10**9)
_BATCH: dict[str, Shape] = {
    **_ON_STATION,
    "time": floored_time,
    "evidence": listed(HASH, 0, 8),
    "figures": figures_of_batch,
    "layout": IDENT,
    "names": listed(HASH, 0, 255),
    "root": HASH,
    "running": integers(),
    "sealed": HASH,
    "table": listed(POSITIVE, 0, 255, ascending=True),
}
_TARGETING: dict[str, Shape] = {"effect": _EFFECT, "reason": REASON, "target": HASH, "target_seq": TIME}
BOX_COUNTS: Final = ("collected", "delivered", "issued", "proxies", "spoiled", "unused", "voters")
_PAPER_COUNTS = (*BOX_COUNTS, "invalid", "present", "registered", "valid")
_TOTALS = ("closed", "papers", "registered", "stations", "statements", "units")
_PER_LAYOUT = listed(row(IDENT, integers()), 0, 64)
_FROM_CONTEST = listed(row(IDENT, POSITIVE), 0, 64)


def ascending_pairs(value: object, where: str) -> None:
    """`write_ins` of a record: pairs (contest, number) ascending and distinct."""
    _WRITE_INS(value, where)
    _pairs_rise(value, where)


def ascending_negative_pairs(value: object, where: str) -> None:
    """The same for a `void`, whose votes are negative."""
    _NEGATIVE_WRITE_INS(value, where)
    _pairs_rise(value, where)


def _pairs_rise(value: object, where: str) -> None:
    if isinstance(value, list) and any(a[:2] >= b[:2] for a, b in itertools.pairwise(value)):
        raise Refused("E_FIELD", "ascending and distinct pairs", where)


_WRITE_INS = listed(row(COUNT, POSITIVE, POSITIVE), 0, 65_535)
_NEGATIVE_WRITE_INS = listed(row(COUNT, POSITIVE, SIGNED), 0, 65_535)
_BATCH["write_ins"] = ascending_pairs

_ENTRY = row(IDENT, POSITIVE, NAME, SALT)
_OPENED = fields(
    {
        "candidate": CANDIDATE,
        "contest": IDENT,
        "entries": listed(_ENTRY, 1, 65_535),
        "name": NAME,
        "sex": words("f", "m"),
        "votes": COUNT,
    },
    ("candidate", "sex"),
)
_REFERENCES = listed(reference, 0, 65_535)
_RESULT = fields(
    {
        "base": words(*BASES, "none"),
        "base_value": TIME,
        "contest": IDENT,
        "elected": _REFERENCES,
        "held": COUNT,
        "may_stop": flag,
        "next": _REFERENCES,
        "next_women": _REFERENCES,
        "outcome": words(*OUTCOMES),
        "removed": _REFERENCES,
        "runoff": _REFERENCES,
        "runoff_seats": COUNT,
        "sensitive": flag,
        "short": COUNT,
    }
)
_STEP = fields(
    {
        **_CHAIN_FIELDS,
        "chain": matching(f"u/{ID_PATTERN}|s/{ID_PATTERN}/{ID_PATTERN}", "the chain of a station or unit"),
        "reason": REASON,
        "step": words(*STATION_STEPS, *UNIT_STEPS),
    },
    ("reason",),
)


def step(value: object, where: str) -> None:
    """The word fits the chain [KIND-3]; a reason stands exactly where one is owed."""
    _STEP(value, where)
    if not isinstance(value, dict):
        return
    word, chain = value["step"], value["chain"]
    if word not in (STATION_STEPS if chain.startswith("s/") else UNIT_STEPS):
        raise Refused("E_FIELD", f"a chain that has the step {word}", "chain")
    if ("reason" in value) != (word in STEPS_WITH_REASON):
        raise Refused("E_FIELD", "a reason exactly for interrupted and voided", "reason")


KINDS: Final[dict[str, Shape]] = {
    "election": fields(
        {
            "authority": HASH,
            "ballot_key": HASH,
            "county_key": HASH,
            "date": date,
            "id": IDENT,
            "log": fields({"ed25519": HASH, "mldsa44": base64_of(1312)}),
            "origin": matching(r"[!-*,-~]{1,255}", "1 to 255 ASCII characters without space and +"),
            "policy": words("none"),
            "profiles": listed(PROFILE, 1, 16, key="id"),
            "spec": integer(1, 1),
            "test": flag,
            "threshold": integer(50),
            "title": TITLE,
            "units": integer(1, 1_000_000),
            "units_root": HASH,
        }
    ),
    "roster": fields(
        {
            "election": HASH,
            "node": IDENT,
            "officials": listed(_PERSON, 1, 32, key="id"),
            "prev": HASH,
            "station": IDENT,
            "station_key": HASH,
            "unit": IDENT,
            "version": POSITIVE,
        }
    ),
    "unit": fields(
        {
            "boxes": listed(_BOX, 0, 600, key="id"),
            "committee": listed(_PERSON, 1, 32, key="id"),
            "contests": listed(contest_on_paper, 1, 64, key="id"),
            "election": HASH,
            "id": IDENT,
            "layouts": listed(_LAYOUT, 1, 64, key="id"),
            "name": NAME,
            "node": IDENT,
            "place": listed(NAME, 0, 8),
            "prev": HASH,
            "profile": IDENT,
            "registered": COUNT,
            "relations": listed(relatives, 0, 512),
            "rules": own_rules,
            "stations": listed(_STATION, 1, 600, key="id"),
            "version": POSITIVE,
        },
        ("registered",),
    ),
    "open": fields(
        {
            **_ON_STATION,
            "nonce": matching("[0-9]{12}", "12 decimal digits"),
            "officials": listed(IDENT, 1, 32),
            "roster": HASH,
            "unit_note": HASH,
        }
    ),
    "box": fields({**_ON_STATION, "box": IDENT, **dict.fromkeys(BOX_COUNTS, COUNT)}, BOX_COUNTS),
    "batch": fields(_BATCH),
    "void": fields(
        {
            **_ON_STATION,
            "time": floored_time,
            **_TARGETING,
            "layout": IDENT,
            "running": integers(),
            "write_ins": ascending_negative_pairs,
        }
    ),
    "correction": fields({**_BATCH, **_TARGETING}),
    "close": fields(
        {
            **_ON_STATION,
            "batches": COUNT,
            "findings": listed(matching("[A-Z][A-Z0-9_]{0,63}", "a code"), 0, 64, ascending=True),
            "joined_from": listed(row(IDENT, IDENT), 0, 1024),
            "joined_to": listed(row(IDENT, IDENT), 0, 1024),
            "names": COUNT,
            "paper": fields(dict.fromkeys(_PAPER_COUNTS, COUNT), _PAPER_COUNTS),
            "running": _PER_LAYOUT,
            "write_ins": listed(row(IDENT, POSITIVE, POSITIVE), 0, 65_535),
        }
    ),
    "statement": fields(
        {
            **_ON_UNIT,
            "closes": listed(row(IDENT, TIME, TIME, HASH), 0, 600),
            "totals": _PER_LAYOUT,
            "unit_note": HASH,
        }
    ),
    "names": fields(
        {
            **_ON_UNIT,
            "part": integer(1, 1000),
            "parts": integer(1, 1000),
            "persons": listed(_OPENED, 0, 65_535),
            "rest": _FROM_CONTEST,
            "statement": HASH,
        }
    ),
    "step": step,
    "declaration": fields(
        {
            **_ON_UNIT,
            "contests": listed(fields({"contest": IDENT, "elected": _REFERENCES}), 0, 64),
            "reasons": listed(row(IDENT, reference, words(*REASONS), written(200, visible=True, least=0)), 0, 512),
            "statement": HASH,
        }
    ),
    "determination": fields(
        {**_ON_COUNTY, "contests": listed(_RESULT, 0, 64), "statement": HASH, "unit": IDENT},
    ),
    "standings": fields(
        {**_ON_COUNTY, "results": HASH, "root": HASH, "size": TIME, "totals": fields(dict.fromkeys(_TOTALS, TIME))}
    ),
    "receipt": fields(
        {
            "chain": _ANY_CHAIN,
            "election": HASH,
            "epoch": epoch_one,
            "from": TIME,
            "head": HASH,
            "time": TIME,
            "to": TIME,
        }
    ),
}
SEALED_TAIL: Final = fields(
    {
        "adjudications": listed(row(COUNT, IDENT, REASON), 0, 65_535),
        "from": TIME,
        "names": listed(row(POSITIVE, SALT, NAME), 0, 255),
        "to": TIME,
    }
)
