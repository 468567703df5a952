"""PostgreSQL, Redis and S3 in the place of a test installation's files, where STORES=servers asks for them.

An installation's folder names its stores in stores.json; without that file they are files in the folder.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import obstore
import pytest
import redis
from moto.server import ThreadedMotoServer
from obstore.store import S3Store
from sqlalchemy import create_engine, make_url, text

from scripts.stack import buckets, stack
from scripts.stack.places import free_ports
from tests.support.postgres import Postgres

FILE = "stores.json"


def on_servers() -> bool:
    """Tell whether installations are to stand on servers."""
    return os.environ.get("STORES") == "servers"


def of(folder: Path) -> dict[str, str]:
    """Return the settings that name a folder's stores; empty where they are files."""
    file = folder / FILE
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


# Of what only files have: a full disk, a locked database file.
ON_FILES = pytest.mark.skipif(on_servers(), reason="an installation whose stores are files")


class Servers:
    """A running Redis and S3 beside a PostgreSQL."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._folder = Path(tempfile.mkdtemp(prefix="yibao-redis-"))
        (port,) = free_ports(1)
        words = (stack.redis(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir")
        self._redis = subprocess.Popen([*words, str(self._folder)], stdout=subprocess.DEVNULL)
        self.jobs_url = f"redis://127.0.0.1:{port}/0"
        self._s3 = ThreadedMotoServer(port=0, verbose=False)
        self._s3.start()
        host, s3 = self._s3.get_host_and_port()
        os.environ |= {
            "AWS_ENDPOINT": f"http://{host}:{s3}", "AWS_ACCESS_KEY_ID": "test", "AWS_REGION": "us-east-1",
            "AWS_SECRET_ACCESS_KEY": "test", "AWS_ALLOW_HTTP": "true",
        }  # fmt: skip
        buckets.create(f"http://{host}:{s3}", buckets.OBJECTS)
        self._await()

    def _await(self) -> None:
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            try:
                redis.Redis.from_url(self.jobs_url).ping()
                return
            except redis.ConnectionError:
                time.sleep(0.05)
        raise TimeoutError("no Redis")

    @contextmanager
    def template(self, folder: Path) -> Iterator[None]:
        """Name empty stores in a folder, which are to be filled and copied."""
        with self._postgres.database() as url:
            _write(folder, url, "template", self.jobs_url)
            yield

    def close(self, folder: Path) -> None:
        """Let nobody use a template's database any more: what is written there would be in every copy."""
        url = make_url(of(folder)["database_url"])
        _administer(url.set(database="postgres"), f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")

    def stop(self) -> None:
        """Stop both."""
        self._s3.stop()
        self._redis.terminate()
        self._redis.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def copied(folder: Path) -> None:
    """Give a folder that was copied from a template its own copy of the template's stores."""
    given = of(folder)
    if not given:
        return
    name = f"copy_{uuid4().hex}"
    was = make_url(given["database_url"])
    _administer(was.set(database="postgres"), f"CREATE DATABASE {name} TEMPLATE {was.database}")
    bucket = S3Store(buckets.OBJECTS)
    prefix = given["objects_url"].rsplit("/", 1)[1]
    for found in obstore.list(bucket, prefix=prefix).collect():
        obstore.copy(bucket, found["path"], found["path"].replace(prefix, name, 1))
    redis.Redis.from_url(given["jobs_url"]).flushall()
    _write(folder, was.set(database=name).render_as_string(hide_password=False), name, given["jobs_url"])


def dropped(folder: Path) -> None:
    """Drop a copy's database."""
    given = of(folder)
    if given:
        was = make_url(given["database_url"])
        _administer(was.set(database="postgres"), f"DROP DATABASE {was.database} WITH (FORCE)")


def _administer(url: object, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")  # type: ignore[call-overload]
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _write(folder: Path, database_url: str, prefix: str, jobs_url: str) -> None:
    given = {
        "database_url": database_url,
        "objects_url": f"s3://{buckets.OBJECTS}/{prefix}",
        "jobs_url": jobs_url,
    }
    (folder / FILE).write_text(json.dumps(given), encoding="utf-8")
