"""Profiles: every field, national law or a name behind every value, a unit's own decisions."""

import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol import limits
from tally_protocol.election.unit import UnitRule
from tally_protocol.errors import Malformed, RuleViolation
from tally_protocol.law.national import NATIONAL, fixed_by
from tally_protocol.law.profile import SIGNED_KINDS, Profile, values_of
from tally_protocol.law.profile_rules import (
    UNCHANGEABLE,
    apply_rules,
    check_profile,
    governed_values,
    profiles_of,
    same_value,
    with_rules,
)
from tally_protocol.law.share import Share
from tests.profiles import DECIDED, change, profile, profile_body
from tests.world import World

SPEC = Path(__file__).resolve().parents[2] / "spec"
PATHS = [path for path, _ in values_of(profile_body())]


def rule(path: str, value: Any, who: str = "村民会议 2026-05-12") -> UnitRule:
    return UnitRule(path=path, value=value, decided_by=who)


@pytest.mark.property
@given(st.integers(1, 1000), st.integers(1, 1000), st.booleans(), st.integers(0, 10**9), st.integers(0, 10**9))
def test_shares_compare_integers(num: int, den: int, strict: bool, value: int, base: int) -> None:
    """[SHARE-1] Exactly when den x value > (or >=) num x base; one more never loses, a larger base never wins."""
    num, den = sorted((num, den))
    share = Share(num=num, den=den, strict=strict)
    assert share.reaches(value, base) == (den * value > num * base or (not strict and den * value == num * base))
    assert share.reaches(value + 1, base) >= share.reaches(value, base) >= share.reaches(value, base + 1)


def test_national_law_is_that_of_the_spec() -> None:
    """[PROF-2] national.py is a copy of national.json, value for value, article for article."""
    ours = {
        law: {
            "electorates": {
                name: {path: [list(v) if isinstance(v, tuple) else v, article] for path, (v, article) in fixed.items()}
                for name, fixed in electorates.items()
            }
        }
        for law, electorates in NATIONAL.items()
    }
    assert ours == json.loads((SPEC / "national.json").read_text("utf-8"))
    known = json.loads((SPEC / "laws.json").read_text("utf-8"))
    articles = {article for law in NATIONAL.values() for fixed in law.values() for _, article in fixed.values()}
    assert articles <= known.keys()
    assert fixed_by("village_2026", "household") is None
    assert fixed_by("none", "person") is None


def test_a_profile_is_read_as_written() -> None:
    """[PROF-1] `to_body` is the inverse of `parse`; a list is one value; every part is a value of its own."""
    one = profile()
    assert Profile.parse(one.to_body(), "profile") == one
    assert one.to_body() == profile_body()
    assert one.value_at("ballot.overvote.scope") == "post"
    assert one.value_at("avoidance.relations") == list(one.avoidance.relations)
    assert tuple(one.to_body()["signers"]) == SIGNED_KINDS
    with pytest.raises(KeyError):
        one.value_at("ballot.overvote")
    with pytest.raises(KeyError):
        one.roles("election")
    parts = [one, *(getattr(one, each.name) for each in fields(one) if is_dataclass(getattr(one, each.name)))]
    assert len(parts) == 16
    assert hash(one) == hash(profile())


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_guessed(path: str) -> None:
    """[PROF-1] An unset field is `E_FIELD`."""
    body = profile_body()
    part = body
    *above, name = path.split(".")
    for step in above:
        part = part[step]
    del part[name]
    with pytest.raises(Malformed, match="E_FIELD"):
        Profile.parse(body, "profile")


def decided(body: dict[str, Any], *entries: str, without: str = "") -> Profile:
    """The profile with further entries in `decided_by`, and without one."""
    kept = [entry for entry in body["decided_by"] if entry[0] not in {without, *entries}]
    return Profile.parse(body | {"decided_by": sorted([*kept, *([path, DECIDED] for path in entries)])}, "profile")


