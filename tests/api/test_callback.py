"""WeChat's callbacks: authenticated, deduplicated, stored as facts."""

import base64
import json
from dataclasses import replace
from itertools import count, permutations
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api.app import create_app
from api.privacy import retention
from models import tables
from tests.support import play
from tests.support.world import AES_KEY, CALLBACK_TOKEN, MAN, TEMPLATE, World
from wechat.callbacks import sealed

URL = "/wechat/callback"
APPID = "wx-test"
NONCES = count(1)


def event(name: str, at: int, openid: str = MAN.openid, **item: Any) -> dict[str, Any]:
    """Return a subscription event in WeChat's JSON."""
    return {
        "ToUserName": "gh_1", "FromUserName": openid, "CreateTime": at, "MsgType": "event", "Event": name,
        "List": {"TemplateId": TEMPLATE, **item},
    }  # fmt: skip


def accepted(at: int, **changes: Any) -> dict[str, Any]:
    return event("subscribe_msg_popup_event", at, SubscribeStatusString="accept", PopupScene="0", **changes)


def delivered(at: int, msg_id: str, code: int = 0) -> dict[str, Any]:
    return event("subscribe_msg_sent_event", at, MsgID=msg_id, ErrorCode=str(code), ErrorStatus="success")


def switched_off(at: int) -> dict[str, Any]:
    return event("subscribe_msg_change_event", at, SubscribeStatusString="reject")


def now(world: World) -> int:
    return int(world.clock.now().timestamp())


def pushed(world: World, document: Any, nonce: str | None = None, **changes: Any) -> TestResponse:
    """Push a document as WeChat would; `changes` corrupt the query."""
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    query, body = sealed(CALLBACK_TOKEN, AES_KEY, APPID, text, nonce or f"nonce-{next(NONCES)}", now(world))
    return sent(world, query | changes, body)


def sent(world: World, query: dict[str, str], body: bytes, kind: str = "text/xml") -> TestResponse:
    return world.app.test_client().post(URL, query_string=query, data=body, content_type=kind)


def push_of(world: World, verification: str | None = None) -> str:
    """Return the card-holder's push state as the counter reads it."""
    read = play.state(world, verification or play.opened(world, order_no=f"A-{next(NONCES)}"))
    (man,) = [one for one in read["persons"] if one["relation"] == "本人"]
    assert man["subscribed"] == (man["push"] == "ready")
    return str(man["push"])


def facts(world: World) -> int:
    with world.ports.database.reading() as db:
        return db.scalar(select(func.count()).select_from(tables.SubscriptionFact)) or 0


def test_an_allowed_message_shows_at_the_counter(world: World) -> None:
    assert push_of(world) == "no_credit"
    answer = pushed(world, accepted(now(world)))
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "success")
    assert push_of(world) == "ready"


def test_a_send_uses_a_credit_and_its_event_uses_no_second(world: World) -> None:
    pushed(world, accepted(now(world)))
    pushed(world, accepted(now(world) + 1))
    world.clock.tick(5)
    play.pushed(world, play.opened(world))
    assert push_of(world) == "ready"
    pushed(world, delivered(now(world), "msgid-1"))
    assert push_of(world) == "ready"
    pushed(world, delivered(now(world), "msgid-2"))
    assert push_of(world) == "no_credit"


def test_a_person_nobody_is_bound_to_cannot_be_pushed_to(world: World) -> None:
    with world.ports.database.transaction() as db:
        db.query(tables.Binding).update({"revoked_at": world.clock.now()})
    assert push_of(world) == "not_bound"


def test_switching_off_takes_everything(world: World) -> None:
    pushed(world, accepted(now(world)))
    pushed(world, switched_off(now(world) + 5))
    assert push_of(world) == "no_credit"


def test_xml_and_several_templates_are_read_too(world: World) -> None:
    item, other = (
        f"<List><TemplateId>{template}</TemplateId>"
        f"<SubscribeStatusString>{said}</SubscribeStatusString></List>"
        for template, said in ((TEMPLATE, "accept"), ("t2", "reject"))
    )
    pushed(
        world,
        f"<xml><FromUserName>{MAN.openid}</FromUserName><CreateTime>{now(world)}</CreateTime>"
        f"<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event>"
        f"<SubscribeMsgPopupEvent>{item}{other}</SubscribeMsgPopupEvent></xml>".encode(),
    )
    assert facts(world) == 2 and push_of(world) == "ready"


