"""The sealed election: read as written, and rules that span several notes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Candidate, Contest, Relation, Unit, UnitRule
from tally_protocol.errors import Malformed, ProtocolError
from tally_protocol.ids import CandidateId, Hash32, PersonId
from tally_protocol.law.profile import Profile
from tally_protocol.merkle.hashing import EMPTY_ROOT, leaf_hash
from tally_protocol.record.manifest_rules import (
    check_election,
    check_roster_keys,
    check_unit,
    check_version,
    short_code,
    units_root,
)
from tests.profiles import profile
from tests.world import World, public

WORLD = World()
UNIT, UNIT_HASH = WORLD.units["v1"]
ROSTERS = {found: roster for roster, found in WORLD.rosters.values()}
WEAK = Hash32(bytes([1]) + bytes(31))


def test_notes_are_read_as_written() -> None:
    """[KIND-1] `from_body` is the inverse of `to_body`."""
    assert Election.from_body(WORLD.election.to_body()) == WORLD.election
    for roster, _ in WORLD.rosters.values():
        assert Roster.from_body(roster.to_body()) == roster
    for unit, _ in WORLD.units.values():
        assert Unit.from_body(unit.to_body()) == unit
    plain = replace(UNIT, registered=None, place=(), boxes=())
    assert Unit.from_body(plain.to_body()) == plain
    assert Profile.parse(WORLD.profile.to_body(), "x") == WORLD.profile
    assert WORLD.profile.roles("batch") == ("scrutineer",)
    assert Candidate.parse({"id": "_1", "name": "甲", "sex": "m"}, "x").sex == "m"


def test_parts_are_found_by_id() -> None:
    contest = UNIT.contest("chair")
    assert contest is not None
    assert contest.title == "主任"
    assert UNIT.contest("none") is None
    assert UNIT.station("9") is None
    assert WORLD.election.profile("none") is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"id": ".test"}, "E_FIELD"),  # [IDENT-1]
        ({"id": "a" * 29 + "test"}, "E_FIELD"),
        ({"title": "\u3000 "}, "E_NAME"),  # [IDENT-2]
        ({"title": "题" * 201}, "E_LIMIT"),
        ({"test": False}, "E_TEST"),  # [SEAL-1]
        ({"id": "county"}, "E_TEST"),
        ({"log": {"ed25519": "0" * 64, "mldsa44": "AAA"}}, "E_B64"),
        ({"log": {"ed25519": "0" * 64, "mldsa44": "AAAA"}}, "E_FIELD"),
        ({"log": {"ed25519": "0" * 64, "mldsa44": 1}}, "E_FIELD"),
        ({"log": []}, "E_FIELD"),
        ({"date": "2026-13-01"}, "E_FIELD"),
    ],
)
def test_an_election_that_is_refused(fields: dict[str, object], code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        Election.from_body(WORLD.election.to_body() | fields)
    assert caught.value.code == code


def test_limits_of_a_unit() -> None:
    """[CONV-2] A paper of more than 2,048 cells is `E_LIMIT`."""
    people = tuple(replace(UNIT.contests[0].candidates[0], id=f"c{i}") for i in range(512))  # type: ignore[arg-type]
    contests = tuple(replace(UNIT.contests[0], id=f"x{i}", candidates=people) for i in range(4))  # type: ignore[arg-type]
    layouts = (replace(UNIT.layouts[0], contests=tuple(contest.id for contest in contests)),)
    with pytest.raises(Malformed, match="E_LIMIT"):
        replace(UNIT, contests=contests, layouts=layouts).check_parts()


def test_the_root_of_the_units() -> None:
    """[SEAL-2] Over the distinct ids in ascending byte order."""
    assert units_root([]) == EMPTY_ROOT
    assert units_root(["a"]) == leaf_hash(b"a")
    assert units_root(["b", "a", "b"]) == units_root(["a", "b"]) != units_root(["a", "c"])


def test_a_unit_cites_what_exists() -> None:
    """[SEAL-3] Rosters, profile, boxes and layouts."""
    check_unit(WORLD.election, UNIT, ROSTERS)
    first, second = UNIT.stations
    swapped = (replace(first, roster=second.roster), second)
    for wrong in (
        replace(UNIT, profile="p9"),
        replace(UNIT, stations=(replace(first, roster=Hash32(bytes(32))), second)),
        replace(UNIT, stations=swapped),
        replace(UNIT, id="v2"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ProtocolError, match="E_MANIFEST"):
            check_unit(WORLD.election, wrong, ROSTERS)


def test_one_key_for_one_id() -> None:
    """[SEAL-4] Within a unit one key MUST belong to one id and one id to one key."""
    head, second = UNIT.committee
    for wrong in (
        (head, replace(second, key=head.key)),
        (head, replace(second, id=PersonId("chair-1"))),
        (head, replace(second, id=PersonId("1"))),
        (head, replace(second, key=public("changpiao/county-test/v1/1"))),
    ):
        with pytest.raises(ProtocolError, match="E_MANIFEST"):
            check_unit(WORLD.election, replace(UNIT, committee=wrong), ROSTERS)
    roster = ROSTERS[UNIT.stations[0].roster]
    station = replace(second, id=PersonId("1"), key=roster.station_key)
    with pytest.raises(ProtocolError, match="other ids than stations"):
        check_unit(WORLD.election, replace(UNIT, committee=(head, station)), ROSTERS)
    both = (*UNIT.committee, roster.officials[0])
    check_unit(WORLD.election, replace(UNIT, committee=both), ROSTERS)


def test_one_profile_on_one_paper() -> None:
    """[SEAL-6] All contests of a layout have the same profile, one that the election has."""
    world = World(more=(profile(id="p2"),))
    unit = world.units["v1"][0]
    rosters = {found: roster for roster, found in world.rosters.values()}
    chair, member, deputy = unit.contests
    check_unit(world.election, replace(unit, contests=(chair, member, replace(deputy, profile="p2"))), rosters)
    check_unit(world.election, replace(unit, contests=(replace(chair, profile="p1"), member, deputy)), rosters)
    both = replace(chair, profile="p2"), replace(member, profile="p2"), deputy
    check_unit(world.election, replace(unit, contests=both), rosters)
    for wrong in (
        (replace(chair, profile="p2"), member, deputy),
        (chair, member, replace(deputy, profile="p9")),
    ):
        with pytest.raises(ProtocolError, match="E_MANIFEST"):
            check_unit(world.election, replace(unit, contests=wrong), rosters)


def test_who_counts_does_not_stand() -> None:
    """[SEAL-7] No member and no official has the id of a candidate or is related to one."""
    head, second = UNIT.committee
    for wrong in (
        replace(UNIT, committee=(head, replace(second, id=PersonId("e")))),
        replace(UNIT, contests=(*UNIT.contests[:2], _standing(PersonId("caller-2")))),
        replace(UNIT, relations=(Relation(first="head", second="a", word="other"),)),
        replace(UNIT, relations=(Relation(first="y", second="teller-1", word="child"),)),
    ):
        with pytest.raises(ProtocolError, match="E_MANIFEST"):
            check_unit(WORLD.election, wrong, ROSTERS)
    fine = (
        Relation(first="head", second="teller-1", word="spouse"),
        Relation(first="a", second="c", word="spouse"),
        Relation(first="head", second="+王小二", word="parent"),
    )
    check_unit(WORLD.election, replace(UNIT, relations=fine), ROSTERS)


def _standing(name: str) -> Contest:
    """The deputies' contest with somebody of this id."""
    contest = UNIT.contests[2]
    return replace(contest, candidates=(replace(contest.candidates[0], id=CandidateId(name)),))


