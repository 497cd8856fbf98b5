"""Torn, cut and flipped files and rows at rest: found before anything is signed, or repaired with the same bytes.

[PUB-3] [TILE-1] [PUB-2] on both databases; bits of a server's own files: test_server_bits.py. The journal: E_JOURNAL,
and export carries what can still be read.
"""

import contextlib
import itertools
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from coordinator.cli import export_ballots
from coordinator.publish.lock import Lock
from coordinator.settings import Home
from coordinator.store.postgres import is_postgres
from coordinator.store.stores import open_stores
from tally_node.handoff import read_file
from tally_node.service import Station, export
from tally_node.settings import Home as Laptop
from tally_node.voice import NodeError
from tests.faults.conftest import KINDS, on_both
from tests.faults.ledger import Settled
from tests.faults.rig import FEW, ROUNDS, Rig
from tests.faults.town import PASSPHRASE, Town
from tests.faults.verdict import check_whole
from tests.postgres import plain

pytestmark = pytest.mark.fault
STORE_ROWS = {
    "a signature": "UPDATE records SET note = CAST(substr(note, 1, length(note) - 9) || 'A' || substr(note, -8)"
    " AS BLOB) WHERE id = (SELECT max(id) FROM records WHERE kind = 'batch')",
    "a figure": "UPDATE records SET note = CAST(replace(note, '\"seq\":2', '\"seq\":3') AS BLOB) WHERE kind = 'batch'",
    "a leaf": "UPDATE records SET leaf = zeroblob(32) WHERE id = 3",
    "a hash": "UPDATE records SET hash = zeroblob(32) WHERE id = 12",
    "a row in the middle": "DELETE FROM records WHERE id = 14",
    "the last row": "DELETE FROM records WHERE id = (SELECT max(id) FROM records)",
    "half a note": "UPDATE records SET note = substr(note, 1, length(note) / 2) WHERE id = 9",
    "the order": "UPDATE log SET idx = 9999 WHERE idx = 15",
    "a place in the middle": "DELETE FROM log WHERE idx = 14",
    "the last place": "DELETE FROM log WHERE idx = (SELECT max(idx) FROM log)",
}
# what a server spells in another way
SERVER_ROWS = STORE_ROWS | {
    "a signature": "UPDATE records SET note = set_byte(note, length(note) - 9, 65)"
    " WHERE id = (SELECT max(id) FROM records WHERE kind = 'batch')",
    "a figure": "UPDATE records SET note = convert_to(replace(convert_from(note, 'UTF8'), '\"seq\":2', '\"seq\":3'),"
    " 'UTF8') WHERE kind = 'batch'",
    "a leaf": "UPDATE records SET leaf = decode(repeat('00', 32), 'hex') WHERE id = 3",
    "a hash": "UPDATE records SET hash = decode(repeat('00', 32), 'hex') WHERE id = 12",
}
SPOIL = {
    "sqlite": "UPDATE sealed SET blob = zeroblob(length(blob)) WHERE record = (SELECT max(record) FROM sealed)",
    "postgres": "UPDATE sealed SET blob = decode(repeat('00', length(blob)), 'hex')"
    " WHERE record = (SELECT max(record) FROM sealed)",
}
# a server's tables are not cut, as files are: somebody drops or empties them
GONE = {
    "no lock": ("DROP TABLE lock", "E_SELF_CHECK"),
    "no lock row": ("DELETE FROM lock", "E_LOCK"),
    "no records": ("DROP TABLE records CASCADE", "E_SELF_CHECK"),
    "no rows": ("TRUNCATE records CASCADE", "no election"),
    "no stage": ("DROP TABLE staged", "E_SELF_CHECK"),
    "no heads": ("DROP TABLE unit_heads", "E_SELF_CHECK"),
    "no leaders": ("DROP TABLE leaders", "E_SELF_CHECK"),
    "no leader row": ("DELETE FROM leaders", "E_LOCK"),
    "no refusals": ("DROP TABLE refusals", "E_SELF_CHECK"),
    "no verdicts": ("DROP TABLE verdicts", "E_SELF_CHECK"),
    "no version": ("DROP TABLE alembic_version", "migrate"),
    "nothing at all": ("DROP SCHEMA public CASCADE", "migrate"),
}


def flip(path: Path, dice: random.Random, *, most: int | None = None) -> None:
    """Change one byte somewhere."""
    data = bytearray(path.read_bytes())
    data[dice.randrange(min(len(data), most or len(data)))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)


