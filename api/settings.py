"""Settings: everything that differs between installations, read once from the environment."""

import base64
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from api.hosting import secret_forms
from api.hosting.exposure import is_exposed
from api.hosting.wechat_account import Url, WeChatAccount
from models import shangmi, sm2
from models.vault import Ciphers, IndexKey

SM3 = "sm3:"


class Profile(StrEnum):
    """Purpose of the installation."""

    DEMO = "demo"
    PRODUCTION = "production"


class SettingsMissing(Exception):
    """The installation cannot start; `problems` lists everything missing or wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("cannot start: " + "; ".join(problems))
        self.problems = problems


class Settings(WeChatAccount):
    """The environment, with the prefix YIBAO_. No secret has a default."""

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
    """Base64 of 32 bytes; must never change. `sm3:` before it, from an installation's first day on, makes
    what is found or marked by it HMAC-SM3 instead of HMAC-SHA256."""
    ciphers: Ciphers = Ciphers.INTERNATIONAL
    """What new values are sealed with: international (AES-256-GCM) or sm (SM4-GCM; audit exports and proofs
    of deletion are then signed by SM2). Both open; `yibao keys reseal` moves what is stored."""
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
    console_oidc_issuer: Url = ""
    """Optional: the OpenID Connect provider through which accounts of the console may sign in."""
    console_oidc_client_id: str = ""
    """The console's client id there; its redirect URI is YIBAO_BASE_URL/console/oidc/return."""
    console_oidc_client_secret: SecretStr = SecretStr("")
    """The secret of that client."""
    console_oidc_claim: str = "sub"
    """The claim that equals the account's name; one that a person cannot change at the provider."""
    event_clients: int = 750
    """Clients that may wait for events per process."""
    anchor_file: Path | None = None
    """Where the heads of the event chains are appended, best on storage that the database's administrators
    cannot write; required in production."""
    archive_url: Url = ""
    """Where the audit is exported to, storage of another owner that only adds: s3://bucket/prefix of a bucket
    with object lock, or https://… with PUT and GET; required in production."""
    archive_access: SecretStr = SecretStr("")
    """The archive's own credentials as name=value,name=value: for s3 as obstore names them
    (aws_access_key_id, aws_secret_access_key, aws_region, aws_endpoint), for https bearer."""

    @property
    def demo(self) -> bool:
        """Tell whether this is the demo profile."""
        return self.profile is Profile.DEMO

    def vault_ring(self) -> dict[str, bytes]:
        """Return the sealing keys by id, oldest first (`id:base64,id:base64`)."""
        pairs = (entry.split(":", 1) for entry in self.vault_keys.get_secret_value().split(",") if entry)
        return {key_id: base64.b64decode(secret) for key_id, secret in pairs}

    def vault_index(self) -> IndexKey:
        """Return the key of the blind indexes (`base64` or `sm3:base64`)."""
        given = self.vault_index_secret.get_secret_value()
        return IndexKey(base64.b64decode(given.removeprefix(SM3)), sm3=given.startswith(SM3))


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
REQUIRED_IN_PRODUCTION = (*WECHATS, "anchor_file", "archive_url", "processor", "processor_contact")


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
    if not settings.demo and settings.archive_url.startswith("file:"):
        problems.append("YIBAO_ARCHIVE_URL must be storage of another owner, not a folder of this machine")
    if _wants_sm(settings) and not shangmi.available():
        problems.append("YIBAO_CIPHERS and YIBAO_VAULT_INDEX_SECRET ask for SM3 and SM4, which OpenSSL lacks")
    if settings.ciphers is Ciphers.SM and not sm2.available():
        problems.append("YIBAO_CIPHERS=sm needs OpenSSL 3 with SM2 (libcrypto.so.3)")
    problems += settings.wrong_keys() + _wrong_oidc(settings)
    if not problems:
        problems = secret_forms.wrong(
            settings.callbacks, lambda: [*settings.vault_ring().values(), settings.vault_index().secret]
        )
    if problems:
        raise SettingsMissing(problems)
    return settings


def _wants_sm(settings: Settings) -> bool:
    """Tell whether anything is to be sealed, found or marked with SM3 or SM4."""
    given = settings.vault_index_secret.get_secret_value()
    return settings.ciphers is Ciphers.SM or given.startswith(SM3)


def _wrong_oidc(settings: Settings) -> list[str]:
    """Return what is wrong with the console's identity provider."""
    if not settings.console_oidc_issuer:
        return []
    needed = ("console_oidc_client_id", "console_oidc_client_secret", "console_oidc_claim")
    wrong = [f"YIBAO_{name.upper()} is not set" for name in needed if not _given(settings, name)]
    if not settings.demo and not settings.console_oidc_issuer.startswith("https://"):
        wrong.append("YIBAO_CONSOLE_OIDC_ISSUER must be https in production")
    return wrong


def _given(settings: Settings, name: str) -> bool:
    """Tell whether a setting has a value."""
    value = getattr(settings, name)
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
