"""A row of a table of the law: posts and figures in, what must come out, and which rules of the reference it covers."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from tally_protocol.law.profile import Profile
from tally_protocol.law.result import Result
from tests.laws.village import Box, Post, Village, village
from tests.profiles import change, profile

SHIPPED = Path(__file__).resolve().parents[2] / "coordinator" / "sealing" / "profiles"


@lru_cache
def _shipped(name: str) -> str:
    return (SHIPPED / f"{name}.json").read_text("utf-8")


def shipped(name: str, **changes: object) -> Profile:
    """A profile that the county ships, with some values changed by path."""
    body: dict[str, Any] = deepcopy(json.loads(_shipped(name)))
    for path, value in changes.items():
        change(body, path, value)
    return Profile.parse(body, name)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A result as the law gives it; names are separated by spaces, what is left out is nobody, zero or no.

    `sensitive`, `base` and `base_value` are asked only where the row says something of them.
    """

    outcome: str
    elected: str = ""
    runoff: str = ""
    runoff_seats: int = 0
    short: int = 0
    held: int = 0
    next: str = ""
    next_women: str = ""
    removed: str = ""
    may_stop: bool = False
    sensitive: bool | None = None
    base: str | None = None
    base_value: int | None = None

    def compared(self, result: Result) -> dict[str, tuple[object, object]]:
        """Field -> (due, found) wherever they differ."""
        found: dict[str, object] = result.to_body() | {"outcome": result.outcome.value}
        due: dict[str, object] = {name: getattr(self, name) for name in _PLAIN}
        due |= {name: getattr(self, name).split() for name in _NAMES}
        due |= {name: getattr(self, name) for name in _ASKED if getattr(self, name) is not None}
        return {name: (value, found[name]) for name, value in due.items() if found[name] != value}


_NAMES = ("elected", "runoff", "next", "next_women", "removed")
_PLAIN = ("outcome", "runoff_seats", "short", "held", "may_stop")
_ASKED = ("sensitive", "base", "base_value")


def full(elected: str, **more: Any) -> Due:
    """All seats filled."""
    return Due(outcome="full", elected=elected, **more)


def supplementary(short: int, following: str, elected: str = "", **more: Any) -> Due:
    """A shortfall with the next round's candidates."""
    return Due(outcome="supplementary", elected=elected, short=short, next=following, **more)


def runoff(tied: str, seats: int, elected: str = "", **more: Any) -> Due:
    """A tie across the boundary."""
    return Due(outcome="runoff", elected=elected, runoff=tied, runoff_seats=seats, **more)


def nobody(outcome: str, seats: int = 1) -> Due:
    """What keeps everybody from being elected."""
    return Due(outcome=outcome, short=seats, sensitive=False, base="none", base_value=0)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row. `covers` are rule ids of the reference page; `due` is by contest.

    `law` is a profile that the county ships (empty: the plain one of the tests), `rules` change its values by path.
    """

    id: str
    covers: str
    posts: Sequence[Post]
    due: Mapping[str, Due]
    papers: int | Mapping[str, int] = 0
    registered: int | None = -1
    forms: Sequence[Mapping[str, int]] = ({},)
    boxes: Sequence[Box] = ()
    relatives: Sequence[tuple[str, str, str]] = ()
    rules: Mapping[str, object] = field(default_factory=dict)
    law: str = ""
    more: Sequence[Profile] = ()
    stations_registered: Sequence[int | None] = ()

    def profile(self) -> Profile:
        """The unit's profile."""
        return shipped(self.law, **self.rules) if self.law else profile(**self.rules)

    def village(self, plain: Profile | None = None) -> Village:
        """The unit of the row, under the given profile or its own."""
        return village(
            *self.posts, papers=self.papers, registered=self.registered, forms=self.forms, boxes=self.boxes,
            relatives=self.relatives, plain=plain or self.profile(), more=self.more,
            stations_registered=self.stations_registered,
        )  # fmt: skip


def check(case: Case, plain: Profile | None = None) -> None:
    """The row's contests have exactly what is due to them."""
    results = case.village(plain).results()
    assert results.keys() == case.due.keys()
    wrong = {name: found for name, due in case.due.items() if (found := due.compared(results[name]))}
    assert not wrong, f"{case.id}: {wrong}"
