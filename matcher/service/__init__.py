"""The matcher as a gunicorn service of its own, and the client that speaks to it.

Import `create_app`, `remote`, and in tests `wire`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> "Flask":
    """Return the service with the environment's settings, for gunicorn."""
    # Imported late: clients import this package and must not load the engines.
    from matcher.service import app  # noqa: PLC0415

    return app.create_app()
