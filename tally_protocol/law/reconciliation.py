"""核对: what the figures of stations, boxes, unit and contests say against each other (spec/8, findings) [FIND-2].

Findings never refuse a record: what the paper says is recorded as it is, and everything is told at once. F_ is an error
(the figures cannot all be right), W_ a thing to look at. A rule speaks only when every figure that it names is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tally_protocol.election.figures import differs, exceeds, form_findings
from tally_protocol.election.shape import VALID, shape
from tally_protocol.election.unit import BallotBox, Contest, Unit
from tally_protocol.fields import JsonObject
from tally_protocol.ids import ContestId, LayoutId
from tally_protocol.law.barriers import asks_overcount, asks_turnout, overcount_of, turnout_of
from tally_protocol.law.counted import Counted, counted_contests
from tally_protocol.law.outcome import Decided, DecidedCommittee, decide_unit
from tally_protocol.law.persons import people_of
from tally_protocol.law.profile import Profile
from tally_protocol.law.quantities import (
    Known,
    Unknown,
    box_counts,
    layout_quantities,
    registered_of,
    speaks_of,
    stations_registered,
    void_boxes,
)
from tally_protocol.law.result import Outcome
from tally_protocol.law.tally import Counts, Stage, StationFigures, Tally

# the columns of F_BOX_SUM, in this order
BOX_SUMS = ("delivered", "issued", "spoiled", "unused", "proxies", "collected", "voters")
DONE = frozenset({Outcome.FULL, Outcome.VACANT, Outcome.SUPPLEMENTARY})
Sides = tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row; `station` is empty for what concerns the unit, the last three say what it is about, if it is one."""

    code: str
    expected: int
    found: int
    station: str = ""
    box: str | None = None
    contest: str | None = None
    layout: str | None = None

    def to_body(self) -> JsonObject:
        """The JSON object of the vectors."""
        body: JsonObject = {name: getattr(self, name) for name in ("code", "expected", "found", "station")}
        about = {name: getattr(self, name) for name in ("box", "contest", "layout")}
        return body | {name: value for name, value in about.items() if value is not None}


def findings(unit: Unit, profiles: Mapping[str, Profile], tally: Tally) -> tuple[Finding, ...]:
    """Every finding of a unit, in the order of the table [FIND-2]."""
    found = [row for station in tally.stations for row in station_findings(unit, station)]
    stated = tally.stage is not Stage.COUNTING
    if stated:
        found += _box_totals(unit, profiles, tally)
    found += _registered_sum(unit)
    if stated:
        found += _unit_registered(unit, profiles, tally)
        found += _proxy_limit(profiles[unit.profile], tally.stations)
    decided = decide_unit(unit, profiles, tally) if tally.stage is Stage.FINAL else None
    counted: Mapping[ContestId, Counted] = {}
    if stated:
        people = people_of(unit, tally.persons)
        counted = decided.counted if decided is not None else counted_contests(unit, profiles, tally, people)
    for contest in unit.contests:
        found += _margin(contest, profiles[unit.profile_of(contest)])
        if contest.id in counted:
            found += _untested(counted[contest.id])
        if decided is not None:
            found += _result_findings(unit, contest, decided)
    if decided is not None:
        outcomes = {result.contest: result.outcome for result in decided.results}
        found += [row for committee in decided.committees for row in _committee_findings(committee, outcomes)]
    return tuple(found)


def station_findings(unit: Unit, station: StationFigures) -> Iterator[Finding]:
    """Rules 101 to 110 of a closed station, 201 to 207 of its boxes, then 301."""
    if station.closed:
        for code, expected, found in _form_findings(unit, station):
            yield Finding(code=code, expected=expected, found=found, station=station.station)
    boxes = [box for box in unit.boxes if box.station == station.station]
    for box in boxes:
        for code, sides in _box_rules(box, station):
            if sides is not None:
                yield Finding(code=code, expected=sides[0], found=sides[1], station=station.station, box=box.id)
    if station.closed and boxes and len(unit.layouts) == 1:
        yield from _box_sums(boxes, station)


