"""The disaster drill with the real programs: an old backup restored, the county's machine lost for good.

Nothing that was acknowledged is lost, no second history is signed, and the end is VERIFIED with every ballot and every
promise [PUB-1] [INTAKE-8] [CHECK-3].
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coordinator.store.stores import SQLITE
from rehearsal.programs import program
from tests.faults.ledger import Settled
from tests.faults.rig import Rig
from tests.faults.town import Town
from tests.faults.verdict import check_whole
from tests.postgres import Template

pytestmark = pytest.mark.fault
# seconds on a busy machine, from the loss to VERIFIED
DRILL_MOST = 120.0
BOTH = ("sqlite", "postgres")


def coordinator(rig: Rig, word: str, *rest: str, url: str = "") -> tuple[int, str]:
    """Another command of the county; exit code and all that it said."""
    command = [*program("tally-coordinator"), word, "--home", str(rig.town.county), *rest]
    command += ["--database", url] if url else []
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def lose(rig: Rig) -> Path:
    """The county's machine is gone; from two safes come keys and certificates. Gives a mirror of the public record."""
    mirror = rig.path / "mirror"
    shutil.copytree(rig.public, mirror)
    lost = rig.town.county.with_name("lost")
    rig.town.county.rename(lost)
    rig.town.county.mkdir(mode=0o700)
    for part in ("keys", "tls", "authority"):
        shutil.copytree(lost / part, rig.town.county / part)
    shutil.rmtree(rig.public)
    return mirror


def deliver(rig: Rig, *words: str) -> None:
    """The county starts, every laptop goes on, the county ends."""
    county = rig.start_county(*words).wait_ready()
    for node in rig.town.nodes:
        assert rig.start_node(node).wait() == 0, rig.running[node].errors()
    assert county.stop() == 0, county.errors()


def seen(rig: Rig) -> bytes:
    return (rig.public / "checkpoint").read_bytes()


def test_total_loss(counted: Town, tmp_path: Path) -> None:
    """Rebuilt from the public record; the sealed ballots come from the laptops' outboxes."""
    with Rig(counted, tmp_path / "round") as rig:
        before, began = seen(rig), time.monotonic()
        mirror = lose(rig)
        code, said = coordinator(rig, "rebuild", "--from-public", str(mirror))
        assert code == 0, said
        done = json.loads(said.splitlines()[0])
        assert done["before"] == 0
        assert done["entries"] >= done["published"] > 0
        assert done["owed"] > 0, "ballots are not public"
        deliver(rig)
        Settled(rig).check_history([before, seen(rig)])
        check_whole(rig)
        assert time.monotonic() - began < DRILL_MOST


@pytest.mark.parametrize("kind", BOTH)
def test_total_loss_in_the_middle_of_the_evening(
    town: Town, tmp_path: Path, kind: str, new_url: Callable[[str], str]
) -> None:
    """One laptop has delivered, the other counts on while there is no county; a server's database is lost too."""
    with Rig(town, tmp_path / "round", new_url(kind)) as rig:
        first, second = rig.town.nodes
        county = rig.start_county().wait_ready()
        assert rig.start_node(first).wait() == 0, rig.running[first].errors()
        county.kill()
        before = seen(rig)
        # no county: it counts and keeps
        rig.start_node(second, "--give-up", "1").wait()
        mirror = lose(rig)
        rig.url = new_url(kind)
        code, said = coordinator(rig, "rebuild", "--from-public", str(mirror), url=rig.url)
        assert code == 0, said
        deliver(rig)
        Settled(rig).check_history([before, seen(rig)])
        check_whole(rig)


