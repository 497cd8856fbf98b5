"""The counting table as a state table: what may happen next, and what it leads to. Pure, table driven.

States and events are closed lists; `step(State.OPEN, Event.CALL)` is `State.CALLING`, and what the table does not list
is refused (N_STATE) with the events that are allowed. The state itself is never stored: `state_of` derives it from the
chain's state in the journal [STEP-1] and the papers that wait there, so a crash cannot leave the two in disagreement.
The desk allows no more than the chain's table does. `diagram` writes docs/desk.md.
"""

from enum import StrEnum

from tally_node.voice import NodeError, Words
from tally_protocol.law.states import StationWord


class State(StrEnum):
    """Where a table stands: the states of the chain, and two of the desk's own for papers that are in no batch yet."""

    SEALED = "sealed"
    OPEN = "open"
    CLOSED = "closed"
    SORTED = "sorted"
    CALLING = "calling"
    WAITING = "waiting"
    COUNTING = "counting"
    INTERRUPTED = "interrupted"
    COUNTED = "counted"


class Event(StrEnum):
    """What people at the table do; `restart` is the program coming up again."""

    OPEN = "open"
    BOX = "box"
    CLOSE_POLLS = "polls_closed"
    SORT = "sorted"
    CALL = "call"
    UNDO = "undo"
    INTERRUPT = "interrupted"
    RESUME = "resumed"
    RESTART = "restart"
    CUT = "cut"
    VOID = "void"
    CORRECT = "correct"
    CLOSE = "close"


STEPS = (Event.CLOSE_POLLS, Event.SORT, Event.INTERRUPT, Event.RESUME)
"""Events that are a `step` record of the same word."""

WORDS: dict[State, Words] = {
    State.SEALED: Words("未启封", "not opened"),
    State.OPEN: Words("已启封", "opened"),
    State.CLOSED: Words("投票结束", "polls closed"),
    State.SORTED: Words("已清点整理", "papers sorted"),
    State.CALLING: Words("唱票中", "papers are being called"),
    State.WAITING: Words("有票未成批", "called papers wait for their batch"),
    State.COUNTING: Words("计票中", "counting"),
    State.INTERRUPTED: Words("计票中断", "interrupted"),
    State.COUNTED: Words("计票完毕", "closed and signed"),
}

_WITH_BOX = (State.OPEN, State.CLOSED, State.SORTED, State.COUNTING)
_READY = (*_WITH_BOX, State.CALLING, State.WAITING)


def _table() -> dict[tuple[State, Event], State]:
    """[CHAIN-4] only `open` leaves `sealed`; [CHAIN-7] after `close` only a correction. A stack that was begun must be
    cut before the table closes, or papers would hang between the table and the record.
    """  # noqa: D205
    found = {(State.SEALED, Event.OPEN): State.OPEN}
    found[State.OPEN, Event.CLOSE_POLLS] = State.CLOSED
    found[State.OPEN, Event.SORT] = found[State.CLOSED, Event.SORT] = State.SORTED
    for state in _WITH_BOX:
        found[state, Event.BOX] = state
        found[state, Event.CLOSE] = State.COUNTED
    # boxes that come in late are recorded while papers wait, but not between two calls
    found[State.WAITING, Event.BOX] = State.WAITING
    for state in _READY:
        found[state, Event.CALL] = State.CALLING
        found[state, Event.INTERRUPT] = State.INTERRUPTED
    for state in (State.CALLING, State.WAITING):
        found[state, Event.UNDO] = State.CALLING
        found[state, Event.CUT] = State.COUNTING
    found[State.COUNTING, Event.VOID] = found[State.COUNTING, Event.CORRECT] = State.COUNTING
    found[State.COUNTED, Event.CORRECT] = State.COUNTED
    for state in State:
        found[state, Event.RESTART] = State.WAITING if state is State.CALLING else state
    return found


TABLE: dict[tuple[State, Event], State] = _table()


def allowed(state: State) -> tuple[Event, ...]:
    """The events that the desk allows in a state, in the order of the enumeration."""
    return tuple(event for event in Event if (state, event) in TABLE or (state, event) == _RESUMED)


_RESUMED = (State.INTERRUPTED, Event.RESUME)


def step(state: State, event: Event, where: str = "", before: State = State.OPEN) -> State:
    """The next state, or NodeError N_STATE with what is allowed; `before` is where an interruption came."""
    following = before if (state, event) == _RESUMED else TABLE.get((state, event))
    if following is None:
        expected = ", ".join(allowed(state))
        raise NodeError("N_STATE", where, expected=expected, found=f"{event} while {state} ({WORDS[state]})")
    return following


def state_of(chain: StationWord, *, waiting: int) -> State:
    """The state that a journal shows: the chain's own [STEP-1], and how many called papers are in no batch yet."""
    found = State.SEALED if chain is StationWord.NEW else State[chain.name]
    return State.WAITING if waiting and found in _WITH_BOX else found


def diagram() -> str:
    """The table as a Mermaid state diagram and a list; docs/desk.md is this text."""
    lines = ["# 计票台状态 / States of the counting table", "", "Generated from `tally_node/desk.py`; do not edit.", ""]
    lines += ["```mermaid", "stateDiagram-v2", "    [*] --> sealed"]
    lines += [
        f"    {state} --> {following}: {event}"
        for (state, event), following in TABLE.items()
        if event is not Event.RESTART or state is not following
    ]
    lines += ["```", "", "From `interrupted` the step `resumed` leads back to the state before.", ""]
    lines += ["| state | 中文 | English | allowed |", "|---|---|---|---|"]
    lines += [f"| {state} | {WORDS[state].zh} | {WORDS[state].en} | {', '.join(allowed(state))} |" for state in State]
    return "\n".join(lines) + "\n"
