"""Counts connections before the door: TCP in, TCP on to gRPC on this machine, bytes untouched (TLS ends at gRPC).

gRPC accepts whoever connects and waits long for a handshake; so silent sockets could take all file handles [H3]. Here
a connection is a stranger until a call on it has shown a laptop's certificate: few strangers an address, and only for
seconds. Known connections have a generous bound an address, because villages share one. A refused connection is closed
at once; nothing was accepted on it.

One address is one IPv4 address or one IPv6 network of 64 bits. Costs about a microsecond a record; 0 0 in the limits
leaves it out, where a load balancer hides addresses and counts them itself.
"""

import asyncio
import ipaddress
import resource
from collections import Counter
from typing import cast

from coordinator.access.limits import Limits
from coordinator.access.meters import Meters

INSIDE = "127.0.0.1"
# file handles: the laptop's side, ours towards gRPC, gRPC's; and what the rest of the process needs
FILES_EACH, FILES_KEPT = 3, 256
# a side that is to end has so long to take what was written to it
LINGER = 10.0


def raise_file_limit() -> int:
    """Take as many file handles as the system lets this process have; gives their number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def address_of(peer: str) -> str:
    """What connections are counted by."""
    try:
        found = ipaddress.ip_address(peer.split("%", 1)[0])
    except ValueError:
        return peer
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class Turnstile:
    """Listens where laptops connect, hands on to a port of this machine."""

    def __init__(self, limits: Limits, meters: Meters) -> None:
        """Nothing listens yet."""
        self._limits = limits
        self._meters = meters
        self._port = 0
        self._most = (raise_file_limit() - FILES_KEPT) // FILES_EACH
        self._server: asyncio.Server | None = None
        self.strangers: Counter[str] = Counter()
        self.connections: Counter[str] = Counter()
        # by the port of our own side towards gRPC, which is what gRPC calls the peer
        self._inside: dict[int, _Outer] = {}
        self._open: set[_Outer] = set()

    async def start(self, host: str, port: int, inside: int, *, shared: bool = False) -> int:
        """Listen on `host:port`, hand on to `inside`; gives the port. `shared`: other processes listen there too."""
        self._port = inside
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Outer(self), host, port, backlog=1024, reuse_port=shared or None
        )
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """No new connections; those that are open end with gRPC's side."""
        if self._server is not None:
            self._server.close()

    def known(self, peer: str) -> None:
        """A call on this connection has shown a good certificate; `peer` as gRPC names it, ipv4:127.0.0.1:PORT."""
        port = peer.rpartition(":")[2]
        outer = self._inside.get(int(port)) if port.isdecimal() else None
        if outer is not None:
            outer.known()

    # for _Outer

    def enter(self, outer: "_Outer") -> bool:
        """Whether one more connection of this address is let in."""
        address = outer.address
        reason = ""
        if self.strangers[address] >= self._limits.strangers_per_address:
            reason = "strangers"
        elif len(self._open) >= self._most:
            reason = "files"
        elif self.connections[address] >= self._limits.connections_per_address:
            reason = "connections"
        if reason:
            self._meters.refused.labels(reason=reason).inc()
            return False
        self.strangers[address] += 1
        self.connections[address] += 1
        self._open.add(outer)
        return True

    def leave(self, outer: "_Outer", inside: int) -> None:
        """A connection has ended."""
        self._inside.pop(inside, None)
        self._open.discard(outer)
        _less(self.connections, outer.address)

    def no_stranger(self, address: str) -> None:
        """A stranger has become known, or has gone."""
        _less(self.strangers, address)

    async def dial(self, outer: "_Outer", inner: "_Half") -> None:
        """Connect to gRPC's side."""
        try:
            transport, _ = await asyncio.get_running_loop().create_connection(lambda: inner, INSIDE, self._port)
        except OSError:
            outer.abort()
            return
        port = int(transport.get_extra_info("sockname")[1])
        if outer.joined(port):
            self._inside[port] = outer
        else:
            transport.close()

    def expire(self, outer: "_Outer") -> None:
        """A stranger who has said nothing good in time."""
        self._meters.refused.labels(reason="stranger-time").inc()
        outer.abort()

    @property
    def patience(self) -> float:
        """Seconds that a stranger has."""
        return self._limits.stranger_seconds


def _less(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]


class _Half(asyncio.Protocol):
    """One side of a connection; writes what it reads to the other, no faster than that one takes it."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: _Half | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.write(data)

    def eof_received(self) -> bool:
        """Neither TLS nor HTTP/2 goes on after a half close: end both sides, what is written goes out first."""
        return False

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - both ways of ending are an end
        self.transport = None
        if self.other is not None:
            self.other.close()

    def close(self) -> None:
        """End this side; what is written goes out first, if it is taken."""
        if self.transport is not None:
            self.transport.close()
            asyncio.get_running_loop().call_later(LINGER, self.abort)

    def abort(self) -> None:
        """End this side now."""
        if self.transport is not None:
            self.transport.abort()


class _Outer(_Half):
    """Towards the laptop; the other side is made at its first words."""

    def __init__(self, turnstile: Turnstile) -> None:
        super().__init__()
        self._turnstile = turnstile
        self._early: list[bytes] | None = []
        self._timer: asyncio.TimerHandle | None = None
        self._inside = 0
        self._task: asyncio.Task[None] | None = None
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.address = address_of(str((transport.get_extra_info("peername") or ("",))[0]))
        if not self._turnstile.enter(self):
            self.address = ""
            self.abort()
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._turnstile.patience, self._turnstile.expire, self)

    def joined(self, inside: int) -> bool:
        """The side towards gRPC is there: hand on what came early, then everything. False: the laptop has gone."""
        if self.transport is None:
            return False
        self._inside = inside
        early, self._early = self._early or [], None
        for data in early:
            super().data_received(data)
        self.transport.resume_reading()
        return True

    def data_received(self, data: bytes) -> None:
        if self._early is None:
            super().data_received(data)
            return
        self._early.append(data)
        if self._task is None and self.transport is not None:
            # somebody who says nothing costs one file handle, not three
            self.transport.pause_reading()
            self.other = inner = _Half()
            inner.other = self
            self._task = asyncio.get_running_loop().create_task(self._turnstile.dial(self, inner))

    def known(self) -> None:
        """No stranger any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._turnstile.no_stranger(self.address)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.address:
            self.known()
            self._turnstile.leave(self, self._inside)
