"""Measures how long the service takes to recover from a fault without help."""

import secrets
import time
from collections.abc import Callable

import httpx

from scripts.stack.stack import Stack

GIVE_UP_S = 60.0
PAUSE_S = 0.1
SLOW_S = 5.0


def recovered_s(stack: Stack, since: float) -> float:
    """Return the seconds from `since` until a new purchase was opened, pushed and processed by a worker."""
    sandbox = stack.document["sandbox"]
    met: list[str] = []
    headers = {"Authorization": f"Bearer {sandbox['api_key']}"}
    with httpx.Client(base_url=stack.base_url, headers=headers, timeout=5, trust_env=False) as http:
        while time.monotonic() < since + GIVE_UP_S:
            try:
                if _moves(http, sandbox["persons"][0], lambda step: met.append(_when(since, step))):
                    break
            except (httpx.HTTPError, ValueError, KeyError) as error:
                met.append(_when(since, f"{type(error).__name__} {str(error)[:60]}"))
                time.sleep(PAUSE_S)
    took = time.monotonic() - since
    if took > SLOW_S:
        print(f"  slow: {took:.1f} s; {'; '.join(met[-6:])}", flush=True)
    return took


def _when(since: float, what: str) -> str:
    return f"{time.monotonic() - since:.1f} s {what}"


def _moves(http: httpx.Client, person: dict[str, str], note: Callable[[str], None]) -> bool:
    """Tell whether a purchase is processed, noting each step; raises where it is refused."""
    wanted = {
        "order_no": f"R{secrets.token_hex(6)}", "amount_fen": 1, "counter": secrets.token_hex(3),
        "cashier": {"id": "probe", "name": "收费员"},
        "cardholder": {"name": person["name"], "id_number": person["id_number"]},
    }  # fmt: skip
    opened = http.post("/v1/verifications", json=wanted).raise_for_status().json()
    note("opened")
    path = f"/v1/verifications/{opened['id']}"
    pushed = {"channel": "push", "person_id": opened["persons"][0]["person_id"]}
    http.post(f"{path}/attempts", json=pushed).raise_for_status()
    note("pushed")
    give_up = time.monotonic() + GIVE_UP_S
    while time.monotonic() < give_up:
        state = http.get(path).raise_for_status().json()["attempts"][0]["state"]
        if state != "waiting":
            return True
        time.sleep(PAUSE_S)
    return False
