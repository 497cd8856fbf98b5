"""The kind `step`: what happened at a table or in a committee beside counting (spec/2) [KIND-1] [KIND-3] [STEP-1]."""

from dataclasses import dataclass

from tally_protocol import limits
from tally_protocol.errors import Malformed
from tally_protocol.fields import JsonObject, Reader
from tally_protocol.ids import StationChain, UnitChain, parse_chain
from tally_protocol.law.states import STATION_STEPS, STEPS_WITH_REASON, UNIT_STEPS
from tally_protocol.record.links import Links


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a station or unit chain; `reason` is there exactly for an interruption and for what is voided."""

    links: Links
    step: str
    reason: str | None = None

    def to_body(self) -> JsonObject:
        """The JSON object."""
        return self.links.to_body() | {"step": self.step} | ({} if self.reason is None else {"reason": self.reason})


def read_step(read: Reader, links: Links) -> Step:
    """Read the fields; raises Malformed."""
    match parse_chain(links.chain, "step.chain"):
        case StationChain():
            step = read.word("step", frozenset(STATION_STEPS))
        case UnitChain():
            step = read.word("step", frozenset(UNIT_STEPS))
        case _:
            raise Malformed("E_FIELD", "step.chain", expected="a station's or a unit's chain")
    if read.has("reason") and step not in STEPS_WITH_REASON:
        raise Malformed("E_FIELD", "step.reason", expected=f"no reason for {step}")
    reason = read.text("reason", limits.REASON_CODE_POINTS) if step in STEPS_WITH_REASON else None
    return Step(links=links, step=step, reason=reason)
