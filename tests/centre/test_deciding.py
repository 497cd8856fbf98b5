"""Two persons: proposed by one, in force when another confirms; objections, withdrawals, corrections, accounts."""

import json
from dataclasses import replace
from typing import Any

import pytest

from coordinator.centre.registers import day_of
from coordinator.centre.retention import kept_until
from coordinator.centre.withdrawing import consequences
from tally_protocol.ids import CandidateId
from tests.centre.desk import Browser, Desk
from tests.profiles import profile
from tests.world import TIME, World

OUT = {
    "kind": "candidate_out", "unit": "v1", "contest": "chair", "candidate": "a", "why": "withdrew",
    "day": "2026-09-20", "document": "书面声明 3 号",
}  # fmt: skip


def propose(browser: Browser, **matter: Any) -> tuple[str, str]:
    name = browser.post("/api/proposals", matter=matter)["proposal"]
    found = {one["proposal"]: one for one in browser.get("/api/proposals")["proposals"]}
    return name, found[name]["digest"]


def objection(browser: Browser) -> str:
    today = day_of(TIME)
    return str(
        browser.post(
            "/api/objections", unit="v1", about="result", subject="认为少计", received=today, deadline="2026-09-30"
        )["objection"]
    )


def test_an_objection_is_decided_by_two(desk: Desk) -> None:
    operator, authority = desk.browser("op"), desk.browser("au")
    name = objection(operator)
    number, digest = propose(
        operator, kind="decision", objection=name, result="rejected", reason="重新核对无误", basis="办法第三十一条"
    )
    assert operator.get("/api/objections")["objections"][0]["state"] == "open"
    # not by the proposer, not by another operator, not with another text
    assert operator.refused(f"/api/proposals/{number}/confirm", digest=digest) == 403
    assert desk.browser("op2").refused(f"/api/proposals/{number}/confirm", digest=digest) == 403
    assert authority.refused(f"/api/proposals/{number}/confirm", digest="0" * 64) == 409
    authority.post(f"/api/proposals/{number}/confirm", digest=digest)
    (one,) = operator.get("/api/objections")["objections"]
    assert (one["state"], one["result"], one["decision"]) == ("decided", "rejected", number)
    assert authority.refused(f"/api/proposals/{number}/confirm", digest=digest) == 409
    # a second decision on one objection can neither be proposed nor slip through
    again = {"kind": "decision", "objection": name, "result": "upheld", "reason": "x", "basis": "x"}
    assert operator.refused("/api/proposals", matter=again) == 409


def test_of_two_open_decisions_one_comes_into_force(plain: Desk) -> None:
    operator, authority = plain.browser("op"), plain.browser("au")
    name = objection(operator)
    asked = {"kind": "decision", "objection": name, "reason": "x", "basis": "x"}
    first, second = propose(operator, **asked, result="upheld"), propose(operator, **asked, result="rejected")
    authority.post(f"/api/proposals/{first[0]}/confirm", digest=first[1])
    assert authority.refused(f"/api/proposals/{second[0]}/confirm", digest=second[1]) == 409


def test_the_authority_cannot_confirm_the_own_proposal_and_may_reject_another(plain: Desk) -> None:
    operator, authority = plain.browser("op"), plain.browser("au")
    mine, digest = propose(authority, **OUT)
    assert authority.refused(f"/api/proposals/{mine}/confirm", digest=digest) == 403
    assert operator.refused(f"/api/proposals/{mine}/confirm", digest=digest) == 403
    assert authority.refused(f"/api/proposals/{mine}/reject", text="x") == 403
    assert operator.refused(f"/api/proposals/{mine}/take-back", text="x") == 403
    authority.post(f"/api/proposals/{mine}/take-back", text="弄错了")
    theirs, _ = propose(operator, **OUT)
    authority.post(f"/api/proposals/{theirs}/reject", text="没有书面声明")
    assert operator.refused(f"/api/proposals/{theirs}/take-back", text="x") == 409
    states = {one["proposal"]: one["state"] for one in operator.get("/api/proposals")["proposals"]}
    assert states == {mine: "taken_back", theirs: "rejected"}


