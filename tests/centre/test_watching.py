"""The evening as the desk sees it: the signed prefix, who is silent, the reports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.centre.county import EVER, CountyView, Silence
from coordinator.ledger.fold import Fold
from tests.centre.desk import Desk
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
    view = CountyView(plain.world.election)
    view.published(Fold(), ())
    silence = Silence(view, {}, heard=dict, seen=dict)
    silence.look()
    assert silence.found == ()
    assert EVER > 10 * 365 * 86_400


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
