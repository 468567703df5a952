"""The service's settings from the environment."""

import sys
from pathlib import Path
from typing import NoReturn

from gunicorn.arbiter import Arbiter
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECRET_LENGTH = 32


class ServiceSettings(BaseSettings):
    """The service's part of the environment, with the prefix YIBAO_. The secret has no default."""

    model_config = SettingsConfigDict(
        env_prefix="YIBAO_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    profile: str = "production"
    pad_dir: Path | None = None
    matcher_secret: SecretStr = SecretStr("")
    matcher_bind: str = "127.0.0.1:8003"
    """Where the matcher's service listens."""
    matcher_processes: int = 1
    """How many processes the service starts."""
    matcher_queue: int = 8
    """How many requests each lets wait before it answers 503."""


def settings_or_exit() -> ServiceSettings:
    """Return the settings, or exit with the list of what is missing."""
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
    """Exit gunicorn with one sentence on stderr, so that it does not restart failing workers."""
    sys.stderr.write(f"cannot start: {why}\n")
    sys.exit(Arbiter.WORKER_BOOT_ERROR)
