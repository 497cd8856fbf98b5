"""A unit's case from the plain input of a vector: areas `outcome`, `findings`, `declaration` of spec/vectors.

Serves [CONV-1]. What a chain would have checked is taken as given here: statement, names and forms are final.
"""

from typing import Any

from verifier.chain.manifest import by_total
from verifier.decode.cases import BoxForm, Case, Opened, StationForm
from verifier.decode.kinds import KINDS
from verifier.decode.layouts import contests_of, layouts_of
from verifier.decode.profiles import PROFILE, profile_of, with_rules
from verifier.findings.codes import Refused

Given = dict[str, Any]
LEAST_THRESHOLD = 50


def case_of(given: Given) -> Case:
    """The case that a vector describes."""
    unit = given["unit_json"]
    KINDS["unit"](unit, "unit")
    profiles = {}
    for body in given["profiles"]:
        PROFILE(body, "profile")
        profiles[body["id"]] = profile_of(body)
    own = profiles.get(unit["profile"])
    if own is None:
        raise Refused("E_MANIFEST", "a profile of the list", str(unit["profile"]))
    profiles[own.id] = with_rules(own, unit["rules"], LEAST_THRESHOLD)
    layouts = layouts_of(unit, by_total(profiles))
    box_layouts = {box["id"]: (box["station"], box["layout"]) for box in unit["boxes"]}
    registered = {station["id"]: station.get("registered") for station in unit["stations"]}
    return Case(
        contests=tuple(contests_of(unit).values()),
        layouts=tuple(layouts.values()),
        profiles=profiles,
        profile=own.id,
        registered=unit.get("registered"),
        relations=unit["relations"],
        stations=tuple([_station(entry, box_layouts, registered) for entry in given["stations"]]),
        totals=dict(given["totals"]),
        persons=tuple([Opened(**person) for person in given["persons"]]),
    )


def _station(entry: Given, boxes: dict[str, tuple[str, str]], registered: dict[str, int | None]) -> StationForm:
    counts = dict(entry["boxes"])
    return StationForm(
        id=entry["station"],
        registered=registered[entry["station"]],
        closed=True,
        paper=entry["paper"],
        boxes=tuple(
            [
                BoxForm(box, layout, counts.get(box))
                for box, (station, layout) in boxes.items()
                if station == entry["station"]
            ]
        ),
        joined=entry.get("joined", False),
        running=dict(entry.get("running", [])),
    )
