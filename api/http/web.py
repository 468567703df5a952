"""Flask integration shared by routes: ports, authentication, body limits, idempotency."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import unquote, urlsplit

from flask import Response, current_app, g, jsonify, request
from pydantic import BaseModel

from api.events import stream
from api.events.feed import EventFeed
from api.events.glance import glance
from api.http import limiting, overload
from api.http.description import JSON_BYTES, MULTIPART, described
from api.http.health import PROBES
from api.http.idempotency import Request, once
from api.http.session import institution_of, user_of
from api.limits import creates
from api.logs import about
from api.ports import Ports
from models.database import KeptDatabase
from models.domain.errors import Malformed, Unidentified, WrongMediaType
from models.domain.identity.rate import RateKind
from models.domain.person import User

P = ParamSpec("P")

OPENS = "institution.create_verification"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def ports() -> Ports:
    """Return the application's ports, bound to what the request has open: a transaction or its readings."""
    composed: Ports = g.get("inside") or current_app.extensions["ports"]
    return composed


def feed() -> EventFeed:
    """Return this process's event feed."""
    running: EventFeed = current_app.extensions["feed"]
    return running


def answer(body: BaseModel | Mapping[str, Any], status: int = 200) -> Response:
    """Return a JSON response with `Cache-Control: no-store`."""
    response = jsonify(body.model_dump(mode="json") if isinstance(body, BaseModel) else body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def follow(
    verification_id: str,
    after: int,
    wait: float,
    form: stream.Form = stream.named,
    owner: str | None = None,
) -> Response:
    """Return the verification's events, as SSE when text/event-stream is accepted, else by long poll.

    Raises Absent for a verification that is not its `owner`'s, where one is given.
    """
    first = glance(ports(), verification_id, after, owner)
    release_reads()
    overload.leave()
    if request.accept_mimetypes.best_match(["application/json", "text/event-stream"]) != "text/event-stream":
        return answer(stream.long_poll(ports(), feed(), first, after, wait))
    last = stream.last_event_id(request.headers.get("Last-Event-ID"), after)
    if stream.is_over(ports(), verification_id, last):
        return Response(status=204)
    lines = stream.sse(ports(), feed(), verification_id, last, form)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(lines, mimetype="text/event-stream", headers=headers)


def bearer() -> str:
    """Return the bearer credential of the request, or raise Unidentified."""
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not credential.strip():
        raise Unidentified("send Authorization: Bearer …")
    return credential.strip()


def share_reads() -> None:
    """Let all reads of this request share one session; only for routes that make no other calls."""
    composed: Ports = current_app.extensions["ports"]
    g.kept = composed.database.kept()
    g.inside = composed.keeping(g.kept)


def release_reads(_error: BaseException | None = None) -> None:
    """Release the session shared by `share_reads`; idempotent."""
    kept: KeptDatabase | None = g.pop("kept", None)
    if kept is not None:
        g.pop("inside", None)
        kept.close()


def know_institution() -> None:
    """Authenticate the institution before the request is processed."""
    composed = ports()
    share_reads()
    try:
        g.institution_id = institution_of(ports(), bearer())
    except Unidentified:
        release_reads()
        limiting.by_address(composed, RateKind.WRONG_KEY)
        raise
    about(institution_id=g.institution_id)
    if request.endpoint == OPENS:
        if composed.counters is not None:
            release_reads()
        creates.take(ports(), g.institution_id)


def know_user() -> None:
    """Authenticate the WeChat user before the request is processed."""
    if request.endpoint != "mini_program.login":
        try:
            g.user = user_of(ports(), bearer())
        except Unidentified:
            limiting.by_address(ports(), RateKind.WRONG_KEY)
            raise


def institution() -> str:
    """Return the calling institution's id."""
    identified: str = g.institution_id
    return identified


def user() -> User:
    """Return the calling WeChat user."""
    identified: User = g.user
    return identified


def refuse_control_characters() -> None:
    """Raise Malformed for control characters in the URL; PostgreSQL rejects NUL."""
    if CONTROL.search(unquote(request.full_path)):
        raise Malformed("there are control characters in the address")


def refuse_other_hosts() -> None:
    """Raise Malformed `wrong_host` in production unless the request names the service's one public host.

    A client that chooses the host would choose where redirects and links lead. Probes use the process's
    address.
    """
    settings = ports().settings
    if (
        not settings.demo
        and request.endpoint not in PROBES
        and request.host != urlsplit(settings.base_url).netloc
    ):
        raise Malformed("this is not the service's host", code="wrong_host")


def limit_body() -> None:
    """Apply the route's body limit and raise WrongMediaType for an undeclared media type."""
    body = described(current_app.view_functions.get(request.endpoint or "")).body
    uploading = body.media == request.mimetype == MULTIPART
    request.max_content_length = body.most_bytes if uploading else JSON_BYTES
    # Also limits Werkzeug's parse buffer: a 64 kB read plus the data not yet released by a line end.
    request.max_form_memory_size = 4 * JSON_BYTES
    request.max_form_parts = 40
    expected = request.is_json or body.media is None or request.mimetype in (body.media, MULTIPART)
    if request.method in ("POST", "PUT") and request.content_length and not expected:
        raise WrongMediaType("send application/json")


def idempotent(view: Callable[P, Response]) -> Callable[P, Response]:
    """Return the view as one transaction, with support for Idempotency-Key."""

    @wraps(view)
    def repeatable(*args: P.args, **kwargs: P.kwargs) -> Response:
        key, outside = request.headers.get("Idempotency-Key"), ports()

        def act(inside: Ports) -> Response:
            g.inside = inside
            try:
                return view(*args, **kwargs)
            finally:
                g.inside = outside

        if key is not None:
            return once(outside, Request(institution(), request.path, key, request.get_data()), act)
        with outside.database.transaction() as db:
            return act(outside.within(db))

    repeatable.described = replace(described(view), repeatable=True)  # type: ignore[attr-defined]
    return repeatable
