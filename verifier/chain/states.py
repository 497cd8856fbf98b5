"""The state machines of station and unit chains, as the tables of spec/8 have them.

Serves [STEP-1], [CHAIN-4], [CHAIN-7]. An event is a kind of record, or `step` and its word. What stands in no row is
refused.
"""

from collections.abc import Mapping
from typing import Any, Final

from verifier.findings.codes import Refused

NEW, OPEN, CLOSED, SORTED, COUNTING, INTERRUPTED, COUNTED = (
    "NEW", "OPEN", "CLOSED", "SORTED", "COUNTING", "INTERRUPTED", "COUNTED",
)  # fmt: skip
SIGNED, ANNOUNCED, REVIEWED, DECLARED, FILED, ARCHIVED, VOIDED = (
    "SIGNED", "ANNOUNCED", "REVIEWED", "DECLARED", "FILED", "ARCHIVED", "VOIDED",
)  # fmt: skip
BEFORE: Final = "the state before the interruption"

STATION_TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    NEW: {"open": OPEN},
    OPEN: {
        "box": OPEN, "step polls_closed": CLOSED, "step sorted": SORTED, "batch": COUNTING,
        "step interrupted": INTERRUPTED, "close": COUNTED,
    },
    CLOSED: {
        "box": CLOSED, "step sorted": SORTED, "batch": COUNTING, "step interrupted": INTERRUPTED, "close": COUNTED,
    },
    SORTED: {"box": SORTED, "batch": COUNTING, "step interrupted": INTERRUPTED, "close": COUNTED},
    COUNTING: {
        "box": COUNTING, "batch": COUNTING, "void": COUNTING, "correction": COUNTING,
        "step interrupted": INTERRUPTED, "close": COUNTED,
    },
    INTERRUPTED: {"step resumed": BEFORE},
    COUNTED: {"correction": COUNTED},
}  # fmt: skip
UNIT_TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    COUNTING: {"statement": SIGNED, "step voided": VOIDED},
    SIGNED: {
        "statement": SIGNED, "names": SIGNED, "step announced": ANNOUNCED, "step reviewed": REVIEWED,
        "declaration": DECLARED, "step voided": VOIDED,
    },
    ANNOUNCED: {
        "statement": SIGNED, "names": ANNOUNCED, "step reviewed": REVIEWED, "declaration": DECLARED,
        "step voided": VOIDED,
    },
    REVIEWED: {"statement": SIGNED, "declaration": DECLARED, "step voided": VOIDED},
    DECLARED: {"statement": SIGNED, "declaration": DECLARED, "step filed": FILED, "step voided": VOIDED},
    FILED: {"statement": SIGNED, "declaration": DECLARED, "step archived": ARCHIVED, "step voided": VOIDED},
    ARCHIVED: {"step voided": VOIDED},
    VOIDED: {},
}  # fmt: skip


def event_of(kind: str, fields: Mapping[str, Any]) -> str:
    """The event that a record is."""
    return f"step {fields['step']}" if kind == "step" else kind


def after_station(state: str, event: str) -> str:
    """State of a station chain after an event; BEFORE where an interruption ends."""
    if (event == "open") != (state == NEW):
        raise Refused("E_NONZERO", "one open, as the first record", event)  # [CHAIN-4]
    if state == COUNTED and event != "correction":
        raise Refused("E_CLOSED", "only corrections after close", event)  # [CHAIN-7]
    return _next(STATION_TABLE[state], state, event)


def after_unit(state: str, event: str) -> str:
    """State of a unit chain after an event."""
    return _next(UNIT_TABLE[state], state, event)


def _next(row: Mapping[str, str], state: str, event: str) -> str:
    after = row.get(event)
    if after is None:
        raise Refused("E_STATE", f"in {state}: {', '.join(row) or 'nothing'}", event)
    return after