@pytest.mark.parametrize("path", sorted(path for path, _ in profile().decided_by))
def test_what_the_law_leaves_open_has_a_name(path: str) -> None:
    """[PROF-2] An entry of `decided_by` names the path or a path above it; otherwise `E_PROFILE`."""
    body = profile_body()
    with pytest.raises(RuleViolation, match="E_PROFILE"):
        check_profile(decided(body, without=path), 50)
    check_profile(decided(body, path.partition(".")[0], without=path), 50)


# a value of every path that 村民委员会组织法 fixes, other than the law's
DEPARTURES: dict[str, object] = {
    "avoidance.relations": ["spouse"], "elected.den": 3, "elected.num": 2, "elected.strict": False, "margin.least": 0,
    "proxy.allowed": False, "proxy.candidates": True, "proxy.holder": "relative", "proxy.limit": 2,
    "recall.base": "valid", "recall.den": 3, "recall.num": 2, "recall.strict": False, "supplementary.den": 2,
    "supplementary.num": 2, "supplementary.strict": True, "turnout.den": 3, "turnout.num": 2, "turnout.of": "due",
    "turnout.strict": False, "turnout.value": "present",
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(DEPARTURES))
def test_a_departure_from_national_law_has_a_name(path: str) -> None:
    """[PROF-2] `national.json` fixes this path to this value; another value needs whoever decided it."""
    body = profile_body()
    change(body, path, DEPARTURES[path])
    with pytest.raises(RuleViolation, match="E_PROFILE"):
        check_profile(decided(body), 50)
    check_profile(decided(body, path), 50)


def test_the_departures_are_all() -> None:
    fixed = fixed_by("village_2026", "person")
    assert fixed is not None
    assert fixed.keys() == DEPARTURES.keys() | {"electorate"}
    assert governed_values(profile()).keys() == fixed.keys() | {path for path, _ in profile().decided_by}


@pytest.mark.parametrize("entry", ["ball", "names", "names.full", "id", "tie.way", "", "signers"])
def test_an_entry_that_covers_no_rule(entry: str) -> None:
    """[PROF-2] An entry that covers no such value is `E_PROFILE`; so is a law or an electorate that nobody knows."""
    with pytest.raises(RuleViolation, match="E_PROFILE"):
        check_profile(decided(profile_body(), entry), 50)
    for fields_ in ({"law": "village_2010"}, {"electorate": "household"}):
        with pytest.raises(RuleViolation, match="E_PROFILE"):
            check_profile(decided(profile_body() | fields_), 50)


def test_values_are_compared_as_json() -> None:
    """[PROF-2] `true` is not 1; a list is its entries in order."""
    assert same_value(["a"], ("a",))
    assert not same_value(["a", "b"], ("b", "a"))
    assert not same_value(1, True)
    assert not same_value(0, False)
    assert not same_value(["a"], "a")
    assert not same_value("a", ("a",))


def test_a_unit_decides_what_is_its_to_decide() -> None:
    """[PROF-4] Each rule replaces one value and stands in `decided_by`; everything else stays."""
    one = profile()
    changed = with_rules(one, (rule("ballot.choices", ("approve", "write_in")), rule("proxy.limit", 1)), 50)
    assert changed.ballot.choices == ("approve", "write_in")
    assert changed.proxy.limit == 1
    assert dict(changed.decided_by)["proxy.limit"] == "村民会议 2026-05-12"
    assert dict(changed.decided_by)["ballot.form"] == DECIDED
    back = with_rules(changed, (rule("ballot.choices", one.ballot.choices), rule("proxy.limit", 3)), 50)
    differing = {path for path, value in values_of(back.to_body()) if one.value_at(path) != value}
    assert differing == {"decided_by"}
    assert with_rules(one, (), 50) is one
    assert apply_rules(one, (rule("tie", "runoff"),)).tie == "runoff"


