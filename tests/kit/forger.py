"""A server that answers a till's five calls and hands it a receipt of the test's choice."""

import base64
import json
from typing import Any

from flask import Flask, request
from joserfc import jws
from joserfc.jwk import ECKey

PUBLISHED = ECKey.generate_key("P-256", {"kid": "key_1"})
ANOTHER = ECKey.generate_key("P-256", {"kid": "key_1"})
RECEIPTS = ("genuine", "another key's", "altered", "cut off", "another issuer's", "another order's")


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
        return {"events": [{"type": "verification.passed"}], "last": 1, "state": "passed"}

    @made.get("/v1/verifications/vrf_1")
    def over() -> dict[str, Any]:
        return {"receipt": receipt(kind, request.host_url.rstrip("/"), orders[-1])}

    @made.get("/.well-known/jwks.json")
    def keys() -> dict[str, Any]:
        return {"keys": [PUBLISHED.as_dict(private=False)]}

    return made


def receipt(kind: str, issuer: str, order: str) -> str:
    """Return a receipt for an order: genuine, or wrong in one way."""
    said = {"iss": issuer, "jti": "rcp_1", "order_no": order, "amount_fen": 12850, "result": "passed"}
    if kind == "another issuer's":
        said["iss"] = "https://another.example"
    if kind == "another order's":
        said["order_no"] = "POS-0"
    signer = ANOTHER if kind == "another key's" else PUBLISHED
    made = jws.serialize_compact({"alg": "ES256", "kid": "key_1"}, json.dumps(said).encode(), signer)
    if kind == "altered":
        head, _, signature = made.split(".")
        claims = base64.urlsafe_b64encode(json.dumps(said | {"result": "appealed"}).encode())
        return f"{head}.{claims.decode().rstrip('=')}.{signature}"
    return made[:-8] if kind == "cut off" else made
