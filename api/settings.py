"""Settings: everything that differs between installations, read once from the environment."""

import base64
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.hosting import secret_forms
from api.hosting.exposure import is_exposed
from models.domain.subscription import DEFAULT_KEYS, TemplateKind, keys_of
from wechat.callbacks import Callbacks


class Profile(StrEnum):
    """Purpose of the installation."""

    DEMO = "demo"
    PRODUCTION = "production"


class SettingsMissing(Exception):
    """The installation cannot start; `problems` lists everything missing or wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("cannot start: " + "; ".join(problems))
        self.problems = problems


def _no_slash(url: str) -> str:
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(_no_slash)]


class Settings(BaseSettings):
    """The environment, with the prefix YIBAO_. No secret has a default."""

    model_config = SettingsConfigDict(
        env_prefix="YIBAO_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    profile: Profile = Profile.PRODUCTION
    """Production (default) or demo."""
    base_url: Url = ""
    """Public address, https in production."""
    processor: str = ""
    """Who processes the faces, as the notice names them; required in production."""
    processor_contact: str = ""
    """How they are reached: telephone, address; required in production."""
    database_url: str = ""
    """SQLAlchemy URL: sqlite:///… or postgresql+psycopg://…."""
    objects_url: str = ""
    """Object store: file:///folder, s3://bucket/prefix"""
    jobs_url: str = ""
    """Queue: sqlite:///…, redis://… or postgresql+psycopg://…."""
    vault_keys: SecretStr = SecretStr("")
    """Sealing keys, id:base64,id:base64 (32 bytes each); the last one seals."""
    vault_index_secret: SecretStr = SecretStr("")
    """Base64 of 32 bytes; must never change."""
    wechat_appid: str = ""
    """AppID of the mini-program."""
    wechat_secret: SecretStr = SecretStr("")
    """AppSecret of the mini-program."""
    wechat_template_id: str = ""
    """Message template of the pushes."""
    wechat_template_keys: str = DEFAULT_KEYS
    """The keys of that template by what they carry: matter, institution, amount, time, person, order, state
    or note; `yibao wechat check` holds them against the real template."""
    wechat_agent_template_id: str = ""
    """Optional: the template that tells card-holders of purchases by agents; of the same kind as the other
    (WeChat does not show both kinds in one panel), with another title."""
    wechat_agent_template_keys: str = DEFAULT_KEYS
    """The keys of that template, likewise."""
    wechat_template_kind: TemplateKind = TemplateKind.ONE_TIME
    """What one tap on 允许 grants: one_time (one message) or long_term (any number)."""
    wechat_callback_token: SecretStr = SecretStr("")
    """Token of WeChat's message push (security mode) to `/wechat/callback`; required in production."""
    wechat_callback_aes_key: SecretStr = SecretStr("")
    """EncodingAESKey of the message push; required in production."""
    wechat_base_url: Url = "https://api.weixin.qq.com"
    """WeChat's server."""
    wechat_env_version: str = "release"
    """Release, trial or develop."""
    bind: str = "127.0.0.1:8000"
    """Where gunicorn listens."""
    metrics_port: int = 0
    """Where Prometheus finds the figures of this process, on the address of YIBAO_BIND; 0 is nowhere. Each
    process of one machine has its own."""
    web_processes: int = 2
    """How many processes gunicorn starts."""
    matcher_sets: int = 1
    """Model sets per process (how many threads match at once)."""
    matcher_url: Url = ""
    """The matcher's service; without it the matcher runs in process."""
    matcher_secret: SecretStr = SecretStr("")
    """Secret shared with the matcher's service, 32 characters or more; required with YIBAO_MATCHER_URL."""
    pad_dir: Path | None = None
    """Folder with the MiniFASNet weights; required in production unless YIBAO_MATCHER_URL is set."""
    vouched_photos: bool = True
    """Hold imported photos that nothing vouches for; the demo does not."""
    event_clients: int = 750
    """Clients that may wait for events per process."""
    anchor_file: Path | None = None
    """Where the heads of the event chains are appended, best on storage that the database's administrators
    cannot write; required in production."""

    @property
    def demo(self) -> bool:
        """Tell whether this is the demo profile."""
        return self.profile is Profile.DEMO

    def vault_ring(self) -> dict[str, bytes]:
        """Return the sealing keys by id, oldest first (`id:base64,id:base64`)."""
        pairs = (entry.split(":", 1) for entry in self.vault_keys.get_secret_value().split(",") if entry)
        return {key_id: base64.b64decode(secret) for key_id, secret in pairs}

    def vault_index(self) -> bytes:
        """Return the secret of the blind indexes."""
        return base64.b64decode(self.vault_index_secret.get_secret_value())

    def template_keys(self) -> dict[str, str]:
        """Return the push template's keys by content."""
        return keys_of(self.wechat_template_keys)

    def agent_template_keys(self) -> dict[str, str]:
        """Return the agent notice template's keys by content."""
        return keys_of(self.wechat_agent_template_keys)

    def callbacks(self) -> Callbacks | None:
        """Return the decoder of WeChat's callbacks, or None where none are configured."""
        if not _given(self, "wechat_callback_token"):
            return None
        token, key = self.wechat_callback_token, self.wechat_callback_aes_key
        return Callbacks(token.get_secret_value(), key.get_secret_value(), self.wechat_appid)


REQUIRED = (
    "base_url",
    "database_url",
    "objects_url",
    "jobs_url",
    "vault_keys",
    "vault_index_secret",
    "wechat_appid",
    "wechat_secret",
    "wechat_template_id",
)
WECHATS = ("wechat_callback_token", "wechat_callback_aes_key")
REQUIRED_IN_PRODUCTION = (*WECHATS, "anchor_file", "processor", "processor_contact")


def check(settings: Settings) -> Settings:
    """Return the settings, or raise SettingsMissing with everything that is wrong."""
    required = REQUIRED if settings.demo else REQUIRED + REQUIRED_IN_PRODUCTION
    problems = [f"YIBAO_{name.upper()} is not set" for name in required if not _given(settings, name)]
    if not settings.demo and not settings.base_url.startswith("https://"):
        problems.append("YIBAO_BASE_URL must be https in production")
    if urlsplit(settings.base_url).path:
        problems.append("YIBAO_BASE_URL must have no path: give the service a host name of its own")
    if settings.matcher_url and not _given(settings, "matcher_secret"):
        problems.append("YIBAO_MATCHER_SECRET is not set: the matcher's service answers nobody without it")
    if not settings.demo and settings.pad_dir is None and not settings.matcher_url:
        problems.append("YIBAO_PAD_DIR is not set: production does not decide without PAD weights")
    if not settings.demo and is_exposed(settings.bind):
        problems.append("YIBAO_BIND is open to strangers: bind 127.0.0.1 or a private address, behind nginx")
    problems += _wrong_keys(settings)
    if not problems:
        problems = secret_forms.wrong(
            settings.callbacks, lambda: [*settings.vault_ring().values(), settings.vault_index()]
        )
    if problems:
        raise SettingsMissing(problems)
    return settings


def _given(settings: Settings, name: str) -> bool:
    """Tell whether a setting has a value."""
    value = getattr(settings, name)
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _wrong_keys(settings: Settings) -> list[str]:
    """Return what is wrong with the template keys."""
    wrong = []
    for name in ("wechat_template_keys", "wechat_agent_template_keys"):
        try:
            keys_of(getattr(settings, name))
        except ValueError as error:
            wrong.append(f"YIBAO_{name.upper()} must be like {DEFAULT_KEYS}: {error}")
    return wrong
