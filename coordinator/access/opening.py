"""Access put together for one process with a door: what must hold before it opens, the server, the watch [ACCESS-11].

Start: limits read -> policies complete -> somebody to serve -> keys private and fitting -> list of acts read -> the
server, and before it the turnstile. A second's round: new acts are read (another process revokes), streams are swept,
the server's certificate is renewed when half of its life is over. A list that cannot be read leaves the newest known
one in force and is said.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import grpc
from grpc import aio
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError

from coordinator.access.acts import State
from coordinator.access.certificates import Authority
from coordinator.access.credentials import ServerPair, read_authority, renew_server, server_until, utc
from coordinator.access.door import AccessService
from coordinator.access.doorkeeper import Doorkeeper
from coordinator.access.gate import Gate
from coordinator.access.limits import DAY, Limits
from coordinator.access.meters import Meters
from coordinator.access.policies import LAPTOP_SERVICES, LAPTOPS, check_policies
from coordinator.access.registry import Registry
from coordinator.access.turnstile import INSIDE, Turnstile
from coordinator.settings import CountyError, Home

LOG = logging.getLogger("changpiao.access")
ROUND = 1.0
AddServices = Callable[[aio.Server], None]


def options(limits: Limits, *, shared: bool = False) -> list[tuple[str, int]]:
    """What gRPC itself must keep to; connection ages get a tenth of jitter from gRPC."""

    def ms(seconds: float) -> int:
        return int(seconds * 1000)

    return [
        ("grpc.max_receive_message_length", limits.message_bytes),
        ("grpc.max_send_message_length", 4 * limits.message_bytes),
        # no compression, in either direction: a small message that grows is refused unread [H1]
        ("grpc.compression_enabled_algorithms_bitset", 1),
        ("grpc.max_metadata_size", 8 * 1024),
        ("grpc.max_concurrent_streams", limits.streams + limits.calls),
        ("grpc.max_connection_idle_ms", ms(limits.idle_seconds)),
        ("grpc.max_connection_age_ms", ms(limits.age_seconds)),
        ("grpc.max_connection_age_grace_ms", ms(limits.age_grace_seconds)),
        ("grpc.server_handshake_timeout_ms", ms(limits.stranger_seconds)),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.so_reuseport", int(shared and not limits.turnstile)),
    ]


def check_hosts(hosts: Mapping[str, str]) -> Counter[str]:
    """Tables and units of each laptop; CountyError for an election that names none: nobody could deliver."""
    found = Counter(hosts.values())
    if not found:
        raise CountyError(
            "选举文件中没有任何设备和计票点，不启动；检查封存的选举文件",
            "the sealed election names no laptop and no table; not started: check what was sealed",
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What access needs to know of its process. `hosts`: chain -> laptop, as the manifest has it."""

    home: Home
    election: str
    limits: Limits
    hosts: Mapping[str, str]
    registry: Registry
    collector: CollectorRegistry
    # outside the gate: they see refusals too
    interceptors: tuple[aio.ServerInterceptor, ...] = ()
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    round_seconds: float = ROUND


class Access:
    """The door of one process; made before it opens, used in the thread of the event loop."""

    def __init__(self, setting: Setting) -> None:
        """Everything that can be wrong is found here; CountyError."""
        check_policies(LAPTOP_SERVICES, LAPTOPS)
        hosts = check_hosts(setting.hosts)
        self._setting = setting
        self._pair = ServerPair(setting.home)
        # read once, so that a key that others can read stops the start and not the first renewal
        self._authority(setting.now())
        self._meters = Meters(setting.collector)
        self.gate = Gate(
            setting.election, setting.limits, hosts, self._meters, now=setting.now, monotonic=setting.monotonic
        )
        self.gate.sweep(setting.registry.state())
        self._turnstile = Turnstile(setting.limits, self._meters) if setting.limits.turnstile else None
        self._round: asyncio.Task[None] | None = None
        self._read_at = setting.monotonic()
        # asked for, not set: a look that hangs must be seen to grow old
        self._meters.list_age.set_function(lambda: setting.monotonic() - self._read_at)
        self._meters.server_until.set(server_until(setting.home).timestamp())

    def _authority(self, now: float) -> Authority | None:
        return read_authority(self._setting.home, self._setting.election, now)

    async def open(self, listen: str, add_services: AddServices, *, shared: bool = False) -> tuple[aio.Server, int]:
        """A server on `listen` with mutual TLS, every method behind the gate; gives it and its port.

        `shared`: several processes of this machine may listen on one port.
        """
        known = self._turnstile.known if self._turnstile is not None else lambda _: None
        server = aio.server(
            interceptors=(*self._setting.interceptors, Doorkeeper(self.gate, LAPTOPS, known)),
            options=options(self._setting.limits, shared=shared), compression=grpc.Compression.NoCompression,
        )  # fmt: skip
        add_services(server)
        AccessService(self._setting.election, self.gate, self._setting.registry, self._authority).add_to(server)
        inside = listen if self._turnstile is None else f"{INSIDE}:0"
        try:
            port = server.add_secure_port(inside, self._pair.credentials())
        except RuntimeError as error:
            raise OSError(f"{listen}: {error}") from None
        await server.start()
        if self._turnstile is not None:
            host, _, wanted = listen.rpartition(":")
            try:
                port = await self._turnstile.start(host.strip("[]"), int(wanted), port, shared=shared)
            except OSError:
                await server.stop(None)
                raise
        self._round = asyncio.create_task(self._rounds())
        return server, port

    async def close(self) -> None:
        """No new connections and no more rounds; the server itself is stopped by who asked for it."""
        if self._turnstile is not None:
            self._turnstile.stop()
        if self._round is not None:
            self._round.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._round

    async def _rounds(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._setting.round_seconds)
            try:
                state = await loop.run_in_executor(None, self._look)
            except (SQLAlchemyError, OSError, ValueError, CountyError) as error:
                LOG.error("the list of access acts was not read", extra={"error": type(error).__name__})
                state = self.gate.state
            else:
                self._read_at = self._setting.monotonic()
            self.gate.sweep(state)

    def _look(self) -> State:
        """In a thread of its own: the list, and the server's certificate."""
        setting = self._setting
        now = setting.now()
        until = utc(now + setting.limits.server_days * DAY)
        if renew_server(setting.home, setting.election, now, until):
            LOG.info("the server's certificate was renewed")
        self._meters.server_until.set(server_until(setting.home).timestamp())
        return setting.registry.state()
