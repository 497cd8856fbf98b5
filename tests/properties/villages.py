"""Random units as the vectors' areas `outcome`, `findings` and `declaration` take them.

Small numbers, so that ties, boundaries by one vote, shared persons, relatives and unknown figures are common. One seed,
one case; no hypothesis, because a hundred thousand of them are wanted in minutes.
"""

from random import Random
from typing import Any

from tests.profiles import profile_body

Json = dict[str, Any]
ZERO = "0" * 64
ROUNDS = ("election", "election", "election", "supplementary", "runoff", "nomination", "advisory", "recall")
RELATIONS = ("child", "grandchild", "grandparent", "other", "parent", "sibling", "spouse")
BASES = ("collected", "collected", "valid", "valid", "due", "issued", "present", "registered", "voters")
BOX_FIGURES = ("collected", "delivered", "issued", "proxies", "spoiled", "unused", "voters")
PAPER_FIGURES = ("collected", "delivered", "invalid", "issued", "present", "proxies", "registered", "spoiled",
                 "unused", "valid", "voters")  # fmt: skip
PERSONS = "abcdefgh"
WRITTEN = ("丁", "戊", "己", "庚")


def _share(draw: Random, name: str) -> Json:
    num, den = draw.choice(((1, 2), (1, 2), (1, 2), (1, 3), (1, 3), (1, 4), (2, 3), (1, 1)))
    return {f"{name}.num": num, f"{name}.den": den, f"{name}.strict": draw.random() < 0.6}


def random_profile(draw: Random) -> Json:
    """A valid profile with every value drawn that an outcome or a finding can depend on."""
    return profile_body(
        **_share(draw, "elected"), **_share(draw, "supplementary"), **_share(draw, "turnout"), **_share(draw, "recall"),
        **{
            "elected.base": draw.choice(BASES), "supplementary.base": draw.choice(BASES),
            "recall.base": draw.choice(BASES), "turnout.of": draw.choice(("due", "registered")),
            "turnout.value": draw.choice(("voters", "voters", "present")),
            "overcount.base": draw.choice(("issued", "voters")), "overcount.scope": draw.choice(("box", "election")),
            "ballot.overvote.compare": draw.choice(("per_post", "per_post", "total")),
            "roll_down": draw.random() < 0.3, "names.full": draw.random() < 0.5, "names.min_votes": draw.randint(1, 4),
            "tie": draw.choice(("fewer_against", "runoff")),
            "female.method": draw.choice(("none", "dedicated_seat", "top_woman_first", "procedure_2013")),
            "female.on_fail": draw.choice(("flag", "supplementary")),
            "avoidance.method": draw.choice(("flag", "highest_post_then_votes", "highest_post_then_votes")),
            "avoidance.fill": draw.choice(("next_qualified", "none")),
            "avoidance.relations": sorted(draw.sample(RELATIONS, draw.randint(1, 7))),
            "supplementary.majority_first": draw.random() < 0.3, "supplementary.margin": draw.randint(0, 2),
            "supplementary.min_candidates": draw.randint(1, 3), "supplementary.turnout": draw.random() < 0.6,
            "nomination.margin": draw.randint(0, 2), "margin.least": draw.randint(0, 1),
            "margin.most": draw.randint(1, 3), "vacancy.allowed": draw.choice(("after", "before", "no")),
            "vacancy.min_members": draw.randint(0, 3), "vacancy.needs_chair": draw.random() < 0.5,
            "proxy.allowed": draw.random() < 0.7, "proxy.limit": draw.randint(0, 3),
        },
    )  # fmt: skip


def _electors(draw: Random, near: int) -> int:
    return draw.choice((near, near + draw.randint(0, 3), max(0, 2 * near - 1), 2 * near, draw.randint(0, 3 * near + 1)))


