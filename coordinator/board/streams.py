"""Server-sent events: one text a change, shared by all viewers; each viewer costs a queue position and its socket.

`id` is the log size, so a viewer that comes back (`Last-Event-ID`, or `?from=`) gets what it missed from any process;
if that is no longer kept it is told to `reload`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from coordinator.board.feed import Feed, Json, encoded

QUIET = 15.0
# a burst of rounds is told together: one message a viewer in so many seconds
PACE = 0.25


class Streams:
    """The viewers of one event loop."""

    def __init__(self, feed: Feed) -> None:
        """Nobody yet."""
        self._feed = feed
        self._woken: asyncio.Event | None = None
        self._made: dict[int, tuple[int, bytes]] = {}

    def _event(self) -> asyncio.Event:
        if self._woken is None:
            self._woken = asyncio.Event()
            loop = asyncio.get_running_loop()

            def told() -> None:
                # the loop may end at any moment; the publisher must not hear of it
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._wake)

            self._feed.listen(told)
        return self._woken

    def _wake(self) -> None:
        """Everybody who waits goes on; who comes now waits for the next."""
        if self._woken is not None:
            self._woken.set()
            self._woken = asyncio.Event()

    async def events(self, last: int) -> AsyncIterator[bytes]:
        """What changed after `last`, and then what changes."""
        while True:
            event = self._event()
            size, body = self._changes(last)
            if size != last or body.startswith(b"event: reload"):
                last = size
                yield body
                await asyncio.sleep(PACE)
                continue
            try:
                async with asyncio.timeout(QUIET):
                    await event.wait()
            except TimeoutError:
                yield b": \n\n"

    def _changes(self, last: int) -> tuple[int, bytes]:
        """The size reached and its text; made once for all who stand at the same size."""
        now = self._feed.size
        kept = self._made.get(last)
        if kept is not None and kept[0] == now:
            return kept
        found = self._feed.since(last)
        if found is None:
            return now, _text("reload", now, {"size": now})
        size = int(found["size"])
        if len(self._made) > 64 or any(reached != size for reached, _ in self._made.values()):
            self._made.clear()
        kept = self._made[last] = size, _text("change", size, found)
        return kept


def _text(kind: str, size: int, data: Json) -> bytes:
    return b"event: %s\nid: %d\ndata: %s\n\n" % (kind.encode(), size, encoded(data))
