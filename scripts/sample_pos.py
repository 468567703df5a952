"""A whole till in one page: YIBAO_KEY=… python scripts/sample_pos.py 沙箱通过 证件号 [http://… [秒]]"""

import json
import os
import sys
import time
from typing import Any

import httpx
from joserfc import jwk, jws

KEY, LIFE_S = os.environ["YIBAO_KEY"], 1800
ENDED = ("attempt.declined", "attempt.expired", "attempt.undeliverable")


def call(http: httpx.Client, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """GET, or POST a body; while the server is busy or away, the same again under the same key."""
    action, give_up = {"Idempotency-Key": os.urandom(16).hex()}, time.monotonic() + LIFE_S
    while True:
        try:
            answer = http.post(path, json=body, headers=action) if body else http.get(path)
        except httpx.TransportError as error:
            answer = httpx.Response(503, text=type(error).__name__)
        if answer.is_success:
            return dict(answer.json())
        pause, told = int(answer.headers.get("Retry-After", 2)), f"{answer.status_code} {answer.text}"
        passes = "Retry-After" in answer.headers or answer.status_code > 501 or "in_progress" in told
        if not passes or time.monotonic() + pause > give_up:
            sys.exit(told)
        print(f"  {told}：{pause} 秒后重试 / again in {pause} s")
        time.sleep(pause)


def main(name: str, number: str, base: str = "http://127.0.0.1:8000", wait: str = "25") -> None:
    """Verify one purchase of 128.50 yuan and print what came of it."""
    order, state, last, failed = f"POS-{os.urandom(6).hex()}", "open", 0, False
    sale = {"order_no": order, "amount_fen": 12850, "counter": "1", "cashier": {"id": "c1", "name": "张收银"}}
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {KEY}"}, timeout=40) as http:
        opened = call(http, "/v1/verifications", sale | {"cardholder": {"name": name, "id_number": number}})
        here, who = f"/v1/verifications/{opened['id']}", opened["persons"][0]  # the cashier picks
        call(http, f"{here}/attempts", {"channel": "push", "person_id": who["person_id"]})
        while state == "open":  # a long poll: answers as soon as something happens
            news = call(http, f"{here}/events?after={last}&wait={wait}")
            state, last, types = news["state"], news["last"], [event["type"] for event in news["events"]]
            print(*(f"  {event['type']} {event['reason'] or ''}" for event in news["events"]), sep="\n")
            if any(kind in ENDED for kind in types) or (failed and not types):
                sys.exit("未通过：请重新推送、扫码或其他方式核验 / push again, show a code or documents")
            failed = failed or "attempt.failed" in types  # wait a little for a retry or an appeal
        receipt = call(http, here)["receipt"] or sys.exit("没有回执 / cancelled or lapsed")
        issuer = base + ("/sandbox" if KEY.startswith("yk_sandbox_") else "")  # tests prove nothing real
        keys = jwk.KeySet.import_key_set(call(http, f"{issuer}/.well-known/jwks.json"))  # type: ignore[arg-type]
        said = json.loads(jws.deserialize_compact(receipt, keys, algorithms=["ES256"]).payload)
        if (said["iss"], said["order_no"], said["amount_fen"]) != (issuer, order, sale["amount_fen"]):
            sys.exit("回执与本单不符 / the receipt is for something else")
        call(http, f"/v1/receipts/{said['jti']}/redeem", {"settlement_no": order, "amount_fen": 12850})
        print(f"{said['result']}：回执已验签并核销 / receipt checked and redeemed")


if __name__ == "__main__":
    main(*sys.argv[1:])
