"""Sums that must hold in every count, and the findings on what the paper form says (spec/1, spec/3).

Integers only. [FIG-1] [FIG-2] [CLOSE-2]
"""

from collections.abc import Mapping, Sequence

from tally_protocol.election.shape import VALID, WRITTEN, Shape
from tally_protocol.errors import RuleViolation

PAPER_FIGURES = (
    "collected", "delivered", "invalid", "issued", "proxies", "registered", "spoiled", "unused", "valid",
)  # fmt: skip


def check_figures(shape: Shape, figures: Sequence[int]) -> None:
    """Raise RuleViolation E_FIGURES [FIG-1] or E_SUM [FIG-2]."""
    if len(figures) != shape.figures:
        raise RuleViolation("E_FIGURES", f"layout {shape.layout}", expected=shape.figures, found=len(figures))
    papers = figures[0]
    for contest in shape.contests:
        at = contest.figure
        where = f"contest {contest.contest}"
        if sum(figures[at : at + WRITTEN]) != papers:
            raise RuleViolation("E_SUM", where, expected=papers, found=sum(figures[at : at + WRITTEN]))
        valid, written = figures[at + VALID], figures[at + WRITTEN]
        approvals = written
        for start in range(at + 9, contest.end_figure, 4):
            approve, oppose, unclear, abstain = figures[start : start + 4]
            approvals += approve
            if approve + oppose + unclear + abstain != valid:
                raise RuleViolation("E_SUM", where, expected=valid, found="a candidate's marks")
        if approvals > contest.max_marks * valid or written > contest.slots * valid:
            raise RuleViolation("E_SUM", where, expected=f"at most {contest.max_marks} x {valid}", found=approvals)


def add(first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Integer by integer; both of one length."""
    return tuple([a + b for a, b in zip(first, second, strict=True)])


def subtract(first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Integer by integer; inverse of `add`."""
    return tuple([a - b for a, b in zip(first, second, strict=True)])


def findings(
    paper: Mapping[str, int], *, layouts: int, contests: int, joined: bool, papers: int, valid: int
) -> tuple[str, ...]:
    """Codes of what cannot be right on the form, ascending; never a reason to refuse [CLOSE-2] [CLOSE-3].

    `papers` and `valid` are what was counted; `joined` says whether papers came from or went to another table.
    """

    def known(*names: str) -> bool:
        return all(name in paper for name in names)

    found = []
    handed_out = sum(paper.get(name, 0) for name in ("issued", "spoiled", "unused"))
    if known("issued", "spoiled", "unused", "delivered") and handed_out != paper["delivered"]:
        found.append("F_BALANCE")
    if known("collected", "issued") and paper["collected"] > paper["issued"]:
        found.append("F_COLLECTED_ISSUED")
    if known("collected", "registered") and paper["collected"] > paper["registered"]:
        found.append("F_COLLECTED_REGISTERED")
    if known("collected") and layouts == 1 and not joined and papers != paper["collected"]:
        found.append("F_COUNTED_COLLECTED")
    if known("valid") and contests == 1 and not joined and valid != paper["valid"]:
        found.append("F_COUNTED_VALID")
    if known("proxies", "issued") and paper["proxies"] > paper["issued"]:
        found.append("F_PROXIES_ISSUED")
    if known("valid", "invalid", "collected") and paper["valid"] + paper["invalid"] != paper["collected"]:
        found.append("F_VALID_INVALID")
    return tuple(found)
