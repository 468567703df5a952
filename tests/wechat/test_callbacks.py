"""Only what WeChat pushed, freshly, for this mini-program, is opened."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from wechat import sealing
from wechat.callbacks import Callback, CallbackRefused, Callbacks, SubscribeEvent, sealed

TOKEN, AES_KEY, APPID = (
    "token-of-the-push",
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "wx0123456789abcdef",
)
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
HEAD = {"ToUserName": "gh_1", "FromUserName": "openid-1", "CreateTime": SECOND - 3, "MsgType": "event"}
CALLBACKS = Callbacks(TOKEN, AES_KEY, APPID)


def popup(*items: dict[str, Any]) -> dict[str, Any]:
    listed = items[0] if len(items) == 1 else list(items)
    return HEAD | {"Event": "subscribe_msg_popup_event", "List": listed}


def item(template_id: str = "t-1", status: str = "accept") -> dict[str, Any]:
    return {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0"}


def in_json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def pushed(
    document: bytes, *, nonce: str = "n1", timestamp: int = SECOND, appid: str = APPID, token: str = TOKEN
) -> tuple[dict[str, str], bytes]:
    return sealed(token, AES_KEY, appid, document, nonce=nonce, timestamp=timestamp)


def opened(document: bytes, now: datetime = NOW) -> Callback:
    return CALLBACKS.opened(*pushed(document), now)


def why(query: dict[str, str], body: bytes, now: datetime = NOW) -> str:
    with pytest.raises(CallbackRefused) as refusal:
        CALLBACKS.opened(query, body, now)
    assert refusal.value.__context__ is None and refusal.value.__cause__ is None
    return refusal.value.why


def test_an_accepted_panel_is_one_event() -> None:
    callback = opened(in_json(popup(item())))
    assert (callback.nonce, callback.timestamp, callback.openid) == ("n1", SECOND, "openid-1")
    assert callback.created_at == NOW - timedelta(seconds=3)
    assert callback.events == (
        SubscribeEvent("popup", "openid-1", "t-1", True, None, None, callback.created_at, "0"),
    )


def test_a_list_may_be_an_object_or_an_array() -> None:
    alone = opened(in_json(popup(item()))).events
    assert opened(in_json(popup(item()) | {"List": [item()]})).events == alone
    both = opened(in_json(popup(item(), item("t-2", "reject")))).events
    assert [(event.template_id, event.accepted) for event in both] == [("t-1", True), ("t-2", False)]


@pytest.mark.parametrize("items", [[item()], [item(), item("t-2", "reject")]], ids=["one", "two"])
def test_xml_says_the_same_as_json(items: list[dict[str, Any]]) -> None:
    wrapped = {"SubscribeMsgPopupEvent": {"List": items}, "Event": "subscribe_msg_popup_event"}
    xml = xmltodict.unparse({"xml": HEAD | wrapped}).encode()
    assert opened(xml).events == opened(in_json(popup(*items))).events


def test_wechats_own_example_of_a_sent_event() -> None:
    xml = b"""<xml><ToUserName><![CDATA[gh_123456789abc]]></ToUserName>
    <FromUserName><![CDATA[openid-1]]></FromUserName><CreateTime>1610969468</CreateTime>
    <MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe_msg_sent_event]]></Event>
    <SubscribeMsgSentEvent><List><TemplateId><![CDATA[t-1]]></TemplateId><MsgID>1700827132819554304</MsgID>
    <ErrorCode>0</ErrorCode><ErrorStatus><![CDATA[success]]></ErrorStatus></List></SubscribeMsgSentEvent></xml>"""
    when = datetime.fromtimestamp(1610969468, UTC)
    expected = SubscribeEvent("sent", "openid-1", "t-1", None, 0, "1700827132819554304", when, None)
    assert opened(xml).events == (expected,)


def test_a_change_in_the_settings_is_a_refusal() -> None:
    listed = {"TemplateId": "t-1", "SubscribeStatusString": "reject"}
    (event,) = opened(in_json(HEAD | {"Event": "subscribe_msg_change_event", "List": listed})).events
    assert (event.kind, event.accepted, event.error_code) == ("change", False, None)


@pytest.mark.parametrize(
    "document",
    [
        HEAD | {"Event": "user_enter_tempsession"},
        {"MsgType": "text", "Content": "x"},
        {"MsgType": "event"},
        {},
    ],
)
def test_other_pushes_are_opened_and_bring_nothing(document: dict[str, Any]) -> None:
    assert opened(in_json(document)).events == ()


def test_what_is_sealed_here_wechatpy_opens() -> None:
    query, body = pushed(in_json(popup(item())))
    text = WeChatCrypto(TOKEN, AES_KEY, APPID).decrypt_message(
        json.loads(body), query["msg_signature"], query["timestamp"], query["nonce"]
    )
    assert json.loads(text) == popup(item())


def test_what_wechatpy_seals_is_opened() -> None:
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    body = crypto.encrypt_message(in_json(popup(item())).decode(), "nonce-1", str(SECOND))
    outer = xmltodict.parse(body)["xml"]
    query = {"msg_signature": outer["MsgSignature"], "timestamp": str(SECOND), "nonce": "nonce-1"}
    assert CALLBACKS.opened(query, body.encode(), NOW).events == opened(in_json(popup(item()))).events


@pytest.mark.parametrize("late", [-300, 300])
def test_up_to_five_minutes_are_fresh(late: int) -> None:
    assert opened(in_json(popup(item())), NOW + timedelta(seconds=late)).events


@pytest.mark.parametrize("late", [-301, 301, 86400])
def test_anything_else_is_stale(late: int) -> None:
    assert why(*pushed(in_json(popup(item()))), NOW + timedelta(seconds=late)) == "stale"


def test_an_event_of_three_days_ago_may_be_pushed_freshly() -> None:
    old = popup(item()) | {"CreateTime": SECOND - 3 * 86400}
    assert opened(in_json(old)).created_at == NOW - timedelta(days=3)


def test_another_mini_programs_push_is_refused() -> None:
    assert why(*pushed(in_json(popup(item())), appid="wx-other")) == "appid"


def test_another_token_is_refused() -> None:
    assert why(*pushed(in_json(popup(item())), token="guessed")) == "signature"


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
def test_a_query_without_one_of_its_parts_is_refused(name: str) -> None:
    query, body = pushed(in_json(popup(item())))
    assert why({key: value for key, value in query.items() if key != name}, body) in (
        "signature",
        "malformed",
    )


def test_the_weaker_signature_does_not_open_anything() -> None:
    query, body = pushed(in_json(popup(item())))
    assert why(query | {"msg_signature": query["signature"]}, body) == "signature"


def test_a_body_that_is_too_large_is_refused_unread() -> None:
    query, _ = pushed(in_json(popup(item())))
    assert why(query, b" " * (64 * 1024 + 1)) == "too large"


BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
NOT_MESSAGES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"Encrypt"',
    b'{"Encrypt": 7}',
    b'{"Encrypt": "\\ud800"}',
    b'{"a":' * 9000,
    b"9" * 9000,
    b"<xml>",
    b"<xml/>",
    b"<x><Encrypt>a</Encrypt></x>",
    b"<xml><Encrypt>a</Encrypt>",
    b"<a>" * 9000,
    b"\xff\xfe<\0x\0",
    BOMB + b"<xml><Encrypt>&b;</Encrypt></xml>",
    b"<!doctype xml SYSTEM 'file:///etc/passwd'><xml><Encrypt>a</Encrypt></xml>",
]


@pytest.mark.parametrize("body", NOT_MESSAGES, ids=range(len(NOT_MESSAGES)))
def test_a_body_that_is_no_message_is_refused(body: bytes) -> None:
    query, _ = pushed(in_json(popup(item())))
    assert why(query, body) == "malformed"


@pytest.mark.parametrize("document", NOT_MESSAGES, ids=range(len(NOT_MESSAGES)))
def test_a_sealed_document_that_nobody_can_read_is_refused_or_empty(document: bytes) -> None:
    try:
        assert opened(document).events == ()
    except CallbackRefused as refusal:
        assert refusal.why == "malformed"


def test_an_entity_bomb_inside_is_refused() -> None:
    inner = b"<xml><MsgType>event</MsgType><FromUserName>&b;</FromUserName></xml>"
    assert why(*pushed(BOMB + inner)) == "malformed"


BROKEN = [
    {"List": None},
    {"List": [None]},
    {"List": "t-1"},
    {"List": {"TemplateId": "t-1"}},
    {"List": {"SubscribeStatusString": "accept"}},
    {"List": item() | {"TemplateId": {"a": 1}}},
    {"List": item() | {"TemplateId": "x" * 200}},
    {"CreateTime": "soon"},
    {"CreateTime": 10**17},
    {"CreateTime": -5},
    {"CreateTime": None},
    {"FromUserName": ""},
    {"FromUserName": ["o"]},
    {"FromUserName": "o" * 200},
    {"Event": "subscribe_msg_sent_event"},
]


@pytest.mark.parametrize("change", BROKEN, ids=range(len(BROKEN)))
def test_a_subscription_event_that_lacks_something_is_refused(change: dict[str, Any]) -> None:
    assert why(*pushed(in_json(popup(item()) | change))) == "malformed"


@pytest.mark.parametrize(
    "secret", ["", "====", "a", "YWJj", "not base64!", base64.b64encode(b"x" * 64).decode()]
)
def test_cipher_text_that_is_none_is_refused(secret: str) -> None:
    parts = (TOKEN, str(SECOND), "n1", secret)
    query = {"timestamp": str(SECOND), "nonce": "n1", "msg_signature": sealing.signature(*parts)}
    assert why(query, in_json({"Encrypt": secret})) == "cipher text"


@pytest.mark.parametrize("plain", [b"", b"\0", b"x" * 19, b"h" * 16 + b"\xff\xff\xff\xff{}", b"h" * 32])
def test_a_plain_text_of_another_form_is_refused(plain: bytes) -> None:
    pad = 32 - len(plain) % 32
    key = sealing.key_of(AES_KEY)
    sealing_one = sealing._cipher(key).encryptor()
    secret = base64.b64encode(
        sealing_one.update(plain + bytes([pad]) * pad) + sealing_one.finalize()
    ).decode()
    assert sealing.decrypt(key, secret) is None


def test_the_address_is_checked_by_an_echo() -> None:
    query, _ = pushed(b"{}")
    assert CALLBACKS.echo(query | {"echostr": "4375120948345356249"}, NOW) == "4375120948345356249"
    for wrong in (
        {"signature": "0" * 40},
        {"echostr": ""},
        {"timestamp": str(SECOND - 301)},
        {"nonce": "n2"},
    ):
        with pytest.raises(CallbackRefused):
            CALLBACKS.echo(query | {"echostr": "e"} | wrong, NOW)


@pytest.mark.parametrize("aes_key", ["", "short", "x" * 44, "!" * 43])
def test_a_key_that_is_none_is_refused_at_the_start(aes_key: str) -> None:
    with pytest.raises(ValueError, match="43 characters"):
        Callbacks(TOKEN, aes_key, APPID)


def test_a_callback_does_not_show_the_openid() -> None:
    assert "openid-1" not in repr(opened(in_json(popup(item()))))


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)
nonces = st.text("0123456789abcdef", min_size=1, max_size=32)


@given(template_id=texts, status=texts, openid=texts, nonce=nonces, age=st.integers(-300, 300))
def test_what_was_sealed_is_opened(template_id: str, status: str, openid: str, nonce: str, age: int) -> None:
    document = popup(item(template_id, status)) | {"FromUserName": openid}
    callback = CALLBACKS.opened(*pushed(in_json(document), nonce=nonce, timestamp=SECOND + age), NOW)
    (event,) = callback.events
    assert (event.template_id, event.openid, callback.nonce) == (template_id, openid, nonce)
    assert event.accepted is status.startswith("accept")


@given(st.data())
def test_nothing_corrupted_is_accepted(data: st.DataObject) -> None:
    query, body = pushed(in_json(popup(item())), nonce="1372623149")
    secret = json.loads(body)["Encrypt"]
    parts = {name: query[name] for name in ("msg_signature", "timestamp", "nonce")} | {"Encrypt": secret}
    name = data.draw(st.sampled_from(sorted(parts)))
    place = data.draw(st.integers(0, len(parts[name]) - 1))
    letter = data.draw(st.characters(codec="ascii") | st.just(""))
    changed = parts | {name: parts[name][:place] + letter + parts[name][place + 1 :]}
    if changed != parts:
        assert why(changed, in_json({"Encrypt": changed["Encrypt"]}))


@given(st.integers(-9, 9), st.integers(-80, 80))
def test_no_letter_can_wander_between_the_signed_parts(into_time: int, into_nonce: int) -> None:
    query, body = pushed(in_json(popup(item())), nonce="1795485600")
    secret = json.loads(body)["Encrypt"]
    joined = query["timestamp"] + query["nonce"] + secret
    first, second = 10 + into_time, 20 + into_time + into_nonce
    moved = joined[:first], joined[first:second], joined[second:]
    if moved != (query["timestamp"], query["nonce"], secret):
        assert why(query | {"timestamp": moved[0], "nonce": moved[1]}, in_json({"Encrypt": moved[2]}))


@given(st.binary(max_size=300))
def test_no_noise_breaks_it(noise: bytes) -> None:
    query, _ = pushed(b"{}")
    assert why(query, noise)
    try:
        assert opened(noise).events == ()
    except CallbackRefused as refusal:
        assert refusal.why == "malformed"
