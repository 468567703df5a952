"""The settings of an installation: everything that differs between two of them."""

from pathlib import Path

from pydantic import SecretStr

from api.hosting import forms
from api.hosting.wechat_account import WeChatAccount
from matcher.service.forms import Bind, Count, MatcherSecret, Places, Port, Profile, Url
from models.vault import Ciphers, IndexKey


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
    database_url: forms.DatabaseUrl = ""
    """SQLAlchemy URL: sqlite:///… or postgresql+psycopg://…."""
    objects_url: forms.ObjectsUrl = ""
    """Object store: file:///folder, s3://bucket/prefix"""
    jobs_url: forms.JobsUrl = ""
    """Queue: sqlite:///…, redis://… or postgresql+psycopg://…."""
    vault_keys: forms.VaultKeys = SecretStr("")
    """Sealing keys, id:base64,id:base64 (32 bytes each); the last one seals."""
    vault_index_secret: forms.IndexSecret = SecretStr("")
    """Base64 of 32 bytes; must never change. `sm3:` before it, from an installation's first day on, makes
    what is found or marked by it HMAC-SM3 instead of HMAC-SHA256."""
    ciphers: Ciphers = Ciphers.INTERNATIONAL
    """What new values are sealed with: international (AES-256-GCM) or sm (SM4-GCM; audit exports and proofs
    of deletion are then signed by SM2). Both open; `yibao keys reseal` moves what is stored."""
    bind: Bind = "127.0.0.1:8000"
    """Where gunicorn listens."""
    metrics_port: Port = 0
    """Where Prometheus finds the figures of this process, on the address of YIBAO_BIND; 0 is nowhere. Each
    process of one machine has its own."""
    web_processes: Count = 2
    """How many processes gunicorn starts."""
    matcher_sets: Count = 1
    """Model sets per process (how many threads match at once)."""
    matcher_url: Url = ""
    """The matcher's service; without it the matcher runs in process."""
    matcher_secret: MatcherSecret = SecretStr("")
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
    event_clients: Places = 750
    """Clients that may wait for events per process."""
    anchor_file: Path | None = None
    """Where the heads of the event chains are appended, best on storage that the database's administrators
    cannot write; required in production."""
    archive_url: forms.ArchiveUrl = ""
    """Where the audit is exported to, storage of another owner that only adds: s3://bucket/prefix of a bucket
    with object lock, or https://… with PUT and GET; required in production."""
    archive_access: forms.ArchiveAccess = SecretStr("")
    """The archive's own credentials as name=value,name=value: for s3 as obstore names them
    (aws_access_key_id, aws_secret_access_key, aws_region, aws_endpoint), for https bearer."""

    @property
    def demo(self) -> bool:
        """Tell whether this is the demo profile."""
        return self.profile is Profile.DEMO

    def vault_ring(self) -> dict[str, bytes]:
        """Return the sealing keys by id, oldest first."""
        return forms.ring_of(self.vault_keys.get_secret_value())

    def vault_index(self) -> IndexKey:
        """Return the key of the blind indexes."""
        return forms.index_of(self.vault_index_secret.get_secret_value())
