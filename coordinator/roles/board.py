"""Role `board`: the live page beside the others. It reads the log up to the signed checkpoint, and holds no key."""

import contextlib
import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from coordinator.board.feed import Feed
from coordinator.board.following import Following
from coordinator.board.records import StoreArchive
from coordinator.board.server import BoardServer, Shown
from coordinator.board.snapshots import Snapshots
from coordinator.ledger.rebuilding import first_election
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import Heads
from coordinator.roles.running import Doors, Post, address, outside
from coordinator.roles.watching import watch_board
from coordinator.settings import CountyError
from coordinator.store.stores import open_server

LOG = logging.getLogger("changpiao.roles")
POLL = 0.5


class Board:
    """Any number."""

    def __init__(self, doors: Doors, url: str, post: Post) -> None:
        """Connected; the page opens with `start`."""
        if not doors.board:
            raise CountyError("缺少 --board：实况页的地址", "--board is missing: the address of the live page")
        self._doors = doors
        self._fatal = post.fatal
        self.metrics = post.metrics
        self._ended = contextlib.ExitStack()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="board-feed", daemon=True)
        self.healthy = True
        with self._ended as built:
            self._database = open_server(url, "board")
            built.callback(self._database.close)
            election, _ = first_election(self._database)
            feed = Feed(election, StoreArchive(self._database))
            heads = Heads(Lock(self._database, election.origin), election)
            self._following = Following(self._database, heads, feed)
            self._watch = watch_board(self.metrics, url, self._database)
            self._page = BoardServer(*address(doors.board), feed, Shown(outside(doors)))
            self._files = None
            if doors.board_export is not None:
                self._files = Snapshots(feed, doors.board_export, outside(doors), post.fatal)
            self._ended = built.pop_all()

    def start(self) -> None:
        """The page, the thread that reads."""
        self._page.start()
        if self._files is not None:
            self._files.start()
        self._watch.start()
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    self.look()
                    self.healthy = True
                except SQLAlchemyError as error:
                    # the database is away: the page shows what it showed, and says by its size how old that is
                    LOG.warning("the board cannot read", extra={"error": type(error).__name__})
                    self.healthy = False
                self._stop.wait(POLL)
        except BaseException as error:
            LOG.critical("the board stopped", extra={"error": type(error).__name__}, exc_info=error)
            self._fatal(error)

    def look(self) -> None:
        """Read up to the newest signed checkpoint."""
        size = self._following.look()
        if size >= 0:
            self.metrics.published_size.set(size)

    async def open_door(self) -> dict[str, str]:
        """No door for laptops."""
        return {"role": "board", "board": f"http://{address(self._doors.board)[0]}:{self._page.port}/"}

    async def close_door(self) -> None:
        """There is none."""

    def stop(self) -> None:
        """End the page."""
        self._stop.set()
        self._thread.join()
        self._watch.stop()
        if self._files is not None:
            self._files.stop()
        self._page.stop()

    def close(self) -> None:
        """Connections."""
        self._ended.close()
