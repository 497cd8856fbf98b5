"""The plan: waves and days, order as a warning, preconditions shown, observers counted, sheets signed."""

import pytest

from coordinator.forms.proving import proof_digest
from tests.centre.desk import Desk


def test_days_order_and_the_warning(desk: Desk) -> None:
    browser = desk.browser("op")
    day = {"wave": 1, "opens": "08:00", "closes": "12:00"}
    browser.post("/api/plan", units=["v1", "v2"], body="committee", day="2026-12-20", **day)
    browser.post("/api/plan", units=["v1"], body="party", day="2026-12-22", **day)
    assert browser.get("/api/units/v1")["warnings"] == []
    browser.post("/api/order", unit="", order="party_first")
    found = {one["unit"]: one["warnings"] for one in browser.get("/api/plan")["units"]}
    assert found == {"v1": ["order_party_first"], "v2": []}
    # data, never a rule: it is planned all the same, and a village may have its own order
    said = browser.post("/api/plan", units=["v1"], body="party", day="2026-12-23", **day)
    assert said["warnings"] == {"v1": ["order_party_first"]}
    browser.post("/api/order", unit="v1", order="committee_first")
    assert browser.get("/api/units/v1")["warnings"] == []
    browser.post("/api/order", unit="v1", order="same_day")
    assert browser.get("/api/units/v1")["warnings"] == ["order_same_day"]
    assert browser.get("/api/units/v1")["plan"]["party"] == {"day": "2026-12-23", **day}


@pytest.mark.parametrize(
    "change",
    [{"units": []}, {"units": ["v1"] * 1501}, {"day": "20.12.2026"}, {"wave": 0}, {"opens": "24:00"}, {"body": "army"}],
)
def test_a_plan_that_cannot_be_is_refused(plain: Desk, change: dict[str, object]) -> None:
    asked: dict[str, object] = {"units": ["v1"], "body": "committee", "wave": 1, "day": "2026-12-20"}
    assert plain.browser("op").refused("/api/plan", **(asked | change)) == 422
    assert plain.browser("op", "10.0.0.8").refused("/api/plan", **(asked | {"units": ["v1", "v9"]})) == 404


def test_the_longest_act_is_a_note(plain: Desk) -> None:
    browser = plain.browser("op")
    browser.post("/api/plan", units=["v1"] * 1500, body="committee", wave=1, day="2026-12-20")
    browser.post("/api/incidents", level="grave", title="䶮" * 100, detail="䶮" * 1000)


def test_preconditions_are_shown_and_stop_nothing(desk: Desk) -> None:
    guide = desk.browser("gu")
    guide.post("/api/units/v1/check", item="audit", done=True, day="2026-08-01", ref="审字 3 号")
    guide.post("/api/units/v1/check", item="speech", done=False)
    found = guide.get("/api/units/v1")["checks"]
    assert found["audit"] == {"done": True, "day": "2026-08-01", "ref": "审字 3 号", "by": "gu"}
    assert found["speech"]["done"] is False
    (row,) = guide.get("/api/plan")["units"]
    assert row["checks"] == ["audit"]


def test_observers_are_counted_by_township_as_two_integers(plain: Desk) -> None:
    browser = plain.browser("op")
    browser.post("/api/units/v1/observers", kind="press", count=2)
    browser.post("/api/units/v1/observers", kind="notary", count=1)
    browser.post("/api/units/v2/key", key=True, text="上届有争议")
    (one,) = browser.get("/api/plan")["townships"]
    assert (one["units"], one["observed"], one["observers"], one["key"], one["key_observed"]) == (2, 1, 3, 1, 0)
    browser.post("/api/units/v1/observers", kind="press", count=0)
    browser.post("/api/units/v1/observers", kind="notary", count=0)
    assert browser.get("/api/plan")["townships"][0]["observed"] == 0
    assert [unit["key"] for unit in browser.get("/api/now")["units"]] == [False, True]


def test_a_sheet_counts_when_it_shows_what_is_sealed(desk: Desk) -> None:
    guide = desk.browser("gu")
    digests = guide.get("/api/units/v1")["digests"]
    note = desk.world.units["v1"][0]
    assert digests == {what: proof_digest(note, what) for what in ("candidates", "layout")}
    asked = {"signed_by": "选举委员会主任", "day": "2026-09-10"}
    for wrong in ("0" * 64, digests["layout"], digests["candidates"][:12] + "x", digests["candidates"][:11]):
        answer = guide.ask("POST", "/api/units/v1/proof", {"what": "candidates", "digest": wrong} | asked)
        assert answer.status_code in (409, 422)
        # the refusal does not tell what to type instead
        assert digests["candidates"][:12] not in answer.text or wrong.startswith(digests["candidates"][:12])
    # the beginning is enough, in groups as printed; what is kept is the whole
    typed = {"candidates": f"{digests['candidates'][:8]} {digests['candidates'][8:12]}", "layout": digests["layout"]}
    for what, digest in typed.items():
        guide.post("/api/units/v1/proof", what=what, digest=digest, **asked)
    assert {what: one["digest"] for what, one in guide.get("/api/units/v1")["proofs"].items()} == digests
    assert [one["same"] for one in guide.get("/api/units/v1")["proofs"].values()] == [True, True]
    assert desk.browser("op").get("/api/plan")["townships"][0]["signed"] == 1


def test_an_outdated_sheet_is_not_counted_as_signed(plain: Desk) -> None:
    """The signatures are there, of a list that was printed before a name changed."""
    operator = plain.browser("op")
    digests = operator.get("/api/units/v1")["digests"]
    with plain.journal.acting("-") as acting:
        for what, digest in (("candidates", "0" * 64), ("layout", digests["layout"])):
            acting.add("proof", unit="v1", what=what, digest=digest, signed_by="x", day="2026-09-10")
    assert operator.get("/api/reports/summary")["proofread_units"] == {"part": 0, "whole": 2}
    operator.post(
        "/api/units/v1/proof", what="candidates", digest=digests["candidates"], signed_by="x", day="2026-09-11"
    )
    assert operator.get("/api/reports/summary")["proofread_units"] == {"part": 1, "whole": 2}


def test_a_guide_plans_for_the_own_villages_alone(plain: Desk) -> None:
    guide = plain.browser("gu")
    assert [row["unit"] for row in guide.get("/api/plan")["units"]] == ["v1"]
    assert guide.refused("/api/units/v2/check", item="audit", done=True) == 403
    assert guide.refused("/api/plan", units=["v1"], body="committee", wave=1, day="2026-12-20") == 403
