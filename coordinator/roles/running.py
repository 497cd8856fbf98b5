"""How every role runs: built, opened, one JSON line when ready, ended in order by SIGTERM, by a fault with exit 70.

The plain door opens first: a cluster sees a process that reads its log as alive. From the first moment of its end a
process is not ready; what it does not finish within END_WITHIN seconds is left to the next start.

A fault of a thread (a commit that failed, a lock that is lost) ends the process on the spot: memory may be ahead of the
disk, and the next start repairs by the ordinary path. If a person must act on it, its code stays at the plain door for
`fault_seconds` (`watch.last_words`).
"""

import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from coordinator.admin import AdminServer
from coordinator.board.checking import Outside, with_slash
from coordinator.metrics import FAULTS, Metrics
from coordinator.settings import CountyError
from coordinator.store.database import damage
from coordinator.store.leaders import Deposed
from coordinator.watch.last_words import become
from coordinator.watch.self_check import SHARE
from coordinator.watch.stations import SILENT_AFTER

LOG = logging.getLogger("changpiao.roles")
STOPPED_BY_FAULT = 70
# a cluster kills after 60 s, five of which it may have waited before it said so
END_WITHIN = 48.0
# an event loop that has not turned for so long hangs
STILL = 60.0
BEAT = 1.0
Fatal = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where a process listens and what it publishes to; `board` empty = no live page, `public` only who needs it."""

    listen: str = "127.0.0.1:7443"
    admin: str = "127.0.0.1:9464"
    public: Path | None = None
    board: str = ""
    board_export: Path | None = None
    # the county centre's own page (ADR 8); empty = none
    centre: str = ""
    # where the page and the published record are seen from outside, for links and QR codes; empty = as visitors come
    board_url: str = ""
    record_url: str = ""
    checkpoint_seconds: float = 1.0
    standings_seconds: float = 10.0
    stop_after: float = 0.0
    # several processes of this machine listen on one port; the system shares the connections out
    shared: bool = False
    # of a core, for the self-check; seconds until an open station without a word counts as silent
    check_share: float = SHARE
    silent_after: float = SILENT_AFTER
    # of access (docs/access.md); None = limits.toml of the home, else the shipped ones
    limits: Path | None = None
    # how long the plain door tells the code of a fault after the process has ended by it; 0 = not at all
    fault_seconds: float = 0.0

    def folder(self) -> Path:
        """The published folder; CountyError for a role that needs one and was given none."""
        if self.public is None:
            raise CountyError("缺少 --public：公开记录文件夹", "--public is missing: folder of the published record")
        return self.public


def address(text: str) -> tuple[str, int]:
    """`host:port` taken apart."""
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit():
        raise CountyError(f"地址应为 主机:端口，现为 {text}", f"expected host:port, found {text}")
    return host.strip("[]"), int(port)


def outside(doors: Doors) -> Outside:
    """The addresses that the public page prints."""
    return Outside(with_slash(doors.board_url), with_slash(doors.record_url))


def fault_of(error: BaseException | None) -> str:
    """The code if a person must act on it; a leader that was replaced starts again and waits in line."""
    if not isinstance(error, CountyError) or isinstance(error, Deposed) or error.code not in FAULTS:
        return ""
    return error.code


def last_words(error: BaseException | None, door: str, doors: Doors, status: int) -> None:
    """Leave the code of a fault at the plain door for a while; returns if there is none, or nobody knows the door."""
    code = fault_of(error)
    if code and doors.fault_seconds and address(door)[1]:
        become(door, code, doors.fault_seconds, status)


@dataclass(frozen=True, slots=True)
class Post:
    """What a role is given by the process that it runs in: one registry, and whom to tell that a thread has stopped."""

    metrics: Metrics
    fatal: Fatal


class Role(Protocol):
    """What `run` needs of a role; it is built before, with everything that can be refused."""

    @property
    def healthy(self) -> bool:
        """Whether it does its job; who waits in line does."""

    def start(self) -> None:
        """Threads and plain pages."""

    async def open_door(self) -> dict[str, str]:
        """The gRPC door, if the role has one; gives its addresses."""

    async def close_door(self) -> None:
        """Answer what has been asked, then hear nothing more."""

    def stop(self) -> None:
        """End in order; what has arrived is durable."""

    def close(self) -> None:
        """Give back connections and locks."""


class Running:
    """One role in one process."""

    def __init__(self, build: Callable[[Post], Role], doors: Doors) -> None:
        """Nothing is opened before `run`."""
        self._build = build
        self._doors = doors
        self._fault: BaseException | None = None
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._role: Role | None = None
        self._open = False
        self._beat = 0.0
        self._metrics = Metrics()
        self._door = ""

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; exits with 70 after a fault."""
        metrics = self._metrics
        admin = AdminServer(*address(self._doors.admin), metrics, self._ready, self._live)
        admin.start()
        try:
            self._role = role = self.build(Post(metrics, self._fatal))
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(self._serve(role, admin.address))
            role.close()
        finally:
            admin.stop()
        if self._fault is not None:
            raise SystemExit(STOPPED_BY_FAULT)

    def _ready(self) -> bool:
        return self._open and self._fault is None and self._role is not None and self._role.healthy

    def _live(self) -> bool:
        return not self._open or time.monotonic() - self._beat < STILL

    def build(self, post: Post) -> Role:
        """The role with everything that can be refused; CountyError for damage and for a disk that fails."""
        try:
            # most parts say it of their own tables in their own words; here what none of them looked at
            with damage("store"):
                return self._build(post)
        except (OSError, SQLAlchemyError) as error:
            # a full or failing disk: nothing was opened yet, and what is durable stays durable
            found = str(getattr(error, "orig", None) or error).split("\n", 1)[0]
            raise CountyError(
                f"E_DISK: 启动时读写失败：{found}。腾出磁盘空间或换盘后再启动；已接收的记录都在",
                f"E_DISK: reading or writing failed at start: {found}. Free or change the disk, start again;"
                " what was acknowledged is safe",
            ) from error

    def _fatal(self, error: BaseException) -> None:
        """A thread has stopped: end the process, from any thread."""
        self._fault = error
        if code := fault_of(error):
            self._metrics.faults.say(code)
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self, role: Role, admin: str) -> None:
        self._door = admin
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(name, self._stop.set)
        role.start()
        said = await role.open_door()
        beating = asyncio.create_task(self._beats())
        # what was read at start stays: the collector need not look at it again
        gc.freeze()
        # the first beat comes only with the loop's next turn
        self._beat = time.monotonic()
        self._open = True
        print(json.dumps(said | {"admin": admin}), flush=True)  # noqa: T201 - ready
        if self._fault is None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._doors.stop_after or None):
                    await self._stop.wait()
        self._open = False
        if self._fault is not None:
            self._die()
        # daemon: it does not keep a process that has ended
        bound = threading.Timer(END_WITHIN, self._too_slow)
        bound.daemon = True
        bound.start()
        await self._end(role)
        bound.cancel()
        beating.cancel()

    async def _beats(self) -> None:
        while True:
            self._beat = time.monotonic()
            await asyncio.sleep(BEAT)

    async def _end(self, role: Role) -> None:
        await role.close_door()
        await asyncio.get_running_loop().run_in_executor(None, role.stop)
        if self._fault is not None:
            self._die()

    def _too_slow(self) -> None:
        LOG.critical("the end took too long; what is durable stays, the next start repairs the rest")
        os._exit(STOPPED_BY_FAULT)

    def _die(self) -> None:
        """Nothing more is written: memory may be ahead of the disk; the next start repairs."""
        LOG.critical("stopped by a fault", extra={"error": type(self._fault).__name__})
        last_words(self._fault, self._door, self._doors, STOPPED_BY_FAULT)
        os._exit(STOPPED_BY_FAULT)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    return uvloop.Loop
