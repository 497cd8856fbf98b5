"""The same page as files: what a file server gives is what the county's own server gives."""

import json
from pathlib import Path

from coordinator.board.checking import Outside
from coordinator.board.files import NAMES, read_static
from coordinator.board.snapshots import Snapshots
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
