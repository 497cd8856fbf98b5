"""Torn, cut and flipped files at rest: found before anything is signed, or repaired with the same bytes.

[PUB-3] [TILE-1] [PUB-2]; the journal: E_JOURNAL, and export carries what can still be read.
"""

import itertools
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from coordinator.cli import export_ballots
from coordinator.publish.lock import Lock
from coordinator.store.database import Database
from tally_node.handoff import read_file
from tally_node.service import Station, export
from tally_node.settings import Home
from tally_node.voice import NodeError
from tests.faults.ledger import Settled
from tests.faults.rig import FEW, ROUNDS, Rig
from tests.faults.town import PASSPHRASE, Town
from tests.faults.verdict import check_whole

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


def flip(path: Path, dice: random.Random, *, most: int | None = None) -> None:
    """Change one byte somewhere."""
    data = bytearray(path.read_bytes())
    data[dice.randrange(min(len(data), most or len(data)))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)


def damage_row(path: Path, statement: str) -> None:
    """Change the store behind the county's back."""
    connection = sqlite3.connect(path, isolation_level=None)
    assert connection.execute(statement).rowcount > 0
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def check_refused(rig: Rig, *codes: str) -> None:
    """The county does not start, says why in words, and signs nothing."""
    before = (rig.public / "checkpoint").read_bytes()
    code, said = rig.serve_once()
    assert code == 1, said
    assert any(one in said for one in codes), said
    assert "Traceback" not in said
    assert (rig.public / "checkpoint").read_bytes() == before


@pytest.mark.parametrize("row", list(STORE_ROWS)[:FEW])
def test_a_damaged_row_of_the_store_is_never_signed(counted: Town, tmp_path: Path, row: str) -> None:
    """[PUB-3]"""
    with Rig(counted, tmp_path / "round") as rig:
        damage_row(rig.town.county / "store.db", STORE_ROWS[row])
        check_refused(rig, "E_SELF_CHECK", "E_LOCK_AHEAD")


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
    "name", ["a flipped tile", "a cut bundle", "a missing bundle", "no keys", "no checkpoint"][:FEW]
)
def test_a_torn_published_file_is_written_again(counted: Town, tmp_path: Path, name: str) -> None:
    """[TILE-1] [PUB-2]"""
    with Rig(counted, tmp_path / "round") as rig:
        seen = (rig.public / "checkpoint").read_bytes()
        tear(rig.public, name)
        code, said = rig.serve_once()
        assert code == 0, said
        assert (rig.public / "checkpoint").read_bytes() == seen
        check_whole(rig)


@pytest.mark.parametrize("data", [b"", b"torn", None][:FEW])
def test_a_torn_published_checkpoint_is_for_a_person(counted: Town, tmp_path: Path, data: bytes | None) -> None:
    """A crash never leaves one (it is renamed into place), so it is not overwritten as if nothing had happened."""
    with Rig(counted, tmp_path / "round") as rig:
        path = rig.public / "checkpoint"
        whole = path.read_bytes()
        path.write_bytes(whole[:-20] if data is None else data)
        if data == b"":
            path.write_bytes(whole[:30])
        check_refused(rig, "E_SELF_CHECK")
        path.unlink()
        code, said = rig.serve_once()
        assert (code, path.read_bytes()) == (0, whole), said


def test_torn_staged_tiles_are_never_published(counted: Town, tmp_path: Path) -> None:
    """The county died after the swap and the disk tore what was staged: the store gives it again [PUB-2] [TILE-1]."""
    with Rig(counted, tmp_path / "round") as rig:
        lock = Database(rig.town.county / "lock.db")
        locked, _ = Lock(lock, Settled(rig).election.origin).read()
        lock.close()
        shutil.rmtree(rig.public)
        shutil.copytree(counted.path / "old-public", rig.public)
        staging = sqlite3.connect(rig.town.county / "staging.db", isolation_level=None)
        staging.execute("INSERT INTO head VALUES (1, ?)", (locked,))
        size = Settled(rig).open(locked).size
        staging.execute("INSERT INTO staged VALUES (?, ?)", (f"tile/0/000.p/{size}", bytes(32 * size)))
        staging.close()
        code, said = rig.serve_once()
        assert code == 0, said
        assert (rig.public / "checkpoint").read_bytes() == locked
        check_whole(rig)


def test_a_damaged_sealed_part_is_not_exported(counted: Town, tmp_path: Path) -> None:
    with Rig(counted, tmp_path / "round") as rig:
        spoil = "UPDATE sealed SET blob = zeroblob(length(blob)) WHERE record = (SELECT max(record) FROM sealed)"
        damage_row(rig.town.county / "store.db", spoil)
        with pytest.raises(Exception, match="E_SEALED"):
            export_ballots(rig.town.county, tmp_path / "sealed")


@pytest.mark.parametrize("seed", range(max(4, ROUNDS)))
def test_a_torn_journal_is_refused_and_can_be_carried(counted: Town, tmp_path: Path, seed: int) -> None:
    """A laptop with a damaged journal signs nothing more; export gives whole envelopes or says what is wrong."""
    dice = random.Random(seed)  # noqa: S311 - a round must be repeatable
    node = counted.nodes[seed % 2]
    home = tmp_path / "home"
    shutil.copytree(counted.home(node), home)
    export(Home(home), tmp_path / "whole.changpiao")
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
        export(Home(home), tmp_path / "torn.changpiao")
    except NodeError as error:
        assert error.code in ("E_JOURNAL", "N_FILE"), error
        return
    carried = {envelope.note for envelope in read_file(tmp_path / "torn.changpiao")}
    assert len(carried - whole) <= 1, "one byte can spoil one record, which the county refuses"
