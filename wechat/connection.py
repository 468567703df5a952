"""One account's calls to WeChat over wechatpy's session, working around its known faults (decision 0018)."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from wechat.errors import WeChatBusy, WeChatError, WeChatRefused, WeChatUnknown
from wechat.protocol import Note, TokenStore
from wechat.refusals import STALE_TOKEN, TOKEN_CALL, Kind, meaning

EARLY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Account:
    """One mini-program: AppID, secret, address of server calls, and the release that links open."""

    appid: str
    secret: str = field(repr=False)
    base_url: str = "https://api.weixin.qq.com"
    env_version: str = "release"


class Connection:
    """HTTP calls with time-outs and the shared token; a stale token is replaced once.

    Errors become the classes of wechat.errors, without a chain back to wechatpy's, whose texts carry
    secrets.
    """

    def __init__(
        self,
        account: Account,
        tokens: TokenStore,
        now: Callable[[], datetime],
        timeout: tuple[float, float],
        note: Note,
    ) -> None:
        self._account = account
        self._tokens = tokens
        self._now = now
        self._note = note
        self._client = WeChatClient(account.appid, account.secret, timeout=timeout, auto_retry=False)
        self._client._http.trust_env = False
        # urllib3's debug lines show URLs, which contain the token.
        urllib3 = logging.getLogger("urllib3")
        urllib3.setLevel(max(logging.INFO, urllib3.level))

    def get(self, path: str, params: Mapping[str, str]) -> Any:
        """GET without a token."""
        # A list prevents wechatpy from adding (and first fetching) an access token.
        return self._noted(path, self._once("get", path, params=list(params.items())))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST with the shared token; a token that WeChat reports as stale is replaced once."""
        return self._with_token("post", path, data=dict(body))

    def read(self, path: str) -> Any:
        """GET with the shared token; a token that WeChat reports as stale is replaced once."""
        return self._with_token("get", path)

    def fetch_token(self) -> None:
        """Fetch a token ignoring the stored one; in normal mode WeChat returns the same one."""
        self._fetch_token()

    def _with_token(self, method: str, path: str, **options: Any) -> Any:
        """Return the answer of a call with the token, or raise its error."""
        token = self._token()
        answer = self._once(method, path, params=[("access_token", token)], **options)
        if isinstance(answer, WeChatBusy) and answer.errcode in STALE_TOKEN:
            token = self._renewed(token)
            answer = self._once(method, path, params=[("access_token", token)], **options)
        return self._noted(path, answer)

    def _noted(self, path: str, answer: Any) -> Any:
        """Return the answer; an error is noted with its call and raised outside any except block."""
        if isinstance(answer, WeChatError):
            self._note(path, answer)
            raise answer
        return answer

    def _token(self) -> str:
        """Return a token that is valid for another minute."""
        found = self._tokens.get(self._account.appid)
        if found and self._now() < found[1] - EARLY:
            return found[0]
        return self._renewed(found[0] if found else None)

    def _renewed(self, stale: str | None) -> str:
        """Return a token other than `stale`; raises WeChatBusy if there is none: the call was not made."""
        try:
            return self._tokens.refresh(self._account.appid, stale, self._fetch_token)
        except WeChatUnknown:
            pass
        raise WeChatBusy

    def _fetch_token(self) -> tuple[str, datetime]:
        """Return a token and its expiry; in normal mode all callers get the same one.

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
        """
        body = {
            "grant_type": "client_credential",
            "appid": self._account.appid,
            "secret": self._account.secret,
            "force_refresh": False,
        }
        answer = self._noted(TOKEN_CALL, self._once("post", TOKEN_CALL, params=[], data=body))
        seconds = number(answer, "expires_in")
        if seconds <= 0:
            raise WeChatUnknown
        return text(answer, "access_token"), self._now() + timedelta(seconds=seconds)

    def _once(self, method: str, path: str, **options: Any) -> Any:
        """Return the answer of one call, or its error as a value."""
        url = f"{self._account.base_url}/{path}"
        try:
            return self._client._request(method, url, allow_redirects=False, **options)
        except WeChatClientException as error:
            return _from_wechatpy(path, error)
        except (requests.ConnectTimeout, requests.exceptions.InvalidURL):
            return WeChatBusy()
        except requests.ConnectionError as error:
            return WeChatBusy() if "NewConnectionError" in repr(error.args) else WeChatUnknown()
        # wechatpy raises on a non-numeric errcode.
        except (requests.RequestException, ValueError, TypeError):
            return WeChatUnknown()


def text(answer: Any, name: str) -> str:
    """Return a text of the answer's body; raises WeChatUnknown for an answer without it."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, str) or not found:
        raise WeChatUnknown
    return found


def number(answer: Any, name: str) -> int:
    """Return a whole number of the answer's body; raises WeChatUnknown for an answer without it."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise WeChatUnknown
    return found


def _from_wechatpy(path: str, error: WeChatClientException) -> WeChatError:
    """Return our error for wechatpy's; one without errcode is an HTTP status of 400 or above."""
    if error.errcode is None:
        return WeChatBusy()
    errcode = int(error.errcode)
    kind = meaning(errcode, path).kind
    return WeChatBusy(errcode) if kind is Kind.PASSING else WeChatRefused(errcode, kind)
