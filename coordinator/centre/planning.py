"""Waves and election days, order of bodies, preconditions, observers, sign-offs, key villages. Pure folds of acts.

All of it is shown; none of it is enforced: which body is elected first, or whether an audit came before, is for the
people who answer for it (docs/centre.md).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from coordinator.centre.acts import Act
from coordinator.centre.registers import day_of

BODIES = ("party", "committee", "supervision", "congress")
ORDERS = ("party_first", "committee_first", "same_day", "free")
# seeds 77-83: audit, rectification, promises, vetting, evaluation, speech, secretary heads the election committee
CHECKS = ("audit", "rectified", "promises", "vetting", "evaluation", "speech", "secretary_chairs")
OBSERVERS = ("congress", "consultative", "press", "legal", "notary", "other")
PROOFS = ("candidates", "layout")
# most of the country's clocks, as the registers' days
ZONE = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """When a body of a unit is elected; `opens` and `closes` are HH:MM or empty."""

    wave: int
    day: str
    opens: str
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A precondition as somebody has said it is; `ref` is the document."""

    done: bool
    day: str
    ref: str
    by: str
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A village has signed its printed sheet; `digest` is that of what the sheet was printed from."""

    digest: str
    signed_by: str
    day: str
    by: str
    time: int


@dataclass(slots=True)
class UnitPlan:
    """What is planned and said of a unit."""

    days: dict[str, Day] = field(default_factory=dict)
    order: str = ""
    checks: dict[str, Check] = field(default_factory=dict)
    observers: dict[str, int] = field(default_factory=dict)
    proofs: dict[str, Proof] = field(default_factory=dict)
    key: bool = False
    why_key: str = ""
    # the last act that changed what a line of the desk shows: its days or whether it is a key village
    shown: int = 0

    @property
    def dates(self) -> list[str]:
        """On which days its bodies are elected."""
        return [one.day for one in self.days.values()]


class Planning:
    """By unit; `order` is the county's, which a unit's own replaces."""

    def __init__(self) -> None:
        """Nothing is planned."""
        self.order = "free"
        self._units: dict[str, UnitPlan] = {}

    def takes(self) -> dict[str, Callable[[Act], None]]:
        """Which acts change this."""
        return {
            "plan": self._plan, "order": self._order, "check": self._check, "observers": self._observers,
            "proof": self._proof, "key": self._key,
        }  # fmt: skip

    def of(self, unit: str) -> UnitPlan:
        """Of one unit; nothing, if nobody planned it."""
        return self._units.get(unit, UnitPlan())

    def changed(self, after: int) -> frozenset[str]:
        """Units whose days or key mark an act above this one has changed."""
        return frozenset(unit for unit, plan in self._units.items() if plan.shown > after)

    def due(self, now: int) -> dict[str, int]:
        """Units whose polls have opened today by the plan, and when the first of their bodies' did (seconds, UTC)."""
        today, found = day_of(now), {}
        for unit, plan in self._units.items():
            opened = [_moment(one) for one in plan.days.values() if one.day == today and one.opens]
            if opened and min(opened) <= now:
                found[unit] = min(opened)
        return found

    def warnings(self, unit: str) -> Iterator[str]:
        """Codes of what a person should look at; never a reason to stop anything."""
        plan = self.of(unit)
        party, committee = plan.days.get("party"), plan.days.get("committee")
        if party is None or committee is None:
            return
        order = plan.order or self.order
        wrong = {
            "party_first": party.day > committee.day,
            "committee_first": committee.day > party.day,
            "same_day": party.day != committee.day,
            "free": False,
        }
        if wrong[order]:
            yield f"order_{order}"

    def _unit(self, act: Act) -> UnitPlan:
        return self._units.setdefault(act.body["unit"], UnitPlan())

    def _plan(self, act: Act) -> None:
        body = act.body
        for unit in body["units"]:
            plan = self._units.setdefault(unit, UnitPlan())
            plan.days[body["body"]] = Day(
                wave=body["wave"], day=body["day"], opens=body["opens"], closes=body["closes"]
            )
            plan.shown = act.id

    def _order(self, act: Act) -> None:
        if act.body["unit"]:
            self._unit(act).order = act.body["order"]
        else:
            self.order = act.body["order"]

    def _check(self, act: Act) -> None:
        body = act.body
        self._unit(act).checks[body["item"]] = Check(
            done=body["done"], day=body["day"], ref=body["ref"], by=act.person, time=act.time
        )

    def _observers(self, act: Act) -> None:
        self._unit(act).observers[act.body["from"]] = act.body["count"]

    def _proof(self, act: Act) -> None:
        body = act.body
        self._unit(act).proofs[body["what"]] = Proof(
            digest=body["digest"], signed_by=body["signed_by"], day=body["day"], by=act.person, time=act.time
        )

    def _key(self, act: Act) -> None:
        plan = self._unit(act)
        plan.key, plan.why_key, plan.shown = act.body["key"], act.body["text"], act.id


def _moment(day: Day) -> int:
    return int(datetime.fromisoformat(f"{day.day}T{day.opens}").replace(tzinfo=ZONE).timestamp())