def test_a_profile_is_checked_when_it_is_sealed() -> None:
    """[PROF-2] [PROF-4] Nobody decided it: `E_PROFILE`, of an election and of a unit's own decisions."""
    bare = replace(WORLD.profile, decided_by=())
    with pytest.raises(ProtocolError, match="E_PROFILE"):
        check_election(replace(WORLD.election, profiles=(bare,)))
    rule = UnitRule(path="tie", value="lot", decided_by="x")
    with pytest.raises(ProtocolError, match="E_PROFILE"):
        check_unit(WORLD.election, replace(UNIT, rules=(rule,)), ROSTERS)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"relations": [["a", "a", "parent"]]}, "E_FIELD"),
        ({"relations": [["a", "b", "friend"]]}, "E_FIELD"),
        ({"relations": [["+", "b", "parent"]]}, "E_FIELD"),
        ({"relations": [["+ ", "b", "parent"]]}, "E_FIELD"),
        ({"relations": [["+" + "王" * 65, "b", "parent"]]}, "E_FIELD"),
        ({"relations": [[".a", "b", "parent"]]}, "E_FIELD"),
        ({"relations": [["a", "b"]]}, "E_FIELD"),
        ({"relations": [[f"a{i}", "b", "other"] for i in range(513)]}, "E_LIMIT"),
        ({"rules": [["tie", "runoff", "x"], ["tie", "runoff", "x"]]}, "E_FIELD"),
        ({"rules": [["tie", {"a": 1}, "x"]]}, "E_PROFILE"),
        ({"rules": [["tie", ["a", 1], "x"]]}, "E_PROFILE"),
        ({"rules": [[1, "runoff", "x"]]}, "E_FIELD"),
        ({"rules": [["tie", "runoff", " "]]}, "E_NAME"),
        ({"rules": [[f"x{i:02}", 1, "x"] for i in range(33)]}, "E_LIMIT"),
    ],
)
def test_relatives_and_decisions_that_are_refused(fields: dict[str, object], code: str) -> None:
    """[KIND-1] References, relation words, order."""
    with pytest.raises(ProtocolError) as caught:
        Unit.from_body(UNIT.to_body() | fields)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "fields",
    [
        {"female_only": False},
        {"rule": "lot"},
        {"rule": "recall"},
        {"rule": "recall", "write_ins": 0},
        {"rule": "recall", "write_ins": 0, "candidates": [{"id": "a", "name": "甲"}], "seats": 2},
        {"of": ""},
        {"profile": "a/b"},
    ],
)
def test_contests_that_are_refused(fields: dict[str, object]) -> None:
    """[KIND-1] Rules of the list; a recall asks about one person."""
    body = UNIT.contests[0].to_body() | fields
    with pytest.raises(Malformed, match="E_FIELD"):
        Contest.parse(body, "contest")
    whole = replace(UNIT.contests[0], rule="runoff", of=UNIT.contests[1].id, profile="p2", female_only=True, round=2)
    assert Contest.parse(whole.to_body(), "contest") == whole


