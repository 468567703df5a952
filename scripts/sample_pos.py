"""A whole till in one page: open, push, wait, check the receipt, redeem. Copy it and change it.

YIBAO_KEY=yk_sandbox_… python scripts/sample_pos.py 沙箱通过 证件号 [http://127.0.0.1:8000 [秒]]
"""

import json
import os
import sys
import uuid
from typing import Any

import httpx
from joserfc import jws
from joserfc.jwk import KeySet

KEY = os.environ["YIBAO_KEY"]
ENDED = ("attempt.declined", "attempt.expired", "attempt.undeliverable")


def call(http: httpx.Client, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """GET, or POST a body; the key makes a repeated POST have one effect."""
    again = {"Idempotency-Key": str(uuid.uuid5(uuid.NAMESPACE_URL, path + json.dumps(body)))}
    answer = http.post(path, json=body, headers=again) if body else http.get(path)
    return dict(answer.json()) if answer.is_success else sys.exit(f"{answer.status_code} {answer.text}")


def followed(http: httpx.Client, here: str, wait: int) -> None:
    """Print what happens until the verification is over; after a failure, wait for a retry or an appeal."""
    last, failed, state = 0, False, "open"
    while state == "open":  # a long poll: answers as soon as something happens
        news = call(http, f"{here}/events?after={last}&wait={wait}")
        state, last, types = news["state"], news["last"], [event["type"] for event in news["events"]]
        print(*(f"  {event['type']} {event['reason'] or ''}" for event in news["events"]), sep="\n")
        if any(kind in ENDED for kind in types) or (failed and not types):
            sys.exit("未通过：请重新推送、扫码或其他方式核验 / push again, show a code or documents")
        failed = failed or "attempt.failed" in types


def main(name: str, id_number: str, base: str = "http://127.0.0.1:8000", wait: str = "25") -> None:
    """Verify one purchase of 128.50 yuan and print what came of it."""
    order, cashier = f"POS-{uuid.uuid4().hex[:12]}", {"id": "c1", "name": "张收银"}
    bought = {"order_no": order, "amount_fen": 12850, "counter": "1", "cashier": cashier}
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {KEY}"}, timeout=40) as http:
        holder = {"name": name, "id_number": id_number}
        opened = call(http, "/v1/verifications", bought | {"cardholder": holder})
        here, who = f"/v1/verifications/{opened['id']}", opened["persons"][0]  # the cashier picks
        call(http, f"{here}/attempts", {"channel": "push", "person_id": who["person_id"]})
        followed(http, here, int(wait))
        receipt = call(http, here)["receipt"] or sys.exit("没有回执 / cancelled or lapsed")
        issuer = base + ("/sandbox" if KEY.startswith("yk_sandbox_") else "")  # tests prove nothing real
        keys = KeySet.import_key_set(call(http, f"{issuer}/.well-known/jwks.json"))  # type: ignore[arg-type]
        said = json.loads(jws.deserialize_compact(receipt, keys, algorithms=["ES256"]).payload)
        if (said["iss"], said["order_no"], said["amount_fen"]) != (issuer, order, bought["amount_fen"]):
            sys.exit("回执与本单不符 / the receipt is for something else")
        call(http, f"/v1/receipts/{said['jti']}/redeem", {"settlement_no": order, "amount_fen": 12850})
        print(f"{said['result']}：回执已验签并核销 / receipt checked and redeemed")


if __name__ == "__main__":
    main(*sys.argv[1:])
