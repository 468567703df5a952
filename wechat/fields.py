"""The limits of a subscribed message's fields, by the kind that begins their name.

https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
"""

from collections.abc import Mapping

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
}


def kind(field: str) -> str:
    """Return the kind of a field: thing1 → thing."""
    return field.rstrip("0123456789")


def cut(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the data as WeChat wants it, each value cut to its field's limit.

    Python counts characters, so nothing is ever cut in the middle of one.
    """
    return {field: {"value": _fitting(value, LIMITS.get(kind(field), 32))} for field, value in data.items()}


def _fitting(value: str, limit: int) -> str:
    """Return the value, shortened with an ellipsis where it is too long."""
    flat = " ".join(value.split()) or "-"
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
