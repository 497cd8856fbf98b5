"""The two machines are those of the contract, and the state that people see joins them."""

import re
from itertools import product
from pathlib import Path

import pytest

from tally_protocol.errors import BrokenChain
from tally_protocol.law.states import (
    STATION_STEPS,
    STATION_TABLE,
    STEPS_WITH_REASON,
    UNIT_STEPS,
    UNIT_TABLE,
    Shown,
    StationWord,
    UnitWord,
    next_station,
    next_unit,
    shown,
)

SPEC = Path(__file__).resolve().parents[2] / "spec" / "8-law.md"
S, U = StationWord, UnitWord
STATION_RECORDS = ("open", "box", "batch", "void", "correction", "close", *(f"step {word}" for word in STATION_STEPS))
UNIT_RECORDS = ("statement", "names", "declaration", *(f"step {word}" for word in UNIT_STEPS))


def told(heading: str) -> dict[str, dict[str, str]]:
    """A table of spec/8: state -> record -> next state."""
    text = SPEC.read_text("utf-8").split(heading, 1)[1].split("| state |", 1)[1]
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines()[2:]:
        if not line.startswith("|"):
            break
        _, state, moves, _ = (part.strip() for part in line.split("|"))
        found[state] = {}
        for records, following in re.findall(r"((?:`[^>]+`)(?:, `[^>]+`)*) -> ([A-Z]+|the state before)", moves):
            for record in records.split(", "):
                found[state][record.replace("`", "")] = following
    return found


def test_the_station_table_is_that_of_the_spec() -> None:
    """[STEP-1] Record by record."""
    table = told("Station chain:")
    assert table.pop("INTERRUPTED") == {"step resumed": "the state before"}
    ours = {
        state.value: {record: after.value for record, after in moves.items()} for state, moves in STATION_TABLE.items()
    }
    assert ours.pop("INTERRUPTED") == {}
    assert ours == table
    assert len(table) == 6


def test_the_unit_table_is_that_of_the_spec() -> None:
    """[STEP-1] Record by record."""
    ours = {
        state.value: {record: after.value for record, after in moves.items()} for state, moves in UNIT_TABLE.items()
    }
    assert ours == told("Unit chain:")
    assert len(ours) == 8


@pytest.mark.parametrize(("state", "record"), list(product(S, STATION_RECORDS)))
def test_a_table_does_what_its_state_allows(state: StationWord, record: str) -> None:
    """[STEP-1] [CHAIN-4] [CHAIN-7] E_NONZERO for an `open` out of place, E_CLOSED after `close`, else E_STATE."""
    allowed = STATION_TABLE[state].get(record)
    if state is S.INTERRUPTED and record == "step resumed":
        allowed = S.SORTED
    if allowed is not None:
        assert next_station(state, S.SORTED, record, "s/v1/1") is allowed
        return
    code = "E_STATE"
    if record == "open" or state is S.NEW:
        code = "E_NONZERO"
    elif state is S.COUNTED:
        code = "E_CLOSED"
    with pytest.raises(BrokenChain) as caught:
        next_station(state, S.SORTED, record, "s/v1/1")
    assert caught.value.code == code


@pytest.mark.parametrize(("state", "record"), list(product(U, UNIT_RECORDS)))
def test_a_committee_does_what_its_state_allows(state: UnitWord, record: str) -> None:
    """[STEP-1] What the table has not is E_STATE; any state but the last can be voided."""
    allowed = UNIT_TABLE[state].get(record)
    if allowed is not None:
        assert next_unit(state, record, "u/v1") is allowed
    else:
        with pytest.raises(BrokenChain, match="E_STATE"):
            next_unit(state, record, "u/v1")
    assert (UNIT_TABLE[state].get("step voided") is U.VOIDED) == (state is not U.VOIDED)


def test_steps_are_told_apart() -> None:
    assert not set(STATION_STEPS) & set(UNIT_STEPS)
    assert set(STATION_STEPS) | set(UNIT_STEPS) > STEPS_WITH_REASON


@pytest.mark.parametrize(
    ("stations", "boxes", "unit", "determined", "expected"),
    [
        ((S.NEW, S.NEW), False, U.COUNTING, False, Shown.SEALED),
        ((S.NEW, S.OPEN), False, U.COUNTING, False, Shown.OPEN),
        ((S.CLOSED, S.OPEN), False, U.COUNTING, False, Shown.OPEN),
        ((S.CLOSED, S.CLOSED), False, U.COUNTING, False, Shown.CLOSED),
        ((S.CLOSED, S.SORTED), False, U.COUNTING, False, Shown.CLOSED),
        ((S.CLOSED, S.CLOSED), True, U.COUNTING, False, Shown.BOXES_RECONCILED),
        ((S.SORTED, S.SORTED), True, U.COUNTING, False, Shown.SORTED),
        ((S.SORTED, S.COUNTING), True, U.COUNTING, False, Shown.COUNTING),
        ((S.NEW, S.COUNTED), False, U.COUNTING, False, Shown.COUNTING),
        ((S.INTERRUPTED, S.COUNTING), True, U.COUNTING, False, Shown.INTERRUPTED),
        ((S.COUNTED, S.COUNTED), True, U.COUNTING, False, Shown.COUNTED),
        ((S.COUNTED, S.COUNTED), True, U.SIGNED, False, Shown.SIGNED),
        ((S.COUNTED, S.COUNTED), True, U.SIGNED, True, Shown.DETERMINED),
        ((S.COUNTED, S.COUNTED), True, U.ANNOUNCED, False, Shown.ANNOUNCED),
        ((S.COUNTED, S.COUNTED), True, U.ANNOUNCED, True, Shown.DETERMINED),
        ((S.COUNTED, S.COUNTED), True, U.REVIEWED, True, Shown.REVIEWED),
        ((S.COUNTED, S.COUNTED), True, U.DECLARED, True, Shown.DECLARED),
        ((S.COUNTED, S.COUNTED), True, U.FILED, True, Shown.FILED),
        ((S.COUNTED, S.COUNTED), True, U.ARCHIVED, True, Shown.ARCHIVED),
        ((S.OPEN, S.NEW), False, U.VOIDED, False, Shown.VOIDED),
    ],
)
def test_people_see_one_state(
    stations: tuple[StationWord, ...], boxes: bool, unit: UnitWord, determined: bool, expected: Shown
) -> None:
    assert shown(stations, boxes_reconciled=boxes, unit=unit, determined=determined) is expected