def test_the_phones_report_grants_no_credit(world: World) -> None:
    phone = world.phone(MAN.openid)
    for _ in range(5):
        play.ok(phone.post("/mp/v1/subscriptions", json={"template_id": TEMPLATE, "result": "accept"}))
    assert push_of(world) == "no_credit" and facts(world) == 0


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_callbacks_in_any_order_repeated_and_late_give_the_same_ledger(
    world: World, order: tuple[int, ...]
) -> None:
    begun = now(world)
    events = [
        accepted(begun), delivered(begun + 60, "m1"), switched_off(begun + 90), accepted(begun + 120)
    ]  # fmt: skip
    world.clock.tick(72 * 3600)
    for number in order:
        for _ in range(10):
            assert pushed(world, events[number]).status_code == 200
    assert facts(world) == 4
    assert play.ok(world.phone(MAN.openid).get("/mp/v1/me/bindings"))["bindings"][0]["subscribed"]


def test_a_repeated_nonce_with_the_same_body_is_skipped(world: World) -> None:
    query, body = sealed(
        CALLBACK_TOKEN, AES_KEY, APPID, json.dumps(accepted(now(world))).encode(), "once", now(world)
    )
    for _ in range(3):
        assert sent(world, query, body).get_data() == b"success"
    assert facts(world) == 1


def test_nonces_are_forgotten_when_their_time_is_over(world: World) -> None:
    pushed(world, accepted(now(world)))
    world.clock.tick(601)
    retention.sweep(world.ports)
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.CallbackNonce)).all() == []
    assert facts(world) == 1


def test_an_unknown_event_is_acknowledged(world: World) -> None:
    other = event("wxa_media_check", now(world)) | {"List": []}
    assert pushed(world, other).get_data() == b"success"
    assert pushed(world, {"MsgType": "text", "Content": "你好", "FromUserName": "o1"}).status_code == 200
    assert facts(world) == 0


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><xml><Event>&b;</Event></xml>'
)


@pytest.mark.parametrize(
    "attack",
    [
        "wrong signature", "no query", "stale", "from the future", "nonce with another body",
        "another appid", "another key", "not encrypted", "entities outside", "entities inside",
        "malformed inside", "empty", "deep",
    ],
)  # fmt: skip
def test_a_callback_not_from_wechat_is_refused_and_changes_nothing(world: World, attack: str) -> None:
    good = json.dumps(accepted(now(world))).encode()

    def made(document: bytes = good, appid: str = APPID, key: str = AES_KEY, ago: int = 0) -> Any:
        return sealed(CALLBACK_TOKEN, key, appid, document, "used", now(world) - ago)

    pushed(world, accepted(now(world) - 100), nonce="seen")
    query, body = made()
    match attack:
        case "wrong signature":
            query["msg_signature"] = "0" * 40
        case "no query":
            query = {}
        case "stale":
            query, body = made(ago=301)
        case "from the future":
            query, body = made(ago=-301)
        case "nonce with another body":
            query, body = sealed(CALLBACK_TOKEN, AES_KEY, APPID, good, "seen", now(world))
        case "another appid":
            query, body = made(appid="wx-other")
        case "another key":
            query, body = made(key=base64.b64encode(b"k" * 32).decode().rstrip("="))
        case "not encrypted":
            body = good
        case "entities outside":
            body = ENTITIES
        case "entities inside":
            query, body = made(ENTITIES)
        case "malformed inside":
            query, body = made(b"<xml><Event>")
        case "empty":
            body = b""
        case "deep":
            body = b'{"Encrypt":' + b"[" * 20_000
    before = facts(world)
    answer = sent(world, query, body)
    assert (answer.status_code, answer.json["code"]) == (403, "callback_refused")
    assert facts(world) == before
    assert MAN.openid not in answer.get_data(as_text=True)


def test_an_oversized_body_is_refused(world: World) -> None:
    query, _ = sealed(CALLBACK_TOKEN, AES_KEY, APPID, b"{}", "big", now(world))
    assert sent(world, query, b"x" * 70_000).status_code == 413
    assert sent(world, query, b"x" * 70_000, "multipart/form-data; boundary=x").status_code == 413
    assert facts(world) == 0


def test_the_callback_address_answers_wechats_verification(world: World) -> None:
    query, _ = sealed(CALLBACK_TOKEN, AES_KEY, APPID, b"{}", "echo", now(world))
    query = {name: query[name] for name in ("signature", "timestamp", "nonce")} | {"echostr": "12345"}
    client = world.app.test_client()
    answer = client.get(URL, query_string=query)
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "12345")
    assert answer.mimetype == "text/plain"
    assert client.get(URL, query_string=query | {"signature": "0" * 40}).status_code == 403


def test_without_a_token_the_callback_address_is_absent(world: World) -> None:
    settings = world.ports.settings.model_copy(
        update={"wechat_callback_token": type(world.ports.settings.wechat_callback_token)("")}
    )
    app = create_app(replace(world.ports, settings=settings))
    assert app.test_client().post(URL, data=b"{}", content_type="text/xml").status_code == 404
    app.extensions["feed"].close()
