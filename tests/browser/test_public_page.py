"""The public page in real Chromium on a running county: what a person sees, with mouse, keyboard and screen reader.

The tests stand in the order of the evening: each lets the laptop count further.
"""

import re
import subprocess
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.playing import PlayedCounty, wait_until
from tests.together.conftest import program

pytestmark = pytest.mark.browser

Checker = Callable[[Page], list[str]]
LATEST = 2.0


def row_of(page: Page, name: str) -> str:
    """The text of a village's row, cells joined by spaces."""
    return " ".join(page.get_by_role("row").filter(has_text=name).first.inner_text().split())


def shown_size(page: Page) -> int:
    found = page.locator("#stand .at").inner_text()
    return int(re.sub(r"\D", "", found))


def test_before_the_count_every_village_stands_there_sealed(county: PlayedCounty, open_page: Opener) -> None:
    page = open_page(county.url)
    expect(page.get_by_role("treegrid")).to_be_visible()
    expect(page.locator("#title")).to_contain_text("清和县")
    expect(page.locator("#test")).to_have_text("演练，不是真实选举")
    assert row_of(page, "上庄村").split()[:3] == ["上庄村", "已封存", "0/2"]
    assert page.get_by_role("treegrid").get_attribute("aria-rowcount") == str(1 + 1 + 4 + 20)


def test_counts_move_without_a_reload_and_are_never_two_seconds_late(county: PlayedCounty, open_page: Opener) -> None:
    page = open_page(county.url)
    expect(page.locator("#stand .dot.live")).to_be_visible()
    before = shown_size(page)
    county.go_to("qh01", "papers")
    size = county.now()["size"]
    began = time.monotonic()
    page.wait_for_function(
        "size => Number(document.querySelector('#stand .at').textContent.replace(/\\D/g, '')) >= size", arg=size
    )
    assert time.monotonic() - began < LATEST
    line = county.line("qh01")
    assert size > before
    expect(page.get_by_role("row").filter(has_text="上庄村")).to_contain_text(str(line["papers"]))
    expect(page.get_by_role("row").filter(has_text="东屏乡")).to_contain_text(str(line["papers"]))
    assert f"@{line['size']}" in row_of(page, "上庄村")


def test_a_later_checkpoint_changes_the_page_of_the_village(county: PlayedCounty, open_page: Opener) -> None:
    page = open_page(f"{county.url}#/village/qh02")
    expect(page.get_by_role("heading", level=2)).to_have_text("下庄村")
    expect(page.locator(".village-state")).to_have_text("已封存")
    assert page.locator(".strokes path").count() == 0
    first = int(page.locator("#village").get_attribute("data-size") or 0)
    county.go_to("qh02", "close")
    expect(page.locator(".village-state")).to_have_text("计票完毕")
    second = int(page.locator("#village").get_attribute("data-size") or 0)
    assert second > first
    data = county.get("units/qh02.json")
    for contest in data["contests"]:
        for person in contest["candidates"]:
            label = page.locator(f"#contest-{contest['id']}").get_by_role("row", name=person["name"])
            votes = person["approve"]
            drawn = label.locator(".zhengs").get_attribute("aria-label") or ""
            assert drawn == f"{votes} 票：{votes // 5} 个正字又 {votes % 5} 画"
            # one move of the pen a vote
            paths = [path.get_attribute("d") or "" for path in label.locator("path").all()]
            assert sum(path.count("M") for path in paths) == votes


