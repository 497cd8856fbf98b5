"""Names are names: whatever a village or a candidate is called, it is shown as text and does nothing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.playing import PlayedCounty, Row

pytestmark = pytest.mark.browser

VILLAGE = "<img src=x onerror=alert(1)>村"
PERSON = '"><script>alert(2)</script>'
SECOND = "{{7*7}}${alert(3)}'--"
PLACE = "<b>东屏乡</b>"


def hostile(table: str, rows: list[Row]) -> list[Row]:
    """One village of the example, everybody in it called badly."""
    kept = [row for row in rows if row["unit"] == "qh01"]
    for place, row in enumerate(kept):
        if table == "units.csv":
            row |= {"name": VILLAGE, "level2": PLACE}
        if table == "candidates.csv" and place < 2:
            row["name"] = (PERSON, SECOND)[place]
    return kept


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedCounty]:
    played = PlayedCounty(tmp_path_factory.mktemp("hostile"), hostile)
    played.start()
    played.go_to("qh01", "declaration")
    yield played
    played.end()


def test_bad_names_are_shown_as_they_are_and_nothing_else_happens(bad: PlayedCounty, open_page: Opener) -> None:
    assert bad.get("plan.json")["units"][0][1] == VILLAGE
    page = open_page(bad.url)
    expect(page.get_by_role("row").filter(has_text=VILLAGE)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=PLACE)).to_be_visible()
    expect(page.locator("#place option").nth(2)).to_have_text("　" + PLACE)
    page.get_by_label("查找").fill("<img")
    expect(page.locator("#matches")).to_have_text("1/1 个村")
    page.goto(f"{bad.url}#/village/qh01")
    expect(page.get_by_role("heading", level=2)).to_have_text(VILLAGE)
    for name in (PERSON, SECOND):
        expect(page.locator(".person").filter(has_text=name).first).to_be_visible()
    page.locator("summary").first.click()
    expect(page.locator(".why").first).to_be_visible()
    assert page.locator("#village img:not(.qr)").count() == 0
    assert page.locator("#village script").count() == 0
    screen = open_page(f"{bad.url}screen.html")
    expect(screen.locator(".village-name")).to_have_text(VILLAGE)
    expect(screen.locator("#place")).to_have_text(PLACE)
    assert screen.locator("main img, main b b, main script").count() == 0


def test_a_script_that_got_in_would_not_run(bad: PlayedCounty, open_page: Opener) -> None:
    """The second wall: the policy allows no script but the page's own files."""
    page = open_page(bad.url, complains=True)
    refused = page.evaluate("""() => new Promise((done) => {
        document.addEventListener('securitypolicyviolation', (event) => done(event.violatedDirective));
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
        setTimeout(() => done('nothing was refused'), 2000);
    })""")
    assert refused.startswith(("script-src", "default-src"))
    assert page.evaluate("window.ran") is None
