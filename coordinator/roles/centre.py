"""Role `centre`: the county centre's own page (ADR 8). It reads the signed prefix of the log; its key signs acts.

`Page` is what runs; the role `all` has one beside everything else, role `centre` is a process with nothing but one.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping

from sqlalchemy.exc import SQLAlchemyError

from coordinator.board.following import Following
from coordinator.centre.opening import open_centre
from coordinator.centre.printing import Printer
from coordinator.centre.server import CentreServer, is_proxied, is_secure
from coordinator.ledger.rebuilding import first_election
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import Heads
from coordinator.roles.running import Doors, Post, address
from coordinator.roles.watching import watch_board
from coordinator.settings import CountyError, Home
from coordinator.store import presence
from coordinator.store.database import Database
from coordinator.store.stores import open_server
from coordinator.watch.sampling import Look, Sampling

LOG = logging.getLogger("changpiao.roles")
POLL = 0.5
LISTEN_EVERY = 5.0
RENEW_EVERY = 20.0


class Page:
    """The page over a store, and the thread that listens for silent stations and for a new certificate."""

    def __init__(self, home: Home, doors: Doors, database: Database, seen: Callable[[], Mapping[str, float]]) -> None:
        """Bound, not yet served; CountyError for a missing key, a damaged journal, passwords in the clear."""
        host, port = address(doors.centre)
        paperwork = home.path / "paperwork"
        centre = open_centre(
            home, database, seen, secure=is_secure(home, host), silent_after=doors.silent_after, proxied=is_proxied(),
            printer=Printer(doors.public, paperwork if paperwork.is_dir() else None, doors.board_url),
        )  # fmt: skip
        self._journal = centre.office.journal
        self.view = centre.view
        self._host = host
        self._server = CentreServer(host, port, centre.gate, home)
        renewal = Look(RENEW_EVERY, self._server.renew)
        self._sampling = Sampling([Look(LISTEN_EVERY, centre.silence.look), renewal])

    @property
    def healthy(self) -> bool:
        """Whether the journal is what was signed."""
        return self._journal.healthy

    @property
    def url(self) -> str:
        """Where a person goes."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{self._server.scheme}://{host}:{self._server.port}/"

    def start(self) -> None:
        """Serve."""
        self._server.start()
        self._sampling.start()

    def stop(self) -> None:
        """End."""
        self._sampling.stop()
        self._server.stop()


class CentreRole:
    """A process that is the centre's page alone."""

    def __init__(self, home: Home, doors: Doors, url: str, post: Post) -> None:
        """Connected; the page opens with `start`."""
        if not doors.centre:
            raise CountyError("缺少 --centre：办公页面的地址", "--centre is missing: the address of the centre's page")
        self._fatal = post.fatal
        self.metrics = post.metrics
        self._ended = contextlib.ExitStack()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="centre-feed", daemon=True)
        self._reads = True
        with self._ended as built:
            database = open_server(url, "centre")
            built.callback(database.close)
            election, _ = first_election(database)
            self._page = Page(home, doors, database, lambda: presence.seconds_since(database))
            heads = Heads(Lock(database, election.origin), election)
            self._following = Following(database, heads, self._page.view)
            self._watch = watch_board(self.metrics, url, database, home)
            self._ended = built.pop_all()

    @property
    def healthy(self) -> bool:
        """Whether it reads, and its journal is what was signed."""
        return self._reads and self._page.healthy

    def start(self) -> None:
        """The page, the thread that reads."""
        self._watch.start()
        self._thread.start()
        self._page.start()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    size = self._following.look()
                    if size >= 0:
                        self.metrics.published_size.set(size)
                    self._reads = True
                except SQLAlchemyError as error:
                    # the database is away: the page says by its size and clock how old it is
                    LOG.warning("the centre cannot read", extra={"error": type(error).__name__})
                    self._reads = False
                self._stop.wait(POLL)
        except BaseException as error:
            LOG.critical("the centre stopped", extra={"error": type(error).__name__}, exc_info=error)
            self._fatal(error)

    async def open_door(self) -> dict[str, str]:
        """No door for laptops."""
        return {"role": "centre", "centre": self._page.url}

    async def close_door(self) -> None:
        """There is none."""

    def stop(self) -> None:
        """End the page."""
        self._stop.set()
        self._thread.join()
        self._watch.stop()
        self._page.stop()

    def close(self) -> None:
        """Connections."""
        self._ended.close()
