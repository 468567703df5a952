"""Fields of a subscribed message: each field's format, by the kind at the start of its key.

https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LIMITS = {
    "thing": 20,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "character_string": 32,
    "time": 24,
    "date": 24,
    "amount": 14,
    "phone_number": 17,
    "car_number": 8,
    "name": 10,
    "phrase": 5,
    "const": 20,
    "enum": 20,
}
HANZI = r"\u3007\u3400-\u9fff\U00020000-\U0003ffff"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Characters that a kind does not allow; they are dropped.
FORBIDDEN = {
    "number": re.compile(r"[^0-9.+-]"),
    "letter": re.compile(r"[^A-Za-z]"),
    "symbol": re.compile(r"[\w\s]"),
    "character_string": re.compile(r"[^\x21-\x7e]"),
    "phone_number": re.compile(r"[^0-9+-]"),
    "car_number": re.compile(rf"[^0-9A-Za-z{HANZI}]"),
    "name": re.compile(r"[0-9]"),
    "phrase": re.compile(rf"[^{HANZI}]"),
}
# Value of a field from which every character was dropped.
EMPTY = {"number": "0", "letter": "x", "car_number": "无", "phrase": "无", "name": "无"}
# Kinds truncated without an ellipsis, which they do not allow.
BARE = frozenset(FORBIDDEN) - {"name"}
_PLACE = re.compile(r"([^\n{}]*?)[:\uff1a]?\s*\{\{\s*([a-z_]+[0-9]+)\.DATA\s*\}\}")


@dataclass(frozen=True, slots=True)
class TemplateFields:
    """An account's template as returned by gettemplate: its keys with their labels."""

    title: str
    long_term: bool
    labels: Mapping[str, str]
    # Allowed values of enumerated keys.
    choices: Mapping[str, tuple[str, ...]]


def labels(content: str) -> dict[str, str]:
    """Return the keys of a template's content (`事项:{{thing1.DATA}}`) with their labels."""
    return {key: label.strip() for label, key in _PLACE.findall(content)}


def kind(field: str) -> str:
    """Return the kind of a field: thing1 → thing."""
    return field.rstrip("0123456789")


def cut(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the data in WeChat's format: disallowed characters dropped, values truncated."""
    return {field: {"value": _fitting(value, kind(field))} for field, value in data.items()}


def _fitting(value: str, of: str) -> str:
    """Return the value in a kind's format, truncated if too long."""
    seen = CONTROL.sub(" ", value)
    taken = FORBIDDEN[of].sub("", seen) if of in FORBIDDEN else seen
    flat = " ".join(taken.split()) or EMPTY.get(of, "-")
    limit = LIMITS.get(of, 32)
    if _units(flat) <= limit:
        return flat
    return _first(flat, limit) if of in BARE else _first(flat, limit - 1) + "…"


def _units(text: str) -> int:
    """Return the length as WeChat's clients count it: characters outside the BMP count as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _first(text: str, limit: int) -> str:
    """Return as many whole characters as fit."""
    while _units(text) > limit:
        text = text[:-1]
    return text
