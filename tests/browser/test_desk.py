"""The centre's page in real Chromium on a running county, in the order of an evening at the desk.

Accounts are made by the real command, passwords changed as the page asks; the laptop counts as far as a test lets it.
"""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.desk_county import DeskCounty, enter, password_of
from tests.browser.playing import wait_until

pytestmark = pytest.mark.browser

Checker = Callable[[Page], list[str]]
Shooter = Callable[[Page, str], None]
HAN = re.compile(r"[\u4e00-\u9fff]")
ISO = re.compile(r"\d{4}-\d\d-\d\d")
LATEST = 2.0
GUIDE_VILLAGES = ("上庄村", "下庄村")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskCounty]:
    """The example county with the centre's page."""
    county = DeskCounty(tmp_path_factory.mktemp("desk"))
    county.start()
    yield county
    county.end()


@pytest.fixture
def seat(desk: DeskCounty, open_page: Opener) -> Callable[..., Page]:
    """`seat("wang")`: a browser in which this person is logged in."""

    def take(person: str, width: int = 1366, height: int = 768) -> Page:
        # a wrong password is answered with 401, which Chromium writes to its console
        page = open_page(desk.centre, width, height)
        enter(page, desk, person)
        return page

    return take


def new_account(page: Page, account: str, name: str, role: str) -> None:
    page.get_by_role("link", name="人员").click()
    page.get_by_role("button", name="新建账号").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("账号").fill(account)
    dialog.get_by_label("姓名或岗位").fill(name)
    dialog.get_by_label("角色").select_option(role)
    dialog.get_by_role("button", name="确定").click()


def row(page: Page, name: str) -> str:
    return " ".join(page.get_by_role("row").filter(has_text=name).first.inner_text().split())


def test_a_stranger_sees_a_login_and_a_wrong_password_is_said(
    desk: DeskCounty, open_page: Opener, axe: Checker, shoot: Shooter
) -> None:
    page = open_page(desk.centre, complains=True)
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    expect(page.locator("#tabs")).to_be_hidden()
    shoot(page, "desk-login")
    assert axe(page) == []
    page.get_by_label("账号").fill("wang")
    page.get_by_label("口令").fill("not the password")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号、口令或验证码不对")


def test_the_first_password_is_changed_then_the_county_is_there(seat: Callable[..., Page], axe: Checker) -> None:
    page = seat("wang")
    expect(page.get_by_role("treegrid")).to_be_visible()
    assert row(page, "上庄村").split()[:3] == ["上庄村", "已封存", "0/2"]
    assert axe(page) == []


def test_a_guide_is_made_and_sees_the_own_villages_alone(
    desk: DeskCounty, seat: Callable[..., Page], shoot: Shooter
) -> None:
    page = seat("wang")
    new_account(page, "zhou", "周包联", "guide")
    told = page.get_by_role("dialog", name="zhou 的初始口令")
    desk.first["zhou"] = told.locator(".code").inner_text()
    told.get_by_role("button", name="关闭").click()
    page.get_by_role("row").filter(has_text="zhou").get_by_role("button", name="包联的村").click()
    for village in GUIDE_VILLAGES:
        page.get_by_role("dialog").get_by_label(village).check()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_role("row").filter(has_text="zhou")).to_contain_text("2 个村")
    shoot(page, "desk-people")

    guide = seat("zhou")
    expect(guide.locator("#matches")).to_have_text("2/2 个村")
    names = [cell.inner_text() for cell in guide.locator(".tree-row.leaf .cell.name").all()]
    assert names == list(GUIDE_VILLAGES)
    # neither tabs nor addresses lead further
    expect(guide.get_by_role("link", name="工作日志")).to_have_count(0)
    guide.goto(f"{desk.centre}#journal")
    expect(guide.get_by_role("treegrid")).to_be_visible()
    answer = guide.request.get(f"{desk.centre}api/units/qh03")
    assert answer.status == 403
    shoot(guide, "desk-guide")


