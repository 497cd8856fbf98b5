"""The sealing assistant: the whole way from an empty page to a sealed county, and who may not ask."""

import asyncio
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest

from coordinator.centre.assistant import WORD, Guarded, make_assistant
from coordinator.centre.assisting import Assistant, Place
from coordinator.centre.opening import open_journal
from coordinator.centre.signoffs import SignOff, add_signoff, read_signoffs
from coordinator.sealing.workbooks.template import make_template, rows_of_folder
from coordinator.settings import CountyError, Home
from coordinator.store.stores import SQLITE, open_store
from tests.coordinator.sealing_folder import SealingFolder

AGREED = {"operator_agrees": True, "authority_agrees": True}


class Page:
    """The assistant's page as a browser asks it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.guarded = Guarded(make_assistant(Assistant(Place(folder, Home(home), SQLITE))))
        self.headers = {WORD: self.guarded.word}

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.guarded)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, headers=self.headers, **sent)

        return asyncio.run(run())

    def state(self) -> Any:
        return self.ask("GET", "/api/state").json()


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return SealingFolder(tmp_path / "folder").write()


@pytest.fixture
def page(filled: Path, tmp_path: Path) -> Page:
    return Page(filled, tmp_path / "home")


def test_an_empty_folder_begins_with_the_election(tmp_path: Path) -> None:
    page = Page(tmp_path / "new", tmp_path / "home")
    state = page.state()
    assert (state["election"], state["units"], state["problems"]) == (None, [], [])
    asked = {
        "id": "qinghe-test", "title": "清河县（演练）", "date": "2026-12-20", "test": True,
        "origin": "log.test.example/qinghe-test", "profiles": ["cn-village-2026-national"],
    }  # fmt: skip
    assert page.ask("POST", "/api/election", json=asked | {"profiles": ["none"]}).status_code == 404
    assert page.ask("POST", "/api/election", json=asked | {"id": "a b"}).status_code == 422
    assert page.ask("POST", "/api/election", json=asked).json()["election"]["title"] == "清河县（演练）"
    assert page.ask("GET", "/api/template").content.startswith(b"PK")


def test_what_stood_in_the_file_besides_stays(page: Page, filled: Path) -> None:
    """[CUT-2]: the threshold of publication is nobody's to lose by correcting a title."""
    path = filled / "election.toml"
    found = tomllib.loads(path.read_text("utf-8"))
    own = found["profiles"]
    assert len(own) > 1
    assert "threshold" not in found
    path.write_text("threshold = 200\n" + path.read_text("utf-8"), "utf-8")
    asked = {"id": found["id"], "date": str(found["date"]), "test": found["test"], "origin": found["origin"]}
    answer = page.ask("POST", "/api/election", json=asked | {"title": "新名称", "profiles": own[:1]})
    assert answer.status_code == 200, answer.text
    after = tomllib.loads(path.read_text("utf-8"))
    assert (after["title"], after["threshold"], after["profiles"]) == ("新名称", 200, own)
    path.write_text("threshold = 200\nprofiles = [", "utf-8")
    assert page.ask("POST", "/api/election", json=asked | {"title": "x", "profiles": own[:1]}).status_code == 409
    assert path.read_text("utf-8") == "threshold = 200\nprofiles = ["


@pytest.mark.parametrize("address", ["127.0.0.1:7443", "localhost:7443", "[::1]:7443", "0.0.0.0:7443"])
def test_laptops_are_not_sent_to_themselves(page: Page, filled: Path, address: str) -> None:
    path = filled / "election.toml"
    path.write_text(path.read_text("utf-8").replace("test = true", "test = false"), "utf-8")
    asked = {"address": address, "operator": "wang", "authority": "li"} | AGREED
    answer = page.ask("POST", "/api/seal", json=asked)
    assert answer.status_code == 422
    assert "只有本机能连" in answer.json()["error"]["zh"]
    assert page.state()["sealed"] is False


