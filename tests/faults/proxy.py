"""A bad network between laptop and county: a TCP proxy of our own that cuts, delays, half-closes and swallows.

It runs in a thread with its own event loop; `mood` may change at any time. Nothing is altered on the way: TLS would see
it, and that is not what a network does by itself.
"""

import asyncio
import contextlib
import enum
import random
import socket
import struct
import threading
from typing import TypeAlias

from tests.faults.rig import HOST

CHUNK = 1024
Pair: TypeAlias = tuple[asyncio.StreamWriter, asyncio.StreamWriter]


class Mood(enum.Enum):
    """What happens to bytes, and to new connections."""

    GOOD = "good"
    SLOW = "slow"
    REFUSE = "refuse"
    SWALLOW = "swallow"


class Proxy:
    """Listens on `port`, forwards to the county's port."""

    def __init__(self, county: int, dice: random.Random) -> None:
        """Nothing is open before `with`."""
        self._county = county
        self._dice = dice
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._pairs: set[Pair] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.mood = Mood.GOOD
        # so many connections will break after some kilobytes in one direction: in the middle of a delivery
        self.troubles = 0
        self.connections = 0
        self.cuts = 0
        self.port = 0

    def __enter__(self) -> "Proxy":
        """Listen."""
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._accept, HOST, 0), self._loop
        ).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        """Close everything."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        self._reset_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.mood is Mood.REFUSE:
            writer.transport.abort()
            return
        try:
            inward, outward = await asyncio.open_connection(HOST, self._county)
        except OSError:
            writer.transport.abort()
            return
        pair = writer, outward
        self._pairs.add(pair)
        # a connection born into the black hole stays in it, whatever comes later
        lost = self.mood is Mood.SWALLOW
        most = [0, 0]
        if self.troubles:
            self.troubles -= 1
            most[self._dice.randrange(2)] = self._dice.randint(2_000, 9_000)
        ends = (reader, outward, most[0]), (inward, writer, most[1])
        tasks = [asyncio.create_task(self._pump(*end, pair, lost=lost)) for end in ends]
        self._tasks.update(tasks)
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.difference_update(tasks)
        self._pairs.discard(pair)
        for end in pair:
            end.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int, pair: Pair, *, lost: bool
    ) -> None:
        """One direction; after `most` bytes (0: never) the connection is reset, or half closed, or loses the rest."""
        passed = 0
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if lost or self.mood is Mood.SWALLOW:
                    # once a byte is lost the rest of the stream is too
                    lost = True
                    continue
                passed += len(data)
                if most and passed > most:
                    self.cuts += 1
                    self._break(pair, writer)
                    return
                if self.mood is Mood.SLOW:
                    await asyncio.sleep(self._dice.random() * 0.03)
                writer.write(data)
                await writer.drain()
            writer.write_eof()

    def _break(self, pair: Pair, writer: asyncio.StreamWriter) -> None:
        match self._dice.choice(["reset", "half close", "silence"]):
            case "reset":
                _reset(pair)
            case "half close":
                writer.write_eof()
            case _:
                self._loop.call_later(1.0, _reset, pair)

    def _reset_all(self) -> None:
        for pair in list(self._pairs):
            _reset(pair)


def _reset(pair: Pair) -> None:
    """Reset both sides."""
    for writer in pair:
        with contextlib.suppress(OSError, AttributeError):
            # linger 0: the peer sees a reset, not an orderly end
            plain = writer.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