def test_the_result_comes_with_its_reasons_and_can_be_checked(county: PlayedCounty, open_page: Opener) -> None:
    county.go_to("qh03", "declaration")
    page = open_page(f"{county.url}#/village/qh03")
    data = county.get("units/qh03.json")
    contest = page.locator("#contest-zhuren")
    expect(contest.locator(".outcome-line")).to_contain_text("选满")
    expect(contest.locator(".chip.elected")).to_have_count(1)
    contest.get_by_text("结果如何得出").click()
    lines = contest.locator(".why li")
    assert lines.all_inner_texts() == [line[0].strip() for line in data["contests"][0]["explanation"]]
    # signed records with hashes and signers, on request
    page.get_by_role("button", name="条记录").click()
    found = county.get("units/qh03.records.json")["records"]
    expect(page.locator(".records tbody tr")).to_have_count(len(found))
    assert found[-1]["hash"][:8] in page.locator(".records").inner_text()
    assert "监票人" in page.locator(".records").inner_text()
    # the code is drawn, the command is the verifier's own and holds
    picture = page.get_by_role("img", name="扫码")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    command = page.locator(".command").inner_text().split()
    assert command[:2] == ["tally-verifier", "verify"]
    key = str(county.stage.out / "authority.vkey")
    done = subprocess.run(
        [program(command[0]), *command[1:-1], key, "--quiet"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_printed_notice_is_compared_with_the_page(county: PlayedCounty, open_page: Opener) -> None:
    """The code of a form opens the page with the log size that the form stands on."""
    own = county.line("qh03")["size"]
    for size, said in ((own, "没有新记录"), (own - 1, "又有记录"), (10**9, "本页落后"), ("x", "")):
        page = open_page(f"{county.url}#/village/qh03/check?size={size}&root=00")
        expect(page.locator("#part-check")).to_be_visible()
        found = page.locator(".noticed").all_inner_texts()
        assert (said in found[0]) if said else found == []


def test_with_the_keyboard_alone(county: PlayedCounty, open_page: Opener) -> None:
    page = open_page(county.url)
    press = page.keyboard.press
    expect(page.get_by_role("treegrid")).to_be_visible()
    press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("qh02")
    expect(page.locator("#matches")).to_have_text("1/20 个村")
    for _ in range(5):
        press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "treegrid"
    press("End")
    assert "下庄村" in page.locator("[aria-selected=true]").inner_text()
    press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text("下庄村")
    press("Escape")
    expect(page.locator("#county")).to_be_visible()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "treegrid"
    # a branch closes and opens; its children know their level
    press("Home")
    press("ArrowLeft")
    expect(page.locator("[aria-selected=true]")).to_have_attribute("aria-expanded", "false")
    press("ArrowRight")
    press("ArrowRight")
    expect(page.locator("[aria-selected=true]")).to_have_attribute("aria-level", "2")
    active = page.get_by_role("treegrid").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").count() == 1


def test_search_and_filters(county: PlayedCounty, open_page: Opener) -> None:
    county.go_to("qh05", "declaration")
    page = open_page(county.url)
    found = page.locator("#matches")
    page.get_by_label("查找").fill("坪")
    expect(found).to_have_text(re.compile(r"^2/20"))
    assert {row_of(page, "南坪村")[:3], row_of(page, "北坪村")[:3]} == {"南坪村", "北坪村"}
    page.get_by_role("button", name="清除").click()
    expect(found).to_have_text("")
    page.locator("#place").select_option(label="　柳溪镇")
    expect(found).to_have_text("5/20 个村")
    page.get_by_role("button", name="清除").click()
    page.locator("#phase").select_option("done")
    expect(found).to_have_text("5/20 个村" if county.line("qh06")["outcomes"] == 0 else re.compile("个村"))
    page.get_by_role("button", name="清除").click()
    page.locator("#outcome").select_option("invalid_turnout")
    expect(found).to_have_text("1/20 个村")
    assert "梨树湾村" in row_of(page, "梨树湾村")
    # a place shows the sums of the villages that are shown
    assert row_of(page, "东屏乡").split()[1] == "1/1"


def test_who_was_cut_off_comes_back_with_everything(county: PlayedCounty, open_page: Opener) -> None:
    page = open_page(county.url)
    expect(page.locator("#stand .dot.live")).to_be_visible()
    page.evaluate("window.stayed = true")
    page.context.set_offline(True)
    county.go_to("qh06", "close")
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    line = county.line("qh06")
    row = page.get_by_role("row").filter(has_text=county.get("units/qh06.json")["name"])
    expect(row).to_contain_text(f"@{line['size']}", timeout=20_000)
    assert page.evaluate("window.stayed") is True


def test_both_languages_and_the_choice_is_kept(county: PlayedCounty, open_page: Opener) -> None:
    page = open_page(county.url)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("columnheader").first).to_have_text("Place")
    page.reload()
    expect(page.get_by_role("columnheader").first).to_have_text("Place")
    page.goto(f"{county.url}#/village/qh03")
    expect(page.get_by_role("heading", level=2)).to_have_text("南坪村")
    expect(page.locator("body")).to_contain_text("Figures of this village")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_axe_finds_nothing_serious(county: PlayedCounty, open_page: Opener, axe: Checker) -> None:
    for language in ("zh", "en"):
        page = open_page(f"{county.url}?lang={language}")
        expect(page.get_by_role("treegrid")).to_be_visible()
        assert axe(page) == []
        page.get_by_label("查找" if language == "zh" else "Find").fill("nobody")
        assert axe(page) == []
        page.goto(f"{county.url}?lang={language}#/village/qh03")
        expect(page.locator("#contest-zhuren")).to_be_visible()
        page.locator("#show-records").click()
        expect(page.locator(".records")).to_be_visible()
        page.locator("summary").first.click()
        assert axe(page) == []
        screen = open_page(f"{county.url}screen.html?lang={language}")
        expect(screen.locator(".village").first).to_be_visible()
        assert axe(screen) == []


def test_a_copy_made_of_files_shows_the_same_and_follows(
    county: PlayedCounty, open_page: Opener, serve_files: Callable[..., str]
) -> None:
    wait_until((county.page_files / "now.json").exists, "the files")
    page = open_page(serve_files(county.page_files))
    expect(page.locator("#stand .dot.files")).to_be_visible()
    county.go_to("qh07", "close")
    line = county.line("qh07")
    began = time.monotonic()
    row = page.get_by_role("row").filter(has_text=county.get("units/qh07.json")["name"])
    expect(row).to_contain_text(f"@{line['size']}", timeout=10_000)
    assert time.monotonic() - began < 2 * LATEST
    page.goto(page.url + "#/village/qh07")
    expect(page.locator(".village-state")).to_have_text("计票完毕")
