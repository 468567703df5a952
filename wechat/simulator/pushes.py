"""Pushes events to the server's callback address, signed and encrypted, with injected delivery faults.

https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
"""

import random
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import requests

from wechat import sealing
from wechat.callbacks import sealed
from wechat.simulator import documents
from wechat.simulator.documents import Event
from wechat.simulator.faults import Faults

TIMEOUT_S = 5
TRIES = 3
PAUSE_S = 1
KEPT = 100


@dataclass(frozen=True, slots=True)
class Target:
    """Destination of the account's message push: address, token and EncodingAESKey."""

    url: str = ""
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.url:
            sealing.key_of(self.aes_key)
        if self.url and not self.token:
            raise ValueError("a callback address needs a token")


class Pushes:
    """Pushes events in order from its own thread, as WeChat does."""

    def __init__(
        self, appid: str, faults: Faults, target: Target, now: Callable[[], float] = time.time
    ) -> None:
        self.target = target
        self._appid, self._faults, self._now = appid, faults, now
        self._changed = threading.Condition()
        self._waiting: deque[Event] = deque()
        self._held: list[Event] = []
        self._done: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._busy = False
        self._session = requests.Session()
        self._session.trust_env = False
        threading.Thread(target=self._run, daemon=True).start()

    def push(self, event: Event) -> None:
        """Queue an event; faults may hold, drop or delay it."""
        if not self.target.url or self._faults.get("callback_lost"):
            return
        late = int(self._faults.get("callback_late_s") or 0)
        event = replace(event, created=event.created - late)
        with self._changed:
            (self._held if self._faults.get("callback_hold") else self._waiting).append(event)
            self._changed.notify_all()

    def release(self, order: str = "given", *, batch: bool = False) -> int:
        """Push held events in this order (given, reversed or shuffled); return the number of pushes."""
        with self._changed:
            events, self._held = self._held, []
            if order == "reversed":
                events.reverse()
            elif order == "shuffled":
                random.shuffle(events)
            elif order != "given":
                self._held = events
                raise ValueError("order must be given, reversed or shuffled")
            events = documents.batched(events) if batch else events
            self._waiting.extend(events)
            self._changed.notify_all()
            return len(events)

    def state(self, wait_s: float = 0.0) -> dict[str, Any]:
        """Return held and queued events and the latest results; first wait for an empty queue."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._busy, timeout=wait_s)
            return {
                "url": self.target.url,
                "held": len(self._held),
                "waiting": len(self._waiting) + int(self._busy),
                "pushed": list(self._done),
            }

    def verify(self) -> bool:
        """Verify the address as WeChat does when it is entered: it must return the echostr."""
        nonce, echo = secrets.token_hex(8), secrets.token_hex(8)
        query, _ = self._sealed(b"{}", nonce)
        query = {name: query[name] for name in ("signature", "timestamp", "nonce")} | {"echostr": echo}
        try:
            answer = self._session.get(self.target.url, params=query, timeout=TIMEOUT_S)
        except requests.RequestException:
            return False
        return answer.status_code == 200 and answer.text == echo

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                event, self._busy = self._waiting.popleft(), True
            self._deliver(event)
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _deliver(self, event: Event) -> None:
        """Push one event as often as the faults require: freshly signed copies, or identical bytes."""
        xml, array = (
            self._faults.get("callback_format") == "xml",
            self._faults.get("callback_shape") == "array",
        )
        document = documents.written(event, xml=xml, array=array)
        for _ in range(int(self._faults.get("callback_copies") or 1)):
            query, body = self._sealed(document, secrets.token_hex(8))
            if self._faults.get("callback_forged"):
                query["msg_signature"] = secrets.token_hex(20)
            for _ in range(int(self._faults.get("callback_repeats") or 1)):
                status = self._post(query, body)
                self._done.append(
                    {"event": documents.NAMES[event.kind], "openid": event.openid, "status": status}
                )

    def _post(self, query: dict[str, str], body: bytes) -> int:
        """POST until answered with 200, at most three times; return the last status, 0 for none."""
        status = 0
        for again in range(TRIES):
            time.sleep(PAUSE_S if again else 0)
            status = self._once(query, body)
            # WeChat retries only without an answer; a refusal is an answer.
            if 200 <= status < 500:
                break
        return status

    def _once(self, query: dict[str, str], body: bytes) -> int:
        mime = "text/xml" if body.lstrip().startswith(b"<") else "application/json"
        try:
            answer = self._session.post(
                self.target.url, params=query, data=body, headers={"Content-Type": mime}, timeout=TIMEOUT_S
            )
        except requests.RequestException:
            return 0
        return answer.status_code

    def _sealed(self, document: bytes, nonce: str) -> tuple[dict[str, str], bytes]:
        target = self.target
        return sealed(
            target.token, target.aes_key, self._appid, document, nonce=nonce, timestamp=int(self._now())
        )
