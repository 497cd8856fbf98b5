"""A thousand laptops in one process: each its own connection, certificate, stream and jitter; told by lines of JSON.

`python -m tests.soak.laptops ADDRESS FILE`: FILE has what each one delivers. Commands on standard input:
`{"do": "until", "records": n, "seconds": s}` every laptop delivers up to its n-th record, at a random moment within s
seconds; `{"do": "since", "time": t}` how many have resumed after t (monotonic), and when the last one did.
The wait between two connections is the station's own (`tally_node.uplink.Waiting`).
"""

import asyncio
import json
import pickle
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from grpc import aio

from coordinator.access.certificates import SERVER_NAME
from tally_node.uplink import Waiting
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc

AT_ONCE = 100  # first connections: grpc.aio loses streams when thousands begin at the same moment
_Call = aio.StreamStreamCall[intake_pb2.DeliverRequest, intake_pb2.DeliverResponse]
LOST = (aio.AioRpcError, asyncio.InvalidStateError, ConnectionError)


@dataclass
class Parcel:
    """What one laptop has: its keys, its chain's notes."""

    chain: str
    ca: bytes
    key: bytes
    certificate: bytes
    notes: list[bytes]


@dataclass
class Laptop:
    """One of them."""

    parcel: Parcel
    address: str
    gate: asyncio.Semaphore
    goal: int = 0
    delivered: int = 0
    resumed: float = 0.0
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    waits: list[float] = field(default_factory=list)

    async def run(self) -> None:
        """Connect, resume, deliver, and again."""
        waiting = Waiting(monotonic=time.monotonic, sleep=asyncio.sleep, uniform=random.uniform)
        attempt, first = 0, True
        while True:
            before = self.resumed
            try:
                if first:
                    async with self.gate:
                        first = False
                        await self._connect(once=True)
                await self._connect()
            except LOST:
                attempt = attempt + 1 if self.resumed == before else 0
                await asyncio.sleep(waiting.pause(attempt))

    async def _connect(self, *, once: bool = False) -> None:
        parcel = self.parcel
        credentials = grpc.ssl_channel_credentials(parcel.ca, parcel.key, parcel.certificate)
        options = [("grpc.ssl_target_name_override", SERVER_NAME), ("grpc.enable_retries", 0)]
        async with aio.secure_channel(self.address, credentials, options) as channel:
            call = intake_pb2_grpc.IntakeServiceStub(channel).Deliver()
            await call.write(intake_pb2.DeliverRequest(hello=intake_pb2.Hello(chains=[parcel.chain])))
            answer = await call.read()
            if not isinstance(answer, intake_pb2.DeliverResponse):
                raise ConnectionError("no resume")
            self.delivered = int(answer.resume.positions[0].next_seq)
            self.resumed = time.monotonic()
            if once:
                await call.done_writing()
                return
            await asyncio.gather(self._deliver(call), self._watch(call))

    async def _deliver(self, call: "_Call") -> None:
        while True:
            self.wake.clear()
            while self.delivered < self.goal:
                began = time.monotonic()
                envelope = intake_pb2.Envelope(note=self.parcel.notes[self.delivered])
                group = intake_pb2.EnvelopeGroup(envelopes=[envelope])
                await call.write(intake_pb2.DeliverRequest(group=group))
                answer = await call.read()
                if not isinstance(answer, intake_pb2.DeliverResponse):
                    raise ConnectionError("no answer")
                (one,) = answer.answers.answers
                if one.code:
                    raise SystemExit(f"{self.parcel.chain}: {one.code}")
                self.waits.append(time.monotonic() - began)
                self.delivered += 1
            await self.wake.wait()

    async def _watch(self, call: "_Call") -> None:
        """A stream that ends while nothing is asked."""
        await call.wait_for_connection()
        await call.code()
        raise ConnectionError("the stream ended")


async def until(laptops: list[Laptop], records: int, seconds: float) -> dict[str, object]:
    """Everybody up to a number of records; how long the answers took."""
    loop = asyncio.get_running_loop()
    for laptop in laptops:
        laptop.waits.clear()

        def begin(one: Laptop = laptop) -> None:
            one.goal = records
            one.wake.set()

        loop.call_later(random.uniform(0, seconds), begin)  # noqa: S311 - load, not secrets
    while not all(laptop.delivered >= records for laptop in laptops):  # noqa: ASYNC110 - thousands of them
        await asyncio.sleep(0.1)
    waits = sorted(wait for laptop in laptops for wait in laptop.waits)
    return {"waits": waits}


async def serve(address: str, parcels: list[Parcel]) -> None:
    """Obey."""
    gate = asyncio.Semaphore(AT_ONCE)
    laptops = [Laptop(parcel, address, gate) for parcel in parcels]
    tasks = [asyncio.create_task(laptop.run()) for laptop in laptops]
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        if asked["do"] == "until":
            said: dict[str, object] = await until(laptops, asked["records"], asked["seconds"])
        else:
            found = [laptop.resumed for laptop in laptops if laptop.resumed > asked["time"]]
            said = {"resumed": len(found), "last": max(found, default=0.0)}
        print(json.dumps(said), flush=True)  # noqa: T201 - the parent reads it
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    given = pickle.loads(Path(sys.argv[2]).read_bytes())  # noqa: S301 - written by the test that started this
    asyncio.run(serve(sys.argv[1], [Parcel(**one) for one in given]))
