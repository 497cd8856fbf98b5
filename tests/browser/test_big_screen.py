"""The big screen: no login, read only, legible at ten metres, one township after the other."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.playing import PlayedCounty

pytestmark = pytest.mark.browser

SIZES = ((1366, 768), (1920, 1080))


def test_the_smallest_letter_is_a_fortieth_of_the_width(county: PlayedCounty, open_page: Opener) -> None:
    """50 mm on a screen of two metres: read at ten metres without effort."""
    for width, height in SIZES:
        page = open_page(f"{county.url}screen.html", width, height)
        expect(page.locator(".village").first).to_be_visible()
        smallest = page.evaluate("""() => Math.min(...[...document.querySelectorAll('body *')]
            .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()))
            .map((node) => parseFloat(getComputedStyle(node).fontSize)))""")
        assert smallest >= width / 40 - 0.01


def test_nothing_hangs_over_the_edge(county: PlayedCounty, open_page: Opener) -> None:
    for width, height in SIZES:
        for language in ("zh", "en"):
            page = open_page(f"{county.url}screen.html?lang={language}", width, height)
            expect(page.locator(".village").first).to_be_visible()
            over = page.evaluate("""() => [...document.querySelectorAll('body *')].filter((node) => {
                const box = node.getBoundingClientRect();
                return box.width && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
            }).map((node) => node.outerHTML.slice(0, 80))""")
            assert over == [], (width, language)


def test_townships_take_turns_and_can_be_held(county: PlayedCounty, open_page: Opener) -> None:
    page = open_page(f"{county.url}screen.html?turn=2")
    place = page.locator("#place")
    expect(place).to_have_text("东屏乡")
    expect(place).to_have_text("柳溪镇", timeout=8_000)
    page.keyboard.press("Space")
    expect(page.locator("#page")).to_have_text("已暂停")
    page.keyboard.press("ArrowLeft")
    expect(place).to_have_text("东屏乡")
    page.wait_for_timeout(3_000)
    expect(place).to_have_text("东屏乡")
    page.keyboard.press("l")
    expect(page.locator("#page")).to_have_text("Paused")


def test_figures_follow_the_count_and_are_those_of_the_county(county: PlayedCounty, open_page: Opener) -> None:
    page = open_page(f"{county.url}screen.html")
    expect(page.locator(".village").first).to_be_visible()
    county.go_to("qh08", "declaration")
    papers = sum(row[2] for row in county.now()["rows"])
    expect(page.locator(".total").nth(2)).to_contain_text(f"{papers:,}")
    expect(page.locator("#stand")).to_contain_text(f"{county.now()['size']:,}")


def test_pictures_for_the_documents(
    county: PlayedCounty, open_page: Opener, shoot: Callable[[Page, str], None]
) -> None:
    """As the county looks in the middle of the evening; run with SHOTS=docs/figures to keep them."""
    county.go_to("qh12", "papers")
    page = open_page(county.url)
    expect(page.get_by_role("row").filter(has_text=county.get("units/qh12.json")["name"])).to_contain_text("计票中")
    page.mouse.move(5, 5)
    shoot(page, "board-county")
    page = open_page(f"{county.url}?lang=en")
    expect(page.get_by_role("treegrid")).to_be_visible()
    shoot(page, "board-county-en")
    page = open_page(f"{county.url}#/village/qh04")
    expect(page.locator("#contest-zhuren")).to_be_visible()
    page.wait_for_timeout(500)
    shoot(page, "board-village")
    page.locator("summary").nth(2).click()
    page.locator("#contest-weiyuan").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#contest-weiyuan').scrollIntoView()")
    shoot(page, "board-outcome")
    page = open_page(f"{county.url}screen.html", 1920, 1080)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".village").first).to_be_visible()
    shoot(page, "board-screen")
    phone = open_page(f"{county.url}#/village/qh04", 390, 844)
    expect(phone.locator("#contest-zhuren")).to_be_visible()
    shoot(phone, "board-phone")
