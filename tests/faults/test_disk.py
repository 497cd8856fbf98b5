"""Full disks: refused with E_DISK or a clear end, nothing acknowledged is lost, and it goes on when space returns.

[INTAKE-2] [PUB-2] (P1). A small tmpfs needs root; the limit on file sizes, which tears writes in two, runs everywhere.
Below: the same with a PostgreSQL whose disk is full, where its tables are or where all of it is.
"""

import contextlib
import os
import random
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from coordinator.publish.publisher import RESERVE
from tests.faults.conftest import empty
from tests.faults.ledger import Ledger, reading
from tests.faults.rig import FEW, ROUNDS, Rig, wait_for
from tests.faults.town import Town
from tests.faults.verdict import check_whole
from tests.postgres import Server, own_server, plain, server_in

pytestmark = pytest.mark.fault
MEBIBYTE = 1024 * 1024
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")


@contextlib.contextmanager
def small_disk(path: Path, kibibytes: int) -> Iterator[Path]:
    """A disk of its own size at a path."""
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "none", str(path)], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def put_on(disk: Path, folder: Path) -> None:
    """Move a folder to the disk; its old name leads there."""
    shutil.move(folder, disk / folder.name)
    folder.symlink_to(disk / folder.name)


@contextlib.contextmanager
def county_on_disk(town: Town, path: Path) -> Iterator[tuple[Path, Rig, Ledger]]:
    """The county and what it publishes on a disk that is little larger than its reserve."""
    with small_disk(path / "disk", 72 * 1024) as disk, Rig(town, path / "round") as rig:
        put_on(disk, rig.town.county)
        rig.public.mkdir()
        put_on(disk, rig.public)
        with Ledger(rig) as ledger:
            yield disk, rig, ledger


