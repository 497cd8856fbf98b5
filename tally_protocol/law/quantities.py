"""The numbers of a contest, each known with its source or unknown with what is missing (spec/8, quantities).

V (voters), I (issued) and C (collected) are three numbers. A figure that nobody recorded is `Unknown`, never zero: the
rule that needs it then says `not_known`, or is not tested and a finding says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tally_protocol.election.unit import BallotBox, Contest, Unit
from tally_protocol.ids import BoxId, LayoutId
from tally_protocol.law.profile import Overcount
from tally_protocol.law.tally import Counts, StationFigures, Tally


class Source(Enum):
    """Where a number stands."""

    TOTALS = "statement"  # totals of the last statement
    CONTEST = "contest"  # the sealed contest
    UNIT = "unit"  # the sealed unit
    STATIONS = "stations"  # the sealed stations, added up
    FORMS = "forms"  # the stations' forms, added up
    BOXES = "boxes"  # the boxes' records, added up


@dataclass(frozen=True, slots=True)
class Known:
    """A number: `name` is the quantity that it is, which may stand in for the one that was asked."""

    name: str
    value: int
    source: Source


@dataclass(frozen=True, slots=True)
class Unknown:
    """A quantity that not every station recorded, or none."""

    name: str


Quantity = Known | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantities:
    """The quantities of one contest; `void_boxes` are left out of every sum over boxes."""

    collected: Known
    valid: Known
    registered: Quantity
    issued: Quantity
    voters: Quantity
    present: Quantity
    papers: Known
    void_boxes: tuple[BoxId, ...] = ()

    def exact(self, name: str) -> Quantity:
        """A quantity by the name of a base, without any stand-in."""
        found: Quantity = getattr(self, "registered" if name == "due" else name)
        return found

    def base(self, name: str) -> Quantity:
        """The base of a share: `voters` is V, or I if V is unknown, or C if both are."""
        if name != "voters":
            return self.exact(name)
        return next(one for one in (self.voters, self.issued, self.collected) if isinstance(one, Known))

    def turnout_value(self, name: str) -> Quantity:
        """A turnout value: `voters` is V, or C if V is unknown."""
        if name == "present":
            return self.present
        return self.voters if isinstance(self.voters, Known) else self.collected

    def overcount_base(self, name: str) -> Quantity:
        """The base of over-count: `voters` is V, or I if V is unknown."""
        if name == "voters" and isinstance(self.voters, Known):
            return self.voters
        return self.issued


def quantities_of(unit: Unit, contest: Contest, of_layout: Quantities, valid: int) -> Quantities:
    """The quantities of a contest, from those of its layout."""
    return replace(of_layout, valid=Known("valid", valid, Source.TOTALS), registered=registered_of(unit, contest))


def speaks_of(unit: Unit, contest: Contest) -> bool:
    """Whether the stations' forms speak of a contest's electors.

    A form's figures hold for each kind of paper of the unit's own electorate; a contest with electors of its own (the
    party's, beside the village's) has no form where the unit has several kinds of paper.
    """
    return contest.registered is None or len(unit.layouts) == 1


def layout_quantities(unit: Unit, layout: LayoutId, overcount: Overcount, tally: Tally, *, forms: bool) -> Quantities:
    """The quantities that the contests of a layout share; R and `valid` are set by the contest.

    `forms` says whether the stations' forms count; else only the boxes of the layout do.
    """
    boxes = [box for box in unit.boxes if box.layout == layout]
    void = void_boxes(boxes, overcount, tally.stations)
    collected = Known("collected", tally.totals[layout][0], Source.TOTALS)

    def either(name: str) -> Quantity:
        form = _sum_forms(name, tally.stations) if forms else Unknown(name)
        return form if isinstance(form, Known) else _sum_boxes(name, unit, boxes, void, tally.stations)

    papers = either("collected")
    return Quantities(
        collected=collected,
        valid=collected,
        registered=Unknown("registered"),
        issued=either("issued"),
        voters=either("voters"),
        present=_sum_forms("present", tally.stations) if forms else Unknown("present"),
        papers=papers if isinstance(papers, Known) else collected,
        void_boxes=void,
    )


def registered_of(unit: Unit, contest: Contest) -> Quantity:
    """R: the contest's own, else the unit's, else the sum of its stations' if all have it."""
    if contest.registered is not None:
        return Known("registered", contest.registered, Source.CONTEST)
    if unit.registered is not None:
        return Known("registered", unit.registered, Source.UNIT)
    return stations_registered(unit)


def stations_registered(unit: Unit) -> Quantity:
    """The registered of all stations of the unit note, if all have it."""
    told = [station.registered for station in unit.stations if station.registered is not None]
    if len(told) < len(unit.stations):
        return Unknown("registered")
    return Known("registered", sum(told), Source.STATIONS)


def void_boxes(
    boxes: Sequence[BallotBox], overcount: Overcount, stations: Iterable[StationFigures]
) -> tuple[BoxId, ...]:
    """Boxes that hold more papers than their voters (or papers issued): void alone, under scope `box` (逐箱).

    Their papers must not be mixed with the others, so they are not among the counted ones.
    """
    if overcount.scope != "box":
        return ()
    counts = box_counts(stations)
    return tuple(box.id for box in boxes if _overfull(counts.get(box.id, {}), overcount))


def _overfull(box: Counts, overcount: Overcount) -> bool:
    by_voters = overcount.base == "voters" and "voters" in box
    base = box.get("voters" if by_voters else "issued")
    return base is not None and "collected" in box and box["collected"] > base


def box_counts(stations: Iterable[StationFigures]) -> dict[BoxId, Counts]:
    """The last record of every box of a unit that has one."""
    return {box: counts for station in stations for box, counts in station.boxes.items()}


def _sum_forms(name: str, stations: Sequence[StationFigures]) -> Quantity:
    if all(name in station.paper for station in stations):
        return Known(name, sum(station.paper[name] for station in stations), Source.FORMS)
    return Unknown(name)


def _sum_boxes(
    name: str, unit: Unit, boxes: Sequence[BallotBox], void: Sequence[BoxId], stations: Sequence[StationFigures]
) -> Quantity:
    """The sum over a layout's boxes if every station has one and every one has the figure; void boxes add nothing."""
    counts = box_counts(stations)
    everywhere = {box.station for box in boxes} >= {station.id for station in unit.stations}
    if not boxes or not everywhere or not all(name in counts.get(box.id, {}) for box in boxes):
        return Unknown(name)
    return Known(name, sum(counts[box.id][name] for box in boxes if box.id not in void), Source.BOXES)
