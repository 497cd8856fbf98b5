"""What a unit's record fixes: the facts from which the law decides (spec/8, quantities).

`Tally` holds the last statement's totals, what every station's form and boxes say, and the written-in persons that
`names` opened. Nothing in it is decided; unknown figures are simply not in the mappings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tally_protocol.ids import BoxId, CandidateId, ContestId, LayoutId, StationId

Counts = Mapping[str, int]
Figures = tuple[int, ...]


class Stage(Enum):
    """How far a unit has come: findings and results speak only of what is fixed [FIND-2]."""

    COUNTING = "counting"  # no statement over the final heads
    STATED = "stated"  # the statement stands, written-in names are not all opened
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A person of `names`: written in for a contest; `candidate` is the candidate of another contest who is meant."""

    contest: ContestId
    name: str
    votes: int
    candidate: CandidateId | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFigures:
    """One station: `paper` as its `close` says, the last record of each box, and its running figures by layout.

    `joined` says whether papers came from or went to another table.
    """

    station: StationId
    closed: bool = True
    paper: Counts = field(default_factory=dict)
    boxes: Mapping[BoxId, Counts] = field(default_factory=dict)
    joined: bool
    running: Mapping[LayoutId, Figures] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The facts of one unit: `totals` by layout, every station in unit order, the opened written-in persons."""

    totals: Mapping[LayoutId, Figures]
    stations: tuple[StationFigures, ...]
    persons: tuple[Opened, ...] = ()
    stage: Stage = Stage.FINAL
