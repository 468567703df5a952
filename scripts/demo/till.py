"""A scripted till: HTTP client that sends a pharmacy POS's requests."""

import itertools
import secrets
from typing import Any

import httpx
from joserfc import jws
from joserfc.jwk import KeySet

from scripts.demo.phone import body


class Till:
    """One institution's till, which uses only the HTTP API."""

    def __init__(self, base_url: str, institution: dict[str, Any], notify_url: str | None = None) -> None:
        key = f"Bearer {institution['api_key']}"
        self.http = httpx.Client(
            base_url=base_url, headers={"Authorization": key}, timeout=30, trust_env=False
        )
        self._institution = institution
        self._notify_url = notify_url
        self._orders = itertools.count(1)

    def open(self, cardholder: dict[str, Any], amount_fen: int = 12850) -> dict[str, Any]:
        """Open a verification for one purchase under an Idempotency-Key."""
        order = f"D{secrets.token_hex(4)}-{next(self._orders)}"
        wanted = {
            "order_no": order,
            "amount_fen": amount_fen,
            "counter": "1号台",
            "cashier": {"id": "c01", "name": "收费员"},
            "cardholder": {"name": cardholder["name"], "id_number": cardholder["id_number"]},
        }
        if self._notify_url:
            wanted["notify_url"] = self._notify_url
        headers = {"Idempotency-Key": order}
        return body(self.http.post("/v1/verifications", json=wanted, headers=headers), 201)

    def read(self, verification_id: str) -> dict[str, Any]:
        """Read a verification."""
        return body(self.http.get(f"/v1/verifications/{verification_id}"))

    def push(self, verification_id: str, person_id: str) -> dict[str, Any]:
        """Push to a listed person."""
        wanted = {"channel": "push", "person_id": person_id}
        return body(self.http.post(f"/v1/verifications/{verification_id}/attempts", json=wanted), 201)

    def attempt(self, verification_id: str, wanted: dict[str, Any]) -> httpx.Response:
        """Request an attempt and return the raw response."""
        return self.http.post(f"/v1/verifications/{verification_id}/attempts", json=wanted)

    def cancel(self, verification_id: str) -> None:
        """Cancel the verification."""
        body(self.http.post(f"/v1/verifications/{verification_id}/cancel"))

    def wait_for(self, verification_id: str, *types: str, after: int = 0) -> dict[str, Any]:
        """Long-poll until an event of one of `types` arrives; return it."""
        while True:
            url = f"/v1/verifications/{verification_id}/events?after={after}&wait=25"
            answer = body(self.http.get(url))
            for event in answer["events"]:
                if event["type"] in types:
                    return dict(event)
            after = answer["last"]

    def events(self, verification_id: str) -> list[dict[str, Any]]:
        """Return all events so far."""
        return list(body(self.http.get(f"/v1/verifications/{verification_id}/events"))["events"])

    def check_receipt(self, receipt: str) -> dict[str, Any]:
        """Verify a receipt with the published keys and return its payload."""
        published: Any = body(self.http.get("/.well-known/jwks.json"))
        keys = KeySet.import_key_set(published)
        token = jws.deserialize_compact(receipt, keys, algorithms=["ES256"])
        claims: dict[str, Any] = httpx.Response(200, content=token.payload).json()
        if claims["aud"] != self._institution["id"]:
            raise ValueError("the receipt is for another institution")
        return claims

    def redeem(self, claims: dict[str, Any]) -> dict[str, Any]:
        """Redeem the receipt for the settlement."""
        wanted = {"settlement_no": f"S-{claims['order_no']}", "amount_fen": claims["amount_fen"]}
        return body(self.http.post(f"/v1/receipts/{claims['jti']}/redeem", json=wanted))

    def close(self) -> None:
        """Close the connection."""
        self.http.close()
