"""Profiles: their shape, national law beside them, who decided what, a unit's own rules, and the verifier's own data.

Serves [PROF-1] to [PROF-4] and the copies of spec/national.json and spec/laws.json.
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.profiles import DECIDED, PROFILE, profile
from verifier.decode.kinds import own_rules
from verifier.decode.national import NATIONAL
from verifier.decode.profiles import PROFILE as SHAPE
from verifier.decode.profiles import profile_of, read_profile, values_of, with_rules
from verifier.findings.codes import Refused
from verifier.rules.laws import ARTICLES, cited

SPEC = Path(__file__).parents[2] / "spec"


def test_national_law_is_that_of_the_contract() -> None:
    stated = json.loads((SPEC / "national.json").read_text("utf-8"))
    own = {
        law: {
            "electorates": {who: {path: list(fixed) for path, fixed in paths.items()} for who, paths in table.items()}
        }
        for law, table in NATIONAL.items()
    }
    assert own == stated


def test_articles_are_those_of_the_contract() -> None:
    stated = json.loads((SPEC / "laws.json").read_text("utf-8"))
    assert {key: article._asdict() for key, article in ARTICLES.items()} == stated
    assert cited("VC-18") == (
        "中华人民共和国村民委员会组织法第18条（2025-10-28，2026-01-01 起施行）",
        "VC-18 中华人民共和国村民委员会组织法 第18条 (2025-10-28, in force 2026-01-01)",
    )


def read(body: dict[str, Any], threshold: int = 50) -> None:
    SHAPE(body, "profile")
    read_profile(body, threshold)


def test_a_whole_profile_is_taken() -> None:
    read(profile())


def test_every_single_value_must_be_there() -> None:
    """[PROF-1]: an unset field is E_FIELD, a further one E_UNKNOWN_FIELD."""

    def holders(body: Any) -> list[tuple[str, ...]]:
        return [
            (name, *rest)
            for name, value in body.items()
            for rest in [(), *(holders(value) if isinstance(value, dict) else [])]
        ]

    for path in holders(PROFILE):
        body = copy.deepcopy(PROFILE)
        holder: Any = body
        for name in path[:-1]:
            holder = holder[name]
        kept = holder.pop(path[-1])
        with pytest.raises(Refused, match="E_FIELD"):
            read(body)
        holder |= {path[-1]: kept, "more": 1}
        with pytest.raises(Refused, match="E_UNKNOWN_FIELD"):
            read(body)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"elected__num": 3}, "E_RANGE"), ({"elected__den": 1001}, "E_RANGE"), ({"turnout__num": 0}, "E_RANGE"),
        ({"recall__strict": 1}, "E_FIELD"), ({"supplementary__base": "papers"}, "E_FIELD"),
        ({"margin__least": 10}, "E_RANGE"), ({"margin__most": 513}, "E_RANGE"),
        ({"avoidance__relations": []}, "E_FIELD"), ({"avoidance__relations": ["spouse", "child"]}, "E_FIELD"),
        ({"avoidance__relations": ["child", "child"]}, "E_FIELD"), ({"ballot__choices": ["vote"]}, "E_FIELD"),
        ({"decided_by": [["tie", "x"], ["tie", "y"]]}, "E_FIELD"), ({"decided_by": [["tie", ""]]}, "E_NAME"),
        ({"text": " "}, "E_NAME"),
        ({"decided_by": [["turnout", "x"], ["tie", "y"]]}, "E_FIELD"),
        ({"decided_by": [["tie", "x" * 201]]}, "E_LIMIT"), ({"in_force": "2026-02-30"}, "E_FIELD"),
        ({"publish__min_ballots_per_cell": 49}, "E_RANGE"), ({"signers__step": []}, "E_FIELD"),
        ({"signers__declaration": []}, "E_FIELD"), ({"signers__names": []}, "E_FIELD"),
        ({"signers__statement": []}, "E_FIELD"), ({"signers__batch": ["scrutineer"] * 9}, "E_LIMIT"),
        ({"signers__box": ["judge"]}, "E_FIELD"), ({"roll_down": "no"}, "E_FIELD"), ({"tie": "lot"}, "E_FIELD"),
        ({"vacancy__min_members": 65}, "E_RANGE"), ({"proxy__limit": 11}, "E_RANGE"),
        # [PROF-2]
        ({"law": "village_2010"}, "E_PROFILE"), ({"electorate": "household"}, "E_PROFILE"),
        ({"decided_by": [["ballot", DECIDED]]}, "E_PROFILE"),
        ({"decided_by": [*PROFILE["decided_by"], ["zzz", DECIDED]]}, "E_PROFILE"),
        ({"decided_by": [*PROFILE["decided_by"][:10], ["names.full", DECIDED], *PROFILE["decided_by"][10:]]}, "E_"),
        # [PROF-3]
        ({"scrutineers__per_batch_min": 2}, "E_PROFILE"), ({"roll_down": True}, "E_PROFILE"),
    ],
)  # fmt: skip
def test_profiles_that_are_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        read(profile(**changes))


def without(entry: str, **changes: Any) -> dict[str, Any]:
    body = profile(**changes)
    body["decided_by"] = [pair for pair in body["decided_by"] if pair[0] != entry]
    return body


@pytest.mark.parametrize("entry", [entry for entry, _ in PROFILE["decided_by"]])
def test_who_decided_is_asked_wherever_national_law_is_open_or_left(entry: str) -> None:
    """[PROF-2]: turnout and recall are fixed by VC-18, VC-19 to what stands there; all else has an open part."""
    if entry in ("turnout", "recall"):
        read(without(entry))
        with pytest.raises(Refused, match="E_PROFILE"):
            read(without(entry, **{f"{entry}__num": 2, f"{entry}__den": 3}))
        return
    with pytest.raises(Refused, match="E_PROFILE"):
        read(without(entry))


def test_an_entry_may_name_the_value_itself() -> None:
    body = without("elected")
    body["decided_by"] = sorted([*body["decided_by"], ["elected.base", DECIDED]])
    read(body)
    body["decided_by"] = sorted([*without("elected")["decided_by"], ["elected.bas", DECIDED]])
    with pytest.raises(Refused, match="E_PROFILE"):
        read(body)


def test_the_threshold_of_the_election_is_the_least() -> None:
    """[PROF-3]."""
    read(profile(publish__min_ballots_per_cell=60), 60)
    with pytest.raises(Refused, match="E_PROFILE"):
        read(profile(publish__min_ballots_per_cell=59), 60)
    read(profile(scrutineers__per_batch_min=2, signers__batch=["chief_scrutineer", "scrutineer"]))
    read(profile(roll_down=True, names__full=True))


def test_a_units_own_rules() -> None:
    """[PROF-4]: the value and who decided it; everything else as it was."""
    rules = [["elected.base", "valid", "村民会议 2026-10-03"], ["tie", "fewer_against", "村民会议 2026-10-03"]]
    base = profile_of(profile())
    ruled = with_rules(base, rules, 50).body
    expected = profile(elected__base="valid", tie="fewer_against")
    expected["decided_by"] = sorted(
        [*(pair for pair in PROFILE["decided_by"] if pair[0] != "tie"), *([path, who] for path, _, who in rules)]
    )
    assert ruled == expected
    assert base.body == PROFILE  # the profile itself stays
    assert with_rules(base, [], 50) is base


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("names.full", True), ("publish.min_ballots_per_cell", 60), ("signers.batch", ["teller"]), ("id", "q"),
        ("electorate", "household"), ("law", "party_2020"), ("source", "national"), ("title", "x"), ("text", "x"),
        ("in_force", "2026-01-02"), ("decided_by", []), ("elected", 1), ("elected.base.more", 1), ("nothing", 1),
        ("elected.nothing", 1), ("elected.num", 3), ("elected.base", "papers"), ("elected.base", 1),
        ("roll_down", True), ("tie", ["runoff"]), ("", 1), ("margin.least", 600),
        ("scrutineers.per_batch_min", 3),
    ],
)  # fmt: skip
def test_rules_that_a_unit_may_not_make(path: str, value: object) -> None:
    with pytest.raises(Refused, match="E_PROFILE"):
        with_rules(profile_of(profile()), [[path, value, "村民会议"]], 50)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([["tie", {"x": 1}, "村"]], "E_PROFILE"), ([["avoidance.relations", ["child", 1], "村"]], "E_PROFILE"),
        ([["tie", "runoff", " "]], "E_NAME"), ([["tie", "runoff"]], "E_FIELD"),
        ([["tie", "runoff", "x" * 201]], "E_LIMIT"),
        ([["turnout.num", 1, "村"], ["tie", "runoff", "村"]], "E_FIELD"),
        ([["tie", "runoff", "村"], ["tie", "runoff", "乡"]], "E_FIELD"),
        ([[f"p{i:02}", 1, "村"] for i in range(33)], "E_LIMIT"),
    ],
)  # fmt: skip
def test_the_shape_of_rules(rules: list[Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        own_rules(rules, "rules")


def test_a_list_is_one_value() -> None:
    paths = dict(values_of(profile()))
    assert paths["ballot.choices"] == ["abstain", "approve", "oppose", "write_in"]
    assert paths["ballot.overvote.scope"] == "post"
