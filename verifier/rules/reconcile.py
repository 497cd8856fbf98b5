"""Findings: what the figures of a unit's forms, boxes and contests cannot all be, or what somebody should look at.

Serves [FIND-2]; rules 101 to 110 and 201 to 206 are those of decode/forms.py [FIND-1]. All findings at once, in order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from verifier.decode.cases import Case, Result, StationForm
from verifier.decode.forms import box_findings, form_findings
from verifier.decode.layouts import Contest
from verifier.rules.measures import (
    Measures,
    asks_overcount,
    asks_turnout,
    boxes_of,
    electors,
    measures_of,
    over_stations,
    sum_known,
    void_boxes,
)
from verifier.rules.outcome import docket_of, results_of, seat_all

FORM_SUMS: Final = ("delivered", "issued", "spoiled", "unused", "proxies", "collected", "voters")
SETTLED: Final = frozenset(("full", "vacant", "supplementary"))


@dataclass(frozen=True, slots=True)
class Row:
    """One finding: where, which, what was expected and what was found; `station` is empty for the unit's."""

    station: str
    code: str
    expected: int
    found: int
    box: str = ""
    contest: str = ""
    layout: str = ""

    def as_data(self) -> dict[str, object]:
        """For programs: empty places are left out, but for the station."""
        data = {"station": self.station, "code": self.code, "expected": self.expected, "found": self.found}
        return data | {name: getattr(self, name) for name in ("box", "contest", "layout") if getattr(self, name)}


def findings(case: Case, *, stated: bool, complete: bool) -> list[Row]:
    """Every finding in order; `stated`: the statement stands over the final heads, `complete`: names are opened too."""
    rows: list[Row] = []
    for station in case.stations:
        rows += _of_station(case, station)
    rows += _of_unit(case, stated=stated)
    results = results_of(docket_of(case)) if complete else []
    for place, contest in enumerate(case.contests):
        rows += _of_contest(case, contest, results[place] if results else None, results, stated=stated)
    return [*rows, *(_of_committees(case, results) if results else ())]


def _of_station(case: Case, station: StationForm) -> Iterator[Row]:
    """101 to 110, then for each box 201 to 207, then 301."""
    if station.closed:
        first = station.running.get(case.layouts[0].id, ())
        alone = first and not station.joined
        found = form_findings(
            station.paper,
            counted=first[0] if alone and len(case.layouts) == 1 else None,
            counted_valid=first[1] if alone and len(case.contests) == 1 else None,
        )
        yield from (Row(station.id, *finding) for finding in found)
    for box in station.boxes:
        if box.counts is not None:
            yield from (Row(station.id, *finding, box=box.id) for finding in box_findings(box.counts))
        elif station.closed:
            yield Row(station.id, "W_BOX_MISSING", 1, 0, box=box.id)
    if station.closed and station.boxes and len(case.layouts) == 1:
        for name in FORM_SUMS:
            total = sum_known((box.counts or {}).get(name) for box in station.boxes)
            if total is not None and station.paper.get(name, total) != total:
                yield Row(station.id, "F_BOX_SUM", station.paper[name], total)


def _of_unit(case: Case, *, stated: bool) -> Iterator[Row]:
    """302 to 305."""
    if stated:
        for layout in case.layouts:
            boxes, void = boxes_of(case, layout), void_boxes(case, layout)
            good = [box for box in boxes if box.id not in void]
            total = sum_known((box.counts or {}).get("collected") for box in good)
            papers = case.totals[layout.id][0]
            if boxes and total is not None and total != papers:
                yield Row("", "F_BOX_COUNTED", total, papers, layout=layout.id)
    registered = sum_known(station.registered for station in case.stations)
    if case.registered is not None and registered is not None and case.registered != registered:
        yield Row("", "F_REGISTERED_SUM", case.registered, registered)
    if not stated:
        return
    layout, contest = case.layouts[0], case.contests[0]
    forms = contest.registered is None or len(case.layouts) == 1
    voters, most = over_stations(case, layout, "voters", forms=forms), electors(case, contest)
    came = case.totals[layout.id][0] if voters is None else voters
    if most is not None and came > most:
        yield Row("", "F_UNIT_REGISTERED", most, came)
    yield from _of_proxies(case)


