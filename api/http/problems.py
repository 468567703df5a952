"""Maps errors to HTTP in one table; any other error is an opaque 500 with a request id."""

from typing import Any

import structlog
from flask import Flask, Response, g, json, request
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from models.domain import errors
from models.objects import StoreUnavailable

log = structlog.get_logger()

STATUS: dict[type[errors.Refusal], int] = {
    errors.Malformed: 400,
    errors.Unidentified: 401,
    errors.Forbidden: 403,
    errors.Absent: 404,
    errors.Conflict: 409,
    errors.Ended: 410,
    errors.TooLarge: 413,
    errors.WrongMediaType: 415,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Misconfigured: 502,
    errors.Busy: 503,
}
CODES = {
    400: "malformed",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    413: "too_large",
    414: "too_large",
    415: "unsupported_media_type",
    431: "too_large",
}
MEDIA_TYPE = "application/problem+json"
# Serialization failure or deadlock, or the database is briefly unavailable or out of connections.
CONTENTION = (OperationalError, StaleDataError, IntegrityError, StoreUnavailable, PoolTimeout)
# Disk full or I/O error: SQLite's error names and PostgreSQL's SQLSTATEs.
FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_READONLY", "53100", "58030")
FULL_AFTER_S = 10


def body_of(status: int, code: str) -> dict[str, Any]:
    """Return the common members of a problem body."""
    title = code.replace("_", " ")
    return {"type": f"urn:yibao-face:problem:{code}", "title": title, "status": status, "code": code}


def problem(status: int, code: str, detail: str = "") -> Response:
    """Return an RFC 9457 response."""
    body = body_of(status, code)
    if detail:
        body["detail"] = detail
    return Response(json.dumps(body), status, mimetype=MEDIA_TYPE)


def status_of(refusal: errors.Refusal) -> int:
    """Return the HTTP status for a refusal, by its nearest class in the table."""
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def from_refusal(refusal: errors.Refusal) -> Response:
    """Return the response to a Refusal."""
    answer = problem(status_of(refusal), refusal.code, refusal.detail)
    if isinstance(refusal, errors.Busy | errors.TooMany) and refusal.after is not None:
        answer.headers["Retry-After"] = str(refusal.after)
    if isinstance(refusal, errors.Unidentified):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def from_http(error: HTTPException) -> Response:
    """Return the response to a Werkzeug HTTPException."""
    status = error.code or 500
    if 300 <= status < 400 and error.response is not None:
        return error.get_response()  # type: ignore[return-value]
    answer = problem(status, CODES.get(status, "refused"))
    for name, value in error.get_headers(request.environ):
        if name.lower() == "allow":
            answer.headers[name] = value
    return answer


def from_error(error: Exception) -> Response:
    """Return the response to an unexpected error."""
    return _contended(error) if isinstance(error, CONTENTION) else _unexpected(error)


def _contended(error: Exception) -> Response:
    """Return 503 for contention or a database that refuses writes; the transaction was rolled back."""
    cause = cause_of(error)
    refusal = errors.Busy("please repeat the request")
    if cause in FULL or isinstance(error, StoreUnavailable):
        refusal.after = FULL_AFTER_S
        log.error("not writable", cause=cause)
    else:
        log.warning("contended", kind=type(error).__name__, cause=cause)
    return from_refusal(refusal)


def cause_of(error: Exception) -> str | None:
    """Return the database error's name or SQLSTATE, never its message, which could quote stored data."""
    if isinstance(error, StoreUnavailable):
        return f"object store: {error}"
    orig = getattr(error, "orig", None)
    return getattr(orig, "sqlite_errorname", None) or getattr(orig, "sqlstate", None)


def _unexpected(error: Exception) -> Response:
    """Log the error's class and location, never its message; return a 500 with only the request id."""
    frame, tail = error.__traceback__, ""
    while frame is not None:
        tail = f"{frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}"
        frame = frame.tb_next
    log.error("unexpected", kind=type(error).__name__, where=tail)
    return problem(500, "internal", f"request {g.request_id}")


def _nested(_: RecursionError) -> Response:
    """Return 400 for JSON nested too deeply to parse."""
    return from_refusal(errors.Malformed("nested too deeply"))


def install(app: Flask) -> None:
    """Register error handlers that return every error as a problem."""
    app.register_error_handler(errors.Refusal, from_refusal)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(RecursionError, _nested)
    app.register_error_handler(Exception, from_error)
