"""A fully valid rule profile for the small county of tests/world.py, and the same with other values.

`profile(**{"ballot.dup_post": "columns"})` changes values by path; who decided what national law leaves open is filled
in for exactly the values that need it, so that every profile made here obeys [PROF-1] to [PROF-3] unless its values
cannot.
"""

from copy import deepcopy
from typing import Any

from tally_protocol.law.national import fixed_by
from tally_protocol.law.profile import Profile, values_of
from tally_protocol.law.profile_rules import UNGOVERNED, same_value

Body = dict[str, Any]
ALL_ROLES = ["chair", "chief_scrutineer", "scrutineer", "teller", "caller"]
DECIDED = "清河县选举工作领导小组 2026-05-08"
# national values of 村民委员会组织法 (2025-10-28) where it has one, plain ones elsewhere
BASE: Body = {
    "avoidance": {
        "fill": "none",
        "method": "flag",
        "relations": ["child", "grandchild", "grandparent", "parent", "sibling", "spouse"],
    },
    "ballot": {
        "blank": "abstain",
        "choices": ["abstain", "approve", "oppose", "write_in"],
        "dup_post": "ballot",
        "extra_mark": "ballot",
        "form": "one_sheet",
        "illegible": "part",
        "name_variants": "adjudicate",
        "overvote": {"compare": "per_post", "scope": "post"},
        "write_in": "free",
    },
    "decided_by": [],
    "elected": {"base": "collected", "den": 2, "num": 1, "strict": True},
    "electorate": "person",
    "female": {"method": "none", "on_fail": "flag"},
    "id": "p1",
    "in_force": "2026-01-01",
    "law": "village_2026",
    "margin": {"least": 1, "most": 2},
    "names": {"full": False, "min_votes": 3},
    "nomination": {"margin": 1},
    "overcount": {"base": "voters", "scope": "election"},
    "proxy": {"allowed": True, "candidates": False, "deadline_days": 3, "holder": "any", "limit": 3},
    "publish": {"min_ballots_per_cell": 50},
    "recall": {"base": "voters", "den": 2, "num": 1, "strict": True},
    "roll_down": False,
    "scrutineers": {"per_batch_min": 1, "per_box_min": 1},
    "signers": {
        "batch": ["scrutineer"],
        "box": ["chief_scrutineer"],
        "close": ALL_ROLES,
        "correction": ["chair", "chief_scrutineer", "scrutineer"],
        "declaration": ["chair", "member"],
        "names": ["chair"],
        "open": ["chair"],
        "statement": ["chair", "member"],
        "step": ["chair"],
        "void": ["chair", "chief_scrutineer", "scrutineer"],
    },
    "source": "national",
    "supplementary": {
        "base": "collected",
        "deadline_days": 30,
        "den": 3,
        "majority_first": False,
        "margin": 1,
        "min_candidates": 1,
        "num": 1,
        "strict": False,
        "turnout": True,
    },
    "text": "中华人民共和国村民委员会组织法（2025年10月28日修订）",
    "tie": "runoff",
    "title": "村民委员会选举",
    "turnout": {"den": 2, "num": 1, "of": "registered", "strict": True, "value": "voters"},
    "vacancy": {"allowed": "no", "min_members": 3, "needs_chair": False},
}


def change(body: Body, path: str, value: object) -> None:
    """Set a value at a path of field names."""
    *above, name = path.split(".")
    for step in above:
        body = body[step]
    body[name] = value


def decide(body: Body) -> Body:
    """The body with a `decided_by` entry for exactly the values that national law does not fix as they are."""
    fixed = fixed_by(body["law"], body["electorate"]) or {}
    open_paths = [
        path
        for path, value in values_of(body)
        if path.partition(".")[0] not in UNGOVERNED and not (path in fixed and same_value(value, fixed[path][0]))
    ]
    return body | {"decided_by": [[path, DECIDED] for path in sorted(open_paths)]}


def profile_body(**changes: object) -> Body:
    """The JSON object of a valid profile with some values changed, by path."""
    body = deepcopy(BASE)
    for path, value in changes.items():
        change(body, path, value)
    return decide(body)


def profile(**changes: object) -> Profile:
    """A valid profile with some values changed, by path."""
    return Profile.parse(profile_body(**changes), "profile")
