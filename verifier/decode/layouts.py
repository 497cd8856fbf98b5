"""Geometry of a paper: contests, layouts, cells, figures. Plain integers, no context beyond one unit note.

Serves [FIG-1], [FIG-2] and the cells and figures of spec/1.
Worked example: one contest with two candidates has figures of length 1 + 9 + 4*2 = 18 and rows of width 3.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from verifier.findings.codes import Refused

MAX_CELLS: Final = 2048
STATUSES: Final = ("torn", "not_official", "marked", "unidentifiable", "unstated")  # status cell 1 to 5
PER_CONTEST: Final = ("valid", "blank", "over", *STATUSES, "written")
PER_CANDIDATE: Final = ("approve", "oppose", "unclear", "abstain")


@dataclass(frozen=True, slots=True)
class Contest:
    """One contest of a unit note."""

    id: str
    title: str
    candidates: tuple[str, ...]
    names: tuple[str, ...]
    max_marks: int
    write_ins: int

    @property
    def length(self) -> int:
        """Integers that this contest has in the figures."""
        return 9 + 4 * len(self.candidates)


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of paper: its contests and where each starts in the figures."""

    id: str
    contests: tuple[Contest, ...]
    starts: tuple[int, ...]
    length: int
    width: int

    def check(self, figures: Sequence[int]) -> None:
        """[FIG-1] the length, [FIG-2] the sums."""
        self.check_length(figures)
        papers = figures[0]
        for contest, start in zip(self.contests, self.starts, strict=True):
            valid, approvals, cursor = figures[start], figures[start + 8], start + 9
            if sum(figures[start : start + 8]) != papers:
                raise Refused("E_SUM", f"{contest.id}: eight figures that add up to {papers}", "another sum")
            for candidate in contest.candidates:
                if sum(figures[cursor : cursor + 4]) != valid:
                    raise Refused(
                        "E_SUM", f"{contest.id}/{candidate}: four figures that add up to {valid}", "another sum"
                    )
                approvals += figures[cursor]
                cursor += 4
            if approvals > contest.max_marks * valid:
                raise Refused("E_SUM", f"{contest.id}: at most {contest.max_marks} x {valid} approvals", str(approvals))
            if figures[start + 8] > contest.write_ins * valid:
                raise Refused("E_SUM", f"{contest.id}: at most {contest.write_ins} x {valid} written", "more")

    def check_length(self, figures: Sequence[int]) -> None:
        """[FIG-1] alone, for figures whose sums follow from others."""
        if len(figures) != self.length:
            raise Refused("E_FIGURES", f"{self.length} integers", f"{len(figures)}")

    def label(self, place: int) -> str:
        """What one integer of the figures counts."""
        if place == 0:
            return "papers"
        for contest, start in zip(self.contests, self.starts, strict=True):
            inside = place - start
            if 0 <= inside < 9:
                return f"{contest.id}.{PER_CONTEST[inside]}"
            if 9 <= inside < contest.length:
                return f"{contest.id}/{contest.candidates[(inside - 9) // 4]}.{PER_CANDIDATE[(inside - 9) % 4]}"
        return f"[{place}]"


def contests_of(fields: dict[str, Any]) -> dict[str, Contest]:
    """Contests of the fields of a unit note, in their order."""
    return {
        entry["id"]: Contest(
            id=entry["id"],
            title=entry["title"],
            candidates=tuple([one["id"] for one in entry["candidates"]]),
            names=tuple([one["name"] for one in entry["candidates"]]),
            max_marks=entry["max_marks"],
            write_ins=entry["write_ins"],
        )
        for entry in fields["contests"]
    }


def layouts_of(fields: dict[str, Any]) -> dict[str, Layout]:
    """Layouts of a unit note; every contest is on exactly one, in the unit's order, else E_MANIFEST."""
    contests = contests_of(fields)
    order = {contest: place for place, contest in enumerate(contests)}
    used: list[str] = []
    layouts: dict[str, Layout] = {}
    for entry in fields["layouts"]:
        ids = entry["contests"]
        places = [order.get(contest, -1) for contest in ids]
        if -1 in places or any(a >= b for a, b in itertools.pairwise(places)):
            raise Refused("E_MANIFEST", "contests of the unit in its order", f"layout {entry['id']}")
        used += ids
        layouts[entry["id"]] = _layout(entry["id"], tuple([contests[contest] for contest in ids]))
    if sorted(used) != sorted(order):
        raise Refused("E_MANIFEST", "every contest in exactly one layout", "another assignment")
    return layouts


def _layout(ident: str, contests: tuple[Contest, ...]) -> Layout:
    starts, length, width = [], 1, 1
    for contest in contests:
        starts.append(length)
        length += contest.length
        width += len(contest.candidates) + contest.write_ins
    if width > MAX_CELLS:
        raise Refused("E_LIMIT", f"at most {MAX_CELLS} cells", f"layout {ident}: {width}")
    return Layout(ident, contests, tuple(starts), length, width)


def paper_findings(paper: dict[str, int], *, papers: int | None, valid: int | None) -> list[str]:
    """Findings on what the form says (spec/3); `papers`, `valid`: what was counted, None if the rule does not apply."""
    found: list[str] = []

    def rule(code: str, holds: bool) -> None:
        if holds:
            found.append(code)

    has = paper.keys()
    rule(
        "F_BALANCE",
        has >= {"issued", "spoiled", "unused", "delivered"}
        and paper["issued"] + paper["spoiled"] + paper["unused"] != paper["delivered"],
    )
    rule("F_COLLECTED_ISSUED", has >= {"collected", "issued"} and paper["collected"] > paper["issued"])
    rule("F_COLLECTED_REGISTERED", has >= {"collected", "registered"} and paper["collected"] > paper["registered"])
    rule("F_COUNTED_COLLECTED", papers is not None and "collected" in has and papers != paper["collected"])
    rule("F_COUNTED_VALID", valid is not None and "valid" in has and valid != paper["valid"])
    rule("F_PROXIES_ISSUED", has >= {"proxies", "issued"} and paper["proxies"] > paper["issued"])
    rule(
        "F_VALID_INVALID",
        has >= {"valid", "invalid", "collected"} and paper["valid"] + paper["invalid"] != paper["collected"],
    )
    return found


@dataclass(frozen=True, slots=True)
class PaperClaim:
    """What one `batch` or `correction` claims about its papers; the sealed part must agree with all of it."""

    unit: str
    place: str
    hash: str
    layout: Layout
    void_paper_on_overvote: bool
    figures: list[int]
    write_ins: list[list[int]]
    table: list[int]
    new_names: list[str]
    first_new: int
    root: str
    sealed: str
