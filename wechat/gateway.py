"""WeChat's HTTP interface through wechatpy, with its known faults cured (see DECISIONS.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from wechat import fields
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused, WeChatUnknown
from wechat.protocol import TokenStore

STALE_TOKEN = frozenset({40001, 40014, 42001})
COME_AGAIN = frozenset({-1, 45009, 45011})
EARLY = timedelta(seconds=60)
IMAGES = (b"\xff\xd8\xff", b"\x89PNG")


@dataclass(frozen=True, slots=True)
class Account:
    """One mini-program: its AppID, its secret, where its server calls go, which release they show."""

    appid: str
    secret: str = field(repr=False)
    base_url: str = "https://api.weixin.qq.com"
    env_version: str = "release"


class Gateway:
    """The calls of a mini-program's server.

    Every call has a time-out; a stale token is replaced once; errors become the classes of
    wechat.errors, without a chain back to wechatpy's, whose texts carry secrets.
    """

    def __init__(
        self,
        account: Account,
        tokens: TokenStore,
        now: Callable[[], datetime],
        timeout: tuple[float, float] = (2.0, 5.0),
    ) -> None:
        self._account = account
        self._tokens = tokens
        self._now = now
        self._client = WeChatClient(account.appid, account.secret, timeout=timeout, auto_retry=False)
        self._client._http.trust_env = False

    def code_to_session(self, code: str) -> str:
        """Return the openid behind a code of wx.login; the session key is dropped here.

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
        """
        # A list keeps wechatpy from adding an access token, which this call does not take.
        params = [
            ("appid", self._account.appid),
            ("secret", self._account.secret),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ]
        answer = _raise(self._once("get", "sns/jscode2session", params=params))
        return _text(answer, "openid")

    def send_subscribed(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> None:
        """Send one subscribed message, its values cut to the fields' limits.

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
        """
        state = {"release": "formal", "trial": "trial"}.get(self._account.env_version, "developer")
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": fields.cut(data),
            "miniprogram_state": state,
            "lang": "zh_CN",
        }
        answer = self._with_token("cgi-bin/message/subscribe/send", body)
        if not isinstance(answer, dict) or answer.get("errcode") != 0:
            raise WeChatUnknown

    def code_image(self, scene: str, page: str) -> bytes:
        """Return the picture of a code that opens `page` with `scene` (PNG or JPEG).

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/qrcode-link/qr-code/getUnlimitedQRCode.html
        """
        released = self._account.env_version == "release"
        body = {
            "scene": scene,
            "page": page,
            "check_path": released,
            "env_version": self._account.env_version,
        }
        answer = self._with_token("wxa/getwxacodeunlimit", body)
        content = getattr(answer, "content", b"")
        if not content.startswith(IMAGES):
            raise WeChatUnknown
        return bytes(content)

    def _with_token(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST with the shared token; a token that WeChat calls stale is replaced once."""
        token = self._token()
        answer = self._once("post", path, params={"access_token": token}, data=dict(body))
        if isinstance(answer, WeChatRefused) and answer.errcode in STALE_TOKEN:
            token = self._tokens.refresh(self._account.appid, token, self._fetch_token)
            answer = self._once("post", path, params={"access_token": token}, data=dict(body))
            if isinstance(answer, WeChatRefused) and answer.errcode in STALE_TOKEN:
                raise WeChatBusy
        return _raise(answer)

    def _token(self) -> str:
        """Return a token that will live for another minute."""
        found = self._tokens.get(self._account.appid)
        if found and self._now() < found[1] - EARLY:
            return found[0]
        return self._tokens.refresh(self._account.appid, found[0] if found else None, self._fetch_token)

    def _fetch_token(self) -> tuple[str, datetime]:
        """Return a token and its end; in normal mode WeChat gives everybody the same one.

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
        """
        body = {
            "grant_type": "client_credential",
            "appid": self._account.appid,
            "secret": self._account.secret,
            "force_refresh": False,
        }
        answer = _raise(self._once("post", "cgi-bin/stable_token", params=[], data=body))
        seconds = answer.get("expires_in") if isinstance(answer, dict) else None
        if not isinstance(seconds, int) or seconds <= 0:
            raise WeChatUnknown
        return _text(answer, "access_token"), self._now() + timedelta(seconds=seconds)

    def _once(self, method: str, path: str, **options: Any) -> Any:
        """Return the answer of one call, or the error it came to as a value."""
        url = f"{self._account.base_url}/{path}"
        try:
            return self._client._request(method, url, **options)
        except WeChatClientException as error:
            return _from_wechatpy(error)
        except (requests.ConnectTimeout, requests.exceptions.InvalidURL):
            return WeChatBusy()
        except requests.ConnectionError as error:
            return WeChatBusy() if "NewConnectionError" in repr(error.args) else WeChatUnknown()
        except requests.RequestException:
            return WeChatUnknown()


def _from_wechatpy(error: WeChatClientException) -> WeChatError:
    """Return our error for wechatpy's; one without errcode is an HTTP status of 400 or above."""
    if error.errcode is None or error.errcode in COME_AGAIN:
        return WeChatBusy()
    return WeChatRefused(int(error.errcode))


def _raise(answer: Any) -> Any:
    """Return the answer, or raise the error it is; outside any except block, so nothing is chained."""
    if isinstance(answer, WeChatError):
        raise answer
    return answer


def _text(answer: Any, name: str) -> str:
    """Return a text of the answer's body; an answer without it is none at all."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, str) or not found:
        raise WeChatUnknown
    return found
