"""Area `record`, what the law adds: contests, relatives, steps, determinations, declarations [KIND-1] [KIND-3]."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from tools.vectors.forge import changed, county, find
from tools.vectors.form import Json, Vector, set_
from tools.vectors.law_stories import STEP_REASONS, decided_unit, station_in
from tools.vectors.manifest_records import Faults, accepted, drop, refused

FLIP = "f" * 64


def _contest(**fields: Any) -> Callable[[Json], Any]:
    return lambda body: body["contests"][0].update(fields)


def _drop_contest(name: str) -> Callable[[Json], Any]:
    return lambda body: body["contests"][0].pop(name)


def _recall(**fields: Any) -> Callable[[Json], Any]:
    """The first contest becomes a recall of its first candidate, with something changed."""

    def change(body: Json) -> None:
        contest = body["contests"][0]
        contest.update(rule="recall", candidates=contest["candidates"][:1], seats=1, write_ins=0)
        contest.update(fields)

    return change


PEOPLE = [{"id": "a", "name": "甲"}, {"id": "b", "name": "乙"}]
UNIT: Faults = (
    ("contest-no-rule", "nobody guesses who wins", _drop_contest("rule"), "E_FIELD"),
    ("contest-rule", "a rule that does not exist", _contest(rule="lot"), "E_FIELD"),
    ("contest-female-only-false", "true, or left out", _contest(female_only=False), "E_FIELD"),
    ("contest-female-only-word", "true is no word", _contest(female_only="true"), "E_FIELD"),
    ("contest-of", "an id", _contest(of="a/b"), "E_FIELD"),
    ("contest-profile", "an id", _contest(profile=""), "E_FIELD"),
    ("recall-of-two", "a recall asks about one person", _recall(candidates=PEOPLE), "E_FIELD"),
    ("recall-of-nobody", "somebody is recalled", _recall(candidates=[], write_ins=1), "E_FIELD"),
    ("recall-two-seats", "and about one seat", _recall(seats=2), "E_FIELD"),
    ("recall-slot", "nobody is written in", _recall(write_ins=1), "E_FIELD"),
    ("missing-relations", "a field is missing", drop("relations"), "E_FIELD"),
    ("missing-rules", "a field is missing", drop("rules"), "E_FIELD"),
    ("relations-word", "a word that no family has", set_(relations=[["a", "b", "cousin"]]), "E_FIELD"),
    ("relations-self", "nobody is his own relative", set_(relations=[["a", "a", "parent"]]), "E_FIELD"),
    ("relations-two", "what are they to each other?", set_(relations=[["a", "b"]]), "E_FIELD"),
    ("relations-hyphen", "no candidate's id", set_(relations=[["-a", "b", "parent"]]), "E_FIELD"),
    ("relations-plus-alone", "a plus and no name", set_(relations=[["+", "b", "parent"]]), "E_FIELD"),
    ("relations-name-65", "65 code points", set_(relations=[["+" + "王" * 65, "b", "parent"]]), "E_FIELD"),
    ("relations-number", "references are strings", set_(relations=[[1, "b", "parent"]]), "E_FIELD"),
    (
        "relations-513",
        "513 entries",
        set_(relations=[[f"a{place}", f"b{place}", "other"] for place in range(513)]),
        "E_LIMIT",
    ),
    ("rules-order", "ascending by path", set_(rules=[["tie", "runoff", "x"], ["proxy.limit", 1, "x"]]), "E_FIELD"),
    ("rules-33", "33 decisions", set_(rules=[[f"x{place:02}", 1, "x"] for place in range(33)]), "E_LIMIT"),
    ("rules-who-blank", "somebody decided it", set_(rules=[["tie", "runoff", " "]]), "E_NAME"),
)
STEP: Faults = (
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-step", "which step?", drop("step"), "E_FIELD"),
    ("missing-reason", "an interruption has a reason", drop("reason"), "E_FIELD"),
    ("reason-blank", "a reason can be read", set_(reason=" "), "E_NAME"),
    ("reason-201", "201 code points", set_(reason="停" * 201), "E_LIMIT"),
    ("reason-of-sorted", "sorting needs no reason", set_(step="sorted"), "E_FIELD"),
    ("word", "a step that does not exist", set_(step="paused"), "E_FIELD"),
    ("word-of-unit", "a committee's step", set_(step="voided"), "E_FIELD"),
    ("chain-of-unit", "a table's step on a committee's chain", set_(chain="u/v1"), "E_FIELD"),
    ("chain-of-county", "the county takes no steps", set_(chain="c"), "E_FIELD"),
)
UNIT_STEP: Faults = (
    ("missing-reason", "voiding has a reason", drop("reason"), "E_FIELD"),
    ("word-of-station", "a table's step", set_(step="interrupted"), "E_FIELD"),
    ("reason-of-announced", "announcing needs no reason", set_(step="announced"), "E_FIELD"),
    ("chain-of-station", "a committee's step on a table's chain", set_(chain="s/v1/1"), "E_FIELD"),
)


def _first(**fields: Any) -> Callable[[Json], Any]:
    return lambda body: body["contests"][0].update(fields)


def _drop_first(name: str) -> Callable[[Json], Any]:
    return lambda body: body["contests"][0].pop(name)


def _reason(*entry: object) -> Callable[[Json], Any]:
    return lambda body: body.update(reasons=[list(entry)])


DECLARATION: Faults = (
    ("chain-of-county", "the committee declares, not the county", set_(chain="c"), "E_FIELD"),
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-reasons", "a field is missing", drop("reasons"), "E_FIELD"),
    ("missing-statement", "a field is missing", drop("statement"), "E_FIELD"),
    ("statement-short", "a hash has 64 digits", set_(statement="00"), "E_FIELD"),
    ("contest-field", "a further field inside", _first(votes=1), "E_UNKNOWN_FIELD"),
    ("contest-no-elected", "nobody is an empty list", _drop_first("elected"), "E_FIELD"),
    ("elected-number", "references are strings", _first(elected=[1]), "E_FIELD"),
    ("elected-hyphen", "no reference", _first(elected=["-a"]), "E_FIELD"),
    ("elected-plus-alone", "a plus and no name", _first(elected=["+"]), "E_FIELD"),
    ("elected-name-65", "65 code points", _first(elected=["+" + "王" * 65]), "E_FIELD"),
    ("reason-word", "a word that does not exist", _reason("chair", "a", "unknown", ""), "E_FIELD"),
    ("reason-three", "an entry has four members", _reason("chair", "a", "death"), "E_FIELD"),
    ("reason-reference", "no reference", _reason("chair", "a b", "death", ""), "E_FIELD"),
    ("reason-text-201", "201 code points", _reason("chair", "a", "death", "故" * 201), "E_LIMIT"),
    ("reason-text-number", "a text", _reason("chair", "a", "death", 1), "E_FIELD"),
    (
        "reasons-513",
        "513 entries",
        set_(reasons=[["chair", f"a{place}", "death", ""] for place in range(513)]),
        "E_LIMIT",
    ),
    ("contests-65", "65 contests", lambda b: b.update(contests=[b["contests"][0]] * 65), "E_LIMIT"),
)
DETERMINATION: Faults = (
    ("chain-of-unit", "the county determines, not the committee", set_(chain="u/v1"), "E_FIELD"),
    ("unknown-field", "a further field", set_(x=1), "E_UNKNOWN_FIELD"),
    ("missing-unit", "a field is missing", drop("unit"), "E_FIELD"),
    ("unit-slash", "an id has no slash", set_(unit="v/2"), "E_FIELD"),
    ("result-field", "a further field inside", _first(votes=1), "E_UNKNOWN_FIELD"),
    *((f"result-no-{name.replace('_', '-')}", "a field is missing inside", _drop_first(name), "E_FIELD")
      for name in ("base", "base_value", "contest", "elected", "held", "may_stop", "next", "next_women", "outcome",
                   "removed", "runoff", "runoff_seats", "sensitive", "short")),
    ("result-base", "a base that does not exist", _first(base="all"), "E_FIELD"),
    ("result-base-value", "values begin with 0", _first(base_value=-1), "E_RANGE"),
    ("result-outcome", "a word that does not exist", _first(outcome="won"), "E_FIELD"),
    ("result-voided", "there is none for a voided unit", _first(outcome="voided"), "E_FIELD"),
    ("result-not-final", "nor before the end", _first(outcome="not_final"), "E_FIELD"),
    ("result-held", "seats begin with 0", _first(held=-1), "E_RANGE"),
    ("result-short", "seats begin with 0", _first(short=-1), "E_RANGE"),
    ("result-sensitive", "1 is not true", _first(sensitive=1), "E_FIELD"),
    ("result-may-stop", "a word is not true", _first(may_stop="true"), "E_FIELD"),
    ("result-reference", "no reference", _first(next=["a b"]), "E_FIELD"),
    ("contests-65", "65 results", lambda b: b.update(contests=[b["contests"][0]] * 65), "E_LIMIT"),
)  # fmt: skip
PERSON: Faults = (
    ("person-candidate", "a candidate's id", lambda b: b["persons"][0].update(candidate="-a"), "E_FIELD"),
    ("person-candidate-number", "an id is a string", lambda b: b["persons"][0].update(candidate=1), "E_FIELD"),
    ("person-sex", "f or m", lambda b: b["persons"][0].update(sex="w"), "E_FIELD"),
)


@lru_cache(maxsize=1)
def _steps() -> dict[str, bytes]:
    """A good record of each further kind."""
    desk = station_in("OPEN").desk
    found = {name: desk.step(name) for name in ("polls_closed", "sorted")}
    found["interrupted"] = desk.step("interrupted", STEP_REASONS["interrupted"])
    found["resumed"] = desk.step("resumed")
    story = decided_unit()
    found["determination"] = story.entries[find(story.entries, "determination")]
    for name in ("announced", "reviewed"):
        found[name] = story.committee.step(name)
    found["declaration"] = story.committee.declaration()
    for name in ("filed", "archived"):
        found[name] = story.committee.step(name)
    return found | {"voided": story.committee.step("voided", STEP_REASONS["voided"])}


def vectors() -> Iterator[Vector]:
    """Good and bad notes."""
    entries = county()
    unit = entries[find(entries, "unit")]
    yield from refused(unit, "unit", UNIT)
    whole = changed(unit, _contest(rule="supplementary", round=2, of="member", profile="p1", female_only=True))
    yield accepted("unit-contest-whole", "every optional field of a contest", whole)
    for rule in ("supplementary", "runoff", "nomination", "advisory"):
        yield accepted(f"unit-contest-{rule}", "a rule of the list", changed(unit, _contest(rule=rule)))
    yield accepted("unit-contest-recall", "one person is recalled or not", changed(unit, _recall()))
    related = [["a", "b", "spouse"], ["+王小二", "nobody.here", "grandchild"], ["+" + "王" * 64, "a", "other"]]
    yield accepted("unit-relations", "candidates, written-in persons, others", changed(unit, set_(relations=related)))
    names = entries[find(entries, "names")]
    yield from refused(names, "names", PERSON)
    full = changed(names, lambda b: b["persons"][0].update(candidate="c", sex="f"))
    yield accepted("names-person-whole", "whose name it is, and a woman's", full)
    close = changed(entries[find(entries, "close")], lambda b: b["paper"].update(voters=130, present=140))
    yield accepted("close-voters", "voters and persons present on the form", close)
    box = changed(entries[find(entries, "box")], set_(voters=130))
    yield accepted("box-voters", "voters of a box", box)
    found = _steps()
    for name, note in found.items():
        yield accepted(f"step-{name.replace('_', '-')}" if b" step\n" in note else name, f"a good {name}", note)
    yield from refused(found["interrupted"], "step", STEP)
    yield from refused(found["voided"], "step-unit", UNIT_STEP)
    yield from refused(found["declaration"], "declaration", DECLARATION)
    reason = ["chair", "+王小二", "disqualified", ""]
    yield accepted("declaration-reason", "a reason without a text", changed(found["declaration"], _reason(*reason)))
    long = changed(found["declaration"], _reason("chair", "a", "death", "故" * 200))
    yield accepted("declaration-reason-200", "200 code points", long)
    yield from refused(found["determination"], "determination", DETERMINATION)
