"""The shipped profiles: complete, every value with its source, and told to people with it [PROF-1] [PROF-2]."""

import json

import pytest

from coordinator.sealing.profile_files import line_of
from coordinator.sealing.profile_sheet import sheet
from coordinator.sealing.shipped import DEFAULT, shipped, shipped_ids, shipped_path
from tally_protocol.law.national import fixed_by
from tally_protocol.law.profile import SIGNED_KINDS, Profile, values_of
from tally_protocol.law.profile_rules import check_profile, governed_values, same_value
from tally_protocol.law.profile_words import FIELDS, WORDS
from tally_protocol.law.sources import source_of

NATIONAL = [
    "cn-party-branch-2020", "cn-residents-2026-household", "cn-residents-2026-person",
    "cn-residents-2026-representative", "cn-township-congress-2020", "cn-village-2026-national",
]  # fmt: skip
LOCAL = [
    "beijing-village-2012", "example-roll-down-village", "henan-village-2011", "shandong-village-2011",
    "shanghai-village-2020", "zhejiang-village-2020",
]  # fmt: skip


def test_the_list_is_complete() -> None:
    assert shipped_ids() == NATIONAL + LOCAL
    assert shipped_path("../profiles/cn-party-branch-2020") is None
    with pytest.raises(KeyError):
        shipped("cn-village-1998")


@pytest.mark.parametrize("name", NATIONAL + LOCAL)
def test_a_shipped_profile_obeys_the_rules_of_profiles(name: str) -> None:
    """[PROF-1] [PROF-2] [PROF-3]: read, checked, and exactly what its file says."""
    profile = shipped(name)
    path = shipped_path(name)
    assert path is not None
    assert profile.to_body() == json.loads(path.read_bytes())
    assert profile.id == name
    check_profile(profile, 50)
    local = "village" if name.startswith("example") else "province"
    assert profile.source == ("national" if name in NATIONAL else local)


@pytest.mark.parametrize("name", NATIONAL + LOCAL)
def test_every_value_has_a_source_with_a_date(name: str) -> None:
    """Whoever decided a value is named with a year, or it is said to be the product's own reading."""
    profile = shipped(name)
    for path in governed_values(profile):
        kind, said = source_of(profile, path)
        assert kind in {"national", "decided_by"}, path
        assert kind == "national" or any(word in said for word in ("20", "产品默认", "不详", "不适用")), (path, said)


@pytest.mark.parametrize("name", LOCAL)
def test_a_dated_example_says_so_and_names_what_differs_from_national_law(name: str) -> None:
    """[PROF-2]: a local text older than the law of 2025-10-28 departs from it only where `decided_by` says so."""
    profile = shipped(name)
    assert "示例" in profile.title
    assert "仅为示例" in profile.text
    fixed = fixed_by(profile.law, profile.electorate)
    assert fixed is not None
    for path, (value, _) in fixed.items():
        if not same_value(profile.value_at(path), value):
            kind, said = source_of(profile, path)
            assert kind == "decided_by"
            assert "national law" in said, (path, said)


def test_the_national_village_profile_is_that_of_the_law() -> None:
    """The points of the law of 2025-10-28 and the product's defaults, as the reference has them."""
    profile = shipped(DEFAULT)
    assert (profile.elected.num, profile.elected.den, profile.elected.strict, profile.elected.base) == (
        1, 2, True, "collected",
    )  # fmt: skip
    assert (profile.supplementary.num, profile.supplementary.den, profile.supplementary.strict) == (1, 3, False)
    assert (profile.proxy.limit, profile.proxy.candidates, profile.proxy.holder) == (3, False, "any")
    assert profile.ballot.overvote.scope == "ballot"
    assert (profile.scrutineers.per_batch_min, profile.scrutineers.per_box_min) == (1, 3)
    representatives = shipped("cn-residents-2026-representative")
    assert (representatives.turnout.num, representatives.turnout.den) == (2, 3)
    assert not representatives.proxy.allowed
    party = shipped("cn-party-branch-2020")
    assert (party.turnout.of, party.turnout.value, party.turnout.strict, party.elected.base) == (
        "due", "present", False, "present",
    )  # fmt: skip


@pytest.mark.parametrize("name", NATIONAL + LOCAL)
def test_the_sheet_names_every_value_and_its_source(name: str) -> None:
    profile = shipped(name)
    lines = list(sheet(profile))
    values = dict(values_of(profile.to_body()))
    shares = {path.rpartition(".")[0] for path in values if path.endswith(".strict")}
    for path in governed_values(profile):
        assert path in FIELDS or path.rpartition(".")[0] in shares, path
    for zh, en in FIELDS.values():
        (place,) = [i for i, line in enumerate(lines) if line.startswith(f"{zh} · {en}: ")]
        assert lines[place + 1].startswith("    ")
    assert any("VC-18" in line or "RC-19" in line or "EL-45" in line or "PB-" in line for line in lines)
    assert len([line for line in lines if "signatures" in line]) == 1
    assert len(lines) == 4 + 2 * len(FIELDS) + len(SIGNED_KINDS)


def test_every_word_of_a_profile_is_known_to_people() -> None:
    """No word of the format reaches paper untranslated."""
    for name in shipped_ids():
        for path, value in governed_values(shipped(name)).items():
            words = value if isinstance(value, list) else [value] if isinstance(value, str) else []
            assert [word for word in words if word not in WORDS] == [], path


def test_the_line_of_a_field() -> None:
    text = '{\n"supplementary": {\n "turnout": true\n},\n"turnout": {\n "of": "due"\n}\n}\n'
    expected = {"turnout": 5, "turnout.of": 6, "turnout.num": 5, "supplementary.turnout": 3, "x": 1}
    assert {path: line_of(text, path) for path in expected} == expected


def test_the_profile_class_reads_what_is_shipped_from_any_order() -> None:
    body = shipped(DEFAULT).to_body()
    assert Profile.parse(dict(reversed(list(body.items()))), "profile") == shipped(DEFAULT)
