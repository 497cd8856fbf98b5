"""Rule profiles: their shape, who decided each value, a unit's own decisions laid over them, and what each value is.

Serves [PROF-1], [PROF-2], [PROF-3], [PROF-4], the field table of spec/8 and the roles of spec/1.
Worked example: `read_profile(body, 50).body["elected"]` is `{"base": "collected", "den": 2, "num": 1, "strict": True}`.
"""

import copy
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from verifier.decode.national import fixed_by
from verifier.decode.shapes import (
    IDENT,
    POSITIVE,
    REASON,
    TITLE,
    Shape,
    date,
    fields,
    flag,
    integer,
    listed,
    row,
    words,
    written,
)
from verifier.findings.codes import Refused

Body = dict[str, Any]

ROLES: Final = ("chair", "chief_scrutineer", "scrutineer", "teller", "caller", "member")
SIGNED_KINDS: Final = (
    "open", "box", "batch", "void", "correction", "close", "step", "statement", "names", "declaration",
)  # fmt: skip
NEVER_UNSIGNED: Final = ("statement", "names", "step", "declaration")
RELATIONS: Final = ("child", "grandchild", "grandparent", "other", "parent", "sibling", "spouse")
CHOICES: Final = ("abstain", "approve", "choose", "oppose", "write_in")
BASES: Final = ("collected", "due", "issued", "present", "registered", "valid", "voters")

# parts of a profile that are no rule of counting or winning, so that no law has to stand behind them [PROF-2]
UNGOVERNED: Final = frozenset(
    ("decided_by", "id", "in_force", "law", "names", "publish", "signers", "source", "text", "title")
)
NOT_A_UNITS_OWN: Final = UNGOVERNED | {"electorate"}  # [PROF-4]

PATH: Final = written(2**16, visible=False, least=0)  # whether it names anything is a question of the profile
ROLE: Final = words(*ROLES)
_ROLES_BY_KIND: Final = fields({kind: listed(ROLE, 0, 8) for kind in SIGNED_KINDS})
_DECIDERS: Final = listed(row(PATH, REASON), 0, 64)
_LEAST_MOST: Final = fields({"least": integer(0, 512), "most": integer(0, 512)})


def decided_value(value: object, where: str) -> None:
    """The value of a unit's own rule: a boolean, an integer, a string or a list of strings, else E_PROFILE."""
    single = type(value) in (bool, int, str)
    if not single and not (type(value) is list and all(type(entry) is str for entry in value)):
        raise Refused("E_PROFILE", "a boolean, an integer, a string or a list of strings", where)


def rising_paths(value: object, where: str) -> None:
    """Entries that begin with a path stand in ascending order, each path once."""
    if isinstance(value, list) and any(a[0] >= b[0] for a, b in itertools.pairwise(value)):
        raise Refused("E_FIELD", "ascending and distinct paths", where)


def _deciders(value: object, where: str) -> None:
    _DECIDERS(value, where)
    rising_paths(value, where)


def _signers(value: object, where: str) -> None:
    _ROLES_BY_KIND(value, where)
    if isinstance(value, dict) and not all(value[kind] for kind in NEVER_UNSIGNED):
        raise Refused("E_FIELD", f"at least one role for {', '.join(NEVER_UNSIGNED)}", where)


def _share(**more: Shape) -> Shape:
    """A share and what stands beside it; a share above one cannot be reached by anybody."""
    table = fields({"den": integer(1, 1000), "num": integer(1, 1000), "strict": flag, **more})

    def check(value: object, where: str) -> None:
        table(value, where)
        if isinstance(value, dict) and value["num"] > value["den"]:
            raise Refused("E_RANGE", "num of at most den", where)

    return check


def _margin(value: object, where: str) -> None:
    _LEAST_MOST(value, where)
    if isinstance(value, dict) and value["least"] > value["most"]:
        raise Refused("E_RANGE", "least of at most most", where)


