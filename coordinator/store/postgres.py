"""PostgreSQL as the county's database: one server, all tables, every process with connections of its own [INTAKE-2].

What must hold is set for each session or checked at the door: commits wait for the disk, a process that hangs in a
transaction loses it after `STUCK_MS`, so that the rows it locked are free for the others.
"""

import logging
import time
from functools import lru_cache
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from coordinator.settings import CountyError
from coordinator.store.database import Database

LOG = logging.getLogger("changpiao.store")
DRIVER = "postgresql+psycopg"
AGAIN = 0.25
# how long a role waits for its server at start
PATIENCE = 15.0
OLDEST = 140000  # idle_session_timeout, the lease of leaders, came with 14
STUCK_MS = 5000
STATEMENT_MS = 60_000
SESSION = {
    "idle_in_transaction_session_timeout": STUCK_MS,
    "statement_timeout": STATEMENT_MS,
    # a peer that is gone without a word: its locks are free after some seconds
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 3,
}
# the same for our side: a server that is cut off without a word is an error after some seconds, not a wait for ever
LINE = {
    "connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}  # fmt: skip
# synchronous_commit values under which COMMIT returns before this server's own disk has it
WEAK = {"off"}


def is_postgres(url: str) -> bool:
    """Whether a setting names a PostgreSQL server; CountyError for anything but the two kinds that we know."""
    if not url or url.startswith("sqlite:"):
        if url not in ("", "sqlite:///"):
            raise _unknown("sqlite:///PATH")
        return False
    try:
        driver = make_url(url).drivername
    except ArgumentError:
        driver = "?"
    if driver != DRIVER:
        raise _unknown(driver)
    return True


def _unknown(found: str) -> CountyError:
    return CountyError(
        f"--database 应为 sqlite:///（文件在主文件夹中）或 {DRIVER}://用户@主机/库，现为 {found}",
        f"--database: expected sqlite:/// (files in the home) or {DRIVER}://user@host/name, found {found}",
    )


@lru_cache(maxsize=512)
def _spelled(statement: str) -> str:
    return statement.replace("?", "%s")


def _spell(
    _c: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    """Statements are written with `?`; the driver wants %s."""
    return (_spelled(statement) if parameters else statement), parameters


def _shorten(context: ExceptionContext) -> None:
    """What the server says of a row goes no further: errors are logged, and a row may hold sealed papers."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        shorten(error)


def shorten(error: BaseException | None) -> None:
    """Keep the first line of an error's text."""
    if error is not None and error.args:
        error.args = (str(error.args[0]).split("\n", 1)[0], *error.args[1:])


def _engine(url: URL, job: str) -> Engine:
    # a migration may take its time with a large table, a sealed province with its notes
    patient = job in {"migrate", "load"}
    own = {"statement_timeout": 0, "idle_in_transaction_session_timeout": 0} if patient else {}
    options = " ".join(f"-c {name}={value}" for name, value in (SESSION | own).items())
    engine = create_engine(
        url, pool_size=6, max_overflow=4, pool_timeout=20, hide_parameters=True,
        connect_args={"options": options, "application_name": f"changpiao-{job}", **LINE},
    )  # fmt: skip
    event.listen(engine, "before_cursor_execute", _spell, retval=True)
    event.listen(engine, "handle_error", _shorten)
    return engine


class Postgres(Database):
    """A PostgreSQL database; `read()` is for single statements, `snapshot()` for what must fit together."""

    postgres = True

    def __init__(self, url: str, job: str = "tool", patience: float = 0.0) -> None:
        """Connect and look: a server that could lose a commit, or is too old, is refused.

        `patience`: seconds to wait for a server that does not answer yet; it may be starting again like ourselves.
        """
        found = make_url(url)
        self.address = found
        self.name = f"{found.host or found.query.get('host', '')}/{found.database}"
        self.folder = None
        self._writer = _engine(found, job)
        self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")
        self._snapshots = self._writer.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        try:
            self._wait(patience)
            self._look()
        except SQLAlchemyError as error:
            self.close()
            raise CountyError(
                f"连不上数据库 {self.name}：{_first_line(error)}；检查地址、用户和证书",
                f"cannot reach the database {self.name}: {_first_line(error)}; check address, user and certificate",
            ) from None
        except CountyError:
            self.close()
            raise

    def _wait(self, patience: float) -> None:
        end = time.monotonic() + patience
        while True:
            try:
                with self.read() as connection:
                    connection.exec_driver_sql("SELECT 1")
            except OperationalError as error:
                if time.monotonic() >= end:
                    raise
                LOG.warning("waits for the database", extra={"error": _first_line(error)})
                time.sleep(AGAIN)
            else:
                return

    def _look(self) -> None:
        asked = "current_setting('server_version_num')::int, current_setting('fsync'), "
        asked += "current_setting('full_page_writes'), current_setting('synchronous_commit'), "
        asked += "current_setting('server_encoding')"
        with self.read() as connection:
            version, fsync, pages, commits, encoding = connection.exec_driver_sql(f"SELECT {asked}").one()
        faults = {
            f"server_version_num {version}, expected {OLDEST} or newer": version < OLDEST,
            f"fsync {fsync}, expected on": fsync != "on",
            f"full_page_writes {pages}, expected on": pages != "on",
            f"synchronous_commit {commits}, expected on or stronger": commits in WEAK,
            f"server_encoding {encoding}, expected UTF8": encoding != "UTF8",
        }
        for fault, wrong in faults.items():
            if wrong:
                raise CountyError(
                    f"数据库 {self.name} 的设置不安全：{fault}；请改正后再启动",
                    f"the database {self.name} is not set up safely: {fault}; change it, start again",
                )

    def snapshot(self) -> Any:
        """REPEATABLE READ, read only: one moment for the whole block."""
        return self._snapshots.begin()

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()


def _first_line(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", error)).split("\n", 1)[0]