def _form_findings(unit: Unit, station: StationFigures) -> tuple[tuple[str, int, int], ...]:
    """Rules 101 to 110, the same that `close` records [FIND-1]; running figures are those at the chain's head."""
    paper = shape(unit, unit.layouts[0].id)
    running = station.running.get(unit.layouts[0].id, paper.zeros)
    first = paper.contests[0]
    return form_findings(
        station.paper,
        layouts=len(unit.layouts),
        contests=len(unit.contests),
        joined=station.joined,
        papers=running[0],
        valid=running[first.figure : first.candidate_figure][VALID],
    )


def _box_rules(box: BallotBox, station: StationFigures) -> Iterator[tuple[str, Sides]]:
    """Rules 201 to 207: totals can hide a surplus in one box behind a loss in another, so each box speaks alone."""
    counts = station.boxes.get(box.id)
    if counts is None:
        yield "W_BOX_MISSING", (1, 0) if station.closed else None
        return
    yield "F_BOX_BALANCE", differs(counts, "delivered", "issued", "spoiled", "unused")
    yield "F_BOX_COLLECTED_ISSUED", exceeds(counts, "issued", "collected")
    yield "F_BOX_PROXIES_ISSUED", exceeds(counts, "issued", "proxies")
    yield "F_BOX_VOTERS_ISSUED", differs(counts, "issued", "voters")
    yield "F_BOX_COLLECTED_VOTERS", exceeds(counts, "voters", "collected")
    yield "W_BOX_SHORT", _short(counts)


def _short(counts: Counts) -> Sides:
    due = counts.get("voters", counts.get("issued"))
    if due is None or "collected" not in counts or counts["collected"] >= due:
        return None
    return due, counts["collected"]


def _box_sums(boxes: Sequence[BallotBox], station: StationFigures) -> Iterator[Finding]:
    """Rule 301: the boxes of a station against its form, figure by figure."""
    for name in BOX_SUMS:
        parts = [station.boxes.get(box.id, {}).get(name) for box in boxes]
        known = [part for part in parts if part is not None]
        if name in station.paper and len(known) == len(boxes) and sum(known) != station.paper[name]:
            yield Finding(
                code="F_BOX_SUM", expected=station.paper[name], found=sum(known), station=station.station
            )


def _box_totals(unit: Unit, profiles: Mapping[str, Profile], tally: Tally) -> Iterator[Finding]:
    """Rule 302: the papers of a layout's boxes against the papers counted; nothing is lost or added while mixing."""
    counts = box_counts(tally.stations)
    for layout in unit.layouts:
        boxes = [box for box in unit.boxes if box.layout == layout.id]
        if not boxes or not all("collected" in counts.get(box.id, {}) for box in boxes):
            continue
        void = void_boxes(boxes, _layout_profile(unit, profiles, layout.id).overcount, tally.stations)
        total = sum(counts[box.id]["collected"] for box in boxes if box.id not in void)
        papers = tally.totals[layout.id][0]
        if total != papers:
            yield Finding(code="F_BOX_COUNTED", expected=total, found=papers, layout=layout.id)


def _layout_profile(unit: Unit, profiles: Mapping[str, Profile], layout: LayoutId) -> Profile:
    name = next(one.contests[0] for one in unit.layouts if one.id == layout)
    return next(profiles[unit.profile_of(contest)] for contest in unit.contests if contest.id == name)


def _registered_sum(unit: Unit) -> Iterator[Finding]:
    """Rule 303."""
    total = stations_registered(unit)
    if unit.registered is not None and isinstance(total, Known) and total.value != unit.registered:
        yield Finding(code="F_REGISTERED_SUM", expected=unit.registered, found=total.value)


