from pathlib import Path

import pytest

from coordinator.forms.making import Sources, Wish, fill
from coordinator.forms.record import Record, Scope, read_record
from coordinator.settings import CountyError
from tally_protocol.log.tiles import bundle_path
from tests.forms.village import publish, village


def test_one_unit_is_read_as_in_the_whole_record(public: Path, record: Record) -> None:
    alone = read_record(public, Scope(unit="v1"))
    assert list(alone.units) == ["v1"]
    assert list(record.units) == ["v1", "v2"]
    assert alone.units["v1"].head == record.units["v1"].head
    assert alone.units["v1"].totals() == record.units["v1"].totals()
    assert alone.units["v1"].declared is not None
    assert alone.versions["v1"] == record.versions["v1"]
    assert alone.checkpoint == record.checkpoint


@pytest.mark.parametrize(
    ("township", "units"),
    [("东乡", ["v1", "v2"]), ("清河县/东乡", ["v1", "v2"]), ("清河县", ["v1", "v2"]), ("西乡", []), ("东", [])],
)
def test_a_township_is_named_short_or_whole(public: Path, township: str, units: list[str]) -> None:
    assert list(read_record(public, Scope(township=township)).units) == units


def test_villages_are_named_one_by_one_whatever_their_place(tmp_path: Path, record: Record) -> None:
    folder = publish(village(towns={"v1": ("市", "清河县", "东乡"), "v2": ()}), tmp_path)
    assert list(read_record(folder, Scope(units=frozenset({"v2"}))).units) == ["v2"]
    first = read_record(folder, Scope(township="x", units=frozenset({"v1", "v9"})))
    assert list(first.units) == ["v1"]
    # with all its tables
    assert first.units["v1"].totals() == record.units["v1"].totals()
    assert list(read_record(folder, Scope(township="清河县")).units) == ["v1"]
    wish = Wish(form="daily", units=("v2",))
    body = fill(wish, Sources(public=folder)).data["body"]
    assert [line["id"] for line in body["lines"]] == ["v2"]


def test_a_kept_checkpoint_gives_the_record_of_that_moment(tmp_path: Path) -> None:
    world = village()
    folder = publish(world, tmp_path / "public")
    kept = tmp_path / "kept"
    kept.write_bytes(world.checkpoint(10))
    then = read_record(folder, Scope(unit="v1"), kept)
    assert then.checkpoint.size == 10
    assert not then.units["v1"].final
    assert read_record(folder, Scope(unit="v1")).units["v1"].final


def test_a_changed_entry_is_noticed(tmp_path: Path) -> None:
    world = village()
    folder = publish(world, tmp_path)
    path = folder / bundle_path(0, len(world.entries))
    path.write_bytes(path.read_bytes().replace("清河县换届选举".encode(), "清河县换届选拔".encode()))
    with pytest.raises(CountyError, match=r"E_ROOT|E_SIG|E_ELECTION"):
        read_record(folder, Scope(unit="v2"))


def test_an_incomplete_folder_is_said_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(CountyError, match="checkpoint"):
        read_record(tmp_path, Scope())
    world = village(counted=False)
    folder = publish(world, tmp_path)
    (folder / bundle_path(0, len(world.entries))).unlink()
    with pytest.raises(CountyError, match="entries"):
        read_record(folder, Scope())


def test_an_unknown_unit_is_said_in_both_languages(record: Record) -> None:
    with pytest.raises(CountyError) as caught:
        record.unit("v9")
    assert "没有单位 v9" in caught.value.zh
    assert "no unit v9" in caught.value.en