@pytest.mark.parametrize("path", [path for path in PATHS if path.partition(".")[0] in UNCHANGEABLE])
def test_a_unit_does_not_decide_the_rest(path: str) -> None:
    """[PROF-4] The path must not lie under what the county decides for all."""
    value = profile().value_at(path)
    kept = tuple(value) if isinstance(value, list) and value and isinstance(value[0], str) else value
    if isinstance(kept, list):
        kept = ()
    with pytest.raises(RuleViolation, match="E_PROFILE"):
        with_rules(profile(), (rule(path, kept),), 50)


@pytest.mark.parametrize(
    "made",
    [
        rule("ballot", "one_sheet"),
        rule("ballot.overvote", "post"),
        rule("tie.way", "runoff"),
        rule("", "runoff"),
        rule("tie", ("runoff",)),
        rule("tie", 1),
        rule("roll_down", 1),
        rule("roll_down", value=True),
        rule("proxy.limit", value=True),
        rule("proxy.limit", 11),
        rule("margin.least", 3),
        rule("elected.num", 3),
        rule("scrutineers.per_batch_min", 2),
        rule("avoidance.relations", ()),
        rule("avoidance.relations", ("spouse", "child")),
    ],
)
def test_decisions_that_a_unit_cannot_take(made: UnitRule) -> None:
    """[PROF-4] The profile after all replacements must obey [PROF-1] to [PROF-3]: `E_PROFILE`."""
    with pytest.raises(RuleViolation, match="E_PROFILE"):
        with_rules(profile(), (made,), 50)


def test_one_is_not_true_after_true() -> None:
    """[PROF-4] A decision that was taken before does not make its look-alike one."""
    assert with_rules(profile(), (rule("vacancy.needs_chair", value=True),), 50).vacancy.needs_chair is True
    with pytest.raises(RuleViolation, match="E_PROFILE"):
        with_rules(profile(), (rule("vacancy.needs_chair", 1),), 50)


def test_what_binds_signers_threshold_and_names() -> None:
    """[PROF-3] Scrutineers among the signers of a batch, the election's threshold, names for roll-down."""
    check_profile(profile(**{"publish.min_ballots_per_cell": 60}), 60)
    check_profile(profile(roll_down=True, **{"names.full": True}), 50)
    for wrong, threshold in (
        (profile(**{"publish.min_ballots_per_cell": 60}), 61),
        (profile(roll_down=True), 50),
        (profile(**{"scrutineers.per_batch_min": 2}), 50),
    ):
        with pytest.raises(RuleViolation, match="E_PROFILE"):
            check_profile(wrong, threshold)


def test_profiles_of_a_unit() -> None:
    """[PROF-4] The unit's decisions apply wherever the unit's profile is used, and nowhere else."""
    second = profile(id="p2")
    world = World(more=(second, profile(id="p3")), rules=(rule("tie", "fewer_against"),))
    unit = world.units["v1"][0]
    assert {name: one.tie for name, one in profiles_of(world.election, unit).items()} == {"p1": "fewer_against"}
    chair, *others = unit.contests
    of_two = replace(unit, contests=(replace(chair, profile="p2"), *others))
    assert profiles_of(world.election, of_two)["p2"] is world.election.profile("p2")
    assert {name: one.tie for name, one in profiles_of(world.election, of_two).items()} == {
        "p1": "fewer_against", "p2": "runoff",
    }  # fmt: skip
    assert profiles_of(world.election, replace(of_two, rules=()))["p1"] is world.election.profile("p1")
    manifest = world.manifest("v1", "1")
    assert manifest.profile == manifest.layout_profile("village") == manifest.profiles["p1"]
    with pytest.raises(RuleViolation, match="E_LAYOUT"):
        manifest.layout_profile("other")


# path -> the least and the most that a profile may say (spec/8, Profiles)
RANGES: dict[str, tuple[int, int]] = {
    "elected.den": (1, 1000), "elected.num": (1, 1000), "margin.least": (0, 512), "margin.most": (0, 512),
    "names.min_votes": (1, limits.FIGURE_MAXIMUM), "nomination.margin": (0, 512), "proxy.deadline_days": (0, 60),
    "proxy.limit": (0, 10), "publish.min_ballots_per_cell": (50, limits.FIGURE_MAXIMUM), "recall.den": (1, 1000),
    "recall.num": (1, 1000), "scrutineers.per_batch_min": (0, 8), "scrutineers.per_box_min": (0, 8),
    "supplementary.deadline_days": (0, 366), "supplementary.den": (1, 1000), "supplementary.margin": (0, 512),
    "supplementary.min_candidates": (1, 512), "supplementary.num": (1, 1000), "turnout.den": (1, 1000),
    "turnout.num": (1, 1000), "vacancy.min_members": (0, 64),
}  # fmt: skip


