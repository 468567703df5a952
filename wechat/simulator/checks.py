"""Validation of messages and codes as WeChat does it, with its errcodes.

https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/qrcode-link/qr-code/getUnlimitedQRCode.html
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from wechat.simulator.forms import fits
from wechat.simulator.subscriptions import Template

OPENID = re.compile(r"[0-9A-Za-z_-]{5,64}")
SCENE = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]+")
MAX_SCENE = 32
VERSIONS = ("release", "trial", "develop")
STATES = ("formal", "trial", "developer")
LANGUAGES = ("zh_CN", "en_US", "zh_HK", "zh_TW")
PAGE = re.compile(r"[a-zA-Z0-9_\-/]{1,128}(\?[^\s]{0,512})?")
NO_PAGE = (41030, "invalid page")


def message_errcode(
    body: Mapping[str, Any], templates: Mapping[str, Template], published: Collection[str] = ()
) -> tuple[int, str]:
    """Return (errcode, errmsg) for a subscribed message; (0, "ok") when WeChat would accept it.

    The page of a message for the released version must be among the published ones, where those are known.
    """
    if not isinstance(body.get("touser"), str) or not OPENID.fullmatch(body["touser"]):
        return 40003, "invalid openid"
    template = templates.get(str(body.get("template_id")))
    if template is None:
        return 40037, "invalid template_id"
    state, page = body.get("miniprogram_state", "formal"), body.get("page")
    if state not in STATES or body.get("lang", "zh_CN") not in LANGUAGES:
        return 40097, "invalid args"
    if page is not None and not _opens(page, published if state == "formal" else ()):
        return NO_PAGE
    return _data_errcode(body.get("data"), template)


def _opens(page: Any, published: Collection[str]) -> bool:
    """Return whether a message may open this page, which may carry a query."""
    if not isinstance(page, str) or not PAGE.fullmatch(page) or page.startswith("/"):
        return False
    return not published or page.partition("?")[0] in published


def _data_errcode(data: Any, template: Template) -> tuple[int, str]:
    """Return (errcode, errmsg) for the data: exactly the template's keys, each in its format."""
    if not isinstance(data, dict) or not data:
        return 47003, "argument invalid! data is empty"
    for name in (*template.labels, *data):
        item = data.get(name)
        value = item.get("value") if isinstance(item, dict) else None
        if not isinstance(value, str) or not value.strip():
            return 47003, f"argument invalid! data.{name}.value is empty"
        choices = template.choices.get(name)
        if name not in template.labels or not fits(name, value) or (choices and value not in choices):
            return 47003, f"argument invalid! data.{name}.value invalid"
    return 0, "ok"


def scene_errcode(body: Mapping[str, Any], published: Collection[str]) -> tuple[int, str]:
    """Return (errcode, errmsg) for a code image; (0, "ok") when WeChat would create it.

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
        return NO_PAGE
    return NO_PAGE if check_path and published and page not in published else (0, "ok")