def fill(disk: Path, leave: int) -> Path:
    """A file that leaves so many bytes free; gives it, to be removed."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as stream, contextlib.suppress(OSError):
        # others write too: until the disk itself says no
        while (free := shutil.disk_usage(disk).free - leave) > 0:
            stream.write(bytes(min(free, MEBIBYTE)))
    return filler


def play_out(rig: Rig) -> None:
    """All laptops to their end, the county stopped in order, everything whole."""
    for node in rig.town.nodes:
        started = rig.start_node(node)
        assert started.wait() == 0, started.errors()
    county = rig.running["county"]
    county.signal(15)
    assert county.wait() == 0, county.errors()
    check_whole(rig)


def ready(admin: str) -> int:
    """Status of /readyz."""
    try:
        with urllib.request.urlopen(f"http://{admin}/readyz", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@needs_root
def test_a_county_with_a_nearly_full_disk_takes_nothing_new(town: Town, tmp_path: Path) -> None:
    with county_on_disk(town, tmp_path) as (disk, rig, ledger):
        filler = fill(disk, 60 * MEBIBYTE)
        county = rig.start_county().wait_ready()
        node = town.nodes[0]
        assert rig.start_node(node, "--give-up", "2").wait() == 4, rig.running[node].errors()
        assert "E_DISK" in rig.running[node].errors()
        assert "E_DISK" in county.errors()
        with reading(rig.town.county / "store.db") as store:
            assert store.execute("SELECT count(*) FROM entries WHERE kind = 'open'").fetchone() == (0,)
        filler.unlink()
        play_out(rig)
        ledger.settle()


@needs_root
@pytest.mark.parametrize("seed", range(max(1, ROUNDS // 10)))
def test_a_disk_that_fills_up_meanwhile_costs_nothing(town: Town, tmp_path: Path, seed: int) -> None:
    """Not a byte is left at a random moment: the county refuses or ends; with space again it goes on."""
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    with county_on_disk(town, tmp_path) as (disk, rig, ledger):
        county = rig.start_county().wait_ready()
        for node in town.nodes:
            rig.start_node(node)
        until = ledger.progress + dice.randint(1, 30)
        wait_for(lambda: ledger.progress >= until, "some progress")
        filler = fill(disk, 0)
        time.sleep(dice.random() * 3)
        if not county.alive:
            assert county.wait() == 70, county.errors()
        if dice.random() < 0.5:
            county.kill()
            code, said = rig.serve_once()
            assert code in (0, 1, 70), said
            assert code != 1 or "E_DISK" in said, said
        filler.unlink()
        if not rig.running["county"].alive:
            rig.start_county().wait_ready()
        for node in town.nodes:
            assert rig.running[node].wait() == 0, rig.running[node].errors()
        play_out(rig)
        ledger.settle()


@needs_root
def test_a_full_public_disk_is_repaired_when_space_returns(town: Town, tmp_path: Path) -> None:
    """Records are taken in and receipted; publishing waits, says so, and goes on by itself."""
    disk = tmp_path / "round" / "public"
    with Rig(town, tmp_path / "round") as rig, small_disk(disk, 40), Ledger(rig) as ledger:
        county = rig.start_county().wait_ready()
        node = rig.start_node(town.nodes[0])
        wait_for(lambda: ready(county.admin) == 503, "a county that says that it cannot publish")
        wait_for(lambda: bool(ledger.receipts), "receipts all the same")
        assert node.alive, "the laptop waits for its proofs"
        # more than the publisher's reserve: below it no round is begun
        subprocess.run(["mount", "-o", f"remount,size={4 * RESERVE >> 20}m", str(disk)], check=True)
        wait_for(lambda: ready(county.admin) == 200, "a county that publishes again")
        assert node.wait() == 0, node.errors()
        play_out(rig)
        ledger.settle()


@needs_root
def test_a_laptop_with_a_full_disk_says_so_and_goes_on_later(town: Town, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1024) as disk, Rig(town, tmp_path / "round") as rig:
        node = town.nodes[0]
        put_on(disk, rig.town.home(node))
        rig.start_county().wait_ready()
        filler = fill(disk, 100_000)
        for reserve in (150_000, 0):
            # refused before the disk is full; and, without a reserve, at the very last byte
            full = rig.start_node(node, CHANGPIAO_DISK_RESERVE=str(reserve))
            assert full.wait() == 5, full.errors()
            assert "E_DISK" in full.errors() or "N_STORAGE" in full.errors()
            assert "Traceback" not in full.errors()
            filler = fill(disk, 4096)
        filler.unlink()
        assert rig.start_node(node, CHANGPIAO_DISK_RESERVE="0").wait() == 0, rig.running[node].errors()
        shutil.rmtree(rig.path / "elsewhere", ignore_errors=True)
        shutil.copytree(disk / node, rig.path / "elsewhere")
        rig.town.home(node).unlink()
        (rig.path / "elsewhere").rename(rig.town.home(node))
        play_out(rig)


def limited(kibibytes: int) -> list[str]:
    """A shell that limits the size of files, then becomes the program."""
    return ["sh", "-c", f'ulimit -f {2 * kibibytes}; exec "$@"', "limited"]


@pytest.mark.parametrize("seed", range(max(1, ROUNDS // 10)))
def test_a_torn_write_of_the_county_costs_nothing_acknowledged(town: Town, tmp_path: Path, seed: int) -> None:
    """RLIMIT_FSIZE: a write ends in the middle of a page; the county ends, and the next start has all it promised."""
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    with Rig(town, tmp_path / "round") as rig, Ledger(rig) as ledger:
        # the write-ahead log is the file that grows
        county = rig.start_county(prefix=limited(dice.randint(120, 320)))
        for node in town.nodes:
            rig.start_node(node)
        wait_for(lambda: not county.alive, "the county ends itself", 60)
        assert county.wait() in (1, 70), county.errors()
        assert "E_DISK" in county.errors() or "stopped" in county.errors(), county.errors()
        rig.start_county().wait_ready()
        for node in town.nodes:
            assert rig.running[node].wait() == 0, rig.running[node].errors()
        play_out(rig)
        ledger.settle()


@contextlib.contextmanager
def server_on_disk(whole: bool) -> Iterator[tuple[Path, Server, str]]:
    """A server that is on a small disk with its log and everything, or with the county's tables alone."""
    with tempfile.TemporaryDirectory(prefix="tally-disk-") as short, small_disk(Path(short), 96 * 1024) as disk:
        # the server is another user, and sockets have no long paths
        Path(short).parent.chmod(0o1777)
        small = {"max_wal_size": "4MB", "min_wal_size": "2MB"}
        there = server_in(disk / "server", "--wal-segsize=1", **small) if whole else own_server()
        with there as server:
            tables = disk / "tables"
            tables.mkdir()
            shutil.chown(tables, server.data.owner())
            with psycopg.connect(plain(server.url("postgres")), autocommit=True) as admin:
                admin.execute(f"CREATE TABLESPACE small LOCATION '{tables}'".encode())
                admin.execute("CREATE DATABASE county TABLESPACE small")
            url = server.url("county").render_as_string(hide_password=False)
            empty(url)
            yield disk, server, url


