"""A door that is told to end: what it has heard it answers, then every stream ends [INTAKE-1]."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from coordinator.intake.jobs import Answer, Answers, Deliver
from coordinator.intake.servicer import IntakeService
from coordinator.metrics import Metrics
from tally_protocol.wire.v1 import intake_pb2


class Line:
    """A stream as the door sees it: one group, then silence."""

    def __init__(self) -> None:
        self.written: list[intake_pb2.DeliverResponse] = []
        self.heard = asyncio.Event()

    async def requests(self) -> AsyncIterator[intake_pb2.DeliverRequest]:
        group = intake_pb2.EnvelopeGroup(envelopes=[intake_pb2.Envelope(note=b"a note")])
        yield intake_pb2.DeliverRequest(group=group)
        self.heard.set()
        await asyncio.Event().wait()

    async def write(self, response: intake_pb2.DeliverResponse) -> None:
        self.written.append(response)


class SlowWriter:
    """Takes jobs and answers when told."""

    def __init__(self) -> None:
        self.jobs: list[Deliver] = []

    def put(self, job: Deliver) -> None:
        self.jobs.append(job)


async def play() -> Line:
    """Ask, drain, and only then have the writer answer."""
    line, writer = Line(), SlowWriter()
    service: Any = IntakeService(writer, "county-test", Metrics(), lambda _: None)  # type: ignore[arg-type]

    async def node(_: object) -> str:
        return "node-1"

    service._node = node  # noqa: SLF001 - no certificate here
    stream = asyncio.create_task(service.Deliver(line.requests(), line))
    await line.heard.wait()
    service.drain()
    await asyncio.sleep(0.05)
    assert not stream.done(), "a group is unanswered"
    assert line.written == []
    (job,) = writer.jobs
    job.reply(Answers((Answer(bytes(32), "accepted"),), (b"receipt",)))
    await asyncio.wait_for(stream, 20)
    late = asyncio.create_task(service.Deliver(line.requests(), line))
    await asyncio.wait_for(late, 20)
    return line


def test_a_drained_stream_gives_its_answers_and_ends() -> None:
    line = asyncio.run(play())
    (answer,) = line.written
    assert answer.answers.answers[0].outcome == intake_pb2.OUTCOME_ACCEPTED
    assert list(answer.answers.receipts) == [b"receipt"]
