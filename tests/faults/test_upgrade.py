"""The upgrade of docs/administrator.md, step by step with the real programs: forward, and back [PUB-1] [INTAKE-8].

The old version is today's program. The new one is the same with one more step in its schema: a table and a column.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coordinator.store import migrating
from coordinator.store.migrating import EXPECTED, MIGRATIONS
from rehearsal.programs import program
from tests.faults.ledger import Settled
from tests.faults.rig import PATIENCE, Rig
from tests.faults.town import Town
from tests.faults.verdict import check_whole

pytestmark = pytest.mark.e2e
BOTH = ("sqlite", "postgres")
OLD = tuple(program("tally-coordinator"))
NEXT = f"{int(EXPECTED) + 1:04}"
STEP = f'''"""One more."""
from coordinator.store.migrating import run
revision = "{NEXT}"
down_revision = "{EXPECTED}"


def upgrade() -> None:
    """A table and a column."""
    run("store", "CREATE TABLE next_table (id INTEGER PRIMARY KEY) STRICT")
    run("store", "ALTER TABLE unit_heads ADD COLUMN next_column INTEGER NOT NULL DEFAULT 0")
'''
# the schema is named before anything else of the program reads what it is; the words before its own are dropped
PROGRAM = '''import sys
from pathlib import Path
from coordinator.store import migrating
migrating.EXPECTED = "{revision}"
migrating.MIGRATIONS = Path("{folder}")
from coordinator.cli import main
sys.argv = sys.argv[{words}:]
sys.exit(main())
'''


def new_version(path: Path) -> tuple[str, ...]:
    """The new program, as words before the old one's."""
    folder = path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / f"r{NEXT}_next.py").write_text(STEP, "utf-8")
    script = path / "new.py"
    script.write_text(PROGRAM.format(revision=NEXT, folder=folder, words=len(OLD)), "utf-8")
    return sys.executable, str(script)


def said_by(version: tuple[str, ...], rig: Rig, word: str, *rest: str) -> tuple[int, str]:
    """A command of one of the versions: exit code and all that it said."""
    command = [*version, *OLD, word, "--home", str(rig.town.county), "--database", rig.url, *rest]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    return done.returncode, done.stdout + done.stderr


def refuses(version: tuple[str, ...], rig: Rig, *words: str) -> None:
    """It does not start, says why and what to do, and has published nothing."""
    before = seen(rig)
    county = rig.start_county("--stop-after", "0.3", prefix=version)
    assert county.wait() == 1, county.errors()
    for word in words:
        assert word in county.errors()
    assert "Traceback" not in county.errors()
    assert seen(rig) == before


def seen(rig: Rig) -> bytes:
    return (rig.public / "checkpoint").read_bytes()


def deliver(rig: Rig, version: tuple[str, ...] = ()) -> None:
    """The county starts, every laptop delivers what it kept, the county ends."""
    county = rig.start_county(prefix=version).wait_ready()
    for node in rig.town.nodes:
        assert rig.start_node(node).wait() == 0, rig.running[node].errors()
    assert county.stop() == 0, county.errors()


@pytest.mark.parametrize("kind", BOTH)
def test_forward_and_back(
    town: Town, tmp_path: Path, kind: str, new_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at rest, backup, `migrate`, the new version; and the old one again on the backup: nothing is lost by it."""
    new = new_version(tmp_path)
    copy = tmp_path / "backup"
    with Rig(town, tmp_path / "round", new_url(kind)) as rig:
        first, second = rig.town.nodes
        county = rig.start_county().wait_ready()
        assert rig.start_node(first).wait() == 0, rig.running[first].errors()
        # 1: at rest. The other laptop counts on meanwhile, and keeps
        assert county.stop() == 0, county.errors()
        assert rig.start_node(second, "--give-up", "0.5").wait() == 4, rig.running[second].errors()
        history = [seen(rig)]
        # the new version comes too early: neither start nor backup
        refuses(new, rig, EXPECTED, NEXT, "tally-coordinator migrate", "at rest")
        code, said = said_by(new, rig, "backup", "--out", str(copy))
        assert code == 1
        assert "the program that made it" in said
        # 2, 3, 4
        code, said = said_by((), rig, "backup", "--out", str(copy))
        assert code == 0, said
        code, said = said_by(new, rig, "migrate")
        assert code == 0, said
        lines = [json.loads(line) for line in said.splitlines() if '"before"' in line]
        assert {(line["before"], line["after"]) for line in lines} == {(EXPECTED, NEXT)}
        deliver(rig, new)
        history.append(seen(rig))
        with monkeypatch.context() as patch:
            # the papers are handed out by this process
            patch.setattr(migrating, "EXPECTED", NEXT)
            check_whole(rig)
        # back: the old version refuses the tables of the new one, and names the backup
        refuses((), rig, NEXT, "restore the backup")
        code, said = said_by((), rig, "migrate")
        assert code == 1
        assert "restore the backup" in said
        rig.url = put_aside(rig, kind, new_url)
        code, said = said_by((), rig, "restore", "--from", str(copy))
        assert code == 0, said
        refuses((), rig, "E_LOCK_AHEAD", "catch-up")
        code, said = said_by((), rig, "catch-up", "--from-public", str(rig.public))
        assert code == 0, said
        assert json.loads(said.splitlines()[0])["owed"] > 0, "what the new version took in comes again"
        deliver(rig)
        Settled(rig).check_history([*history, seen(rig)])
        check_whole(rig)


def put_aside(rig: Rig, kind: str, new_url: Callable[[str], str]) -> str:
    """What the new version left is kept as evidence; gives the place of the restored one."""
    if kind == "sqlite":
        aside = rig.path / "aside"
        aside.mkdir()
        for file in rig.town.county.glob("*.db*"):
            file.rename(aside / file.name)
    return new_url(kind)


@pytest.mark.parametrize("kind", BOTH)
def test_an_old_backup_in_the_new_version(
    town: Town, tmp_path: Path, kind: str, new_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`restore` of the new version brings a copy of the backup to its schema; the backup itself stays what it is."""
    new = new_version(tmp_path)
    with Rig(town, tmp_path / "round", new_url(kind)) as rig:
        deliver(rig)
        code, said = said_by((), rig, "backup", "--out", str(tmp_path / "backup"))
        assert code == 0, said
        kept = (tmp_path / "backup" / "store.db").read_bytes()
        rig.url = put_aside(rig, kind, new_url)
        for word, *rest in (
            ("restore", "--from", str(tmp_path / "backup")),
            ("catch-up", "--from-public", str(rig.public)),
        ):
            code, said = said_by(new, rig, word, *rest)
            assert code == 0, said
        assert (tmp_path / "backup" / "store.db").read_bytes() == kept
        deliver(rig, new)
        monkeypatch.setattr(migrating, "EXPECTED", NEXT)
        check_whole(rig)
