"""The county's process put together: store, writer, publisher, doors; started in order, ended in order.

Start: guard -> keys -> ledger (arrays equal chains, or no start) -> publisher recovered -> doors open -> one JSON line.
End on SIGTERM: doors closed -> what has arrived is committed -> last `standings` and checkpoint -> exit 0. Any fault of
the writer or the publisher ends the process with exit 70; the next start repairs by the ordinary path.
"""

import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.exc import SQLAlchemyError

from coordinator.admin import AdminServer
from coordinator.board.feed import Feed
from coordinator.board.server import BoardServer, export
from coordinator.desk import Inbox
from coordinator.intake.jobs import Append
from coordinator.intake.servicer import IntakeService, make_server
from coordinator.intake.writer import Writer
from coordinator.ledger.rebuilding import Rebuilt, rebuild
from coordinator.metrics import Metrics
from coordinator.publish.folder import PublicFolder
from coordinator.publish.lock import Lock
from coordinator.publish.proofs import prove
from coordinator.publish.publisher import LogKeys, Publisher
from coordinator.publish.rounds import Rounds, Source
from coordinator.publish.sequencer import Sequencer
from coordinator.settings import CountyError, Home, guard, read_private, read_seed
from coordinator.store.database import Database
from tally_protocol.election.manifest import Election
from tally_protocol.record.sealing import Opener
from tally_protocol.seal.keys import Signer, county_name
from tally_protocol.seal.note import encode_base64

LOG = logging.getLogger("changpiao.service")
STOPPED_BY_FAULT = 70
Fatal = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where the county listens and what it publishes to; `board` empty = no live page."""

    listen: str
    admin: str
    public: Path
    board: str = ""
    board_export: Path | None = None
    checkpoint_seconds: float = 1.0
    standings_seconds: float = 10.0
    stop_after: float = 0.0


@dataclass(frozen=True, slots=True)
class CountyKeys:
    """The working keys, checked against the sealed election."""

    county: Signer
    log: LogKeys
    opener: Opener


def load_keys(home: Home, election: Election) -> CountyKeys:
    """Read the keys; CountyError if one is missing, readable by others, or not the election's."""
    county = Signer(
        county_name(election.id), Ed25519PrivateKey.from_private_bytes(read_seed(home.keys / "county.key"))
    )
    first = Signer(election.origin, Ed25519PrivateKey.from_private_bytes(read_seed(home.keys / "log-ed25519.key")))
    second = MLDSA44PrivateKey.from_seed_bytes(read_seed(home.keys / "log-mldsa44.key"))
    ballot = X25519PrivateKey.from_private_bytes(read_seed(home.keys / "ballot.key"))
    pairs = {
        "county.key": county.public == election.county_key,
        "log-ed25519.key": first.public == election.log_ed25519,
        "log-mldsa44.key": encode_base64(second.public_key().public_bytes_raw()) == election.log_mldsa44,
        "ballot.key": ballot.public_key().public_bytes_raw() == election.ballot_key,
    }
    for name, good in pairs.items():
        if not good:
            raise CountyError(
                f"keys/{name} 不是本次选举封存的密钥", f"keys/{name} is not the key that the election note names"
            )
    return CountyKeys(county, LogKeys(first, second), Opener(ballot))


