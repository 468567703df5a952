"""Types of the application's settings: addresses of its stores, and secrets."""

import base64
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import SecretStr

from matcher.service.environment import Form
from models.domain.subscription import CARRIED, DEFAULT_KEYS, keys_of
from models.urls import URLS, is_url
from models.vault import IndexKey
from wechat.sealing import key_of

SM3 = "sm3:"
KEY_BYTES = 32
MOST_ID = 16
REDIS = ("redis", "rediss")
# What obstore reads, beside folders.
BUCKETS = ("s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss", "http", "https")
S3_ACCESS = frozenset(
    {"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_region", "aws_endpoint"}
)
BEARER = "bearer"
ACCESS = ", ".join((*sorted(S3_ACCESS), BEARER))


def ring_of(text: str) -> dict[str, bytes]:
    """Return sealing keys by id, oldest first (`id:base64,id:base64`); raises ValueError."""
    return {key_id: base64.b64decode(secret) for key_id, secret in _pairs(text, ":")}


def index_of(text: str) -> IndexKey:
    """Return the key of the blind indexes (`base64` or `sm3:base64`); raises ValueError."""
    return IndexKey(base64.b64decode(text.removeprefix(SM3)), sm3=text.startswith(SM3))


def access_of(text: str) -> dict[str, str]:
    """Return credentials by name (`name=value,name=value`); raises ValueError."""
    return dict(_pairs(text, "="))


def _pairs(text: str, separator: str) -> list[tuple[str, str]]:
    """Return the pairs of a list; raises ValueError where a separator is missing or a name is there twice."""
    parts = [entry.partition(separator) for entry in text.split(",") if entry]
    pairs = [(name, value) for name, found, value in parts if found]
    if len(pairs) != len(parts) or len(dict(pairs)) != len(pairs):
        raise ValueError("wrong form")
    return pairs


def _is_ring(text: str) -> bool:
    ring = ring_of(text)
    are_ids = all(key_id.isascii() and 1 <= len(key_id) <= MOST_ID for key_id in ring)
    return bool(ring) and are_ids and all(len(secret) == KEY_BYTES for secret in ring.values())


def _is_queue(text: str) -> bool:
    """Tell whether huey can use a URL; raises ValueError for a port that is no number."""
    parts = urlsplit(text)
    return parts.port != 0 if parts.scheme in REDIS else is_url(text)


def _is_folder(text: str) -> bool:
    """Tell whether a URL names a folder of this machine; with a host (file://var/x) it does not."""
    parts = urlsplit(text)
    return parts.scheme == "file" and not parts.netloc and len(parts.path) > 1


def _is_store(text: str) -> bool:
    parts = urlsplit(text)
    return _is_folder(text) or parts.scheme == "memory" or (parts.scheme in BUCKETS and bool(parts.netloc))


def _is_archive(text: str) -> bool:
    parts = urlsplit(text)
    return _is_folder(text) or (parts.scheme in ("s3", "http", "https") and bool(parts.netloc))


DatabaseUrl = Annotated[str, Form(" 或 ".join(URLS), " or ".join(URLS), is_url)]
JobsUrl = Annotated[
    str, Form(" 或 ".join(("redis://…", *URLS)), " or ".join(("redis://…", *URLS)), _is_queue)
]
ObjectsUrl = Annotated[
    str, Form("file:///目录 或 s3://桶/前缀", "file:///folder or s3://bucket/prefix", _is_store)
]
ArchiveUrl = Annotated[str, Form("s3://桶/前缀 或 https://…", "s3://bucket/prefix or https://…", _is_archive)]
ArchiveAccess = Annotated[
    SecretStr,
    Form(
        f"名=值,名=值，名只有 {ACCESS}",
        f"name=value,name=value, of {ACCESS}",
        lambda text: access_of(text).keys() <= {*S3_ACCESS, BEARER},
    ),
]
VaultKeys = Annotated[
    SecretStr,
    Form(
        f"id:base64,id:base64（各 {KEY_BYTES} 字节，id 不重复，至多 {MOST_ID} 个字符）",
        f"id:base64,id:base64 ({KEY_BYTES} bytes each; each id once, {MOST_ID} characters at most)",
        _is_ring,
    ),
]
IndexSecret = Annotated[
    SecretStr,
    Form(
        f"{KEY_BYTES} 字节的 base64，前面可有 {SM3}",
        f"base64 of {KEY_BYTES} bytes, with or without {SM3} before it",
        lambda text: len(index_of(text).secret) == KEY_BYTES,
    ),
]
CallbackKey = Annotated[
    SecretStr,
    Form("微信给出的 43 个字符", "the 43 characters that WeChat shows", lambda text: bool(key_of(text))),
]
TemplateKeys = Annotated[
    str,
    Form(
        f"形如 {DEFAULT_KEYS} 的列表，各一次，名有 {'、'.join(CARRIED)}",
        f"a list like {DEFAULT_KEYS}, each once, of {', '.join(CARRIED)}",
        lambda text: bool(keys_of(text)),
    ),
]
