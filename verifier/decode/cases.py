"""What the law needs to know of one unit, as plain data: made by the chain, decided by the rules.

Serves the quantities of spec/8: everything is as at the unit's last statement, nothing is a function of time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.decode.layouts import Contest, Layout
from verifier.decode.profiles import Profile

Counts = Mapping[str, int]
Result = dict[str, Any]  # exactly the fields of a result in spec/8


@dataclass(frozen=True, slots=True)
class Opened:
    """One opened written-in person of one contest; `candidate` names who of another contest is meant."""

    contest: str
    name: str
    votes: int
    candidate: str = ""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class BoxForm:
    """One box of a station; None while it has no record."""

    id: str
    layout: str
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class StationForm:
    """What one station's form says and what its chain adds up to at its head."""

    id: str
    registered: int | None
    closed: bool
    paper: Counts
    boxes: tuple[BoxForm, ...]
    joined: bool
    running: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Case:
    """One unit: its note, its stations, the totals of its last statement, its opened names."""

    contests: tuple[Contest, ...]
    layouts: tuple[Layout, ...]
    profiles: Mapping[str, Profile]  # the unit's own rules are laid over its own profile already
    profile: str  # the unit's own
    registered: int | None
    relations: Sequence[Sequence[str]]
    stations: tuple[StationForm, ...]
    totals: Mapping[str, Sequence[int]]
    persons: tuple[Opened, ...]

    def profile_of(self, contest: Contest) -> dict[str, Any]:
        """The values of the profile of a contest."""
        return self.profiles[contest.profile].body


@dataclass(frozen=True, slots=True)
class Law:
    """The two questions that a chain asks the rules; handed in, so that chains and rules stay apart."""

    decide: Callable[[Case], list[Result]]
    check_declaration: Callable[[Case, Sequence[Result], Mapping[str, Any]], None]
