"""The gRPC stream to the county: one connection for all chains, resume, back off, lose nothing [INTAKE-1] [INTAKE-7].

A connection: Hello (at most 2,000 chains each) -> Resume -> groups of envelopes, a few unanswered at a time ->
answers in order -> proofs. Everything sent is read from the journal, and nothing is forgotten before the county has
acknowledged it, so a connection may die at any point: the next one asks where the county stands and goes on from
there. The wait between two connections is random between 0 and a bound that doubles up to 30 s, so that a county that
comes back is not trampled.

The county's certificate for this laptop lives for hours: when the county says so, a new one is asked for beside the
running stream, and the connection is made anew with it as soon as nothing is on the way [ACCESS-6]. A county that has
revoked the laptop is asked again every half minute, because a new enrolment may have come in between.

A stream that ends by server age raises InvalidStateError, not AioRpcError; both mean: connect again. There is no
deadline around each read (cancelled reads leak); a dead peer is found by keep-alive, a silent one by the watch on
progress.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import grpc
from grpc import aio

from tally_node.journal import Row
from tally_node.outbox import AnswersDoNotFitError, ChainPosition, CountyAnswer, Outbox, Verdict
from tally_node.renewal import DEADLINE as RENEWAL_DEADLINE
from tally_node.renewal import PAUSE as RENEWAL_PAUSE
from tally_node.renewal import Renewal, seconds_of
from tally_node.voice import NodeError, explain
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName
from tally_protocol.wire.v1 import intake_pb2, intake_pb2_grpc

HELLO_CHAINS = 2000
MESSAGE_BYTES = 1024 * 1024
BACKOFF_FIRST, BACKOFF_MOST = 0.5, 30.0
# so many failures that the bound of the pause is BACKOFF_MOST
BACKOFF_FULL = 10
PROOF_DEADLINE, PROOF_PAUSE, PROOFS_AT_ONCE, PROOFS_A_ROUND = 10.0, 0.3, 8, 512
SILENCE_MOST = 120.0
# what the county, or this laptop's own certificate, says to a person; anything else is the network
ACCESS_CODES = ("E_REVOKED", "E_RATE", "E_IDENTITY", "N_CERTIFICATE")
_RETRY = (aio.AioRpcError, asyncio.InvalidStateError, AnswersDoNotFitError, OSError)
_VERDICTS = {
    intake_pb2.OUTCOME_ACCEPTED: Verdict.ACCEPTED,
    intake_pb2.OUTCOME_DUPLICATE: Verdict.DUPLICATE,
    intake_pb2.OUTCOME_REFUSED: Verdict.REFUSED,
}
_Call = aio.StreamStreamCall[intake_pb2.DeliverRequest, intake_pb2.DeliverResponse]
_OPTIONS = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 15_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.max_receive_message_length", 4 * MESSAGE_BYTES),
    ("grpc.enable_retries", 0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """Where the county is and the certificates of the connection (P-256)."""

    address: str
    server_name: str
    ca: bytes
    certificate: bytes
    key: bytes

    def dial(self) -> aio.Channel:
        """A new channel: certificates are read anew at each connection."""
        credentials = grpc.ssl_channel_credentials(self.ca, self.key, self.certificate)
        options = [*_OPTIONS]
        if self.server_name:
            return aio.secure_channel(
                self.address, credentials, [*options, ("grpc.ssl_target_name_override", self.server_name)]
            )
        return aio.secure_channel(self.address, credentials, options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Clock, sleep and dice, passed in: tests run 72 hours in a second."""

    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    uniform: Callable[[float, float], float]

    def pause(self, attempt: int) -> float:
        """Seconds before the next connection: full jitter below a doubling bound, at most 30."""
        return self.uniform(0.0, min(BACKOFF_MOST, BACKOFF_FIRST * 2.0 ** min(attempt, 10)))


