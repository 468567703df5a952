"""Optional traces by OpenTelemetry: one span per request and one per call of the matcher.

A span has method, route, status and the kind of an error: no address, no id, nothing of what was sent. Where
OTEL_EXPORTER_OTLP_ENDPOINT is not set, no package of OpenTelemetry is imported.
"""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, g, request

from matcher.protocol import Matcher

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
NAME = "yibao-face"
CALLS = frozenset({"observe", "progress", "examine", "learn", "enrol", "has_pad"})

log = structlog.get_logger()


def from_environment() -> "Tracer | None":
    """Return a tracer that sends to the collector the environment names; None where there is none."""
    if not os.environ.get(ENDPOINT):
        return None
    try:
        # Imported here, because the packages are optional: requirements-tracing.txt.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        log.warning("tracing_not_installed")
        return None
    named = {"service.name": os.environ.get("OTEL_SERVICE_NAME", NAME)}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer(NAME)


def install(app: Flask, tracer: "Tracer") -> None:
    """Trace each request from here to its answer; spans of the matcher become its children."""
    from opentelemetry import context, trace  # noqa: PLC0415

    def begin() -> None:
        # What a stranger's headers say about a trace of theirs is not followed.
        route = request.url_rule.rule if request.url_rule else "-"
        method = request.method if request.url_rule else "-"
        span = tracer.start_span(
            f"{method} {route}",
            context.Context(),
            trace.SpanKind.SERVER,
            {"http.request.method": method, "http.route": route},
        )
        g.span, g.traced = span, context.attach(trace.set_span_in_context(span))

    def note(response: Response) -> Response:
        if "span" in g:
            g.span.set_attribute("http.response.status_code", response.status_code)
        return response

    def end(_error: BaseException | None) -> None:
        if "span" in g:
            g.pop("span").end()
            context.detach(g.pop("traced"))

    app.before_request(begin)
    app.after_request(note)
    app.teardown_request(end)


def traced(matcher: Matcher, tracer: "Tracer") -> Matcher:
    """Return a matcher whose calls are spans."""
    between: Any = _Traced(matcher, tracer)
    answer: Matcher = between
    return answer


class _Traced:
    """Passes calls on to a matcher, each in a span."""

    def __init__(self, matcher: Matcher, tracer: "Tracer") -> None:
        self._matcher, self._tracer = matcher, tracer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._matcher, name)
        return self._spanned(name, found) if name in CALLS else found

    def _spanned(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def between(*given: Any, **named: Any) -> Any:
            # Messages of errors are not recorded.
            with self._tracer.start_as_current_span(
                f"matcher.{name}", record_exception=False, set_status_on_exception=False
            ) as span:
                try:
                    return call(*given, **named)
                except Exception as error:
                    span.set_attribute("error.type", type(error).__name__)
                    raise

        return between
