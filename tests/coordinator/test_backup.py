"""Backup, restore, catching up, rebuilding, on both databases; ballots come again and nothing else does [INTAKE-8]."""

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.backup.catching_up import catch_up, rebuild_from
from coordinator.backup.saving import backup, restore
from coordinator.intake.admission import Received
from coordinator.intake.jobs import Position, Where
from coordinator.settings import CountyError, Home
from coordinator.store import entries as log
from coordinator.store.stores import SQLITE, open_stores
from tally_protocol.record.unit_kinds import TOTALS as NAMES
from tests.coordinator.county import Bench, whole_count
from tests.coordinator.processes import check_refused
from tests.coordinator.tampering import Watched
from tests.postgres import Template

TOTALS = dict.fromkeys(NAMES, 1)


@pytest.fixture
def watched(bench: Bench, tmp_path: Path) -> Watched:
    return Watched(bench, tmp_path / "public")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, url: str) -> Iterator[str]:
    """Another place for a database of the same kind."""
    if url == SQLITE:
        yield SQLITE
        return
    tables: Template = request.getfixturevalue("tables")
    with tables.database() as made:
        yield made


def new_home(watched: Watched, tmp_path: Path) -> Home:
    """Keys alone, as from a safe."""
    home = Home(tmp_path / "new")
    home.path.mkdir(mode=0o700)
    shutil.copytree(watched.bench.home.keys, home.keys)
    return home


def asked(bench: Bench, *chains: str) -> dict[str, int]:
    found: list[list[Position]] = []
    bench.writer.process([Where(chains, found.append)])
    return {position.chain: position.again_from for position in found[0]}


def at_bench(home: Home, old: Bench, url: str) -> Bench:
    return Bench(home, old.world, url)


def look(new: Bench, public: Path) -> Watched:
    """The self-check of the new machine."""
    watched = object.__new__(Watched)
    watched.bench, watched.public = new, public
    watched.look_anew()
    return watched


def test_the_ballots_come_again_and_nothing_else(watched: Watched, tmp_path: Path, elsewhere: str) -> None:
    """[INTAKE-8]: a part is taken if it opens for its record and is the one that the record names."""
    _, chains = whole_count(watched.bench.world)
    home = new_home(watched, tmp_path)
    done = rebuild_from(home, watched.public, elsewhere)
    assert (done.before, done.entries, done.published) == (0, watched.stored, watched.stored)
    parts = [one for chain in chains for one in chain if one.sealed]
    assert done.owed == len(parts)
    with contextlib.closing(at_bench(home, watched.bench, elsewhere)) as bench:
        new = look(bench, watched.public)
        assert new.cycle() == {}
        assert f"changpiao_sealed_owed {float(len(parts))}" in bench.metrics.text().decode()
        assert asked(bench, "s/v1/1", "s/v1/2", "s/v2/1", "u/v1") == {"s/v1/1": 2, "s/v1/2": 2, "s/v2/1": 2, "u/v1": 0}
        # another batch's part, and noise
        for blob in (parts[1].sealed, parts[0].sealed[:-1] + b"\0", b"x"):
            assert bench.one(Received(parts[0].note, blob, "node-1")).outcome == "duplicate"
        assert asked(bench, "s/v1/1") == {"s/v1/1": 2}
        for chain in chains[:3]:
            assert {answer.outcome for answer in bench.deliver(*chain).answers} == {"duplicate"}
            # twice: the second changes nothing
            assert {answer.outcome for answer in bench.deliver(*chain).answers} == {"duplicate"}
        assert asked(bench, "s/v1/1", "s/v1/2", "s/v2/1") == {"s/v1/1": 0, "s/v1/2": 0, "s/v2/1": 0}
        assert new.cycle() == {}
        assert "changpiao_sealed_owed 0.0" in bench.metrics.text().decode()
        assert bench.one(watched.last).outcome == "accepted"


def test_who_deletes_ballots_cannot_call_them_owed(watched: Watched) -> None:
    """The range of what may be missing is in the county's own word."""
    nought = r"'\x0000000000000000'::bytea" if watched.bench.store.postgres else "x'0000000000000000'"
    watched.edit(
        "DELETE FROM sealed WHERE record = (SELECT min(record) FROM sealed)",
        f"INSERT INTO marks (name, upto, digest, mac) SELECT 'owed', 70000, {nought}, mac FROM marks"  # noqa: S608
        " WHERE name = 'forks'",
    )
    assert watched.cycle() == {"sealed": "E_SELF_CHECK"}


