"""Traces for OpenTelemetry, off unless asked for: how long a call, a commit, a publication took; never what was in it.

Spans carry a name and numbers. The libraries are an extra (`changpiao[trace]`): who asks for traces without them is
refused at the start, not at the first span.
"""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

from coordinator.settings import CountyError

_NAME: Final = "changpiao"
_tracer: Any = None


def start(endpoint: str, role: str, exporter: Any = None) -> None:
    """Send spans to an OTLP collector (`http://host:4317`) from now on; nothing if `endpoint` is empty."""
    global _tracer  # noqa: PLW0603 - one a process, set before threads run
    if not endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise CountyError(
            f"要求了 --trace，但没有安装 OpenTelemetry（{error.name}）；请安装 changpiao[trace]，或去掉 --trace",
            f"--trace is set, but OpenTelemetry is not installed ({error.name}); install changpiao[trace], or leave"
            " --trace out",
        ) from None
    provider = TracerProvider(
        resource=Resource({"service.name": _NAME, "changpiao.role": role}), shutdown_on_exit=True
    )
    target = exporter or OTLPSpanExporter(endpoint=endpoint, insecure=endpoint.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(target))
    _tracer = provider.get_tracer(_NAME)


def stop() -> None:
    """Off again."""
    global _tracer  # noqa: PLW0603
    _tracer = None


@contextlib.contextmanager
def span(name: str, **numbers: float) -> Iterator[None]:
    """Around a piece of work; costs nothing where traces are off."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name, attributes=numbers, record_exception=False):
        yield
