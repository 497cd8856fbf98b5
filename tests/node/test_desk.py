"""The state table of the desk [CHAIN-4] [CHAIN-7]."""

from pathlib import Path

import pytest

from tally_node.desk import TABLE, Event, State, allowed, diagram, state_of, step
from tally_node.voice import NodeError


def test_every_pair_either_leads_on_or_is_refused_with_what_is_allowed() -> None:
    for state in State:
        for event in Event:
            if (state, event) in TABLE:
                assert step(state, event) is TABLE[state, event]
            else:
                with pytest.raises(NodeError) as caught:
                    step(state, event, "s/v1/1")
                assert caught.value.code == "N_STATE"
                assert caught.value.expected == ", ".join(allowed(state))


def test_the_restart_never_loses_a_state_that_the_journal_can_show() -> None:
    for state in State:
        after = step(state, Event.RESTART)
        assert after is (State.INTERRUPTED if state is State.COUNTING else state)


def test_only_a_correction_follows_the_signature() -> None:
    assert allowed(State.SIGNED) == (Event.RESTART, Event.CORRECT)


def test_nothing_is_closed_while_papers_wait() -> None:
    for state in (State.COUNTING, State.INTERRUPTED):
        assert Event.CLOSE not in allowed(state)


@pytest.mark.parametrize(
    ("opened", "closed", "batches", "waiting", "state"),
    [
        (False, False, 0, 0, State.SEALED),
        (True, False, 0, 0, State.OPENED),
        (True, False, 0, 3, State.INTERRUPTED),
        (True, False, 2, 3, State.INTERRUPTED),
        (True, False, 2, 0, State.COUNTED),
        (True, True, 2, 0, State.SIGNED),
    ],
)
def test_the_state_is_derived_from_the_journal(
    *, opened: bool, closed: bool, batches: int, waiting: int, state: State
) -> None:
    assert state_of(opened=opened, closed=closed, batches=batches, waiting=waiting) is state


def test_the_page_is_the_table(root: Path) -> None:
    assert (root / "docs" / "desk.md").read_text("utf-8") == diagram()
