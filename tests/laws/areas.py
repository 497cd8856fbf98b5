"""The producer's answers to the vectors of areas `outcome`, `findings` and `declaration` (spec/vectors/README.md)."""

from collections.abc import Callable, Mapping
from typing import Any

from tally_protocol.election.unit import Unit
from tally_protocol.ids import BoxId, CandidateId, ContestId, LayoutId, StationId
from tally_protocol.law.declaration import check_declaration
from tally_protocol.law.declared import Declared, Reason
from tally_protocol.law.outcome import determine
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import with_rules
from tally_protocol.law.reconciliation import findings
from tally_protocol.law.tally import Opened, StationFigures, Tally

Json = dict[str, Any]
THRESHOLD = 50


def _unit(given: Json) -> Unit:
    return Unit.from_body(given["unit_json"])


def _profiles(given: Json, unit: Unit) -> Mapping[str, Profile]:
    profiles = [Profile.parse(body, "profile") for body in given["profiles"]]
    return {
        one.id: with_rules(one, unit.rules, THRESHOLD) if one.id == unit.profile and unit.rules else one
        for one in profiles
    }


def _station(body: Json) -> StationFigures:
    return StationFigures(
        station=StationId(body["station"]),
        paper=body["paper"],
        boxes={BoxId(name): counts for name, counts in body["boxes"]},
        joined=body.get("joined", False),
        running={LayoutId(layout): tuple(figures) for layout, figures in body.get("running", [])},
    )


def _opened(body: Json) -> Opened:
    return Opened(
        contest=ContestId(body["contest"]),
        name=body["name"],
        votes=body["votes"],
        candidate=CandidateId(body["candidate"]) if "candidate" in body else None,
        sex=body.get("sex"),
    )


def _tally(given: Json) -> Tally:
    return Tally(
        totals={LayoutId(layout): tuple(figures) for layout, figures in given["totals"]},
        stations=tuple(_station(body) for body in given["stations"]),
        persons=tuple(_opened(body) for body in given["persons"]),
    )


def _outcome(given: Json) -> Json:
    unit = _unit(given)
    results = determine(unit, _profiles(given, unit), _tally(given))
    return {"contests": [result.to_body() for result in results]}


def _findings(given: Json) -> Json:
    unit = _unit(given)
    return {"findings": [row.to_body() for row in findings(unit, _profiles(given, unit), _tally(given))]}


def _declaration(given: Json) -> Json:
    unit = _unit(given)
    declared = [Declared.parse(body, "declared") for body in given["declared"]]
    reasons = [Reason.parse(body, "reasons") for body in given["reasons"]]
    check_declaration(unit, _profiles(given, unit), _tally(given), declared, reasons)
    return {}


AREAS: dict[str, Callable[[Json], Json]] = {
    "outcome": _outcome,
    "findings": _findings,
    "declaration": _declaration,
}