def test_an_old_backup_refuses_until_it_has_caught_up(watched: Watched, tmp_path: Path, elsewhere: str) -> None:
    """[PUB-1]: made while the county works; after it another record is admitted and published."""
    bench = watched.bench
    backup(bench.home, tmp_path / "copy", bench.url)
    assert bench.one(watched.last).outcome == "accepted"
    assert watched.publisher.publish(watched.stored)
    shown = (watched.public / "checkpoint").read_bytes()
    home = new_home(watched, tmp_path)
    restore(home, tmp_path / "copy", elsewhere)
    with pytest.raises(CountyError, match=r"E_LOCK_AHEAD.*catch-up"):
        open_stores(home, elsewhere, "all")
    check_refused("E_LOCK_AHEAD", home.path, elsewhere, watched.public, tmp_path / "refused.log")
    old = tmp_path / "old"
    old.mkdir()
    with pytest.raises(CountyError, match="E_LOCK_AHEAD"):
        catch_up(home, old, elsewhere)
    done = catch_up(home, watched.public, elsewhere)
    assert done.entries == watched.stored > done.before
    with contextlib.closing(open_stores(home, elsewhere, "all")):
        pass
    with contextlib.closing(at_bench(home, bench, elsewhere)) as new:
        assert look(new, watched.public).cycle() == {}
        publisher, _ = new.publisher(watched.public)
        publisher.recover(log.size(new.store))
        assert (watched.public / "checkpoint").read_bytes() == shown
        assert new.one(watched.last).outcome == "duplicate"


def test_what_was_placed_in_another_order_is_placed_anew(watched: Watched, tmp_path: Path, elsewhere: str) -> None:
    """A copy made by other means: laptops had delivered before anybody noticed. Nothing of it was signed."""
    bench = watched.bench
    backup(bench.home, tmp_path / "copy", bench.url)
    size = watched.stored
    assert bench.one(watched.last).outcome == "accepted"
    bench.append(size, b"\1" * 32, b"\2" * 32, TOTALS)
    assert watched.publisher.publish(watched.stored)
    home = new_home(watched, tmp_path)
    restore(home, tmp_path / "copy", elsewhere)
    with contextlib.closing(at_bench(home, bench, elsewhere)) as new:
        # the county's own record comes first now, and is another one
        new.append(size, b"\1" * 32, b"\3" * 32, TOTALS)
        assert new.one(watched.last).outcome == "accepted"
    done = catch_up(home, watched.public, elsewhere)
    assert done.published == watched.stored
    with contextlib.closing(at_bench(home, bench, elsewhere)) as new:
        assert look(new, watched.public).cycle() == {}
        mine, theirs = (list(log.read_range(one.store, 0, watched.stored)) for one in (new, bench))
        assert [entry.hash for entry in mine] == [entry.hash for entry in theirs]


def test_a_signed_entry_is_never_placed_anew(watched: Watched, tmp_path: Path, elsewhere: str) -> None:
    """Two histories under one key: nothing is changed, a person decides."""
    bench = watched.bench
    backup(bench.home, tmp_path / "copy", bench.url)
    size = watched.stored
    bench.append(size, b"\1" * 32, b"\2" * 32, TOTALS)
    assert bench.one(watched.last).outcome == "accepted"
    assert watched.publisher.publish(watched.stored)
    home = new_home(watched, tmp_path)
    restore(home, tmp_path / "copy", elsewhere)
    with contextlib.closing(at_bench(home, bench, elsewhere)) as new:
        new.append(size, b"\1" * 32, b"\3" * 32, TOTALS)
        publisher, _ = new.publisher(tmp_path / "second")
        publisher.recover(log.size(new.store))
        assert publisher.publish(log.size(new.store))
        before = log.counts(new.store)
    with pytest.raises(CountyError, match="E_SPLIT"):
        catch_up(home, watched.public, elsewhere)
    with contextlib.closing(open_stores(home, elsewhere)) as stores:
        assert log.counts(stores.store) == before


def test_backups_are_whole_while_records_come_in(bench: Bench, tmp_path: Path) -> None:
    """Lock and store of a copy fit together whatever was committed in between."""
    publisher, _ = bench.publisher(tmp_path / "public")
    publisher.recover(bench.writer.durable)
    for number, chain in enumerate(whole_count(bench.world)[1]):
        bench.deliver(*chain)
        publisher.publish(bench.writer.durable)
        said = backup(bench.home, tmp_path / f"copy-{number}", bench.url, time.time)
        assert said["entries"] == bench.writer.durable
    with pytest.raises(CountyError, match="is there already"):
        backup(bench.home, tmp_path / "copy-0", bench.url)
