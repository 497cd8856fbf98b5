"""The worked cases of the reference page, read from its own file where it lies beside the checkout.

The same cases stand in the tables of this folder as our own data; this is the second reading. A checkout without the
reference skips loudly.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tally_protocol.law.composition import TwoBodies
from tally_protocol.law.declaration import check_declaration
from tally_protocol.law.declared import Declared, Reason
from tally_protocol.law.profile import Proxy
from tally_protocol.law.proxies import accepted_proxies
from tally_protocol.law.reconciliation import findings
from tally_protocol.law.result import Result
from tests.laws.papers import kinds
from tests.laws.village import Box, Post, Village, village
from tests.profiles import profile

Json = dict[str, Any]
FILE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "outcome_vectors.json"
CASES: list[Json] = json.loads(FILE.read_text("utf-8"))["cases"] if FILE.exists() else []
INVALID = {"invalid_turnout": "INVALID_TURNOUT", "invalid_overcount": "INVALID_OVERCOUNT"}


def flat(values: Json, above: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in values.items():
        found |= flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return found


def rules(case: Json) -> dict[str, object]:
    """The case's profile points; what the spec asks besides is added."""
    found = flat(case["profile"])
    if found.get("electorate") == "member":
        found["law"] = "party_2020"
    elif "electorate" in found:
        found["law"] = "residents_2026"
    return found | ({"names.full": True} if found.get("roll_down") else {})


def counted(case: Json) -> Village:
    """A unit with the case's votes."""
    given = case["input"]
    papers = given.get("C", given.get("C2", given.get("V", given.get("present"))))
    if "boxes" in given:
        void = {"mobile"} if case["profile"]["overcount"]["scope"] == "box" else set[str]()
        papers = sum(one["C"] for one in given["boxes"] if one["box"] not in void)
    elif papers is None:  # a runoff: nothing is asked of the papers
        papers = sum(given["votes"]["post"].values())
    kinds_of_rule = {"supplementary_round": "supplementary", "runoff": "runoff", "recall": "recall"}
    rule = kinds_of_rule.get(case["kind"], "election")
    votes = given.get("votes", {"post": {"A": given.get("yes", papers)}})
    posts = [
        Post(
            id=name,
            votes={} if "written_in" in given else votes[name],
            written=votes[name] if "written_in" in given else {},
            seats=seats, rule=rule, void=given.get("void", 0), women="".join(given.get("women", [])),
        )
        for name, seats in given.get("seats", {"post": 1}).items()
    ]  # fmt: skip
    signs = {"V": "voters", "I": "issued", "present": "present"}
    form = {word: given[sign] for sign, word in signs.items() if sign in given}
    boxes = [
        Box(id=one["box"], counts={"voters": one["V"], "collected": one["C"]}) for one in given.get("boxes", [])
    ]
    if boxes:
        form = {"voters": sum(one["V"] for one in given["boxes"])}
    relatives = [(first, second, "sibling") for first, second in given.get("relatives", [])]
    registered = given.get("R", given.get("due", papers))
    return village(*posts, papers=papers, rules=rules(case), registered=registered, forms=[form], boxes=boxes,
                   relatives=relatives)  # fmt: skip


def state(results: dict[str, Result]) -> str:
    (result,) = results.values()
    return INVALID.get(result.outcome.value, "VALID")


def check_election(case: Json) -> None:
    results = counted(case).results()
    due = case["expected"]
    found = {name: [who.removeprefix("+") for who in one.elected] for name, one in results.items()}
    assert found == due["elected"]
    tied = {name: {"persons": list(one.runoff), "seats": one.runoff_seats} for name, one in results.items()}
    assert {name: one for name, one in tied.items() if one["persons"]} == due["runoff"]
    # the reference counts a seat that is held for women among the open ones
    assert {name: one.short + one.held for name, one in results.items() if one.short + one.held} == due["short"]
    if "next" in due:
        words = {one.outcome.value for one in results.values()} - {"full"} or {"full"}
        assert words == {due["next"]}
    for name, candidates in due.get("candidates", {}).items():
        assert list(results[name].next) == candidates
    assert [who for one in results.values() for who in one.removed] == due.get("removed", [])
    assert sum(one.held for one in results.values()) == due.get("women_seats_held", 0)


def check_boxes(case: Json) -> None:
    one, due = counted(case), case["expected"]
    assert state(one.results()) == due["state"]
    assert one.tally.totals[one.unit.layouts[0].id][0] == due["C"]
    differences = {
        row.box: row.found - row.expected for row in findings(one.unit, one.profiles, one.tally) if row.box is not None
    }
    assert differences == {row["box"]: row["C_minus_V"] for row in due["box_differences"]}


def check_paper(case: Json) -> None:
    given, due = case["input"], case["expected"]
    posts = [
        Post(id=name, seats=seats, votes=dict.fromkeys(given["marks"][name] or ["Z"], 0))
        for name, seats in given["seats"].items()
    ]
    marks = {name: " ".join(f"○{who}" for who in chosen) for name, chosen in given["marks"].items()}
    found = kinds(profile(**rules(case)), posts, marks)
    assert [name for name, word in found.items() if word == "over"] == due["void_posts"]


def check_review(case: Json) -> None:
    """A disqualified winner: the declaration leaves the seat open, with its reason; the next person gets nothing."""
    one = counted(case)
    contest = one.unit.contests[0].id
    reason = Reason(contest=contest, reference="+W", word="disqualified")
    check_declaration(one.unit, one.profiles, one.tally, [Declared(contest=contest, elected=())], [reason])


def check_bases(case: Json) -> None:
    given = counted(case)
    (result,) = given.results().values()
    assert result.sensitive is case["expected"]["flag"]
    for base, elected in case["expected"]["elected_by_base"].items():
        again = counted(case | {"profile": case["profile"] | {"elected": case["profile"]["elected"] | {"base": base}}})
        assert [list(one.elected) for one in again.results().values()] == [elected]


def check_proxies(case: Json) -> None:
    given = case["input"]
    rule = Proxy(deadline_days=3, holder="any", **case["profile"]["proxy"])
    accepted = accepted_proxies(rule, given["proxies"], holder_is_candidate=given["holder_is_candidate"])
    assert accepted == case["expected"]["accepted"]


def check_union(case: Json) -> None:
    assert TwoBodies(**case["input"]).persons == case["expected"]["persons"]


def check_recall(case: Json) -> None:
    (result,) = counted(case).results().values()
    assert (result.outcome.value == "passed") is case["expected"]["passed"]


def check_state(case: Json) -> None:
    assert state(counted(case).results()) == case["expected"]["state"]


def check_impossible(case: Json) -> None:
    (result,) = counted(case).results().values()
    assert (result.outcome.value, case["expected"]["possible"]) == ("impossible", False)


CHECKS = {
    "turnout": check_state, "overcount": check_state, "overcount_boxes": check_boxes, "conservation": check_impossible,
    "first_round": check_election, "runoff": check_election, "supplementary_round": check_election,
    "base_sensitivity": check_bases, "ballot": check_paper, "recall": check_recall, "union": check_union,
    "review": check_review, "proxy": check_proxies,
}  # fmt: skip


@pytest.mark.skipif(not CASES, reason=f"THE REFERENCE IS NOT BESIDE THE CHECKOUT: {FILE.name} was not read")
def test_there_are_cases() -> None:
    assert len(CASES) == 56
    assert {case["kind"] for case in CASES} == set(CHECKS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_reference_case(case: Json) -> None:
    CHECKS[case["kind"]](case)
