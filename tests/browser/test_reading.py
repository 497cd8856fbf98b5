"""The public page is read whole and in one language: nothing cut through, no word of the other language but names."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tally_protocol.law.articles import ARTICLES
from tally_protocol.law.sources import in_both
from tests.browser.conftest import Opener
from tests.browser.playing import PlayedCounty
from tests.browser.reading import chinese_in, cut_off, english_in

pytestmark = pytest.mark.browser

SIZES = ((1366, 768), (390, 844))
# what the record itself names: persons, places, posts, election, codes
NAMES = {
    "name", "title", "place", "id", "unit", "box", "station", "written", "contests", "chain", "layout", "places",
    "units",
}  # fmt: skip


@pytest.fixture(scope="module")
def counted(county: PlayedCounty) -> PlayedCounty:
    """As far as a village with two kinds of result, a void election and figures that do not agree."""
    county.go_to("qh07", "declaration")
    return county


def strings(value: Any, key: str = "") -> Iterator[str]:
    """Names of a JSON file of the page, wherever they stand."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from strings(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one, key)
    elif isinstance(value, str) and key in NAMES:
        yield value


def names_of(county: PlayedCounty, unit: str) -> set[str]:
    plan, data = county.get("plan.json"), county.get(f"units/{unit}.json")
    found = {*strings(plan), *strings(data)}
    found |= {part for one in ARTICLES.values() for part in (one.law, one.article)}
    found |= {data["profile"]["id"], in_both(data["profile"]["text"])[1]}
    found |= {said for _, _, by in data["rules"] for said in by}
    for station in data["stations"]:
        found |= {person for person, _ in station["officials"]}
    found |= {name for record in county.get(f"units/{unit}.records.json")["records"] for name, _ in record["signers"]}
    return found


def opened(page: Page) -> Page:
    """Everything that a reader can open is open."""
    page.wait_for_selector("html[data-ready=true]")
    page.wait_for_timeout(300)
    if "village" in page.url:
        expect(page.locator("#village h2")).to_be_visible()
        page.locator("#show-records").click()
        expect(page.locator(".records")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    return page


PARTS = ("", "#/village/qh01", "#/village/qh03", "#/village/qh05", "#/village/qh14")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_is_cut_through(
    counted: PlayedCounty, open_page: Opener, language: str, width: int, height: int
) -> None:
    found = {}
    for part in PARTS:
        page = opened(open_page(f"{counted.url}?lang={language}{part}", width, height))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, part
        found[part] = cut_off(page)
    assert {part: cut for part, cut in found.items() if cut} == {}


def test_the_english_page_is_english(counted: PlayedCounty, open_page: Opener) -> None:
    found = {}
    for part in PARTS:
        page = opened(open_page(f"{counted.url}?lang=en{part}"))
        found[part] = chinese_in(page, names_of(counted, part[-4:] or "qh01"))
    screen = opened(open_page(f"{counted.url}screen.html?lang=en"))
    found["screen"] = chinese_in(screen, names_of(counted, "qh01"))
    assert {part: said for part, said in found.items() if said} == {}


def test_the_chinese_page_is_chinese(counted: PlayedCounty, open_page: Opener) -> None:
    found = {}
    for part in PARTS:
        page = opened(open_page(f"{counted.url}?lang=zh{part}"))
        found[part] = english_in(page, names_of(counted, part[-4:] or "qh01"))
    screen = opened(open_page(f"{counted.url}screen.html?lang=zh"))
    found["screen"] = english_in(screen, names_of(counted, "qh01"))
    assert {part: said for part, said in found.items() if said} == {}
