"""The centre's big screen shows what is urgent, says what it leaves out, and speaks both languages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Opener
from tests.browser.small_desk import SmallDesk

pytestmark = pytest.mark.browser

TOWNSHIPS = 9
VILLAGES = {f"v{n:02d}": (f"{n}号村", f"{n // 2}乡") for n in range(2 * TOWNSHIPS)}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallDesk]:
    found = SmallDesk(tmp_path, VILLAGES)
    yield found
    found.close()


@pytest.fixture
def wall(small: SmallDesk, open_page: Opener) -> Callable[[str], Page]:
    def take(search: str) -> Page:
        link = small.post("op", "/api/screens", name="大厅")["link"]
        page = open_page(f"{small.url}{search}#screen/{link}", 1920, 1080)
        expect(page.locator(".wall-columns")).to_be_visible()
        return page

    return take


def hangs_over(page: Page) -> list[str]:
    found: list[str] = page.evaluate("""() => [...document.querySelectorAll('.wall *')].filter((node) => {
        const box = node.getBoundingClientRect();
        return box.width && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
    }).map((node) => node.outerHTML.slice(0, 80))""")
    return found


def test_the_grave_incident_that_was_raised_last_stands_first(small: SmallDesk, wall: Callable[[str], Page]) -> None:
    for place in range(8):
        small.post("op", f"/api/units/v{place:02d}/incidents", level="general", title=f"小事 {place}")
    small.post("op", "/api/units/v09/incidents", level="grave", title="冲击会场")
    # nobody has begun: every village of the plan is late, more than fit
    day = {"body": "committee", "wave": 1, "day": "2026-09-21", "opens": "21:40"}
    small.post("op", "/api/plan", units=sorted(VILLAGES)[:10], **day)
    small.desk.silence.look()
    page = wall("")
    incidents = page.get_by_role("region", name="未办结事件")
    expect(incidents.locator("li").first).to_contain_text("冲击会场")
    expect(incidents.locator("li")).to_have_count(7)
    expect(incidents).to_contain_text("另有 2")
    quiet = page.get_by_role("region", name="无消息的计票点")
    expect(quiet.locator("li").first).to_contain_text("未按时开始40 分钟")
    expect(quiet).to_contain_text("另有 3")
    # of how many villages the turnout is
    expect(page.locator(".wall-figure.wide")).to_contain_text("0/18 个村已报")
    assert hangs_over(page) == []
    page.keyboard.press("l")
    expect(page.get_by_role("region", name="Open incidents")).to_contain_text("and 2 more")
    assert hangs_over(page) == []


def test_a_county_of_thousands_fits_in_both_languages(small: SmallDesk, wall: Callable[[str], Page]) -> None:
    """The real answer, made as long as a large county's in the middle of its evening."""
    small.post("op", "/api/units/v09/incidents", level="grave", title="停电，备用电源也没有，计票中断，已派人")
    page = wall("")

    def many(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        said["units"] = [
            row | {"unit": f"{row['unit']}-{n}", "papers": 640, "voters": 701, "registered": 803, "state": "COUNTING"}
            for row in said["units"] for n in range(445)
        ]  # fmt: skip
        said["silent"] = {f"v01-{n}": [["1", 7300 + n]] for n in range(123)}
        said["unbegun"] = {f"v02-{n}": [["1", 900]] for n in range(1234)}
        route.fulfill(response=answer, json=said)

    page.route("**/api/now*", many)
    page.reload()
    expect(page.locator(".wall-figures")).to_contain_text("/8,010")
    for _ in range(2):
        assert hangs_over(page) == []
        page.keyboard.press("l")


def test_townships_beyond_the_screen_take_turns(wall: Callable[[str], Page]) -> None:
    page = wall("?turn=2")
    places = page.get_by_role("region", name="各乡镇")
    expect(places).to_contain_text("屏")
    for name in range(TOWNSHIPS):
        expect(places.get_by_text(f"{name}乡", exact=True)).to_be_visible(timeout=10_000)
