"""A published folder as it is found: growing, in several versions of a unit, with a progress bar for the patient."""

import io
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.exports.package import Wish, export
from coordinator.exports.progress import Progress
from coordinator.exports.reading import read_published
from coordinator.exports.rows import path_of, rows_of
from coordinator.settings import CountyError
from tally_protocol.log.tiles import WIDTH, bundle_path
from tally_protocol.record.signing import sign_record
from tests.exports.conftest import verifier_table
from tests.published import Story, honest_story, log_files, write_files
from tests.world import World, hash_of


def quiet() -> Progress:
    return Progress(stream=io.StringIO())


def test_a_log_that_grew_since_its_checkpoint(tmp_path: Path) -> None:
    """The partial file is gone, the full one stands in for it [TILE-1]."""
    story = honest_story(fillers=WIDTH)
    world = story.world
    early = WIDTH + 20
    old = log_files(world, world.entries[:early])
    new = log_files(world, world.entries)
    files = {name: data for name, data in old.items() if ".p/" not in name} | new | {"checkpoint": old["checkpoint"]}
    write_files(tmp_path / "public", files)
    assert not (tmp_path / "public" / bundle_path(1, early - WIDTH)).exists()
    if len(world.entries) < 2 * WIDTH:
        write_files(tmp_path / "public", {bundle_path(1, early - WIDTH): old[bundle_path(1, early - WIDTH)]})
    assert read_published(tmp_path / "public", quiet()).checkpoint.size == early
    grown = log_files(world, [*world.entries, *world.entries])
    if bundle_path(1) in grown:
        (tmp_path / "public" / bundle_path(1, early - WIDTH)).unlink()
        write_files(tmp_path / "public", {bundle_path(1): grown[bundle_path(1)]})
        assert read_published(tmp_path / "public", quiet()).checkpoint.size == early


def test_a_newer_version_of_a_unit(tmp_path: Path) -> None:
    """Before anything has opened the authority may seal a unit again; totals and names follow the newest [SEAL-5]."""
    world = World()
    unit, old = world.units["v1"]
    newer = replace(unit, version=2, prev=old, name="改名村", registered=401)
    note = sign_record("unit", newer, [world.authority])
    world.entries.append(note)
    world.units["v1"] = newer, hash_of(note)
    story = Story(world)
    story.count("v1", "1")
    story.count("v1", "2")
    story.state("v1")
    write_files(tmp_path / "public", log_files(world, world.entries))
    export(tmp_path / "public", tmp_path / "out", Wish(formats=("csv",)))
    text = (tmp_path / "out" / "csv" / "units.csv").read_text("utf-8")
    assert "v1,改名村," in text
    votes = (tmp_path / "out" / "csv" / "votes.csv").read_text("utf-8").splitlines()[1:]
    plain = [line.split(",") for line in votes]
    assert [[row[0], row[1], row[3], row[7]] for row in plain] == verifier_table("totals", tmp_path / "public")


@pytest.mark.parametrize("name", ["checkpoint", "tile/entries/000.p/36"])
def test_what_is_missing_is_named(record: Path, tmp_path: Path, name: str) -> None:
    place = tmp_path / "public"
    for path in record.rglob("*"):
        if path.is_file() and path.relative_to(record).as_posix() != name:
            write_files(place, {path.relative_to(record).as_posix(): path.read_bytes()})
    with pytest.raises(CountyError) as raised:
        read_published(place, quiet())
    assert "缺少" in raised.value.zh
    assert "missing" in raised.value.en


def test_an_entry_of_an_unknown_chain_is_refused(tmp_path: Path) -> None:
    other = World(id="other-test")
    story = honest_story()
    desk = other.desk("v1", "1")
    desk.open()
    story.world.entries.append(desk.notes[0])
    write_files(tmp_path / "public", log_files(story.world, story.world.entries))
    with pytest.raises(CountyError, match="E_"):
        read_published(tmp_path / "public", quiet())


def test_a_place_with_a_slash_stays_one_place() -> None:
    assert path_of(("甲/乙", "丙")) == "甲\uff0f乙 / 丙"


def test_the_bar_waits_two_seconds_and_says_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("coordinator.exports.progress.time.monotonic", lambda: now[0])
    stream = io.StringIO()
    bar = Progress(asked=True, stream=stream)
    for step in bar.count(range(1, 101), 100, "读取", "reading"):
        assert bool(stream.getvalue()) == (now[0] >= 2.0)
        now[0] = step / 20
    bar.end()
    assert re.search(r"\[#+\.*\] \d+/100 读取 reading, \d s", stream.getvalue())
    assert stream.getvalue().endswith("\n")
    silent = io.StringIO()
    bar = Progress(stream=silent)
    now[0] = 0.0
    for _ in bar.count(range(9), 9, "读取", "reading"):
        now[0] += 1.0
    bar.end()
    assert silent.getvalue() == ""


def test_rows_without_batches(record: Path) -> None:
    sheets = rows_of(read_published(record, quiet()), quiet())
    assert "batches" not in sheets.rows


@pytest.mark.parametrize("name", ["checkpoint", "tile/entries/000.p/36"])
def test_a_spoilt_byte_is_a_sentence_never_a_traceback(record: Path, tmp_path: Path, name: str) -> None:
    dice = random.Random(7)  # noqa: S311 - dice that can be thrown again
    place = tmp_path / "public"
    write_files(place, {f.relative_to(record).as_posix(): f.read_bytes() for f in record.rglob("*") if f.is_file()})
    data = (record / name).read_bytes()
    spoilt = [data[: dice.randrange(len(data))] for _ in range(15)]
    for _ in range(60):
        at = dice.randrange(len(data))
        spoilt.append(data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :])
    for one in spoilt:
        (place / name).write_bytes(one)
        with pytest.raises(CountyError) as raised:
            read_published(place, quiet())
        assert re.search(r"[\u4e00-\u9fff]", raised.value.zh)
