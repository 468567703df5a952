"""How gunicorn serves the matcher, and what the service takes from the environment."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from gunicorn.arbiter import Arbiter
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECRET_LENGTH = 32


class ServiceSettings(BaseSettings):
    """The service's part of the environment, with the prefix YIBAO_. The secret has no default."""

    model_config = SettingsConfigDict(env_prefix="YIBAO_", frozen=True, extra="ignore")

    profile: str = "production"
    pad_dir: Path | None = None
    matcher_secret: SecretStr = SecretStr("")
    matcher_bind: str = "127.0.0.1:8003"
    matcher_processes: int = 1
    matcher_queue: int = 8


def settings_or_exit() -> ServiceSettings:
    """Return the environment's settings, or end the start with the list of what is missing."""
    settings = ServiceSettings()
    problems = []
    if len(settings.matcher_secret.get_secret_value()) < SECRET_LENGTH:
        problems.append(f"YIBAO_MATCHER_SECRET needs {SECRET_LENGTH} characters or more")
    if settings.profile != "demo" and settings.pad_dir is None:
        problems.append("YIBAO_PAD_DIR is not set: production does not decide without PAD weights")
    if problems:
        cannot_start("; ".join(problems))
    return settings


def cannot_start(why: str) -> NoReturn:
    """End the start in one sentence, and gunicorn with it instead of one worker after the other."""
    sys.stderr.write(f"cannot start: {why}\n")
    sys.exit(Arbiter.WORKER_BOOT_ERROR)


_settings = ServiceSettings()
bind = _settings.matcher_bind
workers = _settings.matcher_processes
worker_class = "gthread"
# Beside those that wait for the models, some for health, metrics and saying no.
threads = _settings.matcher_queue + 4
timeout = 60
graceful_timeout = 30
errorlog = "-"
loglevel = "warning"


def on_starting(_server: Any) -> None:
    """Give the processes a folder to add up their metrics in."""
    os.environ.setdefault(METRICS_FOLDER, tempfile.mkdtemp(prefix="yibao-matcher-metrics-"))


def child_exit(_server: Any, worker: Any) -> None:
    """Take a dead process out of the sums of the living."""
    # Imported late: the library looks for the folder when it is first imported.
    from prometheus_client import multiprocess  # noqa: PLC0415

    if METRICS_FOLDER in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
