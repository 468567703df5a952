"""The OpenAPI document's `webhooks` section: body, signature and expected responses of each type."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from api.http.docs.examples import ATTEMPT, DELIVERY, LATER, VERIFICATION
from api.http.docs.meanings import CLAIMS, REASONS
from api.http.schemas.answers import Receipt, WebhookBody
from api.verification.record import WEBHOOK_TYPES
from models.domain.verification import TERMINAL

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"
SIGNATURE = {
    "name": "X-Signature",
    "in": "header",
    "required": True,
    "description": '`t=<Unix 秒>,v1=<HMAC-SHA256(回调密钥, t + "." + 原始请求体)>`，十六进制小写。',
    "schema": {"type": "string", "pattern": "^t=[0-9]+,v1=[0-9a-f]{64}$"},
}
ANSWERS = {
    "2XX": {"description": "已收到。凡是真的都答 2xx，包括已经知道的。 Taken."},
    "401": {"description": "签名不符或太旧。 Not genuine, or older than 300 s."},
    "default": {"description": "稍后重发，共三天。 Sent again later, for three days."},
}
# The reason used in the examples.
REASON = {"attempt.failed": "not_matched", "attempt.undeliverable": "not_subscribed"}


def describe_webhooks(document: Schema) -> None:
    """Add the webhooks, the receipt's claims and the reasons to the document."""
    schemas = document["components"]["schemas"]
    if "EventData" not in schemas:  # a document without till routes
        return
    for shape in (WebhookBody, Receipt):
        schemas.update(_schemas(shape))
    claims = schemas["Receipt"]["properties"]
    for claim in CLAIMS:
        claims[claim.name] |= {"description": f"{claim.means} → {claim.then}"}
    schemas["EventData"]["properties"]["reason"] |= _reasons()
    schemas["WebhookData"]["properties"]["reason"] |= _reasons()
    document["webhooks"] = {kind: {"post": _operation(kind)} for kind in sorted(WEBHOOK_TYPES)}


def _schemas(shape: type[BaseModel]) -> Iterator[tuple[str, Schema]]:
    """Yield a model's schema and those it references."""
    schema = shape.model_json_schema(ref_template=REFERENCE, mode="serialization")
    yield from schema.pop("$defs", {}).items()
    yield shape.__name__, schema


def _reasons() -> dict[str, str]:
    """Return the description of `reason`: each value, its meaning and the till's remedy."""
    lines = [f"`{one.name}` {one.means} → {one.then}" for one in REASONS]
    return {"description": "\n\n".join(lines)}


def _operation(kind: str) -> Schema:
    """Return one webhook as an OpenAPI operation that the till implements."""
    typed = {"properties": {"type": {"const": kind}, "data": {"properties": {"type": {"const": kind}}}}}
    content = {
        "schema": {"allOf": [{"$ref": REFERENCE.format(model="WebhookBody")}, typed]},
        "example": _example(kind),
    }
    return {
        "summary": kind,
        "operationId": "webhook_" + kind.replace(".", "_"),
        "tags": ["Webhooks 回调"],
        "security": [],
        "parameters": [SIGNATURE],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": ANSWERS,
    }


def _example(kind: str) -> dict[str, object]:
    """Return an example body of this webhook type."""
    about, state = kind.split(".")
    ended = state if about == "verification" and state in TERMINAL else "open"
    of_attempt = {"passed": "passed", "appealed": "appealed"} if about == "verification" else {state: state}
    attempt_state = "appealed" if about == "appeal" else of_attempt.get(state)
    data = {
        "seq": 9,
        "type": kind,
        "created": LATER,
        "verification_state": "appealed" if about == "appeal" else ended,
        "attempt_id": ATTEMPT if attempt_state else None,
        "attempt_state": attempt_state,
        "reason": REASON.get(kind),
        "verification_id": VERIFICATION,
        "order_no": "A-20261124-001",
    }
    return {"id": DELIVERY, "type": kind, "created": LATER, "data": data}
