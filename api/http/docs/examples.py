"""Request and response examples of the till routes for the OpenAPI document."""

from typing import Any

from api.http.description import Example
from models.domain.sandbox import CAST

_HOLDER, _AGENT = CAST[0], CAST[2]
VERIFICATION, ATTEMPT, PERSON = "vrf_7Kq2mX9tB4nW1cR8sV5zYa", "att_3Hd6pL0wQ8jT2fG5kN9xMe", _HOLDER.person_id
RECEIPT, DELIVERY = "rcp_5Yc8vB1nM4kJ7hG0fD3sAp", "dlv_9Rt2yU5iO8pL1kJ4hG7fDs"
BEGUN, LATER, END = "2026-11-24T02:00:00+00:00", "2026-11-24T02:00:09+00:00", "2026-11-24T02:30:00+00:00"
CODE = "https://face.example.org/qr/4Gv7bN2mK9xQ1wE5rT8yUi.png"

_person = {
    "person_id": PERSON,
    "name": "沙**过",
    "relation": "本人",
    "sex": "男",
    "age": 66,
    "network": "self",
    "not_filmed": None,
    "enrolled": True,
    "subscribed": True,
    "push": "ready",
}
_attempt = {
    "attempt_id": ATTEMPT,
    "channel": "push",
    "state": "waiting",
    "person": {"person_id": PERSON, "name": "沙**过", "relation": "本人"},
    "created_at": BEGUN,
    "expires_at": "2026-11-24T02:02:00+00:00",
    "tries_left": 3,
    "reason": None,
    "qr_url": None,
    "presence_code": None,
}
_verification = {
    "id": VERIFICATION,
    "order_no": "A-20261124-001",
    "amount_fen": 12850,
    "state": "passed",
    "expires_at": END,
    "persons": [_person],
    "attempts": [_attempt | {"state": "passed", "reason": "ok", "tries_left": 2}],
    "receipt": "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImtleV8xIn0.eyJqdGkiOiJyY3BfMSJ9.c2lnbmF0dXJl",
}
_opened = {
    "order_no": "A-20261124-001",
    "amount_fen": 12850,
    "counter": "1号台",
    "cashier": {"id": "c01", "name": "张收银"},
    "cardholder": {"name": _HOLDER.name, "id_number": _HOLDER.number},
    "notify_url": "https://pos.example.org/yibao",
}
_created = {
    "id": VERIFICATION,
    "state": "open",
    "popup_url": "https://face.example.org/popup/8Jk3lP6oI9uY2tR5eW1qZxCvBnMaSdFg",
    "expires_at": END,
    "persons": [_person],
}
_event = {
    "seq": 9,
    "type": "verification.passed",
    "created": LATER,
    "verification_state": "passed",
    "attempt_id": ATTEMPT,
    "attempt_state": "passed",
    "reason": None,
}
_delivery = {
    "delivery_id": DELIVERY,
    "type": "verification.passed",
    "seq": 9,
    "state": "retry",
    "tries": 2,
    "created_at": LATER,
    "last_at": "2026-11-24T02:00:12+00:00",
    "last_status": 500,
    "error": "HTTP 500",
    "next_at": "2026-11-24T02:00:17+00:00",
}
_bypass = {"staff": "张收银", "document": "居民身份证", "reason": "手机没电"}
_settlement = {"settlement_no": "S-20261124-001", "amount_fen": 12850}
_redemption = {"jti": RECEIPT, **_settlement, "redeemed_at": "2026-11-24T02:00:20+00:00"}
_cancelled: dict[str, Any] = {"state": "cancelled", "receipt": None, "attempts": []}
_in_line = {"state": "pending", "next_at": "2026-11-24T02:10:00+00:00"}

OPEN = Example(_created, _opened)
READ = Example(_verification)
ATTEMPT_BEGUN = Example(
    _attempt,
    requests={
        "push": {"channel": "push", "person_id": PERSON},
        "push_to_a_typed_agent": {
            "channel": "push",
            "person": {"name": _AGENT.name, "id_number": _AGENT.number, "relation": "护工"},
        },
        "code": {"channel": "qr"},
    },
)
POPUP_RENEWED = Example({"popup_url": _created["popup_url"]})
TILL_CODE = Example({"till_code": "204815", "expires_at": "2026-11-24T02:10:00+00:00"})
BYPASSED = Example(_verification | {"state": "bypassed", "attempts": []}, _bypass)
CANCELLED = Example(_verification | _cancelled)
EVENTS = Example({"events": [_event], "last": 9, "state": "passed"})
DELIVERIES = Example({"deliveries": [_delivery]})
RESENT = Example(_delivery | _in_line)
REDEEMED = Example(_redemption, _settlement)
STREAM = 'retry: 1000\n\nid: 9\nevent: verification.passed\ndata: {"seq": 9, …}\n'
# The most frequent code of each status on internal routes; those of tills are in api/http/docs/codes.py.
CODES = {
    "400": "malformed",
    "401": "unauthorized",
    "403": "forbidden",
    "404": "not_found",
    "405": "method_not_allowed",
    "409": "wrong_state",
    "410": "scene_ended",
    "413": "too_large",
    "415": "unsupported_media_type",
    "422": "invalid",
    "429": "rate_limited",
    "500": "internal",
    "503": "busy",
}

# Example `detail` by code; the codes of the HTTP layer itself have none.
DETAILS = {
    "malformed": "please check: cardholder.id_number",
    "unauthorized": "the API key is not valid",
    "id_number_invalid": "the document number's checksum is not right; please check what was typed",
    "notify_url_not_allowed": "notify_url: not a public address",
    "rate_limited": "too many unknown persons here; please wait",
    "institution_suspended": "this institution is suspended",
    "order_exists": "this order already has a verification",
    "verification_ended": "this verification is over",
    "deciding": "a capture is being decided; ask again in a moment",
    "receipt_redeemed": "this receipt has been used",
    "receipt_expired": "this receipt is too old",
    "key_reused": "this key was used with another body",
    "in_progress": "the first request with this key is still running",
    "person_not_found": "this person is not on the list",
    "person_missing": "a push needs a person",
    "relation_missing": "the relation is missing",
    "not_enrolled": "there is no enrolled photo; please use documents",
    "look_alike": "another person has this face; please use documents",
    "guardian_needed": "a child is not filmed; please verify the guardian",
    "minor_not_filmed": "a minor is not filmed: documents, or the guardian",
    "native_resident_only": "WeChat verifies resident ID cards only",
    "agent_is_staff": "staff of this institution cannot be agents here",
    "checks_missing": "please look at both documents first",
    "amount_too_high": "more than was verified",
    "agent_quota": "this person has acted for too many people this month",
    "internal": "request req_7Kq2mX9tB4nW1cR8sV5zYa",
    "busy": "please repeat the request",
}


def exemplify(operation: dict[str, Any], example: Example | None) -> None:
    """Add a route's example to its OpenAPI operation."""
    if example is None:
        return
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None and example.requests:
        body["examples"] = {key: {"value": value} for key, value in example.requests.items()}
    elif body is not None:
        body["example"] = example.sent
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if status.startswith("2") and "application/json" in content:
            content["application/json"]["example"] = example.answered
        if "text/event-stream" in content:
            content["text/event-stream"]["example"] = STREAM
