"""What the writer is asked and what it answers: deliveries, questions for positions, the publisher's `standings`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from coordinator.intake.admission import Received
from tally_protocol.codes import sentence

ACCEPTED, DUPLICATE, REFUSED = "accepted", "duplicate", "refused"


class DiskNearlyFull(Exception):
    """E_DISK: nothing new was accepted; the laptops keep what they have and try again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer [INTAKE-1]; `code` only if refused, `index` 0 while the record has no place in the log."""

    hash: bytes
    outcome: str
    code: str = ""
    index: int = 0

    @property
    def texts(self) -> tuple[str, str]:
        """The code's sentences for people."""
        return sentence(self.code) if self.code else ("", "")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a delivery gets back."""

    answers: tuple[Answer, ...]
    receipts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """Where the county stands in a chain; from where on it has lost sealed parts, 0 if none [INTAKE-8]."""

    chain: str
    next_seq: int
    head: bytes
    again_from: int = 0


@dataclass(frozen=True, slots=True)
class Deliver:
    """A group of envelopes; `reply` is called from the writer thread after the commit."""

    envelopes: Sequence[Received]
    reply: Callable[[Answers | Exception], None]
    since: float


@dataclass(frozen=True, slots=True)
class Where:
    """A question for positions; the answer names only durable records."""

    chains: Sequence[str]
    reply: Callable[[list[Position]], None]


@dataclass(frozen=True, slots=True)
class Append:
    """The publisher's `standings`: the writer gives it its place in the county's chain."""

    size: int
    root: bytes
    results: bytes
    totals: dict[str, int]
    reply: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Gather:
    """Place what other processes have admitted, for a writer that places; the answer is how many records."""

    reply: Callable[[int], None]


Job: TypeAlias = Deliver | Where | Append | Gather | None