def test_total_loss_to_a_server(counted: Town, tmp_path: Path, tables: Template) -> None:
    """The new machine may have another database than the lost one."""
    with Rig(counted, tmp_path / "round") as rig, tables.database() as url:
        before = seen(rig)
        mirror = lose(rig)
        code, said = coordinator(rig, "rebuild", "--from-public", str(mirror), url=url)
        assert code == 0, said
        rig.url = url
        deliver(rig)
        Settled(rig).check_history([before, seen(rig)])
        check_whole(rig)
        # and back: a backup of the server restored into files, which then go on
        code, said = coordinator(rig, "backup", "--out", str(rig.path / "copy"), url=url)
        assert code == 0, said
        code, said = coordinator(rig, "restore", "--from", str(rig.path / "copy"))
        assert code == 0, said
        code, said = coordinator(rig, "catch-up", "--from-public", str(rig.public))
        assert code == 0, said
        rig.url = SQLITE
        deliver(rig)
        check_whole(rig)


@pytest.mark.parametrize("kind", BOTH)
def test_an_old_backup(town: Town, tmp_path: Path, kind: str, new_url: Callable[[str], str]) -> None:
    """Made while the county works; restored it refuses to start, says what to do, catches up, and all is there."""
    with Rig(town, tmp_path / "round", new_url(kind)) as rig:
        first, second = rig.town.nodes
        county = rig.start_county().wait_ready()
        assert rig.start_node(first).wait() == 0, rig.running[first].errors()
        time.sleep(2)  # until the first checkpoint stands under the copy
        code, said = coordinator(rig, "backup", "--out", str(rig.path / "copy"), url=rig.url)
        assert code == 0, said
        assert rig.start_node(second).wait() == 0, rig.running[second].errors()
        assert county.stop() == 0, county.errors()
        before = seen(rig)
        code, said = coordinator(rig, "restore", "--from", str(rig.path / "copy"), url=rig.url)
        assert code == 1, "nothing is overwritten"
        if kind == "sqlite":
            for name in ("store.db", "lock.db", "staging.db"):
                (rig.town.county / name).unlink()
        rig.url = new_url(kind)
        code, said = coordinator(rig, "restore", "--from", str(rig.path / "copy"), url=rig.url)
        assert code == 0, said
        code, said = rig.serve_once()
        assert code == 1, said
        assert "E_LOCK_AHEAD" in said
        assert "catch-up" in said
        assert seen(rig) == before
        code, said = coordinator(rig, "catch-up", "--from-public", str(rig.path), url=rig.url)
        assert code == 1, "nothing published there, and something was signed"
        code, said = coordinator(rig, "catch-up", "--from-public", str(rig.public), url=rig.url)
        assert code == 0, said
        deliver(rig)
        Settled(rig).check_history([before, seen(rig)])
        check_whole(rig)


def test_a_backup_that_was_edited(counted: Town, tmp_path: Path) -> None:
    """One byte, and it is refused."""
    with Rig(counted, tmp_path / "round") as rig:
        assert coordinator(rig, "backup", "--out", str(rig.path / "copy"))[0] == 0
        store = rig.path / "copy" / "store.db"
        data = bytearray(store.read_bytes())
        data[-1] ^= 1
        store.write_bytes(data)
        (rig.town.county / "store.db").unlink()
        code, said = coordinator(rig, "restore", "--from", str(rig.path / "copy"))
        assert code == 1
        assert "damaged or edited" in said
        assert not (rig.town.county / "store.db").exists()


def test_another_election_s_record_is_refused(counted: Town, tmp_path: Path) -> None:
    """The keys of the home decide whose record it is; and a record with one bit turned is nobody's."""
    with Rig(counted, tmp_path / "round") as rig:
        mirror = lose(rig)
        for bundle in (path for path in (mirror / "tile" / "entries").rglob("*") if path.is_file()):
            data = bytearray(bundle.read_bytes())
            data[-10] ^= 1
            bundle.write_bytes(data)
        code, said = coordinator(rig, "rebuild", "--from-public", str(mirror))
        assert code == 1
        assert "cannot be used" in said
        (rig.town.county / "keys" / "county.key").write_text("11" * 32 + "\n", "utf-8")
        code, said = coordinator(rig, "rebuild", "--from-public", str(mirror))
        assert code == 1
        assert "not the one of keys/" in said
        assert not (rig.town.county / "store.db").exists()
