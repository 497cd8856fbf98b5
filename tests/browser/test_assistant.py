"""The sealing assistant in real Chromium: the real command, real workbooks, a sealed county at the end."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from coordinator.sealing.workbooks.template import make_template, rows_of_folder
from tests.browser.conftest import Opener
from tests.coordinator.sealing_folder import SealingFolder
from tests.together.conftest import program

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return SealingFolder(tmp_path / "folder").write()


@pytest.fixture
def link(folder: Path, tmp_path: Path) -> Iterator[str]:
    """The link that the command prints."""
    command = [program("tally-coordinator"), "assistant", "--from", str(folder), "--home", str(tmp_path / "home")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    yield str(json.loads(process.stdout.readline())["assistant"])
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    process.stdout.close()


def test_five_steps(
    link: str, folder: Path, tmp_path: Path, open_page: Opener, axe: Callable[[Page], list[str]],
    shoot: Callable[[Page, str], None],
) -> None:  # fmt: skip
    # a fault is answered with 422, which Chromium writes to its console
    page = open_page(link, complains=True)
    expect(page.get_by_role("heading", name="选举", exact=False).first).to_be_visible()
    # the word of the link stands in no history
    assert "#" not in page.url
    good = tmp_path / "全县.xlsx"
    good.write_bytes(make_template(rows_of_folder(folder)))
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"not a workbook")
    page.get_by_label("选择 Excel 文件").set_input_files(bad)
    page.get_by_role("button", name="导入").click()
    expect(page.locator("#says")).to_contain_text("坏.xlsx")
    page.get_by_label("选择 Excel 文件").set_input_files(good)
    page.get_by_label("替换已有的表").check()
    page.get_by_role("button", name="导入").click()
    tables = page.get_by_role("region", name="从 Excel 导入")
    expect(tables).to_contain_text("已导入", timeout=30_000)
    proofs = page.get_by_role("region", name="校对签字")
    line = proofs.get_by_role("row").filter(has_text="一村")
    with page.expect_download() as kept:
        line.get_by_role("button", name="打印样张").click()
    assert kept.value.path().read_bytes().startswith(b"%PDF")
    digests = _digests(folder)
    for done, what in enumerate(("candidates", "layout"), 1):
        line.get_by_role("button", name="登记").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("谁签字").fill("选举委员会主任")
        dialog.get_by_label("日期").fill("2026-09-10")
        dialog.get_by_label("样张上的核对码").fill(digests[what])
        dialog.get_by_role("button", name="确定").click()
        expect(dialog).to_have_count(0)
        expect(line.locator(".chip.done")).to_have_count(done)
    expect(proofs).to_contain_text("1/2 个村两份都已签")
    assert axe(page) == []
    page.get_by_role("button", name="全面检查").click()
    expect(page.locator("#says")).to_contain_text("可以封存")
    expect(page.get_by_role("region", name="封存").last).to_contain_text("1/2 个村尚未签字")
    shoot(page, "assistant")
    page.get_by_role("region", name="封存").last.get_by_role("button", name="封存").last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1/2 个村尚未签字")
    dialog.get_by_label("第一人").fill("wang")
    dialog.get_by_label("第二人").fill("li")
    dialog.get_by_role("button", name="封存").click()
    expect(dialog.get_by_role("alert")).to_contain_text("须两人同意")
    dialog.get_by_label("我们两人都在场").check()
    dialog.get_by_role("button", name="封存").click()
    expect(page.locator("main")).to_contain_text("已封存 2 个单位", timeout=60_000)
    expect(page.locator("main")).to_contain_text("changpiao/sealing-test/authority")
    assert (tmp_path / "home" / "store.db").exists()


def _digests(folder: Path) -> dict[str, str]:
    from coordinator.forms.proving import planned, planned_unit, proof_digest  # noqa: PLC0415

    unit = planned_unit(planned(folder), "v1")
    return {what: proof_digest(unit, what) for what in ("candidates", "layout")}
