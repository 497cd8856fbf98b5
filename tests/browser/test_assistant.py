"""The sealing assistant in real Chromium: the real command, real workbooks, a sealed county at the end."""

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from coordinator.sealing.shipped import shipped, shipped_ids
from coordinator.sealing.workbooks.template import make_template, rows_of_folder
from tests.browser.conftest import Opener
from tests.browser.reading import chinese_in, cut_off, english_in
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
    expect(page.get_by_role("dialog")).to_contain_text("1/2 个村尚未签字")
    _two_persons(page)
    expect(page.locator("main")).to_contain_text("changpiao/sealing-test/authority")
    assert (tmp_path / "home" / "store.db").exists()


def test_it_speaks_one_language_and_nothing_is_cut_through(link: str, folder: Path, open_page: Opener) -> None:
    names = set(re.split("[,\\s]+", "".join(path.read_text("utf-8") for path in folder.glob("*.csv"))))
    names |= {shipped(name).title for name in shipped_ids()} | {"sealing-test", "县换届选举（演练）"}
    # files are called what they are called
    names |= {path.name for path in folder.glob("*.csv")} | {"Excel", "Changpiao", "含 test"}
    page = open_page(link)
    expect(page.get_by_role("region", name="校对签字")).to_be_visible()
    assert english_in(page, names) == []
    assert cut_off(page) == []
    page.get_by_role("button", name="English").click()
    assert chinese_in(page, names) == []
    assert cut_off(page) == []


def _two_persons(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    # each of the two types the own account and ticks, in a dialog of the own
    for role, person, go in (("第一人", "wang", "下一位"), ("第二人", "li", "封存")):
        expect(dialog).to_contain_text(role)
        assert dialog.get_by_label("您的账号").count() == 1
        dialog.get_by_label("您的账号").fill(person)
        dialog.get_by_role("button", name=go).click()
        expect(dialog.get_by_role("alert")).to_contain_text("须由本人勾选")
        dialog.get_by_label("我本人在场").check()
        dialog.get_by_role("button", name=go).click()
    expect(page.locator("main")).to_contain_text("已封存 2 个单位", timeout=60_000)
    shown: list[str] = []
    for person in ("wang", "li"):
        page.get_by_role("button", name=f"显示 {person} 的初始口令").click()
        dialog = page.get_by_role("dialog", name=f"{person} 的初始口令")
        shown.append(dialog.locator(".code").inner_text())
        # alone: no other password is anywhere in the page, and none is left when it is closed
        assert [one for one in shown if one in page.content()] == [shown[-1]]
        dialog.get_by_role("button", name="关闭").click()
        # a closed dialog is hidden first and taken out of the page a moment later
        expect(page.locator("dialog")).to_have_count(0)
        assert not any(one in page.content() for one in shown)
    expect(page.locator("main")).to_contain_text("两个初始口令都已看过")


def _digests(folder: Path) -> dict[str, str]:
    from coordinator.forms.proving import planned, planned_unit, proof_digest  # noqa: PLC0415

    unit = planned_unit(planned(folder), "v1")
    return {what: proof_digest(unit, what) for what in ("candidates", "layout")}
