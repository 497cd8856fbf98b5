"""What a sealing folder amounts to while it is read: the head, each unit's draft with the rows it came from."""

from dataclasses import dataclass, field

from coordinator.access.acts import Act
from coordinator.access.limits import Limits, shipped_limits
from coordinator.sealing.requests import Requests
from coordinator.sealing.tables import Row
from tally_protocol.election.unit import BallotBox, Contest, Relation, UnitRule
from tally_protocol.ids import Hash32
from tally_protocol.law.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What election.toml says; `first` is the profile of units that name none, `broken` those with faults noted.

    `unread`: a profile was noted that could not even be read, so that its id is not known.
    """

    id: str
    title: str
    date: str
    test: bool
    origin: str
    threshold: int
    profiles: tuple[Profile, ...]
    first: str = ""
    broken: frozenset[str] = frozenset()
    unread: bool = False

    def profile(self, name: str) -> Profile | None:
        """The profile of an id, if it could be read."""
        return next((profile for profile in self.profiles if profile.id == name), None)


@dataclass(slots=True)
class Draft:
    """A unit while the folder is being read; rows are kept, so that a later fault can name its line.

    `named` are the contests of all rows, also of those with a fault.
    """

    row: Row
    node: str
    profile: str
    registered: int | None
    place: tuple[str, ...]
    named: set[str] = field(default_factory=set)
    contests: dict[str, Contest] = field(default_factory=dict)
    contest_rows: dict[str, Row] = field(default_factory=dict)
    layout_of: dict[str, str] = field(default_factory=dict)
    candidate_rows: dict[str, Row] = field(default_factory=dict)
    stations: dict[str, tuple[Row, int | None, str]] = field(default_factory=dict)
    boxes: dict[str, BallotBox] = field(default_factory=dict)
    relations: list[tuple[Row, Relation]] = field(default_factory=list)
    rules: dict[str, tuple[Row, UnitRule]] = field(default_factory=dict)

    def profile_of(self, contest: str) -> str:
        """The id of the profile of a contest: its own, else the unit's."""
        own = self.contests[contest].profile
        return self.profile if own is None else own

    @property
    def own_rules(self) -> tuple[UnitRule, ...]:
        """The unit's own decisions as the unit note wants them: ascending by path."""
        return tuple(rule for _, (_, rule) in sorted(self.rules.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeys:
    """The election's public keys, made when sealing."""

    authority: Hash32
    ballot: Hash32
    county: Hash32
    log: Hash32
    log_mldsa44: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder without faults; `acts` are those of its enrolment desk, `own_limits` its limits.toml if it has one."""

    head: Head
    drafts: dict[str, Draft]
    requests: Requests
    acts: tuple[Act, ...] = ()
    limits: Limits = field(default_factory=shipped_limits)
    own_limits: bytes = b""
