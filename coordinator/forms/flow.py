"""选举流程图: what the day's flow chart takes from the profile; its words are in the template."""

from typing import Final

from coordinator.forms.facts import pair
from coordinator.forms.kinds import Pair
from tally_protocol import limits
from tally_protocol.fields import JsonObject
from tally_protocol.law.profile_words import words_of
from tally_protocol.record.unit_chain import UnitState

ROLES: Final[dict[str, Pair]] = {
    "chair": ("主持人", "chair"),
    "chief_scrutineer": ("总监票人", "chief scrutineer"),
    "scrutineer": ("监票人", "scrutineer"),
    "teller": ("计票人", "teller"),
    "caller": ("唱票人", "caller"),
    "member": ("委员", "member"),
}


def flow_body(state: UnitState) -> JsonObject:
    """Numbers and signers; who signs stands beside the step that is signed."""
    profile = state.profile
    return {
        "batch": limits.BATCH_PAPERS,
        "box_scrutineers": profile.scrutineers.per_box_min,
        "proxies": profile.proxy.limit if profile.proxy.allowed else None,
        "base": pair(words_of(profile.elected.base)),
        "share": f"{profile.elected.num}/{profile.elected.den}",
        "strict": profile.elected.strict,
        "law": profile.text,
        "signers": {kind: _signed(roles) for kind, roles in profile.signers},
    }


def _signed(roles: tuple[str, ...]) -> JsonObject:
    words = [ROLES[role] for role in dict.fromkeys(roles)]
    return pair(("、".join(zh for zh, _ in words), ", ".join(en for _, en in words)))
