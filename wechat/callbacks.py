"""Receives WeChat's pushes to /wechat/callback: verifies, decrypts and parses them, without a database.

https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from wechat import events, sealing
from wechat.events import SubscribeEvent

__all__ = ["Callback", "CallbackRefused", "Callbacks", "SubscribeEvent", "sealed"]

WINDOW_S = 300
MAX_BODY = 64 * 1024
MAX_ECHO = 256
# Ten digits exactly, so that none can move between time and nonce.
TIMESTAMP = re.compile(r"[1-9][0-9]{9}")
# Shorter than one block of base64 cipher text, which therefore cannot pass as a nonce.
NONCE = re.compile(r"[\x21-\x7e]{1,64}")


class CallbackRefused(Exception):
    """The call is not WeChat's or cannot be parsed; `why` quotes nothing from the call."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Callback:
    """One authentic, fresh message; whether it was seen before is not checked here."""

    nonce: str
    body_sha256: str
    timestamp: int
    created_at: datetime
    openid: str = field(repr=False)
    events: tuple[SubscribeEvent, ...]


class Callbacks:
    """Decoder of one mini-program's message push in security mode."""

    def __init__(self, token: str, aes_key: str, appid: str) -> None:
        if not token:
            raise ValueError("the token of the message push is empty")
        self._token, self._key, self._appid = token, sealing.key_of(aes_key), appid.encode()

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """Return the echostr of WeChat's address verification; raises CallbackRefused."""
        self._check(query, "signature", now)
        echo = query.get("echostr", "")
        if not 1 <= len(echo) <= MAX_ECHO:
            raise CallbackRefused("malformed")
        return echo

    def opened(self, query: Mapping[str, str], body: bytes, now: datetime) -> Callback:
        """Return the pushed message; raises CallbackRefused unless it is signed, fresh and valid."""
        if len(body) > MAX_BODY:
            raise CallbackRefused("too large")
        outer = _parsed(body)
        secret = outer.get("Encrypt") if outer else None
        if not isinstance(secret, str) or not secret.isascii():
            raise CallbackRefused("malformed")
        timestamp = self._check(query, "msg_signature", now, secret)
        document = _parsed(self._document(secret))
        if document is None:
            raise CallbackRefused("malformed")
        return _callback(query["nonce"], hashlib.sha256(body).hexdigest(), timestamp, document)

    def _check(self, query: Mapping[str, str], name: str, now: datetime, *secret: str) -> int:
        """Return the signed time of a call that is authentic and fresh."""
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not TIMESTAMP.fullmatch(timestamp) or not NONCE.fullmatch(nonce):
            raise CallbackRefused("malformed")
        if not sealing.signed(query.get(name, ""), self._token, timestamp, nonce, *secret):
            raise CallbackRefused("signature")
        if abs(now.timestamp() - int(timestamp)) > WINDOW_S:
            raise CallbackRefused("stale")
        return int(timestamp)

    def _document(self, secret: str) -> bytes:
        """Return the decrypted document of this AppID."""
        parts = sealing.decrypt(self._key, secret)
        if parts is None:
            raise CallbackRefused("cipher text")
        document, appid = parts
        if appid != self._appid:
            raise CallbackRefused("appid")
        return document


def sealed(
    token: str, aes_key: str, appid: str, document: bytes, /, nonce: str, timestamp: int
) -> tuple[dict[str, str], bytes]:
    """Return (query, body) as WeChat would push this document; for the simulator and tests."""
    head = hashlib.sha256(f"{timestamp}.{nonce}".encode()).digest()
    secret = sealing.encrypt(sealing.key_of(aes_key), appid, document, head)
    query = {
        "signature": sealing.signature(token, str(timestamp), nonce),
        "timestamp": str(timestamp),
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": sealing.signature(token, str(timestamp), nonce, secret),
    }
    outer = {"ToUserName": "gh_simulated", "Encrypt": secret}
    xml = document.lstrip().startswith(b"<")
    return query, (xmltodict.unparse({"xml": outer}) if xml else json.dumps(outer)).encode()


def _callback(nonce: str, body_sha256: str, timestamp: int, document: Mapping[str, Any]) -> Callback:
    """Return the callback for a decrypted document."""
    try:
        found = events.read(document)
    except events.Unreadable:
        found = None
    if found is None:
        raise CallbackRefused("malformed")
    when = events.created_at(document) or datetime.fromtimestamp(timestamp, UTC)
    return Callback(nonce, body_sha256, timestamp, when, events.openid(document), found)


def _parsed(text: bytes) -> dict[str, Any] | None:
    """Return the object in a JSON or XML text, or None; never an exception that would quote the text."""
    try:
        if not text.lstrip().startswith(b"<"):
            found = json.loads(text)
        # Entities are defined in document types, which WeChat never sends.
        elif b"<!DOCTYPE" in text.upper() or b"<!ENTITY" in text.upper() or b"\0" in text:
            found = None
        else:
            found = xmltodict.parse(text, encoding="utf-8", disable_entities=True).get("xml")
    except (ValueError, RecursionError, ExpatError):
        found = None
    return found if isinstance(found, dict) else None
