"""Objections with the law's own deadline, and the end of the sealed ballots: proposed and confirmed at the page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.small_desk import SmallDesk

pytestmark = pytest.mark.browser

YEARS = 6 * 366 * 86_400
Checker = Callable[[Page], list[str]]
Shooter = Callable[[Page, str], None]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallDesk]:
    found = SmallDesk(tmp_path)
    yield found
    found.close()


def test_an_objection_to_the_list_is_due_in_three_days(small: SmallDesk, open_page: Opener) -> None:
    """Article 17 of the villagers' committee law; what is chosen first is the list of voters."""
    page = small.enter(open_page(small.url), "op")
    for view, button in (("decisions", "登记异议"), ("complaints", "登记信访件")):
        page.goto(f"{small.url}#{view}")
        page.get_by_role("button", name=button).click()
        dialog = page.get_by_role("dialog")
        deadline = dialog.get_by_label("期限")
        expect(dialog.get_by_label("收到日期")).to_have_value("2026-09-21")
        expect(dialog.get_by_label("关于")).to_have_value("list")
        expect(deadline).to_have_value("2026-09-24")
        dialog.get_by_label("关于").select_option("result")
        expect(deadline).to_have_value("2026-09-28")
        dialog.get_by_label("收到日期").fill("2026-09-20")
        expect(deadline).to_have_value("2026-09-27")
        dialog.get_by_label("关于").select_option("list")
        expect(deadline).to_have_value("2026-09-23")
        dialog.get_by_label("单位").fill("v1")
        dialog.get_by_label("内容").fill("档案 3 号")
        dialog.get_by_role("button", name="确定").click()
        expect(dialog).to_have_count(0)
        expect(page.locator("main")).to_contain_text("2026年9月23日")


def test_a_village_is_found_by_typing_and_a_wrong_name_is_said(small: SmallDesk, open_page: Opener) -> None:
    page = small.enter(open_page(small.url), "op")
    page.goto(f"{small.url}#decisions")
    page.get_by_role("button", name="登记异议").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2/2 个村")
    dialog.get_by_label("内容").fill("档案 3 号")
    dialog.get_by_label("单位").fill("村v")
    expect(dialog).to_contain_text("2/2 个村")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog.get_by_role("alert")).to_contain_text("没有“村v”这个村")
    dialog.get_by_label("单位").fill("村v2")
    expect(dialog).to_contain_text("1/2 个村")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("region", name="异议")).to_contain_text("村v2")


def test_sealed_ballots_are_destroyed_by_two_at_the_page(
    small: SmallDesk, open_page: Opener, axe: Checker, shoot: Shooter
) -> None:
    small.post("op", "/api/plan", units=["v2"], body="party", wave=2, day="2027-03-01")
    # a refusal, and the session that ends in the years between, are written to Chromium's console
    page = small.enter(open_page(small.url, complains=True), "op")
    page.goto(f"{small.url}#decisions")
    page.get_by_role("button", name="提议销毁密封选票").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("0/2 个单位已到期；最早保管到 2032年9月21日")
    dialog.get_by_label("销毁清册").fill("清册 1 号")
    dialog.get_by_role("button", name="提议").click()
    expect(dialog.get_by_role("alert")).to_contain_text("没有到期的单位")
    dialog.get_by_role("button", name="取消").click()
    # v2 voted again in the spring after: it is kept half a year longer
    small.desk.clock.now += YEARS - 4 * 86_400
    page = small.enter(open_page(small.url, complains=True), "op")
    page.goto(f"{small.url}#decisions")
    page.get_by_role("button", name="提议销毁密封选票").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1/2 个单位已到期")
    dialog.get_by_label("销毁清册").fill("清册 1 号")
    dialog.get_by_role("button", name="提议").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("region", name="等第二人确认")).to_contain_text("清册 1 号")
    authority = small.enter(open_page(small.url), "au")
    authority.goto(f"{small.url}#decisions")
    authority.get_by_role("button", name="核对并确认").click()
    dialog = authority.get_by_role("dialog")
    whole = dialog.locator("details")
    expect(whole.locator("li")).to_have_count(1)
    whole.locator("summary").click()
    expect(whole.locator("li")).to_have_text("村v1 v1 保管到 2032年9月21日")
    assert axe(authority) == []
    shoot(authority, "desk-destruction")
    dialog.get_by_label("我已逐项核对").check()
    dialog.get_by_role("button", name="确定").click()
    expect(authority.get_by_role("region", name="等第二人确认")).to_contain_text("已确认")
