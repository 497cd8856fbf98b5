"""Calls at the gRPC door as the field counts them (grpc_server_*), so that public dashboards fit.

Outermost of the interceptors: what access refuses is counted with its code. Streams are counted with their messages;
their time says nothing and is in no histogram. Every series of the door's methods is there from the start, at 0.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from grpc import aio

from coordinator.metrics import Metrics
from coordinator.tracing import span

UNARY, BIDI = "unary", "bidi_stream"
_BY_NUMBER = {code.value[0]: code.name for code in grpc.StatusCode}


class _Method:
    """The series of one method."""

    def __init__(self, metrics: Metrics, kind: str, service: str, method: str) -> None:
        self.name = method
        labels = {"grpc_type": kind, "grpc_service": service, "grpc_method": method}
        self.started = metrics.calls_started.labels(**labels)
        self.handled = {
            code.name: metrics.calls_handled.labels(**labels, grpc_code=code.name) for code in grpc.StatusCode
        }
        if kind == UNARY:
            self.seconds = metrics.calls_seconds.labels(**labels)
        else:
            self.received = metrics.messages_received.labels(**labels)
            self.sent = metrics.messages_sent.labels(**labels)


class CallMeter(aio.ServerInterceptor):
    """Counts around every handler."""

    def __init__(self, metrics: Metrics, services: Iterable[ServiceDescriptor]) -> None:
        """The methods that exist; what else is asked for is answered UNIMPLEMENTED by the server itself."""
        self._methods = {
            f"/{service.full_name}/{method.name}": _Method(metrics, _kind(method), service.full_name, method.name)
            for service in services
            for method in service.methods
        }

    async def intercept_service(
        self,
        continuation: "Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]]",
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler, counted."""
        handler = await continuation(handler_call_details)
        method = self._methods.get(handler_call_details.method)
        if handler is None or method is None:
            return handler
        if handler.request_streaming and handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler(
                _stream(handler.stream_stream, method), handler.request_deserializer, handler.response_serializer
            )
        if not handler.request_streaming and not handler.response_streaming:
            return grpc.unary_unary_rpc_method_handler(
                _call(handler.unary_unary, method), handler.request_deserializer, handler.response_serializer
            )
        return handler


def _kind(method: MethodDescriptor) -> str:
    return BIDI if method.client_streaming and method.server_streaming else UNARY


def _ended(method: _Method, context: Any, error: BaseException | None) -> None:
    """Count the status that the laptop gets."""
    code = context.code()
    number = code.value[0] if isinstance(code, grpc.StatusCode) else int(code or 0)
    name = _BY_NUMBER.get(number, "UNKNOWN")
    if isinstance(error, asyncio.CancelledError):
        name = "CANCELLED"
    elif error is not None and name == "OK":
        # not ended by `abort`: the server says UNKNOWN for us
        name = "UNKNOWN"
    method.handled[name].inc()


def _call(behaviour: Any, method: _Method) -> Any:
    async def call(request: Any, context: Any) -> Any:
        began, failed = time.perf_counter(), None
        method.started.inc()
        try:
            with span(method.name):
                return await behaviour(request, context)
        except BaseException as error:
            failed = error
            raise
        finally:
            method.seconds.observe(time.perf_counter() - began)
            _ended(method, context, failed)

    return call


def _stream(behaviour: Any, method: _Method) -> Any:
    async def heard(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for request in requests:
            method.received.inc()
            yield request

    async def serve(requests: AsyncIterator[Any], context: Any) -> None:
        failed = None
        method.started.inc()
        try:
            await behaviour(heard(requests), _Counting(context, method))
        except BaseException as error:
            failed = error
            raise
        finally:
            _ended(method, context, failed)

    return serve


class _Counting:
    """The context of a stream: counts what is written."""

    def __init__(self, context: Any, method: _Method) -> None:
        self._context = context
        self._method = method

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    async def write(self, message: Any) -> None:
        """Write, counted."""
        await self._context.write(message)
        self._method.sent.inc()
