"""A rule profile: how papers are judged and who must sign what (spec/1).

Version 1 carries the rules that counting needs; the law's outcomes come with a later version. No rule is guessed: every
field is required.
"""

from dataclasses import dataclass
from typing import Self

from tally_protocol.errors import Malformed
from tally_protocol.fields import JsonObject, Reader

SIGNED_KINDS = ("batch", "box", "close", "correction", "names", "open", "statement", "void")
ROLE_WORDS = frozenset({"chair", "chief_scrutineer", "scrutineer", "teller", "caller", "member"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`overvote` is `post` or `ballot`; `signers[kind]` the roles that sign beside the chain's own key."""

    id: str
    names_full: bool
    names_min_votes: int
    overvote: str
    signers: tuple[tuple[str, tuple[str, ...]], ...]

    def roles(self, kind: str) -> tuple[str, ...]:
        """The roles that must sign a kind; KeyError for a kind that the profile does not govern."""
        for name, roles in self.signers:
            if name == kind:
                return roles
        raise KeyError(kind)

    @classmethod
    def parse(cls, value: object, where: str) -> Self:
        """Read one profile; raises Malformed."""
        read = Reader(value, where)
        names = Reader(read.take("names", dict), f"{where}.names")
        signers = Reader(read.take("signers", dict), f"{where}.signers")
        profile = cls(
            id=read.id("id"),
            names_full=names.take("full", bool),
            names_min_votes=names.integer("min_votes", 1),
            overvote=read.word("overvote", frozenset({"post", "ballot"})),
            signers=tuple((kind, signers.items(kind, _role, 0, 8)) for kind in SIGNED_KINDS),
        )
        for part in (names, signers, read):
            part.done()
        for kind in ("names", "statement"):
            if not profile.roles(kind):
                raise Malformed("E_FIELD", f"{where}.signers.{kind}", expected="at least one role")
        return profile

    def to_body(self) -> JsonObject:
        """The JSON object; inverse of `parse`."""
        return {
            "id": self.id,
            "names": {"full": self.names_full, "min_votes": self.names_min_votes},
            "overvote": self.overvote,
            "signers": {kind: list(roles) for kind, roles in self.signers},
        }


def _role(value: object, where: str) -> str:
    if type(value) is not str or value not in ROLE_WORDS:
        raise Malformed("E_FIELD", where, expected="a role word")
    return value
