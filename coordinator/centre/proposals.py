"""Two persons: what changes a result's meaning is proposed by one and takes effect when another confirms. Pure.

The one who confirms names the digest of what was proposed, so that nobody can confirm one text and mean another.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from coordinator.centre.acts import Act, Body
from coordinator.centre.people import AUTHORITY, OPERATOR, People
from tally_protocol.seal import canonical

# kind -> roles of whom one must confirm; the proposer is never the one; `seconds_of` is stricter for some accounts
SECOND: dict[str, frozenset[str]] = {
    "decision": frozenset({AUTHORITY}),
    "candidate_out": frozenset({AUTHORITY}),
    "correction": frozenset({AUTHORITY}),
    "destruction": frozenset({AUTHORITY}),
    "person": frozenset({AUTHORITY, OPERATOR}),
    "password": frozenset({AUTHORITY, OPERATOR}),
}
KINDS = tuple(sorted(SECOND))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A matter and how far it is: `open`, `confirmed`, `rejected` or `taken_back`."""

    id: str
    kind: str
    matter: Body
    by: str
    time: int
    state: str = "open"
    second: str = ""
    settled: int = 0
    reason: str = ""

    @property
    def digest(self) -> str:
        """What the second person confirms."""
        return sha256(canonical.encode({"kind": self.kind, "matter": dict(self.matter)})).hexdigest()


def seconds_of(proposal: Proposal, people: People) -> frozenset[str]:
    """Roles of whom one must confirm this proposal as things are now.

    Two operators must not make themselves an authority, who confirms all that they may not. Where there is no other
    authority to ask (only the proposer, or the one who forgot the password), an operator must do: else nobody could.
    """
    person = proposal.matter.get("person", "")
    known = people.all.get(person)
    if AUTHORITY not in (proposal.matter.get("role"), known.role if known else None):
        return SECOND[proposal.kind]
    others = [one for one in people.all.values() if one.active and one.role == AUTHORITY]
    if any(one.id not in (proposal.by, person) for one in others):
        return frozenset({AUTHORITY})
    return SECOND[proposal.kind]


class Proposals:
    """All of them."""

    def __init__(self) -> None:
        """None."""
        self.all: dict[str, Proposal] = {}

    def takes(self) -> dict[str, Callable[[Act], None]]:
        """Which acts change this."""
        return {
            "proposed": self._proposed, "confirmed": self._settled, "rejected": self._settled,
            "taken_back": self._settled,
        }  # fmt: skip

    def of(self, kind: str, state: str = "confirmed") -> list[Proposal]:
        """Those of a kind in a state."""
        return [one for one in self.all.values() if (one.kind, one.state) == (kind, state)]

    def _proposed(self, act: Act) -> None:
        body = act.body
        self.all[body["proposal"]] = Proposal(
            id=body["proposal"], kind=body["kind"], matter=body["matter"], by=act.person, time=act.time
        )

    def _settled(self, act: Act) -> None:
        found = self.all[act.body["proposal"]]
        self.all[found.id] = replace(
            found, state=act.act, second=act.person, settled=act.time, reason=act.body.get("text", "")
        )
