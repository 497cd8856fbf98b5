"""What must hold before anybody can be elected: possible figures, turnout, over-count, known bases (spec/8).

Each rule is a function that gives its comparison as a value, so that the explanation prints what was decided, not a
second calculation of it.
"""

from dataclasses import dataclass

from tally_protocol.law.counted import Counted
from tally_protocol.law.quantities import Known, Unknown
from tally_protocol.law.result import Outcome
from tally_protocol.law.share import Share

TURNOUT_RULES = frozenset({"election", "recall"})
OVERCOUNT_RULES = frozenset({"election", "supplementary", "recall", "runoff"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """A share asked of a value and a base."""

    share: Share
    value: Known
    base: Known

    @property
    def holds(self) -> bool:
        """Whether the value reaches the share of the base [SHARE-1]."""
        return self.share.reaches(self.value.value, self.base.value)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A number that must not exceed another."""

    value: Known
    limit: Known

    @property
    def holds(self) -> bool:
        """Whether it does not."""
        return self.value.value <= self.limit.value


def is_possible(counted: Counted) -> bool:
    """Whether papers can have given these figures [LAW-1].

    The check that would have stopped 315 + 294 votes called from 605 valid papers: some papers were called twice.
    """
    valid = counted.quantities.valid.value
    too_many = counted.marks <= counted.seats and counted.marked > counted.seats * valid
    return not too_many and max(counted.votes.values(), default=0) <= valid


def asks_turnout(counted: Counted) -> bool:
    """Whether the contest's rule needs its turnout."""
    rule = counted.contest.rule
    return rule in TURNOUT_RULES or (rule == "supplementary" and counted.profile.supplementary.turnout)


def turnout_of(counted: Counted) -> Comparison | Unknown:
    """登记参加选举的村民过半数投票，选举有效 [LAW-2].

    村民委员会组织法 art. 18 (2025-10-28; VC-18), 居民委员会组织法 art. 19 (2025-10-28; RC-19), 选举法 art. 44
    (2020-10-17; EL-44), the party's quorum (2020-07; PB-Q1).
    """
    rule = counted.profile.turnout
    value = counted.quantities.turnout_value(rule.value)
    base = counted.quantities.exact(rule.of)
    if isinstance(base, Unknown):
        return base
    return value if isinstance(value, Unknown) else Comparison(rule, value, base)


def asks_overcount(counted: Counted) -> bool:
    """Whether the papers of the whole election are held against the voters; box by box, `void_boxes` does it."""
    return counted.contest.rule in OVERCOUNT_RULES and counted.profile.overcount.scope == "election"


def overcount_of(counted: Counted) -> Ceiling | Unknown:
    """所投票数多于投票人数（发出数）的，选举无效 [LAW-3].

    选举法 art. 44 (2020-10-17; EL-44), 浙江 art. 27 (2020-07-31; ZJ-27), 上海 art. 19 (2020-09-25; SH-19), 北京 art. 28
    (2012-09-28; BJ-28), 河南 art. 35 (2011-07-29; HN-35).
    """
    base = counted.quantities.overcount_base(counted.profile.overcount.base)
    return base if isinstance(base, Unknown) else Ceiling(counted.quantities.papers, base)


def barrier_of(counted: Counted, instead: str | None = None) -> Outcome | None:
    """The outcome that keeps everybody from being elected, or None; asked in the order of the law."""
    if not is_possible(counted):
        return Outcome.IMPOSSIBLE
    if asks_turnout(counted):
        turnout = turnout_of(counted)
        if isinstance(turnout, Unknown):
            return Outcome.NOT_KNOWN
        if not turnout.holds:
            return Outcome.INVALID_TURNOUT
    if asks_overcount(counted):
        overcount = overcount_of(counted)
        if isinstance(overcount, Ceiling) and not overcount.holds:
            return Outcome.INVALID_OVERCOUNT
    if any(isinstance(counted.base_of(share, instead), Unknown) for share in counted.majorities):
        return Outcome.NOT_KNOWN
    return Outcome.NOT_KNOWN if hides_a_winner(counted, instead) else None


def hides_a_winner(counted: Counted, instead: str | None = None) -> bool:
    """Whether a written-in person whose name is not opened could have reached the share.

    Such a person has at most `names.min_votes` - 1 votes, and not more than all that are not opened.
    """
    if not counted.majorities:
        return False
    share = counted.majorities[-1]
    base = counted.base_of(share, instead)
    most = min(counted.hidden, counted.profile.names.min_votes - 1)
    return isinstance(base, Known) and most > 0 and share.reaches(most, base.value)
