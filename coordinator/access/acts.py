"""Access as a list of acts that only grows, and what it amounts to [ACCESS-10].

Codes, tries, requests, confirmations, certificates and revocations are acts; the state is the fold of the list, so
every process that reads the same list decides alike, and the list is the audit trail. Pure: the clock is an argument.

Example: after `code`, `request`, `confirm`, `certificate` a laptop is enrolled; after `revoke` no certificate made
before it is taken, and the next enrolment's certificate is [ACCESS-8].
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tally_protocol.errors import RuleViolation
from tally_protocol.seal.enrolment import code_holds

CODE, WRONG, REQUEST, CONFIRM, CERTIFICATE, REVOKE = (
    "code", "wrong", "request", "confirm", "certificate", "revoke",
)  # fmt: skip
ACTS = (CODE, WRONG, REQUEST, CONFIRM, CERTIFICATE, REVOKE)
TRIES = 5


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the list; `body` holds the facts of its kind, never a code and never a ballot."""

    id: int
    time: int
    act: str
    node: str
    body: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The body as it is stored; inverse of `read_act`'s last argument."""
        return json.dumps(self.body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_act(number: int, time: int, act: str, node: str, text: str) -> Act:
    """An act as it was stored; ValueError if it is none of ours."""
    body = json.loads(text)
    if act not in ACTS or type(body) is not dict:
        raise ValueError(f"access act {number}: unknown kind {act}")
    return Act(number, time, act, node, body)


@dataclass(slots=True)
class Code:
    """The newest code of a laptop: its public key and what it allows [ACCESS-1]."""

    key: str
    until: int
    chains: frozenset[str]
    wrong: set[str] = field(default_factory=set)
    used: str = ""

    def state(self, now: int) -> tuple[str, str]:
        """For the county's own screen, in both languages."""
        if self.used:
            return "已使用", "used"
        if len(self.wrong) >= TRIES:
            return "已锁定", "locked"
        return ("已过期", "expired") if now > self.until else ("有效", "open")


@dataclass(slots=True)
class Laptop:
    """What the list says of one laptop. Generation: 0 before the first certificate, one more after each revocation."""

    code: Code | None = None
    request: str = ""
    confirmed: str = ""
    generation: int = 0
    dead: int = -1
    reason: str = ""
    revoked_at: int = 0
    certified: int = 0

    @property
    def revoked(self) -> bool:
        """Whether no certificate of this laptop is taken now."""
        return self.generation <= self.dead


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that the county has made."""

    node: str
    generation: int
    until: int


@dataclass(slots=True)
class State:
    """The fold of the list up to `last`."""

    laptops: dict[str, Laptop] = field(default_factory=dict)
    issued: dict[str, Issued] = field(default_factory=dict)
    last: int = 0

    def laptop(self, node: str) -> Laptop:
        """What is known of a laptop; nothing yet, if it never acted."""
        return self.laptops.get(node, Laptop())

    def apply(self, acts: Iterable[Act]) -> None:
        """Take acts in, in the order of their ids; an act that was seen before changes nothing."""
        for act in acts:
            if act.id > self.last:
                self._apply(act, self.laptops.setdefault(act.node, Laptop()))
                self.last = act.id

    def _apply(self, act: Act, laptop: Laptop) -> None:
        body = act.body
        match act.act:
            case "code":
                laptop.code = Code(body["key"], body["until"], frozenset(body["chains"]))
                laptop.request = ""
            case "wrong":
                if laptop.code is not None and laptop.code.key == body["key"]:
                    laptop.code.wrong.add(body["digest"])
            case "request":
                if laptop.code is not None:
                    laptop.code.used = body["digest"]
                laptop.request = body["digest"]
            case "confirm":
                laptop.confirmed, laptop.request = body["digest"], ""
            case "certificate":
                self.issued[body["serial"]] = Issued(act.node, body["generation"], body["until"])
                laptop.generation = max(laptop.generation, body["generation"])
                laptop.certified = act.time
            case _:
                laptop.dead, laptop.reason, laptop.revoked_at = laptop.generation, body["reason"], act.time

    def admits(self, node: str, serial: str) -> bool:
        """Whether a certificate that the CA has signed is taken [ACCESS-8].

        A laptop that was never revoked needs no entry in the list: the CA's signature and the dates are enough.
        """
        dead = self.laptop(node).dead
        if dead < 0:
            return True
        issued = self.issued.get(serial)
        return issued is not None and issued.node == node and issued.generation > dead

    def next_generation(self, node: str) -> int:
        """The generation of a certificate made for an enrolment now."""
        laptop = self.laptop(node)
        return max(laptop.generation, laptop.dead + 1, 1)


def check_code(state: State, election: str, node: str, digest: bytes, proof: bytes, now: int) -> bool:
    """Whether a request's proof holds; RuleViolation E_TOKEN with the reason, for the county's own screen [ACCESS-2].

    True: it holds and is new; False: the very same request was taken before. A wrong proof is `is_try` of the error.
    """
    code = state.laptop(node).code
    if code is None:
        raise refusal(node, "no code was printed for this laptop")
    if code.used:
        if code.used == digest.hex():
            return False
        raise refusal(node, "the code was used for another request")
    if len(code.wrong) >= TRIES:
        raise refusal(node, f"locked after {TRIES} wrong tries; print a new code")
    if now > code.until:
        raise refusal(node, "the code has expired; print a new code")
    if not code_holds(bytes.fromhex(code.key), election, node, digest, proof):
        raise WrongCode("E_TOKEN", f"laptop {node}", found="a wrong code, or a request that was altered on its way")
    return True


class WrongCode(RuleViolation):
    """A proof that does not hold: the only kind of refusal that counts as a try."""


def refusal(node: str, found: str) -> RuleViolation:
    """E_TOKEN for a code that is not open."""
    return RuleViolation("E_TOKEN", f"laptop {node}", found=found)
