"""The calls of a mini-program's server, one method each, with WeChat's own page linked."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from wechat import fields
from wechat.connection import Account, Connection, number, text
from wechat.errors import WeChatError, WeChatUnknown
from wechat.fields import TemplateFields
from wechat.protocol import Note, TokenStore

__all__ = ["Account", "Gateway"]

IMAGES = (b"\xff\xd8\xff", b"\x89PNG")
MESSAGE_STATES = {"release": "formal", "trial": "trial"}
RISK_RANKS = range(5)
LONG_TERM = 3
SEND_CALL, CODE_CALL = "cgi-bin/message/subscribe/send", "wxa/getwxacodeunlimit"
TEMPLATE_CALL = "wxaapi/newtmpl/gettemplate"


def _unnoted(_call: str, _error: WeChatError) -> None:
    """Note nothing."""


class Gateway:
    """WeChat as the application sees it (wechat.protocol.WeChat), over HTTP."""

    def __init__(
        self,
        account: Account,
        tokens: TokenStore,
        now: Callable[[], datetime],
        timeout: tuple[float, float] = (2.0, 5.0),
        note: Note = _unnoted,
    ) -> None:
        self._account = account
        self._wechat = Connection(account, tokens, now, timeout, note)

    def code_to_session(self, code: str) -> str:
        """Return the openid behind a code of wx.login; the session key is dropped here.

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
        """
        params = {
            "appid": self._account.appid,
            "secret": self._account.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return text(self._wechat.get("sns/jscode2session", params), "openid")

    def send_subscribed(
        self, openid: str, template_id: str, page: str, data: Mapping[str, str]
    ) -> str | None:
        """Send one subscribed message, its values cut to the fields' limits; return its msgid, if any.

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": fields.cut(data),
            "miniprogram_state": MESSAGE_STATES.get(self._account.env_version, "developer"),
            "lang": "zh_CN",
        }
        answer = self._wechat.post(SEND_CALL, body)
        _expect(number(answer, "errcode") == 0)
        return str(answer["msgid"]) if answer.get("msgid") else None

    def fetch_token(self) -> None:
        """Fetch an access token, to see that AppID, secret and this server's address are accepted.

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
        """
        self._wechat.fetch_token()

    def template(self, template_id: str) -> TemplateFields | None:
        """Return the fields of one of the account's own templates, or None when it has no such one.

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/getMessageTemplateList.html
        """
        answer = self._wechat.read(TEMPLATE_CALL)
        listed = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            raise WeChatUnknown
        found = [one for one in listed if isinstance(one, dict) and one.get("priTmplId") == template_id]
        return _template(found[0]) if found else None

    def code_image(self, scene: str, page: str) -> bytes:
        """Return the picture of a code that opens `page` with `scene` (PNG or JPEG).

        https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/qrcode-link/qr-code/getUnlimitedQRCode.html
        """
        body = {
            "scene": scene,
            "page": page,
            "check_path": self._account.env_version == "release",
            "env_version": self._account.env_version,
        }
        answer = self._wechat.post(CODE_CALL, body)
        content = getattr(answer, "content", b"")
        _expect(content.startswith(IMAGES))
        return bytes(content)

    def face_verify_id(self, openid: str, out_seq_no: str, name: str, id_number: str) -> str:
        """Begin WeChat's own face verification (2.0); return the verify_id, good for an hour and once.

        https://developers.weixin.qq.com/miniprogram/dev/server/API/face/api_getverifyid.html
        """
        cert_info = {"cert_type": "IDENTITY_CARD", "cert_name": name, "cert_no": id_number}
        body = {"out_seq_no": out_seq_no, "cert_info": cert_info, "openid": openid}
        return text(self._wechat.post("cityservice/face/identify/getverifyid", body), "verify_id")

    def face_result(self, openid: str, verify_id: str, out_seq_no: str, name: str, id_number: str) -> int:
        """Return the verify_ret: 10000 passed, 10300 and 10005 not finished, anything else did not pass.

        https://developers.weixin.qq.com/miniprogram/dev/server/API/face/api_queryverifyinfo.html
        """
        body = {
            "verify_id": verify_id,
            "out_seq_no": out_seq_no,
            "cert_hash": cert_hash(name, id_number),
            "openid": openid,
        }
        answer = self._wechat.post("cityservice/face/identify/queryverifyinfo", body)
        _expect(number(answer, "errcode") == 0)
        return number(answer, "verify_ret")

    def risk_rank(self, openid: str, scene: int, client_ip: str) -> int:
        """Return WeChat's risk rank of a user, 0 to 4; asks that they used the mini-program lately (61010).

        https://developers.weixin.qq.com/miniprogram/dev/server/API/sec-center/safety-control-capability/api_getuserriskrank.html
        """
        body = {"appid": self._account.appid, "openid": openid, "scene": scene, "client_ip": client_ip}
        rank = number(self._wechat.post("wxa/getuserriskrank", body), "risk_rank")
        _expect(rank in RISK_RANKS)
        return rank


def cert_hash(name: str, id_number: str) -> str:
    """Return WeChat's digest of an identity card: SHA-256, in hex, over its fields in base64.

    https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/cityservice/face2/api_getfaceidentifyimage
    """
    parts = {"cert_type": "IDENTITY_CARD", "cert_name": name, "cert_no": id_number}
    joined = "&".join(f"{key}={base64.b64encode(value.encode()).decode()}" for key, value in parts.items())
    return hashlib.sha256(joined.encode()).hexdigest()


def _template(listed: Mapping[str, Any]) -> TemplateFields:
    """Return what gettemplate says of one template."""
    choices = {
        str(one.get("keywordCode", "")).removesuffix(".DATA"): tuple(map(str, one["enumValueList"]))
        for one in listed.get("keywordEnumValueList") or ()
        if isinstance(one, dict) and isinstance(one.get("enumValueList"), list)
    }
    labels = fields.labels(text(listed, "content"))
    return TemplateFields(str(listed.get("title", "")), listed.get("type") == LONG_TERM, labels, choices)


def _expect(fits: bool) -> None:
    """Raise WeChatUnknown for an answer of another shape than documented."""
    if not fits:
        raise WeChatUnknown
