"""Units of a few lines for the tests of rules: what a person would write on a blackboard, made into a case."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.verifier.profiles import Body, profile
from verifier.checks.lawcases import case_of
from verifier.decode.cases import Case

Votes = Mapping[str, int | tuple[int, int]]  # candidate -> approvals, or approvals and oppositions
KEY = "00" * 32


def contest(ident: str, votes: Votes, **more: Any) -> dict[str, Any]:
    """A contest with what its candidates got; `women` names those who are; `written` is what slots got in all.

    A paper may carry nine marks, so that tables of round numbers are not impossible [LAW-1] unless that is the test.
    """
    women = more.pop("women", ())
    names = more.pop("names", {})
    counted = {"votes": votes, "valid": more.pop("valid", None), "written": more.pop("written", 0)}
    candidates = [
        {"id": one, "name": names.get(one, f"name of {one}"), **({"sex": "f"} if one in women else {})} for one in votes
    ]
    fields = {
        "candidates": candidates, "id": ident, "max_marks": 9, "round": 1, "rule": "election",
        "seats": 1, "title": ident, "write_ins": 9,
    }  # fmt: skip
    if more.get("rule") == "recall":
        fields["write_ins"] = 0
    return {"fields": {**fields, **more}, **counted}


def figures(one: Mapping[str, Any], papers: int) -> list[int]:
    """The integers of a contest; what is not valid is blank."""
    valid = papers if one["valid"] is None else one["valid"]
    row = [valid, papers - valid, *[0] * 9, one["written"]]
    for votes in one["votes"].values():
        approve, oppose = votes if isinstance(votes, tuple) else (votes, 0)
        row += [approve, oppose, 0, valid - approve - oppose]
    return row


def given(
    contests: Sequence[Mapping[str, Any]],
    *,
    papers: int = 100,
    layouts: Mapping[str, Sequence[str]] | None = None,
    body: Body | None = None,
    bodies: Sequence[Body] = (),
    paper: Mapping[str, int] | Sequence[Mapping[str, int]] = (),
    boxes: Mapping[str, Mapping[str, int] | None] | None = None,
    persons: Sequence[Mapping[str, Any]] = (),
    **unit: Any,
) -> dict[str, Any]:
    """The input of a vector: one station, or as many as there are forms; boxes are the first station's."""
    layouts = layouts or {"L": [one["fields"]["id"] for one in contests]}
    forms: Sequence[Mapping[str, int]] = [paper] if isinstance(paper, Mapping) else paper or [{}]
    stations = [f"s{place}" for place, _ in enumerate(forms)]
    body = body or profile()
    fields = {
        "boxes": [{"id": box, "kind": "main", "layout": next(iter(layouts)), "station": "s0"} for box in boxes or ()],
        "committee": [{"id": "chair", "key": KEY, "role": "chair"}],
        "contests": [one["fields"] for one in contests], "election": KEY, "id": "v", "name": "村", "node": "n",
        "layouts": [{"contests": list(ids), "id": layout} for layout, ids in layouts.items()],
        "place": [], "prev": KEY, "profile": body["id"], "relations": [], "rules": [],
        "stations": [{"id": station, "roster": KEY} for station in stations], "version": 1,
    }  # fmt: skip
    if "registered" not in unit:
        fields["registered"] = papers
    by_id = {one["fields"]["id"]: one for one in contests}
    totals = [
        [layout, [papers, *(value for ident in ids for value in figures(by_id[ident], papers))]]
        for layout, ids in layouts.items()
    ]
    counts = [[box, dict(record)] for box, record in (boxes or {}).items() if record is not None]
    return {
        "profiles": [body, *bodies],
        "unit_json": {**fields, **{name: value for name, value in unit.items() if value is not None}},
        "totals": totals,
        "stations": [
            {"station": station, "paper": dict(form), "boxes": counts if station == "s0" else [], "joined": False,
             "running": totals if station == "s0" else [[layout, [0] * len(row)] for layout, row in totals]}
            for station, form in zip(stations, forms, strict=True)
        ],
        "persons": list(persons),
    }  # fmt: skip


def case(contests: Sequence[Mapping[str, Any]], **more: Any) -> Case:
    """The same, as the rules see it."""
    return case_of(given(contests, **more))


def written(contest_id: str, name: str, votes: int, **more: str) -> dict[str, Any]:
    """An opened written-in person."""
    return {"contest": contest_id, "name": name, "votes": votes, **more}


def kin(text: str, word: str = "sibling") -> list[list[str]]:
    """`xy ab` means x with y, a with b."""
    return [[pair[0], pair[1], word] for pair in text.split()]