def test_a_candidate_who_is_out_is_shown_with_what_the_rules_say(desk: Desk) -> None:
    operator, authority = desk.browser("op"), desk.browser("au")
    name, digest = propose(operator, **OUT)
    (shown,) = authority.get("/api/proposals")["proposals"]
    lines = [line["zh"] for line in shown["without"][0]["lines"]]
    assert "张䶮 的姓名仍在已印选票上" in lines[0]
    assert "差额 0" in lines[1]
    assert any("不由下一名递补" in line for line in lines)
    assert operator.get("/api/units/v1")["out"][0]["state"] == "open"
    authority.post(f"/api/proposals/{name}/confirm", digest=digest)
    assert operator.get("/api/units/v1")["out"][0]["state"] == "confirmed"
    assert operator.refused("/api/proposals", matter=OUT) == 409
    # nothing of the sealed record moves
    assert operator.get("/api/units/v1")["contests"][0]["candidates"][0] == {"id": "a", "name": "张䶮"}
    # the second one who goes is counted together with the first
    both = operator.get("/api/units/v1/candidates/b/without")["contests"][0]["lines"]
    assert "余 0 名候选人" in both[1]["zh"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"unit": "v9"}, 404), ({"contest": "nothing"}, 404), ({"candidate": "zz"}, 404), ({"why": "bored"}, 422),
        ({"day": "2026-02-30"}, 422), ({"document": ""}, 422), ({"kind": "coup"}, 422), ({"more": 1}, 422),
    ],
)  # fmt: skip
def test_a_matter_that_does_not_exist_cannot_be_proposed(plain: Desk, change: dict[str, Any], status: int) -> None:
    assert plain.browser("op").refused("/api/proposals", matter=OUT | change) == status


def texts(least: int, write_ins: int, out: str, vacancy: str = "no") -> list[str]:
    rules = profile(**{"margin.least": least, "margin.most": 9, "vacancy.allowed": vacancy})
    contest = World().units["v1"][0].contests[1]
    contest = type(contest).parse(contest.to_body() | {"write_ins": write_ins}, "contest")
    return [line.zh for line in consequences(contest, rules, frozenset(CandidateId(one) for one in out))]


def test_what_the_rules_say_depends_on_margin_slots_and_vacancy() -> None:
    assert "差额仍然成立" in texts(0, 0, "c")[1]
    assert "选票也没有另选栏" in texts(1, 0, "c")[1]
    assert "1 个另选栏" in texts(1, 1, "c")[1]
    assert any("已无人可选" in line for line in texts(1, 0, "cde"))
    assert not any("已无人可选" in line for line in texts(1, 1, "cde"))
    assert any("暂缺" in line for line in texts(1, 1, "c", "after"))
    assert not any("暂缺" in line for line in texts(1, 1, "c"))


def test_a_correction_is_a_permission_and_moves_no_figure(plain: Desk) -> None:
    operator, authority = plain.browser("op"), plain.browser("au")
    before = operator.get("/api/units/v1")
    asked = {"kind": "correction", "unit": "v1", "what": "recount", "reason": "票数接近"}
    assert operator.refused("/api/proposals", matter=asked | {"station": "9"}) == 404
    name, digest = propose(operator, **asked, station="2")
    authority.post(f"/api/proposals/{name}/confirm", digest=digest)
    assert operator.get("/api/units/v1") == before


def first_half(browser: Browser, proposal: str) -> str:
    """What who proposed an account is shown; empty if nothing is."""
    found = {one["proposal"]: one for one in browser.get("/api/proposals")["proposals"]}
    return str(found[proposal].get("half", ""))