@pytest.mark.parametrize(
    ("sent", "zh", "en"),
    [
        ({"origin": "log.example/ä"}, "origin：写法不对", "origin: is not written as expected"),
        ({"title": "长" * 1000}, "title：最多 ", "title: at most "),
        ({"date": "2026-13-40"}, "date：应为日期，如 2026-12-20", "date: expected a date like 2026-12-20"),
        ({"test": "perhaps"}, "test：应为是或否", "test: expected yes or no"),
        ({"profiles": []}, "profiles：至少 1 项", "profiles: at least 1 of them"),
        ({"other": 1}, "other：不认识这一项", "other: is not known here"),
    ],
)
def test_a_field_is_refused_in_both_languages(page: Page, sent: dict[str, object], zh: str, en: str) -> None:
    """The library's English never stands in a Chinese sentence."""
    asked: dict[str, object] = {
        "id": "qinghe-test", "title": "清河县", "date": "2026-12-20", "test": True,
        "origin": "log.test.example/qinghe-test", "profiles": ["cn-village-2026-national"],
    }  # fmt: skip
    answer = page.ask("POST", "/api/election", json=asked | sent)
    assert answer.status_code == 422
    said = answer.json()["error"]
    assert said["zh"].startswith(zh)
    assert said["en"].startswith(en)
    assert re.search(r"[a-z]+ [a-z]+", said["zh"]) is None


def test_from_workbooks_over_signed_sheets_to_a_sealed_county(page: Page, filled: Path, tmp_path: Path) -> None:
    book = make_template(rows_of_folder(filled))
    files = [("files", ("全县.xlsx", book))]
    assert page.ask("POST", "/api/workbooks", files=files).status_code == 422
    done = page.ask("POST", "/api/workbooks", files=files, data={"replace": "true"}).json()
    assert done["flaws"] == []
    assert "units.csv" in done["written"]
    unit = page.state()["units"][0]
    assert unit["signed"] == {"candidates": False, "layout": False}
    signed = {"unit": unit["unit"], "what": "candidates", "signed_by": "主任", "day": "2026-09-10"}
    assert page.ask("POST", "/api/sign", json=signed | {"digest": "0" * 64}).status_code == 409
    assert page.ask("POST", "/api/sign", json=signed | {"digest": unit["digests"]["candidates"]}).status_code == 200
    assert page.state()["units"][0]["signed"]["candidates"] is True
    # one village has signed one of its sheets: said, and no bar
    assert page.ask("GET", "/api/check").json() == {"problems": [], "unsigned": {"part": 2, "whole": 2}}
    layout = signed | {"what": "layout", "digest": unit["digests"]["layout"][:12]}
    assert page.ask("POST", "/api/sign", json=layout).status_code == 200
    assert page.ask("GET", "/api/check").json()["unsigned"] == {"part": 1, "whole": 2}
    asked = {"address": "127.0.0.1:7443", "operator": "wang", "authority": "li"} | AGREED
    assert page.ask("POST", "/api/seal", json=asked | {"authority_agrees": False}).status_code == 422
    assert page.ask("POST", "/api/seal", json=asked | {"authority": "wang"}).status_code == 422
    sealed = page.ask("POST", "/api/seal", json=asked).json()
    # each person reads the own first password, once; the answer to sealing holds none
    assert "password" not in json.dumps(sealed)
    assert page.state()["first"] == [{"person": "wang", "role": "operator"}, {"person": "li", "role": "authority"}]
    mine = page.ask("POST", "/api/first", json={"person": "wang"}).json()
    assert mine.keys() == {"person", "password"}
    assert page.ask("POST", "/api/first", json={"person": "wang"}).status_code == 404
    assert page.state()["first"] == [{"person": "li", "role": "authority"}]
    assert page.ask("POST", "/api/first", json={"person": "li"}).json()["password"] not in {mine["password"], ""}
    assert sealed["authority"].startswith("changpiao/")
    assert page.state()["sealed"] is True
    store = open_store(Home(tmp_path / "home"), SQLITE)
    journal, _, _ = open_journal(Home(tmp_path / "home"), store)
    with journal.reading() as state:
        proof = state.planning.of(unit["unit"]).proofs["candidates"]
        assert proof.digest == unit["digests"]["candidates"]
        assert sorted(state.people.all) == ["li", "wang"]
    store.close()
    # sealed once
    assert page.ask("POST", "/api/seal", json=asked).status_code == 409
    with pytest.raises(CountyError, match="sealed"):
        Page(filled, tmp_path / "home")


