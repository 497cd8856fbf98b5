"""How far a station and a unit are, as two tables (spec/8, states) [STEP-1].

Each chain is its own machine, so that a late parcel of one laptop never makes another's honest record wrong. What
people see joins both: `shown`.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from tally_protocol.errors import BrokenChain

STATION_STEPS = ("interrupted", "polls_closed", "resumed", "sorted")
UNIT_STEPS = ("announced", "archived", "filed", "reviewed", "voided")
# a person must be able to read why
STEPS_WITH_REASON = frozenset({"interrupted", "voided"})


class StationWord(Enum):
    """The state of a station chain."""

    NEW = "NEW"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    SORTED = "SORTED"
    COUNTING = "COUNTING"
    INTERRUPTED = "INTERRUPTED"
    COUNTED = "COUNTED"


class UnitWord(Enum):
    """The state of a unit chain."""

    COUNTING = "COUNTING"
    SIGNED = "SIGNED"
    ANNOUNCED = "ANNOUNCED"
    REVIEWED = "REVIEWED"
    DECLARED = "DECLARED"
    FILED = "FILED"
    ARCHIVED = "ARCHIVED"
    VOIDED = "VOIDED"


_S, _U = StationWord, UnitWord
_COUNT = {"batch": _S.COUNTING, "step interrupted": _S.INTERRUPTED, "close": _S.COUNTED}
_RESUMED = "step resumed"

# a step is `step` and its word; the state after `step resumed` is the one before the interruption
STATION_TABLE: Mapping[StationWord, Mapping[str, StationWord]] = MappingProxyType(
    {
        _S.NEW: {"open": _S.OPEN},
        _S.OPEN: {"box": _S.OPEN, "step polls_closed": _S.CLOSED, "step sorted": _S.SORTED, **_COUNT},
        _S.CLOSED: {"box": _S.CLOSED, "step sorted": _S.SORTED, **_COUNT},
        _S.SORTED: {"box": _S.SORTED, **_COUNT},
        _S.COUNTING: {"box": _S.COUNTING, "void": _S.COUNTING, "correction": _S.COUNTING, **_COUNT},
        _S.INTERRUPTED: {},
        _S.COUNTED: {"correction": _S.COUNTED},
    }
)

_VOID = {"step voided": _U.VOIDED}
_AFTER = {"statement": _U.SIGNED, "declaration": _U.DECLARED, **_VOID}

UNIT_TABLE: Mapping[UnitWord, Mapping[str, UnitWord]] = MappingProxyType(
    {
        _U.COUNTING: {"statement": _U.SIGNED, **_VOID},
        _U.SIGNED: {"names": _U.SIGNED, "step announced": _U.ANNOUNCED, "step reviewed": _U.REVIEWED, **_AFTER},
        _U.ANNOUNCED: {"names": _U.ANNOUNCED, "step reviewed": _U.REVIEWED, **_AFTER},
        _U.REVIEWED: _AFTER,
        _U.DECLARED: {"step filed": _U.FILED, **_AFTER},
        _U.FILED: {"step archived": _U.ARCHIVED, **_AFTER},
        _U.ARCHIVED: _VOID,
        _U.VOIDED: {},
    }
)


def next_station(state: StationWord, before: StationWord, record: str, where: str) -> StationWord:
    """The state after a record, named by its kind (`step` with its word); BrokenChain if the table has none [STEP-1].

    `before` is the state that an interruption interrupted. E_NONZERO for an `open` that is not first or a first record
    that is not `open`, E_CLOSED for anything but `correction` in COUNTED, else E_STATE [CHAIN-4] [CHAIN-7].
    """
    if state is _S.INTERRUPTED and record == _RESUMED:
        return before
    following = STATION_TABLE[state].get(record)
    if following is not None:
        return following
    if record == "open" or state is _S.NEW:
        raise BrokenChain("E_NONZERO", where, expected="open first, once", found=record)
    code = "E_CLOSED" if state is _S.COUNTED else "E_STATE"
    raise BrokenChain(code, where, expected=f"a record that {state.value} allows", found=record)


def next_unit(state: UnitWord, record: str, where: str) -> UnitWord:
    """The state after a record of the unit chain; BrokenChain E_STATE if the table has none [STEP-1]."""
    following = UNIT_TABLE[state].get(record)
    if following is None:
        raise BrokenChain("E_STATE", where, expected=f"a record that {state.value} allows", found=record)
    return following


class Shown(Enum):
    """The state of a unit as people see it, over all its chains; the value is what a board prints in Chinese."""

    SEALED = "已封存"
    OPEN = "投票中"
    CLOSED = "投票结束"
    BOXES_RECONCILED = "票箱已核对"
    SORTED = "已清点整理"
    COUNTING = "计票中"
    INTERRUPTED = "计票中断"
    COUNTED = "计票完毕"
    SIGNED = "报告单已签"
    ANNOUNCED = "已当场公布"
    DETERMINED = "已依规则认定"
    REVIEWED = "已资格审查"
    DECLARED = "已宣布"
    FILED = "已备案"
    ARCHIVED = "已归档"
    VOIDED = "选举无效"


_ORDER = tuple(StationWord)


def shown(stations: Iterable[StationWord], *, boxes_reconciled: bool, unit: UnitWord, determined: bool) -> Shown:
    """The joint state of a unit's stations and its own chain.

    `boxes_reconciled`: it has boxes and every one has a record; `determined`: the determination for the last statement
    is in the log.
    """
    if unit in {_U.SIGNED, _U.ANNOUNCED} and determined:
        return Shown.DETERMINED
    if unit is not _U.COUNTING:
        return Shown[unit.name]
    found = set(stations)
    if _S.INTERRUPTED in found:
        return Shown.INTERRUPTED
    if found == {_S.COUNTED}:
        return Shown.COUNTED
    if found & {_S.COUNTING, _S.COUNTED}:
        return Shown.COUNTING
    if found == {_S.SORTED}:
        return Shown.SORTED
    if found == {_S.NEW}:
        return Shown.SEALED
    if boxes_reconciled:
        return Shown.BOXES_RECONCILED
    # a unit is as far as its slowest station
    least = min(found, key=_ORDER.index)
    return Shown.CLOSED if _ORDER.index(least) >= _ORDER.index(_S.CLOSED) else Shown.OPEN
