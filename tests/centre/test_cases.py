"""Incidents in three levels, complaints with deadlines, objections: raised, acknowledged, closed, and never twice."""

import pytest

from coordinator.centre.registers import AIM_MINUTES, day_of
from tests.centre.desk import Desk
from tests.world import TIME


def test_an_incident_from_raised_to_closed(desk: Desk) -> None:
    guide, operator = desk.browser("gu"), desk.browser("op")
    name = guide.post("/api/units/v1/incidents", level="serious", title="断电", detail="全村\n停电")["incident"]
    (one,) = operator.get("/api/now")["incidents"]
    assert (one["incident"], one["state"], one["by"], one["detail"]) == (name, "raised", "gu", "全村 停电")
    desk.clock.now += 120
    assert operator.get("/api/incidents")["incidents"][0]["waits"] == 120
    operator.post(f"/api/incidents/{name}/acknowledge", text="派李工去")
    desk.clock.now += 600
    guide.post(f"/api/incidents/{name}/note", text="电来了")
    operator.post(f"/api/incidents/{name}/close", text="恢复计票")
    one = operator.get("/api/incidents")["incidents"][0]
    assert (one["state"], one["waits"], one["late"]) == ("closed", 120, False)
    assert [remark["text"] for remark in one["remarks"]] == ["派李工去", "电来了", "恢复计票"]
    assert operator.get("/api/now")["incidents"] == []


@pytest.mark.parametrize("level", AIM_MINUTES)
def test_each_level_has_its_time(plain: Desk, level: str) -> None:
    browser = plain.browser("op")
    browser.post("/api/incidents", level=level, title="x")
    plain.clock.now += 60 * AIM_MINUTES[level]
    assert browser.get("/api/incidents")["incidents"][0]["late"] is False
    plain.clock.now += 1
    assert browser.get("/api/incidents")["incidents"][0]["late"] is True


def test_a_level_that_is_changed_later_makes_nobody_late(plain: Desk) -> None:
    """Seen after ten minutes while it was a general one; that it grew grave afterwards was not to be seen."""
    browser = plain.browser("op")
    browser.post("/api/incidents", level="general", title="x")
    plain.clock.now += 600
    browser.post("/api/incidents/I-0001/acknowledge", text="x")
    browser.post("/api/incidents/I-0001/level", level="grave", text="x")
    assert browser.get("/api/incidents")["incidents"][0]["late"] is False
    # nor does a milder one afterwards put right that a grave one was left lying
    browser.post("/api/incidents", level="grave", title="x")
    plain.clock.now += 600
    browser.post("/api/incidents/I-0002/acknowledge", text="x")
    browser.post("/api/incidents/I-0002/level", level="general", text="x")
    assert browser.get("/api/incidents")["incidents"][0]["late"] is True


def test_the_order_of_an_incident_is_kept(plain: Desk) -> None:
    browser = plain.browser("op")
    browser.post("/api/incidents", level="general", title="x")
    assert browser.refused("/api/incidents/I-0001/close", text="x") == 409
    browser.post("/api/incidents/I-0001/acknowledge", text="x")
    assert browser.refused("/api/incidents/I-0001/acknowledge", text="x") == 409
    assert browser.refused("/api/incidents/I-0001/level", level="general", text="x") == 409
    browser.post("/api/incidents/I-0001/level", level="grave", text="打起来了")
    browser.post("/api/incidents/I-0001/close", text="x")
    assert browser.refused("/api/incidents/I-0001/close", text="x") == 409
    assert browser.refused("/api/incidents/I-0001/level", level="general", text="x") == 409
    assert browser.refused("/api/incidents/I-0002/acknowledge", text="x") == 404


def test_a_guide_neither_sees_nor_touches_what_is_not_the_own(plain: Desk) -> None:
    operator, guide = plain.browser("op"), plain.browser("gu")
    operator.post("/api/incidents", level="grave", title="全县")
    operator.post("/api/units/v2/incidents", level="grave", title="别村")
    operator.post("/api/units/v1/incidents", level="grave", title="本村")
    assert [one["title"] for one in guide.get("/api/incidents")["incidents"]] == ["本村"]
    now = guide.get("/api/now")
    assert [one["title"] for one in now["incidents"]] == ["本村"]
    assert now["open"] == {"v1": 1}
    for number in (1, 2):
        assert guide.refused(f"/api/incidents/I-000{number}/note", text="x") == 403
    assert guide.refused("/api/units/v2/incidents", level="grave", title="x") == 403


def test_complaints_by_deadline(desk: Desk) -> None:
    browser = desk.browser("op")
    today = day_of(TIME)
    asked = {"unit": "v1", "channel": "hotline", "about": "list", "subject": "档案 12 号", "received": today}
    browser.post("/api/complaints", **asked, deadline="2026-09-30")
    browser.post("/api/complaints", **(asked | {"unit": ""}), deadline=today)
    assert browser.refused("/api/complaints", **asked, deadline="2026-09-01") == 422
    assert browser.refused("/api/complaints", **(asked | {"unit": "v9"}), deadline=today) == 404
    found = browser.get("/api/complaints")["complaints"]
    assert [one["complaint"] for one in found] == ["C-0002", "C-0001"]
    assert [one["late"] for one in found] == [False, False]
    desk.clock.now += 86_400
    assert browser.login("op").status_code == 200
    assert [one["late"] for one in browser.get("/api/complaints")["complaints"]] == [True, False]
    browser.post("/api/complaints/C-0001/answer", text="已当面答复")
    assert browser.refused("/api/complaints/C-0001/answer", text="x") == 409
    browser.post("/api/complaints/C-0001/close", text="归档")
    assert browser.refused("/api/complaints/C-0001/close", text="x") == 409
    assert browser.refused("/api/complaints/C-0009/answer", text="x") == 404
    found = browser.get("/api/complaints")["complaints"]
    assert [(one["complaint"], one["state"]) for one in found] == [("C-0002", "open"), ("C-0001", "closed")]


@pytest.mark.parametrize(
    "text", ["", "   ", "x" * 1001, "\u202e反过来", "空\u200b白", "\x07", None, 7, ["x"]]
)
def test_a_text_that_an_act_cannot_hold_is_refused_with_its_field(plain: Desk, text: object) -> None:
    browser = plain.browser("op")
    answer = browser.ask("POST", "/api/incidents", {"level": "grave", "title": "x", "detail": text, "more": 1})
    assert answer.status_code == 422
    fields = {one["field"] for one in answer.json()["fields"]}
    assert "more" in fields
    browser.post("/api/incidents", level="general", title="x")
    assert browser.refused("/api/incidents/I-0001/acknowledge", text=text) == 422
    assert str(text) not in answer.json()["error"]["zh"] or text in ("", "   ", 7)


def test_a_name_in_another_spelling_is_kept_in_the_one_spelling(plain: Desk) -> None:
    browser = plain.browser("op")
    browser.post("/api/incidents", level="general", title="Cafe\u0301 䶮")
    assert browser.get("/api/incidents")["incidents"][0]["title"] == "Café 䶮"
