"""Ids, names and whole numbers as a folder may spell them, and as the sealed election will carry them.

Pure. Serves [IDENT-1] and [IDENT-2]: an id that the record cannot carry becomes a stable slug, `x-` and the first
ten hex digits of its SHA-256, so that the same id in another file, or in next week's rehearsal, becomes the same
slug.
"""

import hashlib
import re
import unicodedata
from typing import Final, NewType

ElectionId = NewType("ElectionId", str)
UnitId = NewType("UnitId", str)
StationId = NewType("StationId", str)
ContestId = NewType("ContestId", str)
CandidateId = NewType("CandidateId", str)
LayoutId = NewType("LayoutId", str)
BoxId = NewType("BoxId", str)
ProfileId = NewType("ProfileId", str)

NAME_LIMIT: Final = 64
TITLE_LIMIT: Final = 200
FIGURE_LIMIT: Final = 1_000_000_000
"""No count in the record is larger ([KIND-1], limits.json figure_maximum)."""

_ID: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,31}")
_CANDIDATE_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}")
_COUNT: Final = re.compile(r"-?[1-9][0-9]{0,9}|0")
_FORBIDDEN: Final = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\ud800-\udfff]"
)


def slug(raw: str) -> str:
    """Return the stable id of a text that cannot be an id itself."""
    return "x-" + hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def plain_id(raw: str) -> str:
    """Return the id that the record carries for `raw`: itself where [IDENT-1] allows it, else its slug."""
    return raw if _ID.fullmatch(raw) else slug(raw)


def candidate_id(raw: str) -> str:
    """Like `plain_id`, but a candidate's id begins with a letter, a digit or `_` ([IDENT-1]).

    The signs `-`, `?` and `+` therefore always belong to the marks grammar, never to the id behind them.
    """
    return raw if _CANDIDATE_ID.fullmatch(raw) else slug(raw)


def name_fault(name: str, limit: int = NAME_LIMIT) -> str | None:
    """Return what [IDENT-2] finds wrong with an NFC name or title, or None."""
    if not name.strip():
        return "no visible character"
    if len(name) > limit:
        return f"{len(name)} characters"
    if match := _FORBIDDEN.search(name):
        return f"character U+{ord(match[0]):04X}"
    return None


def composed(name: str) -> str:
    """Return the name in Unicode NFC, the only form that the record carries ([IDENT-2])."""
    return unicodedata.normalize("NFC", name)


def whole_number(text: str) -> int | None:
    """Read a whole number in its one spelling (no sign but `-`, no leading zero), |n| <= 10^9; else None."""
    if not _COUNT.fullmatch(text):
        return None
    number = int(text)
    return number if abs(number) <= FIGURE_LIMIT else None
