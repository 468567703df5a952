"""One till of a run, which records its requests and their answers in the ledger."""

import base64
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from scripts.lab.faults.client import PATIENCE_S, Client, GaveUp, Refused
from scripts.lab.faults.ledger import TERMINAL, Ledger, Purchase

LOOK_S = 0.8
OVER = frozenset({"failed", "declined", "expired", "undeliverable", "cancelled", "superseded"})
Document = dict[str, Any]


class Till:
    """An institution's till with its own cashier."""

    def __init__(self, ledger: Ledger, client: Client, notify_url: str) -> None:
        self._ledger, self._client, self._notify_url = ledger, client, notify_url
        self._cashier = f"c-{secrets.token_hex(4)}"

    def open(self, story: str, cardholder: Document) -> tuple[Purchase, Document]:
        """Open a verification for a purchase."""
        order = f"F{secrets.token_hex(6)}"
        purchase = self._ledger.begin(order, story)
        wanted = {
            "order_no": order, "amount_fen": 12850, "counter": self._cashier,
            "cashier": {"id": self._cashier, "name": "收费员"},
            "cardholder": {"name": cardholder["name"], "id_number": cardholder["id_number"]},
            "notify_url": self._notify_url,
        }  # fmt: skip
        made = self._client.post("/v1/verifications", wanted, key=order)
        purchase.saw(made)
        return purchase, made

    def show(self, purchase: Purchase, opened: Document) -> None:
        """Open the popup's page, by a new address where the answer to the first was lost."""
        url = str(opened["popup_url"])
        give_up = time.monotonic() + PATIENCE_S
        while not self._client.page(url):
            if time.monotonic() > give_up:
                raise GaveUp("the popup's page")
            url = self._client.post(f"/v1/verifications/{purchase.verification_id}/popup")["popup_url"]

    def attempt(self, purchase: Purchase, wanted: Document) -> Document:
        """Begin an attempt, and repeat it under the same key: both must return the same attempt."""
        key, path = secrets.token_hex(8), f"/v1/verifications/{purchase.verification_id}/attempts"
        named = purchase.attempt_ids.setdefault(key, set())
        made = self._client.post(path, wanted, key=key)
        named.add(made["attempt_id"])
        if secrets.randbelow(4) == 0:
            named.add(self._client.post(path, wanted, key=key)["attempt_id"])
        return made

    def look(self, purchase: Purchase) -> Document:
        """Read the verification."""
        document = self._client.get(f"/v1/verifications/{purchase.verification_id}")
        purchase.saw(document)
        return document

    def wait(self, purchase: Purchase, done: Callable[[Document], bool], seconds: float) -> Document:
        """Read until the condition holds, the purchase has ended, or time is up."""
        give_up = time.monotonic() + seconds
        while True:
            document = self.look(purchase)
            if done(document) or document["state"] in TERMINAL or time.monotonic() > give_up:
                return document
            time.sleep(LOOK_S)

    def settle(self, purchase: Purchase, end: str = "cancel") -> None:
        """End what is still open, then redeem the receipt twice."""
        document = self.look(purchase)
        if document["state"] not in TERMINAL:
            states = [one["state"] for one in document["attempts"]]
            purchase.left = purchase.left or f"the till gave up while the attempts were {states}"
            self._end(purchase, end)
            document = self.look(purchase)
        if document.get("receipt"):
            self._redeem(purchase, document)

    def _end(self, purchase: Purchase, end: str) -> None:
        """Cancel the purchase or have documents checked; wait while it is being decided."""
        said = {"staff": "收费员", "document": "resident_id", "reason": "no_phone"} if end == "bypass" else {}
        purchase.asked.add({"bypass": "bypassed", "cancel": "cancelled"}[end])
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            try:
                self._client.post(f"/v1/verifications/{purchase.verification_id}/{end}", said)
                return
            except Refused as refused:
                if refused.code != "deciding":
                    self.look(purchase)
                    return
                time.sleep(LOOK_S)

    def _redeem(self, purchase: Purchase, document: Document) -> None:
        path = f"/v1/receipts/{_jti(str(document['receipt']))}/redeem"
        body = {"settlement_no": f"S-{purchase.order_no}", "amount_fen": 12850}
        self._client.post(path, body)
        purchase.redeemed = True
        try:
            self._client.post(path, body | {"settlement_no": f"T-{purchase.order_no}"})
            purchase.redeemed_twice = True
        except Refused:
            return


def typed(person: Document) -> Document:
    """Return what a till sends for an agent on no list, whose documents the cashier has seen."""
    known = {"name": person["name"], "id_number": person["id_number"], "relation": "护工"}
    return {"person": known, "checks": {"cardholder_document": True, "agent_document": True}}


def attempt_is_over(document: Document, *, failing: bool = True) -> bool:
    """Tell whether the newest attempt has ended without a pass; `failing`: whether a failure is an end."""
    state = document["attempts"][-1]["state"] if document["attempts"] else ""
    return state in OVER and (failing or state != "failed")


def _jti(receipt: str) -> str:
    body = receipt.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["jti"])
