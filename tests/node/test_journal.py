"""P1 at the station: what was acknowledged is there after any death; what was edited is found (E_JOURNAL)."""

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tally_node.handoff import read_file
from tally_node.journal import Delivered
from tally_node.marks import Paper
from tally_node.schema import TABLES
from tally_node.service import Station, export
from tally_node.session import Player
from tally_node.settings import Home
from tally_node.table import Stack
from tally_node.voice import NodeError, StorageFailedError
from tally_protocol.ids import ChainName, Hash32
from tests.node.laptop import PASSPHRASE, TORN, VILLAGES, VOTE_A, WRITTEN, again, laptop, session_lines
from tests.world import TIME

ROUNDS = int(os.environ.get("CHANGPIAO_KILL_ROUNDS", "10"))


def start_code(home: Path) -> str:
    """The code with which a start is refused, or nothing."""
    try:
        Station.start(home, PASSPHRASE).close()
    except NodeError as error:
        return error.code
    return ""


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with every table of the journal in use."""
    station, _ = laptop(tmp_path_factory.mktemp("counted") / "home")
    player = Player(station)
    for group in player.groups(session_lines({"v1": VILLAGES["v1"]}, name="evening")):
        player.play(group)
    assert player.summary.refused == []
    table = station.table("v2", "1")
    table.open("123456789012", TIME)
    for _ in range(3):
        table.call("village", Paper(WRITTEN, ("王小二", "李四")))
    journal = station.journal
    chain = ChainName("s/v1/1")
    with journal.write():
        journal.add_receipt(chain, 0, b"a receipt")
        journal.add_proof(Hash32(bytes(32)), chain, 0, b"a proof")
        journal.add_refusal(chain, 0, bytes(32), code="E_GAP", words=("断", "gap"), time=TIME)
        journal.set_delivered(chain, Delivered(1, 0))
    station.close()
    assert start_code(station.home.path) == ""
    return station.home.path


def another(found: int | str | bytes) -> int | str | bytes:
    """Never the same value: a MAC ends with any byte."""
    if isinstance(found, int):
        return found + 1_000_000
    if isinstance(found, bytes):
        return found[:-1] + bytes([found[-1] ^ 1]) if found else b"!"
    return found[:-1] + "!"


CELLS = [(table, column) for table, (columns, _) in TABLES.items() for column in [*columns, "mac"]]


@pytest.mark.parametrize(("table", "column"), CELLS, ids=[f"{table}-{column}" for table, column in CELLS])
def test_every_edited_column_is_found(counted: Path, tmp_path: Path, table: str, column: str) -> None:
    home = shutil.copytree(counted, tmp_path / "home")
    database = sqlite3.connect(home / "journal.db")
    for verb in ("update", "delete"):
        database.execute(f"DROP TRIGGER IF EXISTS {table}_{verb}")
    select = f"SELECT {column} FROM {table} ORDER BY rowid LIMIT 1"  # noqa: S608 - the schema's own names
    (found,) = database.execute(select).fetchone()
    edited = another(found)
    first = f"(SELECT rowid FROM {table} ORDER BY rowid LIMIT 1)"  # noqa: S608 - the schema's own names
    database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = {first}", (edited,))  # noqa: S608 - the same
    database.commit()
    database.close()
    assert start_code(home) == "E_JOURNAL"
    # the records can still be carried to the county
    assert export(Home(home), tmp_path / "out.changpiao") == len(list(read_file(tmp_path / "out.changpiao")))


@pytest.mark.parametrize("table", ["records", "register", "manifest"])
def test_a_row_that_was_taken_away_is_found(counted: Path, tmp_path: Path, table: str) -> None:
    home = shutil.copytree(counted, tmp_path / "home")
    database = sqlite3.connect(home / "journal.db")
    database.execute(f"DROP TRIGGER IF EXISTS {table}_delete")
    second = f"(SELECT rowid FROM {table} ORDER BY rowid LIMIT 1 OFFSET 1)"  # noqa: S608 - the schema's own names
    database.execute(f"DELETE FROM {table} WHERE rowid = {second}")  # noqa: S608 - the same
    database.commit()
    database.close()
    assert start_code(home) in ("E_JOURNAL", "N_NOT_OURS")


def test_a_missing_paper_in_the_middle_is_found(counted: Path, tmp_path: Path) -> None:
    home = shutil.copytree(counted, tmp_path / "home")
    database = sqlite3.connect(home / "journal.db")
    database.execute("DELETE FROM papers WHERE number = 2")
    database.commit()
    database.close()
    station = Station.start(home, PASSPHRASE)
    with pytest.raises(NodeError) as caught:
        station.table("v2", "1").cut(TIME)
    assert caught.value.code == "E_JOURNAL"
    station.close()


def test_records_cannot_be_changed_through_sql(counted: Path) -> None:
    database = sqlite3.connect(counted / "journal.db")
    for sentence in ("UPDATE records SET note = x'00'", "DELETE FROM records"):
        with pytest.raises(sqlite3.IntegrityError, match="append only"):
            database.execute(sentence)
    database.close()


def test_a_damaged_page_is_found(counted: Path, tmp_path: Path) -> None:
    home = shutil.copytree(counted, tmp_path / "home")
    data = bytearray((home / "journal.db").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = bytes(4096)
    (home / "journal.db").write_bytes(data)
    assert start_code(home) == "E_JOURNAL"


def test_no_ballot_and_no_name_can_be_read_from_the_file(counted: Path) -> None:
    data = b"".join(path.read_bytes() for path in counted.glob("journal.db*"))
    assert WRITTEN not in data
    # v1 opened its names in a signed record; v2's are still private
    home = Station.start(counted, PASSPHRASE)
    assert home.table("v2", "1").chain.names == {}
    home.close()


def test_the_pragmas_that_durability_stands_on(counted: Path) -> None:
    station = Station.start(counted, PASSPHRASE)
    database = station.journal._db  # noqa: SLF001 - what the file really says
    found = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "page_size")]
    assert found == ["wal", 2, 8192]
    station.close()


@pytest.mark.fault
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    station, _ = laptop(tmp_path / "home")
    station.close()
    dice = random.Random(7)  # noqa: S311 - moments, not secrets
    acknowledged = 0
    for _ in range(ROUNDS):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.node.writer", str(tmp_path / "home")], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(dice.uniform(0.0, 0.15))
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read().splitlines()
        process.wait()
        process.stdout.close()
        numbers = [int(line.split()[1]) for line in said if line.startswith("paper ")]
        # a new process goes on exactly behind the last durable paper, acknowledged or not
        assert not numbers or numbers[0] in (acknowledged + 1, acknowledged + 2)
        acknowledged = max([acknowledged, *numbers])
        station = Station.start(tmp_path / "home", PASSPHRASE)
        kept = station.journal.count_papers(ChainName("s/v1/1"))
        assert kept in (acknowledged, acknowledged + 1)
        acknowledged = kept
        for line in said:
            if line.startswith("batches "):
                _, unit, name, count = line.split()
                assert len(station.table(unit, name).chain.state.batches) == int(count)
        station.close()
    assert acknowledged > ROUNDS
    station = Station.start(tmp_path / "home", PASSPHRASE)
    if acknowledged >= 50:
        station.table("v1", "1").cut(TIME)
        assert station.table("v1", "1").chain.state.running["village"][0] == acknowledged
    station.close()


@pytest.mark.fault
def test_new_work_is_refused_before_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    station, _ = laptop(tmp_path / "home")
    station.close()
    monkeypatch.setenv("CHANGPIAO_DISK_RESERVE", str(2**60))
    station = Station.start(tmp_path / "home", PASSPHRASE)
    with pytest.raises(NodeError) as caught:
        station.table("v1", "1").open("123456789012", TIME)
    assert caught.value.code == "E_DISK"
    # the county's answers still fit
    with station.journal.write(new_work=False):
        station.journal.set_setting("answer", "kept")
    station.close()
    assert start_code(tmp_path / "home") == ""


@pytest.mark.fault
def test_a_torn_write_ends_the_process_and_costs_nothing_acknowledged(tmp_path: Path) -> None:
    """RLIMIT_FSIZE makes a write stop half-way: the journal never tries again, and the next start is whole."""
    station, _ = laptop(tmp_path / "home")
    table = station.table("v1", "1")
    table.open("123456789012", TIME)
    number = 0
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = (tmp_path / "home" / "journal.db-wal").stat().st_size
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, old[1]))
        with pytest.raises(NodeError) as caught:
            for _ in range(1000):
                number = table.call("village", Paper(VOTE_A, ()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.code in ("N_STORAGE", "E_DISK")
    if caught.value.code == "N_STORAGE":
        # even though the disk would now take it: nobody knows what is durable before a new start
        with pytest.raises(StorageFailedError):
            table.call("village", Paper(TORN, ()))
    assert number > 0
    station = again(station)
    assert station.journal.count_papers(table.name) == number
    station.close()


@pytest.mark.fault
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="needs root for a small tmpfs")
def test_a_full_disk_is_refused_and_the_journal_stays_whole(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("this machine does not let root mount a tmpfs")
    try:
        source, _ = laptop(tmp_path / "home")
        source.close()
        home = shutil.copytree(tmp_path / "home", small / "home")
        station = Station.start(home, PASSPHRASE)
        station.journal._reserve = 0  # noqa: SLF001 - no reserve: SQLite itself must meet the end of the disk
        done = []
        with pytest.raises(NodeError) as caught:
            for unit, name in station.manifest.stations() * 1000:
                table = station.table(unit, name)
                if not table.chain.state.opened:
                    table.open("123456789012", TIME)
                    table.papers(Stack("village", VOTE_A * 500), TIME)
                    done.append((unit, name))
                table.box(f"box-{name}", {"issued": 1}, TIME)
        assert caught.value.code in ("E_DISK", "N_STORAGE")
        station.close()
        station = Station.start(home, PASSPHRASE)
        assert len(done) == 3
        for unit, name in done:
            assert station.table(unit, name).chain.state.running["village"][0] == 500
        station.close()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_two_processes_never_write_one_place_twice(tmp_path: Path) -> None:
    first, _ = laptop(tmp_path / "home")
    second = Station.start(tmp_path / "home", PASSPHRASE)
    one, two = first.table("v1", "1"), second.table("v1", "1")
    assert [part.chain.state.opened for part in (one, two)] == [False, False]
    one.open("123456789012", TIME)
    with pytest.raises(NodeError) as caught:
        two.open("210987654321", TIME)
    assert caught.value.code == "N_BUSY"
    # it read again: the state is the journal's
    assert [part.chain.state.opened for part in (one, two)] == [True, True]
    assert [row.seq for row in second.journal.records()] == [0]
    first.close()
    second.close()


def test_a_failed_commit_is_never_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    station, _ = laptop(tmp_path / "home")
    table = station.table("v1", "1")
    real = station.journal._db  # noqa: SLF001 - the one seam below the journal

    class Failing:
        """A connection whose COMMIT fails once, after the data may have reached the disk."""

        def __init__(self) -> None:
            self.commits = 0

        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if sql == "COMMIT":
                self.commits += 1
                real.execute("COMMIT")
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR
                raise error
            return real.execute(sql, *parameters)

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    failing = Failing()
    monkeypatch.setattr(station.journal, "_db", failing)
    with pytest.raises(StorageFailedError):
        table.open("123456789012", TIME)
    with pytest.raises(StorageFailedError):
        table.box("box-1", {"issued": 1}, TIME)
    assert failing.commits == 1
    real.close()
    # failed, but persisted: the next start finds it, once
    station = Station.start(tmp_path / "home", PASSPHRASE)
    assert [row.kind for row in station.journal.records()] == ["open"]
    station.close()
