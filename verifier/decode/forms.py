"""What a station's or a box's form can say that cannot be right: rules 101 to 110 and 201 to 206 as data.

Serves [FIND-1], [CLOSE-2]. Worked example: `form_findings({"collected": 55, "issued": 54})` gives
`[("F_COLLECTED_ISSUED", 54, 55)]`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

# (code, the figure that is expected, the figures whose sum is found, how the two must not stand: found OP expected)
Rule = tuple[str, str, tuple[str, ...], str]
Finding = tuple[str, int, int]  # code, expected, found

COUNTED, COUNTED_VALID = "counted", "counted valid"  # what the chain adds up to, beside what the form says

STATION_RULES: Final[tuple[Rule, ...]] = (
    ("F_BALANCE", "delivered", ("issued", "spoiled", "unused"), "!="),
    ("F_COLLECTED_ISSUED", "issued", ("collected",), ">"),
    ("F_COLLECTED_REGISTERED", "registered", ("collected",), ">"),
    ("F_COUNTED_COLLECTED", "collected", (COUNTED,), "!="),
    ("F_COUNTED_VALID", "valid", (COUNTED_VALID,), "!="),
    ("F_PROXIES_ISSUED", "issued", ("proxies",), ">"),
    ("F_VALID_INVALID", "collected", ("valid", "invalid"), "!="),
    ("F_VOTERS_ISSUED", "issued", ("voters",), "!="),
    ("F_VOTERS_REGISTERED", "registered", ("voters",), ">"),
    ("F_COLLECTED_VOTERS", "voters", ("collected",), ">"),
)
BOX_RULES: Final[tuple[Rule, ...]] = (
    ("F_BOX_BALANCE", "delivered", ("issued", "spoiled", "unused"), "!="),
    ("F_BOX_COLLECTED_ISSUED", "issued", ("collected",), ">"),
    ("F_BOX_PROXIES_ISSUED", "issued", ("proxies",), ">"),
    ("F_BOX_VOTERS_ISSUED", "issued", ("voters",), "!="),
    ("F_BOX_COLLECTED_VOTERS", "voters", ("collected",), ">"),
)


def _broken(rules: Iterable[Rule], form: Mapping[str, int]) -> Iterator[Finding]:
    """A rule speaks only when every figure that it names is known."""
    for code, known, parts, operation in rules:
        if known in form and all(part in form for part in parts):
            expected, found = form[known], sum(form[part] for part in parts)
            if found > expected or (operation == "!=" and found != expected):
                yield code, expected, found


def form_findings(
    paper: Mapping[str, int], *, counted: int | None = None, counted_valid: int | None = None
) -> list[Finding]:
    """Rules 101 to 110; `counted`, `counted_valid`: what the chain adds up to, None where the rule does not apply."""
    chain = {COUNTED: counted, COUNTED_VALID: counted_valid}
    known = {name: value for name, value in chain.items() if value is not None}
    return list(_broken(STATION_RULES, {**paper, **known}))


def box_findings(counts: Mapping[str, int]) -> list[Finding]:
    """Rules 201 to 206 for a box that has a record."""
    found = list(_broken(BOX_RULES, counts))
    owed = counts.get("voters", counts.get("issued"))  # 206: what should be in the box
    if owed is not None and "collected" in counts and counts["collected"] < owed:
        found.append(("W_BOX_SHORT", owed, counts["collected"]))
    return found
