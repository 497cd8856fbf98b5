"""Geometry of a paper: contests, layouts, cells, figures. Plain integers, no context beyond one unit note.

Serves [FIG-1], [FIG-2], [SEAL-6] and the cells and figures of spec/1.
Worked example: one contest with two candidates has figures of length 1 + 12 + 4*2 = 21 and rows of width 3.
"""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from verifier.findings.codes import Refused

MAX_CELLS: Final = 2048
STATUSES: Final = ("torn", "not_official", "marked", "unidentifiable", "unstated")  # status cell 1 to 5
VERDICTS: Final = ("valid", "blank", "over", "duplicate", "illegible", "unpaired", *STATUSES)  # one a paper and contest
PER_CONTEST: Final = (*VERDICTS, "written")
PER_CANDIDATE: Final = ("approve", "oppose", "unclear", "abstain")
WRITTEN: Final = len(VERDICTS)
HEAD: Final = len(PER_CONTEST)  # candidates begin after so many integers of a contest
PER: Final = len(PER_CANDIDATE)


@dataclass(frozen=True, slots=True)
class Contest:
    """One contest of a unit note."""

    id: str
    title: str
    candidates: tuple[str, ...]
    names: tuple[str, ...]
    sexes: tuple[str, ...]  # "f", "m" or "" for each candidate
    max_marks: int
    write_ins: int
    seats: int
    round: int
    rule: str
    profile: str
    of: str
    female_only: bool
    registered: int | None

    @property
    def length(self) -> int:
        """Integers that this contest has in the figures."""
        return HEAD + PER * len(self.candidates)

    @property
    def printed(self) -> list[tuple[str, str, str]]:
        """Id, name and sex of every candidate in the order of the paper."""
        return list(zip(self.candidates, self.names, self.sexes, strict=True))


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of paper: its contests, where each starts in the figures, and the id of the profile that judges it."""

    id: str
    contests: tuple[Contest, ...]
    starts: tuple[int, ...]
    length: int
    width: int
    profile: str
    bounds: tuple[int, ...]  # most approvals of a valid paper in each contest

    @property
    def parts(self) -> list[tuple[Contest, int]]:
        """Every contest with its place in the figures."""
        return list(zip(self.contests, self.starts, strict=True))

    def check(self, figures: Sequence[int]) -> None:
        """[FIG-1] the length, [FIG-2] the sums."""
        self.check_length(figures)
        papers = figures[0]
        for contest, start, bound in zip(self.contests, self.starts, self.bounds, strict=True):
            valid, written, cursor = figures[start], figures[start + WRITTEN], start + HEAD
            if sum(figures[start : start + WRITTEN]) != papers:
                raise Refused("E_SUM", f"{contest.id}: eleven figures that add up to {papers}", "another sum")
            for candidate in contest.candidates:
                if sum(figures[cursor : cursor + PER]) != valid:
                    raise Refused(
                        "E_SUM", f"{contest.id}/{candidate}: four figures that add up to {valid}", "another sum"
                    )
                cursor += PER
            approvals = written + sum(figures[start + HEAD : cursor : PER])
            if approvals > bound * valid:
                raise Refused("E_SUM", f"{contest.id}: at most {bound} x {valid} approvals", str(approvals))
            if written > contest.write_ins * valid:
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
            if 0 <= inside < HEAD:
                return f"{contest.id}.{PER_CONTEST[inside]}"
            if HEAD <= inside < contest.length:
                which, what = divmod(inside - HEAD, PER)
                return f"{contest.id}/{contest.candidates[which]}.{PER_CANDIDATE[what]}"
        return f"[{place}]"


def contests_of(fields: dict[str, Any]) -> dict[str, Contest]:
    """Contests of the fields of a unit note, in their order."""
    return {
        entry["id"]: Contest(
            id=entry["id"],
            title=entry["title"],
            candidates=tuple([one["id"] for one in entry["candidates"]]),
            names=tuple([one["name"] for one in entry["candidates"]]),
            sexes=tuple([one.get("sex", "") for one in entry["candidates"]]),
            max_marks=entry["max_marks"],
            write_ins=entry["write_ins"],
            seats=entry["seats"],
            round=entry["round"],
            rule=entry["rule"],
            profile=entry.get("profile", fields["profile"]),
            of=entry.get("of", ""),
            female_only="female_only" in entry,
            registered=entry.get("registered"),
        )
        for entry in fields["contests"]
    }


def layouts_of(fields: dict[str, Any], by_total: Collection[str] = ()) -> dict[str, Layout]:
    """Layouts of a unit note; every contest is on exactly one, in the unit's order, else E_MANIFEST.

    `by_total`: profiles that compare the approvals of the whole paper, so that a contest alone may have more.
    """
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
        layouts[entry["id"]] = _layout(entry["id"], tuple([contests[contest] for contest in ids]), by_total)
    if sorted(used) != sorted(order):
        raise Refused("E_MANIFEST", "every contest in exactly one layout", "another assignment")
    return layouts


def _layout(ident: str, contests: tuple[Contest, ...], by_total: Collection[str]) -> Layout:
    starts, length, width = [], 1, 1
    for contest in contests:
        starts.append(length)
        length += contest.length
        width += len(contest.candidates) + contest.write_ins
    if width > MAX_CELLS:
        raise Refused("E_LIMIT", f"at most {MAX_CELLS} cells", f"layout {ident}: {width}")
    named = sorted({contest.profile for contest in contests})
    if len(named) != 1:  # [SEAL-6]
        raise Refused("E_MANIFEST", "one profile for all contests of a layout", f"layout {ident}: {', '.join(named)}")
    bounds = [contest.max_marks for contest in contests]
    if named[0] in by_total:
        bounds = [sum(bounds)] * len(bounds)
    return Layout(ident, contests, tuple(starts), length, width, named[0], tuple(bounds))


@dataclass(frozen=True, slots=True)
class PaperClaim:
    """What one `batch` or `correction` claims about its papers; the sealed part must agree with all of it."""

    unit: str
    place: str
    hash: str
    layout: Layout
    ballot: dict[str, Any]  # the part of its profile that says what a paper counts
    figures: list[int]
    write_ins: list[list[int]]
    table: list[int]
    new_names: list[str]
    first_new: int
    root: str
    sealed: str
