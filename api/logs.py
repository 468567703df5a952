"""Logging as JSON lines that carry ids and kinds, never contents."""

import logging
import sys

import structlog

QUIET = ("huey", "sqlalchemy.engine", "urllib3", "wechatpy", "werkzeug")


def configure() -> None:
    """Set up logging once, when a process starts.

    Lines go through the standard library, whose handlers never raise: a full disk costs a log
    line, not somebody's answer.
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
    """Let every further line of this request or job carry these ids; the first said of a kind stays.

    `afresh` drops those of the request or job before.
    """
    if afresh:
        structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**(ids | structlog.contextvars.get_contextvars()))