def test_weak_keys_are_never_sealed() -> None:
    """[KEY-1] In the election, in rosters, in committees."""
    check_election(WORLD.election)
    roster = ROSTERS[UNIT.stations[0].roster]
    check_roster_keys(roster)
    weak = replace(roster.officials[0], key=WEAK)
    checks: tuple[Callable[[], None], ...] = (
        lambda: check_election(replace(WORLD.election, county_key=WEAK)),
        lambda: check_roster_keys(replace(roster, station_key=WEAK)),
        lambda: check_roster_keys(replace(roster, officials=(weak,))),
        lambda: check_unit(WORLD.election, replace(UNIT, committee=(weak,)), ROSTERS),
    )
    for check in checks:
        with pytest.raises(Malformed, match="E_WEAK_KEY"):
            check()


def test_versions_rise_by_one() -> None:
    """[SEAL-5] A new version cites the text it replaces."""
    check_version(1, bytes(32), None, "x")
    check_version(2, UNIT_HASH, (1, UNIT_HASH), "x")
    for version, prev, before in ((2, bytes(32), None), (1, UNIT_HASH, None), (3, UNIT_HASH, (1, UNIT_HASH))):
        with pytest.raises(ProtocolError, match="E_MANIFEST"):
            check_version(version, prev, before, "x")
    with pytest.raises(ProtocolError, match="E_MANIFEST"):
        check_version(2, bytes(32), (1, UNIT_HASH), "x")


def test_short_codes_are_for_people() -> None:
    assert short_code(b"x") != short_code(b"y")
    assert len(short_code(b"x")) == 29
