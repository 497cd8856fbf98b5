"""Who is at the door now, and how much each may do: one gate a process, all in the thread of the event loop.

A laptop is known by the certificate of its connection. For each there is one bucket over all its streams and calls, a
bound on streams and on calls; what exceeds it waits or is refused before any of it is handed on [ACCESS-9]. `sweep`,
once a second, ends the streams of revoked laptops [ACCESS-8] and those that say nothing or take no answers.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from coordinator.access.acts import State
from coordinator.access.bucket import Bucket
from coordinator.access.certificates import Shown, read_shown
from coordinator.access.limits import HOUR, Limits
from coordinator.access.meters import Meters

KNOWN_MOST = 50_000
# the county counts what it allows by a clock that cannot be set
Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call ends; `status` is gRPC's name for it."""

    status: str
    code: str
    reason: str

    @property
    def details(self) -> str:
        """What the laptop reads: the code first."""
        return self.code if self.reason == self.code else f"{self.code} {self.reason}"


class Refused(Exception):
    """Raised with the refusal that ends a call."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep it."""
        super().__init__(refusal.details)
        self.refusal = refusal


STRANGER = Refusal("UNAUTHENTICATED", "E_IDENTITY", "E_IDENTITY")
EXPIRED = Refusal("UNAUTHENTICATED", "E_IDENTITY", "expired")
REVOKED = Refusal("PERMISSION_DENIED", "E_REVOKED", "E_REVOKED")
TOO_FAST = Refusal("RESOURCE_EXHAUSTED", "E_RATE", "rate")
TOO_MANY_CALLS = Refusal("RESOURCE_EXHAUSTED", "E_RATE", "calls")
REPLACED = Refusal("RESOURCE_EXHAUSTED", "E_RATE", "streams")
SILENT = Refusal("RESOURCE_EXHAUSTED", "E_RATE", "silence")
TOO_OFTEN = Refusal("RESOURCE_EXHAUSTED", "E_RATE", "renewals")


@dataclass(slots=True, eq=False)
class Stream:
    """An open stream: whose, since when, and what it waits for."""

    shown: Shown
    opened: float
    task: "asyncio.Task[object] | None"
    spoke: bool = False
    writing: float | None = None
    refusal: Refusal | None = None
    ended: bool = False
    # a peer that takes no answers takes no status either
    blocked: bool = False

    def end(self, refusal: Refusal) -> bool:
        """End it from outside, once; its handler turns the first reason into the stream's status."""
        if self.ended:
            return False
        self.ended = True
        self.blocked = self.writing is not None
        self.refusal = self.refusal or refusal
        if self.task is not None:
            self.task.cancel()
        return True


@dataclass(slots=True)
class Peer:
    """One laptop at the door."""

    bucket: Bucket
    streams: list[Stream] = field(default_factory=list)
    calls: int = 0
    renewals: deque[float] = field(default_factory=deque)


