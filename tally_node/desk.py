"""The counting table as a state table: what may happen next, and what it leads to. Pure, table driven.

States and events are closed lists; `step("opened", Event.CALL)` is `State.COUNTING`, and what the table does not list
is refused (N_STATE) with the events that are allowed. The state itself is never stored: `state_of` derives it from
the journal, so a crash cannot leave the two in disagreement. `diagram` writes docs/desk.md.
"""

from enum import StrEnum

from tally_node.voice import NodeError, Words


class State(StrEnum):
    """Where a table stands."""

    SEALED = "sealed"
    OPENED = "opened"
    COUNTING = "counting"
    INTERRUPTED = "interrupted"
    COUNTED = "counted"
    SIGNED = "signed"


class Event(StrEnum):
    """What people at the table do; `restart` is the program coming up again."""

    OPEN = "open"
    BOX = "box"
    CALL = "call"
    UNDO = "undo"
    INTERRUPT = "interrupt"
    RESTART = "restart"
    CUT = "cut"
    VOID = "void"
    CORRECT = "correct"
    CLOSE = "close"


WORDS: dict[State, Words] = {
    State.SEALED: Words("未启封", "not opened"),
    State.OPENED: Words("已启封", "opened"),
    State.COUNTING: Words("计票中", "counting"),
    State.INTERRUPTED: Words("计票中断", "interrupted"),
    State.COUNTED: Words("已计票", "counted"),
    State.SIGNED: Words("已签名结束", "closed and signed"),
}

# [CHAIN-4] only `open` leaves `sealed`; [CHAIN-7] after `close` only a correction. A stack that was begun must be cut
# before anything else is signed about it, or papers would hang between the table and the record.
TABLE: dict[tuple[State, Event], State] = {
    (State.SEALED, Event.OPEN): State.OPENED,
    (State.SEALED, Event.RESTART): State.SEALED,
    (State.OPENED, Event.BOX): State.OPENED,
    (State.OPENED, Event.CALL): State.COUNTING,
    (State.OPENED, Event.CLOSE): State.SIGNED,
    (State.OPENED, Event.RESTART): State.OPENED,
    (State.COUNTING, Event.CALL): State.COUNTING,
    (State.COUNTING, Event.UNDO): State.COUNTING,
    (State.COUNTING, Event.INTERRUPT): State.INTERRUPTED,
    (State.COUNTING, Event.RESTART): State.INTERRUPTED,
    (State.COUNTING, Event.CUT): State.COUNTED,
    (State.INTERRUPTED, Event.CALL): State.COUNTING,
    (State.INTERRUPTED, Event.UNDO): State.COUNTING,
    (State.INTERRUPTED, Event.CUT): State.COUNTED,
    (State.INTERRUPTED, Event.BOX): State.INTERRUPTED,
    (State.INTERRUPTED, Event.RESTART): State.INTERRUPTED,
    (State.COUNTED, Event.BOX): State.COUNTED,
    (State.COUNTED, Event.CALL): State.COUNTING,
    (State.COUNTED, Event.VOID): State.COUNTED,
    (State.COUNTED, Event.CORRECT): State.COUNTED,
    (State.COUNTED, Event.CLOSE): State.SIGNED,
    (State.COUNTED, Event.RESTART): State.COUNTED,
    (State.SIGNED, Event.CORRECT): State.SIGNED,
    (State.SIGNED, Event.RESTART): State.SIGNED,
}


def allowed(state: State) -> tuple[Event, ...]:
    """The events that the table lists for a state, in the order of the enumeration."""
    return tuple(event for event in Event if (state, event) in TABLE)


def step(state: State, event: Event, where: str = "") -> State:
    """The next state, or NodeError N_STATE with what is allowed."""
    following = TABLE.get((state, event))
    if following is None:
        expected = ", ".join(allowed(state))
        raise NodeError("N_STATE", where, expected=expected, found=f"{event} while {state} ({WORDS[state]})")
    return following


def state_of(*, opened: bool, closed: bool, batches: int, waiting: int) -> State:
    """The state that a journal shows: `waiting` papers are called but not yet in a batch."""
    if not opened:
        return State.SEALED
    if closed:
        return State.SIGNED
    if waiting:
        return State.INTERRUPTED
    return State.COUNTED if batches else State.OPENED


def diagram() -> str:
    """The table as a Mermaid state diagram and a list; docs/desk.md is this text."""
    lines = ["# 计票台状态 / States of the counting table", "", "Generated from `tally_node/desk.py`; do not edit.", ""]
    lines += ["```mermaid", "stateDiagram-v2", "    [*] --> sealed"]
    lines += [
        f"    {state} --> {following}: {event}"
        for (state, event), following in TABLE.items()
        if event is not Event.RESTART or state is not following
    ]
    lines += ["```", "", "| state | 中文 | English | allowed |", "|---|---|---|---|"]
    lines += [f"| {state} | {WORDS[state].zh} | {WORDS[state].en} | {', '.join(allowed(state))} |" for state in State]
    return "\n".join(lines) + "\n"