def test_a_silent_village_turns_up(desk: DeskCounty, seat: Callable[..., Page], shoot: Shooter) -> None:
    page = seat("wang")
    desk.go_to("qh01", "declaration")
    # the laptop leaves in the middle of the count of the next village
    desk.go_to("qh02", "papers")
    mark = page.get_by_role("region", name="无消息的计票点")
    expect(mark).to_contain_text("下庄村", timeout=30_000)
    expect(page.get_by_role("row").filter(has_text="下庄村").locator(".silent-mark")).to_be_visible()
    # who has said everything is not silent
    expect(mark).not_to_contain_text("上庄村")
    page.get_by_label("只看").select_option("silent")
    expect(page.locator("#matches")).to_have_text("1/20 个村")
    page.get_by_label("只看").select_option("")
    shoot(page, "desk-watch")


def test_an_incident_is_raised_by_a_guide_acknowledged_and_closed_by_the_desk(
    seat: Callable[..., Page], shoot: Shooter
) -> None:
    operator, guide = seat("wang"), seat("zhou")
    guide.get_by_role("treegrid").get_by_text("下庄村").click()
    guide.get_by_role("button", name="报告事件").click()
    dialog = guide.get_by_role("dialog")
    dialog.get_by_label("级别").select_option("grave")
    dialog.get_by_label("发生了什么").fill("<b>停电</b>，计票中断")
    dialog.get_by_role("button", name="报告事件").click()
    expect(guide.get_by_role("region", name="事件")).to_contain_text("待确认")
    # at the desk without a reload, with the name as text
    side = operator.get_by_role("region", name="未办结事件")
    expect(side).to_contain_text("<b>停电</b>，计票中断")
    expect(operator.get_by_role("link", name="事件").locator(".badge-count")).to_have_text("1")
    shoot(operator, "desk-incident")
    side.get_by_role("button", name="确认收到").click()
    operator.get_by_role("dialog").get_by_label("谁去处理").fill("派供电所李工，二十分钟到")
    operator.get_by_role("dialog").get_by_role("button", name="确认收到").click()
    expect(side).to_contain_text("内确认")
    expect(guide.get_by_role("region", name="事件")).to_contain_text("处理中")
    expect(guide.get_by_role("region", name="事件")).to_contain_text("派供电所李工")
    side.get_by_role("button", name="办结").click()
    operator.get_by_role("dialog").get_by_label("处理结果").fill("恢复供电，继续计票")
    operator.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(side).to_contain_text("没有未办结的事件")
    expect(guide.get_by_role("region", name="事件")).to_contain_text("已办结")


def test_a_withdrawal_takes_two_persons(desk: DeskCounty, seat: Callable[..., Page], shoot: Shooter) -> None:
    operator = seat("wang")
    operator.goto(f"{desk.centre}#village/qh03")
    person = operator.get_by_role("region", name="职位和候选人").locator("li").first
    name = person.locator("span").first.inner_text()
    person.get_by_role("button", name="退出").click()
    dialog = operator.get_by_role("dialog")
    expect(dialog).to_contain_text("仍在已印选票上")
    dialog.get_by_label("日期").fill("2026-11-20")
    dialog.get_by_role("textbox", name="文件").fill("书面声明 3 号")
    dialog.get_by_role("button", name="确定").click()
    expect(person).to_contain_text("待确认")
    operator.get_by_role("link", name="决定").click()
    expect(operator.get_by_role("region", name="等第二人确认")).to_contain_text("须由另一人确认")
    expect(operator.get_by_role("button", name="核对并确认")).to_have_count(0)

    authority = seat("li")
    authority.get_by_role("link", name="决定").click()
    open_ = authority.get_by_role("region", name="等第二人确认")
    expect(open_).to_contain_text(name)
    shoot(authority, "desk-decision")
    open_.get_by_role("button", name="核对并确认").click()
    dialog = authority.get_by_role("dialog")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog.get_by_role("alert")).to_contain_text("请先核对并勾选")
    dialog.get_by_label("我已逐项核对").check()
    dialog.get_by_role("button", name="确定").click()
    expect(open_).to_contain_text("没有待确认的提议")
    expect(operator.get_by_role("region", name="等第二人确认")).to_contain_text("已确认")


