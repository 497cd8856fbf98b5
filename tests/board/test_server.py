"""The real web server over a played county: every file, its headers, what it refuses, the stream."""

import gzip
import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.board.checking import Outside, qr_svg, with_slash
from coordinator.board.files import NAMES, OWN, SHARED, STATIC, read_static
from coordinator.board.server import AT_ONCE, BoardServer, Shown
from tests.board.played import Played

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A board on a port of its own."""

    def __init__(self, played: Played, shown: Shown) -> None:
        self.played = played
        self.server = BoardServer("127.0.0.1", 0, played.feed, shown)
        self.server.start()

    def get(self, path: str, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    record = tmp_path / "public"
    record.mkdir()
    (record / "checkpoint").write_bytes(b"log.example/county-test\n")
    (tmp_path / "secret").write_text("not for anybody")
    site = Site(Played().until(), Shown(record=record))
    yield site
    site.server.stop()


def test_the_list_of_files_is_the_folder() -> None:
    there = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}
    assert set(NAMES) == there
    assert not set(SHARED) & set(OWN)
    with pytest.raises(KeyError):
        read_static("../server.py")


def test_everything_is_served_under_one_policy(site: Site) -> None:
    paths = ["/", *(f"/{name}" for name in NAMES), "/plan.json", "/now.json", "/recent.json", "/outside.json"]
    paths += ["/units/v1.json", "/units/v1.records.json", "/qr/v1.svg", "/record/checkpoint"]
    for path in paths:
        status, headers, body = site.get(path)
        assert (status, bool(body)) == (200, True), path
        assert headers["content-security-policy"].startswith("default-src 'self';"), path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff", path


def test_what_is_not_there_is_not_found(site: Site) -> None:
    paths = ["/units/v3.json", "/units/%2e%2e%2fv1.json", "/qr/v3.svg", "/static/board.js", "/board.py"]
    for path in [*paths, "/texts/fr.json", "/record/../secret", "/record/%2e%2e/secret", "/record/"]:
        assert site.get(path)[0] in {404, 405}, path


def test_pages_of_units_are_made_two_at_a_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for everything at once waits; small files do not."""
    now, most, made = 0, 0, site.played.feed.records_bytes
    counting = threading.Lock()

    def slow(unit: str) -> bytes | None:
        nonlocal now, most
        with counting:
            now += 1
            most = max(most, now)
        time.sleep(0.1)
        with counting:
            now -= 1
        return made(unit)

    monkeypatch.setattr(site.played.feed, "records_bytes", slow)
    askers = [threading.Thread(target=site.get, args=("/units/v1.records.json",)) for _ in range(12)]
    for asker in askers:
        asker.start()
    began = time.monotonic()
    assert site.get("/outside.json")[0] == 200
    assert time.monotonic() - began < 0.5
    for asker in askers:
        asker.join()
    assert most == AT_ONCE


def test_large_files_travel_compressed(site: Site) -> None:
    _, headers, body = site.get("/look.css", accept_encoding="gzip")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == (STATIC / "look.css").read_bytes()
    assert "content-encoding" not in site.get("/look.css")[1]


def test_links_lead_to_where_the_visitor_came_or_to_what_is_set(site: Site) -> None:
    port = site.server.port
    assert json.loads(site.get("/outside.json")[2]) == {
        "page": f"http://127.0.0.1:{port}/", "record": f"http://127.0.0.1:{port}/record/",
    }  # fmt: skip
    # a name that is no name of a host is not repeated
    assert json.loads(site.get("/outside.json", host='x"><script>')[2]) == {"page": "", "record": ""}
    fixed = Outside("https://board.example/", "https://record.example/")
    assert fixed.seen_by("other", has_record=True) == fixed
    assert with_slash("https://record.example") == "https://record.example/"
    assert with_slash("") == ""


def test_the_code_is_our_own_picture_of_the_address() -> None:
    assert qr_svg("v1", Outside()) == b""
    picture = qr_svg("v1", Outside("https://board.example/")).decode()
    assert picture.startswith("<svg ")
    assert "script" not in picture
    assert "style=" not in picture
    assert qr_svg("v2", Outside("https://board.example/")).decode() != picture


def test_the_stream_starts_where_the_viewer_stands(site: Site) -> None:
    played = site.played
    for asked, headers in (("?from=4", {}), ("?from=999", {"Last-Event-ID": "4"})):
        connection = http.client.HTTPConnection("127.0.0.1", site.server.port, timeout=10)
        connection.request("GET", f"/events{asked}", headers=headers)
        answer = connection.getresponse()
        assert (answer.getheader("Content-Type") or "").startswith("text/event-stream")
        lines = [answer.readline().decode().strip() for _ in range(5)]
        assert lines[0] == "retry: 1000"
        # four entries are before the plan that stands: the viewer reads everything anew
        assert lines[2:4] == ["event: reload", f"id: {played.feed.size}"]
        connection.close()


def test_pages_load_nothing_from_elsewhere_and_hold_no_script_or_style_of_their_own() -> None:
    for path in STATIC.rglob("*"):
        if path.suffix not in {".html", ".js", ".css", ".svg"}:
            continue
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z]+\.[a-z]", text), path
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text), path
        if path.suffix == ".html":
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text), path