def test_a_sheet_that_was_signed_before_a_name_changed_is_void(page: Page, filled: Path) -> None:
    unit = page.state()["units"][0]
    add_signoff(filled, SignOff(unit["unit"], "candidates", unit["digests"]["candidates"], "主任", "2026-09-10"))
    assert page.state()["units"][0]["signed"]["candidates"] is True
    path = filled / "candidates.csv"
    path.write_text(path.read_text("utf-8").replace("张䶮", "张龑"), "utf-8")
    assert page.state()["units"][0]["signed"]["candidates"] is False
    add_signoff(filled, SignOff(unit["unit"], "candidates", "0" * 64, "副主任", "2026-09-11"))
    assert [one.signed_by for one in read_signoffs(filled)] == ["副主任"]


def test_what_is_wrong_is_said_with_its_line_and_nothing_is_sealed(page: Page, filled: Path, tmp_path: Path) -> None:
    path = filled / "candidates.csv"
    path.write_text(path.read_text("utf-8") + "v9,chair,x,某人,\n", "utf-8")
    (problem,) = page.state()["problems"]
    assert (problem["file"], problem["line"]) == ("candidates.csv", 6)
    assert problem["zh"]
    assert problem["en"]
    asked = {"address": "127.0.0.1:7443", "operator": "wang", "authority": "li"} | AGREED
    answer = page.ask("POST", "/api/seal", json=asked)
    assert answer.status_code == 409
    assert answer.json()["problems"]
    assert not (tmp_path / "home").exists()


def test_laptops_codes_and_groups(page: Page, filled: Path) -> None:
    assert [one["node"] for one in page.state()["laptops"]] == ["n1", "n2"]
    code = page.ask("POST", "/api/code", json={"node": "n1"}).json()["code"]
    assert code not in json.dumps(page.state())
    assert page.ask("POST", "/api/code", json={"node": "n9"}).status_code == 404
    # a request that was made without the code is not taken
    data = (filled / "enrolments" / "n1.json").read_bytes()
    (taken,) = page.ask("POST", "/api/enrolments", files=[("files", ("n1.json", data))]).json()["taken"]
    assert taken["zh"]
    assert taken["en"]
    assert page.ask("POST", "/api/confirm", json={"node": "n1", "groups": "1 2 3"}).status_code == 409


def test_nobody_asks_without_the_word_of_the_link(page: Page) -> None:
    assert page.ask("GET", "/").status_code == 200
    for headers in ({}, {WORD: ""}, {WORD: "x" * 32}):
        page.headers = headers
        for method, path in (("GET", "/api/state"), ("POST", "/api/seal"), ("GET", "/api/template"), ("GET", "/api/x")):
            assert page.ask(method, path).status_code == 404, path


def test_an_upload_has_its_bounds(page: Page) -> None:
    answer = page.ask("POST", "/api/workbooks", files=[("files", ("a.xlsx", b"not a workbook"))])
    assert answer.status_code == 422
    # a person reads what is wrong, not the name of an error of the program
    error = answer.json()["error"]
    assert "不是有效的 Excel 文件" in error["zh"]
    assert "not a valid Excel file" in error["en"]
    assert not re.search("[A-Z][a-z]+[A-Z]|Error|File\\b", error["zh"])
    page.headers = page.headers | {"content-length": str(33 * 1024 * 1024)}
    assert page.ask("POST", "/api/workbooks", content=b"").status_code == 413


def test_a_sheet_is_printed_before_there_is_a_record(page: Page) -> None:
    answer = page.ask("GET", "/api/sheets/v1")
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF")
    assert page.ask("GET", "/api/sheets/v9").status_code == 409