def damage_row(rig: Rig, statement: str) -> None:
    """Change the store behind the county's back."""
    if is_postgres(rig.url):
        with on_server(rig) as server:
            assert server.execute(statement.encode()).rowcount > 0
        return
    connection = sqlite3.connect(rig.town.county / "store.db", isolation_level=None)
    assert connection.execute(statement).rowcount > 0
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@contextlib.contextmanager
def on_server(rig: Rig) -> Iterator[psycopg.Connection[Any]]:
    """As the owner of everything, whom no foreign key hinders."""
    with psycopg.connect(plain(make_url(rig.url)), autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        yield server


def check_refused(rig: Rig, *codes: str) -> None:
    """The county does not start, says why in words, and signs nothing."""
    before = (rig.public / "checkpoint").read_bytes()
    code, said = rig.serve_once()
    assert code == 1, said
    assert any(one in said for one in codes), said
    assert "Traceback" not in said
    assert (rig.public / "checkpoint").read_bytes() == before


@pytest.mark.parametrize(("row", "kind"), on_both(STORE_ROWS))
def test_a_damaged_row_of_the_store_is_never_signed(
    counted_rig: Callable[[str, Path], Rig], tmp_path: Path, kind: str, row: str
) -> None:
    """[PUB-3]"""
    with counted_rig(kind, tmp_path / "round") as rig:
        damage_row(rig, (SERVER_ROWS if is_postgres(rig.url) else STORE_ROWS)[row])
        check_refused(rig, "E_SELF_CHECK", "E_LOCK_AHEAD")


@pytest.mark.xdist_group("served")
@pytest.mark.parametrize("name", list(GONE)[: FEW and 1])
def test_a_missing_table_of_a_server_is_named(
    counted_rig: Callable[[str, Path], Rig], tmp_path: Path, name: str
) -> None:
    """[PUB-3] A table that is gone is damage, not a full disk, and nothing is begun anew in its place."""
    statement, code = GONE[name]
    with counted_rig("postgres", tmp_path / "round") as rig:
        with on_server(rig) as server:
            server.execute(statement.encode())
        check_refused(rig, code)


@pytest.mark.parametrize(
    ("name", "keep"), list(itertools.product(["store.db", "lock.db", "staging.db"], [0, 100, 20_000]))[:FEW]
)
def test_a_cut_database_is_named(counted: Town, tmp_path: Path, name: str, keep: int) -> None:
    with Rig(counted, tmp_path / "round") as rig:
        path = rig.town.county / name
        path.write_bytes(path.read_bytes()[:keep])
        check_refused(rig, "E_SELF_CHECK", "E_LOCK")


def test_a_missing_store_is_not_replaced_by_an_empty_one(counted: Town, tmp_path: Path) -> None:
    with Rig(counted, tmp_path / "round") as rig:
        (rig.town.county / "store.db").unlink()
        check_refused(rig, "store.db")
        assert not (rig.town.county / "store.db").exists()


@pytest.mark.parametrize("seed", range(max(2, ROUNDS // 2)))
def test_a_flipped_bit_in_a_database_signs_nothing_false(counted: Town, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    with Rig(counted, tmp_path / "round") as rig:
        seen = (rig.public / "checkpoint").read_bytes()
        flip(rig.town.county / dice.choice(["store.db", "store.db", "lock.db", "staging.db"]), dice)
        code, said = rig.serve_once()
        if code == 0:
            # the bit lay where nothing is read, or in what is made again
            shutil.copy2(counted.county / "store.db", rig.town.county / "store.db")
            Settled(rig).check_history([seen, (rig.public / "checkpoint").read_bytes()])
            check_whole(rig)
        else:
            assert code == 1, said
            assert "Traceback" not in said, said
            assert (rig.public / "checkpoint").read_bytes() == seen


def newest(folder: Path) -> Path:
    """The partial file that the checkpoint implies; narrower ones are history."""
    return max(folder.glob("*.p/*"), key=lambda path: int(path.name))


def tear(public: Path, name: str) -> None:
    """Damage one published file."""
    match name:
        case "a flipped tile":
            flip(newest(public / "tile" / "0"), random.Random(1))  # noqa: S311
        case "a cut bundle":
            path = newest(public / "tile" / "entries")
            path.write_bytes(path.read_bytes()[:1000])
        case "a missing bundle":
            shutil.rmtree(public / "tile" / "entries")
        case "no keys":
            (public / "log.vkey").unlink()
        case _:
            (public / "checkpoint").unlink()


@pytest.mark.parametrize(
    ("name", "kind"),
    on_both(["a flipped tile", "a cut bundle", "a missing bundle", "no keys", "no checkpoint"]),
)
def test_a_torn_published_file_is_written_again(
    counted_rig: Callable[[str, Path], Rig], tmp_path: Path, kind: str, name: str
) -> None:
    """[TILE-1] [PUB-2]"""
    with counted_rig(kind, tmp_path / "round") as rig:
        seen = (rig.public / "checkpoint").read_bytes()
        tear(rig.public, name)
        code, said = rig.serve_once()
        assert code == 0, said
        assert (rig.public / "checkpoint").read_bytes() == seen
        check_whole(rig)


@pytest.mark.parametrize(("data", "kind"), on_both([b"", b"torn", None]))
def test_a_torn_published_checkpoint_is_for_a_person(
    counted_rig: Callable[[str, Path], Rig], tmp_path: Path, kind: str, data: bytes | None
) -> None:
    """A crash never leaves one (it is renamed into place), so it is not overwritten as if nothing had happened."""
    with counted_rig(kind, tmp_path / "round") as rig:
        path = rig.public / "checkpoint"
        whole = path.read_bytes()
        path.write_bytes(whole[:-20] if data is None else data)
        if data == b"":
            path.write_bytes(whole[:30])
        check_refused(rig, "E_SELF_CHECK")
        path.unlink()
        code, said = rig.serve_once()
        assert (code, path.read_bytes()) == (0, whole), said


@pytest.mark.parametrize("kind", KINDS)
def test_torn_staged_tiles_are_never_published(
    counted_rig: Callable[[str, Path], Rig], tmp_path: Path, kind: str
) -> None:
    """The county died after the swap and the disk tore what was staged: the store gives it again [PUB-2] [TILE-1]."""
    with counted_rig(kind, tmp_path / "round") as rig:
        stores = open_stores(Home(rig.town.county), rig.url)
        locked, _ = Lock(stores.lock, Settled(rig).election.origin).read()
        shutil.rmtree(rig.public)
        shutil.copytree(rig.path / "old-public", rig.public)
        size = Settled(rig).open(locked).size
        with stores.staging.write() as staging:
            staging.exec_driver_sql("INSERT INTO head VALUES (1, ?)", (locked,))
            torn = f"tile/0/000.p/{size}", bytes(32 * size)
            staging.exec_driver_sql("INSERT INTO staged VALUES (?, ?)", torn)
        stores.close()
        code, said = rig.serve_once()
        assert code == 0, said
        assert (rig.public / "checkpoint").read_bytes() == locked
        check_whole(rig)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_sealed_part_is_not_exported(
    counted_rig: Callable[[str, Path], Rig], tmp_path: Path, kind: str
) -> None:
    with counted_rig(kind, tmp_path / "round") as rig:
        damage_row(rig, SPOIL[kind])
        with pytest.raises(Exception, match="E_SEALED"):
            export_ballots(rig.town.county, tmp_path / "sealed", rig.url)


@pytest.mark.parametrize("seed", range(max(4, ROUNDS)))
def test_a_torn_journal_is_refused_and_can_be_carried(counted: Town, tmp_path: Path, seed: int) -> None:
    """A laptop with a damaged journal signs nothing more; export gives whole envelopes or says what is wrong."""
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    node = counted.nodes[seed % 2]
    home = tmp_path / "home"
    shutil.copytree(counted.home(node), home)
    export(Laptop(home), tmp_path / "whole.changpiao")
    whole = {envelope.note for envelope in read_file(tmp_path / "whole.changpiao")}
    journal = home / "journal.db"
    if dice.random() < 0.3:
        journal.write_bytes(journal.read_bytes()[: dice.randrange(journal.stat().st_size)])
    else:
        flip(journal, dice)
    try:
        Station.start(home, PASSPHRASE).close()
    except NodeError as error:
        assert (error.code, error.exit_code) == ("E_JOURNAL", 3), error
    try:
        export(Laptop(home), tmp_path / "torn.changpiao")
    except NodeError as error:
        assert error.code in ("E_JOURNAL", "N_FILE"), error
        return
    carried = {envelope.note for envelope in read_file(tmp_path / "torn.changpiao")}
    assert len(carried - whole) <= 1, "one byte can spoil one record, which the county refuses"
