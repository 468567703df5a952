"""Interfaces between the application and the gateway."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from wechat.errors import WeChatError
from wechat.fields import TemplateFields

# Called for every failed call with its path, which contains no secret, and the error.
Note = Callable[[str, WeChatError], None]


class WeChat(Protocol):
    """The calls of a mini-program's server; each raises WeChatRefused, WeChatBusy or WeChatUnknown."""

    def code_to_session(self, code: str) -> str:
        """Return the openid behind a code of wx.login; raises WeChatRefused for a used or false one."""

    def send_subscribed(
        self, openid: str, template_id: str, page: str, data: Mapping[str, str]
    ) -> str | None:
        """Send one subscribed message; return its msgid, if any: the sent event repeats it."""

    def code_image(self, scene: str, page: str) -> bytes:
        """Return the picture of a mini-program code that opens `page` with `scene`."""

    def face_verify_id(self, openid: str, out_seq_no: str, name: str, id_number: str) -> str:
        """Begin WeChat's own face verification (2.0) of this person; return the verify_id (1 h, once)."""

    def face_result(self, openid: str, verify_id: str, out_seq_no: str, name: str, id_number: str) -> int:
        """Return the verify_ret of a face verification: 10000 passed, anything else did not."""

    def risk_rank(self, openid: str, scene: int, client_ip: str) -> int:
        """Return WeChat's risk rank of a user, 0 (none) to 4; scene 0 = registration, 1 = cheating."""

    def fetch_token(self) -> None:
        """Fetch an access token from WeChat, to see that AppID, secret and address are accepted."""

    def template(self, template_id: str) -> TemplateFields | None:
        """Return the fields of one of the account's own templates, or None when it has no such one."""


class TokenStore(Protocol):
    """Storage of the access token that all processes share."""

    def get(self, appid: str) -> tuple[str, datetime] | None:
        """Return the stored token and its expiry."""

    def refresh(self, appid: str, stale: str | None, fetch: Callable[[], tuple[str, datetime]]) -> str:
        """Return a token other than `stale`, fetching one only if nobody else has or does."""