def test_the_plan_warns_and_goes_on(desk: DeskCounty, seat: Callable[..., Page], shoot: Shooter) -> None:
    page = seat("wang")
    page.goto(f"{desk.centre}#plan")
    for body, day in (("committee", "2026-12-20"), ("party", "2026-12-22")):
        page.get_by_role("button", name="排定选举日").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("选举哪个组织").select_option(body)
        dialog.get_by_label("选举日", exact=True).fill(day)
        dialog.get_by_role("button", name="确定").click()
        expect(dialog).to_have_count(0)
    page.get_by_role("button", name="更改顺序").click()
    page.get_by_role("dialog").get_by_label("先后顺序").select_option("party_first")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.locator(".page-head")).to_contain_text("20 个村的日期与顺序不一致")
    expect(page.get_by_role("row").filter(has_text="上庄村")).to_contain_text("2026年12月20日")
    shoot(page, "desk-plan")


def test_a_complaint_has_a_deadline(desk: DeskCounty, seat: Callable[..., Page], shoot: Shooter) -> None:
    page = seat("wang")
    page.goto(f"{desk.centre}#complaints")
    for unit, subject in (("", "档案 11 号：选民名单"), ("qh04", "档案 12 号：票箱")):
        page.get_by_role("button", name="登记信访件").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("单位").fill(unit)
        dialog.get_by_label("来源").select_option("hotline")
        dialog.get_by_label("内容").fill(subject)
        dialog.get_by_role("button", name="确定").click()
        expect(dialog).to_have_count(0)
    line = page.get_by_role("row").filter(has_text="档案 12 号")
    expect(line).to_contain_text("待答复")
    line.get_by_role("button", name="记录答复").click()
    page.get_by_role("dialog").get_by_label("如何答复").fill("已当面说明")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(line).to_contain_text("已答复")
    shoot(page, "desk-complaints")


def test_the_desk_by_keyboard_alone(seat: Callable[..., Page]) -> None:
    page = seat("wang")
    expect(page.get_by_role("treegrid")).to_be_visible()
    press = page.keyboard.press
    press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("南坪")
    expect(page.locator("#matches")).to_have_text("1/20 个村")
    for _ in range(10):
        if page.evaluate("document.activeElement.getAttribute('role')") == "treegrid":
            break
        press("Tab")
    press("Home")
    press("ArrowDown")
    press("Enter")
    expect(page.get_by_role("heading", name="南坪村")).to_be_focused()
    press("Tab")
    expect(page.get_by_role("button", name="报告事件")).to_be_focused()
    press("Enter")
    expect(page.get_by_label("级别")).to_be_focused()
    press("Tab")
    page.keyboard.type("票箱晚到")
    for _ in range(3):
        press("Tab")
    expect(page.get_by_role("dialog").get_by_role("button", name="报告事件")).to_be_focused()
    press("Enter")
    expect(page.get_by_role("region", name="事件")).to_contain_text("票箱晚到")
    # focus is where it was; Escape leaves a dialog, and nothing was done
    expect(page.get_by_role("button", name="报告事件")).to_be_focused()
    press("Enter")
    press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="报告事件")).to_be_focused()


@pytest.mark.parametrize(
    "view", ["watch", "incidents", "complaints", "decisions", "plan", "people", "reports", "journal", "village/qh01"]
)
def test_axe_has_no_serious_finding_and_english_is_complete(
    desk: DeskCounty, seat: Callable[..., Page], axe: Checker, shoot: Shooter, view: str
) -> None:
    page = seat("wang")
    page.goto(f"{desk.centre}#{view}")
    expect(page.locator("main h2").first).to_be_visible()
    page.wait_for_timeout(400)
    assert axe(page) == []
    # a day is written as people write it; what a date field holds is no text
    assert ISO.findall(page.locator("body").inner_text()) == []
    if view in ("village/qh01", "reports", "journal"):
        shoot(page, f"desk-{view.split('/', maxsplit=1)[0]}")
    page.get_by_role("button", name="English").click()
    expect(page.locator("main h2").first).to_be_visible()
    page.wait_for_timeout(400)
    # names of places and people, what people wrote, and the rules' own titles stay as they are
    ours = "th[scope=col], button:not(.link):not(#account):not(#language), .tabs a, h2, h3, dt, [role=columnheader]"
    labels = page.locator(ours).all_inner_texts()
    allowed = {"上庄村", "东屏乡", "云岭乡", "柳溪镇", "石桥镇"}
    wrong = [text for text in labels if HAN.search(text) and not any(name in text for name in allowed)]
    assert wrong == []


