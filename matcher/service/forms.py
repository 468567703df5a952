"""Types of settings that the matcher's service and the application have in common."""

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from matcher.service.environment import Form

SECRET_LENGTH = 32
MOST_PORT = 65_535


class Profile(StrEnum):
    """Purpose of the installation."""

    DEMO = "demo"
    PRODUCTION = "production"


def _no_slash(url: str) -> str:
    return url.rstrip("/")


def _is_web(text: str) -> bool:
    """Tell whether a text is a URL of HTTP with a host; raises ValueError for a port that is no number."""
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0


def _is_bind(text: str) -> bool:
    """Tell whether gunicorn can listen at a text: host:port, [v6]:port, unix:path, or a host alone."""
    if text.startswith("unix:"):
        return text != "unix:"
    parts = urlsplit(f"//{text}")
    is_host = not text.isdigit() and ":" not in text.rpartition("]")[2]
    return parts.netloc == text and (parts.port is not None or is_host)


Port = Annotated[int, Field(ge=0, le=MOST_PORT)]
Count = Annotated[int, Field(ge=1)]
Places = Annotated[int, Field(ge=0)]
Url = Annotated[
    str,
    AfterValidator(_no_slash),
    Form("http:// 或 https:// 开头的地址", "a URL that begins with http:// or https://", _is_web),
]
Bind = Annotated[str, Form("地址:端口 或 unix:路径", "host:port or unix:path", _is_bind)]
MatcherSecret = Annotated[
    SecretStr,
    Form(
        f"至少 {SECRET_LENGTH} 个字符",
        f"{SECRET_LENGTH} characters or more",
        lambda text: len(text) >= SECRET_LENGTH,
    ),
]
