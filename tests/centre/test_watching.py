"""The evening as the desk sees it: the signed prefix, who is silent, the reports."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coordinator.centre.county import EVER, Silence
from tests.centre.desk import Browser, Desk
from tests.coordinator.county import Bench, whole_count
from tests.world import TIME


@pytest.fixture
def counted(desk: Desk) -> Iterator[tuple[Desk, Bench]]:
    """The office beside a writer that has taken in what two villages counted."""
    bench = Bench(desk.home, desk.world, desk.url)
    _, chains = whole_count(desk.world)
    for chain in chains:
        bench.deliver(*chain)
    desk.follow()
    yield desk, bench
    bench.close()


def test_the_rows_are_of_the_prefix_and_say_its_size(counted: tuple[Desk, Bench]) -> None:
    desk, _ = counted
    browser = desk.browser("op")
    now = browser.get("/api/now")
    assert now["size"] == desk.fold.size
    rows = {row["unit"]: row for row in now["units"]}
    assert (rows["v1"]["state"], rows["v1"]["closed"], rows["v1"]["stations"]) == ("DETERMINED", 2, 2)
    assert rows["v1"]["papers"] == sum(
        figures[0] for table in desk.fold.progress["v1"].tables.values() for figures in table.running.values()
    )
    assert browser.get(f"/api/now?since={now['size']}")["units"] == []
    assert browser.ask("GET", "/api/now?since=-2").status_code == 422


def test_what_one_desk_plans_reaches_the_other_desks(plain: Desk) -> None:
    operator, other, guide = plain.browser("op"), plain.browser("au"), plain.browser("gu")
    before = {browser: browser.get("/api/now") for browser in (other, guide)}

    def news(browser: Browser) -> Any:
        known = before[browser]
        before[browser] = browser.get(f"/api/now?since={known['size']}&acts={known['acts']}")
        return before[browser]

    assert news(other)["units"] == []
    operator.post("/api/units/v1/key", key=True, text="选情复杂")
    assert [(one["unit"], one["key"]) for one in news(other)["units"]] == [("v1", True)]
    assert [one["unit"] for one in news(guide)["units"]] == ["v1"]
    operator.post("/api/plan", units=["v2"], body="committee", wave=1, day="2026-09-21")
    assert [(one["unit"], one["days"]) for one in news(other)["units"]] == [("v2", {"committee": "2026-09-21"})]
    # what is not the guide's is not told, and nothing is told twice
    assert news(guide)["units"] == []
    assert news(other)["units"] == []
    # other villages: everything that the guide sees now, and a mark that this is all
    operator.post("/api/people/gu/units", units=["v2"])
    said = news(guide)
    assert (said["whole"], [one["unit"] for one in said["units"]]) == (True, ["v2"])
    said = news(guide)
    assert (said["whole"], said["units"]) == (False, [])
    said = news(other)
    assert (said["whole"], said["units"]) == (False, [])


def test_a_village_shows_its_findings_with_what_to_do(counted: tuple[Desk, Bench]) -> None:
    desk, _ = counted
    unit = desk.browser("su").get("/api/units/v1")
    assert len(unit["finding_list"]) == unit["findings"] > 0
    assert all(one["zh"] and one["en"] and one["expected"] != one["found"] for one in unit["finding_list"])
    assert [one["outcome"] != "" for one in unit["contests"]] == [True, True, True]
    assert desk.browser("su", "10.0.0.4").ask("GET", "/api/units/v9").status_code == 404


def quiet(desk: Desk) -> list[tuple[str, str, int]]:
    return [(one.unit, one.station, one.seconds) for one in desk.silence.found]


def test_who_is_silent_by_receipts_and_by_connections(desk: Desk) -> None:
    bench = Bench(desk.home, desk.world, desk.url)
    _, chains = whole_count(desk.world)
    bench.deliver(*chains[0][:3])
    bench.deliver(*chains[2])
    desk.follow()
    desk.silence.look()
    assert quiet(desk) == []
    desk.clock.now = TIME + 121
    desk.silence.look()
    # v2/1 has closed: it has nothing more to say
    assert quiet(desk) == [("v1", "1", 121)]
    browser = desk.browser("gu")
    assert browser.get("/api/now")["silent"] == {"v1": [["1", 121]]}
    # the laptop's connection is a word, too: a batch takes half an hour to call
    desk.seen["node-1"] = 3.0
    desk.silence.look()
    assert quiet(desk) == []
    desk.seen["node-1"] = 200.0
    desk.silence.look()
    assert quiet(desk) == [("v1", "1", 121)]
    bench.deliver(*chains[0][3:4])
    desk.clock.now = TIME + 60
    desk.silence.look()
    assert quiet(desk) == []
    bench.close()


def test_a_guide_hears_of_the_own_silent_villages_alone(desk: Desk) -> None:
    bench = Bench(desk.home, desk.world, desk.url)
    _, chains = whole_count(desk.world)
    bench.deliver(*chains[0][:3])
    bench.deliver(*chains[2][:3])
    desk.follow()
    desk.clock.now = TIME + 500
    desk.silence.look()
    assert sorted(desk.browser("op").get("/api/now")["silent"]) == ["v1", "v2"]
    assert sorted(desk.browser("gu").get("/api/now")["silent"]) == ["v1"]
    bench.close()


def test_a_station_that_was_never_heard_of_stands_first(plain: Desk) -> None:
    """As after a restore: the log has the records of both, the receipts of one are gone."""
    bench = Bench(plain.home, plain.world, plain.url)
    _, chains = whole_count(plain.world)
    bench.deliver(*chains[0][:3])
    bench.deliver(*chains[2][:3])
    bench.close()
    plain.follow()
    heard = {"s/v1/1": TIME - 7 * 86_400}
    silence = Silence(plain.view, {}, heard=lambda: heard, seen=dict, clock=plain.clock)
    silence.look()
    assert [(one.unit, one.seconds) for one in silence.found] == [("v2", EVER), ("v1", 7 * 86_400)]
    assert EVER > 10 * 365 * 86_400


# TIME is 22:20 of 21 September where the county's clocks are
OPENS = "21:40"
LATE = 40 * 60


def test_a_village_that_does_not_begin_is_noticed(plain: Desk) -> None:
    operator = plain.browser("op")
    asked = {"body": "committee", "wave": 1, "day": "2026-09-21"}
    plain.silence.look()
    assert operator.get("/api/now")["unbegun"] == {}
    operator.post("/api/plan", units=["v1", "v2"], **asked)
    plain.silence.look()
    # a day without an hour says nothing
    assert quiet(plain) == []
    operator.post("/api/plan", units=["v1"], **asked, opens=OPENS)
    operator.post("/api/plan", units=["v2"], **asked, opens="22:40")
    plain.silence.look()
    assert quiet(plain) == [("v1", "1", LATE), ("v1", "2", LATE)]
    with plain.journal.reading() as state:
        assert state.planning.due(TIME) == {"v1": TIME - LATE}
        assert state.planning.due(TIME - LATE - 1) == {}
    now = operator.get("/api/now")
    assert (now["unbegun"], now["silent"]) == ({"v1": [["1", LATE], ["2", LATE]]}, {})
    # a laptop that is connected has still not begun; a table that has is no longer named
    plain.seen["node-1"] = 1.0
    bench = Bench(plain.home, plain.world, plain.url)
    _, chains = whole_count(plain.world)
    bench.deliver(*chains[0][:1])
    bench.close()
    plain.follow()
    plain.silence.look()
    assert quiet(plain) == [("v1", "2", LATE)]


@pytest.mark.parametrize(("day", "opens"), [("2026-09-20", OPENS), ("2026-09-22", OPENS), ("2026-09-21", "22:19")])
def test_another_day_or_two_minutes_are_no_delay(plain: Desk, day: str, opens: str) -> None:
    plain.browser("op").post("/api/plan", units=["v1"], body="committee", wave=1, day=day, opens=opens)
    plain.silence.look()
    assert quiet(plain) == []


def test_the_first_body_of_the_day_counts(plain: Desk) -> None:
    for body, opens in (("committee", "22:10"), ("party", "21:20")):
        plain.browser("op").post("/api/plan", units=["v2"], body=body, wave=1, day="2026-09-21", opens=opens)
    plain.silence.look()
    assert quiet(plain) == [("v2", "1", 3600)]
    assert plain.browser("gu").get("/api/now")["unbegun"] == {}


def test_what_is_overdue_is_counted_for_those_who_may_read_it(plain: Desk) -> None:
    operator = plain.browser("op")
    asked = {"unit": "v1", "about": "list", "subject": "x", "received": "2026-09-18"}
    for deadline in ("2026-09-20", "2026-09-21"):
        operator.post("/api/objections", **asked, deadline=deadline)
        operator.post("/api/complaints", **asked, channel="visit", deadline=deadline)
    assert operator.get("/api/now")["overdue"] == {"complaints": 1, "objections": 1}
    operator.post("/api/complaints/C-0001/answer", text="x")
    assert operator.get("/api/now")["overdue"] == {"complaints": 0, "objections": 1}
    assert plain.browser("gu").get("/api/now")["overdue"] == {}


def test_the_daily_report_adds_up(counted: tuple[Desk, Bench]) -> None:
    desk, _ = counted
    browser = desk.browser("op")
    browser.post("/api/units/v1/incidents", level="serious", title="x")
    browser.post("/api/incidents/I-0001/acknowledge", text="x")
    browser.post("/api/incidents", level="grave", title="x")
    report = browser.get("/api/reports/daily")
    (township,) = report["townships"]
    assert report["size"] == desk.fold.size
    assert township["papers"] == report["county"]["papers"] == sum(one["papers"] for one in township["units"])
    assert report["county"]["determined"] == {"part": 2, "whole": 2}
    assert report["county"]["closed"] == {"part": 3, "whole": 3}
    assert report["incidents"]["levels"] == {"general": 0, "serious": 1, "grave": 1}
    assert report["incidents"]["acknowledged"] == {"part": 1, "whole": 2}
    assert report["incidents"]["in_time"] == {"part": 1, "whole": 1}
    assert report["county"]["incidents_today"] == 1
    assert browser.get("/api/reports/daily?day=2026-09-20")["incidents"]["levels"]["grave"] == 0
    assert browser.ask("GET", "/api/reports/daily?day=yesterday").status_code == 422
    assert (report["acts"], report["acts_head"]) == desk.journal.head


def floats(value: object) -> list[object]:
    if isinstance(value, dict):
        return [found for one in value.values() for found in floats(one)]
    if isinstance(value, list):
        return [found for one in value for found in floats(one)]
    return [value] if isinstance(value, float) else []


def test_reports_are_integers_and_every_share_has_its_base(counted: tuple[Desk, Bench]) -> None:
    desk, _ = counted
    browser = desk.browser("au")
    daily, summary = browser.get("/api/reports/daily"), browser.get("/api/reports/summary")
    assert floats(daily) == floats(summary) == []
    assert "%" not in str(daily) + str(summary)
    assert summary["results"]["units_final"] == {"part": 2, "whole": 2}
    assert summary["preconditions"]["audit"] == {"part": 0, "whole": 2}


def test_the_desk_and_the_command_say_the_same_figures(counted: tuple[Desk, Bench]) -> None:
    from coordinator.results.figures import Figures  # noqa: PLC0415

    desk, bench = counted
    said = desk.browser("op").get("/api/reports/summary")["results"]
    assert said == Figures.of(bench.rebuilt.county.units.values()).to_json()
    assert Path(desk.home.path).exists()


def test_a_line_that_was_shown_changes_with_its_record_and_its_plan(desk: Desk) -> None:
    """Lines are written once for all desks: a change must not be kept from those who asked before it."""
    bench = Bench(desk.home, desk.world, desk.url)
    _, chains = whole_count(desk.world)
    browser = desk.browser("op")

    def line() -> tuple[bool, dict[str, str], int, str]:
        (one,) = [unit for unit in browser.get("/api/now")["units"] if unit["unit"] == "v1"]
        return one["key"], one["days"], one["batches"], one["state"]

    assert line() == (False, {}, 0, "SEALED")
    browser.post("/api/units/v1/key", key=True, text="上届有争议")
    assert line() == (True, {}, 0, "SEALED")
    day = {"wave": 1, "day": "2026-12-05", "opens": "08:00", "closes": ""}
    browser.post("/api/plan", units=["v1"], body="committee", **day)
    assert line() == (True, {"committee": "2026-12-05"}, 0, "SEALED")
    bench.deliver(*chains[0][:3])
    desk.follow()
    assert line()[2:] == (1, "COUNTING")
    bench.close()
