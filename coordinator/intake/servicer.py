"""The gRPC door: streams in, answers out, nothing decided here [INTAKE-1] [INTAKE-6] [RECEIPT-4].

One stream a laptop: Hello (any number) -> Resume, then groups of envelopes -> one answer group each, in order. At most
WINDOW_GROUPS groups of a stream are unanswered; beyond that the door does not read on, so one laptop cannot fill the
memory. The laptop's name comes from its certificate, never from what it says.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import grpc
from cryptography import x509
from grpc import aio
from sqlalchemy.exc import SQLAlchemyError

from coordinator.intake.admission import Received
from coordinator.intake.jobs import Answers, Deliver, Position, Where
from coordinator.intake.writer import Writer
from coordinator.metrics import Metrics
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc

WINDOW_GROUPS, WINDOW_ENVELOPES, HELLO_CHAINS, GROUP_ENVELOPES = 4, 64, 2000, 256
_OUTCOMES = {
    "accepted": intake_pb2.OUTCOME_ACCEPTED,
    "duplicate": intake_pb2.OUTCOME_DUPLICATE,
    "refused": intake_pb2.OUTCOME_REFUSED,
}
T = TypeVar("T")
_Context = aio.ServicerContext[intake_pb2.DeliverRequest, intake_pb2.DeliverResponse]


class IntakeService(intake_pb2_grpc.IntakeServiceServicer):
    """Serves laptops; `prove` gives a tlog-proof, or None while the record is not published."""

    def __init__(
        self, writer: Writer, election: str, metrics: Metrics, prove: Callable[[bytes], bytes | None]
    ) -> None:
        """Keep the doors to the writer and the publisher."""
        self._writer = writer
        self._prefix = f"urn:tally:{election}:"
        self._metrics = metrics
        self._prove = prove
        self._readers: set[asyncio.Task[None]] = set()
        self._draining = False

    def add_to(self, server: aio.Server) -> None:
        """Serve on this server; who may call, and how much, is decided before [ACCESS-11]."""
        intake_pb2_grpc.add_IntakeServiceServicer_to_server(self, server)

    def drain(self) -> None:
        """Hear nothing more: every stream answers what it was asked, then ends, and its laptop comes again."""
        self._draining = True
        for reader in self._readers:
            reader.cancel()

    async def Deliver(  # type: ignore[override]
        self, request_iterator: AsyncIterator[intake_pb2.DeliverRequest], context: _Context
    ) -> None:
        """One laptop's stream."""
        node = await self._node(context)
        self._metrics.streams.inc()
        window = asyncio.Semaphore(WINDOW_GROUPS)
        waiting: asyncio.Queue[asyncio.Future[intake_pb2.DeliverResponse] | None] = asyncio.Queue()
        sender = asyncio.create_task(self._send(context, waiting, window))

        async def hear() -> None:
            async for request in request_iterator:
                await window.acquire()
                if sender.done():
                    break
                await waiting.put(self._ask(request, node))

        reader = asyncio.create_task(hear())
        self._readers.add(reader)
        try:
            if self._draining:
                reader.cancel()
            # a drained stream ends like one whose laptop has said all: with the answers that are due
            await asyncio.wait([reader])
            if not reader.cancelled():
                reader.result()
            await waiting.put(None)
            await sender
        finally:
            self._metrics.streams.dec()
            self._readers.discard(reader)
            reader.cancel()
            sender.cancel()

    async def _node(self, context: Any) -> str:
        """The laptop's id from its certificate; UNAUTHENTICATED if it names none of this election."""
        pem = next(iter(context.auth_context().get("x509_pem_cert", ())), b"")
        try:
            names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName)
            found = [
                uri.removeprefix(self._prefix)
                for uri in names.value.get_values_for_type(x509.UniformResourceIdentifier)
                if uri.startswith(self._prefix)
            ]
        except (ValueError, x509.ExtensionNotFound):
            found = []
        if len(found) != 1:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "E_IDENTITY")
        return str(found[0])

    def _ask(self, request: intake_pb2.DeliverRequest, node: str) -> "asyncio.Future[intake_pb2.DeliverResponse]":
        """Hand a request to the writer; the future gets the response from its thread."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[intake_pb2.DeliverResponse] = loop.create_future()

        def settle(result: intake_pb2.DeliverResponse | Exception) -> None:
            if answer.done():
                return
            if isinstance(result, Exception):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        body = request.WhichOneof("body")
        if body == "hello" and len(request.hello.chains) <= HELLO_CHAINS:
            self._writer.put(
                Where(list(request.hello.chains), lambda found: _hand(loop, settle, _resume(found)))
            )
        elif body == "group" and len(request.group.envelopes) <= GROUP_ENVELOPES:
            envelopes = [Received(envelope.note, envelope.sealed, node) for envelope in request.group.envelopes]
            self._writer.put(
                Deliver(envelopes, lambda result: _hand(loop, settle, _answers(result)), time.monotonic())
            )
        else:
            answer.set_exception(ValueError("E_LIMIT"))
        return answer

    async def _send(
        self,
        context: Any,
        waiting: "asyncio.Queue[asyncio.Future[intake_pb2.DeliverResponse] | None]",
        window: asyncio.Semaphore,
    ) -> None:
        """Write answers in the order of the groups."""
        while (answer := await waiting.get()) is not None:
            try:
                response = await answer
            except ValueError:
                window.release()
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "E_LIMIT")
                return
            except Exception:  # noqa: BLE001 - the disk is nearly full: say so and let the laptop come again
                window.release()
                await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "E_DISK")
                return
            await context.write(response)
            window.release()

    async def Prove(
        self, request: intake_pb2.ProveRequest, context: Any
    ) -> intake_pb2.ProveResponse:
        """The tlog-proof of a record [RECEIPT-4]; `published` false until a checkpoint covers it."""
        await self._node(context)
        try:
            proof = await asyncio.get_running_loop().run_in_executor(None, self._prove, request.record_hash)
        except SQLAlchemyError:
            # the database is away for a moment: the laptop asks again, as of a county that is away
            await context.abort(grpc.StatusCode.UNAVAILABLE, "database")
            raise
        return intake_pb2.ProveResponse(published=proof is not None, proof=proof or b"")


def _hand(loop: asyncio.AbstractEventLoop, settle: Callable[[T], None], result: T) -> None:
    try:
        loop.call_soon_threadsafe(settle, result)
    except RuntimeError:
        # the loop has closed: the laptop asks again on its next connection
        return


def _resume(found: list[Position]) -> intake_pb2.DeliverResponse:
    positions = [
        intake_pb2.Position(
            chain=part.chain, epoch=1, next_seq=part.next_seq, head=part.head, again_from=part.again_from
        )
        for part in found
    ]
    resume = intake_pb2.Resume(
        positions=positions, window_groups=WINDOW_GROUPS, window_envelopes=WINDOW_ENVELOPES
    )
    return intake_pb2.DeliverResponse(resume=resume)


def _answers(result: Answers | Exception) -> intake_pb2.DeliverResponse | Exception:
    if isinstance(result, Exception):
        return result
    answers = []
    for part in result.answers:
        zh, en = part.texts
        answers.append(
            intake_pb2.Answer(
                record_hash=part.hash, outcome=_OUTCOMES[part.outcome], code=part.code, text_zh=zh, text_en=en,
                log_index=part.index,
            )
        )  # fmt: skip
    group = intake_pb2.AnswerGroup(answers=answers, receipts=result.receipts)
    return intake_pb2.DeliverResponse(answers=group)
