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
            structlog.stdlib.filter_by_level,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