class Gate:
    """Knows certificates, counts, waits, refuses."""

    def __init__(
        self, election: str, limits: Limits, hosts: Mapping[str, int], meters: Meters,
        *, now: Callable[[], float] = time.time, monotonic: Monotonic = time.monotonic,
    ) -> None:  # fmt: skip
        """`hosts`: for each laptop the number of tables and units that the manifest gives it."""
        self.state = State()
        self.limits = limits
        self._election = election
        self._hosts = hosts
        self._meters = meters
        self.now = now
        self.monotonic = monotonic
        self._known: dict[bytes, Shown | None] = {}
        self._peers: dict[str, Peer] = {}

    # who

    def identify(self, pem: bytes) -> Shown:
        """The laptop of a connection; Refused if it names none, is long expired, or is revoked."""
        if pem not in self._known:
            if len(self._known) >= KNOWN_MOST:
                self._known.clear()
            self._known[pem] = read_shown(pem, self._election)
        shown = self._known[pem]
        if shown is None:
            raise self._refuse(STRANGER)
        # the handshake has judged the dates; a connection may outlive its certificate by its own age, not by more
        if self.now() > shown.until + self.limits.age_seconds + self.limits.age_grace_seconds:
            raise self._refuse(EXPIRED)
        if not self.state.admits(shown.node, shown.serial):
            raise self._refuse(REVOKED)
        return shown

    def renew_in(self, shown: Shown) -> int:
        """Seconds until a laptop should renew, by the county's clock [ACCESS-6]."""
        return shown.renew_in(self.now(), self.limits.laptop_hours * HOUR)

    def _refuse(self, refusal: Refusal) -> Refused:
        self._meters.refused.labels(reason=refusal.reason).inc()
        return Refused(refusal)

    def peer(self, node: str) -> Peer:
        """The counts of a laptop."""
        found = self._peers.get(node)
        if found is None:
            rate, burst = self.limits.bucket(self._hosts.get(node, 0))
            found = self._peers[node] = Peer(Bucket(rate, burst, self.monotonic()))
        return found

    # how much

    def open_stream(self, shown: Shown, task: "asyncio.Task[object] | None") -> Stream:
        """A new stream; one too many ends the oldest.

        That one is most likely dead: a laptop whose network flaps may always come back.
        """
        peer = self.peer(shown.node)
        while len(peer.streams) >= self.limits.streams:
            self._end(peer.streams.pop(0), REPLACED)
        stream = Stream(shown, self.monotonic(), task)
        peer.streams.append(stream)
        return stream

    def close_stream(self, stream: Stream) -> None:
        """It has ended."""
        streams = self.peer(stream.shown.node).streams
        if stream in streams:
            streams.remove(stream)

    @contextlib.contextmanager
    def calling(self, shown: Shown) -> Iterator[None]:
        """While a call that is no stream is open; Refused if too many are."""
        peer = self.peer(shown.node)
        if peer.calls >= self.limits.calls:
            raise self._refuse(TOO_MANY_CALLS)
        peer.calls += 1
        try:
            yield
        finally:
            peer.calls -= 1

    def charge(self, node: str, cost: float) -> float:
        """Seconds to wait before handing on so many records; Refused, and nothing charged, if that were too long."""
        wait = self.peer(node).bucket.take(cost, self.monotonic(), self.limits.patience_seconds)
        if wait is None:
            raise self._refuse(TOO_FAST)
        if wait > 0:
            self._meters.waited.inc(wait)
        return wait

    def count_renewal(self, node: str) -> None:
        """One more certificate; Refused above the hour's number."""
        renewals, now = self.peer(node).renewals, self.monotonic()
        while renewals and now - renewals[0] > HOUR:
            renewals.popleft()
        if len(renewals) >= self.limits.renewals_per_hour:
            raise self._refuse(TOO_OFTEN)
        renewals.append(now)
        self._meters.renewed.inc()

    # once a second

    def sweep(self, state: State) -> None:
        """Take the newest list of acts in and end what may not go on."""
        self.state = state
        self._meters.revoked.set(sum(laptop.revoked for laptop in state.laptops.values()))
        now, bound = self.monotonic(), self.limits.silence_seconds
        for peer in self._peers.values():
            for stream in list(peer.streams):
                waits = stream.writing if stream.spoke else stream.opened
                if not state.admits(stream.shown.node, stream.shown.serial):
                    self._end(stream, REVOKED)
                elif waits is not None and now - waits > bound:
                    self._end(stream, SILENT)

    def _end(self, stream: Stream, refusal: Refusal) -> None:
        if stream.end(refusal):
            self._meters.ended.labels(reason=refusal.reason).inc()

    def connected(self) -> list[str]:
        """Laptops with an open stream; any thread."""
        return [node for node, peer in list(self._peers.items()) if peer.streams]

    @property
    def open_streams(self) -> int:
        """Streams open now."""
        return sum(len(peer.streams) for peer in self._peers.values())
