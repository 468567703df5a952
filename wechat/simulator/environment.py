"""The simulator's settings (`SIM_…`), and what is missing or wrong among them."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from wechat.sealing import key_of
from wechat.simulator.forms import is_key

REQUIRED = ("SIM_APPID", "SIM_SECRET", "SIM_TEMPLATE_ID")
PUSHES = ("SIM_CALLBACK_URL", "SIM_CALLBACK_TOKEN", "SIM_CALLBACK_AES_KEY")
URLS = ("SIM_CALLBACK_URL", "SIM_PHONE_URL")


def labels(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of the template's keys (`thing1=事项,…`)."""
    pairs = (pair.partition("=") for pair in environment.get("SIM_TEMPLATE_KEYS", "").split(",") if pair)
    return {key: label for key, _, label in pairs}


def wrong(environment: Mapping[str, str]) -> list[str]:
    """Return everything that is missing or wrong, in Chinese and English, without any value."""
    return [*_missing(environment), *_malformed(environment)]


def _missing(environment: Mapping[str, str]) -> Iterator[str]:
    needed = (*REQUIRED, *(PUSHES if environment.get("SIM_CALLBACK_URL") else ()))
    yield from (f"{name} 未设置 / is not set" for name in needed if not environment.get(name))


def _malformed(environment: Mapping[str, str]) -> Iterator[str]:
    for name in URLS:
        if environment.get(name) and not _is_web(environment[name]):
            yield f"{name} 应为 http:// 或 https:// 开头的地址 / must be a URL that begins with http:// or https://"
    if not all(is_key(key) and label for key, label in labels(environment).items()):
        yield "SIM_TEMPLATE_KEYS 应为 thing1=事项,… / must be like thing1=label,…"
    if environment.get("SIM_CALLBACK_AES_KEY") and not _is_aes_key(environment["SIM_CALLBACK_AES_KEY"]):
        yield "SIM_CALLBACK_AES_KEY 应为 43 个字符的 base64 / must be 43 characters of base64"


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_aes_key(text: str) -> bool:
    try:
        return bool(key_of(text))
    except ValueError:
        return False
