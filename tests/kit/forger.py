"""A server that answers a till's five calls and returns a receipt chosen by the test."""

import base64
import json
import socket
import time
from typing import Any

from flask import Flask, Response, request
from joserfc import jws
from joserfc.jwk import ECKey

PUBLISHED = ECKey.generate_key("P-256", {"kid": "key_1"})
ANOTHER = ECKey.generate_key("P-256", {"kid": "key_1"})
RECEIPTS = (
    "genuine",
    "another key's",
    "altered",
    "cut off",
    "another issuer's",
    "another order's",
    "another amount's",
    "another institution's",
    "expired",
)


def shaky(keys: list[tuple[str, str]]) -> Flask:
    """Return a server that drops each path's first request, refuses its second; it records POST keys."""
    made, asked = app("genuine"), dict[str, int]()

    @made.before_request
    def is_away() -> Response | None:
        asked[request.path] = asked.get(request.path, 0) + 1
        if request.method == "POST":
            keys.append((request.path, request.headers["Idempotency-Key"]))
        if asked[request.path] == 1:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        away = Response('{"code": "busy"}', 503, {"Retry-After": "1"}, mimetype="application/problem+json")
        return away if asked[request.path] < 3 else None

    return made


def full(retry_after: str | None) -> Flask:
    """Return a server that answers everything with 429, optionally with Retry-After."""
    made = Flask(__name__)

    @made.before_request
    def refused() -> Response:
        told = {"Retry-After": retry_after} if retry_after else {}
        return Response('{"code": "rate_limited"}', 429, told, mimetype="application/problem+json")

    return made


def app(kind: str) -> Flask:
    """Return the server for one kind of receipt."""
    made = Flask(__name__)
    orders: list[str] = []

    @made.post("/v1/verifications")
    def opened() -> dict[str, Any]:
        orders.append(request.get_json()["order_no"])
        return {"id": "vrf_1", "persons": [{"person_id": "per_1"}]}

    @made.post("/v1/verifications/vrf_1/attempts")
    @made.post("/v1/receipts/rcp_1/redeem")
    def taken() -> dict[str, Any]:
        return {}

    @made.get("/v1/verifications/vrf_1/events")
    def events() -> dict[str, Any]:
        return {"events": [{"type": "verification.passed", "reason": None}], "last": 1, "state": "passed"}

    @made.get("/v1/verifications/vrf_1")
    def over() -> dict[str, Any]:
        return {"receipt": receipt(kind, request.host_url.rstrip("/"), orders[-1])}

    @made.get("/.well-known/jwks.json")
    def keys() -> dict[str, Any]:
        return {"keys": [PUBLISHED.as_dict(private=False)]}

    return made


def receipt(kind: str, issuer: str, order: str) -> str:
    """Return a receipt for an order: genuine, or wrong in one way."""
    said: dict[str, object] = {"iss": issuer, "aud": "ins_1", "jti": "rcp_1", "exp": int(time.time()) + 1800}
    said |= {"order_no": order, "amount_fen": 12850, "result": "passed"}
    if kind == "another issuer's":
        said["iss"] = "https://another.example"
    if kind == "another order's":
        said["order_no"] = "POS-0"
    if kind == "another amount's":
        said["amount_fen"] = 99
    if kind == "another institution's":
        said["aud"] = "ins_2"
    if kind == "expired":
        said["exp"] = int(time.time()) - 1
    signer = ANOTHER if kind == "another key's" else PUBLISHED
    made = jws.serialize_compact({"alg": "ES256", "kid": "key_1"}, json.dumps(said).encode(), signer)
    if kind == "altered":
        head, _, signature = made.split(".")
        claims = base64.urlsafe_b64encode(json.dumps(said | {"result": "appealed"}).encode())
        return f"{head}.{claims.decode().rstrip('=')}.{signature}"
    return made[:-8] if kind == "cut off" else made
