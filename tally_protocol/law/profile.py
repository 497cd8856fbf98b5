"""A rule profile: every rule of counting, winning and signing as data (spec/8) [PROF-1].

Nothing is guessed: every field is required; what national law fixes and who decided the rest is in `profile_rules`.
`Profile.parse(profile.to_body(), "profile") == profile`, and `profile.value_at("elected.base")` is e.g. "collected".
"""

from dataclasses import dataclass
from typing import Self

from tally_protocol import limits
from tally_protocol.election.words import RELATION_WORDS, ROLE_WORDS
from tally_protocol.errors import Malformed
from tally_protocol.fields import JsonObject, Reader, ascending, parts_of, text_of
from tally_protocol.law.parts import (
    body_of,
    boolean,
    day,
    ident,
    integer,
    key,
    read_part,
    sentence,
    special,
    word,
    words,
)
from tally_protocol.law.share import Share

SIGNED_KINDS = (
    "batch", "box", "close", "correction", "declaration", "names", "open", "statement", "step", "void",
)  # fmt: skip
BASES = ("collected", "due", "issued", "present", "registered", "valid", "voters")
# without a signature on these nobody answers for a unit's result
SIGNED_ALWAYS = ("declaration", "names", "statement", "step")


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoidance:
    """Close relatives in one committee (回避)."""

    fill: str = word("next_qualified", "none")
    method: str = word("flag", "highest_post_then_votes")
    relations: tuple[str, ...] = words(*RELATION_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overvote:
    """多选: how approvals are compared with the seats, and what is void then."""

    compare: str = word("per_post", "total")
    scope: str = word("ballot", "post")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What a paper offers and how its marks count."""

    blank: str = word("abstain", "invalid")
    choices: tuple[str, ...] = words("abstain", "approve", "choose", "oppose", "write_in")
    dup_post: str = word("ballot", "columns", "highest_only")
    extra_mark: str = word("ballot", "ignore", "part")
    form: str = word("one_sheet", "separate")
    illegible: str = word("ballot", "part")
    name_variants: str = word("adjudicate")
    overvote: Overvote
    write_in: str = word("free", "needs_oppose")


@dataclass(frozen=True, slots=True, kw_only=True)
class Majority(Share):
    """A share of a named base."""

    base: str = word(*BASES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplementary(Majority):
    """另行选举: its share, its candidates, its time."""

    deadline_days: int = integer(0, 366)
    majority_first: bool = boolean()
    margin: int = integer(0, 512)
    min_candidates: int = integer(1, 512)
    turnout: bool = boolean()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout(Share):
    """参选过半: a share `of` the registered or due, reached by the voters or the persons present."""

    of: str = word("due", "registered")
    value: str = word("present", "voters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Female:
    """How a committee gets its woman member."""

    method: str = word("dedicated_seat", "none", "procedure_2013", "top_woman_first")
    on_fail: str = word("flag", "supplementary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """差额: candidates minus seats, least <= most."""

    least: int = integer(0, 512)
    most: int = integer(0, 512)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesRule:
    """Which written-in names are opened: all, or those with at least `min_votes`."""

    full: bool = boolean()
    min_votes: int = integer(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nomination:
    """Candidates beyond the seats that a nomination gives."""

    margin: int = integer(0, 512)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overcount:
    """收回多于发出 or 投票人数: void as a whole or box by box."""

    base: str = word("issued", "voters")
    scope: str = word("box", "election")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """委托投票."""

    allowed: bool = boolean()
    candidates: bool = boolean()
    deadline_days: int = integer(0, 60)
    holder: str = word("any", "relative")
    limit: int = integer(0, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """The smallest number of papers that a public figure may speak of."""

    min_ballots_per_cell: int = integer(50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrutineers:
    """监票人: how many must sign."""

    per_batch_min: int = integer(0, 8)
    per_box_min: int = integer(0, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """缺额: when a seat may stay empty."""

    allowed: str = word("after", "before", "no")
    min_members: int = integer(0, 64)
    needs_chair: bool = boolean()


def _read_decided_by(read: Reader, name: str) -> tuple[tuple[str, str], ...]:
    found = read.items(name, _decision, 0, 64)
    if not ascending([path for path, _ in found]):
        raise Malformed("E_FIELD", read.at(name), expected="ascending paths, each once")
    return found


def _decision(value: object, where: str) -> tuple[str, str]:
    path, said = parts_of(value, where, 2)
    if type(path) is not str:
        raise Malformed("E_FIELD", where, expected="a path")
    return path, text_of(said, where, limits.TITLE_CODE_POINTS)


def _read_signers(read: Reader, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    signers = Reader(read.take(name, dict), read.at(name))
    found = tuple((kind, signers.items(kind, _role, 0, 8)) for kind in SIGNED_KINDS)
    signers.done()
    for kind, roles in found:
        if kind in SIGNED_ALWAYS and not roles:
            raise Malformed("E_FIELD", signers.at(kind), expected="at least one role")
    return found


def _role(value: object, where: str) -> str:
    if type(value) is not str or value not in ROLE_WORDS:
        raise Malformed("E_FIELD", where, expected="a role word")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All rules of an election, a unit or a contest; `signers[kind]` the roles that sign beside the chain's own key."""

    avoidance: Avoidance
    ballot: Ballot
    decided_by: tuple[tuple[str, str], ...] = special(_read_decided_by)
    elected: Majority
    electorate: str = word("household", "member", "person", "representative")
    female: Female
    id: str = ident()
    in_force: str = day()
    law: str = key()
    margin: Margin
    names: NamesRule
    nomination: Nomination
    overcount: Overcount
    proxy: Proxy
    publish: Publish
    recall: Majority
    roll_down: bool = boolean()
    scrutineers: Scrutineers
    signers: tuple[tuple[str, tuple[str, ...]], ...] = special(_read_signers)
    source: str = word("national", "province", "village")
    supplementary: Supplementary
    text: str = sentence()
    tie: str = word("fewer_against", "runoff")
    title: str = sentence()
    turnout: Turnout
    vacancy: Vacancy

    def roles(self, kind: str) -> tuple[str, ...]:
        """The roles that must sign a kind; KeyError for a kind that the profile does not govern."""
        for name, roles in self.signers:
            if name == kind:
                return roles
        raise KeyError(kind)

    def value_at(self, path: str) -> object:
        """The JSON value at a path of field names (`ballot.overvote.scope`), a list being one; KeyError if none."""
        for known, value in values_of(self.to_body()):
            if known == path:
                return value
        raise KeyError(path)

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one profile; raises Malformed [PROF-1]."""
        profile = read_part(cls, value, where)
        for name, share in (
            ("elected", profile.elected),
            ("recall", profile.recall),
            ("supplementary", profile.supplementary),
            ("turnout", profile.turnout),
        ):
            if share.num > share.den:
                raise Malformed("E_RANGE", f"{where}.{name}.num", expected=f"at most {share.den}", found=share.num)
        if profile.margin.least > profile.margin.most:
            raise Malformed("E_RANGE", f"{where}.margin.least", expected=f"at most {profile.margin.most}")
        return profile

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        return body_of(self) | {
            "decided_by": [list(entry) for entry in self.decided_by],
            "signers": {kind: list(roles) for kind, roles in self.signers},
        }


def values_of(body: JsonObject, above: str = "") -> list[tuple[str, object]]:
    """Every value of a profile's JSON object with its path, in the order of the object; a list is one value."""
    found: list[tuple[str, object]] = []
    for name, value in body.items():
        path = f"{above}{name}"
        found += values_of(value, f"{path}.") if isinstance(value, dict) else [(path, value)]
    return found
