"""The same page as files: what a file server gives is what the county's own server gives."""

import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from coordinator.board import snapshots
from coordinator.board.checking import Outside
from coordinator.board.files import NAMES, read_static
from coordinator.board.snapshots import Snapshots
from coordinator.settings import CountyError
from tests.board.played import Played


def test_the_folder_holds_the_whole_page(tmp_path: Path) -> None:
    feed = Played().until().feed
    Snapshots(feed, tmp_path, Outside("https://board.example/", "https://record.example/")).write()
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == read_static(name)[0]
    assert (tmp_path / "plan.json").read_bytes() == feed.plan_bytes()
    assert (tmp_path / "now.json").read_bytes() == feed.now_bytes()
    assert (tmp_path / "recent.json").read_bytes() == feed.recent_bytes()
    assert (tmp_path / "units/v1.json").read_bytes() == feed.village_bytes("v1")
    assert (tmp_path / "units/v2.records.json").read_bytes() == feed.records_bytes("v2")
    assert (tmp_path / "qr/v2.svg").read_bytes().startswith(b"<svg")
    said = json.loads((tmp_path / "outside.json").read_bytes())
    assert said == {"page": "https://board.example/", "record": "https://record.example/", "files": True}
    assert not list(tmp_path.rglob("*.tmp"))


def test_only_what_changed_is_written_again(tmp_path: Path) -> None:
    played = Played().until(10)
    files = Snapshots(played.feed, tmp_path)
    files.write()
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*.json")}
    played.until(12)
    files.follow()
    changed = {path.relative_to(tmp_path).as_posix() for path, inode in before.items() if path.stat().st_ino != inode}
    assert changed == {"recent.json", "units/v1.json", "units/v1.records.json"}
    assert json.loads((tmp_path / "recent.json").read_bytes())["size"] == 12


def test_a_reader_of_files_stays_with_a_reader_of_the_stream(tmp_path: Path) -> None:
    """`now.json` once, then `recent.json`: after every round both have the same lines."""
    played = Played().until(6)
    files = Snapshots(played.feed, tmp_path)
    files.write()
    now = json.loads((tmp_path / "now.json").read_bytes())
    mine = dict(enumerate(now["rows"]))
    size = now["size"]
    for _ in played.each():
        files.follow()
        recent = json.loads((tmp_path / "recent.json").read_bytes())
        assert recent["from"] <= size
        mine |= {index: row for index, *row in recent["rows"]}
        size = recent["size"]
        assert list(mine.values()) == played.feed.now()["rows"]


def test_while_it_runs_it_follows_by_itself_and_ends_complete(tmp_path: Path) -> None:
    played = Played().until(10)
    files = Snapshots(played.feed, tmp_path)
    files.start()
    played.until()
    files.stop()
    assert json.loads((tmp_path / "now.json").read_bytes())["size"] == len(played.entries)
    assert json.loads((tmp_path / "units/v1.json").read_bytes())["size"] == played.feed.rows()["v1"].size


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    blocked = tmp_path / "page"
    blocked.write_text("a file stands where the folder should be")
    played = Played().until(10)
    files = Snapshots(played.feed, blocked)
    files.start()
    played.until()
    assert played.feed.size == len(played.entries)
    blocked.unlink()
    files.stop()
    assert (blocked / "now.json").exists()


AWAY = OperationalError("SELECT", {}, Exception("the server closed the connection"))
DAMAGED = CountyError("E_STORE: 记录读不出", "E_STORE: a record does not read")


class Failing:
    """An archive that fails as long as `error` is set; `only` = for the unit with these records alone."""

    def __init__(self, entries: list[bytes], error: Exception | None = None) -> None:
        self.entries, self.error, self.asked = entries, error, 0
        self.only: tuple[int, ...] | None = None

    def notes(self, indexes: tuple[int, ...]) -> list[bytes]:
        self.asked += 1
        if self.error is not None and self.only in {None, indexes}:
            raise self.error
        return [self.entries[index] for index in indexes]


def soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def failing_files(
    played: Played, folder: Path, error: Exception, patch: pytest.MonkeyPatch, fatal: Callable[[BaseException], None]
) -> tuple[Snapshots, Failing]:
    archive = Failing(played.entries, error)
    patch.setattr(played.feed, "_archive", archive)
    patch.setattr(snapshots, "EVERY", 0.02)
    return Snapshots(played.feed, folder, fatal=fatal), archive


@pytest.mark.parametrize("error", [AWAY, DAMAGED], ids=["away", "damaged"])
def test_a_round_that_meets_a_failing_database_is_made_good_by_the_next(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="changpiao.board")
    played, told = Played().until(10), list[BaseException]()
    files, archive = failing_files(played, tmp_path, error, monkeypatch, told.append)
    files.start()
    assert soon(lambda: archive.asked > 5), "the thread has ended with the first failure"
    archive.error = None
    played.until()
    page = tmp_path / "units/v1.json"
    assert soon(lambda: page.exists() and json.loads(page.read_bytes())["size"] == played.feed.rows()["v1"].size)
    assert soon(lambda: len(caplog.messages) > 1)
    files.stop()
    assert files.healthy and not told
    assert caplog.messages == ["the board's files cannot be written", "the board's files are written again"]


def test_one_damaged_record_holds_up_no_other_village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played, other = Played().until(), Played().until()
    other.feed.records_bytes("v1")
    archive = Failing(played.entries, DAMAGED)
    archive.only = other.archive.asked[-1]
    monkeypatch.setattr(played.feed, "_archive", archive)
    files = Snapshots(played.feed, tmp_path)
    for _ in range(3):
        with pytest.raises(CountyError):
            files.follow(budget=5)
    assert (tmp_path / "units/v2.records.json").exists()
    assert not (tmp_path / "units/v1.records.json").exists()


def test_a_thread_that_ends_by_a_fault_is_told_and_not_healthy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, heard = list[BaseException](), threading.Event()

    def fatal(error: BaseException) -> None:
        told.append(error)
        heard.set()

    fault = ZeroDivisionError("a mistake of ours")
    files, _ = failing_files(Played().until(10), tmp_path, fault, monkeypatch, fatal)
    assert files.healthy
    files.start()
    assert heard.wait(10)
    assert told == [fault] and not files.healthy
