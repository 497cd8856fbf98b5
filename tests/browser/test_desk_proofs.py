"""A signed sheet is entered from the paper: the page gives nothing away that could be confirmed unread."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from coordinator.forms.proving import proof_digest
from tests.browser.conftest import Opener
from tests.browser.small_desk import SmallDesk

pytestmark = pytest.mark.browser


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallDesk]:
    found = SmallDesk(tmp_path)
    yield found
    found.close()


def test_the_digest_is_typed_from_the_paper(small: SmallDesk, open_page: Opener) -> None:
    now = proof_digest(small.desk.office.unit("v1").note, "candidates")
    # a refusal is written to Chromium's console
    page = small.enter(open_page(small.url, complains=True), "op")
    page.goto(f"{small.url}#village/v1")
    panel = page.get_by_role("region", name="封存前校对签字")
    expect(panel).to_contain_text("未签")
    # not anywhere on the page: what is not there cannot be copied
    assert now[:12] not in page.content()
    panel.get_by_role("button", name="登记").first.click()
    dialog = page.get_by_role("dialog")
    typed = dialog.get_by_label("样张上的核对码")
    expect(typed).to_have_value("")
    dialog.get_by_label("谁签字").fill("选举委员会主任")
    dialog.get_by_label("日期").fill("2026-09-10")
    # the button alone signs nothing, nor does an older sheet or a guess
    dialog.get_by_role("button", name="确定").click()
    expect(typed).to_be_focused()
    for wrong, said in ((now[:11], "前 12 位"), ("0" * 64, "重印、重签"), (now[12:36], "重印、重签")):
        typed.fill(wrong)
        dialog.get_by_role("button", name="确定").click()
        expect(dialog.get_by_role("alert")).to_contain_text(said)
    assert now[:12] not in dialog.inner_text()
    expect(panel).to_contain_text("未签")
    # as it stands on the sheet, in groups of eight
    typed.fill(f"{now[:8]} {now[8:12].upper()}")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_have_count(0)
    expect(panel).to_contain_text("选举委员会主任 2026年9月10日")
    assert small.get("op", "/api/units/v1")["proofs"]["candidates"]["digest"] == now
