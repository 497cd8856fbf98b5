"""Role `all`: one process is the whole county, on SQLite or PostgreSQL.

Start: guard (SQLite) or the locks of both leaders (PostgreSQL) -> keys -> ledger (arrays equal chains, or no start) ->
publisher recovered -> doors open. End on SIGTERM: doors closed -> what has arrived is committed -> last `standings` and
checkpoint. Other intake processes may stand beside it on a server: it places what they admit.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from coordinator.access.limits import read_limits
from coordinator.access.opening import Access, Setting
from coordinator.access.registry import TableRegistry
from coordinator.board.feed import Feed
from coordinator.board.following import Follower
from coordinator.board.records import StoreArchive
from coordinator.board.server import BoardServer, Shown
from coordinator.board.snapshots import Snapshots
from coordinator.desk import Inbox
from coordinator.intake.servicer import IntakeService
from coordinator.intake.writer import Writer
from coordinator.ledger.fold import Fold
from coordinator.ledger.rebuilding import rebuild
from coordinator.ledger.vetting import Admitted, Vetting
from coordinator.metrics import LEADERS
from coordinator.publish.folder import PublicFolder
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import prove
from coordinator.publish.publisher import Publisher
from coordinator.publish.rounds import Rounds, Source, Totals
from coordinator.publish.sequencer import Sequencer
from coordinator.roles.asking import Gathering, append_standings
from coordinator.roles.keys import load_keys
from coordinator.roles.running import Doors, Post, address, outside
from coordinator.roles.watching import call_meter, watch_everything
from coordinator.settings import Home, guard
from coordinator.store import presence
from coordinator.store.database import Database
from coordinator.store.leaders import Fence, lead
from coordinator.store.stores import open_stores

LOG = logging.getLogger("changpiao.roles")
GRACE = 5.0

if TYPE_CHECKING:
    from coordinator.roles.centre import Page


def page_of(home: Home, doors: Doors, store: Database, connected: Callable[[], list[str]]) -> "Page":
    """The centre's page; its libraries are an extra, so nobody else loads them."""
    from coordinator.roles.centre import Page  # noqa: PLC0415

    def seen() -> Mapping[str, float]:
        there: dict[str, float] = dict(presence.seconds_since(store)) if store.postgres else {}
        return there | dict.fromkeys(connected(), 0.0)

    return Page(home, doors, store, seen)


def all_told(*followers: Follower | None) -> Callable[[Fold, set[str]], None]:
    """Tells every page of the units that changed up to a checkpoint; a page that fails never stops the count.

    It is told again what it missed with the next round; until then its size says how old its numbers are.
    """
    there = [(follower, set[str]()) for follower in followers if follower is not None]

    def published(fold: Fold, changed: set[str]) -> None:
        for follower, missed in there:
            missed.update(changed)
            try:
                follower.published(fold, set(missed))
            except Exception as error:
                LOG.critical("a page cannot be told", extra={"error": type(error).__name__}, exc_info=error)
            else:
                missed.clear()

    return published


