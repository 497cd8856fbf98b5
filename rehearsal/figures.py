"""Figures that cannot be true, each with its code: the station's paper form, its boxes, its votes.

Pure: values in, findings out; a check speaks only when every figure it names is known. The codes of the form are
those that `close` carries (spec 8-law.md, rules 101 to 110, [FIND-1]), and a box's form is read by the same ones; the
others can be seen only from the folder.
Nothing is corrected ([CLOSE-3]).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rehearsal.idents import CandidateId
from rehearsal.notes import Finding
from rehearsal.plan import BoxPlan, ContestPlan, PaperFigures, StationPlan, UnitPlan

_SUMMED: Final = ("delivered", "issued", "spoiled", "unused", "proxies", "collected", "voters")


def form_faults(figures: PaperFigures) -> Iterator[tuple[str, str, str, str]]:
    """Yield (code, what, expected, found) for every sentence of the form that cannot be true."""
    f = figures
    if f.issued is not None and f.spoiled is not None and f.unused is not None and f.delivered is not None:
        used = f.issued + f.spoiled + f.unused
        if used != f.delivered:
            yield "F_BALANCE", "issued + spoiled + unused", f"{f.delivered} delivered", str(used)
    if f.collected is not None and f.issued is not None and f.collected > f.issued:
        yield "F_COLLECTED_ISSUED", "collected", f"at most {f.issued} issued", str(f.collected)
    if f.collected is not None and f.registered is not None and f.collected > f.registered:
        yield "F_COLLECTED_REGISTERED", "collected", f"at most {f.registered} registered", str(f.collected)
    if f.proxies is not None and f.issued is not None and f.proxies > f.issued:
        yield "F_PROXIES_ISSUED", "proxies", f"at most {f.issued} issued", str(f.proxies)
    yield from _roll_call_faults(f)
    if f.valid is not None and f.invalid is not None and f.collected is not None and f.valid + f.invalid != f.collected:
        yield "F_VALID_INVALID", "valid + invalid", f"{f.collected} collected", str(f.valid + f.invalid)


def _roll_call_faults(f: PaperFigures) -> Iterator[tuple[str, str, str, str]]:
    """Rules 108 to 110: the roll call (投票人数) against papers issued, electors, papers collected."""
    if f.voters is None:
        return
    if f.issued is not None and f.voters != f.issued:
        yield "F_VOTERS_ISSUED", "voters", f"{f.issued} issued", str(f.voters)
    if f.registered is not None and f.voters > f.registered:
        yield "F_VOTERS_REGISTERED", "voters", f"at most {f.registered} registered", str(f.voters)
    if f.collected is not None and f.collected > f.voters:
        yield "F_COLLECTED_VOTERS", "collected", f"at most {f.voters} voters", str(f.collected)


def station_findings(unit: UnitPlan, station: StationPlan) -> Iterator[Finding]:
    """Yield what the forms of a station and of its boxes say that cannot be true."""
    for code, what, expected, found in form_faults(station.figures):
        yield Finding(code=code, unit=unit.id, station=station.id, what=what, expected=expected, found=found)
    boxes = [box for box in unit.boxes if box.station == station.id]
    for box in boxes:
        for code, what, expected, found in form_faults(box.figures):
            yield Finding(
                code=code, unit=unit.id, station=station.id, box=box.id, what=what, expected=expected, found=found
            )
    yield from _box_sums(unit, station, boxes)


def _box_sums(unit: UnitPlan, station: StationPlan, boxes: Sequence[BoxPlan]) -> Iterator[Finding]:
    """Papers are boxed by layout: the boxes are compared with the form only where the unit has one kind of paper."""
    if not boxes or len(unit.layouts) != 1:
        return
    for column in _SUMMED:
        stated = getattr(station.figures, column)
        parts = [getattr(box.figures, column) for box in boxes]
        if stated is not None and None not in parts and sum(parts) != stated:
            yield Finding(
                code="F_BOX_SUM",
                unit=unit.id,
                station=station.id,
                what=f"sum of boxes, {column}",
                expected=str(stated),
                found=str(sum(parts)),
            )


def vote_faults(
    contest: ContestPlan, votes: Mapping[CandidateId, int], valid: int | None
) -> Iterator[tuple[str, str, str, str]]:
    """Yield (code, what, expected, found) for the votes of one contest at one station.

    Every code but F_VOTES_VALID means that the votes cannot be laid out as papers.
    """
    negative = [f"{candidate}: {count}" for candidate, count in votes.items() if count < 0]
    if negative:
        yield "F_NEGATIVE", "votes", ">= 0", ", ".join(negative)
        return
    if valid is None:
        return
    total = sum(votes.values())
    if contest.max_marks == 1 and total != valid:
        yield "F_VOTES_VALID", "sum of votes", f"{valid} valid", str(total)
    if total > valid * contest.max_marks:
        yield "F_VOTES_OVER", "sum of votes", f"at most {valid} x {contest.max_marks}", str(total)
    over = [f"{candidate}: {count}" for candidate, count in votes.items() if count > valid]
    if over:
        yield "F_CANDIDATE_OVER", "votes of one candidate", f"at most {valid} valid", ", ".join(over)


def counted_findings(unit: UnitPlan, station: StationPlan, papers: int) -> Iterator[Finding]:
    """Compare the papers of ballots.csv with the form, where the unit has one kind of paper."""
    collected = station.figures.collected
    if len(unit.layouts) == 1 and collected is not None and collected != papers:
        yield Finding(
            code="F_COUNTED_COLLECTED",
            unit=unit.id,
            station=station.id,
            what="papers in ballots.csv",
            expected=f"{collected} collected",
            found=str(papers),
        )
