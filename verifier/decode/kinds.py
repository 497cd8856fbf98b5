"""The kinds of record as tables: which fields, of which shape. Reading a record means looking here.

Serves [KIND-1], [KIND-2], [KIND-3], [NOTE-2] (names of kinds), spec/1 and spec/2.
"""

import itertools
from typing import Final

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
    row,
    words,
    written,
)
from verifier.findings.codes import Refused

ID_PATTERN: Final = r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,31}"
ROLES: Final = ("chair", "chief_scrutineer", "scrutineer", "teller", "caller", "member")
SIGNED_KINDS: Final = ("open", "box", "batch", "void", "correction", "close", "statement", "names")
STATION_KINDS: Final = frozenset(("open", "box", "batch", "void", "correction", "close"))
UNIT_KINDS: Final = frozenset(("statement", "names"))
MANIFEST_KINDS: Final = frozenset(("election", "roster", "unit"))


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


def signer_roles(value: object, where: str) -> None:
    """Roles by kind; statements and names need at least one (spec/1, profile)."""
    _SIGNERS(value, where)
    if isinstance(value, dict) and not (value["statement"] and value["names"]):
        raise Refused("E_FIELD", "at least one role for statement and names", where)


def contest_on_paper(value: object, where: str) -> None:
    """A contest has at least one candidate or one slot."""
    _CONTEST(value, where)
    if isinstance(value, dict) and not value["candidates"] and not value["write_ins"]:
        raise Refused("E_FIELD", "a candidate or a write-in slot", where)


_ROLE = words(*ROLES)
_SIGNERS = fields({kind: listed(_ROLE, 0, 8) for kind in SIGNED_KINDS})
_PERSON = fields({"id": IDENT, "key": HASH, "role": _ROLE})
_PROFILE = fields(
    {
        "id": IDENT,
        "names": fields({"full": flag, "min_votes": POSITIVE}),
        "overvote": words("post", "ballot"),
        "signers": signer_roles,
    }
)
_CONTEST = fields(
    {
        "candidates": listed(
            fields({"id": CANDIDATE, "name": NAME, "sex": words("f", "m")}, ("sex",)), 0, 512, key="id"
        ),
        "id": IDENT,
        "max_marks": integer(1, 512),
        "registered": COUNT,
        "round": POSITIVE,
        "seats": POSITIVE,
        "title": TITLE,
        "write_ins": integer(0, 9),
    },
    ("registered",),
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
_PAPER_COUNTS = ("collected", "delivered", "invalid", "issued", "proxies", "registered", "spoiled", "unused", "valid")
_BOX_COUNTS = ("collected", "delivered", "issued", "proxies", "spoiled", "unused")
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
            "profiles": listed(_PROFILE, 1, 64, key="id"),
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
    "box": fields({**_ON_STATION, "box": IDENT, **dict.fromkeys(_BOX_COUNTS, COUNT)}, _BOX_COUNTS),
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
            "persons": listed(
                fields({"contest": IDENT, "entries": listed(_ENTRY, 1, 65_535), "name": NAME, "votes": COUNT}),
                0,
                65_535,
            ),
            "rest": _FROM_CONTEST,
            "statement": HASH,
        }
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
        "adjudications": listed(row(COUNT, IDENT, written(200, visible=False)), 0, 65_535),
        "from": TIME,
        "names": listed(row(POSITIVE, SALT, NAME), 0, 255),
        "to": TIME,
    }
)
