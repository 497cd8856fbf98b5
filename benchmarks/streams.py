"""One laptop's gRPC stream as a load sees it: real mTLS, groups of ready envelopes, a window, answers in order."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc import aio

from benchmarks.desk import Letter
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc

_OPTIONS = (
    ("grpc.max_send_message_length", 1024 * 1024),
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    ("grpc.enable_retries", 0),
)
WINDOW_GROUPS = 2


@dataclass(frozen=True, slots=True)
class Door:
    """Where the county listens and what a laptop shows it."""

    address: str
    server_name: str
    ca: bytes

    def dial(self, bundle: Path, key: Path) -> aio.Channel:
        """A channel of its own for a laptop."""
        credentials = grpc.ssl_channel_credentials(self.ca, key.read_bytes(), (bundle / "node.pem").read_bytes())
        override = ("grpc.ssl_target_name_override", self.server_name)
        return aio.secure_channel(self.address, credentials, [*_OPTIONS, override])


class Stream:
    """An open stream; `latencies` gets seconds from the time a group was due to its answer."""

    def __init__(self, channel: aio.Channel, chain: str) -> None:
        """Nothing is sent yet."""
        self._channel = channel
        self._chain = chain
        stub = intake_pb2_grpc.IntakeServiceStub(channel)
        self._call: aio.StreamStreamCall[intake_pb2.DeliverRequest, intake_pb2.DeliverResponse] = stub.Deliver()
        self._due: deque[tuple[float, int]] = deque()
        self.latencies: list[float] = []

    async def hello(self) -> int:
        """Say the chain; the next seq that the county expects."""
        await self._call.write(intake_pb2.DeliverRequest(hello=intake_pb2.Hello(chains=[self._chain])))
        response = await self._read()
        return response.resume.positions[0].next_seq

    async def _read(self) -> intake_pb2.DeliverResponse:
        response = await self._call.read()
        if not isinstance(response, intake_pb2.DeliverResponse):
            raise RuntimeError(f"the county ended the stream: {await self._call.code()} {await self._call.details()}")
        return response

    async def send(self, letters: Sequence[Letter], due: float) -> None:
        """Send one group."""
        envelopes = [intake_pb2.Envelope(note=letter.note, sealed=letter.sealed) for letter in letters]
        self._due.append((due, len(envelopes)))
        await self._call.write(intake_pb2.DeliverRequest(group=intake_pb2.EnvelopeGroup(envelopes=envelopes)))

    async def answer(self) -> None:
        """Take the next answer; stop if anything was not accepted."""
        response = await self._read()
        due, count = self._due.popleft()
        outcomes = [answer.outcome for answer in response.answers.answers]
        if outcomes != [intake_pb2.OUTCOME_ACCEPTED] * count:
            raise RuntimeError(f"not accepted: {[answer.code for answer in response.answers.answers]}")
        if not response.answers.receipts:
            raise RuntimeError("an answer without receipt")
        self.latencies.append(time.perf_counter() - due)

    async def push(self, letters: Sequence[Letter], size: int) -> None:
        """Send groups of `size` as fast as the window allows; returns after the last answer."""
        groups = [letters[i : i + size] for i in range(0, len(letters), size)]
        for place, group in enumerate(groups):
            if place >= WINDOW_GROUPS:
                await self.answer()
            await self.send(group, time.perf_counter())
        for _ in range(min(WINDOW_GROUPS, len(groups))):
            await self.answer()

    async def end(self) -> None:
        """Close stream and connection."""
        self._call.cancel()
        await self._channel.close()

