"""A rule profile and results written by hand from spec/8, for the maker and for the tests of rules."""

import copy
from typing import Any

Body = dict[str, Any]

MAJORITY = {"den": 2, "num": 1, "strict": True}
THIRD = {"den": 3, "num": 1, "strict": False}
DECIDED = "选举委员会决定 2026-10-01"
OPEN = (
    "avoidance", "ballot", "elected", "female", "margin", "nomination", "overcount", "proxy", "recall", "roll_down",
    "scrutineers", "supplementary", "tie", "turnout", "vacancy",
)  # fmt: skip
PROFILE: Body = {
    "avoidance": {
        "fill": "none", "method": "flag",
        "relations": ["child", "grandchild", "grandparent", "parent", "sibling", "spouse"],
    },
    "ballot": {
        "blank": "abstain", "choices": ["abstain", "approve", "oppose", "write_in"], "dup_post": "ballot",
        "extra_mark": "ballot", "form": "one_sheet", "illegible": "part", "name_variants": "adjudicate",
        "overvote": {"compare": "per_post", "scope": "post"}, "write_in": "free",
    },
    "decided_by": [[name, DECIDED] for name in OPEN],
    "elected": {**MAJORITY, "base": "collected"},
    "electorate": "person",
    "female": {"method": "none", "on_fail": "flag"},
    "id": "p",
    "in_force": "2026-01-01",
    "law": "village_2026",
    "margin": {"least": 1, "most": 9},
    "names": {"full": False, "min_votes": 3},
    "nomination": {"margin": 1},
    "overcount": {"base": "voters", "scope": "election"},
    "proxy": {"allowed": True, "candidates": False, "deadline_days": 2, "holder": "any", "limit": 3},
    "publish": {"min_ballots_per_cell": 50},
    "recall": {**MAJORITY, "base": "voters"},
    "roll_down": False,
    "scrutineers": {"per_batch_min": 1, "per_box_min": 1},
    "signers": {
        "batch": ["scrutineer"], "box": ["scrutineer"], "close": ["scrutineer", "teller"],
        "correction": ["scrutineer"], "declaration": ["chair"], "names": ["chair"], "open": ["scrutineer"],
        "statement": ["chair"], "step": ["scrutineer"], "void": ["scrutineer"],
    },
    "source": "village",
    "supplementary": {
        **THIRD, "base": "collected", "deadline_days": 30, "majority_first": False, "margin": 1, "min_candidates": 2,
        "turnout": False,
    },
    "text": "演练细则 2026-10-01",
    "tie": "runoff",
    "title": "演练规则",
    "turnout": {**MAJORITY, "of": "registered", "value": "voters"},
    "vacancy": {"allowed": "no", "min_members": 0, "needs_chair": False},
}  # fmt: skip


def profile(**changes: Any) -> Body:
    """The profile with other values; `elected__base="valid"` means the path elected.base."""
    body = copy.deepcopy(PROFILE)
    for path, value in changes.items():
        *above, last = path.split("__")
        holder = body
        for name in above:
            holder = holder[name]
        holder[last] = value
    return body


def result(contest: str, outcome: str, **more: Any) -> Body:
    """A result with everything at rest but what is named."""
    rest: Body = {
        "base": "none", "base_value": 0, "elected": [], "held": 0, "may_stop": False, "next": [], "next_women": [],
        "removed": [], "runoff": [], "runoff_seats": 0, "sensitive": False, "short": 0,
    }  # fmt: skip
    return {**rest, "contest": contest, "outcome": outcome, **more}
