"""Parses the subscription events that WeChat pushes.

https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["popup", "change", "sent"]
# The event's name, our kind, and the element that wraps its List in XML.
EVENTS: dict[str, tuple[Kind, str]] = {
    "subscribe_msg_popup_event": ("popup", "SubscribeMsgPopupEvent"),
    "subscribe_msg_change_event": ("change", "SubscribeMsgChangeEvent"),
    "subscribe_msg_sent_event": ("sent", "SubscribeMsgSentEvent"),
}
MAX_TEXT = 128
LAST_SECOND = 9_999_999_999


class Unreadable(Exception):
    """The event lacks a required field; the text contains none of its data."""


@dataclass(frozen=True, slots=True)
class SubscribeEvent:
    """One template's part of an event.

    popup: the panel was answered, as in `accepted`; change: refused in the settings, `accepted` is False;
    sent: a message's result, `error_code` 0 when delivered.
    """

    kind: Kind
    openid: str = field(repr=False)
    template_id: str
    accepted: bool | None
    error_code: int | None
    msg_id: str | None
    created_at: datetime
    scene: str | None


def openid(document: Mapping[str, Any]) -> str:
    """Return the event's openid, or an empty text."""
    found = document.get("FromUserName")
    return found if isinstance(found, str) and len(found) <= MAX_TEXT else ""


def created_at(document: Mapping[str, Any]) -> datetime | None:
    """Return WeChat's timestamp of the event; it may be days old, because events arrive late."""
    seconds = _number(document.get("CreateTime"))
    return datetime.fromtimestamp(seconds, UTC) if seconds and 0 < seconds <= LAST_SECOND else None


def read(document: Mapping[str, Any]) -> tuple[SubscribeEvent, ...]:
    """Return the subscription events of a document: none for other events; raises Unreadable."""
    name = document.get("Event")
    if document.get("MsgType") != "event" or not isinstance(name, str) or name not in EVENTS:
        return ()
    kind, wrapper = EVENTS[name]
    who, when = openid(document), created_at(document)
    if not who or when is None:
        raise Unreadable
    return tuple(
        event for item in _items(document, wrapper) if (event := _event(kind, who, when, item)) is not None
    )


def _items(document: Mapping[str, Any], wrapper: str) -> Iterator[Mapping[str, Any]]:
    """Yield the members of List: WeChat sends one as an object, many as an array, in XML wrapped."""
    wrapped = document.get(wrapper)
    found = (wrapped if isinstance(wrapped, dict) else document).get("List")
    for item in found if isinstance(found, list) else [found]:
        if not isinstance(item, dict):
            raise Unreadable
        yield item


def _event(kind: Kind, who: str, when: datetime, item: Mapping[str, Any]) -> SubscribeEvent | None:
    """Return the event of one template; None for a change that WeChat has not documented."""
    template_id = _text(item.get("TemplateId"))
    if not template_id:
        raise Unreadable
    accepted = None if kind == "sent" else _accepted(item)
    if kind == "change" and accepted:
        return None
    code = _number(item.get("ErrorCode")) if kind == "sent" else None
    if kind == "sent" and code is None:
        raise Unreadable
    msg_id = _text(item.get("MsgID")) if kind == "sent" else None
    scene = _text(item.get("PopupScene")) if kind == "popup" else None
    return SubscribeEvent(kind, who, template_id, accepted, code, msg_id, when, scene)


def _accepted(item: Mapping[str, Any]) -> bool:
    """Return whether the person agreed; acceptWithAudio counts as agreement."""
    status = item.get("SubscribeStatusString")
    if not isinstance(status, str) or not status:
        raise Unreadable
    return status.startswith("accept")


def _text(value: Any) -> str | None:
    """Return a short text; JSON contains some as numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT else None


def _number(value: Any) -> int | None:
    """Return an integer; XML, and sometimes JSON, contains it as text."""
    text = _text(value)
    digits = text.removeprefix("-") if text else ""
    return int(text) if text and digits.isascii() and digits.isdecimal() and len(digits) <= 18 else None