def test_a_screen_never_asks_anybody_to_log_in_until_it_is_revoked(
    seat: Callable[..., Page], open_page: Opener, shoot: Shooter
) -> None:
    operator = seat("wang")
    operator.get_by_role("link", name="人员").click()
    operator.get_by_role("button", name="新建大屏链接").click()
    operator.get_by_role("dialog").get_by_label("挂在哪里").fill("指挥中心大厅")
    operator.get_by_role("dialog").get_by_role("button", name="确定").click()
    told = operator.get_by_role("dialog", name="大屏链接")
    link = told.locator(".code").inner_text()
    told.get_by_role("button", name="关闭").click()
    screen = open_page(link, 1920, 1080, complains=True)
    expect(screen.locator(".wall")).to_contain_text("指挥中心大厅")
    expect(screen.locator(".wall-columns")).to_contain_text("下庄村")
    assert "#screen" not in screen.url
    small = screen.evaluate(
        "Math.min(...[...document.querySelectorAll('.wall *')].filter(n => !n.children.length && n.textContent.trim())"
        ".map(n => parseFloat(getComputedStyle(n).fontSize)))"
    )
    # legible at ten metres on a screen of two metres: a sixtieth of its width is about three centimetres
    assert small >= 1920 / 70
    shoot(screen, "desk-screen")
    operator.get_by_role("row").filter(has_text="指挥中心大厅").get_by_role("button", name="撤销").click()
    operator.get_by_role("dialog").get_by_label("理由").fill("活动结束")
    operator.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(screen.get_by_role("heading", name="登录")).to_be_visible()


def test_the_numbers_are_those_of_the_public_page(desk: DeskCounty, seat: Callable[..., Page]) -> None:
    page = seat("wang")
    line = desk.line("qh01")
    wait_until(lambda: str(line["papers"]) in row(page, "上庄村"), "the same papers")
    shown = re.search(r"日志 ([\d,]+) 条", page.locator("#stand").inner_text())
    assert shown is not None
    assert int(shown[1].replace(",", "")) >= line["size"]


def test_what_is_counted_is_at_the_desk_within_two_seconds(desk: DeskCounty, seat: Callable[..., Page]) -> None:
    page = seat("wang")
    desk.go_to("qh03", "papers")
    began, size = time.monotonic(), desk.now()["size"]
    page.wait_for_function(
        "size => Number(/([0-9,]+) 条/.exec(document.querySelector('#stand').innerText)[1].replace(/,/g, '')) >= size",
        arg=size,
    )
    assert time.monotonic() - began < LATEST


def test_a_colleague_gets_a_password_from_two_people(desk: DeskCounty, seat: Callable[..., Page]) -> None:
    operator = seat("wang")
    new_account(operator, "zhang", "张值班", "operator")
    expect(operator.get_by_role("dialog")).to_have_count(0)

    authority = seat("li")
    authority.get_by_role("link", name="决定").click()
    authority.get_by_role("region", name="等第二人确认").get_by_role("button", name="核对并确认").click()
    authority.get_by_role("dialog").get_by_label("我已逐项核对").check()
    authority.get_by_role("dialog").get_by_role("button", name="确定").click()
    told = authority.get_by_role("dialog", name="zhang 的初始口令（后半）")
    second = told.locator(".code").inner_text()
    told.get_by_role("button", name="关闭").click()

    operator.get_by_role("link", name="决定").click()
    matter = operator.get_by_role("article").filter(has_text="张值班")
    first = matter.locator(".told .code").inner_text()
    assert first not in authority.content()
    assert second not in operator.content()
    desk.first["zhang"] = f"{first}-{second}"
    expect(seat("zhang").locator("#account")).to_contain_text("张值班")
    operator.reload()
    expect(operator.get_by_role("article").filter(has_text="张值班")).to_be_visible()
    expect(operator.locator(".told")).to_have_count(0)


def test_nobody_who_was_logged_out_stays_in(desk: DeskCounty, seat: Callable[..., Page]) -> None:
    page = seat("zhou")
    page.locator("#account").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    page.goto(f"{desk.centre}#watch")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    assert password_of("zhou") not in page.content()