class Uplink:
    """Sends what the outbox owes until told that no more will come and all is acknowledged."""

    def __init__(
        self,
        outbox: Outbox,
        dial: Callable[[], aio.Channel],
        waiting: Waiting,
        *,
        check_proof: Callable[[Row, bytes], None],
        give_up: float | None = None,
        talk: Callable[[str], None] = lambda _: None,
        renewal: Renewal | None = None,
        trouble: Callable[[], str] = lambda: "",
    ) -> None:
        """`check_proof` raises ProtocolError for a proof that does not hold; `give_up`: seconds without progress.

        `trouble` says what this laptop itself knows to be wrong with its certificate, beginning with a code.
        """
        self._outbox = outbox
        self._dial = dial
        self._waiting = waiting
        self._check_proof = check_proof
        self._give_up = give_up
        self._talk = talk
        self._renewal = renewal
        self._trouble = trouble
        self._renewed = False
        self._explained = ""
        self._wake = asyncio.Event()
        self._finished = False
        self._broken: BaseException | None = None
        self.connections = 0
        self.last_error = ""
        self._said = ""

    def more(self) -> None:
        """New records stand in the journal."""
        self._wake.set()

    def finish(self) -> None:
        """No more records will come: `run` returns when everything is delivered."""
        self._finished = True
        self._wake.set()

    async def run(self, *, proofs: bool = True) -> bool:
        """Whether everything was delivered; False only after `give_up` seconds without any progress."""
        attempt, seen, since = 0, self._outbox.progress, self._waiting.monotonic()
        while True:
            try:
                if await self._connect(proofs=proofs):
                    return True
                # a new certificate: at once, on a new channel
                continue
            except _RETRY as error:
                self.last_error = self._said or _short(error)
            code = self._explain()
            now = self._waiting.monotonic()
            if self._outbox.progress != seen:
                attempt, seen, since = 0, self._outbox.progress, now
            elif self._give_up is not None and now - since > self._give_up:
                return False
            pause = self._waiting.pause(BACKOFF_FULL if code == "E_REVOKED" else attempt)
            self._talk(f"{self.last_error}; {pause:.1f} s")
            attempt += 1
            await self._waiting.sleep(pause)

    @property
    def access_code(self) -> str:
        """The code of the last failure, if it was the county or the certificate, not the network."""
        first = self.last_error.split(" ", 1)[0]
        return first if first in ACCESS_CODES else ""

    def _explain(self) -> str:
        """Say once what a refusal means and what to do; gives its code."""
        if not self.access_code and (trouble := self._trouble()):
            self.last_error = f"{trouble} ({self.last_error})"
        code = self.access_code
        if code and code != self._explained:
            self._talk(explain(NodeError(code, "county", found=self.last_error)))
        self._explained = code
        return code

    async def _connect(self, *, proofs: bool) -> bool:
        """One connection; False if it was ended for a new certificate and there is more to do."""
        self.connections += 1
        self._broken, self._renewed, self._said = None, False, ""
        self._outbox.restart()
        async with self._dial() as channel:
            stub = intake_pb2_grpc.IntakeServiceStub(channel)
            call = stub.Deliver()
            renewing: asyncio.Task[None] | None = None
            try:
                window = await self._resume(call)
                due = seconds_of(await call.initial_metadata())
                renewing = asyncio.create_task(self._renew(channel, due))
                await self._deliver(call, window)
                if due == 0 and self._finished:
                    # a short delivery waits for what is due, not longer than one answer takes
                    await asyncio.wait((renewing,), timeout=RENEWAL_DEADLINE)
            finally:
                if call.done():
                    self._said = await _reason(call)
                # a stream that ended well is done; one that did not must not linger on the server
                call.cancel()
                if renewing is not None:
                    renewing.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await renewing
            if not (self._finished and self._outbox.drained):
                return False
            if proofs:
                await self._fetch_proofs(stub)
        return True

    async def _renew(self, channel: aio.Channel, due: float | None) -> None:
        """Wait until a new certificate is due, ask for it, have the connection made anew; try again if it fails."""
        if self._renewal is None or due is None:
            return
        while not self._renewed:
            await asyncio.sleep(due)
            try:
                await self._renewal.ask(channel)
            except (NodeError, aio.AioRpcError, OSError) as error:
                # delivery goes on with the old certificate, which is good for as long again
                self._talk(f"renewal: {_short(error)}")
                due = RENEWAL_PAUSE
                continue
            self._renewed = True
            self._wake.set()

    async def _resume(self, call: "_Call") -> tuple[int, int]:
        """Say which chains are here, hear where the county stands; gives the window in groups and envelopes."""
        hellos = [intake_pb2.Hello(chains=part) for part in _parts(self._outbox.chains, HELLO_CHAINS)]
        window = 1, 1
        for hello in hellos:
            await call.write(intake_pb2.DeliverRequest(hello=hello))
            answer = await call.read()
            if not isinstance(answer, intake_pb2.DeliverResponse) or answer.WhichOneof("body") != "resume":
                raise AnswersDoNotFitError("no resume after hello")
            resume = answer.resume
            self._outbox.resume(
                ChainPosition(part.chain, part.epoch, part.next_seq, part.head, part.again_from)
                for part in resume.positions
            )
            window = max(1, resume.window_groups), max(1, resume.window_envelopes)
        self._outbox.begin()
        return window

    async def _deliver(self, call: "_Call", window: tuple[int, int]) -> None:
        reader = asyncio.create_task(self._read(call))
        watch = asyncio.create_task(self._watch())
        try:
            await self._write(call, window)
            await call.done_writing()
            await reader
        finally:
            for task in (reader, watch):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, *_RETRY):
                    await task

    async def _write(self, call: "_Call", window: tuple[int, int]) -> None:
        groups, envelopes = window
        while True:
            self._wake.clear()
            if self._broken is not None:
                raise self._broken
            if self._renewed and not self._outbox.on_the_way:
                return
            room = envelopes - self._outbox.envelopes_on_the_way
            if not self._renewed and self._outbox.on_the_way < groups and room > 0:
                rows = self._outbox.next_group(room)
                if rows:
                    await call.write(_group(rows))
                    continue
            if self._finished and self._outbox.drained:
                return
            await self._wake.wait()

    async def _read(self, call: "_Call") -> None:
        """Take answers until the county ends the stream; what goes wrong wakes the writer, which raises it."""
        try:
            while True:
                answer = await call.read()
                if not isinstance(answer, intake_pb2.DeliverResponse):
                    break
                self._outbox.answered(_answers(answer.answers), list(answer.answers.receipts))
                self._wake.set()
            if not self._renewed and not (self._finished and self._outbox.drained):
                raise AnswersDoNotFitError("the county ended the stream")
        except (NodeError, *_RETRY) as error:
            self._broken = error
            self._wake.set()
            raise

    async def _watch(self) -> None:
        """A county that takes records and never answers: give the connection up, so that a new one resumes."""
        seen = -1
        while True:
            progress = self._outbox.progress
            if progress == seen and self._outbox.on_the_way:
                self._broken = AnswersDoNotFitError("the county is silent")
                self._wake.set()
                return
            seen = progress
            await asyncio.sleep(SILENCE_MOST)

    async def _fetch_proofs(self, stub: "intake_pb2_grpc.IntakeServiceAsyncStub") -> None:
        """Ask for the tlog-proofs that are owed until each is published and holds [RECEIPT-4] [PROOF-1]."""
        limit = asyncio.Semaphore(PROOFS_AT_ONCE)

        async def fetch(row: Row) -> tuple[Row, bytes] | None:
            async with limit:
                answer = await stub.Prove(intake_pb2.ProveRequest(record_hash=row.hash), timeout=PROOF_DEADLINE)
            if not answer.published:
                return None
            try:
                self._check_proof(row, answer.proof)
            except ProtocolError as error:
                raise NodeError(error.code, f"{row.chain} {row.seq}", found=error) from None
            return row, answer.proof

        quiet = 0
        while owed := self._outbox.owed_proofs()[:PROOFS_A_ROUND]:
            found = await asyncio.gather(*(fetch(row) for row in owed))
            got = [pair for pair in found if pair is not None]
            self._outbox.add_proofs(got)
            quiet = 0 if got else quiet + 1
            if quiet * PROOF_PAUSE > SILENCE_MOST:
                raise AnswersDoNotFitError("the county publishes no proof")
            if quiet:
                await asyncio.sleep(PROOF_PAUSE)


