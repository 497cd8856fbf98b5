"""What the law gives for a contest: the outcome words and the result object of a determination (spec/8) [DET-2]."""

from dataclasses import dataclass
from enum import Enum
from typing import Self

from tally_protocol.election.unit import reference_of
from tally_protocol.fields import MOST, JsonObject, Reader
from tally_protocol.ids import ContestId
from tally_protocol.law.profile import BASES

NO_BASE = "none"


class Outcome(Enum):
    """The outcome of a contest; `zh` is what the county prints."""

    VOIDED = "voided"
    NOT_FINAL = "not_final"
    IMPOSSIBLE = "impossible"
    NOT_KNOWN = "not_known"
    INVALID_TURNOUT = "invalid_turnout"
    INVALID_OVERCOUNT = "invalid_overcount"
    ADVISORY = "advisory"
    NOMINATED = "nominated"
    PASSED = "passed"
    NOT_PASSED = "not_passed"
    RUNOFF = "runoff"
    WOMEN_SUPPLEMENTARY = "women_supplementary"
    VACANT = "vacant"
    SUPPLEMENTARY = "supplementary"
    FULL = "full"

    @property
    def zh(self) -> str:
        """The outcome in Chinese."""
        return _CHINESE[self]


_CHINESE = {
    Outcome.VOIDED: "选举无效",
    Outcome.NOT_FINAL: "未完成",
    Outcome.IMPOSSIBLE: "数字不可能",
    Outcome.NOT_KNOWN: "无法判定",
    Outcome.INVALID_TURNOUT: "参选未过半，重新选举",
    Outcome.INVALID_OVERCOUNT: "收回多于应有，重新选举",
    Outcome.ADVISORY: "推荐",
    Outcome.NOMINATED: "提名",
    Outcome.PASSED: "罢免通过",
    Outcome.NOT_PASSED: "罢免未通过",
    Outcome.RUNOFF: "再次投票",
    Outcome.WOMEN_SUPPLEMENTARY: "妇女名额另行选举",
    Outcome.VACANT: "缺额",
    Outcome.SUPPLEMENTARY: "另行选举",
    Outcome.FULL: "选满",
}
# never in a determination: there is none for a voided unit, nor before the end [DET-1]
DETERMINED = frozenset(outcome.value for outcome in Outcome) - {"voided", "not_final"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of a contest, field by field as the spec names them; persons are references."""

    base: str
    base_value: int
    contest: ContestId
    elected: tuple[str, ...]
    held: int
    may_stop: bool
    next: tuple[str, ...]
    next_women: tuple[str, ...]
    outcome: Outcome
    removed: tuple[str, ...]
    runoff: tuple[str, ...]
    runoff_seats: int
    sensitive: bool
    short: int

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one result; raises Malformed."""
        read = Reader(value, where)
        result = cls(
            base=read.word("base", frozenset(BASES) | {NO_BASE}),
            base_value=read.integer("base_value", 0, MOST),
            contest=ContestId(read.id("contest")),
            elected=read.items("elected", reference_of),
            held=read.integer("held"),
            may_stop=read.take("may_stop", bool),
            next=read.items("next", reference_of),
            next_women=read.items("next_women", reference_of),
            outcome=Outcome(read.word("outcome", DETERMINED)),
            removed=read.items("removed", reference_of),
            runoff=read.items("runoff", reference_of),
            runoff_seats=read.integer("runoff_seats"),
            sensitive=read.take("sensitive", bool),
            short=read.integer("short"),
        )
        read.done()
        return result

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        body: JsonObject = {
            name: getattr(self, name)
            for name in ("base", "base_value", "contest", "held", "may_stop", "runoff_seats", "sensitive", "short")
        }
        body |= {name: list(getattr(self, name)) for name in ("elected", "next", "next_women", "removed", "runoff")}
        return body | {"outcome": self.outcome.value}


def empty_result(contest: ContestId, outcome: Outcome, short: int) -> Result:
    """A result without anybody: `impossible`, `invalid_*`, `not_known`, and what is printed for a voided unit."""
    return Result(
        base=NO_BASE, base_value=0, contest=contest, elected=(), held=0, may_stop=False, next=(), next_women=(),
        outcome=outcome, removed=(), runoff=(), runoff_seats=0, sensitive=False, short=short,
    )  # fmt: skip
