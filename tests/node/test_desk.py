"""The state table of the desk [CHAIN-4] [CHAIN-7] [STEP-1]."""

from pathlib import Path

import pytest

from tally_node.desk import STEPS, TABLE, Event, State, allowed, diagram, state_of, step
from tally_node.voice import NodeError
from tally_protocol.law.states import STATION_STEPS, STATION_TABLE, StationWord

RECORDS = {
    Event.OPEN: "open", Event.BOX: "box", Event.CUT: "batch", Event.VOID: "void", Event.CORRECT: "correction",
    Event.CLOSE: "close",
} | {event: f"step {event}" for event in STEPS}  # fmt: skip
CHAIN = {State.SEALED: StationWord.NEW} | {
    state: StationWord[state.name] for state in State if state.name in StationWord.__members__
}


def test_every_pair_either_leads_on_or_is_refused_with_what_is_allowed() -> None:
    for state in State:
        for event in Event:
            if event in allowed(state):
                assert step(state, event, before=State.SORTED) is TABLE.get((state, event), State.SORTED)
            else:
                with pytest.raises(NodeError) as caught:
                    step(state, event, "s/v1/1")
                assert caught.value.code == "N_STATE"
                assert caught.value.expected == ", ".join(allowed(state))


def test_the_desk_allows_no_more_than_the_chain() -> None:
    """[STEP-1]: what the desk lets people record, the table of states has, and with the same outcome."""
    assert {word.value for word in STEPS} == set(STATION_STEPS)
    for (state, event), following in TABLE.items():
        if state in CHAIN and event in RECORDS and following in CHAIN:
            assert STATION_TABLE[CHAIN[state]][RECORDS[event]] is CHAIN[following], (state, event)


def test_the_restart_never_loses_a_state_that_the_journal_can_show() -> None:
    for state in State:
        after = step(state, Event.RESTART)
        assert after is (State.WAITING if state is State.CALLING else state)


def test_an_interruption_leads_back_to_where_it_came() -> None:
    assert allowed(State.INTERRUPTED) == (Event.RESUME, Event.RESTART)
    for before in (State.OPEN, State.CLOSED, State.SORTED, State.COUNTING, State.WAITING):
        assert step(before, Event.INTERRUPT) is State.INTERRUPTED
        assert step(State.INTERRUPTED, Event.RESUME, before=before) is before


def test_only_a_correction_follows_the_close() -> None:
    assert allowed(State.COUNTED) == (Event.RESTART, Event.CORRECT)


def test_nothing_is_closed_while_papers_wait() -> None:
    for state in (State.CALLING, State.WAITING):
        assert Event.CLOSE not in allowed(state)


@pytest.mark.parametrize(
    ("chain", "waiting", "state"),
    [
        (StationWord.NEW, 0, State.SEALED),
        (StationWord.OPEN, 0, State.OPEN),
        (StationWord.OPEN, 3, State.WAITING),
        (StationWord.CLOSED, 0, State.CLOSED),
        (StationWord.SORTED, 1, State.WAITING),
        (StationWord.COUNTING, 3, State.WAITING),
        (StationWord.COUNTING, 0, State.COUNTING),
        (StationWord.INTERRUPTED, 3, State.INTERRUPTED),
        (StationWord.COUNTED, 0, State.COUNTED),
    ],
)
def test_the_state_is_derived_from_the_journal(chain: StationWord, waiting: int, state: State) -> None:
    assert state_of(chain, waiting=waiting) is state


def test_the_page_is_the_table(root: Path) -> None:
    assert (root / "docs" / "desk.md").read_text("utf-8") == diagram()