_BASE: Final = words(*BASES)
PROFILE: Final = fields(
    {
        "avoidance": fields(
            {
                "fill": words("next_qualified", "none"),
                "method": words("flag", "highest_post_then_votes"),
                "relations": listed(words(*RELATIONS), 1, 7, ascending=True),
            }
        ),
        "ballot": fields(
            {
                "blank": words("abstain", "invalid"),
                "choices": listed(words(*CHOICES), 1, 5, ascending=True),
                "dup_post": words("ballot", "columns", "highest_only"),
                "extra_mark": words("ballot", "ignore", "part"),
                "form": words("one_sheet", "separate"),
                "illegible": words("ballot", "part"),
                "name_variants": words("adjudicate"),
                "overvote": fields({"compare": words("per_post", "total"), "scope": words("ballot", "post")}),
                "write_in": words("free", "needs_oppose"),
            }
        ),
        "decided_by": _deciders,
        "elected": _share(base=_BASE),
        "electorate": words("household", "member", "person", "representative"),
        "female": fields(
            {
                "method": words("dedicated_seat", "none", "procedure_2013", "top_woman_first"),
                "on_fail": words("flag", "supplementary"),
            }
        ),
        "id": IDENT,
        "in_force": date,
        "law": IDENT,
        "margin": _margin,
        "names": fields({"full": flag, "min_votes": POSITIVE}),
        "nomination": fields({"margin": integer(0, 512)}),
        "overcount": fields({"base": words("issued", "voters"), "scope": words("box", "election")}),
        "proxy": fields(
            {
                "allowed": flag,
                "candidates": flag,
                "deadline_days": integer(0, 60),
                "holder": words("any", "relative"),
                "limit": integer(0, 10),
            }
        ),
        "publish": fields({"min_ballots_per_cell": integer(50)}),
        "recall": _share(base=_BASE),
        "roll_down": flag,
        "scrutineers": fields({"per_batch_min": integer(0, 8), "per_box_min": integer(0, 8)}),
        "signers": _signers,
        "source": words("national", "province", "village"),
        "supplementary": _share(
            base=_BASE,
            deadline_days=integer(0, 366),
            majority_first=flag,
            margin=integer(0, 512),
            min_candidates=integer(1, 512),
            turnout=flag,
        ),
        "text": REASON,
        "tie": words("fewer_against", "runoff"),
        "title": TITLE,
        "turnout": _share(of=words("due", "registered"), value=words("present", "voters")),
        "vacancy": fields(
            {"allowed": words("after", "before", "no"), "min_members": integer(0, 64), "needs_chair": flag}
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as it applies; roles are sorted, because they are compared as multisets."""

    id: str
    full_names: bool
    min_votes: int
    min_papers: int
    roles: dict[str, list[str]]
    body: Body


def read_profile(body: Body, threshold: int) -> Profile:
    """A profile of the election: every value covered [PROF-2], in harmony with itself [PROF-3]."""
    _check_cover(body)
    scrutineers = sum(role in ("scrutineer", "chief_scrutineer") for role in body["signers"]["batch"])
    if scrutineers < body["scrutineers"]["per_batch_min"]:  # [PROF-3]
        raise _profile(body, f"at least {body['scrutineers']['per_batch_min']} scrutineers on a batch", scrutineers)
    least = body["publish"]["min_ballots_per_cell"]
    if least < threshold:
        raise _profile(body, f"a publication threshold of at least {threshold}", least)
    if body["roll_down"] and not body["names"]["full"]:  # hidden votes could lift a candidate of a higher post
        raise _profile(body, "names.full beside roll_down", "names that stay closed")
    return profile_of(body)


def profile_of(body: Body) -> Profile:
    """The same without asking who decided it."""
    names = body["names"]
    roles = {kind: sorted(body["signers"][kind]) for kind in SIGNED_KINDS}
    least = body["publish"]["min_ballots_per_cell"]
    return Profile(body["id"], names["full"], names["min_votes"], least, roles, body)


def values_of(body: Body, at: str = "") -> Iterator[tuple[str, object]]:
    """Every single value with its path; a list is one value."""
    for name, value in body.items():
        path = f"{at}.{name}" if at else name
        if isinstance(value, dict):
            yield from values_of(value, path)
        else:
            yield path, value


def _governed(body: Body) -> Iterator[tuple[str, object]]:
    return values_of({name: value for name, value in body.items() if name not in UNGOVERNED})


def covers(entry: str, path: str) -> bool:
    """Whether an entry names the path or a path above it."""
    return path == entry or path.startswith(entry + ".")


def _check_cover(body: Body) -> None:
    """[PROF-2]: national law fixes the value, or somebody is named who decided it; nobody is named for nothing."""
    fixed = fixed_by(body["law"], body["electorate"])  # VC-18, RC-19
    if fixed is None:
        raise _profile(body, "a national law and an electorate that it knows", f"{body['law']} {body['electorate']}")
    entries = [path for path, _ in body["decided_by"]]
    idle = set(entries)
    for path, value in _governed(body):
        covering = {entry for entry in entries if covers(entry, path)}
        idle -= covering
        national = fixed.get(path)
        if not covering and (national is None or national[0] != value):
            law = f"{national[0]} ({national[1]})" if national else "open in national law"
            raise _profile(body, f"{path}: {law}, or an entry of decided_by", str(value))
    if idle:
        raise _profile(body, "entries of decided_by for values that can be decided", min(idle))


def with_rules(profile: Profile, rules: Sequence[Sequence[Any]], threshold: int) -> Profile:
    """A unit's own decisions laid over its profile [PROF-4]; whatever is wrong with them is E_PROFILE."""
    if not rules:
        return profile
    body = copy.deepcopy(profile.body)
    decided = dict(body["decided_by"])
    for path, value, who in rules:
        *above, last = path.split(".")
        holder: Any = body
        for name in above:
            holder = holder.get(name) if isinstance(holder, dict) else None
        known = isinstance(holder, dict) and last in holder and not isinstance(holder[last], dict)
        if not known or path.split(".")[0] in NOT_A_UNITS_OWN:
            raise _profile(body, "rules on values that a unit may decide", path)
        holder[last] = value
        decided[path] = who
    body["decided_by"] = [[path, decided[path]] for path in sorted(decided)]
    try:
        PROFILE(body, "profile")
    except Refused as refused:
        raise _profile(body, refused.expected, refused.found) from None
    return read_profile(body, threshold)


def _profile(body: Body, expected: str, found: object) -> Refused:
    return Refused("E_PROFILE", expected, f"profile {body['id']}: {found}")
