"""Spans for OpenTelemetry: one trace from a request through the queue to the jobs it set off, in whatever process.

Nothing happens, and nothing is imported, until `exporting` was entered with an address. Everything else about the
export is told by the standard OTEL_* variables, which the exporter reads itself.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Final, Literal

from assay.errors import InvalidInput, missing_extra

TRACEPARENT: Final = "traceparent"
"""What carries the context of a trace, in headers and labels (W3C Trace Context)."""

Role = Literal["SERVER", "PRODUCER", "CONSUMER", "INTERNAL"]
_tracer: Any = None


@contextmanager
def exporting(endpoint: str | None, process: str) -> Iterator[None]:
    """Sends the spans of this process to `endpoint` while the block lasts; what is left goes at its end.

    Raises InvalidInput, as `check`. A collector that is away costs nothing but its spans.
    """
    global _tracer  # there is one export in a process, as there is one log
    if endpoint is None:
        yield
        return
    check(endpoint)
    provider = _provider(process)
    _tracer = provider.get_tracer("assay", version("assay"))
    try:
        yield
    finally:
        _tracer = None
        provider.shutdown()


def check(endpoint: str | None) -> None:
    """Raises InvalidInput for what is no address, and when the extra is missing."""
    if endpoint is None:
        return
    if not endpoint.startswith(("http://", "https://")):
        raise InvalidInput("OTEL_EXPORTER_OTLP_ENDPOINT is not allowed: it must begin with http:// or https://.")
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        raise missing_extra(f"OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}", "otel")


def _provider(process: str) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: f"assay-{process}"}
    provider = TracerProvider(resource=Resource.create({**name, "service.version": version("assay")}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


@contextmanager
def span(name: str, role: Role = "INTERNAL", *, parent: str | None = None, **attributes: Any) -> Iterator[Any]:
    """A span around the block; None where nothing is exported. `parent`: a traceparent from elsewhere.

    An error that leaves the block is recorded by its type alone: its words may be those of a message.
    """
    if _tracer is None:
        yield None
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode

    with _tracer.start_as_current_span(
        name,
        context=_context(parent),
        kind=SpanKind[role],
        attributes={key.replace("__", "."): value for key, value in attributes.items()},
        record_exception=False,
        set_status_on_exception=False,
    ) as started:
        try:
            yield started
        except BaseException as error:
            started.set_attribute("error.type", type(error).__name__)
            started.set_status(Status(StatusCode.ERROR))
            raise


def begin(name: str, **attributes: Any) -> Any:
    """A span below the one around this call, for `end` to end. None where nothing is exported, or none is around it."""
    if _tracer is None:
        return None
    from opentelemetry.trace import SpanKind, get_current_span

    if not get_current_span().is_recording():
        return None
    named = {key.replace("__", "."): value for key, value in attributes.items()}
    return _tracer.start_span(name, kind=SpanKind.CLIENT, attributes=named)


def end(started: Any, error: BaseException | None = None) -> None:
    """Ends what was begun; with an error as failed, told by its type alone."""
    if started is None:
        return
    if error is not None:
        started.set_attribute("error.type", type(error).__name__)
        fail(started)
    started.end()


def _context(parent: str | None) -> Any:
    """None: whatever span surrounds this one. What is no traceparent begins a new trace."""
    if parent is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({TRACEPARENT: parent})


def current() -> str | None:
    """The traceparent of the span around this call, to be handed on. None where nothing is exported."""
    if _tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT)


def fail(started: Any) -> None:
    """Marks a span as that of something that failed without an exception."""
    if started is not None:
        from opentelemetry.trace import Status, StatusCode

        started.set_status(Status(StatusCode.ERROR))


def labels(trace: str | None) -> Mapping[str, str]:
    return {TRACEPARENT: trace} if trace else {}
