"""Whether WeChat would take a message or a code, and the errcode when it would not.

https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/qrcode-link/qr-code/getUnlimitedQRCode.html
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from wechat.fields import LIMITS, kind

SCENE = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]+")
MAX_SCENE = 32
VERSIONS = ("release", "trial", "develop")
STATES = ("formal", "trial", "developer")
PAGE = re.compile(r"[a-zA-Z0-9_\-/]{1,128}(\?[^\s]{0,512})?")
# What a kind of field may hold, where that is more than a length.
FORMS = {
    "number": re.compile(r"[-+]?[0-9]+(\.[0-9]+)?"),
    "letter": re.compile(r"[A-Za-z]+"),
    "character_string": re.compile(r"[^\u3400-\u9fff]+"),
    "amount": re.compile(r"[^\s\w]?[0-9]{1,10}(\.[0-9]+)?元?"),
    "phone_number": re.compile(r"[0-9+\- ]+"),
    "time": re.compile(r".*[0-9]{1,2}:[0-9]{2}.*"),
    "date": re.compile(r"[0-9]{4}[年/.-][0-9]{1,2}[月/.-][0-9]{1,2}.*"),
}


def message_errcode(body: Mapping[str, Any], templates: Collection[str]) -> tuple[int, str]:
    """Return (errcode, errmsg) of a subscribed message; (0, "ok") when WeChat would take it."""
    if not re.fullmatch(r"[0-9A-Za-z_-]{5,64}", str(body.get("touser", ""))):
        return 40003, "invalid openid"
    if body.get("template_id") not in templates:
        return 40037, "invalid template_id"
    if not PAGE.fullmatch(str(body.get("page", "x"))):
        return 41030, "invalid page"
    if body.get("miniprogram_state", "formal") not in STATES:
        return 40097, "invalid args"
    data = body.get("data")
    if not isinstance(data, dict) or not data:
        return 47003, "argument invalid! data is empty"
    for name, item in data.items():
        value = item.get("value") if isinstance(item, dict) else None
        if not isinstance(value, str) or not _fits(name, value):
            return 47003, f"argument invalid! data.{name}.value is invalid"
    return 0, "ok"


def scene_errcode(body: Mapping[str, Any], published: Collection[str]) -> tuple[int, str]:
    """Return (errcode, errmsg) of a code image; (0, "ok") when WeChat would draw it.

    With check_path, the default, the page must be among the published ones, where those are known.
    """
    scene, page = body.get("scene", ""), str(body.get("page", "pages/index/index"))
    check_path = body.get("check_path", True)
    if not isinstance(check_path, bool):
        return 47001, "data format error"
    if body.get("env_version", "release") not in VERSIONS:
        return 40097, "invalid args"
    if not isinstance(scene, str) or not 1 <= len(scene) <= MAX_SCENE:
        return 40169, "invalid length for scene, or the data is not json string"
    if not SCENE.fullmatch(scene):
        return 40129, "invalid scene"
    if not PAGE.fullmatch(page) or "?" in page or page.startswith("/"):
        return 41030, "invalid page"
    return (41030, "invalid page") if check_path and published and page not in published else (0, "ok")


def _fits(name: str, value: str) -> bool:
    """Return whether a value has the length and the form of its field's kind."""
    limit, form = LIMITS.get(kind(name)), FORMS.get(kind(name))
    if limit is None or not 1 <= len(value) <= limit:
        return False
    return form is None or bool(form.fullmatch(value))