class Everything:
    """Every job of a county."""

    def __init__(self, home: Home, doors: Doors, url: str, post: Post) -> None:
        """Everything but the doors; whatever can be refused is refused here."""
        self._ended = contextlib.ExitStack()
        self._home, self._doors = home, doors
        with self._ended as built:
            self._build(built, url, post)
            # all went well: what was opened is given back in `close`
            self._ended = built.pop_all()

    def _lead(
        self, built: contextlib.ExitStack, store: Database, fatal: Callable[[BaseException], None]
    ) -> list[Fence]:
        """Be the leader of each job, as long as the process lives."""
        fences: list[Fence] = []
        for job in LEADERS:
            # nobody can stop this wait but a signal that ends the process
            fence = lead(store, job, fatal, threading.Event())
            if fence is not None:
                built.callback(fence.release)
                fences.append(fence)
                self.metrics.leader.labels(role=job).set(1)
        return fences

    def _build(self, built: contextlib.ExitStack, url: str, post: Post) -> None:
        home, doors, fatal = self._home, self._doors, post.fatal
        self.metrics = post.metrics
        stores = open_stores(home, url, "all")
        built.callback(stores.close)
        if not stores.store.postgres:
            built.enter_context(guard(home))
        fences = self._lead(built, stores.store, fatal)
        rebuilt = rebuild(stores.store)
        self._store = stores.store
        self._election = rebuilt.county.election
        keys = load_keys(home, self._election)
        self._access = Access(
            Setting(
                home=home, election=str(self._election.id), limits=read_limits(home, doors.limits),
                hosts=rebuilt.county.nodes, registry=TableRegistry(stores.store), collector=self.metrics.registry,
                interceptors=(call_meter(self.metrics),),
            )
        )  # fmt: skip
        self._tree = Sequencer(stores.store)
        folder = PublicFolder(doors.folder(), fences[1].number)
        built.callback(folder.close)
        self._publisher = Publisher(
            election=self._election, sequencer=self._tree, staging=stores.staging,
            lock=Lock(stores.lock, self._election.origin, fences[1]), folder=folder, keys=keys.log, fence=fences[1],
            vet=Vetting(stores.store, rebuilt.county, admitted := Admitted()).check,
        )  # fmt: skip
        self._publisher.recover(rebuilt.county.size)
        covered = max((event.size for event in rebuilt.events if event.kind == "standings"), default=0)
        self._writer = writer = Writer(
            stores.store, rebuilt, opener=keys.opener, signer=keys.county, metrics=self.metrics, fatal=fatal,
            fence=fences[0], admitted=admitted,
        )  # fmt: skip
        shown = bool(doors.board or doors.board_export)
        self._feed = feed = Feed(self._election, StoreArchive(stores.store)) if shown else None
        self._page = page_of(home, doors, stores.store, self._access.gate.connected) if doors.centre else None
        totals = Totals(
            writer.events, lambda *given: append_standings(writer, *given), covered=covered,
            every=doors.standings_seconds, published=all_told(feed, self._page.view if self._page else None),
        )  # fmt: skip
        numbers = {job: fence.number for job, fence in zip(LEADERS, fences, strict=True)}
        self._watch, alarm = watch_everything(
            home, doors, url, self.metrics, stores, rebuilt.county, numbers, self._access.gate.connected,
            folder.checkpoint,
        )  # fmt: skip
        self._rounds = Rounds(
            self._publisher, Source(durable=lambda: writer.durable, take_oldest=writer.take_oldest),
            metrics=self.metrics, fatal=fatal, totals=totals, root=self._tree.root, every=doors.checkpoint_seconds,
            alarm=alarm.raised,
        )  # fmt: skip
        self._inbox = Inbox(home.inbox, writer)
        self._gathering = Gathering(writer, fatal) if stores.store.postgres else None
        self._board: BoardServer | None = None
        self._files: Snapshots | None = None

    @property
    def healthy(self) -> bool:
        """Whether the last round of publishing went through; a page that stands still closes no laptop's door."""
        return self._rounds.healthy

    def start(self) -> None:
        """Threads and the page."""
        self._writer.start()
        self._rounds.tick()
        self._rounds.start()
        self._inbox.start()
        self._watch.start()
        if self._gathering is not None:
            self._gathering.start()
        if self._doors.board and self._feed is not None:
            page = Shown(outside(self._doors), self._doors.folder())
            self._board = BoardServer(*address(self._doors.board), self._feed, page)
            self._board.start()
        if self._page is not None:
            self._page.start()
        if self._doors.board_export is not None and self._feed is not None:
            self._files = Snapshots(self._feed, self._doors.board_export, outside(self._doors))
            self._files.start()

    async def open_door(self) -> dict[str, str]:
        """The laptops' door."""
        self._service = IntakeService(self._writer, self._election.id, self.metrics, self.prove)
        self._server, port = await self._access.open(self._doors.listen, self._service.add_to)
        found = {"address": f"{self._doors.listen.rsplit(':', 1)[0]}:{port}"}
        if self._board is not None:
            found["board"] = f"http://{address(self._doors.board)[0]}:{self._board.port}/"
        if self._page is not None:
            found["centre"] = self._page.url
        return found

    async def close_door(self) -> None:
        """Streams end after their answers; laptops come again elsewhere or later."""
        self._service.drain()
        await self._access.close()
        await self._server.stop(grace=GRACE)

    def prove(self, record: bytes) -> bytes | None:
        """The tlog-proof of a record [RECEIPT-4]."""
        return prove(self._store, self._tree, self._publisher, record)

    def stop(self) -> None:
        """What has arrived is committed; then the last checkpoint; then the page."""
        self._watch.stop()
        self._inbox.stop()
        if self._gathering is not None:
            self._gathering.stop()
        self._rounds.stop()
        self._writer.stop()
        if self._files is not None:
            self._files.stop()
        if self._page is not None:
            self._page.stop()
        if self._board is not None:
            self._board.stop()

    def close(self) -> None:
        """Locks and connections."""
        self._ended.close()
