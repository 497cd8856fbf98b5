"""Hundreds of viewers of the board's stream in one process: plain sockets that note when each size arrived.

`python -m benchmarks.viewers PORT COUNT FROM`. On standard input a size: answers, when all viewers have it, with the
times (the machine's monotonic clock, which all processes share).
"""

import asyncio
import json
import resource
import sys
import time

AT_ONCE = 50


class Viewer:
    """One connection."""

    def __init__(self) -> None:
        """Nothing arrived yet."""
        self.size = self.pending = 0
        self.at = 0.0
        self.bytes = 0

    async def follow(self, port: int, start: int, changed: asyncio.Event) -> None:
        """Read until the end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        writer.write(f"GET /events?from={start} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        self.size = start
        changed.set()
        while line := await reader.readline():
            self.bytes += len(line)
            if line.startswith(b"id: "):
                self.pending = int(line[4:])
            elif line == b"\n" and self.pending > self.size:
                self.size, self.at = self.pending, time.monotonic()
                changed.set()


async def main() -> None:
    """Connect all, then answer."""
    port, count, start = (int(word) for word in sys.argv[1:4])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    viewers = [Viewer() for _ in range(count)]
    changed = asyncio.Event()
    tasks = []
    for place in range(0, count, AT_ONCE):
        part = viewers[place : place + AT_ONCE]
        tasks += [asyncio.create_task(viewer.follow(port, start, changed)) for viewer in part]
        while not all(viewer.size for viewer in part):
            changed.clear()
            await changed.wait()
    await asyncio.sleep(1)
    print(json.dumps({"viewers": count}), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        size = int(line)
        while not all(viewer.size >= size for viewer in viewers):
            changed.clear()
            await changed.wait()
        print(json.dumps({"at": [viewer.at for viewer in viewers], "bytes": sum(v.bytes for v in viewers)}), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