def _contest(draw: Random, index: int, earlier: list[str], near: int) -> Json:
    rule = draw.choice(ROUNDS)
    people = draw.sample(PERSONS, draw.randint(1 if rule == "recall" else 0, 1 if rule == "recall" else 5))
    candidates = []
    for person in people:
        candidate: Json = {"id": person, "name": person.upper() if draw.random() < 0.85 else f"别{person}"}
        if draw.random() < 0.6:
            candidate["sex"] = draw.choice("fm")
        candidates.append(candidate)
    seats = 1 if rule == "recall" else draw.choice((1, 1, 2, 3))
    contest: Json = {
        "candidates": candidates, "id": f"c{index}", "max_marks": seats if draw.random() < 0.8 else draw.randint(1, 4),
        "round": 1 if rule in {"election", "nomination"} and draw.random() < 0.8 else draw.randint(1, 2),
        "rule": rule, "seats": seats, "title": "职位",
        "write_ins": 0 if rule == "recall" else draw.randint(0 if people else 1, 2),
    }  # fmt: skip
    if draw.random() < 0.15:
        contest["female_only"] = True
    if draw.random() < 0.2:
        contest["registered"] = _electors(draw, near)
    if earlier and draw.random() < 0.3:
        contest["of"] = draw.choice(earlier)
    return contest