def _of_proxies(case: Case) -> Iterator[Row]:
    rule = case.profiles[case.profile].body["proxy"]
    proxies = sum_known(station.paper.get("proxies") for station in case.stations)
    issued = sum_known(station.paper.get("issued") for station in case.stations)
    if proxies is None:
        return
    if not rule["allowed"]:
        if proxies > 0:
            yield Row("", "F_PROXY_LIMIT", 0, proxies)
    elif issued is not None and proxies > rule["limit"] * (issued - proxies):
        yield Row("", "F_PROXY_LIMIT", rule["limit"] * (issued - proxies), proxies)


def _of_contest(
    case: Case, contest: Contest, result: Result | None, results: Sequence[Result], *, stated: bool
) -> Iterator[Row]:
    """401 to 404 and 407."""
    profile, here = case.profile_of(contest), contest.id
    many = len(contest.candidates)
    spare, margin = many - contest.seats, profile["margin"]
    outside = not contest.write_ins and not margin["least"] <= spare <= margin["most"]
    if contest.rule == "election" and (outside or spare < 0):
        yield Row("", "W_MARGIN", contest.seats + margin["least"], many, contest=here)
    if stated:
        layout = next(layout for layout in case.layouts if contest in layout.contests)
        yield from _untested(case, contest, measures_of(case, layout, contest))
    if result is None:
        return
    if result["sensitive"]:
        yield Row("", "W_BASE", 0, 1, contest=here)
    before = next((one for one in results if one["contest"] == contest.of), None)
    if before is not None:
        listed = _expected_candidates(contest, before)
        if set(listed) != set(contest.candidates):
            yield Row("", "W_ROUND_LIST", len(listed), many, contest=here)


def _untested(case: Case, contest: Contest, measures: Measures) -> Iterator[Row]:
    profile = case.profile_of(contest)
    value = measures.turnout(profile["turnout"]["value"])
    if asks_turnout(profile, contest.rule) and None in (measures.registered, value):
        yield Row("", "W_TURNOUT_UNTESTED", 1, 0, contest=contest.id)
    if asks_overcount(profile, contest.rule) and measures.allowed(profile["overcount"]["base"]) is None:
        yield Row("", "W_OVERCOUNT_UNTESTED", 1, 0, contest=contest.id)


def _expected_candidates(contest: Contest, before: Result) -> Sequence[str]:
    """Whom the round before gives to this contest."""
    if contest.rule == "runoff":
        name = "runoff"
    elif contest.female_only and before["held"]:
        name = "next_women"
    else:
        name = "next"
    references: Sequence[str] = before[name]
    return references


def _of_committees(case: Case, results: Sequence[Result]) -> Iterator[Row]:
    """405 and 406, committees in the order of their first contests."""
    docket = docket_of(case)
    posts, benches = seat_all(docket)
    found = {result["contest"]: result for result in results}
    order = {contest.id: place for place, contest in enumerate(case.contests)}
    for committee, bench in sorted(benches, key=lambda pair: order[pair[0][0].id]):
        words = {found[contest.id]["outcome"] for contest in committee}
        elected = {who for contest in committee for who in posts[contest.id].elected}
        women = (elected | bench.sitting) & docket.people.women
        if sum(contest.seats for contest in committee) >= 3 and words <= SETTLED and not women:
            yield Row("", "W_NO_WOMAN", 1, 0)
        if bench.profile["avoidance"]["method"] == "flag":
            pairs = {frozenset(pair) for pair in bench.kin if elected.intersection(pair)}
            related = sum(pair <= elected | bench.sitting for pair in pairs)
            if related:
                yield Row("", "W_RELATIVES", 0, related)