class Service:
    """One county, from start to end."""

    def __init__(self, home: Home, doors: Doors) -> None:
        """Nothing is opened before `run`."""
        self._home = home
        self._doors = doors
        self._fault: BaseException | None = None
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; exits with 70 after a fault."""
        with guard(self._home):
            store, staging, lock = (Database(path) for path in (self._home.store, self._home.staging, self._home.lock))
            try:
                rebuilt = rebuild(store)
                parts = _Parts(self._home, self._doors, rebuilt, (store, staging, lock), self._fatal)
            except (OSError, SQLAlchemyError) as error:
                # a full or failing disk: nothing was opened yet, and what is durable stays durable
                found = str(getattr(error, "orig", None) or error)
                raise CountyError(
                    f"E_DISK: 启动时读写失败：{found}。腾出磁盘空间或换盘后再启动；已接收的记录都在",
                    f"E_DISK: reading or writing failed at start: {found}. Free or change the disk, start again;"
                    " what was acknowledged is safe",
                ) from error
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(self._serve(parts))
            for database in (store, staging, lock):
                database.close()
        if self._fault is not None:
            raise SystemExit(STOPPED_BY_FAULT)

    def _fatal(self, error: BaseException) -> None:
        """The writer or the publisher has stopped: end the process, from any thread."""
        self._fault = error
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self, parts: "_Parts") -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(name, self._stop.set)
        parts.start(ready=lambda: self._fault is None)
        service = IntakeService(parts.writer, parts.election.id, parts.metrics, parts.prove)
        server, port = await make_server(service, self._doors.listen, parts.credentials)
        # what was read at start stays: the collector need not look at it again
        gc.freeze()
        host = self._doors.listen.rsplit(":", 1)[0]
        print(json.dumps({"address": f"{host}:{port}"} | parts.addresses()), flush=True)  # noqa: T201 - ready
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._doors.stop_after or None):
                await self._stop.wait()
        await server.stop(grace=5)
        if self._fault is not None:
            # memory may be ahead of the disk: nothing more is written; the next start repairs
            LOG.critical("stopped by a fault", extra={"error": type(self._fault).__name__})
            os._exit(STOPPED_BY_FAULT)
        await asyncio.get_running_loop().run_in_executor(None, parts.stop)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    return uvloop.Loop


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit():
        raise CountyError(f"地址应为 主机:端口，现为 {text}", f"expected host:port, found {text}")
    return host.strip("[]"), int(port)


class _Parts:
    """Everything but the gRPC door."""

    def __init__(
        self, home: Home, doors: Doors, rebuilt: Rebuilt, databases: tuple[Database, Database, Database], fatal: Fatal
    ) -> None:
        county, self._doors = rebuilt.county, doors
        store, staging, lock = databases
        self._store = store
        self.election = county.election
        keys = load_keys(home, self.election)
        self.credentials = (
            read_private(home.tls / "server.key"),
            (home.tls / "server.pem").read_bytes(),
            (home.tls / "ca.pem").read_bytes(),
        )
        self.metrics = Metrics()
        self._sequencer = Sequencer(store)
        self._publisher = Publisher(
            election=self.election, sequencer=self._sequencer, staging=staging,
            lock=Lock(lock, self.election.origin), folder=PublicFolder(doors.public), keys=keys.log,
        )  # fmt: skip
        self._publisher.recover(county.size)
        self.writer = Writer(
            store, county, opener=keys.opener, signer=keys.county, metrics=self.metrics, fatal=fatal
        )
        self.writer.events.extend(rebuilt.events)
        self._feed = Feed(self.election) if doors.board or doors.board_export else None
        feed = self._feed
        self._rounds = Rounds(
            self._publisher, self._sequencer,
            Source(
                events=self.writer.events, durable=lambda: self.writer.durable, append=self._append,
                take_oldest=self.writer.take_oldest,
            ),
            metrics=self.metrics, fatal=fatal, every=doors.checkpoint_seconds, standings_every=doors.standings_seconds,
            covered=max((event.size for event in rebuilt.events if event.kind == "standings"), default=0),
            published=feed.published if feed is not None else lambda _fold, _changed: None,
        )  # fmt: skip
        self._inbox = Inbox(home.inbox, self.writer)
        self._admin: AdminServer | None = None
        self._board: BoardServer | None = None

    def start(self, ready: Callable[[], bool]) -> None:
        """Threads and plain doors."""
        self.writer.start()
        self._rounds.tick()
        self._rounds.start()
        self._inbox.start()
        self._admin = AdminServer(*_address(self._doors.admin), self.metrics, lambda: ready() and self._rounds.healthy)
        self._admin.start()
        if self._doors.board and self._feed is not None:
            self._board = BoardServer(*_address(self._doors.board), self._feed)
            self._board.start()

    def addresses(self) -> dict[str, str]:
        """Where the plain doors are."""
        found = {}
        if self._admin is not None:
            found["admin"] = f"{_address(self._doors.admin)[0]}:{self._admin.port}"
        if self._board is not None:
            found["board"] = f"http://{_address(self._doors.board)[0]}:{self._board.port}/"
        return found

    def prove(self, record: bytes) -> bytes | None:
        """The tlog-proof of a record [RECEIPT-4]."""
        return prove(self._store, self._sequencer, self._publisher, record)

    def _append(self, size: int, root: bytes, results: bytes, totals: dict[str, int]) -> int:
        """Have the writer append `standings`, and wait until it is durable."""
        done = threading.Event()
        found: list[int] = []

        def reply(index: int) -> None:
            found.append(index)
            done.set()

        self.writer.put(Append(size, root, results, totals, reply))
        if not done.wait(60):
            raise CountyError("写入线程没有回应", "the writer does not answer")
        return found[0]

    def stop(self) -> None:
        """What has arrived is committed; then the last checkpoint; then the plain doors."""
        self._inbox.stop()
        self._rounds.stop()
        self.writer.stop()
        if self._feed is not None and self._doors.board_export is not None:
            export(self._feed, self._doors.board_export)
        if self._board is not None:
            self._board.stop()
        if self._admin is not None:
            self._admin.stop()