def test_neither_who_proposed_an_account_nor_who_confirmed_it_can_use_it(desk: Desk) -> None:
    """One person with a colleague's account could propose as the one and confirm as the other."""
    operator, second = desk.browser("op"), desk.browser("op2")
    name, digest = propose(operator, kind="person", person="zhao", name="赵", role="operator")
    assert first_half(operator, name) == "", "nothing is known before somebody confirms"
    said = second.post(f"/api/proposals/{name}/confirm", digest=digest)
    mine, theirs = first_half(operator, name), said["half"]
    assert len(mine) == len(theirs) == 11
    assert mine not in json.dumps(said)
    for other in (second, desk.browser("au"), desk.browser("su")):
        assert mine not in other.ask("GET", "/api/proposals").text
    assert theirs not in operator.ask("GET", "/api/proposals").text
    for guess in (mine, theirs, f"{mine}-{mine}", f"{theirs}-{theirs}", f"{theirs}-{mine}"):
        assert Browser(desk.gate).login("zhao", guess).status_code in (401, 429)
    # each matter has a half of its own, and a newer one ends the older one's
    name2, digest2 = propose(operator, kind="password", person="zhao", reason="丢了")
    half2 = desk.browser("au").post(f"/api/proposals/{name2}/confirm", digest=digest2)["half"]
    assert first_half(operator, name) == ""
    assert first_half(operator, name2) not in ("", mine)
    assert half2 != theirs


def test_the_first_half_is_gone_after_the_first_login(desk: Desk) -> None:
    operator = desk.browser("op")
    name, digest = propose(operator, kind="person", person="zhao", name="赵", role="operator")
    half = desk.browser("op2").post(f"/api/proposals/{name}/confirm", digest=digest)["half"]
    word = f"{first_half(operator, name)}-{half}"
    browser = Browser(desk.gate)
    assert browser.login("zhao", word).status_code == 200
    browser.post("/api/password", old=word, new="a slow river and staples")
    assert first_half(operator, name) == ""


def test_an_account_that_could_confirm_is_made_by_two(desk: Desk) -> None:
    operator = desk.browser("op")
    for role in ("operator", "authority"):
        assert operator.refused("/api/people", person="zhao", name="赵", role=role) == 422
    name, digest = propose(operator, kind="person", person="zhao", name="赵", role="authority")
    second = desk.browser("au")
    half = second.post(f"/api/proposals/{name}/confirm", digest=digest)["half"]
    browser = Browser(desk.gate)
    assert browser.login("zhao", f"{first_half(operator, name)}-{half}").status_code == 200
    assert browser.get("/api/me")["first"] is True
    assert operator.refused(
        "/api/proposals", matter={"kind": "person", "person": "zhao", "name": "x", "role": "operator"}
    ) == 409


def test_an_authority_is_made_with_an_authority_where_there_is_another(plain: Desk) -> None:
    operator, second, authority = plain.browser("op"), plain.browser("op2"), plain.browser("au")
    name, digest = propose(operator, kind="person", person="zhao", name="赵", role="authority")
    assert [one["may_confirm"] for one in second.get("/api/proposals")["proposals"]] == [False]
    assert second.refused(f"/api/proposals/{name}/confirm", digest=digest) == 403
    assert second.refused(f"/api/proposals/{name}/reject", text="x") == 403
    authority.post(f"/api/proposals/{name}/confirm", digest=digest)
    # now there are two: a forgotten password of one is the other's matter
    name, digest = propose(operator, kind="password", person="au", reason="忘了")
    assert second.refused(f"/api/proposals/{name}/confirm", digest=digest) == 403


def test_the_only_authority_can_have_a_second_one_made(plain: Desk) -> None:
    name, digest = propose(plain.browser("au"), kind="person", person="zhao", name="赵", role="authority")
    plain.browser("op").post(f"/api/proposals/{name}/confirm", digest=digest)


def test_a_privileged_password_is_reset_by_two_and_takes_the_second_factor_away(desk: Desk) -> None:
    operator, old = desk.browser("op"), desk.browser("au")
    assert operator.refused("/api/people/au/password", text="忘了") == 403
    name, digest = propose(operator, kind="password", person="au", reason="忘了")
    half = desk.browser("op2").post(f"/api/proposals/{name}/confirm", digest=digest)["half"]
    assert old.ask("GET", "/api/me").json()["role"] == ""
    assert Browser(desk.gate).login("au").status_code == 401
    assert Browser(desk.gate).login("au", f"{first_half(operator, name)}-{half}").status_code == 200
    assert operator.refused("/api/proposals", matter={"kind": "password", "person": "gu", "reason": "x"}) == 404


