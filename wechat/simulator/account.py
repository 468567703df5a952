"""What WeChat knows of one mini-program: its tokens, codes, credits and messages."""

import secrets
import threading
import time
from collections import Counter, defaultdict
from typing import Any

TOKEN_S = 7200
CODE_S = 300
MAX_CHAT = 200


class Account:
    """One mini-program's account. Every method is safe from several threads."""

    def __init__(self, appid: str, secret: str, template_id: str) -> None:
        self.appid, self.secret, self.template_id = appid, secret, template_id
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._token = ""
        self._token_until = 0.0
        self._codes: dict[str, tuple[str, float]] = {}
        self._credits: Counter[tuple[str, str]] = Counter()
        self._chats: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def count(self, call: str) -> None:
        """Count one call by its path."""
        with self._lock:
            self.calls[call] += 1

    def token(self, *, renew: bool = False) -> tuple[str, int]:
        """Return the access token and the seconds it lives; the same one while it is valid."""
        with self._lock:
            if renew or time.monotonic() >= self._token_until:
                self._token = secrets.token_urlsafe(48)
                self._token_until = time.monotonic() + TOKEN_S
            return self._token, int(self._token_until - time.monotonic())

    def expire_token(self) -> None:
        """End the token now."""
        with self._lock:
            self._token_until = 0.0

    def token_errcode(self, token: str) -> int:
        """Return 0 for the valid token, 42001 for one that has run out, 40001 for any other."""
        with self._lock:
            if not self._token or not secrets.compare_digest(token.encode(), self._token.encode()):
                return 40001
            return 0 if time.monotonic() < self._token_until else 42001

    def log_in(self, openid: str) -> str:
        """Return a code as wx.login would give it to this openid's mini-program."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = (openid, time.monotonic() + CODE_S)
        return code

    def redeem(self, code: str) -> tuple[int, str]:
        """Return (errcode, openid): 40029 for an unknown or old code, 40163 for a used one."""
        with self._lock:
            openid, until = self._codes.get(code, ("", 0.0))
            if time.monotonic() >= until:
                return 40029, ""
            if not openid:
                return 40163, ""
            self._codes[code] = ("", until)
            return 0, openid

    def allow(self, openid: str, template_id: str) -> None:
        """Add one credit: the person tapped 允许."""
        with self._lock:
            self._credits[openid, template_id] += 1

    def send(self, openid: str, message: dict[str, Any]) -> int:
        """Put a message into a chat for one credit; return 0, or 43101 without a credit."""
        key = (openid, str(message["template_id"]))
        with self._lock:
            if self._credits[key] < 1:
                return 43101
            self._credits[key] -= 1
            self._chats[openid] = [*self._chats[openid], message][-MAX_CHAT:]
            return 0

    def chat(self, openid: str) -> list[dict[str, Any]]:
        """Return the messages of one openid, the oldest first."""
        with self._lock:
            return list(self._chats.get(openid, ()))

    def chats(self) -> dict[str, list[dict[str, Any]]]:
        """Return every chat with a message in it, by openid."""
        with self._lock:
            return {openid: list(messages) for openid, messages in self._chats.items() if messages}

    def credits(self, openid: str) -> dict[str, int]:
        """Return how many messages each template may still send to this openid."""
        with self._lock:
            return {template: n for (who, template), n in self._credits.items() if who == openid}
