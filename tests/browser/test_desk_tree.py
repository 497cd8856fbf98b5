"""The desk's tree, its filters and its keys; and names that would be programs if anybody let them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.small_desk import SmallDesk
from tests.coordinator.county import Bench, whole_count

pytestmark = pytest.mark.browser

Checker = Callable[[Page], list[str]]
BAD = "<img src=x onerror=alert(1)>村"
PLACE = "<b>东乡</b>"
VILLAGES = {
    "v1": ("上庄村", "东乡"), "v2": ("下庄村", "东乡"), "v3": (BAD, PLACE), "v4": ("南坪村", PLACE),
    "v5": ("北坪村", "西乡"), "v6": ("中坪村", "西乡"),
}  # fmt: skip
ISO = re.compile(r"\d{4}-\d\d-\d\d")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDesk]:
    found = SmallDesk(tmp_path_factory.mktemp("tree"), VILLAGES)
    found.desk.office.board_url = "http://board.test/"
    for unit in ("v6", "v4"):
        found.post("op", f"/api/units/{unit}/key", key=True, text="上届有争议")
    yield found
    found.close()


def names(page: Page) -> list[str]:
    return [row.locator(".cell.name").inner_text() for row in page.locator(".tree-row").all()]


def test_key_villages_stand_on_top_and_first_in_their_township(
    small: SmallDesk, open_page: Opener, axe: Checker
) -> None:
    page = small.enter(open_page(small.url), "op")
    expect(page.locator(".tree-row").first).to_contain_text("重点村")
    assert [name.replace("\n", " ") for name in names(page)] == [
        "重点村 2", "★南坪村", "★中坪村", f"{PLACE} 2", "★南坪村", BAD, "东乡 2", "上庄村", "下庄村",
        "西乡 2", "★中坪村", "北坪村",
    ]  # fmt: skip
    assert axe(page) == []
    page.get_by_label("只看").select_option("key")
    expect(page.locator("#matches")).to_have_text("2/6 个村")
    # whoever closes the group has it closed, also when figures come in
    page.get_by_label("只看").select_option("")
    page.locator(".tree-row").first.click()
    small.post("op", "/api/units/v5/incidents", level="general", title="x")
    expect(page.get_by_role("region", name="未办结事件")).to_contain_text("北坪村")
    expect(page.locator(".tree-row").nth(1)).to_contain_text(PLACE)


def test_the_villages_of_a_guide(small: SmallDesk, open_page: Opener) -> None:
    page = small.enter(open_page(small.url), "op")
    page.get_by_label("包联干部").select_option("gu")
    expect(page.locator("#matches")).to_have_text("1/6 个村")
    assert names(page)[-1] == "上庄村"
    page.get_by_label("包联干部").select_option("")
    expect(page.locator("#matches")).to_have_text("6/6 个村")


def test_the_villages_of_a_guide_are_found_by_typing(small: SmallDesk, open_page: Opener) -> None:
    page = small.enter(open_page(small.url), "op")
    page.goto(f"{small.url}#people")
    page.get_by_role("row").filter(has_text="gu").get_by_role("button", name="包联的村").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("已选 1 个；找到 6/6 个村")
    dialog.get_by_label("查找").fill("西乡")
    expect(dialog).to_contain_text("找到 2/6 个村")
    dialog.get_by_label("北坪村").check()
    # what is ticked stays so when something else is looked for
    dialog.get_by_label("查找").fill("v1")
    expect(dialog.get_by_label("上庄村")).to_be_checked()
    dialog.get_by_role("button", name="确定").click()
    expect(page.get_by_role("row").filter(has_text="gu")).to_contain_text("2 个村")
    small.post("op", "/api/people/gu/units", units=["v1"])


def test_a_bad_name_is_a_name_everywhere(small: SmallDesk, open_page: Opener) -> None:
    small.post("op", "/api/units/v3/incidents", level="grave", title="<script>alert(2)</script>")
    asked = {"unit": "v3", "about": "list", "subject": BAD, "received": "2026-09-20", "deadline": "2026-09-23"}
    small.post("op", "/api/objections", **asked)
    small.post("op", "/api/complaints", **asked, channel="letter")
    small.post("op", "/api/plan", units=["v3"], body="committee", wave=1, day="2026-09-21", opens="21:40")
    small.desk.silence.look()
    page = small.enter(open_page(small.url), "op")
    for view in ("watch", "incidents", "complaints", "decisions", "plan", "village/v3", "reports", "people"):
        page.goto(f"{small.url}#{view}")
        if view != "people":
            expect(page.locator("main").get_by_text(BAD, exact=False).first).to_be_visible()
        assert page.locator("main img, main script, main b b").count() == 0, view
        assert ISO.findall(page.locator("body").inner_text()) == [], view
    page.goto(f"{small.url}#decisions")
    page.get_by_role("button", name="登记异议").click()
    page.get_by_role("dialog").get_by_label("单位").fill("<img")
    expect(page.locator("datalist option")).to_have_attribute("value", f"{BAD} v3")
    page.get_by_role("dialog").get_by_label("内容").fill("x")
    page.get_by_role("dialog").get_by_label("单位").fill("<i>")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_role("alert")).to_contain_text("没有“<i>”这个村")
    screen = open_page(f"{small.url}#screen/{small.post('op', '/api/screens', name=BAD)['link']}")
    expect(screen.locator(".wall")).to_contain_text(BAD)
    assert screen.locator(".wall img, .wall script").count() == 0


def test_a_village_that_has_not_begun_is_in_the_tree(small: SmallDesk, open_page: Opener) -> None:
    small.post("op", "/api/plan", units=["v2", "v3"], body="committee", wave=1, day="2026-09-21", opens="21:40")
    small.desk.silence.look()
    page = small.enter(open_page(small.url), "op")
    row = page.get_by_role("row").filter(has_text="下庄村")
    expect(row).to_contain_text("未按时开始 40 分钟")
    expect(page.get_by_role("region", name="未按时开始的计票点")).to_contain_text("下庄村 1 号计票点")
    page.get_by_label("只看").select_option("unbegun")
    expect(page.locator("#matches")).to_have_text("2/6 个村")
    page.goto(f"{small.url}#village/v2")
    expect(page.locator(".village-head")).to_contain_text("未按时开始")
    expect(page.get_by_role("link", name="公开页")).to_have_attribute("href", "http://board.test/#/village/v2")


def test_what_is_overdue_stands_at_its_tab(small: SmallDesk, open_page: Opener) -> None:
    asked = {"unit": "v5", "about": "list", "subject": "档案 9 号", "received": "2026-09-15", "deadline": "2026-09-18"}
    small.post("op", "/api/complaints", **asked, channel="letter")
    small.post("op", "/api/objections", **asked)
    page = small.enter(open_page(small.url), "op")
    expect(page.locator('[data-tab="complaints"] .badge-count')).to_have_text("1")
    expect(page.locator('[data-tab="complaints"] .badge-count')).to_have_attribute("title", "1 件，其中超期 1 件")
    expect(page.locator('[data-tab="decisions"] .badge-count')).to_have_attribute("title", "1 件，其中超期 1 件")


def test_an_incident_is_acknowledged_and_closed_by_keyboard_alone(small: SmallDesk, open_page: Opener) -> None:
    small.post("op", "/api/units/v4/incidents", level="grave", title="停电了")
    page = small.enter(open_page(small.url), "op2")
    expect(page.get_by_role("region", name="未办结事件")).to_contain_text("停电了")
    press = page.keyboard.press

    def tab_to(text: str) -> None:
        for _ in range(60):
            press("Tab")
            place = page.evaluate("document.activeElement.closest('li')?.innerText ?? ''")
            if page.evaluate("document.activeElement.textContent") == text and "停电了" in place:
                return
        pytest.fail(f"no key leads to {text}")

    page.locator("#search").focus()
    for button, words, after in (("确认收到", "李工去", "内确认"), ("办结", "来电了", "")):
        tab_to(button)
        press("Enter")
        expect(page.get_by_role("dialog").locator("textarea")).to_be_focused()
        page.keyboard.type(words)
        press("Tab")
        press("Tab")
        press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        line = page.get_by_role("region", name="未办结事件").locator("li").filter(has_text="停电了")
        if after:
            expect(line).to_contain_text(after)
        else:
            expect(line).to_have_count(0)


def test_a_plan_for_one_village_is_not_made_for_all(small: SmallDesk, open_page: Opener) -> None:
    page = small.enter(open_page(small.url), "op")
    page.goto(f"{small.url}#plan")
    page.get_by_role("button", name="排定选举日").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("选举日", exact=True).fill("2026-12-24")
    dialog.locator("input[name=unit]").fill("v6")
    # a village is named, all are chosen: neither is guessed
    dialog.get_by_role("button", name="确定").click()
    expect(dialog.get_by_role("alert")).to_contain_text("请改其中一处")
    dialog.get_by_label("哪些村").select_option("u/")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_have_count(0)
    page.get_by_label("查找").fill("坪")
    expect(page.locator("#matches")).to_have_text("3/6 个村")
    expect(page.get_by_role("row").filter(has_text="2026年12月24日")).to_have_count(1)
    expect(page.get_by_role("row").filter(has_text="2026年12月24日")).to_contain_text("中坪村")


def test_a_unit_has_its_own_order_of_bodies(small: SmallDesk, open_page: Opener) -> None:
    for body, day in (("party", "2026-12-20"), ("committee", "2026-12-10")):
        small.post("op", "/api/plan", units=["v5"], body=body, wave=1, day=day)
    page = small.enter(open_page(small.url), "op")
    page.goto(f"{small.url}#village/v5")
    panel = page.get_by_role("region", name="选举日")
    expect(panel).to_contain_text("不定")
    panel.get_by_role("button", name="更改").click()
    page.get_by_role("dialog").get_by_label("先后顺序").select_option("party_first")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(panel).to_contain_text("村（居）委会的选举日早于党组织")
    # of this unit alone
    assert small.get("op", "/api/units/v1")["order"] == "free"


def test_the_tree_shows_batches_results_and_the_log(tmp_path: Path, open_page: Opener) -> None:
    small = SmallDesk(tmp_path)
    bench = Bench(small.desk.home, small.desk.world, small.desk.url)
    for chain in whole_count(small.desk.world)[1]:
        bench.deliver(*chain)
    bench.close()
    small.desk.follow()
    now = {row["unit"]: row for row in small.get("op", "/api/now")["units"]}
    page = small.enter(open_page(small.url), "op")
    row = page.locator(".tree-row").filter(has_text="村v1")
    expect(row.locator(".cell.batches")).to_have_text(str(now["v1"]["batches"]))
    expect(row.locator(".cell.size")).to_have_text(f"@{now['v1']['size']}")
    full = now["v1"]["outcomes"].count("full")
    expect(row.locator(".cell.result")).to_have_text(f"{full}/{len(now['v1']['outcomes'])}")
    small.close()


def test_the_tree_scrolls_in_its_own_frame(tmp_path: Path, open_page: Opener) -> None:
    """Were it as high as its rows, all of eight thousand would be in the page, and silence beside it out of sight."""
    small = SmallDesk(tmp_path, {f"v{n:02d}": (f"{n}号村", "东乡") for n in range(50)})
    page = small.enter(open_page(small.url), "op")
    expect(page.locator("#matches")).to_have_text("50/50 个村")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.locator(".tree-row").count() < 50
    small.close()
