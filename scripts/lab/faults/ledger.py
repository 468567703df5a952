"""The clients' records, one entry per purchase, kept outside the service."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scripts.lab.faults.client import Client

TERMINAL = frozenset({"passed", "appealed", "bypassed", "cancelled", "lapsed"})


@dataclass(slots=True)
class Purchase:
    """What one till and one phone were told about one purchase.

    `may_pass`: somebody did what a pass needs; `asked`: the ends that clients requested; `ids` and
    `attempt_ids`: all ids in answers to one key (of attempts by key); `ends`: every terminal state read;
    `gave_up`: why the client stopped; `left`: what it waited for in vain before it ended the purchase itself;
    `repeats`: requests sent again for want of an answer; `tickets`: tokens
    and addresses that its till and phone were given.
    """

    order_no: str
    story: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    ids: set[str] = field(default_factory=set)
    attempt_ids: dict[str, set[str]] = field(default_factory=dict)
    ends: list[str] = field(default_factory=list)
    receipts: set[str] = field(default_factory=set)
    redeemed: bool = False
    redeemed_twice: bool = False
    may_pass: bool = False
    asked: set[str] = field(default_factory=set)
    openid: str = ""
    gave_up: str = ""
    left: str = ""
    repeats: int = 0
    tickets: set[str] = field(default_factory=set)

    @property
    def verification_id(self) -> str:
        """Return the id that the till received; empty if it received none."""
        return next(iter(self.ids), "")

    def saw(self, document: dict[str, Any]) -> str:
        """Record a verification as read; return its state."""
        state = str(document["state"])
        self.ids.add(str(document["id"]))
        if state in TERMINAL:
            self.ends.append(state)
        if document.get("receipt"):
            self.receipts.add(str(document["receipt"]))
        return state

    def heard(self, *clients: Client) -> None:
        """Record the end of a purchase with what its clients repeated and were given."""
        self.ended = time.monotonic()
        self.repeats += sum(one.repeats for one in clients)
        self.tickets = self.tickets.union(*(one.tickets for one in clients))


class Ledger:
    """All purchases of a run, and the `tickets` that WeChat was given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.purchases: list[Purchase] = []
        self.tickets: set[str] = set()

    def begin(self, order_no: str, story: str) -> Purchase:
        """Return a new entry."""
        made = Purchase(order_no, story)
        with self._lock:
            self.purchases.append(made)
        return made

    def faulted(self, spans: list[tuple[float, float]]) -> list[Purchase]:
        """Return the purchases in progress during one of the faults."""
        now = time.monotonic()
        return [
            one
            for one in self.purchases
            if any(one.began <= end and begin <= (one.ended or now) for begin, end in spans)
        ]
