"""What the application needs of WeChat, and what the gateway needs of the application."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol


class WeChat(Protocol):
    """The calls of a mini-program's server."""

    def code_to_session(self, code: str) -> str:
        """Return the openid behind a code of wx.login; raises WeChatRefused for a used or false one."""

    def send_subscribed(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> None:
        """Send one subscribed message; raises WeChatRefused, WeChatBusy or WeChatUnknown."""

    def code_image(self, scene: str, page: str) -> bytes:
        """Return the picture of a mini-program code that opens `page` with `scene`."""


class TokenStore(Protocol):
    """Where all processes share one access token."""

    def get(self, appid: str) -> tuple[str, datetime] | None:
        """Return the token on record and when it expires."""

    def refresh(self, appid: str, stale: str | None, fetch: Callable[[], tuple[str, datetime]]) -> str:
        """Return a token other than `stale`, fetching one only if nobody else has or does."""
