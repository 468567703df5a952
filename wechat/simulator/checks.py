"""Whether WeChat would take a message or a code, and the errcode when it would not."""

import re
from collections.abc import Mapping
from typing import Any

from wechat.fields import LIMITS, kind

SCENE = re.compile(r"[0-9a-zA-Z!#$&'()*+,/:;=?@\-._~]{1,32}")
PAGE = re.compile(r"[a-zA-Z0-9_\-/]{1,128}(\?[^\s]{0,512})?")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def message_errcode(body: Mapping[str, Any], template_id: str) -> tuple[int, str]:
    """Return (errcode, errmsg) of a subscribed message; (0, "ok") when WeChat would take it."""
    if not re.fullmatch(r"[0-9A-Za-z_-]{5,64}", str(body.get("touser", ""))):
        return 40003, "invalid openid"
    if body.get("template_id") != template_id:
        return 40037, "invalid template_id"
    if not PAGE.fullmatch(str(body.get("page", "x"))):
        return 41030, "invalid page"
    data = body.get("data")
    if not isinstance(data, dict) or not data:
        return 47003, "argument invalid! data is empty"
    for name, item in data.items():
        value = item.get("value") if isinstance(item, dict) else None
        if not isinstance(value, str) or not _fits(name, value):
            return 47003, f"argument invalid! data.{name}.value is invalid"
    return 0, "ok"


def scene_errcode(body: Mapping[str, Any]) -> tuple[int, str]:
    """Return (errcode, errmsg) of a code image; (0, "ok") when WeChat would draw it."""
    if not SCENE.fullmatch(str(body.get("scene", ""))):
        return 40169, "invalid length for scene, or the data is not json string"
    if not PAGE.fullmatch(str(body.get("page", "pages/index/index"))) or "?" in str(body.get("page", "")):
        return 41030, "invalid page"
    return 0, "ok"


def _fits(name: str, value: str) -> bool:
    limit = LIMITS.get(kind(name))
    if limit is None or not 1 <= len(value) <= limit:
        return False
    return not (kind(name) == "character_string" and CHINESE.search(value))