def test_the_last_account_of_a_role_stays(plain: Desk) -> None:
    operator = plain.browser("op")
    assert operator.refused("/api/people/au/end", text="x") == 409
    operator.post("/api/people/op2/end", text="调离")
    assert operator.refused("/api/people/op/end", text="x") == 409
    assert operator.refused("/api/people/op2/end", text="x") == 404


@pytest.mark.parametrize(
    ("day", "until"), [("2026-09-21", "2032-09-21"), ("2024-02-29", "2030-03-01"), ("2026-12-31", "2032-12-31")]
)
def test_sealed_parts_are_kept_for_a_term_and_a_year(day: str, until: str) -> None:
    assert kept_until(day) == until


def test_destruction_is_not_even_proposed_before_its_day(plain: Desk) -> None:
    operator = plain.browser("op")
    asked = {"kind": "destruction", "units": ["v1"], "document": "销毁清册 1 号"}
    answer = operator.ask("POST", "/api/proposals", {"matter": asked})
    assert answer.status_code == 409
    assert "2032-09-21" in answer.json()["error"]["zh"]
    plain.clock.now += 6 * 366 * 86_400
    operator.login("op")
    assert operator.refused("/api/proposals", matter=asked | {"units": ["v9"]}) == 404
    assert operator.refused("/api/proposals", matter=asked | {"units": []}) == 422
    propose(operator, **asked)


def test_a_later_planned_day_keeps_a_unit_longer(plain: Desk) -> None:
    """The election's day is the first wave's; v2 votes again half a year later."""
    operator = plain.browser("op")
    for body, day in (("committee", "2026-09-21"), ("party", "2027-03-01")):
        operator.post("/api/plan", units=["v2"], body=body, wave=1, day=day)
    operator.post("/api/plan", units=["v1"], body="committee", wave=1, day="2026-09-01")
    until = {one["unit"]: one["until"] for one in operator.get("/api/keeping")["units"]}
    # an earlier planned day shortens nothing
    assert until == {"v1": "2032-09-21", "v2": "2033-03-01"}
    plain.clock.now += 6 * 366 * 86_400
    operator.login("op")
    asked = {"kind": "destruction", "document": "销毁清册 1 号"}
    assert operator.refused("/api/proposals", matter=asked | {"units": ["v1", "v2"]}) == 409
    propose(operator, **asked, units=["v1"])


def test_a_candidate_whom_a_newer_version_dropped_hides_no_proposal(desk: Desk) -> None:
    """[SEAL-5] sealed again without him: the proposal shows his id, and all the others are shown as before."""
    operator = desk.browser("op")
    number, _ = propose(operator, **OUT)
    before = desk.fold.progress["v1"]
    chair, *others = before.note.contests
    left = replace(chair, candidates=tuple(one for one in chair.candidates if one.id != OUT["candidate"]))
    note = replace(before.note, version=2, contests=(left, *others))
    desk.fold.progress["v1"] = before.renewed(note, b"2" * 32, before.rosters, desk.fold.size)
    desk.view.published(desk.fold, {"v1"})
    (found,) = [one for one in operator.get("/api/proposals")["proposals"] if one["proposal"] == number]
    ((line,),) = [one["lines"] for one in found["without"]]
    assert "候选人 a 已不在" in line["zh"]
    assert "no longer lists the candidate a" in line["en"]
    assert found["names"] == {"contest": "主任", "candidate": ""}
    # nor may it be confirmed, but it can be put away
    assert desk.browser("au").refused(f"/api/proposals/{number}/confirm", digest=found["digest"]) == 404
    operator.post(f"/api/proposals/{number}/take-back", text="名单已改")
