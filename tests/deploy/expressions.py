"""Which metrics and labels a PromQL expression uses, held against deploy/metrics.json."""

import re
from collections.abc import Iterator
from typing import Any

WORDS = {
    "sum", "min", "max", "avg", "count", "group", "topk", "by", "without", "on", "ignoring", "group_left",
    "group_right", "and", "or", "unless", "bool", "offset", "rate", "increase", "histogram_quantile",
    "label_replace", "time", "vector", "clamp_min", "absent", "changes", "le", "count_values", "avg_over_time",
    "max_over_time",
}  # fmt: skip
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def series(contract: dict[str, Any]) -> dict[str, tuple[str, set[str]]]:
    """Name of a series -> type of its metric, labels it can have."""
    everywhere = set(contract["target_labels"])
    return {
        metric["name"] + end: (
            metric["type"],
            everywhere | set(metric["labels"]) | ({"le"} if end == "_bucket" else set()),
        )
        for metric in [*contract["metrics"], *contract["outside"]]
        for end in SUFFIXES[metric["type"]]
    }


def faults(expression: str, known: dict[str, tuple[str, set[str]]]) -> Iterator[str]:
    """Unknown series, unknown labels, a counter without a rate, a gauge with one."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    used, text = [], _without_grouping(bare)
    for match in re.finditer(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?\s*(\[[^\]]*\])?", text):
        name, labels, window = match.groups()
        if name in WORDS:
            continue
        used.append(name)
        if name not in known:
            yield f"{name} is not in deploy/metrics.json"
            continue
        kind, allowed = known[name]
        yield from (
            f"{name} has no label {label}" for label in re.findall(r"(\w+)\s*=", labels or "") if label not in allowed
        )
        # the highest of a while is asked of a gauge, how fast it grows is not
        over_time = kind == "gauge" and text[: match.start()].endswith("_over_time(")
        if (kind == "gauge") == (bool(window) and not over_time):
            yield f"{name} is a {kind}" + (" with a window" if window else " without rate or increase")
    every = set().union(*(known[name][1] for name in used if name in known))
    made = set(re.findall(r'label_replace\(.*?,\s*"(\w+)"', expression, re.DOTALL))
    for group in re.findall(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)", bare):
        yield from (
            f"no series here has the label {label}" for label in NAME.findall(group) if label not in every | made
        )
    if not used:
        yield "uses no series at all"


def _without_grouping(expression: str) -> str:
    """Lists of labels and numbers are not series."""
    bare = re.sub(r"\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)", " ", expression)
    return re.sub(r"(?<![\w\[])\d[\w.]*", " ", bare)