def _unit_registered(unit: Unit, profiles: Mapping[str, Profile], tally: Tally) -> Iterator[Finding]:
    """Rule 304: nobody votes who is not registered."""
    contest, layout = unit.contests[0], unit.layouts[0].id
    overcount = _layout_profile(unit, profiles, layout).overcount
    quantities = layout_quantities(unit, layout, overcount, tally, forms=speaks_of(unit, contest))
    registered = registered_of(unit, contest)
    voters = quantities.turnout_value("voters")
    if isinstance(registered, Known) and isinstance(voters, Known) and voters.value > registered.value:
        yield Finding(code="F_UNIT_REGISTERED", expected=registered.value, found=voters.value)


def _proxy_limit(profile: Profile, stations: Sequence[StationFigures]) -> Iterator[Finding]:
    """Rule 305: every paper by proxy needs a holder who came himself, and a holder has a limit."""
    if not all("proxies" in station.paper for station in stations):
        return
    proxies = sum(station.paper["proxies"] for station in stations)
    if not profile.proxy.allowed:
        most = 0
    elif all("issued" in station.paper for station in stations):
        most = profile.proxy.limit * (sum(station.paper["issued"] for station in stations) - proxies)
    else:
        return
    if proxies > most:
        yield Finding(code="F_PROXY_LIMIT", expected=most, found=proxies)


def _margin(contest: Contest, profile: Profile) -> Iterator[Finding]:
    """Rule 401: 差额选举, more candidates than seats, within what the profile says."""
    candidates = len(contest.candidates)
    over = candidates - contest.seats
    outside = not profile.margin.least <= over <= profile.margin.most and not contest.write_ins
    if contest.rule == "election" and (outside or over < 0):
        expected = contest.seats + profile.margin.least
        yield Finding(code="W_MARGIN", expected=expected, found=candidates, contest=contest.id)


def _untested(counted: Counted) -> Iterator[Finding]:
    """Rules 402 and 403: what the law asks and nobody can test."""
    if asks_turnout(counted) and isinstance(turnout_of(counted), Unknown):
        yield Finding(code="W_TURNOUT_UNTESTED", expected=1, found=0, contest=counted.contest.id)
    if asks_overcount(counted) and isinstance(overcount_of(counted), Unknown):
        yield Finding(code="W_OVERCOUNT_UNTESTED", expected=1, found=0, contest=counted.contest.id)


def _result_findings(unit: Unit, contest: Contest, decided: Decided) -> Iterator[Finding]:
    """Rules 404 and 407."""
    if decided.result_of(contest.id).sensitive:
        yield Finding(code="W_BASE", expected=0, found=1, contest=contest.id)
    if contest.of is None or unit.contest(contest.of) is None:
        return
    result = decided.result_of(contest.of)
    due = result.next
    if contest.rule == "runoff":
        due = result.runoff
    elif contest.female_only and result.held:
        due = result.next_women
    if set(due) != {candidate.id for candidate in contest.candidates}:
        yield Finding(
            code="W_ROUND_LIST", expected=len(due), found=len(contest.candidates), contest=contest.id
        )


def _committee_findings(one: DecidedCommittee, outcomes: Mapping[ContestId, Outcome]) -> Iterator[Finding]:
    """Rules 405 and 406."""
    people = one.committee.people
    elected = [person for place in one.places for person in place.elected]
    seats = sum(place.counted.contest.seats for place in one.places)
    done = all(outcomes[place.counted.contest.id] in DONE for place in one.places)
    sitting = one.committee.sitting
    if seats >= 3 and done and not any(map(people.is_woman, sitting.union(elected))):
        yield Finding(code="W_NO_WOMAN", expected=1, found=0)
    if one.places[0].counted.profile.avoidance.method == "flag":
        here, before = set(elected), sitting.difference(elected)
        relatives = [one.committee.relatives.get(person, frozenset()) for person in here]
        pairs = sum(len(near & here) for near in relatives) // 2 + sum(len(near & before) for near in relatives)
        if pairs:
            yield Finding(code="W_RELATIVES", expected=0, found=pairs)