def _parts(chains: Sequence[ChainName], size: int) -> Iterator[Sequence[ChainName]]:
    return (chains[start : start + size] for start in range(0, len(chains), size))


def _group(rows: Sequence[Row]) -> intake_pb2.DeliverRequest:
    envelopes = [intake_pb2.Envelope(note=row.note, sealed=row.sealed) for row in rows]
    return intake_pb2.DeliverRequest(group=intake_pb2.EnvelopeGroup(envelopes=envelopes))


def _answers(group: intake_pb2.AnswerGroup) -> list[CountyAnswer]:
    found = []
    for answer in group.answers:
        verdict = _VERDICTS.get(answer.outcome)
        if verdict is None:
            raise AnswersDoNotFitError("an answer without an outcome")
        found.append(
            CountyAnswer(
                hash=answer.record_hash, verdict=verdict, code=answer.code, zh=answer.text_zh, en=answer.text_en
            )
        )
    return found


async def _reason(call: "_Call") -> str:
    """Why the county ended a stream, if it said so with a code: `E_REVOKED`, `E_RATE rate`."""
    details = await call.details() or ""
    return details[:200] if details.startswith(ACCESS_CODES) else ""


def _short(error: BaseException) -> str:
    if isinstance(error, aio.AioRpcError):
        return f"{error.code().name}: {error.details()}"[:200]
    return f"{type(error).__name__}: {error}"[:200]
