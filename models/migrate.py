"""Migrates a database to the newest schema: `python -m models.migrate --url URL [upgrade | …]`."""

import argparse
import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text

from models.urls import URLS, is_url

HERE = Path(__file__).parent / "migrations"
LOCK = zlib.crc32(b"yibao-face schema")


class SchemaBehind(Exception):
    """The database lacks the schema this code needs: `found` instead of `needed`."""

    def __init__(self, found: str | None, needed: str | None) -> None:
        self.found, self.needed = found or "none", needed
        super().__init__(
            f"the database is at schema {self.found}, this program needs {needed}: "
            "run python -m models.migrate --url $YIBAO_DATABASE_URL"
        )


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up; concurrent processes take turns."""
    _migrate(url, "upgrade", revision)


def downgrade(url: str, revision: str) -> None:
    """Migrate down to `revision` (`base` removes everything)."""
    _migrate(url, "downgrade", revision)


def current(url: str) -> str | None:
    """Return the schema's revision, or None for an empty database."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return _revision(connection)
    finally:
        engine.dispose()


def check(url: str) -> None:
    """Raise SchemaBehind unless the database is at the newest revision or one ahead."""
    check_revision(current(url))


def check_connection(connection: Connection) -> None:
    """As `check`, over an open connection."""
    check_revision(_revision(connection))


def check_revision(found: str | None) -> None:
    """Raise SchemaBehind unless a revision is the newest or one ahead.

    One revision ahead is the newer program's expansion, made while this one still runs: it only adds. What it
    replaces is removed by the revision after.
    """
    # Files are named after their revisions, which are numbered in order.
    head = max(file.name for file in (HERE / "versions").glob("[0-9]*.py"))[:4]
    ahead = f"{int(head) + 1:04d}"
    if found not in (head, ahead):
        raise SchemaBehind(found, head)


def _revision(connection: Connection) -> str | None:
    """Return the revision that Alembic noted in a database."""
    # Read without Alembic, whose import is a tenth of a process's start.
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _migrate(url: str, action: str, revision: str) -> None:
    """Migrate over one connection that holds the lock."""
    # Imported here: every process checks the schema, and only this function changes it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with _locked(url) as connection:
        config = Config()
        config.set_main_option("script_location", str(HERE))
        config.attributes["connection"] = connection
        getattr(command, action)(config, revision)


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    """Yield a connection that holds the migration lock."""
    engine = create_engine(url)
    try:
        alone = _alone_in_file if engine.dialect.name == "sqlite" else _alone_on_server
        with alone(engine) as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _alone_on_server(engine: Engine) -> Iterator[Connection]:
    """Hold an advisory lock, which ends with its transaction."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        yield connection


@contextmanager
def _alone_in_file(engine: Engine) -> Iterator[Connection]:
    """Hold a lock on a file beside the database."""
    database = make_url(engine.url).database
    if not database or database == ":memory:":
        raise ValueError("a database in memory cannot be migrated: it would be lost at once")
    with Path(f"{database}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with engine.begin() as connection:
            # Switch to WAL here, alone: processes that switch at the same time find the file locked.
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            yield connection


def main() -> None:
    """Run one command of the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.migrate", description=__doc__)
    parser.add_argument("--url", required=True, help="SQLAlchemy URL of the database")
    parser.add_argument("action", nargs="?", default="upgrade", choices=["upgrade", "downgrade", "current"])
    parser.add_argument("revision", nargs="?", help="for downgrade: where to (base removes everything)")
    options = parser.parse_args()
    if not is_url(options.url):
        # Not quoted: it may contain a password.
        parser.error(f"--url 应为 {' 或 '.join(URLS)} / must be {' or '.join(URLS)}")
    if options.action == "downgrade":
        if not options.revision:
            parser.error("downgrade needs a revision")
        downgrade(options.url, options.revision)
    elif options.action == "upgrade":
        upgrade(options.url, options.revision or "head")
    print(current(options.url) or "empty")


if __name__ == "__main__":
    main()