def test_the_ranges_are_of_all_numbers() -> None:
    assert RANGES.keys() == {path for path, value in values_of(profile_body()) if type(value) is int}


@pytest.mark.parametrize("path", sorted(RANGES))
def test_a_number_has_its_range(path: str) -> None:
    """[PROF-1] Both ends may stand there, the numbers beyond them are `E_RANGE`."""
    part, _, name = path.rpartition(".")
    # what the other number of a pair must be so that this one alone is asked
    beside = {"num": {f"{part}.den": 1000}, "den": {f"{part}.num": 1}, "least": {"margin.most": 512}}.get(name, {})
    beside |= {"margin.least": 0} if name == "most" else {}
    least, most = RANGES[path]
    for value in (least, most):
        assert profile(**{**beside, path: value}).value_at(path) == value
    for value in (least - 1, most + 1):
        with pytest.raises(Malformed, match="E_RANGE"):
            profile(**{**beside, path: value})


@pytest.mark.parametrize("part", ["elected", "recall", "supplementary", "turnout"])
def test_a_share_may_be_all_but_not_more(part: str) -> None:
    """[PROF-1] `num` = `den` may stand there, `num` > `den` is `E_RANGE`; so is `least` > `most`."""
    assert profile(**{f"{part}.num": 7, f"{part}.den": 7}).value_at(f"{part}.num") == 7
    with pytest.raises(Malformed, match="E_RANGE"):
        profile(**{f"{part}.num": 8, f"{part}.den": 7})
    assert profile(**{"margin.least": 2, "margin.most": 2}).margin.least == 2
    with pytest.raises(Malformed, match="E_RANGE"):
        profile(**{"margin.least": 3, "margin.most": 2})


def test_lists_have_their_lengths() -> None:
    """[PROF-1] 0 to 64 decisions, 0 to 8 roles, 1 to all words; entries once and ascending, else `E_FIELD`."""
    body = profile_body()
    many = [[f"p{number:02}", DECIDED] for number in range(65)]
    assert len(Profile.parse(body | {"decided_by": many[:64]}, "profile").decided_by) == 64
    assert Profile.parse(body | {"decided_by": []}, "profile").decided_by == ()
    with pytest.raises(Malformed, match="E_LIMIT"):
        Profile.parse(body | {"decided_by": many}, "profile")
    for wrong in ([many[1], many[0]], [many[0], many[0]], [["p", 1]], [[1, DECIDED]], [["p"]]):
        with pytest.raises(Malformed):
            Profile.parse(body | {"decided_by": wrong}, "profile")
    assert profile(**{"signers.open": [], "signers.box": ["caller"] * 8}).roles("box") == ("caller",) * 8
    with pytest.raises(Malformed, match="E_LIMIT"):
        profile(**{"signers.box": ["caller"] * 9})
    for kind in SIGNED_KINDS:
        with pytest.raises(Malformed, match="E_FIELD"):
            profile(**{f"signers.{kind}": ["mayor"]})
    for kind in ("declaration", "names", "statement", "step"):
        with pytest.raises(Malformed, match="E_FIELD"):
            profile(**{f"signers.{kind}": []})
    every = ["child", "grandchild", "grandparent", "other", "parent", "sibling", "spouse"]
    assert profile(**{"avoidance.relations": every}).avoidance.relations == tuple(every)
    for relations in ([], ["uncle"], ["child", "child"], ["parent", "child"]):
        with pytest.raises(Malformed):
            profile(**{"avoidance.relations": relations})
