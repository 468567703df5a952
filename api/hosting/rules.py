"""Rules on settings that depend on others, on the profile or on the machine."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from api.hosting import forms
from api.hosting.exposure import is_exposed
from api.hosting.installation import Settings
from matcher.service.environment import Problem, Reading, missing, variable
from models import shangmi, sm2
from models.vault import Ciphers

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
REQUIRED_IN_PRODUCTION = (
    "wechat_callback_token",
    "wechat_callback_aes_key",
    "anchor_file",
    "archive_url",
    "processor",
    "processor_contact",
)
# What is needed where another setting is given.
NEEDED_WITH = {
    "matcher_url": ("matcher_secret",),
    "wechat_callback_token": ("wechat_callback_aes_key",),
    "console_oidc_issuer": ("console_oidc_client_id", "console_oidc_client_secret"),
}


def broken(given: Reading[Settings]) -> Iterator[Problem]:
    """Find what is missing, and what does not fit the other settings or this machine."""
    yield from (missing(field) for field in _needed(given) if not given.has(field))
    if not given.settings.demo and not given.has("pad_dir") and not given.has("matcher_url"):
        yield missing("pad_dir", "生产环境须有活体检测权重", "production does not decide without PAD weights")
    yield from _chinese(given.settings)
    yield from _unfit(given.settings)
    if not given.settings.demo:
        yield from _exposed(given.settings)


def _needed(given: Reading[Settings]) -> list[str]:
    """Return what must be set, each once."""
    needed = [*REQUIRED, *(() if given.settings.demo else REQUIRED_IN_PRODUCTION)]
    for chosen, fields in NEEDED_WITH.items():
        needed += fields if given.has(chosen) else ()
    return list(dict.fromkeys(needed))


def _chinese(settings: Settings) -> Iterator[Problem]:
    """Find algorithms that are asked for and that this machine's OpenSSL lacks."""
    is_sm = settings.ciphers is Ciphers.SM
    if (is_sm or settings.vault_index().sm3) and not shangmi.available():
        field = "ciphers" if is_sm else "vault_index_secret"
        yield _wrong(field, "要用 SM3、SM4，而 OpenSSL 没有", "asks for SM3 and SM4, which OpenSSL lacks")
    if is_sm and not sm2.available():
        yield _wrong(
            "ciphers", "为 sm 须有 OpenSSL 3 的 SM2", "is sm, which needs SM2 of OpenSSL 3 (libcrypto.so.3)"
        )


def _unfit(settings: Settings) -> Iterator[Problem]:
    """Find what does not fit the other settings."""
    if urlsplit(settings.base_url).path:
        yield _wrong(
            "base_url",
            "不得有路径：请给本服务单独的主机名",
            "must have no path: give the service a host name of its own",
        )
    access = forms.access_of(settings.archive_access.get_secret_value())
    if settings.archive_url.startswith("s3:") and not access.keys() <= forms.S3_ACCESS:
        names = ", ".join(sorted(forms.S3_ACCESS))
        yield _wrong("archive_access", f"对 s3 名只有 {names}", f"must be of {names} for s3")


def _exposed(settings: Settings) -> Iterator[Problem]:
    """Find what production must not have: plain HTTP, an open address, an archive on this machine."""
    for field in ("base_url", "console_oidc_issuer"):
        if getattr(settings, field) and not getattr(settings, field).startswith("https://"):
            yield _wrong(field, "在生产环境须为 https", "must be https in production")
    if is_exposed(settings.bind):
        yield _wrong(
            "bind",
            "对外开放：请用 127.0.0.1 或内网地址，前面放 nginx",
            "is open to strangers: bind 127.0.0.1 or a private address, behind nginx",
        )
    if settings.archive_url.startswith("file:"):
        yield _wrong(
            "archive_url",
            "须为另一方的存储，不能是本机目录",
            "must be storage of another owner, not a folder of this machine",
        )


def _wrong(field: str, chinese: str, english: str) -> Problem:
    return Problem(variable(field), chinese, english)
