"""What deploy/ expects of the database commands: migrate without a home, rights given by it, a sealed home loaded once.

On a server of its own, because roles belong to a whole server; the owner is no superuser and makes no roles, as with
CloudNativePG (deploy/k8s/roles/database.yaml).
"""

import contextlib
import http.client
import json
import os
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from coordinator.settings import write_private
from coordinator.store.grants import ROLES
from coordinator.store.loading import load, loaded_lock
from coordinator.store.migrating import EXPECTED
from tests.coordinator.county import make_home, whole_count
from tests.coordinator.processes import POD_FILES, Process, log_text
from tests.coordinator.scene import PROGRAM, Scene, group, new_scene, published, until_sized
from tests.faults.rig import free_port
from tests.postgres import Server, new_database, own_server
from tests.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with own_server() as made:
        yield made


@pytest.fixture
def owned(server: Server) -> Iterator[str]:
    """An empty database of an owner without any other right; gives the owner's address."""
    with new_database(server.url("postgres")) as url:
        with psycopg.connect(plain(url), autocommit=True) as admin:
            for statement in ("DROP ROLE IF EXISTS changpiao_owner", "CREATE ROLE changpiao_owner LOGIN"):
                admin.execute(statement.encode())
            name = sql.Identifier(str(make_url(url).database))
            admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO changpiao_owner").format(name))
        yield as_user(url, "changpiao_owner")
        with psycopg.connect(plain(url), autocommit=True) as admin:
            for role in (*ROLES, "changpiao_owner"):
                if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                    who = sql.Identifier(role)
                    admin.execute(sql.SQL("REASSIGN OWNED BY {} TO postgres").format(who))
                    admin.execute(sql.SQL("DROP OWNED BY {}").format(who))
                    admin.execute(sql.SQL("DROP ROLE {}").format(who))


def plain(url: str, user: str = "postgres") -> str:
    return make_url(url).set(drivername="postgresql", username=user).render_as_string(hide_password=False)


def as_user(url: str, user: str) -> str:
    return make_url(url).set(username=user).render_as_string(hide_password=False)


def make_roles(url: str, names: tuple[str, ...] = ROLES) -> None:
    """As an operator does it: before there is any table."""
    with psycopg.connect(plain(url), autocommit=True) as admin:
        for name in names:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))


