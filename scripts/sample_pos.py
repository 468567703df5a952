"""A whole till: YIBAO_KEY=… YIBAO_INSTITUTION=… sample_pos.py 姓名 证件号 [http://…], or var/demo.json."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwk, jws

LIFE_S, ENDED = 1800, ("attempt.declined", "attempt.expired", "attempt.undeliverable")
DEMO, KEY = Path(__file__).parents[1] / "var/demo.json", os.environ.get("YIBAO_KEY")
DEMO_SAYS = json.loads(DEMO.read_text(encoding="utf-8")) if DEMO.exists() else {}
KNOWN = [DEMO_SAYS["sandbox"], *DEMO_SAYS["institutions"]] if DEMO_SAYS else []
OURS: dict[str, str] = next((one for one in KNOWN if KEY in (None, one["api_key"])), {"api_key": KEY or ""})


def call(http: httpx.Client, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """GET, or POST a body; retry under the same Idempotency-Key while the server is busy or unreachable."""
    action, give_up = {"Idempotency-Key": os.urandom(16).hex()}, time.monotonic() + LIFE_S
    while True:
        try:
            answer = http.post(path, json=body, headers=action) if body else http.get(path)
        except httpx.TransportError as error:
            if path == "/v1/verifications" and isinstance(error, httpx.ConnectError):
                sys.exit(f"连不上 {http.base_url} / nobody answers there")
            answer = httpx.Response(503, text=type(error).__name__)
        if answer.is_success:
            return dict(answer.json())
        pause, told = int(answer.headers.get("Retry-After", 2)), f"{answer.status_code} {answer.text}"
        passes = "Retry-After" in answer.headers or answer.status_code > 501 or "in_progress" in told
        if not passes or time.monotonic() + pause > give_up:
            sys.exit(told)
        print(f"  {told}：{pause} 秒后重试 / again in {pause} s")
        time.sleep(pause)


def main(name: str, number: str, base: str = DEMO_SAYS.get("base_url", ""), wait: str = "25") -> None:
    """Verify one purchase of 128.50 yuan and print the result."""
    order, state, last, failed = f"POS-{os.urandom(6).hex()}", "open", 0, False
    key, us = OURS["api_key"], os.environ.get("YIBAO_INSTITUTION", OURS.get("id", ""))
    if not (key and us and base):
        sys.exit("请设 YIBAO_KEY、YIBAO_INSTITUTION，写上地址；或先 make demo / set both, name the address")
    sale = {"order_no": order, "amount_fen": 12850, "counter": "1", "cashier": {"id": "c1", "name": "张收银"}}
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=40) as http:
        opened = call(http, "/v1/verifications", sale | {"cardholder": {"name": name, "id_number": number}})
        here, who = f"/v1/verifications/{opened['id']}", opened["persons"][0]  # the cashier picks
        call(http, f"{here}/attempts", {"channel": "push", "person_id": who["person_id"]})
        while state == "open":  # long poll: returns at the next event
            news = call(http, f"{here}/events?after={last}&wait={wait}")
            state, last, types = news["state"], news["last"], [event["type"] for event in news["events"]]
            print(*(f"  {event['type']} {event['reason'] or ''}" for event in news["events"]), sep="\n")
            if any(kind in ENDED for kind in types) or (failed and not types):
                sys.exit("未通过：请重新推送、扫码或其他方式核验 / push again, show a code or documents")
            failed = failed or "attempt.failed" in types  # wait a little for a retry or an appeal
        receipt = call(http, here)["receipt"] or sys.exit("没有回执 / cancelled or lapsed")
        issuer = base + ("/sandbox" if key.startswith("yk_sandbox_") else "")  # tests prove nothing real
        keys = jwk.KeySet.import_key_set(call(http, f"{issuer}/.well-known/jwks.json"))  # type: ignore[arg-type]
        said = json.loads(jws.deserialize_compact(receipt, keys, algorithms=["ES256"]).payload)
        expected = {"iss": issuer, "aud": us, "order_no": order, "amount_fen": sale["amount_fen"]}
        if not expected.items() <= said.items() or said["exp"] <= time.time():
            sys.exit("回执与本单不符，或已过期 / the receipt is for something else or has expired")
        call(http, f"/v1/receipts/{said['jti']}/redeem", {"settlement_no": order, "amount_fen": 12850})
        print(f"{said['result']}：回执已验签并核销 / receipt checked and redeemed")


if __name__ == "__main__":
    main(*sys.argv[1:])
