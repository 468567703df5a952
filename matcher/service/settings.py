"""The service's settings from the environment."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from pydantic import SecretStr

from matcher.service import environment
from matcher.service.environment import CANNOT_START, Environment, Problem, Reading, missing
from matcher.service.forms import Bind, Count, MatcherSecret, Profile

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# Settings of the application, and variables of commands and sample tills: one environment may serve all.
ELSEWHERE = frozenset(
    environment.variable(name)
    for name in (
        "base_url", "processor", "processor_contact", "database_url", "objects_url", "jobs_url", "vault_keys",
        "vault_index_secret", "ciphers", "bind", "metrics_port", "web_processes", "matcher_sets",
        "matcher_url", "vouched_photos", "console_oidc_issuer", "console_oidc_client_id",
        "console_oidc_client_secret", "console_oidc_claim", "event_clients", "anchor_file", "archive_url",
        "archive_access", "wechat_appid", "wechat_secret", "wechat_template_id", "wechat_template_keys",
        "wechat_agent_template_id", "wechat_agent_template_keys", "wechat_template_kind",
        "wechat_callback_token", "wechat_callback_aes_key", "wechat_base_url", "wechat_env_version",
        "operator_token", "key", "institution", "webhook_secret",
    )
)  # fmt: skip


class ServiceSettings(Environment):
    """The service's part of the environment, with the prefix YIBAO_. The secret has no default."""

    profile: Profile = Profile.PRODUCTION
    pad_dir: Path | None = None
    matcher_secret: MatcherSecret = SecretStr("")
    matcher_bind: Bind = "127.0.0.1:8003"
    """Where the matcher's service listens."""
    matcher_processes: Count = 1
    """How many processes the service starts."""
    matcher_queue: Count = 8
    """How many requests each lets wait before it answers 503."""


def settings_or_exit(given: Mapping[str, str] = os.environ) -> ServiceSettings:
    """Return the settings, or exit with the list of everything that is missing or wrong."""
    reading = environment.read(ServiceSettings, given, ELSEWHERE)
    problems = [*reading.problems, *_missing(reading)]
    if problems:
        cannot_start(*map(str, problems))
    return reading.settings


def _missing(reading: Reading[ServiceSettings]) -> Iterator[Problem]:
    if not reading.has("matcher_secret"):
        yield missing("matcher_secret")
    if reading.settings.profile is not Profile.DEMO and not reading.has("pad_dir"):
        yield missing("pad_dir", "生产环境须有活体检测权重", "production does not decide without PAD weights")


def cannot_start(*wrong: str) -> NoReturn:
    """Exit gunicorn with one line on stderr, so that it does not restart failing workers."""
    sys.stderr.write(f"{environment.sentence(wrong)}\n")
    sys.exit(CANNOT_START)
