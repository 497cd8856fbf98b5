"""Stands before every method of the door: knows the laptop, charges what it sends, ends what may not go on.

Wraps each handler, so that no method can be reached past it; a method without a policy answers PERMISSION_DENIED
[ACCESS-11]. A stream that is above its rate first waits, then is read no further: what was handed on before is
answered, and the stream ends with RESOURCE_EXHAUSTED [ACCESS-9]. One task a stream: revocation cancels it, and the
reason becomes the stream's status [ACCESS-8].
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import grpc
from grpc import aio

from coordinator.access.certificates import Shown
from coordinator.access.gate import Gate, Refusal, Refused, Stream
from coordinator.access.policies import Policy

RENEW_IN = "changpiao-renew-in"
Known = Callable[[str], None]


def certificate_of(context: Any) -> bytes:
    """The PEM of the connection's certificate, empty if there is none."""
    return bytes(next(iter(context.auth_context().get("x509_pem_cert", ())), b""))


def cost_of(request: Any) -> float:
    """A message in records: a group costs its envelopes, anything else one."""
    group = getattr(request, "group", None)
    return max(1.0, float(len(group.envelopes))) if group is not None else 1.0


class Doorkeeper(aio.ServerInterceptor):
    """Puts the gate before every handler of a server."""

    def __init__(self, gate: Gate, policies: Mapping[str, Policy], known: Known = lambda _: None) -> None:
        """`known` hears the address of each connection that has shown a good certificate."""
        self._gate = gate
        self._policies = policies
        self._known = known

    async def intercept_service(
        self,
        continuation: "Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]]",
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler of a method behind the gate."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        policy = self._policies.get(handler_call_details.method)
        if policy is not None and handler.request_streaming and handler.response_streaming and policy.stream:
            return grpc.stream_stream_rpc_method_handler(
                self._stream(handler.stream_stream), handler.request_deserializer, handler.response_serializer
            )
        if policy is not None and not handler.request_streaming and not handler.response_streaming:
            return grpc.unary_unary_rpc_method_handler(
                self._call(handler.unary_unary, policy), handler.request_deserializer, handler.response_serializer
            )
        return grpc.unary_unary_rpc_method_handler(_denied)

    async def _enter(self, context: Any) -> Shown:
        try:
            shown = self._gate.identify(certificate_of(context))
        except Refused as refused:
            await abort(context, refused.refusal)
            raise
        self._known(context.peer())
        return shown

    def _call(self, behaviour: Any, policy: Policy) -> Any:
        async def call(request: Any, context: Any) -> Any:
            shown = await self._enter(context)
            try:
                with self._gate.calling(shown):
                    if wait := self._gate.charge(shown.node, policy.cost):
                        await asyncio.sleep(wait)
                    return await behaviour(request, context)
            except Refused as refused:
                await abort(context, refused.refusal)
                raise

        return call

    def _stream(self, behaviour: Any) -> Any:
        async def serve(requests: AsyncIterator[Any], context: Any) -> None:
            shown = await self._enter(context)
            stream = self._gate.open_stream(shown, asyncio.current_task())
            watched = _Watched(context, stream, self._gate.monotonic)
            try:
                await context.send_initial_metadata(((RENEW_IN, str(self._gate.renew_in(shown))),))
                paced = self._paced(requests, stream)
                if inspect.isasyncgenfunction(behaviour):
                    async for response in behaviour(paced, watched):
                        await watched.write(response)
                else:
                    await behaviour(paced, watched)
            except asyncio.CancelledError:
                if stream.refusal is None or stream.blocked or (task := asyncio.current_task()) is None:
                    raise
                # ended by the gate, not by the laptop: say why
                task.uncancel()
            finally:
                self._gate.close_stream(stream)
            if stream.refusal is not None:
                await abort(context, stream.refusal)

        return serve

    async def _paced(self, requests: AsyncIterator[Any], stream: Stream) -> AsyncIterator[Any]:
        """The laptop's messages at the rate that it may have; ends early, with the reason kept, above it."""
        async for request in requests:
            stream.spoke = True
            try:
                wait = self._gate.charge(stream.shown.node, cost_of(request))
            except Refused as refused:
                stream.refusal = stream.refusal or refused.refusal
                return
            if wait:
                await asyncio.sleep(wait)
            yield request


class _Watched:
    """The context of a stream: notes since when an answer waits to be taken; reading goes through the iterator."""

    def __init__(self, context: Any, stream: Stream, monotonic: Callable[[], float]) -> None:
        self._context = context
        self._stream = stream
        self._monotonic = monotonic

    def __getattr__(self, name: str) -> Any:
        if name == "read":
            raise AttributeError("read the request iterator: it is what the gate counts")
        return getattr(self._context, name)

    async def write(self, message: Any) -> None:
        """Write, watched."""
        self._stream.writing = self._monotonic()
        try:
            await self._context.write(message)
        finally:
            self._stream.writing = None


async def abort(context: Any, refusal: Refusal) -> None:
    """End a call with a refusal; raises."""
    await context.abort(getattr(grpc.StatusCode, refusal.status), refusal.details)


async def _denied(_request: Any, context: Any) -> Any:
    await context.abort(grpc.StatusCode.PERMISSION_DENIED, "E_IDENTITY no policy for this method")
