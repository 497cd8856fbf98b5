"""What the sealed election may not say: profiles, own rules, officials who are candidates, names that mean nobody.

Serves [PROF-2], [PROF-3], [PROF-4], [SEAL-6], [SEAL-7], [NAME-3], [CUT-2].
"""

from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import Codes
from tests.verifier.liar import Liar, told
from tests.verifier.profiles import Body, profile
from tests.verifier.signing import public


def without(entry: str) -> Body:
    body = profile(elected__base="valid")
    body["decided_by"] = [pair for pair in body["decided_by"] if pair[0] != entry]
    return body


CHIEF = {"candidates": [{"id": "c1", "name": "甲"}], "id": "chief", "max_marks": 1, "round": 1, "rule": "election",
         "seats": 1, "title": "主任", "write_ins": 1}  # fmt: skip
SECOND = {**CHIEF, "id": "vice", "profile": "q"}


@pytest.mark.parametrize(
    ("lies", "expected"),
    [
        ({"body": without("elected")}, "S4 E_PROFILE"), ({"body": profile(law="nowhere")}, "S4 E_PROFILE"),
        ({"body": profile(scrutineers__per_batch_min=2)}, "S4 E_PROFILE"),
        ({"body": profile(publish__min_ballots_per_cell=56)}, "I6 E_PRIVACY"),  # v1 has a batch of 55 beside others
        ({"profile": "q"}, "S4 E_MANIFEST"), ({"contests": [{**CHIEF, "profile": "q"}]}, "S4 E_MANIFEST"),
        ({"contests": [CHIEF, SECOND], "layouts": [{"contests": ["chief", "vice"], "id": "L"}]}, "S4 E_MANIFEST"),
        ({"contests": [{**CHIEF, "candidates": [{"id": "jian", "name": "甲"}]}]}, "S4 E_MANIFEST"),
        ({"contests": [{**CHIEF, "candidates": [{"id": "chair", "name": "甲"}]}]}, "S4 E_MANIFEST"),
        ({"relations": [["c1", "jian", "other"]]}, "S4 E_MANIFEST"),
        ({"relations": [["chair", "c2", "spouse"]]}, "S4 E_MANIFEST"),
        ({"rules": [["names.full", True, "村"]]}, "S4 E_PROFILE"), ({"rules": [["tie", "lot", "村"]]}, "S4 E_PROFILE"),
        ({"rules": [["tie", {"a": 1}, "村"]]}, "S4 E_PROFILE"),
        ({"relations": [["c1", "c1", "other"]]}, "I1 E_FIELD"), ({"relations": [["c1", "+", "other"]]}, "I1 E_FIELD"),
        ({"relations": [["c1", "+ ", "other"]]}, "I1 E_FIELD"), ({"relations": [["c1", "c2", "friend"]]}, "I1 E_FIELD"),
        ({"contests": [{**CHIEF, "rule": "recall"}]}, "I1 E_FIELD"),
        ({"contests": [{**CHIEF, "rule": "recall", "write_ins": 0, "seats": 2}]}, "I1 E_FIELD"),
        ({"contests": [{**CHIEF, "female_only": False}]}, "I1 E_FIELD"),
        ({"contests": [{**CHIEF, "rule": "x"}]}, "I1 E_FIELD"),
    ],
)  # fmt: skip
def test_an_election_that_may_not_be_sealed(lies: dict[str, Any], expected: str, tmp_path: Path, codes: Codes) -> None:
    """[PROF-2], [PROF-3], [PROF-4], [SEAL-6], [SEAL-7], [CUT-2]."""
    code, found = told(tmp_path, codes, **lies)
    assert (code, expected in found) == (1, True)


def test_strangers_in_relations_are_nobody(tmp_path: Path, codes: Codes) -> None:
    relations = [["jian", "x1", "spouse"], ["+王五", "c2", "parent"]]
    assert told(tmp_path, codes, relations=relations) == (0, set())


def test_a_units_own_rule_decides(tmp_path: Path, codes: Codes) -> None:
    """一村一策: the village takes the papers collected as its base, so nobody is elected in v1."""
    rules = [["elected.base", "collected", "村民会议 2026-10-03"]]
    code, found = told(tmp_path / "as before", codes, rules=rules)
    assert (code, found & {"I7 E_OUTCOME"}) == (1, {"I7 E_OUTCOME"})


@pytest.mark.parametrize("candidate", ["c1", "c9"])
def test_an_opened_name_that_means_nobody_else(candidate: str, tmp_path: Path, codes: Codes) -> None:
    """[NAME-3]: not of its own contest, and somebody of another."""
    code, found = told(tmp_path, codes, person={"candidate": candidate})
    assert (code, "I5 E_NAMES" in found) == (1, True)
    assert told(tmp_path / "sex", codes, person={"sex": "f"}) == (0, set())


class Later(Liar):
    """Seals a second version of v1 when its tables have opened (or before), by the authority's own key."""

    def __init__(self, when: str, **changes: Any) -> None:
        super().__init__()
        self.when, self.changes = when, changes

    def again(self) -> None:
        old = {name: value for name, value in self.note_of["v1"].items() if name != "hash"}
        fields = {**old, **self.changes, "version": 2, "prev": self.note_of["v1"]["hash"]}
        self.note_of["v1"] = {**fields, "hash": self.append("unit", fields, ["authority"])}

    def open(self, unit: str, station: str) -> None:
        if (unit, station, self.when) == ("v1", "a", "before"):
            self.again()
        super().open(unit, station)
        if (unit, station, self.when) == ("v2", "a", "after"):
            self.again()


COMMITTEE = [
    {"id": "chair", "key": public("v1/chair"), "role": "chair"},
    {"id": "watch", "key": public("v1/watch"), "role": "scrutineer"},
    {"id": "new", "key": public("v1/new"), "role": "member"},
]


@pytest.mark.parametrize("changes", [{}, {"node": "n2"}, {"committee": COMMITTEE}])
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_a_later_version_may_change(when: str, changes: dict[str, Any], tmp_path: Path, codes: Codes) -> None:
    """[SEAL-5]: committee, node and rosters, also when the boxes are open."""
    found = codes(Later(when, **changes).story().publish(tmp_path))
    # where the version stands before the first `open`, its kinds are manifest all the same
    assert found == (0, set())


@pytest.mark.parametrize(
    "changes",
    [
        {"rules": [["elected.base", "collected", "村民会议 2026-11-24"]]}, {"registered": 900}, {"relations": []},
        {"name": "新村"}, {"place": ["乙镇"]}, {"boxes": []},
        {"boxes": [{"id": f"box-{s}", "kind": "mobile", "layout": "L", "station": s} for s in "ab"]},
    ],
)  # fmt: skip
def test_what_decides_is_sealed_before_the_first_paper(changes: dict[str, Any], tmp_path: Path, codes: Codes) -> None:
    """[SEAL-5]: after the first `open` of the unit nothing else changes, not even by the authority."""
    code, found = codes(Later("after", **changes).story().publish(tmp_path))
    assert (code, "S4 E_MANIFEST" in found) == (1, True)


def test_before_the_first_open_all_of_it_may_change(tmp_path: Path, codes: Codes) -> None:
    assert codes(Later("before", name="新村", relations=[]).story().publish(tmp_path)) == (0, set())
