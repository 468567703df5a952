"""Logging as JSON lines that carry ids and kinds, never contents."""

import logging
import sys

import structlog

from api.settings import Settings

QUIET = ("huey", "sqlalchemy.engine", "urllib3", "wechatpy", "werkzeug")


def configure(settings: Settings) -> None:
    """Set up logging once, when a process starts."""
    level = logging.INFO if settings.demo else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