def program(*words: str, code: int = 0, given: Mapping[str, str] | None = None, **settings: str) -> str:
    """The program with its settings from the environment alone, as a pod has them."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CHANGPIAO_")}
    done = subprocess.run(
        [str(PROGRAM), *words], capture_output=True, text=True, timeout=120, check=False,
        env=bare | settings | dict(given or {}),
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def may(url: str, role: str, statement: bytes) -> bool:
    with psycopg.connect(plain(url, role)) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return False
        finally:
            connection.rollback()
    return True


def test_the_schema_job_makes_tables_and_gives_rights(owned: str) -> None:
    """D8, deploy/k8s/jobs/schema: `migrate` with nothing but CHANGPIAO_DATABASE, by an owner who makes no roles."""
    make_roles(owned)
    tables, rights = map(json.loads, program("migrate", CHANGPIAO_DATABASE=owned).splitlines())
    assert (tables["before"], tables["after"]) == ("", EXPECTED)
    assert rights["roles"] == list(ROLES)
    assert may(owned, "changpiao_intake", b"SELECT 1 FROM records")
    for role, statement in (
        ("changpiao_intake", b"DELETE FROM records"), ("changpiao_intake", b"UPDATE records SET kind = kind"),
        ("changpiao_publisher", b"INSERT INTO records DEFAULT VALUES"),
        ("changpiao_board", b"INSERT INTO staged DEFAULT VALUES"), ("changpiao_board", b"UPDATE lock SET time = 0"),
    ):  # fmt: skip
        assert not may(owned, role, statement), (role, statement)
    with psycopg.connect(plain(owned), autocommit=True) as admin:
        admin.execute("GRANT DELETE ON records TO changpiao_intake")
    program("migrate", CHANGPIAO_DATABASE=owned)
    assert not may(owned, "changpiao_intake", b"DELETE FROM records"), "an upgrade takes back what is too much"


def test_half_a_set_of_roles_is_refused(owned: str) -> None:
    """A policy that is missing stops: no right is given, and the words say which role."""
    make_roles(owned, ROLES[:3])
    said = program("migrate", code=1, CHANGPIAO_DATABASE=owned)
    assert "changpiao_board, changpiao_centre, changpiao_registrar are missing" in said
    assert not may(owned, "changpiao_intake", b"SELECT 1 FROM records")
    make_roles(owned, ROLES[3:])
    program("migrate", CHANGPIAO_DATABASE=owned)
    assert may(owned, "changpiao_intake", b"SELECT 1 FROM records")


def test_without_roles_there_is_nothing_to_give(owned: str) -> None:
    lines = program("migrate", CHANGPIAO_DATABASE=owned).splitlines()
    assert json.loads(lines[1])["roles"] == []


def test_a_missing_home_is_said(owned: str) -> None:
    assert "--home" in program("migrate", code=1)
    assert "--home" in program("load", code=1, CHANGPIAO_DATABASE=owned)
    assert "role intake: --home" in program("serve", code=1, CHANGPIAO_DATABASE=owned, CHANGPIAO_ROLE="intake")


def counted(url: str, statement: str) -> int:
    with psycopg.connect(plain(url)) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def scene(owned: str, tmp_path: Path) -> Iterator[Scene]:
    """Sealed on SQLite, as a person does it at a desk, with tables and roles waiting on the server."""
    make_roles(owned)
    program("migrate", CHANGPIAO_DATABASE=owned)
    with new_scene(tmp_path, world=World()) as made:
        made.url = owned
        yield made


def test_a_sealed_home_is_loaded_once(scene: Scene, owned: str, tmp_path: Path) -> None:
    """[SEAL-2] [LOG-1]: all of it, then nothing more; its own files serve no second history."""
    home = str(scene.home.path)
    assert "postgresql" in program("load", code=1, CHANGPIAO_HOME=home)
    said = json.loads(program("load", CHANGPIAO_HOME=home, CHANGPIAO_DATABASE=owned))
    assert said == {"entries": counted(owned, "SELECT count(*) FROM entries"), "acts": 0, "before": False}
    assert counted(owned, "SELECT count(*) FROM lock") == 1
    assert loaded_lock(scene.home).exists()
    refused = program("serve", "--public", str(tmp_path / "public"), "--admin", "127.0.0.1:0", code=1,
                      CHANGPIAO_HOME=home)  # fmt: skip
    assert "lock.db" in refused
    # the process died before its last line: the lock has its old name; and simply again
    loaded_lock(scene.home).rename(scene.home.lock)
    for _ in range(2):
        assert json.loads(program("load", CHANGPIAO_HOME=home, CHANGPIAO_DATABASE=owned))["before"]
    assert counted(owned, "SELECT count(*) FROM entries") == said["entries"]
    other = make_home(tmp_path / "other", World(id="other-test"))
    assert "already holds another" in program("load", code=1, CHANGPIAO_HOME=str(other.path), CHANGPIAO_DATABASE=owned)
    assert other.lock.exists()


def test_a_load_that_fails_leaves_nothing(scene: Scene, owned: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction: whatever line it dies on, there is no half election for a role to read."""

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("coordinator.store.loading.enter_lock", dies)
    with pytest.raises(KeyboardInterrupt):
        load(scene.home, owned)
    assert counted(owned, "SELECT count(*) FROM entries") == 0
    assert scene.home.lock.exists()


def test_a_home_that_has_served_is_not_loaded(owned: str, tmp_path: Path) -> None:
    """Its history has begun elsewhere: backup and restore are for that."""
    program("migrate", CHANGPIAO_DATABASE=owned)
    with new_scene(tmp_path) as made:
        assert made.serve().end() == 0
        said = program("load", code=1, CHANGPIAO_HOME=str(made.home.path), CHANGPIAO_DATABASE=owned)
        assert "signed a checkpoint" in said
        assert counted(owned, "SELECT count(*) FROM entries") == 0


def test_a_registrar_does_the_desks_work_and_nothing_else(scene: Scene, owned: str) -> None:
    """[ACCESS-8] [ACCESS-10] D8: codes, revocations and the list on the rights of `changpiao_registrar` alone."""
    home = {"CHANGPIAO_HOME": str(scene.home.path)}
    program("load", given=home, CHANGPIAO_DATABASE=owned)
    desk = home | {"CHANGPIAO_DATABASE": as_user(owned, "changpiao_registrar")}
    assert json.loads(program("codes", "--json", "--node", "node-1", given=desk))["node"] == "node-1"
    program("revoke", "node-1", "lost", given=desk)
    listed = [json.loads(line)["act"] for line in program("laptops", "--acts", given=desk).splitlines()]
    assert listed == ["code", "revoke"]
    for role in ("changpiao_sequencer", "changpiao_publisher", "changpiao_board"):
        program("revoke", "node-1", "lost", code=1, given=home | {"CHANGPIAO_DATABASE": as_user(owned, role)})
    more = (b"UPDATE access_acts SET node = node", b"DELETE FROM access_acts", b"INSERT INTO records DEFAULT VALUES")
    for statement in more:
        assert not may(owned, "changpiao_registrar", statement), statement


@pytest.fixture
def mounts() -> Iterator[list[Path]]:
    """Read-only file systems of this test, gone afterwards."""
    made: list[Path] = []
    yield made
    for place in made:
        subprocess.run(["umount", "-l", str(place)], check=True)