@needs_root
@pytest.mark.parametrize("whole", [pytest.param(False, id="tables"), pytest.param(True, id="whole")][: FEW and 1])
@pytest.mark.parametrize("seed", range(max(1, ROUNDS // 50)))
def test_a_full_disk_of_the_server_costs_nothing(town: Town, tmp_path: Path, seed: int, whole: bool) -> None:
    """The server refuses rows, or with its own log on that disk panics: the county ends, and goes on when told to."""
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    with server_on_disk(whole) as (disk, server, url), Rig(town, tmp_path / "round", url) as rig, Ledger(rig) as ledger:
        county = rig.start_county().wait_ready()
        # the first seed's disk is full before anybody counts: a busy machine can be through before a later moment comes
        filler = fill(disk, 0) if seed == 0 else None
        for node in town.nodes:
            rig.start_node(node)
        if filler is None:
            until = ledger.progress + dice.randint(1, 30)
            wait_for(lambda: ledger.progress >= until, "some progress")
            filler = fill(disk, 0)
        wait_for(
            lambda: not county.alive or "E_DISK" in county.errors()
            or not any(rig.running[node].alive for node in town.nodes),
            "an end",
        )  # fmt: skip
        time.sleep(1.0)
        if seed and county.alive:
            # every record was in before: the publisher alone waits for room, and laptops for their proofs
            filler.unlink()
            for node in town.nodes:
                assert rig.running[node].wait() == 0, rig.running[node].errors()
            play_out(rig)
            ledger.settle()
            return
        assert county.wait() == 70, county.errors()
        last = [line for line in county.errors().splitlines() if "the writer stopped" in line]
        assert whole or (last and '"code": "E_DISK"' in last[0]), county.errors()
        code, said = rig.serve_once()
        assert code in (0, 1, 70), said
        assert code == 0 or "E_DISK" in said or (whole and "cannot reach the database" in said), said
        filler.unlink()
        go_on(rig, server, ledger)


def go_on(rig: Rig, server: Server, ledger: Ledger) -> None:
    """Space is back: server and county are started again, laptops that waited deliver, all is whole."""
    if not server.alive:
        server.start()
    rig.start_county().wait_ready()
    for node in rig.town.nodes:
        assert rig.running[node].wait() == 0, rig.running[node].errors()
    play_out(rig)
    ledger.settle()


@pytest.mark.parametrize("seed", range(max(FEW is None, ROUNDS // 50)))
def test_a_torn_write_of_the_server_costs_nothing_acknowledged(town: Town, tmp_path: Path, seed: int) -> None:
    """RLIMIT_FSIZE: its log ends in the middle of a page, the server panics and cannot recover; later it can."""
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    # not files: shared memory is not what is limited
    with own_server("--wal-segsize=1", min_wal_size="2MB", dynamic_shared_memory_type="sysv") as server:
        with psycopg.connect(plain(server.url("postgres")), autocommit=True) as admin:
            admin.execute("CREATE DATABASE county")
        url = server.url("county").render_as_string(hide_password=False)
        empty(url)
        with Rig(town, tmp_path / "round", url) as rig, Ledger(rig) as ledger:
            with psycopg.connect(plain(server.url("postgres")), autocommit=True) as admin:
                # what comes now is written from the beginning of a file, up to the limit
                admin.execute("CHECKPOINT")
                admin.execute("SELECT pg_switch_wal()")
            server.stop()
            server.prefix = tuple(limited(dice.randint(150, 320)))
            server.start()
            county = rig.start_county()
            for node in town.nodes:
                rig.start_node(node)
            wait_for(lambda: not (county.alive or server.alive), "server and county end", 60)
            assert county.wait() in (1, 70), county.errors()
            assert "Traceback" not in county.errors()
            server.prefix = ()
            go_on(rig, server, ledger)
