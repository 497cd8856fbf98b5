"""What a unit is called, by the law of its profile: villages, communities, party branches, districts of a congress."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The words of one kind of unit, each in Chinese and English.

    `committee` runs its election and `chair` signs for it; `own` is how its papers speak of it, `people` who may come
    and watch, `units` many of them, `column` the head of a list.
    """

    committee: Pair
    chair: Pair
    own: Pair
    people: Pair
    units: Pair
    column: Pair


LISTED: Final[Pair] = ("村（社区）", "village")
KINDS: Final[dict[str, Kind]] = {
    "village_2026": Kind(
        committee=("村民选举委员会", "village election committee"), chair=("村民选举委员会主任", "chair"),
        own=("本村", "this village"), people=("村民", "villagers"), units=("村", "villages"), column=LISTED,
    ),
    "residents_2026": Kind(
        committee=("居民选举委员会", "residents' election committee"), chair=("居民选举委员会主任", "chair"),
        own=("本社区", "this community"), people=("居民", "residents"), units=("社区", "communities"), column=LISTED,
    ),
    "party_2020": Kind(
        committee=("党员大会", "members' meeting of the party branch"), chair=("大会主持人", "chair of the meeting"),
        own=("本党组织", "this party branch"), people=("党员", "members"), units=("党组织", "party branches"),
        column=("党组织", "party branch"),
    ),
    "congress_2020": Kind(
        committee=("选举委员会", "election committee"), chair=("选举委员会主任", "chair"),
        own=("本选区", "this district"), people=("选民", "voters"), units=("选区", "districts"),
        column=("选区", "district"),
    ),
}  # fmt: skip
OTHER: Final = Kind(
    committee=("选举委员会", "election committee"), chair=("选举委员会主任", "chair"), own=("本单位", "this unit"),
    people=("选民", "voters"), units=("单位", "units"), column=("单位", "unit"),
)  # fmt: skip
# most townships have both, and every form of the field calls them so
BOTH: Final = Kind(
    committee=OTHER.committee, chair=OTHER.chair, own=OTHER.own, people=OTHER.people,
    units=("村（社区）", "villages and communities"), column=LISTED,
)  # fmt: skip


def kind_of(law: str) -> Kind:
    """The words for a unit of a law."""
    return KINDS.get(law, OTHER)


def kind_of_all(laws: Iterable[str]) -> Kind:
    """The words for many units together: those of their kind, or such as are true of all of them."""
    found = set(laws)
    if len(found) == 1:
        return kind_of(found.pop())
    return BOTH if found and found <= {"village_2026", "residents_2026"} else OTHER
