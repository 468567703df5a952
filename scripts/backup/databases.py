"""Dumps a whole database to one file from a single snapshot, with row counts, and loads it."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, MetaData, create_engine, inspect, make_url, text

SQLITE, POSTGRES = "database.sqlite", "database.dump"


class Failed(Exception):
    """The backup or restoration failed; the message gives the reason, without a password."""


def save(url: str, folder: Path) -> tuple[str, dict[str, int]]:
    """Dump the database to a file in the folder; return the file's name and the rows by table."""
    if make_url(url).get_backend_name() == "sqlite":
        return SQLITE, _save_sqlite(make_url(url).database or "", folder / SQLITE)
    return POSTGRES, _save_postgres(url, folder / POSTGRES)


def load(url: str, file: Path) -> None:
    """Load a dump into an empty database; raises Failed if it is not empty or of another engine."""
    sqlite = make_url(url).get_backend_name() == "sqlite"
    if sqlite is not (file.name == SQLITE):
        raise Failed("the copy is of another database engine")
    if not is_empty(url):
        raise Failed("the database is not empty: restore into a new one")
    if sqlite:
        with closing(sqlite3.connect(file)) as kept:
            kept.execute("VACUUM INTO ?", (_fresh(make_url(url).database or ""),))
    else:
        _run("pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", "-d", "", str(file))


def is_empty(url: str) -> bool:
    """Tell whether a database has no table; raises OperationalError where it cannot be reached."""
    engine = create_engine(url)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def clear(url: str) -> None:
    """Drop every table of a database."""
    engine, found = create_engine(url), MetaData()
    try:
        found.reflect(engine)
        found.drop_all(engine)
    finally:
        engine.dispose()


def counts(url: str) -> dict[str, int]:
    """Return the number of rows of every table."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return _counted(connection)
    finally:
        engine.dispose()


def _counted(connection: Connection) -> dict[str, int]:
    names = sorted(inspect(connection).get_table_names())
    # Table names come from the database itself.
    return {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names}  # noqa: S608


def _save_sqlite(path: str, file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as running:
        running.execute("VACUUM INTO ?", (str(file),))
    return counts(f"sqlite:///{file}")


def _save_postgres(url: str, file: Path) -> dict[str, int]:
    """Count and dump in one snapshot, while the service runs."""
    engine = create_engine(url, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            found = _counted(connection)
            _run("pg_dump", url, "-Fc", f"--snapshot={snapshot}", "-f", str(file), "-d", "")
    finally:
        engine.dispose()
    return found


def _fresh(path: str) -> str:
    """Return the path with any empty file removed, which connecting has created."""
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    return path


def _run(program: str, url: str, *words: str) -> None:
    """Run a PostgreSQL program; the URL with its password is passed in the environment."""
    parts = make_url(url)
    given = {
        "PGHOST": parts.host or str(parts.query.get("host", "")),
        "PGPORT": str(parts.port or parts.query.get("port", "")),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.database or "",
    }
    named = [parts.database or "" if word == "" else word for word in words]
    done = subprocess.run(
        [_program(program), *named], env=os.environ | {name: one for name, one in given.items() if one},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed(f"{program} ended with {done.returncode}: {done.stderr.strip()[-300:]}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Failed(f"there is no {name}: apt-get install postgresql-client")
    return found
