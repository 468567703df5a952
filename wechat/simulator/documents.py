"""Events as WeChat writes them: JSON or XML, one item as an object, many as an array."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xmltodict

from wechat.events import EVENTS, Kind

MINI_PROGRAM = "gh_simulated"
WRAPPERS: dict[Kind, str] = dict(EVENTS.values())
NAMES: dict[Kind, str] = {kind: name for name, (kind, _) in EVENTS.items()}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one openid, at a second, with one item per template."""

    kind: Kind
    openid: str
    created: int
    items: tuple[Mapping[str, str], ...]


def popup(openid: str, created: int, results: Mapping[str, str]) -> Event:
    """Return the event of an answered panel: template id → accept or reject."""
    items = tuple(
        {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0"}
        for template_id, status in results.items()
    )
    return Event("popup", openid, created, items)


def change(openid: str, created: int, template_id: str) -> Event:
    """Return the event of a refusal in the settings, the only change WeChat pushes."""
    return Event("change", openid, created, ({"TemplateId": template_id, "SubscribeStatusString": "reject"},))


def sent(openid: str, created: int, template_id: str, msg_id: str, error_code: int) -> Event:
    """Return the event of a message's result."""
    status = "user block" if error_code else "success"
    item = {"TemplateId": template_id, "MsgID": msg_id, "ErrorCode": str(error_code), "ErrorStatus": status}
    return Event("sent", openid, created, (item,))


def batched(events: Sequence[Event]) -> list[Event]:
    """Return the events, merging neighbours of one kind, openid and second into one List."""
    together: list[Event] = []
    for event in events:
        last = together[-1] if together else None
        if last and (last.kind, last.openid, last.created) == (event.kind, event.openid, event.created):
            together[-1] = Event(event.kind, event.openid, event.created, (*last.items, *event.items))
        else:
            together.append(event)
    return together


def written(event: Event, *, xml: bool, array: bool) -> bytes:
    """Return the event's document; `array` writes even one item as an array (invisible in XML)."""
    listed: Any = list(event.items) if array or len(event.items) > 1 else event.items[0]
    head = {
        "ToUserName": MINI_PROGRAM,
        "FromUserName": event.openid,
        "CreateTime": event.created,
        "MsgType": "event",
        "Event": NAMES[event.kind],
    }
    if xml:
        return str(xmltodict.unparse({"xml": head | {WRAPPERS[event.kind]: {"List": listed}}})).encode()
    return json.dumps(head | {"List": listed}, ensure_ascii=False).encode()
