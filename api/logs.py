"""Logging as JSON lines with ids and kinds, never contents."""

import logging
import sys

import structlog

QUIET = ("huey", "sqlalchemy.engine", "urllib3", "wechatpy", "werkzeug")


def configure() -> None:
    """Configure logging once, at process start.

    Lines go through the standard library, whose handlers never raise: a full disk loses a log line, not a
    response.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    logging.raiseExceptions = False
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def about(*, afresh: bool = False, **ids: str) -> None:
    """Bind ids to all further log lines of this request or job; the first value of a key stays.

    `afresh` first removes those of the previous request or job.
    """
    if afresh:
        structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**(ids | structlog.contextvars.get_contextvars()))