def _unit(draw: Random, stations: int, near: int) -> Json:
    contests: list[Json] = []
    for index in range(draw.choice((1, 1, 2, 2, 3, 4))):
        contests.append(_contest(draw, index, [contest["id"] for contest in contests], near))
    names = [contest["id"] for contest in contests]
    cut = draw.randint(1, len(names)) if draw.random() < 0.4 else len(names)
    layouts = [{"contests": part, "id": f"l{i}"} for i, part in enumerate((names[:cut], names[cut:])) if part]
    if len(layouts) > 1 and draw.random() < 0.4:
        for contest in contests[cut:]:
            contest["profile"] = "p2"
    entries: list[Json] = [{"id": f"s{i}", "roster": ZERO} for i in range(stations)]
    for entry in entries:
        if draw.random() < 0.6:
            entry["registered"] = _electors(draw, near // stations)
    boxes = [
        {"id": f"b{i}", "kind": draw.choice(("main", "mobile", "station")), "layout": draw.choice(layouts)["id"],
         "station": draw.choice(entries)["id"]}
        for i in range(draw.choice((0, 0, 1, 2, 4)))
    ]  # fmt: skip
    unit: Json = {
        "boxes": boxes, "committee": [{"id": "k", "key": "58" + "66" * 31, "role": "chair"}], "contests": contests,
        "election": ZERO, "id": "v", "layouts": layouts, "name": "村", "node": "n", "place": [], "prev": ZERO,
        "profile": "p1", "relations": _relations(draw), "rules": [], "stations": entries, "version": 1,
    }  # fmt: skip
    if draw.random() < 0.8:
        unit["registered"] = _electors(draw, near)
    return unit


def _relations(draw: Random) -> list[list[str]]:
    refs = [*PERSONS, *(f"+{name}" for name in WRITTEN)]
    return [[*draw.sample(refs, 2), draw.choice(RELATIONS)] for _ in range(draw.choice((0, 0, 1, 2, 4)))]


def _split(draw: Random, total: int, parts: int) -> list[int]:
    """`parts` numbers that add up to `total`, most of it in the first few."""
    found = []
    for _ in range(parts - 1):
        found.append(draw.randint(0, total // 2) if draw.random() < 0.15 else 0)
        total -= found[-1]
    return [total, *found]


def _figures(draw: Random, contest: Json, papers: int, bound: int) -> tuple[list[int], int]:
    """Twelve figures and four a candidate that obey [FIG-2]; gives `written` too."""
    kinds = _split(draw, papers, 11)
    valid, left = kinds[0], bound * kinds[0]
    each: list[int] = []
    few = [0, valid, valid // 2, valid // 2 + 1, papers // 2 + 1, papers // 3, draw.randint(0, valid)]
    few = draw.sample(few, draw.randint(1, 3))
    for _ in contest["candidates"]:
        approve = min(draw.choice(few), valid, left)
        left -= approve
        oppose = draw.randint(0, valid - approve)
        unclear = draw.randint(0, valid - approve - oppose) if draw.random() < 0.3 else 0
        each += [approve, oppose, unclear, valid - approve - oppose - unclear]
    written = min(left, contest["write_ins"] * valid, draw.choice((0, 0, valid // 2 + 1, draw.randint(0, 2 * valid))))
    return [*kinds, written, *each], written


def _persons(draw: Random, unit: Json, contest: Json, written: int, valid: int) -> list[Json]:
    found = []
    own = {candidate["id"] for candidate in contest["candidates"]}
    for name in draw.sample(WRITTEN, draw.randint(0, len(WRITTEN))):
        votes = min(written, valid, draw.choice((written, draw.randint(0, max(written, 1)))))
        if votes <= 0:
            continue
        written -= votes
        person: Json = {"contest": contest["id"], "name": name, "votes": votes}
        others = [
            {(c["id"], c["name"]) for c in other["candidates"]} for other in unit["contests"] if other is not contest
        ]
        meant = sorted({ref for ref, _ in set().union(*others)} - own) if others else []
        meant = [ref for ref in meant if len({pair for pair in set().union(*others) if pair[0] == ref}) == 1]
        if meant and draw.random() < 0.4:
            person["candidate"] = draw.choice(meant)
        if draw.random() < 0.5:
            person["sex"] = draw.choice("fm")
        found.append(person)
    return found


def _counts(draw: Random, names: tuple[str, ...], near: int) -> Json:
    """Some figures of a form, near the number of papers; whether a figure is known is drawn a form at a time."""
    known = draw.choice((0.0, 0.5, 0.95, 1.0))
    spread = draw.choice((0, 0, 1, 3))
    return {name: max(0, near + draw.randint(-spread, spread)) for name in names if draw.random() < known}


def random_case(seed: int) -> Json:
    """The input of area `findings` (which is also one of area `outcome`) with this seed."""
    draw = Random(seed)  # noqa: S311 - a case that anybody can make again
    near = draw.choice((0, 1, 2, 5, 10, 20, draw.randint(0, 40)))
    unit = _unit(draw, draw.choice((1, 1, 2, 3)), near)
    profiles = [random_profile(draw)] + ([random_profile(draw) | {"id": "p2"}] if _second(unit) else [])
    totals, persons = [], []
    for layout in unit["layouts"]:
        papers = max(0, near - draw.choice((0, 0, 0, 1, draw.randint(0, 5))))
        contests = [contest for contest in unit["contests"] if contest["id"] in layout["contests"]]
        body = profiles[-1] if contests[0].get("profile") == "p2" else profiles[0]
        total = body["ballot"]["overvote"]["compare"] == "total"
        figures = [papers]
        for contest in contests:
            bound = sum(each["max_marks"] for each in contests) if total else contest["max_marks"]
            part, written = _figures(draw, contest, papers, bound)
            figures += part
            persons += _persons(draw, unit, contest, written, part[0])
        totals.append([layout["id"], figures])
    return {
        "persons": persons, "profiles": profiles, "totals": totals, "unit_json": unit,
        "stations": [_station(draw, unit, entry["id"], totals, near) for entry in unit["stations"]],
    }  # fmt: skip


def _second(unit: Json) -> bool:
    return any("profile" in contest for contest in unit["contests"])


def _station(draw: Random, unit: Json, name: str, totals: list[Any], papers: int) -> Json:
    near = papers // len(unit["stations"])
    boxes = [
        [box["id"], _counts(draw, BOX_FIGURES, near)]
        for box in unit["boxes"]
        if box["station"] == name and draw.random() < 0.9
    ]
    return {
        "boxes": boxes, "joined": draw.random() < 0.1, "paper": _counts(draw, PAPER_FIGURES, near),
        "running": totals, "station": name,
    }  # fmt: skip
