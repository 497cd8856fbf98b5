"""One moment, one pair of turnouts: what the desk's screen says is what its printed report says, all evening."""

from pathlib import Path
from typing import Any

from coordinator.forms.making import Wish, fill_from
from coordinator.forms.record import Scope, read_record
from tally_protocol.law.ratio import Ratio
from tests.board.played import Played
from tests.centre.desk import Desk, new_desk
from tests.committee import Committee
from tests.coordinator.county import Bench, envelopes, make_home
from tests.electors import ELECTORS, ElectorsApart
from tests.world import BLANK, VOTE_A, StationDesk, papers

TABLES = (("v1", "1"), ("v1", "2"), ("v2", "1"))


def said(share: dict[str, int]) -> str:
    return str(Ratio(share["part"], share["whole"])) if share["whole"] else ""


def on_screen(sums: dict[str, Any]) -> list[tuple[str, str]]:
    """Both lines as the page shows them: turnout and n/N villages."""
    pairs = ((sums["voters_fixed"], sums["fixed"]), (sums["voters"], sums["voters_known"]))
    return [(said(voters), f"{units['part']}/{units['whole']}") for voters, units in pairs]


def on_paper(lines: list[dict[str, str]]) -> list[tuple[str, str]]:
    assert [line["zh"] for line in lines] == ["结果已定的村", "已报的村"]
    return [(line["turnout"], line["units"]) for line in lines]


def compare(desk: Desk, public: Path) -> list[tuple[str, str]]:
    """Screen against paper at one log size; returns the two lines of the county."""
    desk.follow()
    browser = desk.browser("su")
    daily, rows = browser.get("/api/reports/daily"), browser.get("/api/now")["units"]
    record = read_record(public, Scope())
    assert daily["size"] == record.checkpoint.size
    brief = fill_from(record, Wish(form="brief"), None).data["body"]
    assert on_paper(brief["turnouts"]) == on_screen(daily["county"])
    assert [row["value"] for row in brief["rows"] if row["en"] == "turnout"] == [
        str(Ratio(**daily["county"]["voters_fixed"]))
    ]
    for town in daily["townships"]:
        paper = fill_from(record, Wish(form="daily", township=town["township"]), None).data["body"]
        assert on_paper(paper["turnouts"]) == on_screen(town)
        assert paper["total"]["turnout"] == said(town["voters"])
        lines = {line["id"]: line["turnout"] for line in paper["lines"]}
        assert lines == {one["unit"]: said(one["turnout"]) for one in town["units"]}
        # and the tree of the watch page, whose rule is the public board's
        told = {row["unit"]: row["voters"] if row["voters"] >= 0 else 0 for row in rows}
        assert {one["unit"]: one["turnout"]["part"] for one in town["units"]} == told
    return on_screen(daily["county"])


def test_screen_and_paper_agree_after_every_record(tmp_path: Path) -> None:
    office = new_desk(tmp_path, registered=150)
    bench, public = Bench(office.home, office.world), tmp_path / "public"
    publisher, _ = bench.publisher(public)
    publisher.recover(bench.writer.durable)
    seen: list[list[tuple[str, str]]] = []

    def deliver(desk: StationDesk) -> None:
        (*_, newest) = envelopes(office.world, desk)
        bench.deliver(newest)
        publisher.publish(bench.writer.durable)
        seen.append(compare(office, public))

    desks: list[StationDesk] = []
    for unit, station in TABLES:
        desk = office.world.desk(unit, station)
        desks.append(desk)
        for act in (
            desk.open,
            lambda desk=desk: desk.box(collected=60, issued=61, voters=61),
            lambda desk=desk: desk.batch(papers(55, VOTE_A) + papers(5, BLANK)),
            lambda desk=desk, unit=unit: desk.close(
                collected=60, issued=61, valid=55, invalid=5, **({"voters": 61} if unit == "v1" else {})
            ),
        ):
            act()
            deliver(desk)
        if (unit, station) == ("v1", "2"):
            committee = Committee(office.world, "v1", desks)
            bench.one(envelopes(office.world, desk, [committee.statement()])[0])
            publisher.publish(bench.writer.durable)
            seen.append(compare(office, public))
    assert seen[0] == [("", "0/2"), ("", "0/2")]
    assert ("", "0/2") in {one[0] for one in seen if one[1][1] == "1/2"}, "reported before anything was fixed"
    assert seen[-1] == [("122/150 (81.33 %)", "1/2"), ("183/300 (61.00 %)", "2/2")]
    bench.close()
    office.close()


def test_desk_page_and_forms_have_one_electorate(tmp_path: Path) -> None:
    """Wherever the sealed note tells it; a village whose electors nobody recorded is in no turnout, and no `n/0`."""
    world = ElectorsApart()
    desk = Desk(make_home(tmp_path / "home", world), world)
    bench, public = Bench(desk.home, world), tmp_path / "public"
    publisher, _ = bench.publisher(public)
    publisher.recover(bench.writer.durable)
    for unit, stations in world.places:
        for station in stations:
            table = world.desk(unit, station)
            table.open()
            table.box(collected=60, issued=60, voters=60)
            bench.deliver(*envelopes(world, table))
    publisher.publish(bench.writer.durable)
    desk.follow()
    browser = desk.browser("su")
    rows = {row["unit"]: row["registered"] for row in browser.get("/api/now")["units"]}
    assert rows == {unit: -1 if number is None else number for unit, number in ELECTORS.items()}
    assert {unit: browser.get(f"/api/units/{unit}")["registered"] for unit in ELECTORS} == rows
    plan = Played(entries=list(world.entries)).until().feed.plan()
    assert {name: number for name, _, _, number, _ in plan["units"]} == rows
    (town,) = browser.get("/api/reports/daily")["townships"]
    wholes = {one["unit"]: one["turnout"]["whole"] for one in town["units"]}
    assert wholes == {unit: number or 0 for unit, number in ELECTORS.items()}
    brief = fill_from(read_record(public, Scope()), Wish(form="brief"), None).data["body"]
    assert on_paper(brief["turnouts"])[1] == ("180/600 (30.00 %)", "2/3")