def mounted(scene: Scene, mounts: list[Path], name: str, *files: str) -> Path:
    """The part of the home that a pod gets: root's files, readable by the group, on a file system nobody writes to."""
    place = scene.path / f"mounted-{name}"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)], check=True)
    mounts.append(place)
    for file in files:
        target = place / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((scene.home.path / file).read_bytes())
        target.chmod(0o440)
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    return place


def pod(scene: Scene, mounts: list[Path], owned: str, role: str, name: str = "") -> Process:
    """`serve` with nothing but the environment of deploy/k8s/roles."""
    settings = {
        "CHANGPIAO_ROLE": role, "CHANGPIAO_DATABASE": as_user(owned, f"changpiao_{role}"),
        "CHANGPIAO_ADMIN": "127.0.0.1:0",
    }  # fmt: skip
    if POD_FILES[role]:
        settings["CHANGPIAO_HOME"] = str(mounted(scene, mounts, name or role, *POD_FILES[role]))
    settings |= {
        "intake": {"CHANGPIAO_LISTEN": "127.0.0.1:0"}, "board": {"CHANGPIAO_BOARD": "127.0.0.1:0"},
        "publisher": {"CHANGPIAO_PUBLIC": str(scene.path / "public")}, "sequencer": {},
        "centre": {"CHANGPIAO_CENTRE": "0.0.0.0:0", "CHANGPIAO_PUBLIC": str(scene.path / "public")},
    }[role]  # fmt: skip
    return Process(scene, "serve", name=name or role, settings=settings)


def make_centre(scene: Scene, owned: str) -> None:
    """As in docs/administrator.md: key and first accounts on the rights of the desk alone, a certificate of the CA."""
    desk = {"CHANGPIAO_HOME": str(scene.home.path), "CHANGPIAO_DATABASE": as_user(owned, "changpiao_centre")}
    lines = program("centre-init", "--operator", "wang", "--authority", "li", given=desk).splitlines()
    assert [json.loads(line)["role"] for line in lines] == ["operator", "authority"]
    pair = scene.authority.server([])
    write_private(scene.home.tls / "centre.key", pair.key)
    (scene.home.tls / "centre.pem").write_bytes(pair.certificate)


def asked(url: str) -> int:
    """The status of the desk's first page, over TLS."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection(url.split("/")[2], timeout=10, context=unchecked)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.skipif(os.geteuid() != 0, reason="mounted secrets are root's files")
def test_pods_run_on_what_the_manifests_give_them(scene: Scene, owned: str, mounts: list[Path]) -> None:
    """ADR 7: bare `serve`, keys root's 0440, homes nobody can write to, one database role each; waiting is ready."""
    program("load", CHANGPIAO_HOME=str(scene.home.path), CHANGPIAO_DATABASE=owned)
    make_centre(scene, owned)
    processes: list[Process] = []
    try:
        processes += [pod(scene, mounts, owned, role) for role in POD_FILES]
        # two wait in line, a second desk serves beside the first
        again = ("sequencer", "publisher", "centre")
        processes += [pod(scene, mounts, owned, role, name=f"{role}-2") for role in again]
        for process in processes:
            process.ready()
            assert process.get("/readyz") == 200, process.name
            assert process.get("/livez") == 200, process.name
            if "centre" in process.said:
                assert asked(process.said["centre"]) == 200, process.name
        intake = processes[0]
        _, chains = whole_count(scene.world)
        for chain in chains:
            (answer,) = scene.laptop.talk(intake.address, group(chain))
            assert not [part.code for part in answer.answers.answers if part.code]
        until_sized(scene, sum(map(len, chains)))
        for process in processes:
            # what a cluster waits for: sixty seconds less the five of preStop
            assert process.end(signal.SIGTERM, seconds=50) == 0, log_text(process.log)
    finally:
        for process in processes:
            process.kill()
    assert published(scene) > sum(map(len, chains))
    assert "no inbox" in log_text(intake.log), "where nobody can write there is no inbox"


def test_a_process_that_is_not_there_yet_is_alive(scene: Scene, owned: str) -> None:
    """startupProbe: the admin door answers while the log is read, or the database is waited for; ready it is not."""
    admin = f"127.0.0.1:{free_port()}"
    gone = make_url(owned).update_query_dict({"host": str(scene.path)}).render_as_string(hide_password=False)
    settings = {"CHANGPIAO_ROLE": "sequencer", "CHANGPIAO_DATABASE": gone, "CHANGPIAO_ADMIN": admin}
    settings["CHANGPIAO_HOME"] = str(scene.home.path)
    process = Process(scene, "serve", name="early", settings=settings)
    process.said = {"admin": admin}
    found: set[tuple[int, int]] = set()
    try:
        while process.process.poll() is None:
            with contextlib.suppress(ConnectionError):
                found.add((process.get("/livez"), process.get("/readyz")))
            time.sleep(0.1)
        assert process.process.returncode == 1, "after fifteen seconds it says what it lacks; the cluster tries again"
    finally:
        process.kill()
    assert found == {(200, 503)}
    assert "cannot reach the database" in log_text(process.log)
