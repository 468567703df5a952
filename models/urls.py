"""Form of a database's address."""

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

# How one begins.
URLS = ("sqlite:///…", "postgresql+psycopg://…")


def is_url(text: str) -> bool:
    """Tell whether a text is the address of a database: a file of SQLite, or PostgreSQL over psycopg."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return False
    is_file = url.drivername == "sqlite" and url.database not in (None, "", ":memory:")
    return is_file or url.drivername == "postgresql+psycopg"
