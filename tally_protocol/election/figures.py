"""Sums that must hold in every count, and the findings on what the paper form says (spec/1, spec/8).

Integers only. [FIG-1] [FIG-2] [CLOSE-2] [FIND-1]
"""

from collections.abc import Mapping, Sequence

from tally_protocol.election.shape import PER_CANDIDATE, VALID, WRITTEN, Shape
from tally_protocol.errors import RuleViolation

PAPER_FIGURES = (
    "collected", "delivered", "invalid", "issued", "present", "proxies", "registered", "spoiled", "unused", "valid",
    "voters",
)  # fmt: skip
BOX_FIGURES = ("collected", "delivered", "issued", "proxies", "spoiled", "unused", "voters")


def check_figures(shape: Shape, figures: Sequence[int], *, total: bool = False) -> None:
    """Raise RuleViolation E_FIGURES [FIG-1] or E_SUM [FIG-2].

    `total`: over-votes are judged over the whole paper, so a valid contest may hold what the others left free.
    """
    if len(figures) != shape.figures:
        raise RuleViolation("E_FIGURES", f"layout {shape.layout}", expected=shape.figures, found=len(figures))
    papers = figures[0]
    whole = sum(contest.max_marks for contest in shape.contests)
    for contest in shape.contests:
        at = contest.figure
        where = f"contest {contest.contest}"
        if sum(figures[at : at + WRITTEN]) != papers:
            raise RuleViolation("E_SUM", where, expected=papers, found=sum(figures[at : at + WRITTEN]))
        valid, written = figures[at + VALID], figures[at + WRITTEN]
        approvals = written
        for start in range(contest.candidate_figure, contest.end_figure, PER_CANDIDATE):
            approve, oppose, unclear, abstain = figures[start : start + PER_CANDIDATE]
            approvals += approve
            if approve + oppose + unclear + abstain != valid:
                raise RuleViolation("E_SUM", where, expected=valid, found="a candidate's marks")
        most = whole if total else contest.max_marks
        if approvals > most * valid or written > contest.slots * valid:
            raise RuleViolation("E_SUM", where, expected=f"at most {most} x {valid}", found=approvals)


def add(first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Integer by integer; both of one length."""
    return tuple([a + b for a, b in zip(first, second, strict=True)])


def subtract(first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Integer by integer; inverse of `add`."""
    return tuple([a - b for a, b in zip(first, second, strict=True)])


Finding = tuple[str, int, int]


def form_findings(
    paper: Mapping[str, int], *, layouts: int, contests: int, joined: bool, papers: int, valid: int
) -> tuple[Finding, ...]:
    """(code, expected, found) of what cannot be right on a station's form: rules 101 to 110, in this order [FIND-1].

    `papers` and `valid` are what was counted; `joined` says whether papers came from or went to another table. A rule
    speaks only when every figure that it names is known, and never refuses a record [CLOSE-3].
    """
    alone = layouts == 1 and not joined, contests == 1 and not joined
    rules = (
        ("F_BALANCE", differs(paper, "delivered", "issued", "spoiled", "unused")),
        ("F_COLLECTED_ISSUED", exceeds(paper, "issued", "collected")),
        ("F_COLLECTED_REGISTERED", exceeds(paper, "registered", "collected")),
        ("F_COUNTED_COLLECTED", differs({**paper, "counted": papers}, "collected", "counted") if alone[0] else None),
        ("F_COUNTED_VALID", differs({**paper, "counted": valid}, "valid", "counted") if alone[1] else None),
        ("F_PROXIES_ISSUED", exceeds(paper, "issued", "proxies")),
        ("F_VALID_INVALID", differs(paper, "collected", "valid", "invalid")),
        ("F_VOTERS_ISSUED", differs(paper, "issued", "voters")),
        ("F_VOTERS_REGISTERED", exceeds(paper, "registered", "voters")),
        ("F_COLLECTED_VOTERS", exceeds(paper, "voters", "collected")),
    )
    return tuple((code, *sides) for code, sides in rules if sides is not None)


def differs(figures: Mapping[str, int], whole: str, *parts: str) -> tuple[int, int] | None:
    """(the whole, the sum of its parts) if all are known and they differ."""
    if not all(name in figures for name in (whole, *parts)):
        return None
    total = sum(figures[name] for name in parts)
    return None if total == figures[whole] else (figures[whole], total)


def exceeds(figures: Mapping[str, int], most: str, name: str) -> tuple[int, int] | None:
    """(the most, the figure) if both are known and the figure is more."""
    if most not in figures or name not in figures or figures[name] <= figures[most]:
        return None
    return figures[most], figures[name]
