"""Area `chain`, what the law adds: states, profiles, persons, determinations [STEP-1] [SEAL-6] [NAME-3] [DET-2].

Declarations against results are compared in their own area; here stands what a declaration cites.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from tally_protocol.election.unit import Relation, UnitRule
from tests.profiles import profile
from tests.world import TIME, VOTE_A, VOTE_B, World, papers
from tools.vectors.chains import FLIP, accepted, broken
from tools.vectors.forge import changed, county, find, hash_hex, parts, reforge, sign, text_of
from tools.vectors.form import Json, Vector, set_
from tools.vectors.law_stories import (
    STEP_REASONS,
    Namesakes,
    Story,
    TwoProfiles,
    counted_unit,
    decided_unit,
    stated_unit,
    station_in,
    unit_in,
)

# every record that can be right in all but its place, by state; where it is allowed it is accepted
STATION_TABLE: dict[str, tuple[str, ...]] = {
    "NEW": ("open",),
    "OPEN": ("box", "step polls_closed", "step sorted", "batch", "step interrupted", "close"),
    "CLOSED": ("box", "step sorted", "batch", "step interrupted", "close"),
    "SORTED": ("box", "batch", "step interrupted", "close"),
    "COUNTING": ("box", "batch", "void", "correction", "step interrupted", "close"),
    "INTERRUPTED": ("step resumed",),
    "COUNTED": ("correction",),
}
UNIT_TABLE: dict[str, tuple[str, ...]] = {
    "COUNTING": ("statement", "step voided"),
    "SIGNED": ("statement", "names", "step announced", "step reviewed", "step voided"),
    "ANNOUNCED": ("statement", "names", "step reviewed", "step voided"),
    "REVIEWED": ("statement", "step voided"),
    "DECLARED": ("statement", "declaration", "step filed", "step voided"),
    "FILED": ("statement", "declaration", "step archived", "step voided"),
    "ARCHIVED": ("step voided",),
    "VOIDED": (),
}
STATION_RECORDS = (
    "open", "box", "batch", "void", "correction", "close", "step polls_closed", "step sorted", "step interrupted",
    "step resumed",
)  # fmt: skip
UNIT_RECORDS = (
    "statement", "names", "declaration", "step announced", "step reviewed", "step filed", "step archived",
    "step voided",
)  # fmt: skip
# nothing to take back yet; names that are opened already: a second fault
NOTHING_THERE = {(state, kind) for state in ("NEW", "OPEN", "CLOSED", "SORTED") for kind in ("void", "correction")}
NOT_OPENED = {(state, "declaration") for state in ("COUNTING", "SIGNED", "ANNOUNCED", "REVIEWED")}
OPENED = {(state, "names") for state in ("COUNTING", "DECLARED", "FILED", "ARCHIVED", "VOIDED")}


def _station_states() -> Iterator[Vector]:
    for state, allowed in STATION_TABLE.items():
        for kind in STATION_RECORDS:
            if (state, kind) in NOTHING_THERE:
                continue
            entries = station_in(state).force(kind)
            what = f"state-{state.lower()}-{kind.replace(' ', '-').replace('_', '-')}"
            if kind in allowed:
                yield accepted(what, f"{kind} in {state}", entries)
                continue
            code = "E_STATE"
            if kind == "open" or state == "NEW":
                code = "E_NONZERO"
            elif state == "COUNTED":
                code = "E_CLOSED"
            yield broken(what, f"{kind} in {state}", entries, code)


def _unit_states() -> Iterator[Vector]:
    for state, allowed in UNIT_TABLE.items():
        for kind in UNIT_RECORDS:
            if (state, kind) in NOT_OPENED | OPENED:
                continue
            entries = unit_in(state).force_unit(kind)
            what = f"state-unit-{state.lower()}-{kind.replace(' ', '-')}"
            if kind in allowed:
                yield accepted(what, f"{kind} in {state}", entries)
            else:
                yield broken(what, f"{kind} in {state}", entries, "E_STATE")


def _table_ways() -> Iterator[Vector]:
    """Whole ways of a table; where it was before an interruption, there it is again."""
    for state in ("OPEN", "CLOSED", "SORTED", "COUNTING"):
        story = station_in(state)
        story.desk.step("interrupted", STEP_REASONS["interrupted"])
        story.desk.step("resumed")
        for kind in ("step polls_closed", "step sorted", "box", "step resumed"):
            what = f"state-again-{state.lower()}-{kind.replace(' ', '-').replace('_', '-')}"
            if kind in STATION_TABLE[state]:
                yield accepted(what, f"back in {state}: {kind}", story.force(kind))
            else:
                yield broken(what, f"back in {state}: no {kind}", story.force(kind), "E_STATE")
    story = station_in("SORTED")
    desk = story.desk
    desk.box(collected=122, voters=122)
    desk.batch(papers(60, VOTE_A))
    for _ in range(2):
        desk.step("interrupted", STEP_REASONS["interrupted"])
        desk.step("resumed")
    desk.batch(papers(60, VOTE_B))
    desk.box(collected=120)
    desk.close(collected=120, present=130, voters=121)
    yield accepted("table-whole-way", "closed, sorted, counted with two interruptions, a box again", story.entries)
    at = find(story.entries, "step")
    reason = changed(station_in("INTERRUPTED").entries[-1], lambda b: b.pop("reason"))
    yield broken("step-no-reason", "why was it interrupted?", [*station_in("COUNTING").entries, reason], "E_FIELD")
    kind, body, names = parts(story.entries[at])
    wrong = sign(text_of(kind, body), [names[0], names[1].replace("chair", "teller")])
    yield broken("signers-step", "a teller signs no step", [*story.entries[:at], wrong], "E_SIGNERS")


def _unit_ways() -> Iterator[Vector]:
    story = decided_unit()
    committee = story.committee
    for step in ("announced", "reviewed"):
        committee.step(step)
    committee.declaration()
    for step in ("filed", "archived"):
        committee.step(step)
    yield accepted("unit-whole-way", "stated, opened, determined, announced, reviewed, declared, filed, archived",
                   story.entries)  # fmt: skip
    story = unit_in("FILED")
    story.desk.correct(2, papers(61, VOTE_A) + papers(1, VOTE_B), ["王小二", "李四"])
    story.committee.statement()
    story.committee.determination()
    story.committee.declaration()
    yield accepted("unit-again", "a correction after filing: stated, determined and declared again", story.entries)
    story = stated_unit()
    story.committee.step("announced")
    story.committee.names()
    yield accepted("names-announced", "names may be opened after the announcement", story.entries)
    story = stated_unit()
    yield broken("declaration-unopened", "names are not opened", story.force_unit("declaration"), "E_DECLARATION")
    story = decided_unit()
    early = story.force_unit("declaration")[-1]
    wrong = changed(early, set_(statement=FLIP))
    yield broken("declaration-statement", "another statement", [*story.entries, wrong], "E_DECLARATION")
    kind, body, names = parts(early)
    yield broken("signers-declaration", "the chair alone", [*story.entries, sign(text_of(kind, body), names[:1])],
                 "E_SIGNERS")  # fmt: skip
    first = parts(story.entries[find(story.entries, "statement")])
    story.desk.correct(2, papers(60, VOTE_A))
    story.committee.statement()
    stale = changed(story.force_unit("declaration")[-1], set_(statement=hash_hex(sign(text_of(*first[:2]), first[2]))))
    yield broken("declaration-old-statement", "a statement that was replaced", [*story.entries, stale], "E_DECLARATION")
    yield from _declared()


def _declared() -> Iterator[Vector]:
    story = decided_unit()
    right = story.force_unit("declaration")[-1]
    elected = parts(right)[1]["contests"][0]["elected"]
    given = [*story.entries]
    nobody = changed(right, lambda b: b["contests"][0].update(elected=[]))
    yield broken("declaration-silent", "a winner is missing and nobody says why", [*given, nobody], "E_DECLARATION")
    why = [["chair", reference, "disqualified", "不符合条件"] for reference in elected]
    said = changed(nobody, set_(reasons=why))
    yield accepted("declaration-disqualified", "a winner who is not qualified, with the reason", [*given, said])
    said = changed(right, set_(reasons=[["chair", "a", "other", ""]]))
    yield broken("declaration-idle", "a reason without a difference", [*given, said], "E_DECLARATION")


def _profiles() -> Iterator[Vector]:
    second = profile(id="p2", **{"publish.min_ballots_per_cell": 60, "ballot.overvote.scope": "ballot"})
    world = TwoProfiles(more=(second,))
    yield accepted("profile-of-contest", "a paper with a profile of its own", list(world.entries))
    desk = world.desk("v2", "1")
    desk.open()
    desk.batch(papers(50, VOTE_A))
    desk.batch(papers(50, VOTE_A))
    desk.batch(papers(60, (0, 1, 0)), layout="deputies")
    yield accepted("profile-thresholds", "each paper keeps its profile's threshold", list(world.entries))
    desk.batch(papers(59, (0, 1, 0)), layout="deputies")
    yield broken("privacy-of-layout", "59 papers where the paper's profile wants 60", list(world.entries), "E_PRIVACY")
    sealed = list(World(more=(second,)).entries)
    at = find(sealed, "unit")
    cut = sealed[:at]
    for what, comment, change, code in (
        ("layout-two-profiles", "two profiles on one paper", _profile(0, "p2"), "E_MANIFEST"),
        ("contest-profile-unknown", "a profile that the election does not have", _profile(2, "p9"), "E_MANIFEST"),
    ):
        yield broken(what, comment, [*cut, changed(sealed[at], change)], code)
    same = changed(sealed[at], _profile(0, "p1"))
    yield accepted("contest-profile-same", "naming the unit's own profile changes nothing", _whole(sealed, at, same))
    total = World(values={"ballot.overvote.compare": "total"})
    desk = total.desk("v2", "1")
    desk.open()
    desk.batch(papers(60, (0, 0, 0, 0, 1, 1, 1, 0)))
    yield accepted("total-borrowed", "three names for two seats where the whole paper is compared", total.entries)


def _profile(place: int, name: str) -> Callable[[Json], Any]:
    return lambda body: body["contests"][place].update(profile=name)


def _whole(sealed: Sequence[bytes], at: int, note: bytes) -> list[bytes]:
    return [*sealed[:at], note, *sealed[at + 1 :]]


def _sealed_rules() -> Iterator[Vector]:
    """Profiles without source, decisions that a unit may not take, officials who are candidates or related to one."""
    sealed = list(county()[: find(county(), "open")])
    for what, comment, change in (
        ("undecided", "a value that nobody decided", lambda b: b["profiles"][0]["decided_by"].pop()),
        ("departs", "not what national law says", lambda b: b["profiles"][0]["turnout"].update(strict=False)),
        ("threshold", "a threshold above what the profile publishes", set_(threshold=51)),
    ):
        yield broken(f"profile-{what}", comment, reforge(sealed, 0, change), "E_PROFILE")
    at = find(sealed, "unit")
    for what, comment, change, code in (
        ("rules-path", "a rule that no profile has", set_(rules=[["ballot.colour", "red", "x"]]), "E_PROFILE"),
        ("rules-value", "no word of the list", set_(rules=[["tie", "lot", "x"]]), "E_PROFILE"),
        ("rules-signers", "not a unit's to decide", set_(rules=[["signers.open", ["chair"], "x"]]), "E_PROFILE"),
        ("rules-object", "an object is no value", set_(rules=[["elected", {"base": "valid"}, "x"]]), "E_PROFILE"),
        ("member-candidate", "a committee member stands", lambda b: b["committee"][1].update(id="a"), "E_MANIFEST"),
        ("official-candidate", "an official stands", _stand("teller-1"), "E_MANIFEST"),
        ("member-related", "a member's spouse stands", set_(relations=[["second", "a", "spouse"]]), "E_MANIFEST"),
        ("official-related", "an official's child stands", set_(relations=[["b", "caller-2", "parent"]]), "E_MANIFEST"),
        ("official-related-other", "any relation counts", set_(relations=[["chair-1", "x", "other"]]), "E_MANIFEST"),
    ):
        yield broken(f"unit-{what}", comment, [*sealed[:at], changed(sealed[at], change)], code)
    fine = [["head", "second", "sibling"], ["head", "+王小二", "parent"], ["a", "x", "spouse"]]
    good = changed(sealed[at], set_(relations=fine))
    yield accepted("unit-relations", "officials among themselves, candidates among themselves",
                   _whole(sealed, at, good))  # fmt: skip
    world = World(
        rules=(UnitRule(path="ballot.overvote.scope", value="ballot", decided_by="村民会议 2026-05-12"),),
        relations=(Relation(first="a", second="c", word="spouse"),),
    )
    story = decided_unit(world)
    yield accepted("unit-rules", "a village decides a rule and lives by it", story.entries)


def _stand(person: str) -> Callable[[Json], Any]:
    return lambda body: body["contests"][2]["candidates"][0].update(id=person)


def _names() -> Iterator[Vector]:
    """[NAME-3] Who a written-in person is said to be."""
    story = stated_unit(Namesakes())
    right = story.force_unit("names")[-1]
    who = {person["contest"]: place for place, person in enumerate(parts(right)[1]["persons"])}
    chair = who["chair"]
    for what, comment, place, candidate, code in (
        ("candidate", "a candidate of another contest", chair, "e", ""),
        ("candidate-of-two", "one person who stands for two other posts", chair, "d", ""),
        ("candidate-own", "a candidate of the same contest has his own mark", chair, "a", "E_NAMES"),
        ("candidate-unknown", "nobody of that id stands", chair, "z", "E_NAMES"),
        ("candidate-two-persons", "two persons have that id", chair, "c", "E_NAMES"),
        ("candidate-own-and-other", "he stands here, and elsewhere", who["member"], "d", "E_NAMES"),
    ):
        note = changed(right, _meant(place, candidate))
        entries = [*story.entries, note]
        yield broken(f"names-{what}", comment, entries, code) if code else accepted(f"names-{what}", comment, entries)
    plain = station_in("COUNTED")
    plain.committee.statement()
    yield accepted("names-none", "nothing was written in: the statement alone is complete", plain.entries)
    yield broken("names-nothing-written", "nothing was written in, nothing is to be opened", plain.force_unit("names"),
                 "E_NAMES")  # fmt: skip
    wrong = changed(right, lambda b: b["persons"][0].update(contest="nothing"))
    yield broken("names-contest", "a contest that the unit does not have", [*story.entries, wrong], "E_LAYOUT")


def _meant(place: int, candidate: str) -> Callable[[Json], Any]:
    return lambda body: body["persons"][place].update(candidate=candidate, sex="f")


def _add(name: str) -> Callable[[Json], Any]:
    return lambda body: body["contests"][0].update({name: body["contests"][0][name] + 1})


def _flip(name: str) -> Callable[[Json], Any]:
    return lambda body: body["contests"][0].update({name: not body["contests"][0][name]})


def _more(name: str) -> Callable[[Json], Any]:
    return lambda body: body["contests"][0][name].append("b")


def _determinations() -> Iterator[Vector]:
    story = decided_unit()
    yield accepted("determination", "a decided unit", story.entries)
    *before, right = story.entries
    changes: list[tuple[str, str, Callable[[Json], Any], str]] = [
        ("statement", "another statement", set_(statement=FLIP), "E_OUTCOME"),
        ("unit", "a unit that is not final", set_(unit="v1"), "E_OUTCOME"),
        ("unit-unknown", "a unit that nobody sealed", set_(unit="v9"), "E_UNKNOWN_CHAIN"),
        ("missing", "a contest is missing", lambda b: b["contests"].pop(), "E_OUTCOME"),
        ("none", "no contest", set_(contests=[]), "E_OUTCOME"),
        ("more", "a contest twice", lambda b: b["contests"].append(b["contests"][-1]), "E_OUTCOME"),
        ("order", "contests out of order", lambda b: b["contests"].reverse(), "E_OUTCOME"),
        ("outcome", "another word", lambda b: b["contests"][0].update(outcome="runoff"), "E_OUTCOME"),
        ("base", "another base", lambda b: b["contests"][0].update(base="valid"), "E_OUTCOME"),
        ("gap", "a place is left out", lambda b: b.update(seq=1, prev=FLIP), "E_GAP"),
        ("prev", "it follows another record", set_(prev=FLIP), "E_CHAIN"),
        ("election", "another election's", set_(election=FLIP), "E_ELECTION"),
    ]
    for comment, change_of, fields in (
        ("one more", _add, ("base_value", "held", "runoff_seats", "short")),
        ("the other way", _flip, ("may_stop", "sensitive")),
        ("one person more", _more, ("elected", "next", "next_women", "removed", "runoff")),
    ):
        changes += [(name.replace("_", "-"), comment, change_of(name), "E_OUTCOME") for name in fields]
    for what, comment, change, code in changes:
        yield broken(f"determination-{what}", comment, [*before, changed(right, change)], code)
    kind, body, names = parts(right)
    for what, comment, who in (
        ("authority", "the county determines", ["changpiao/county-test/authority"]),
        ("two", "nobody beside it", [*names, "changpiao/county-test/authority"]),
    ):
        yield broken(f"signers-determination-{what}", comment, [*before, sign(text_of(kind, body), who)], "E_SIGNERS")
    again = changed(right, lambda b: b.update(seq=1, prev=hash_hex(right), time=TIME + 600))
    yield broken("determination-again", "one for a statement", [*story.entries, again], "E_OUTCOME")
    yield from _untimely(right)


def _untimely(right: bytes) -> Iterator[Vector]:
    """A determination where none is due."""

    def at(story: Story, what: str, comment: str) -> Vector:
        note = changed(right, set_(election=hash_hex(story.entries[0])))
        return broken(f"determination-{what}", comment, [*story.entries, note], "E_OUTCOME")

    yield at(counted_unit(), "before-statement", "no statement yet")
    yield at(stated_unit(), "before-names", "names are not opened")
    for what, comment in (("stale", "a correction came after the statement"), ("voided", "a voided unit")):
        story = stated_unit()
        story.committee.names()
        if what == "stale":
            story.desk.correct(2, papers(60, VOTE_A))
        else:
            story.committee.step("voided", STEP_REASONS["voided"])
        yield at(story, what, comment)
    story = decided_unit()
    story.desk.correct(2, papers(61, VOTE_A) + papers(1, VOTE_B), ["王小二", "李四"])
    story.committee.statement()
    story.committee.determination()
    yield accepted("determination-twice", "a second statement has a second determination", story.entries)


def vectors() -> Iterator[Vector]:
    """Logs that are right, and logs that break one rule."""
    for part in (
        _station_states, _unit_states, _table_ways, _unit_ways, _profiles, _sealed_rules, _names, _determinations,
    ):  # fmt: skip
        yield from partial(part)()
